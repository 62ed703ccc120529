"""A chat in memory: people whose lines go to the rules, and what they are sent."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Past, Refusal
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import Event
from loqui.testing import RecordingJournal, RecordingOutlet
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
    """

    def __init__(self, hub: Hub, outlet: RecordingOutlet | None = None) -> None:
        self.hub = hub
        self.outlet = outlet or RecordingOutlet()
        self.session = Session(text.render, self.outlet)

    def enter(self, name: str) -> Visitor:
        """Ask to come in."""
        self.hub.enter(self.session, name, NOW)
        return self

    def type(self, line: str) -> None:
        """Send a line, as everybody does who has a name; in a paste, it is a part of that."""
        request = text.parse(line.encode(), verbatim=self.session.draft is not None)
        assert request is not None
        commands.run(self.hub, self.session, request, NOW)

    def asks(self, line: str) -> list[str]:
        """Send a line, have the journal keep it, and see what comes of it."""
        self.sees()
        self.type(line)
        self.hub.journal.commit()  # type: ignore[attr-defined]
        return self.sees()

    def sees(self) -> list[str]:
        """The lines that were sent since the last time."""
        return self.outlet.take()


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
        self.journal.tell(self.hub)
        return self.hub

    def visitor(self) -> Visitor:
        """Somebody who is not in yet."""
        return Visitor(self.hub)

    def here(self, *names: str) -> list[Visitor]:
        """People who are in, and have read all that they were sent."""
        visitors = [self.visitor().enter(name) for name in names]
        self.journal.commit()
        for visitor in visitors:
            visitor.sees()
        return visitors

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
