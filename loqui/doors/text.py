"""The text door: lines from C{nc}, C{telnet}, scripts and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from loqui.doors.outbox import Outbox
from loqui.errors import LoquiError
from loqui.wire import text

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
        self._calls: list[IDelayedCall] = []
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
        self._prompt = clock.callLater(factory.limits.prompt, self._ask)
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
        except LoquiError as refusal:
            self._refuse(refusal)
        except Exception:
            self._broke()

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
        if self.session.draft is not None:
            self.lineReceived(END)
        self._leave("")
        if not self._named:
            self._close()

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
        name = text.parseName(line)
        if not name:
            self.MAX_LENGTH = self.factory.limits.nameBytes - self._unnamed
            return
        try:
            self.factory.hub.enter(self.session, name, self.factory.now())
        except LoquiError as refusal:
            self._refuse(LoquiError(refusal.code, refusal.sentence + text.NAME_REFUSED))
            self._close()
            return
        self._named = True
        self.log.info("{name} has come in by connection {number}", name=name, number=self.number)
        self.MAX_LENGTH = self.factory.limits.unended
        self._cancelCalls()

    def _obey(self, line: bytes) -> None:
        draft = self.session.draft
        try:
            request = text.parse(line, self.factory.limits.line, verbatim=draft is not None)
            if request is not None:
                commands.run(self.factory.hub, self.session, request, self.factory.now())
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
        self._calls = [self.factory.clock.callLater(delay, self.resumeProducing)]

    def _ask(self) -> None:
        self.session.tell(Question("Your name:"))

    def _nameless(self) -> None:
        self._disconnect("no-name", f"no name within {self.factory.limits.nameTimeout:g} s")

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

    def _broke(self) -> None:
        self.log.failure("A bug in connection {number}", number=self.number)
        self._leave("")
        self._refuse(LoquiError("internal", f"internal error {self.number}"))
        self._close()

    def _leave(self, why: str) -> None:
        self.factory.hub.leave(self.session, why, self.factory.now())

    def _close(self) -> None:
        self._closing = True
        self._cancelCalls()
        self.factory.hub.drop(self.session)
        self.outbox.close()

    def _cancelCalls(self) -> None:
        for call in self._calls:
            if call.active():
                call.cancel()
        self._calls = []


def _size(count: int) -> str:
    return f"{count:,} bytes" if count % 1024 else f"{count // 1024:,} KiB"
