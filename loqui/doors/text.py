"""The text door: lines from C{nc}, C{telnet}, scripts and people."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IDelayedCall, IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from loqui.answers import Notice, Question, Refusal
from loqui.chat import commands
from loqui.chat.user import Session
from loqui.doors.limits import LineBudget
from loqui.doors.login import RETRY, Login
from loqui.doors.outbox import Outbox
from loqui.errors import LoquiError
from loqui.requests import Request
from loqui.wire import reading, text

if TYPE_CHECKING:
    from loqui.doors.port import ChatFactory

__all__ = ["Chat"]

#: Bytes that L{LineReceiver} is given at once: it copies what is left after every line.
SLICE = 4096

#: What a line of a paste counts, which nobody else is sent before it ends.
PASTED = 0.05

#: What ends a paste when the client has ended it by sending its last.
END = b"."


@implementer(IHalfCloseableProtocol)
class Chat(LineReceiver):
    """
    One connection: its first line is a name, all others are requests.

    @ivar number: the connection's number, by which the log knows it.
    """

    log = Logger()
    delimiter = b"\n"
    transport: Any

    def __init__(self, factory: ChatFactory, number: int) -> None:
        self.factory = factory
        self.number = number
        self._named = False
        self._closing = False
        self._unnamed = 0  # Bytes that came before a name.
        self._slowed = False  # Whether it has been told so.
        self._slowdowns = 0
        self._isDelayed = False
        self._calls: list[IDelayedCall] = []
        self._busy = False  # Whether something is to be finished before the client is heard again.
        self._ended = False  # Whether the client has sent its last.
        self._answer: Deferred[str] | None = None
        self.MAX_LENGTH = factory.limits.nameBytes

    def connectionMade(self) -> None:
        factory, clock = self.factory, self.factory.clock
        self.outbox = Outbox(self.transport, clock, factory.unsent, self._tooSlow)
        self.session = Session(text.render, self.outbox)
        self._budget = LineBudget(factory.limits.burst, factory.limits.flood, clock.seconds)
        try:
            factory.opened(self)
        except LoquiError as refusal:  # Which the doorkeeper has counted.
            factory.turnAway(self, refusal)
            return
        self._prompt = clock.callLater(factory.limits.prompt, self._askName)
        self._calls = [self._prompt, clock.callLater(factory.limits.nameTimeout, self._nameless)]

    def dataReceived(self, data: bytes) -> None:
        if self._isDeaf():
            return
        if not self._named and self._prompt.active():
            self._prompt.cancel()
        for start in range(0, len(data) or 1, SLICE):
            super().dataReceived(data[start : start + SLICE])

    def lineReceived(self, line: bytes) -> None:
        """This is where all that is wrong with a line ends."""
        if self._isDeaf():
            return
        try:
            if self._named:
                self._obey(line)
            else:
                self._enter(line)
        except Exception:
            self._caught(Failure())

    def lineLengthExceeded(self, line: bytes) -> None:
        if self._isDeaf():
            return
        limits = self.factory.limits
        if self._named:
            self._disconnect("too-long", f"no line end in {_size(limits.unended)}")
        else:
            self._disconnect("too-long", f"no name within {_size(limits.nameBytes)}")

    def readConnectionLost(self) -> None:
        """The client has sent its last: what it sent counts, and then it leaves."""
        self.outbox.inputEnded()
        rest = self.clearLineBuffer()
        if rest:
            self.lineReceived(rest)
        self._ended = True
        if not self._busy:
            self._end()

    def writeConnectionLost(self) -> None:
        """We have sent our last."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._closing = True
        self._cancelCalls()
        self.outbox.stopProducing()
        self._leave("" if reason.check(ConnectionDone, ConnectionAborted) else "connection lost")
        self.log.info("Connection {number} is gone", number=self.number)
        self.factory.hub.drop(self.session)
        self.factory.closed(self)

    def _end(self) -> None:
        if self.session.draft is not None:
            self.lineReceived(END)
        self._leave("")
        if not self._named:
            self._close()

    def sendAway(self, refusal: LoquiError) -> None:
        """Say why there is no place, and end the connection."""
        self.session.tell(Refusal(refusal.code, refusal.sentence))
        self._close()

    def ignore(self) -> None:
        """Hear nothing that comes from now on."""
        self._closing = True

    def stop(self, last: str) -> None:
        """Send what has been written and one last thing, and end the connection without a word to others."""
        self.factory.hub.forget(self.session)
        self.session.tell(Notice(last))
        self._close()

    def _isDeaf(self) -> bool:
        """Whether what comes now does not count: the client has left, or is being sent away."""
        return self._closing or (self._named and not self.session.isIn)

    def _enter(self, line: bytes) -> None:
        self._unnamed += len(line) + 1
        if self._unnamed > self.factory.limits.nameBytes:
            self.lineLengthExceeded(line)
            return
        self.MAX_LENGTH = self.factory.limits.nameBytes - self._unnamed
        if self._answer is not None:
            if reading.isLeaving(line):
                self._close()
                return
            answer, self._answer = self._answer, None
            self._pause()
            answer.callback(text.parseAnswer(line))
            return
        request = text.parseFirst(line)
        if request is not None:
            self._lookAtPeer()
            self._wait(self._come(request))

    async def _come(self, request: Request) -> None:
        factory = self.factory
        await Login(factory.hub, factory.passwords, self.session, factory.now, self._ask).come(request)
        user = self.session.user
        if user is not None and not self._closing:
            self._named = True
            self.log.info("{name} has come in by connection {number}", name=user.name, number=self.number)
            self.MAX_LENGTH = self.factory.limits.unended
            self._cancelCalls()

    def _lookAtPeer(self) -> None:
        """Take note of who is there; behind a proxy that is known only now."""
        self.session.host, self.session.takesPasswords = self.factory.whoIs(self.transport)

    def _wait(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Hear nothing from the client until this is done, but for the answers it asks for."""
        waiting = Deferred.fromCoroutine(coroutine)
        waiting.addErrback(self._caught)
        if not waiting.called:
            if self._answer is None:
                self._pause()
            waiting.addBoth(lambda _: self._goOn())

    async def _ask(self, question: str) -> str:
        self.session.tell(Question(question))
        self._answer = Deferred()
        for call in self._calls:
            if call.active():
                call.reset(self.factory.limits.nameTimeout)
        answer = self._answer
        if self._busy:
            self._goOn()
        return await answer

    def _pause(self) -> None:
        self._busy = True
        self.pauseProducing()

    def _goOn(self) -> None:
        self._busy = False
        if self._ended:
            self._end()
        elif not (self._closing or self._isDelayed):
            self.resumeProducing()

    def _obey(self, line: bytes) -> None:
        draft = self.session.draft
        if reading.isLeaving(line):
            self.session.question = None
        isPart = draft is not None or self.session.question is not None
        try:
            request = text.parse(line, self.factory.limits.line, verbatim=isPart)
            if request is not None:
                task = commands.run(self.factory.hub, self.session, request, self.factory.now())
                if task is not None:
                    self._wait(task)
        except LoquiError as refusal:
            if draft is not None:
                draft.spoil(refusal.sentence)
            raise
        finally:
            delay = self._budget.spend(1.0 if draft is None else PASTED)
            if delay and not self._isDeaf():
                self._slowDown(delay, draft is None)

    def _slowDown(self, delay: float, isTold: bool) -> None:
        """Read nothing for a while: nothing is lost, the client is just not heard yet."""
        self._slowdowns += isTold
        # The first time, there may be nothing more to come that would be delayed.
        if isTold and not self._slowed and (self._buffer or self._slowdowns > 1):
            self._slowed = True
            self.factory.refused["flood"] += 1
            self.session.tell(Notice("slow down: your lines are being delayed"))
        self.pauseProducing()
        self._isDelayed = True
        self._calls = [self.factory.clock.callLater(delay, self._hearAgain)]

    def _hearAgain(self) -> None:
        self._isDelayed = False
        if not self._busy:
            self.resumeProducing()

    def _askName(self) -> None:
        self.session.tell(Question(text.NAME_QUESTION))

    def _nameless(self) -> None:
        wanted = "name" if self._answer is None else "answer"
        self._disconnect("no-name", f"no {wanted} within {self.factory.limits.nameTimeout:g} s")

    def _caught(self, failure: Failure) -> None:
        """Tell the client of what was wrong with what it sent, or that we are."""
        refusal = failure.value
        if not isinstance(refusal, LoquiError):
            if not (failure.check(CancelledError) and self._closing):
                self._broke(failure)
            return
        if self.session.gone:
            return
        try:
            refusal = Login.count(self.session, refusal)
        except LoquiError as last:
            refusal = last
        isName = not self._named and refusal.code.startswith("name-")
        self._refuse(LoquiError(refusal.code, refusal.sentence + text.NAME_REFUSED) if isName else refusal)
        if refusal.code == "too-many-tries" or not (self._named or refusal.code in RETRY):
            self._leave("")
            self._close()

    def _refuse(self, refusal: LoquiError) -> None:
        self.factory.refused[refusal.code] += 1
        self.session.tell(Refusal(refusal.code, refusal.sentence))

    def _disconnect(self, code: str, why: str) -> None:
        self._leave("")
        self._refuse(LoquiError(code, f"disconnected: {why}"))
        self._close()

    def _tooSlow(self) -> None:
        """Nothing that is said now would arrive; a polite end would wait for a reader that does not read."""
        self.factory.refused["too-slow"] += 1
        self._leave("too slow")
        self.factory.hub.drop(self.session)
        self.transport.abortConnection()

    def _broke(self, failure: Failure) -> None:
        self.log.failure("A bug in connection {number}", failure, number=self.number)
        self._leave("")
        self._refuse(LoquiError("internal", f"internal error {self.number}"))
        self._close()

    def _leave(self, why: str) -> None:
        self.factory.hub.leave(self.session, why, self.factory.now())

    def _close(self) -> None:
        self._closing = True
        self._cancelCalls()
        if self.paused:  # Nothing that comes counts any more, but that the client has closed its side.
            self.resumeProducing()
        self.factory.hub.drop(self.session)
        self.outbox.close()

    def _cancelCalls(self) -> None:
        """Wait for nothing any more."""
        if self._answer is not None:
            answer, self._answer = self._answer, None
            answer.cancel()
        for call in self._calls:
            if call.active():
                call.cancel()
        self._calls = []


def _size(count: int) -> str:
    return f"{count:,} bytes" if count % 1024 else f"{count // 1024:,} KiB"
