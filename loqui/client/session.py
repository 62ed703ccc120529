"""A visit to a server: getting a name, talking, and coming back when the connection is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, DNSLookupError
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from loqui.client.asking import Asking
from loqui.client.keyring import Keyring
from loqui.client.places import Places
from loqui.client.stdio import Console
from loqui.client.talk import End, Talk
from loqui.wire import reading, text

__all__ = ["LEFT", "LOST", "REFUSED", "USAGE", "Visit"]

#: Exit statuses.
LEFT, LOST, USAGE, REFUSED = range(4)

_LEAVING = (text.DISCONNECT.encode(), b"/quit")

#: Seconds in which a server must have answered to a name; it gives us 60 to send one.
WELCOME = 70.0

#: Seconds after which a server that was busy is told the same again.
BUSY = 3.0

#: Seconds that a person waits for the server's goodbye.
GOODBYE = 3.0


class Visit:
    """
    Joins a console to a server, with as many connections as it takes.
    """

    log = Logger()

    def __init__(
        self,
        console: Console,
        endpoint: IStreamClientEndpoint,
        where: str,
        clock: IReactorTime,
        delays: Callable[[int], float],
        name: bytes = b"",
        password: bytes = b"",
    ) -> None:
        """
        @param where: the server, as it is called in remarks.
        @param delays: seconds to wait after so many attempts that failed.
        @param name: empty to ask for one.
        @param password: empty to ask for it, if one is needed.
        """
        self._console = console
        self._endpoint = endpoint
        self._where = where
        self._clock = clock
        self._delays = delays
        self._name = name
        self._asking = Asking(console)
        self._keys = Keyring(password)
        self._places = Places()
        self._hasFile = bool(password)
        self._hasAnswered = False  # Whether anything was typed to come in by this connection.
        self._talk: Talk | None = None
        self._welcome = False  # Whether we have a name on this connection.
        self._wasIn = False  # Whether we have been in at all.
        self._leaving = False
        self._over = False  # The input ended before we were in.
        self._impatience: IDelayedCall | None = None
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
                if why:
                    self._remark(why)
                self._name = b""
                self._keys.forget()
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
        if self._waiting is not None:
            self._waiting.cancel()
        elif self._talk is not None and self._welcome:
            self._talk.leave()
            if self._console.isTerminal:
                self._clock.callLater(GOODBYE, self._talk.transport.abortConnection)
        elif self._talk is not None:
            self._talk.transport.abortConnection()  # We are not in: there is nothing to wait for.
        if self._asking.isOpen:
            self._asking.answer(b"")

    def interrupt(self) -> None:
        """Leave, without what is being pasted; or when that is under way already, do not wait."""
        if not self._leaving and self._talk is not None and self._talk.isPasting:
            self._leaving = True
            self._talk.transport.abortConnection()
        elif not self._leaving:
            self.leave()
        elif self._talk is not None:
            self._talk.transport.abortConnection()
        else:
            self._console.abandon()

    async def _once(self) -> tuple[End, str]:
        """Connect, and talk until the connection is gone."""
        self._console.pauseProducing()
        self._welcome = self._hasAnswered = False
        self._keys.begin()
        talk = Talk(self._name, self._console, self._places, self._welcomed, self._asked)
        try:
            await self._interruptible(self._endpoint.connect(Factory.forProtocol(lambda: talk)))
        except (ConnectError, DNSLookupError, CancelledError, OSError, ValueError) as error:
            why = "interrupted" if self._leaving else _sayWhy(error)
            return End.LOST, f"cannot connect to {self._where}: {why}"
        self._talk = talk
        self._impatience = self._clock.callLater(WELCOME, talk.transport.abortConnection)
        end, why = await talk.ended
        self._talk = None
        self._calm()
        self._asking.cancel()
        if self._welcome and not self._name.startswith(b"/"):
            self._name = self._places.name.encode()  # They may have changed it.
        if end is End.LOST and why and talk.wasAsked and (self._hasAnswered or not self._wasIn):
            end = End.REFUSED
        return end, why

    def _calm(self) -> None:
        if self._impatience is not None and self._impatience.active():
            self._impatience.cancel()

    async def _ask(self) -> bytes:
        """The name that is typed; empty when there will be none."""
        name = b""
        while not (name or self._leaving):
            name = await self._asking.name()
        return b"" if self._leaving else name

    def _asked(self, question: str, why: str) -> None:
        """
        The server wants to know something.

        @param why: the reason that it did not take the answer before; empty for none.
        """
        assert self._talk is not None
        if self._impatience is not None and self._impatience.active():
            self._impatience.reset(WELCOME)
        answering = Deferred.fromCoroutine(self._respond(self._talk, question, why))
        answering.addErrback(self._unanswered, self._talk)

    async def _respond(self, talk: Talk, question: str, why: str) -> None:
        if reading.isBusy(why) and self._keys.again(question):
            await deferLater(self._clock, BUSY)
            if talk is self._talk:
                self._send(talk, question, self._keys.again(question))
            return
        known = b"" if self._welcome else self._keys.find(question)
        if known:
            self._send(talk, question, known)
        elif not self._console.isTerminal:
            talk.hangUp(self._sayWhatToDo(question, why))
        else:
            if why:
                self._remark(f"{why}; an empty line asks for another name")
            answer = await self._asking.forServer(question)
            if talk is self._talk and not self._leaving:
                self._take(talk, question, answer)

    def _take(self, talk: Talk, question: str, answer: bytes) -> None:
        """Do with an answer what is to be done with it."""
        self._hasAnswered = True
        if self._welcome:
            talk.sendLine(answer)
            self._console.resumeProducing()
        elif answer:
            self._send(talk, question, answer)
        else:
            talk.hangUp("")

    def _send(self, talk: Talk, question: str, answer: bytes) -> None:
        self._keys.sent(question, answer)
        talk.sendLine(answer)

    def _sayWhatToDo(self, question: str, why: str) -> str:
        if self._hasFile and why:
            return f"the password of --password-file is refused: {why}"
        if reading.isSecret(question) and not reading.isNew(question):
            return f"the server asks: {question} Give --password-file FILE, with the answer in its first line"
        return f"the server asks: {question} That can only be answered at a terminal"

    def _unanswered(self, failure: Failure, talk: Talk) -> None:
        """The connection was lost while somebody was asked; or there is a bug."""
        if not failure.check(CancelledError):
            self.log.failure("A bug in the client", failure)
            talk.transport.abortConnection()

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
        self._keys.worked()
        self._wasIn = self._welcome = True
        if self._over:
            self.leave()
        else:
            self._console.resumeProducing()

    def _ended(self) -> None:
        """There will be no more lines; in a pipe, what came is still to be said."""
        if self._console.isTerminal or self._welcome or self._asking.isOpen:
            self.leave()
        else:
            self._over = True

    def _typed(self, line: bytes) -> None:
        if self._leaving:
            return
        isPasting = self._talk is not None and self._talk.isPasting
        if line in _LEAVING and not isPasting:
            self.leave()
        elif self._asking.isOpen:
            self._asking.answer(line)
        elif self._talk is not None and self._welcome:
            self._talk.say(line)
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
