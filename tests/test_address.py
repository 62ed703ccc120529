"""Tests for L{loqui.client.address}."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from loqui.client.address import parseAddress


class ParseAddressTests(SynchronousTestCase):
    """Where a server is, as people write it."""

    def _isRefused(self, text: str, why: str) -> None:
        self.assertEqual(str(self.assertRaises(ValueError, parseAddress, text)), f"{text}: {why}")

    def test_nothing(self) -> None:
        """Nothing is this machine, and the port of Loqui."""
        self.assertEqual(parseAddress(""), ("localhost", 32973))

    def test_host(self) -> None:
        """A host alone has the port of Loqui."""
        self.assertEqual(parseAddress("chat.example.org"), ("chat.example.org", 32973))

    def test_hostAndPort(self) -> None:
        """A port may stand behind a colon."""
        self.assertEqual(parseAddress("chat.example.org:4000"), ("chat.example.org", 4000))

    def test_portAlone(self) -> None:
        """A port alone is one of this machine."""
        self.assertEqual(parseAddress(":4000"), ("localhost", 4000))

    def test_colonWithoutPort(self) -> None:
        """Without a port behind it, a colon says nothing."""
        self.assertEqual(parseAddress("chat.example.org:"), ("chat.example.org", 32973))

    def test_ipv4(self) -> None:
        """An IPv4 address is a host like any other."""
        self.assertEqual(parseAddress("192.0.2.1:4000"), ("192.0.2.1", 4000))

    def test_bareIpv6(self) -> None:
        """A bare IPv6 address has no port: its last group is not taken for one."""
        self.assertEqual(parseAddress("2001:db8::1"), ("2001:db8::1", 32973))

    def test_bareIpv6WithAZone(self) -> None:
        """A bare IPv6 address keeps its zone."""
        self.assertEqual(parseAddress("fe80::1%eth0"), ("fe80::1%eth0", 32973))

    def test_ipv6InBrackets(self) -> None:
        """The brackets are no part of the address."""
        self.assertEqual(parseAddress("[2001:db8::1]"), ("2001:db8::1", 32973))

    def test_ipv6AndPort(self) -> None:
        """Behind brackets, a port may stand."""
        self.assertEqual(parseAddress("[2001:db8::1]:4000"), ("2001:db8::1", 4000))

    def test_bracketThatIsNotClosed(self) -> None:
        """An open bracket is refused, and how to write it is told."""
        self._isRefused("[2001:db8::1", "an IPv6 address is written [ADDRESS]:PORT")

    def test_textBehindTheBracket(self) -> None:
        """Anything but a colon behind the bracket is refused."""
        self._isRefused("[2001:db8::1]4000", "an IPv6 address is written [ADDRESS]:PORT")

    def test_lowestAndHighestPort(self) -> None:
        """Ports 1 and 65535 are accepted."""
        self.assertEqual([parseAddress("a:1"), parseAddress("a:65535")], [("a", 1), ("a", 65535)])

    def test_portOutOfRange(self) -> None:
        """Ports 0 and 65536 are refused."""
        self._isRefused("a:0", "a port is a number from 1 to 65535")
        self._isRefused("a:65536", "a port is a number from 1 to 65535")

    def test_portThatIsNoNumber(self) -> None:
        """A port that is not made of the digits 0 to 9 is refused."""
        for port in ("x", "-1", "+1", " 1", "1.5", "1_0", "٣", "²"):
            self._isRefused(f"a:{port}", "a port is a number from 1 to 65535")

    def test_portBehindBracketsIsCheckedToo(self) -> None:
        """A port behind brackets has the same bounds."""
        self._isRefused("[::1]:99999", "a port is a number from 1 to 65535")
