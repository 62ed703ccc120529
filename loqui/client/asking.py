"""What the person at the console is asked for, before what they type is said."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from loqui.client.stdio import Console
from loqui.wire import reading, text

__all__ = ["Asking"]


class Asking:
    """
    Asks one thing at a time, whose answer is the next line.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line: Deferred[bytes] | None = None

    @property
    def isOpen(self) -> bool:
        """Whether something has been asked, and not answered yet."""
        return self._line is not None

    def answer(self, line: bytes) -> None:
        """Take a line for the answer; empty when there will be none."""
        assert self._line is not None
        self._console.pauseProducing()  # What comes next is not for us.
        self._line.callback(line)

    def cancel(self) -> None:
        """Nobody wants to know any more: whoever waits for an answer gets a C{CancelledError}."""
        if self._line is not None:
            self._line.cancel()

    async def name(self) -> bytes:
        """A name, not yet checked; in a pipe, its next line."""
        return text.parseName(
            await (self._prompt("Your name: ") if self._console.isTerminal else self._next())
        ).encode()

    async def forServer(self, question: str) -> bytes:
        """An answer to a question of the server; what is new, and they cannot see, they type twice."""
        while True:
            answer = await self._prompt(f"{question} ", reading.isSecret(question))
            if not answer or not reading.isNew(question):
                return answer
            again = await self._prompt("Once more: ", isSecret=True)
            if again in (answer, b""):
                return again
            self._console.remark("loqui-connect: these are not the same")

    async def _prompt(self, words: str, isSecret: bool = False) -> bytes:
        line = b""
        if isSecret:
            self._console.hide(words)
        else:
            self._console.remark(words, end="")
        try:
            line = await self._next()
        finally:
            if isSecret:
                self._console.unhide()
            elif not line:
                self._console.remark("")
        return line

    async def _next(self) -> bytes:
        self._line = Deferred()
        self._console.resumeProducing()
        try:
            return await self._line
        finally:
            self._line = None
