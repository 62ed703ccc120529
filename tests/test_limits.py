"""Tests for L{loqui.doors.limits}."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui.doors.limits import REMEMBERED, Doorkeeper, LineBudget
from loqui.errors import LoquiError


class LineBudgetTests(SynchronousTestCase):
    """How many lines somebody may still send: 3 at once, then 2 a second."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.budget = LineBudget(3, 2.0, self.clock.seconds)

    def _spendAll(self) -> None:
        for _ in range(3):
            self.budget.spend()

    def test_burstIsFree(self) -> None:
        """As long as one more may come at once, there is nothing to wait for."""
        self.assertEqual([self.budget.spend(), self.budget.spend()], [0.0, 0.0])

    def test_endOfTheBurstMustWait(self) -> None:
        """After the last line of the burst, the next one may come when a line's time has passed."""
        self.budget.spend()
        self.budget.spend()
        self.assertEqual(self.budget.spend(), 0.5)

    def test_everyFurtherLineWaitsLonger(self) -> None:
        """Lines beyond the burst add up: each takes its time."""
        self._spendAll()
        self.assertEqual([self.budget.spend(), self.budget.spend()], [1.0, 1.5])

    def test_waitingPays(self) -> None:
        """Who waits as long as they are told may send one line, and then waits again."""
        self._spendAll()
        self.clock.advance(0.5)
        self.assertEqual(self.budget.spend(), 0.5)

    def test_restGivesTheBurstBack(self) -> None:
        """After a rest the whole burst may come again."""
        self._spendAll()
        self.clock.advance(1.5)
        self.assertEqual([self.budget.spend() for _ in range(3)], [0.0, 0.0, 0.5])

    def test_longRestGivesNoMoreThanTheBurst(self) -> None:
        """However long the rest, no more than the burst may come at once."""
        self.clock.advance(3600)
        self.assertEqual([self.budget.spend() for _ in range(3)], [0.0, 0.0, 0.5])

    def test_noRateIsNoLimit(self) -> None:
        """With rate 0 nothing is ever to wait for."""
        budget = LineBudget(1, 0.0, self.clock.seconds)
        self.assertEqual({budget.spend() for _ in range(100)}, {0.0})


class DoorkeeperTests(SynchronousTestCase):
    """Who may connect: 5 in all, 2 from one address."""

    def setUp(self) -> None:
        self.doorkeeper = Doorkeeper(5, 2, [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")])

    def _refusal(self, host: str | None) -> LoquiError:
        return self.assertRaises(LoquiError, self.doorkeeper.admit, host)

    def _admit(self, *hosts: str | None) -> list[str]:
        return [self.doorkeeper.admit(host) for host in hosts]

    def test_oneTooManyInAll(self) -> None:
        """When as many are in as may be, the next one is told that the server is full."""
        self._admit(*(f"192.0.2.{n}" for n in range(5)))
        refusal = self._refusal("192.0.2.5")
        self.assertEqual((refusal.code, refusal.sentence), ("full", "server is full"))

    def test_fullHoldsForTheTrustedToo(self) -> None:
        """Loopback and trusted networks count among all."""
        self._admit("127.0.0.1", "127.0.0.1", "10.1.1.1", "10.1.1.1", None)
        self.assertEqual(self._refusal("127.0.0.1").code, "full")

    def test_oneTooManyFromAnAddress(self) -> None:
        """When as many from one address are in as may be, the next one from it is refused."""
        self._admit("192.0.2.1", "192.0.2.1")
        refusal = self._refusal("192.0.2.1")
        self.assertEqual(
            (refusal.code, refusal.sentence), ("too-many-connections", "too many connections from your address")
        )

    def test_comesTooOften(self) -> None:
        """From one address only so many connections come at once, and then so many a second."""
        clock = Clock()
        self.doorkeeper = Doorkeeper(5, 2, newBudget=lambda: LineBudget(3, 0.5, clock.seconds))
        for _ in range(3):
            self.doorkeeper.release(self.doorkeeper.admit("192.0.2.1"))
        for _ in range(10):
            self.assertEqual(self._refusal("192.0.2.1").code, "too-many-connections")
        self._admit("192.0.2.2", "127.0.0.1", "127.0.0.1", "127.0.0.1", None)
        clock.advance(2.0)
        self.doorkeeper.release("192.0.2.2")
        self._admit("192.0.2.1")
        self.assertEqual(self._refusal("192.0.2.1").code, "full")

    def test_howOftenIsForgotten(self) -> None:
        """No more than ten thousand addresses are remembered."""
        self.doorkeeper = Doorkeeper(5, 2, newBudget=lambda: LineBudget(3, 1.0, Clock().seconds))
        for number in range(REMEMBERED + 10):
            self.doorkeeper.release(self.doorkeeper.admit(str(ip_address(0xC0000000 + number))))
        self.assertLessEqual(len(self.doorkeeper._budgets), REMEMBERED)

    def test_anotherAddressIsAdmitted(self) -> None:
        """What one address has taken is no matter to another."""
        self._admit("192.0.2.1", "192.0.2.1", "192.0.2.2")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_ipv6NetworkIsOneAddress(self) -> None:
        """All addresses of one IPv6 /64 count as one: whoever has one has them all."""
        self._admit("2001:db8::1", "2001:db8::ffff:1")
        self.assertEqual(self._refusal("2001:db8::2").code, "too-many-connections")

    def test_nextIpv6NetworkIsAnother(self) -> None:
        """Addresses of two IPv6 /64 count as two."""
        self._admit("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_mappedAddressIsTheIpv4Address(self) -> None:
        """An IPv4 address is the same when it comes mapped into IPv6."""
        self._admit("192.0.2.1", "::ffff:192.0.2.1")
        self.assertEqual(self._refusal("::ffff:c000:201").code, "too-many-connections")

    def test_mappedAddressesAreNotOneNetwork(self) -> None:
        """IPv4 addresses mapped into IPv6 share a /64, but count each for itself."""
        self._admit("::ffff:192.0.2.1", "::ffff:192.0.2.2", "::ffff:192.0.2.3")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_loopbackIsExempt(self) -> None:
        """Any number may come from loopback, IPv4, IPv6 or mapped."""
        self._admit("127.0.0.1", "127.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_trustedNetworkIsExempt(self) -> None:
        """Any number may come from a trusted IPv4 network, mapped or not."""
        self._admit("10.1.1.1", "10.1.1.1", "10.1.1.1", "::ffff:10.1.1.1")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_trustedIpv6NetworkIsExempt(self) -> None:
        """Any number may come from a trusted IPv6 network."""
        self._admit("2001:db8:1::1", "2001:db8:1::1", "2001:db8:1::1")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_zoneIsNoPartOfTheAddress(self) -> None:
        """A link-local address is the same by whatever interface it comes."""
        self._admit("fe80::1%eth0", "fe80::1%eth1")
        self.assertEqual(self._refusal("fe80::1").code, "too-many-connections")

    def test_noNetworkIsExempt(self) -> None:
        """Connections that come from no network, as by a UNIX socket, have no address to be counted by."""
        self._admit(None, None, None, "", "/run/chat.sock")
        self.assertEqual(self.doorkeeper.refused, {})

    def test_releasedPlaceIsFree(self) -> None:
        """When one has gone, another may come from that address."""
        source, _ = self._admit("192.0.2.1", "192.0.2.1")
        self.doorkeeper.release(source)
        self.assertEqual(self._admit("192.0.2.1"), [source])

    def test_releasedPlaceIsFreeInAll(self) -> None:
        """When one has gone, another may come to a server that was full."""
        source, *_ = self._admit(*(f"192.0.2.{n}" for n in range(5)))
        self.doorkeeper.release(source)
        self._admit("192.0.2.9")
        self.assertEqual(self._refusal("192.0.2.10").code, "full")

    def test_refusedTakesNoPlace(self) -> None:
        """Who is refused counts neither for the address nor in all."""
        self._admit("192.0.2.1", "192.0.2.1")
        for _ in range(5):
            self._refusal("192.0.2.1")
        self._admit("192.0.2.2", "192.0.2.2", "192.0.2.3")
        self.assertEqual(self._refusal("192.0.2.4").code, "full")

    def test_refusalsAreCounted(self) -> None:
        """How many were refused is known, by code."""
        self._admit("192.0.2.1", "192.0.2.1")
        self._refusal("192.0.2.1")
        self._refusal("192.0.2.1")
        self._admit("192.0.2.2", "192.0.2.2", "192.0.2.3")
        self._refusal("192.0.2.3")
        self.assertEqual(self.doorkeeper.refused, {"too-many-connections": 2, "full": 1})
