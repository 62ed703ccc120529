"""One connection of the client to a server."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

from loqui.client.places import Places
from loqui.client.stdio import Console
from loqui.wire import reading, text

__all__ = ["End", "Talk"]


class End(Enum):
    """How a connection ended."""

    GOODBYE = "the server has said goodbye"
    REFUSED = "the server wants another name"
    LOST = "anything else"


class Talk(LineReceiver):
    """
    One connection to a server.

    @ivar ended: fires with an L{End}, and what the server refused, when the connection is gone.
    @ivar isPasting: whether what is typed is a part of a paste, as far as the server lets us begin one.
    @ivar wasAsked: whether the server wanted more than a name.
    """

    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024
    transport: Any

    def __init__(
        self,
        name: bytes,
        console: Console,
        places: Places,
        welcomed: Callable[[], None],
        asked: Callable[[str, str], None],
    ) -> None:
        """
        @param places: where to be, and to take note of where one is.
        @param welcomed: called when the name has been accepted.
        @param asked: called with what the server asks, and why it took no answer before; empty for nothing.
            In a pipe that is for whoever reads it, once the name has been accepted.
        """
        self.ended: Deferred[tuple[End, str]] = Deferred()
        self.isPasting = False
        self.wasAsked = False
        self._name = name
        self._console = console
        self._places = places
        self._welcomed = welcomed
        self._asked = asked
        self._in = False
        self._end = End.LOST
        self._refusal = ""

    def connectionMade(self) -> None:
        self.transport.setTcpKeepAlive(True)
        self.sendLine(self._name)
        # Neither side is read faster than the other takes it.
        self.transport.registerProducer(self._console, True)
        self._console.transport.registerProducer(self, True)

    def stopProducing(self) -> None:
        """Nobody sees what is shown any more; what is being said goes on, up to the goodbye."""
        self.resumeProducing()

    def say(self, line: bytes) -> None:
        """Send a line that was typed."""
        if not self.isPasting:
            self._places.typed(line)
        self.isPasting = not reading.endsPaste(line) if self.isPasting else reading.beginsPaste(line)
        self.sendLine(line)

    def leave(self) -> None:
        """Ask for a goodbye; a paste is finished before that."""
        if self.isPasting:
            self.transport.loseWriteConnection()  # Any line would be a part of it.
        else:
            self.sendLine(text.DISCONNECT.encode())

    def hangUp(self, why: str) -> None:
        """End the connection, because this name leads nowhere."""
        self._end, self._refusal = End.REFUSED, why
        self.transport.loseConnection()

    def lineReceived(self, line: bytes) -> None:
        words = reading.read(line)
        if not self._in:
            self._enter(words)
            return
        question = reading.question(words)
        if question is not None and self._console.isTerminal:
            self._asked(question, "")
            return
        if reading.isGoodbye(words):
            self._end = End.GOODBYE
        self._places.heard(words)
        self._console.show(words)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.transport.unregisterProducer()
        self._console.transport.unregisterProducer()
        self.ended.callback((self._end, self._refusal))

    def _enter(self, words: str) -> None:
        question, refusal = reading.question(words), reading.refusal(words)
        if reading.isWelcome(words):
            self._in = True
            self._console.show(words)
            for line in self._places.welcomed(words):
                self.sendLine(line)
            self._welcomed()
        elif question is not None and question != text.NAME_QUESTION:
            why, self._refusal = self._refusal, ""
            self.wasAsked = True
            self._asked(question, why)
        elif refusal is not None:
            self._refuse(refusal)

    def _refuse(self, refusal: str) -> None:
        self._refusal = refusal.removesuffix(text.NAME_REFUSED)
        if refusal.endswith(text.NAME_REFUSED):
            self._end = End.REFUSED
        elif self._name.startswith(b"/") and not self.wasAsked:
            self.hangUp(refusal)  # The server would take another first line.
