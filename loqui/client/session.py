"""A visit to a server: getting a name, talking, and coming back when the connection is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory, connectionDone
from twisted.internet.task import deferLater
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

from loqui.client.stdio import Console
from loqui.wire import text

__all__ = ["LEFT", "LOST", "REFUSED", "USAGE", "Visit"]

#: Exit statuses.
LEFT, LOST, USAGE, REFUSED = range(4)

_LEAVING = (text.DISCONNECT.encode(), b"/quit")

#: Seconds in which a server must have answered to a name; it gives us 60 to send one.
WELCOME = 70.0

#: Seconds that a person waits for the server's goodbye.
GOODBYE = 3.0


class End(Enum):
    """How a connection ended."""

    GOODBYE = "the server has said goodbye"
    REFUSED = "the server wants another name"
    LOST = "anything else"


class Talk(LineReceiver):
    """
    One connection to a server.

    @ivar ended: fires with an L{End}, and what the server refused, when the connection is gone.
    """

    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024
    transport: Any

    def __init__(self, name: bytes, console: Console, welcomed: Callable[[], None]) -> None:
        """
        @param welcomed: called when the name has been accepted.
        """
        self.ended: Deferred[tuple[End, str]] = Deferred()
        self._name = name
        self._console = console
        self._welcomed = welcomed
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

    def lineReceived(self, line: bytes) -> None:
        words = text.read(line)
        if self._in:
            if text.isGoodbye(words):
                self._end = End.GOODBYE
        elif text.isWelcome(words):
            self._in = True
            self._console.show(words)
            self._welcomed()
            return
        else:
            refusal = text.refusal(words)
            if refusal is not None:
                self._refusal = refusal.removesuffix(text.NAME_REFUSED)
                self._end = End.REFUSED if refusal.endswith(text.NAME_REFUSED) else End.LOST
            return
        self._console.show(words)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.transport.unregisterProducer()
        self._console.transport.unregisterProducer()
        self.ended.callback((self._end, self._refusal))


class Visit:
    """
    Joins a console to a server, with as many connections as it takes.
    """

    def __init__(
        self,
        console: Console,
        endpoint: IStreamClientEndpoint,
        where: str,
        clock: IReactorTime,
        delays: Callable[[int], float],
        name: bytes = b"",
    ) -> None:
        """
        @param where: the server, as it is called in remarks.
        @param delays: seconds to wait after so many attempts that failed.
        @param name: empty to ask for one.
        """
        self._console = console
        self._endpoint = endpoint
        self._where = where
        self._clock = clock
        self._delays = delays
        self._name = name
        self._talk: Talk | None = None
        self._welcome = False  # Whether we have a name on this connection.
        self._wasIn = False  # Whether we have been in at all.
        self._leaving = False
        self._over = False  # The input ended before we were in.
        self._impatience: IDelayedCall | None = None
        self._question: Deferred[bytes] | None = None
        self._waiting: Deferred[Any] | None = None
        console.typed = self._typed
        console.ended = self._ended

    async def run(self) -> int:
        """Stay until somebody ends it; gives the exit status."""
        attempts = 0
        while not self._leaving:
            if not self._name:
                self._name = await self._ask()
                if not self._name:
                    break
            end, why = await self._once()
            if end is End.GOODBYE:
                return LEFT
            if end is End.REFUSED:
                self._remark(why)
                self._name = b""
                if not self._console.isTerminal:
                    return REFUSED
            elif not self._leaving and self._wasIn and self._console.isTerminal:
                attempts = 1 if self._welcome else attempts + 1
                await self._pause(why or "the connection is lost", self._delays(attempts))
            elif not (self._leaving and self._console.isTerminal):
                self._remark(why or f"the connection to {self._where} is lost")
                return LOST
        if self._console.isTerminal or self._name:
            return LEFT
        self._remark("no name: give --name NAME, or a first line with one")
        return USAGE

    def leave(self) -> None:
        """There is nothing more to say: wait for what has been said to come back, and for a goodbye."""
        if self._leaving:
            return
        self._leaving = True
        if self._question is not None:
            self._answer(b"")
        elif self._waiting is not None:
            self._waiting.cancel()
        elif self._talk is not None and self._welcome:
            self._talk.sendLine(text.DISCONNECT.encode())
            if self._console.isTerminal:
                self._clock.callLater(GOODBYE, self._talk.transport.abortConnection)
        elif self._talk is not None:
            self._talk.transport.abortConnection()  # We are not in: there is nothing to wait for.

    def interrupt(self) -> None:
        """Leave, or when that is under way already, do not wait."""
        if not self._leaving:
            self.leave()
        elif self._talk is not None:
            self._talk.transport.abortConnection()
        else:
            self._console.abandon()

    async def _once(self) -> tuple[End, str]:
        """Connect, and talk until the connection is gone."""
        self._console.pauseProducing()
        self._welcome = False
        talk = Talk(self._name, self._console, self._welcomed)
        try:
            await self._interruptible(self._endpoint.connect(Factory.forProtocol(lambda: talk)))
        except (ConnectError, DNSLookupError, CancelledError, OSError, ValueError) as error:
            why = "interrupted" if self._leaving else _sayWhy(error)
            return End.LOST, f"cannot connect to {self._where}: {why}"
        self._talk = talk
        self._impatience = self._clock.callLater(WELCOME, talk.transport.abortConnection)
        end = await talk.ended
        self._calm()
        self._talk = None
        return end

    def _calm(self) -> None:
        if self._impatience is not None and self._impatience.active():
            self._impatience.cancel()

    async def _ask(self) -> bytes:
        """The next line that is typed; empty when there will be none."""
        while True:
            if self._console.isTerminal:
                self._console.remark("Your name: ", end="")
            self._question = Deferred()
            self._console.resumeProducing()
            name = text.parseName(await self._question).encode()
            if name or self._leaving:
                return name

    def _answer(self, line: bytes) -> None:
        question, self._question = self._question, None
        self._console.pauseProducing()  # What comes next is not for us.
        assert question is not None
        question.callback(line)

    async def _pause(self, why: str, delay: float) -> None:
        """Wait before the next attempt; what is typed meanwhile is not sent."""
        self._welcome = False
        self._console.resumeProducing()
        self._remark(f"{why}; trying again in {delay:.0f} s")
        try:
            await self._interruptible(deferLater(self._clock, delay))
        except CancelledError:
            assert self._leaving

    async def _interruptible(self, waiting: Deferred[Any]) -> None:
        self._waiting = waiting
        try:
            await waiting
        finally:
            self._waiting = None

    def _welcomed(self) -> None:
        if self._wasIn:
            self._remark("connected again")
        self._calm()
        self._wasIn = self._welcome = True
        if self._over:
            self.leave()
        else:
            self._console.resumeProducing()

    def _ended(self) -> None:
        """There will be no more lines; in a pipe, what came is still to be said."""
        if self._console.isTerminal or self._welcome or self._question is not None:
            self.leave()
        else:
            self._over = True

    def _typed(self, line: bytes) -> None:
        if self._leaving:
            return
        if line in _LEAVING:
            self.leave()
        elif self._question is not None:
            self._answer(line)
        elif self._talk is not None and self._welcome:
            self._talk.sendLine(line)
        else:
            self._remark("not sent: there is no connection")

    def _remark(self, sentence: str) -> None:
        self._console.remark(f"loqui-connect: {sentence}")


def _sayWhy(error: Exception) -> str:
    if isinstance(error, ValueError):
        return "that is not the name of a host"
    if isinstance(error, DNSLookupError):
        return "no such host"
    if isinstance(error, ConnectError) and isinstance(error.osError, int):
        return os.strerror(error.osError)
    return "no answer"
