"""Addresses, networks and spans of time, as people write them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from loqui.durations import isDuration, parseDuration, sayDuration
from loqui.networks import holdsFor, isLoopback, networkOf, plainHost


class NetworkTests(SynchronousTestCase):
    """Which addresses are meant by what is written."""

    def test_networkOf(self) -> None:
        """An address is a network of its own, an IPv6 one its /64, a mapped one the IPv4 address."""
        for written, network in {
            "192.0.2.7": "192.0.2.7/32",
            "10.1.2.3/16": "10.1.0.0/16",
            "10.1.0.0/255.255.0.0": "10.1.0.0/16",
            "0.0.0.0/0": "0.0.0.0/0",
            "2001:db8::1": "2001:db8::/64",
            "2001:DB8:0:0:1:2:3:4": "2001:db8::/64",
            "2001:db8::1/128": "2001:db8::/64",
            "2001:db8:5::/48": "2001:db8:5::/48",
            "::ffff:192.0.2.7": "192.0.2.7/32",
            "::ffff:c000:207": "192.0.2.7/32",
            "::ffff:10.1.0.0/112": "10.1.0.0/16",
            "::1": "::/64",
        }.items():
            self.assertEqual(networkOf(written), network, written)

    def test_noNetwork(self) -> None:
        """What is neither an address nor a network is none."""
        for written in ("", "bob", "10", "10.1", "1.2.3.4.5", "256.1.1.1", "10.0.0.0/33", "/16", "fe80::1%eth0/64/2"):
            self.assertIsNone(networkOf(written), written)

    def test_holdsFor(self) -> None:
        """Who is in a network, by IPv4 or IPv6."""
        for network, host, holds in (
            ("10.1.0.0/16", "10.1.255.255", True),
            ("10.1.0.0/16", "::ffff:10.1.2.3", True),
            ("10.1.0.0/16", "10.2.0.0", False),
            ("10.1.0.0/16", "2001:db8::1", False),
            ("2001:db8::/64", "2001:db8::ffff:1", True),
            ("2001:db8::/64", "2001:db8:0:1::1", False),
            ("2001:db8::/32", "2001:db8:ffff::1", True),
            ("::/0", "10.1.2.3", False),
            ("0.0.0.0/0", "10.1.2.3", True),
            ("10.1.0.0/16", None, False),
            ("10.1.0.0/16", "", False),
            ("10.1.0.0/16", "/run/loqui.sock", False),
        ):
            self.assertEqual(holdsFor(network, host), holds, (network, host))

    def test_plainHost(self) -> None:
        """An address as a socket gives it, without what does not belong to it."""
        for given, host in {
            "::ffff:192.0.2.7": "192.0.2.7",
            "fe80::1%eth0": "fe80::1",
            "2001:db8::1": "2001:db8::1",
            "": None,
            None: None,
        }.items():
            self.assertEqual(plainHost(given), host)

    def test_isLoopback(self) -> None:
        """Which addresses are this machine's own."""
        for host in ("127.0.0.1", "127.9.9.9", "::1"):
            self.assertTrue(isLoopback(host), host)
        for host in ("128.0.0.1", "0.0.0.0", "::", "::2", "10.0.0.1", "localhost", ""):
            self.assertFalse(isLoopback(host), host)


class DurationTests(SynchronousTestCase):
    """C{90s 10m 2h 3d}."""

    def test_parse(self) -> None:
        """A number and a unit, in milliseconds."""
        for word, seconds in {
            "90s": 90,
            "10m": 600,
            "2h": 7200,
            "3d": 259_200,
            "0s": 0,
            "999999d": 86_399_913_600,
        }.items():
            self.assertTrue(isDuration(word))
            self.assertEqual(parseDuration(word), seconds * 1000)

    def test_others(self) -> None:
        """Everything else is none, Arabic digits and seven of them too."""
        for word in ("", "s", "10", "10 m", "-5s", "1.5h", "1w", "10M", "10m ", "10m\n", "٣m", "1000000s", "1h30m"):
            self.assertFalse(isDuration(word), word)
            self.assertRaises(ValueError, parseDuration, word)

    def test_say(self) -> None:
        """For people, in whole units; nothing is negative."""
        for seconds, words in {
            -5: "0 s",
            0: "0 s",
            119: "119 s",
            120: "2 min",
            7140: "119 min",
            7200: "2 h",
            172_800: "2 days",
            86_400 * 365: "365 days",
        }.items():
            self.assertEqual(sayDuration(seconds * 1000), words)
