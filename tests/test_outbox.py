"""What one client has yet to be sent."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui.doors.outbox import Outbox, Unsent
from loqui.testing import MemoryTransport


class OutboxTests(SynchronousTestCase):
    """One outbox on a transport that takes what it is told to."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.unsent = Unsent(most=1000, slack=100, patience=30.0, total=1500)
        self.overflows: list[str] = []
        self.transport, self.outbox = self.make("a")

    def make(self, name: str) -> tuple[MemoryTransport, Outbox]:
        """An outbox that is known by a name when it overflows."""
        transport = MemoryTransport()
        return transport, Outbox(transport, self.clock, self.unsent, lambda: self.overflows.append(name))

    def test_passesOn(self) -> None:
        """What can be sent is sent at once, in order, and nothing stays behind."""
        self.outbox.write(b"one ")
        self.outbox.write(b"two")
        self.assertEqual(self.transport.value(), b"one two")
        self.assertEqual(self.unsent.size, 0)
        self.assertIsNone(self.transport.producer)

    def test_waitsForTheTransport(self) -> None:
        """While the transport is busy with one chunk, the others wait, and keep their order."""
        self.transport.takes = False
        for chunk in (b"one ", b"two ", b"three"):
            self.outbox.write(chunk)
        self.assertEqual(self.transport.value(), b"one ")
        self.assertEqual(self.unsent.size, 13)
        self.transport.takes = True
        self.transport.pull()
        self.assertEqual(self.transport.value(), b"one two three")
        self.assertEqual(self.unsent.size, 0)

    def test_most(self) -> None:
        """Past the bound it gives up, once, and takes nothing more."""
        self.transport.takes = False
        self.outbox.write(b"x" * 1000)
        self.assertEqual(self.overflows, [])
        self.outbox.write(b"x")
        self.outbox.write(b"x" * 2000)
        self.assertEqual(self.overflows, ["a"])
        self.assertEqual(self.unsent.size, 0)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_patience(self) -> None:
        """More than the slack may wait for a while, not longer."""
        self.transport.takes = False
        self.outbox.write(b"x" * 101)
        self.clock.advance(29.9)
        self.assertEqual(self.overflows, [])
        self.clock.advance(0.1)
        self.assertEqual(self.overflows, ["a"])

    def test_patienceEndsWithTheSlack(self) -> None:
        """When less waits in time, all is well, and the time starts anew."""
        self.transport.takes = False
        self.outbox.write(b"x" * 101)
        self.outbox.write(b"y" * 60)
        self.clock.advance(29)
        self.transport.pull()
        self.clock.advance(29)
        self.assertEqual(self.overflows, [])

    def test_total(self) -> None:
        """When all together are past the bound, the one with the most gives up."""
        self.transport.takes = False
        other, outbox = self.make("b")
        other.takes = False
        outbox.write(b"x" * 900)
        self.outbox.write(b"x" * 600)
        self.assertEqual(self.overflows, [])
        self.outbox.write(b"x")
        self.assertEqual(self.overflows, ["b"])
        self.assertEqual(self.unsent.size, 601)

    def test_closeSendsTheRest(self) -> None:
        """Closing waits until everything is sent, and takes nothing more."""
        self.transport.takes = False
        self.outbox.write(b"one ")
        self.outbox.write(b"two")
        self.outbox.close()
        self.outbox.write(b"three")
        self.assertFalse(self.transport.disconnecting)
        self.transport.takes = True
        self.transport.pull()
        self.assertEqual(self.transport.value(), b"one two")
        self.assertTrue(self.transport.disconnecting)

    def test_closeDoesNotWaitForever(self) -> None:
        """A client that does not take the rest is aborted when patience ends."""
        self.transport.takes = False
        self.outbox.write(b"one")
        self.outbox.close()
        self.clock.advance(30)
        self.assertTrue(self.transport.disconnected)

    def test_brokenTransport(self) -> None:
        """A transport that raises is given up; whoever writes does not notice."""
        self.transport.write = lambda data: 1 / 0  # type: ignore[method-assign]
        self.outbox.write(b"one")
        self.assertEqual(self.overflows, ["a"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_goneConnection(self) -> None:
        """When the connection is gone, nothing waits and no timer runs."""
        self.transport.takes = False
        self.outbox.write(b"x" * 500)
        self.outbox.close()
        self.outbox.stopProducing()
        self.assertEqual(self.unsent.size, 0)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.overflows, [])
