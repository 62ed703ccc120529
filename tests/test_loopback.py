"""The text door on a real socket, with the reactor: what transports in memory hide."""

from __future__ import annotations

import socket
import struct
from typing import Any

from twisted.internet import defer
from twisted.internet import reactor as theReactor
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import Clock, deferLater
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from zope.interface import implementer

from loqui.chat.hub import Hub
from loqui.doors.limits import Doorkeeper, Limits
from loqui.doors.outbox import Unsent
from loqui.doors.port import ChatFactory
from loqui.testing import RecordingJournal

reactor: Any = theReactor


class ImmediateJournal(RecordingJournal):
    """Keeps everything at once, in the order in which it came."""

    busy = False

    def append(self, event: Any, origin: Any = None) -> None:
        super().append(event, origin)
        if not self.busy:
            self.busy = True
            while self.waiting:
                self.commit()
            self.busy = False


@implementer(IHalfCloseableProtocol)
class Peer(Protocol):
    """A client that collects bytes."""

    transport: Any

    def __init__(self) -> None:
        self.received = b""
        self.inputEnded: defer.Deferred[None] = defer.Deferred()
        self.gone: defer.Deferred[None] = defer.Deferred()

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def readConnectionLost(self) -> None:
        self.inputEnded.callback(None)

    def writeConnectionLost(self) -> None:
        """We have closed our side."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.gone.callback(None)


class LoopbackTests(TestCase):
    """A server and its clients in one reactor."""

    timeout = 60

    def setUp(self) -> None:
        self.journal = ImmediateJournal()
        hub = Hub(self.journal, {}, Clock().callLater)
        self.journal.tell(hub)
        self.unsent = Unsent()
        self.factory = ChatFactory(hub, reactor, lambda: 0, Limits(flood=0.0), self.unsent, Doorkeeper(100, 100))
        self.port = reactor.listenTCP(0, self.factory, interface="127.0.0.1")

    async def tearDown(self) -> None:
        await self.port.stopListening()
        self.factory.abortAll()
        while self.factory._open:
            await deferLater(reactor, 0.01)

    async def connect(self, name: bytes = b"") -> Peer:
        """A client; with a name, one that has been welcomed."""
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", self.port.getHost().port)
        peer: Peer = await connectProtocol(endpoint, Peer())
        if name:
            peer.transport.write(name + b"\n")
            await self.sees(peer, b"\r\n")
        return peer

    async def sees(self, peer: Peer, text: bytes) -> None:
        """Wait until a client has received this."""
        while text not in peer.received:
            await deferLater(reactor, 0.005)

    async def leave(self, *peers: Peer) -> None:
        """End clients, and wait until that is done."""
        for peer in peers:
            peer.transport.abortConnection()
            await peer.gone

    async def test_slowReaderGetsEverything(self) -> None:
        """What the kernel does not take at once is sent later, whole and in order."""
        alice, bob = await self.connect(b"alice"), await self.connect(b"bob")
        bob.transport.pauseProducing()
        said = [b"%05d %s" % (number, b"x" * 4000) for number in range(1500)]
        self.unsent.most = self.unsent.slack = 1 << 30
        alice.transport.write(b"".join(line + b"\n" for line in said))
        await self.sees(alice, said[-1])
        self.assertGreater(self.unsent.size, 0, "the kernel has taken it all: the test shows nothing")
        bob.transport.resumeProducing()
        await self.sees(bob, said[-1] + b"\r\n")
        got = [line.removeprefix(b"alice: ") for line in bob.received.split(b"\r\n") if line.startswith(b"alice: ")]
        self.assertEqual(got, said)
        self.assertEqual(self.unsent.size, 0)
        await self.leave(alice, bob)

    async def test_stalledReaderIsAborted(self) -> None:
        """Who never reads is dropped at the bound, and the kernel is rid of the connection at once."""
        alice, bob = await self.connect(b"alice"), await self.connect(b"bob")
        bob.transport.pauseProducing()
        alice.transport.write((b"x" * 4000 + b"\n") * 4000)
        await self.sees(alice, b"* bob has left (too slow)\r\n")
        self.assertNotIn("bob", self.factory.users)
        self.assertEqual(len(self.factory._open), 1)
        await self.leave(alice, bob)

    async def test_lastLineArrivesThoughMoreWasSent(self) -> None:
        """A refusal arrives, though the client has sent much that nobody read."""
        alice = await self.connect(b"alice")
        for _ in range(20):
            late = await self.connect()
            late.transport.write(b"alice\n" + b"x" * 500_000)
            await self.sees(late, b"! alice is already taken; connect again with another name\r\n")
            await late.inputEnded
            await self.leave(late)
        await self.leave(alice)

    async def test_resetConnection(self) -> None:
        """A connection that is reset leaves with a reason."""
        alice, bob = await self.connect(b"alice"), await self.connect(b"bob")
        bob.transport.getHandle().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        bob.transport.abortConnection()
        await self.sees(alice, b"* bob has left (connection lost)\r\n")
        await self.leave(alice)

    async def test_options(self) -> None:
        """Dead peers are found, and small lines are not held back."""
        alice = await self.connect(b"alice")
        (chat,) = self.factory._open
        handle = chat.transport.getHandle()
        self.assertEqual(handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), 1)
        self.assertEqual(handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            self.assertEqual(handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT), 60_000)
        await self.leave(alice)

    async def test_closeAll(self) -> None:
        """Everybody is told that the server stops, and is gone."""
        alice, bob = await self.connect(b"alice"), await self.connect()
        gone = self.factory.closeAll("the server is stopping")
        await alice.inputEnded
        self.assertTrue(alice.received.endswith(b"* the server is stopping\r\n"))
        await self.leave(alice, bob)
        await gone
        self.assertEqual([type(event).__name__ for event in self.journal.kept], ["Joined"])
