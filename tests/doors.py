"""A door in memory, with a clock that stands still and a journal that waits to be told."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui.chat.hub import Hub
from loqui.doors.limits import Doorkeeper, Limits
from loqui.doors.outbox import Unsent
from loqui.doors.port import ChatFactory
from loqui.doors.text import Chat
from loqui.testing import MemoryTransport, RecordingJournal, RecordingPasswords

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
