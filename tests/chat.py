"""A chat in memory: people whose lines go to the rules, and what they are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Past, Refusal
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import LOBBY, AccountChanged, Event
from loqui.testing import RecordingArchive, RecordingJournal, RecordingOutlet, RecordingPasswords
from loqui.wire import text

#: UTC in milliseconds since the epoch.
NOW = 1_795_348_800_000


class NarrowOutlet(RecordingOutlet):
    """
    The way to a client that does not take all.

    @ivar overflow: called when something is written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.overflow: Callable[[], None] = lambda: None

    def write(self, chunk: bytes) -> None:
        """Record a chunk, and say that it was too much."""
        super().write(chunk)
        self.overflow()


class Visitor:
    """
    Somebody with a connection.

    @ivar outlet: what they are sent.
    @ivar now: what time it is for them.
    """

    def __init__(self, hub: Hub, outlet: RecordingOutlet | None = None, host: str | None = None) -> None:
        self.hub = hub
        self.outlet = outlet or RecordingOutlet()
        self.session = Session(text.render, self.outlet)
        self.session.host = host
        self.session.takesPasswords = True
        self.now = NOW

    def enter(self, name: str) -> Visitor:
        """Ask to come in."""
        self.hub.enter(self.session, name, self.now)
        return self

    def login(self, name: str) -> Visitor:
        """Come in as somebody who has shown that the name is theirs."""
        self.hub.registrar.login(self.session, name, self.now)
        return self

    def lose(self) -> None:
        """Lose the connection."""
        self.hub.leave(self.session, "connection lost", self.now)
        self.hub.drop(self.session)

    def type(self, line: str) -> None:
        """
        Send a line, as everybody does who has a name; in a paste, it is a part of that.

        @raise LoquiError: when it is refused at once; what is refused later is told to them.
        """
        isPart = self.session.draft is not None or self.session.question is not None
        request = text.parse(line.encode(), verbatim=isPart)
        assert request is not None
        task = commands.run(self.hub, self.session, request, self.now)
        if task is not None:
            waiting: Deferred[Any] = Deferred.fromCoroutine(task)
            if waiting.called:
                _result(waiting)
            else:
                waiting.addErrback(self._refused)

    def _refused(self, failure: Failure) -> None:
        failure.trap(LoquiError)
        refusal: Any = failure.value
        self.session.tell(Refusal(refusal.code, refusal.sentence))

    def asks(self, line: str) -> list[str]:
        """Send a line, have the journal keep it, and see what comes of it."""
        self.sees()
        self.type(line)
        self.hub.journal.commit()  # type: ignore[attr-defined]
        return self.sees()

    def sees(self) -> list[str]:
        """The lines that were sent since the last time."""
        return self.outlet.take()


def passwordOf(name: str) -> str:
    """The password of the account of that name."""
    return f"{name}-password"


def _result(called: Deferred[Any]) -> None:
    """Raise what a Deferred that has been called was called with, if that is a failure."""
    failures: list[Failure] = []
    called.addErrback(failures.append)
    for failure in failures:
        failure.raiseException()


def past(event: Event) -> str:
    """How an event is shown to those who came later, without the line's end."""
    return text.render(Past(event)).decode().removesuffix("\r\n")


class ChatTestCase(SynchronousTestCase):
    """A chat that nobody is in yet."""

    def setUp(self) -> None:
        self.journal = RecordingJournal()
        self.users: dict[str, User] = {}
        self.hub = self.build()

    def build(self, backlog: int = 0, motd: tuple[str, ...] = ()) -> Hub:
        """A hub in place of the one before it."""
        self.users = {}
        self.hub = Hub(self.journal, self.users, lambda seconds, function: None, backlog, motd)
        self.hub.passwords = self.passwords = RecordingPasswords(self.hub.accounts.find)
        self.hub.archive = self.archive = RecordingArchive(self.journal)
        self.journal.tell(self.hub)
        return self.hub

    def visitor(self, host: str | None = None) -> Visitor:
        """Somebody who is not in yet."""
        return Visitor(self.hub, host=host)

    def here(self, *names: str) -> list[Visitor]:
        """People who are in, and have read all that they were sent."""
        visitors = [self.visitor().enter(name) for name in names]
        self.journal.commit()
        for visitor in visitors:
            visitor.sees()
        return visitors

    def registered(self, *names: str) -> list[Visitor]:
        """People who are in, each logged in to the account that has their name, and have read all."""
        self.addAccounts(*names)
        visitors = [self.visitor().login(name) for name in names]
        self.journal.commit()
        for visitor in visitors:
            visitor.sees()
        return visitors

    def addAccounts(self, *names: str) -> None:
        """There are accounts for these names; L{passwordOf} says their passwords."""
        for name in names:
            self.hub.registrar.change(
                AccountChanged("@admin", name, "registered", passwordOf(name)[::-1], "", NOW), None
            )
        self.journal.commit()

    def operators(self, *names: str) -> list[Visitor]:
        """Operators who are in, and have read all."""
        visitors = self.registered(*names)
        self.happens(self.admin(), *(f"/op {name}" for name in names))
        for visitor in visitors:
            visitor.sees()
        return visitors

    def admin(self) -> Visitor:
        """Somebody at the server's own machine."""
        visitor = self.visitor()
        visitor.session.user = User("@admin", "@admin", "@admin", NOW, operates=True)
        visitor.session.room = self.hub.rooms.lobby
        visitor.session.held = None
        return visitor

    def another(self, visitor: Visitor) -> Visitor:
        """One more connection of somebody who is here; it has read its welcome."""
        assert visitor.session.user is not None
        other = self.visitor()
        self.hub.attach(other.session, visitor.session.user)
        self.journal.commit()
        other.sees()
        return other

    def gather(self, room: str, *visitors: Visitor) -> None:
        """Have people go to a room, one after the other, and read all that they are sent."""
        for visitor in visitors:
            visitor.type(f"/join {room}")
        self.journal.commit()
        for visitor in visitors:
            visitor.sees()

    def happens(self, visitor: Visitor, *lines: str) -> None:
        """Have somebody send lines that are kept, and read what they are sent."""
        for line in lines:
            visitor.type(line)
        self.journal.commit()
        visitor.sees()

    def forget(self) -> None:
        """Have a day go by in which nobody is in any room that nobody is in."""
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.journal.commit()

    def answer(self, visitor: Visitor, line: str) -> list[str]:
        """What somebody is told who sends a line, refused at once or in its turn."""
        visitor.sees()
        try:
            visitor.type(line)
        except LoquiError as refusal:
            visitor.session.tell(Refusal(refusal.code, refusal.sentence))
        self.journal.commit()
        return visitor.sees()

    def isRefused(self, visitor: Visitor, line: str) -> str:
        """The sentence that a line is refused with."""
        return self.assertRaises(LoquiError, visitor.type, line).sentence

    def nothingWaits(self) -> None:
        """Assert that nothing has been given to the journal."""
        self.assertEqual(self.journal.waiting, [])


class AccountsTestCase(ChatTestCase):
    """A chat in which there may be accounts."""

    def owners(self, room: str = LOBBY) -> set[str]:
        """Who rules a room, as accepted; and as told, which is the same when nothing waits."""
        found = self.hub.rooms.named(room)
        if not self.journal.waiting:
            self.assertEqual(found.settings.owners, found.told.owners)
        return set(found.settings.owners)

    def isHere(self, visitor: Visitor) -> bool:
        """Whether a connection still counts."""
        return visitor.session.isIn and not visitor.outlet.closed

    def isOperator(self, visitor: Visitor) -> bool:
        """Whether somebody has the rights of an operator."""
        user = visitor.session.user
        return user is not None and self.hub.rooms.lobby.isRuledBy(user)
