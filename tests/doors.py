"""A door in memory, with a clock that stands still and a journal that waits to be told."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from loqui.chat.hub import Hub
from loqui.doors.limits import Doorkeeper, Limits
from loqui.doors.outbox import Unsent
from loqui.doors.port import ChatFactory
from loqui.doors.text import Chat
from loqui.events import LOBBY, AccountChanged, Moderated
from loqui.settings import after
from loqui.testing import MemoryTransport, RecordingArchive, RecordingJournal, RecordingPasswords
from tests.chat import passwordOf

#: This machine, and another.
HERE = "127.0.0.1"
ELSEWHERE = "192.0.2.1"

#: What alice is asked, and how she is welcomed.
ASKED = "? alice is registered. Password:"
WELCOME = "* Welcome to Loqui, alice. "

#: 2026-11-22 12:00 UTC, in milliseconds since the epoch.
NOON = 1_795_348_800_000


class Visitor:
    """A connection to the door, and what it is sent."""

    def __init__(self, factory: ChatFactory, host: str) -> None:
        self.transport = MemoryTransport(peerAddress=IPv4Address("TCP", host, 40000))
        self.chat: Chat = factory.buildProtocol(None)
        self.chat.makeConnection(self.transport)

    def send(self, data: bytes) -> None:
        """Send bytes, in one segment."""
        self.chat.dataReceived(data)

    @property
    def closed(self) -> bool:
        """Whether the server has ended the connection."""
        return bool(self.transport.disconnecting or self.transport.disconnected)


class DoorTestCase(SynchronousTestCase):
    """A factory for every test."""

    limits = Limits()

    def setUp(self) -> None:
        self.clock = Clock()
        self.journal = RecordingJournal()
        self.hub = Hub(self.journal, {}, self.clock.callLater)
        self.journal.tell(self.hub)
        self.unsent = Unsent()
        self.doorkeeper = Doorkeeper(100, 3)
        self.hub.passwords = self.passwords = RecordingPasswords(self.hub.accounts.find)
        self.hub.archive = RecordingArchive(self.journal)
        self.factory = ChatFactory(
            self.hub, self.clock, lambda: NOON, self.limits, self.unsent, self.doorkeeper, self.passwords
        )

    def visitor(self, name: str = "", host: str = "192.0.2.1") -> Visitor:
        """Somebody who has connected; with a name, who has been let in and has read their welcome."""
        visitor = Visitor(self.factory, host)
        if name:
            visitor.send(f"{name}\n".encode())
            self.settle()
            visitor.transport.lines()
        return visitor

    def settle(self) -> None:
        """Have the journal keep everything, until nothing more comes."""
        while self.journal.waiting:
            self.journal.commit()


class LoginDoorTestCase(DoorTestCase):
    """A door behind which alice has an account."""

    def setUp(self) -> None:
        super().setUp()
        self.add("alice")
        self.doorkeeper.anAddress = 1000

    def add(self, name: str) -> None:
        """There is an account; L{passwordOf} says its password."""
        self.hub.registrar.change(AccountChanged("@admin", name, "registered", passwordOf(name)[::-1], "", NOON), None)
        self.settle()

    def moderate(self, act: str, to: str, until: int = 0) -> None:
        """Something is done in the lobby."""
        event = Moderated("@admin", LOBBY, act, to, "", until, NOON)
        lobby = self.hub.rooms.lobby
        lobby.settings = after(lobby.settings, event)
        self.journal.append(event)
        self.settle()

    def visitor(self, name: str = "", host: str = HERE) -> Visitor:
        """Somebody who has connected, from this machine if nothing else is said."""
        return super().visitor(name, host)

    def says(self, visitor: Visitor, *lines: str) -> list[str]:
        """What somebody is sent who sends lines, in one segment."""
        visitor.send("".join(f"{line}\n" for line in lines).encode())
        self.settle()
        return visitor.transport.lines()

    def lost(self, visitor: Visitor, reason: type[Exception] = ConnectionLost) -> None:
        """The connection is gone."""
        visitor.chat.connectionLost(Failure(reason()))

    def halfClosed(self, visitor: Visitor) -> list[str]:
        """What somebody is sent when they have sent their last."""
        visitor.chat.readConnectionLost()
        self.settle()
        return visitor.transport.lines()
