"""The admin's door: commands from the server's own machine, through a socket in the state folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol
from twisted.internet.protocol import Factory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from loqui.answers import End, Refusal
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.requests import Request
from loqui.wire import jsonl, text

__all__ = ["NAME", "AdminFactory"]

#: What others see who did it; nobody can have this name.
NAME = "@admin"

#: Bytes in a command or an answer.
MAX_LINE = 64 * 1024


class AdminOutlet:
    """The way back to the admin, who reads what they ask for."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def write(self, chunk: bytes) -> None:
        """Send these bytes."""
        self._transport.write(chunk)

    def close(self) -> None:
        """Send what has been written, then end the connection."""
        self._transport.loseConnection()


@implementer(IHalfCloseableProtocol)
class Admin(LineReceiver):
    """
    One connection: its first line is C{text} or C{json}, all others are commands, with or
    without a slash. Behind the last line of each answer stands a line with only C{.} or
    an object of type C{end}; a question has none, its answer is the next line.
    """

    log = Logger()
    delimiter = b"\n"
    MAX_LENGTH = 1024 * 1024
    transport: Any

    def __init__(self, factory: AdminFactory) -> None:
        self.factory = factory
        self.session: Session | None = None

    def lineReceived(self, line: bytes) -> None:
        if self.session is None:
            self._begin(line)
            return
        coroutine = Deferred.fromCoroutine(self._obey(self.session, line))
        if not coroutine.called:
            self.pauseProducing()
            coroutine.addCallback(lambda _: self.resumeProducing())

    def readConnectionLost(self) -> None:
        """Nothing more is asked; the answers are still sent."""
        session = self.session
        if session is None:
            self.transport.loseConnection()
        else:
            self.factory.hub.inTurn(session, lambda telling: telling.close(session))

    def writeConnectionLost(self) -> None:
        """We have sent our last."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.session is not None:
            self.session.left = True
            self.factory.hub.drop(self.session)

    def _begin(self, line: bytes) -> None:
        isJson = line.strip() == b"json"
        now = self.factory.now()
        session = self.session = Session(jsonl.render if isJson else text.render, AdminOutlet(self.transport))
        session.user = User(NAME, NAME, NAME, now, operates=True)
        session.room = self.factory.hub.rooms.lobby
        session.takesPasswords = True
        session.held = None

    async def _obey(self, session: Session, line: bytes) -> None:
        hub = self.factory.hub
        verbatim = session.question is not None
        try:
            request = text.parse(line, MAX_LINE, verbatim) if verbatim else _command(line)
            if request is not None:
                task = commands.run(hub, session, request, self.factory.now())
                if task is not None:
                    await task
        except LoquiError as refusal:
            if verbatim:
                session.question = None  # Which an answer that is too long has left open.
            session.tell(Refusal(refusal.code, refusal.sentence))
        except Exception:
            self.log.failure("A bug at the admin's door")
            session.tell(Refusal("internal", "internal error; the server's log says more"))
        if session.question is None:
            hub.inTurn(session, lambda telling: telling.tell(session, End()))


def _command(line: bytes) -> Request | None:
    """
    Read a command, which needs no slash; None for a line that is empty.

    @raise LoquiError: when it is none: nothing is said that nobody wanted to say.
    """
    words = line.strip().lstrip(b"/")
    request = text.parse(b"/" + words, MAX_LINE) if words else None
    if request is not None and not request.command:
        raise LoquiError("no-such-command", "that is no command; help lists them, and say TEXT says something")
    return request


class AdminFactory(Factory):
    """
    Makes an L{Admin} for every connection.
    """

    noisy = False

    def __init__(self, hub: Hub, now: Callable[[], int]) -> None:
        """
        @param now: the time of day: UTC in milliseconds since the epoch.
        """
        self.hub = hub
        self.now = now

    def buildProtocol(self, addr: IAddress | None) -> Admin:
        return Admin(self)
