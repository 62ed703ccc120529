"""Threads that are nice."""

from __future__ import annotations

import os
import platform
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from unittest import skipUnless

from twisted.trial.unittest import SynchronousTestCase

from loqui.niceness import NICENESS, SLICE, beNice

Result = TypeVar("Result")


def inThread(do: Callable[[], Result]) -> Result:
    """What something gives that is done in a thread of its own."""
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(do()))
    thread.start()
    thread.join()
    return results[0]


def niceness() -> int:
    """Of this thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def _isSince(*version: int) -> bool:
    """Whether this is a Linux of at least some version, which shows what its scheduler does."""
    release = tuple(int(number) for number in re.findall(r"\d+", platform.release())[:2])
    return Path("/proc/self/sched").exists() and release >= version


@skipUnless(sys.platform.startswith("linux"), "a thread of its own can be nice on Linux only")
class NicenessTests(SynchronousTestCase):
    """L{beNice}."""

    def test_threadIsNice(self) -> None:
        """A thread is nice, and no other."""
        before = niceness()

        def nice() -> int:
            beNice()
            return niceness()

        self.assertEqual(inThread(nice), max(before, NICENESS))
        self.assertEqual(niceness(), before)

    def test_nicerThreadStaysSo(self) -> None:
        """In a server that was started nicer than that, a thread stays as nice: it may be no less so."""

        def nice() -> int:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
            beNice()
            return niceness()

        self.assertEqual(inThread(nice), 15)

    @skipUnless(_isSince(6, 12), "Linux takes a slice since 6.12")
    def test_sliceIsLong(self) -> None:
        """Whoever wakes up need not wait for its turn to end, because that is the longest one."""

        def nice() -> str:
            beNice()
            return Path(f"/proc/self/task/{threading.get_native_id()}/sched").read_text()

        self.assertRegex(inThread(nice), rf"se\.slice +: +{SLICE}\n")
