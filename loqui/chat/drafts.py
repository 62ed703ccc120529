"""What somebody is pasting: several lines that become one message."""

from __future__ import annotations

from collections.abc import Callable

from loqui.errors import LoquiError

__all__ = ["END", "Draft"]

#: The line that ends a paste.
END = "."

MAX_LINES = 200
MAX_BYTES = 32 * 1024


class Draft:
    """
    Lines that are not said yet; in here, nothing is a command.

    What is too much is counted, not kept, so that nothing of a paste that is refused is
    taken for something else.
    """

    def __init__(self, say: Callable[[str, int], None]) -> None:
        """
        @param say: called with the text, LF between its lines, and the time.
        """
        self._say = say
        self._lines: list[str] = []
        self._count = 0
        self._bytes = 0
        self._refused = ""

    def add(self, line: str) -> None:
        """There is another line."""
        self._count += 1
        self._bytes += len(line.encode()) + 1
        if self._count > MAX_LINES or self._bytes > MAX_BYTES:
            self._lines.clear()
        else:
            self._lines.append(line)

    def spoil(self, why: str) -> None:
        """A line could not be read: do not say the rest as if it were all."""
        self._refused = self._refused or why

    def finish(self, now: int) -> None:
        """
        Say it all; nothing when there is nothing.

        @raise LoquiError: when it is too much, or not all of it could be read.
        """
        if self._refused:
            raise LoquiError("too-long", f"not said: {self._refused}")
        if self._count > MAX_LINES:
            raise LoquiError("too-long", f"not said: {self._count:,} lines, the limit is {MAX_LINES}")
        if self._bytes > MAX_BYTES:
            raise LoquiError("too-long", f"not said: {self._bytes:,} bytes, the limit is {MAX_BYTES:,}")
        if any(line.strip() for line in self._lines):
            self._say("\n".join(self._lines), now)
