"""The person's side of the client: what is typed or piped in, and what is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

if TYPE_CHECKING:
    from loqui.client.terminal import Terminal

__all__ = ["Console"]


@implementer(IHalfCloseableProtocol)
class Console(LineReceiver):
    """
    A protocol for standard input and output.

    @ivar typed: called with every line, as bytes without its end.
    @ivar ended: called once, when there will be no more lines or nobody sees what is shown.
    @ivar isTerminal: whether there is a person who can be asked.
    """

    delimiter = b"\n"
    MAX_LENGTH = 64 * 1024
    transport: Any
    typed: Callable[[bytes], None]
    ended: Callable[[], None]

    def __init__(
        self,
        terminal: Terminal | None,
        remarks: TextIO | None = None,
        encoding: str = "utf-8",
        together: bool = False,
    ) -> None:
        """
        @param terminal: what a person types at; None in a pipe.
        @param remarks: where the client says something of its own.
        @param encoding: of what is shown.
        @param together: whether remarks go the way of what is shown, so that they keep their order.
        """
        self.isTerminal = terminal is not None
        self._terminal = terminal
        self._remarks = remarks or sys.stderr
        self._together = together
        self._encoding = encoding
        self._skipping = False
        self._exceeded = False
        self._shown: Deferred[None] = Deferred()

    def finish(self) -> Deferred[None]:
        """Fires when all that is to be shown has been written."""
        self.transport.loseConnection()
        return self._shown

    def show(self, line: str) -> None:
        """Show a line of the server, which must be clean."""
        self.transport.write(f"{line}\n".encode(self._encoding, "replace"))

    def remark(self, line: str, end: str = "\n") -> None:
        """Say something of our own."""
        if self._together:
            self.transport.write(f"{line}{end}".encode(self._encoding, "replace"))
            return
        with suppress(OSError):  # Nobody to be told that nobody can be told.
            self._remarks.write(f"{line}{end}")
            self._remarks.flush()

    def hide(self, prompt: str) -> None:
        """Ask for something that is not to be seen; what was typed before that is forgotten."""
        assert self._terminal is not None
        self._terminal.hide(lambda: self.remark(prompt, end=""))
        self.clearLineBuffer()
        self.remark(prompt, end="")

    def unhide(self) -> None:
        """Show again what is typed, on a line of its own."""
        assert self._terminal is not None
        self._terminal.show()
        self.remark("")

    def abandon(self) -> None:
        """Do not wait for whoever is to read what is shown."""
        if not self._shown.called:
            self._shown.callback(None)

    def stopProducing(self) -> None:
        """The connection that took our lines is gone; the person is not, and may have another."""

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)
        while self._exceeded:  # There are other lines behind one that was too long.
            self._exceeded = False
            super().dataReceived(b"")

    def lineReceived(self, line: bytes) -> None:
        if self._skipping:
            self._skipping = False
        else:
            self.typed(line.removesuffix(b"\r"))

    def lineLengthExceeded(self, line: bytes) -> None:
        """Such a line would end the connection: it is left out."""
        self.remark(f"loqui-connect: not sent: a line of more than {self.MAX_LENGTH:,} bytes")
        _, ended, rest = line.partition(self.delimiter)
        self._skipping = not ended
        self._exceeded = bool(rest)
        self._buffer = rest

    def readConnectionLost(self) -> None:
        """The input has ended; its last line may have no line end."""
        for line in self.clearLineBuffer().split(self.delimiter):
            if line:
                self.lineReceived(line)
        self.ended()

    def writeConnectionLost(self) -> None:
        """Nobody sees what is shown."""
        self.connectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.ended()
        if not self._shown.called:
            self._shown.callback(None)
