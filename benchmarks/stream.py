"""What all members are to receive, byte for byte, and whether it is what was sent."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter

__all__ = ["Stream", "payload"]

# Whatever a server writes around it, a message is known by what it carries. Lines without
# that have no groups.
_LINE = re.compile(rb"[^\n]*?@#(\d+),(\d+),(\d+)#x*\r?\n|[^\n]*\n")


def payload(sender: int, number: int, time: int, size: int) -> bytes:
    """
    A message that can be told from all others.

    @param number: counts the sender's messages, from 0.
    @param time: when it is sent; nanoseconds of a monotonic clock.
    @param size: bytes, at least as many as the rest needs.
    """
    return (b"@#%d,%d,%d#" % (sender, number, time)).ljust(size, b"x")


class Stream:
    """
    The bytes that some member has received first, and that every other must receive as well.

    To compare a member's bytes with these is one C{memcmp}; what these say is read once,
    and not once for each member.

    @ivar data: all bytes since the measurement began.
    @ivar times: when each message was sent, in the order in which they came.
    @ivar senders: who sent each message.
    @ivar strays: lines that are no message, counted by their text.
    @ivar disorder: messages that were not the next one of their sender.
    """

    def __init__(self) -> None:
        self.data = bytearray()
        self.times: list[int] = []
        self.senders: list[int] = []
        self.strays: Counter[bytes] = Counter()
        self.disorder = 0
        self._ends: list[int] = []
        self._next: dict[int, int] = {}
        self._checked = 0

    def matches(self, offset: int, received: memoryview) -> bool:
        """
        Compare what a member received with what others did; who is first is right.

        @param offset: how many bytes the member had received before.
        """
        if self.data.startswith(received, offset):
            return True
        known = len(self.data) - offset
        if known >= len(received) or not self.data.startswith(received[:known], offset):
            return False
        self.data += received[known:]
        return True

    def complete(self, offset: int) -> int:
        """How many whole messages the first C{offset} bytes hold."""
        if self._checked < offset:
            self._check()
        return bisect_right(self._ends, offset)

    def _check(self) -> None:
        for line in _LINE.finditer(self.data, self._checked):
            self._checked = line.end()
            sender, number, time = line.groups()
            if sender is None:
                self.strays[line[0]] += 1
            else:
                self._take(int(sender), int(number), int(time))

    def _take(self, sender: int, number: int, time: int) -> None:
        if number != self._next.get(sender, 0):
            self.disorder += 1
        self._next[sender] = number + 1
        self._ends.append(self._checked)
        self.times.append(time)
        self.senders.append(sender)
