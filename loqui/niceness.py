"""Threads that leave the processor to everybody else."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
import threading

__all__ = ["NiceThread"]

#: How much less than others they are given where all want more: nice(2).
NICENESS = 10

#: Nanoseconds: the longest slice that Linux gives. A thread that wakes up for a shorter one does
#: not wait for the end of this; otherwise each step of a commit, the kernel's own too, may wait for a tick.
SLICE = 100_000_000

# sched_setattr(2), for which the C library has no function before glibc 2.41.
_SET_ATTRIBUTES = {"x86_64": 314, "aarch64": 274}
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")


class NiceThread(threading.Thread):
    """A thread that is nice, where the system lets a thread be so by itself; and no less so than its process."""

    def run(self) -> None:
        """Be nice, and do what is to be done."""
        _beNice()
        super().run()


def _beNice() -> None:
    if not sys.platform.startswith("linux"):
        return
    thread = threading.get_native_id()
    niceness = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
    attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, niceness, 0, SLICE, 0, 0)
    number = _SET_ATTRIBUTES.get(platform.machine())
    if number is None or ctypes.CDLL(None).syscall(ctypes.c_long(number), 0, attributes, 0):
        os.setpriority(os.PRIO_PROCESS, thread, niceness)
