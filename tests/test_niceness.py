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

from loqui.niceness import NICENESS, SLICE, NiceThread

Result = TypeVar("Result")


def nicely(do: Callable[[], Result]) -> Result:
    """What something gives that is done in a nice thread."""
    results: list[Result] = []
    thread = NiceThread(target=lambda: results.append(do()))
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
    """L{NiceThread}."""

    def test_threadIsNice(self) -> None:
        """A thread is nice, and no other."""
        before = niceness()
        self.assertEqual(nicely(niceness), max(before, NICENESS))
        self.assertEqual(niceness(), before)

    def test_noLessNiceThanTheServer(self) -> None:
        """In a server that was started nicer than that, a thread is as nice: it may be no less so."""

        def niceServer() -> int:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
            return nicely(niceness)

        self.assertEqual(nicely(niceServer), 15)

    @skipUnless(_isSince(6, 12), "Linux takes a slice since 6.12")
    def test_sliceIsLong(self) -> None:
        """Whoever wakes up need not wait for its turn to end, because that is a long one."""
        shown = nicely(lambda: Path(f"/proc/self/task/{threading.get_native_id()}/sched").read_text())
        self.assertRegex(shown, rf"se\.slice +: +{SLICE}\n")
