"""What is said at the text door before the welcome, when a name is not enough."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import ISSLTransport
from zope.interface import directlyProvides

from loqui.events import AccountChanged
from tests.chat import passwordOf
from tests.doors import ASKED, ELSEWHERE, HERE, NOON, WELCOME, LoginDoorTestCase, Visitor


class PasswordTests(LoginDoorTestCase):
    """A registered name as the first line."""

    def test_right(self) -> None:
        """Who gives a registered name is asked for the password, and with that is in."""
        alice = self.visitor()
        self.assertEqual(self.says(alice, "Alice"), ["? Alice is registered. Password:"])
        self.assertNotIn("alice", self.factory.users)
        (line,) = self.says(alice, passwordOf("alice"))
        self.assertTrue(line.startswith(WELCOME))
        self.assertEqual(self.says(alice, "hello"), ["alice: hello"])

    def test_threeTries(self) -> None:
        """There are three tries, and after the third the connection is closed."""
        alice = self.visitor()
        self.says(alice, "alice")
        self.assertEqual(self.says(alice, "one"), ["! wrong name or password (2 tries left)", ASKED])
        self.assertEqual(self.says(alice, ""), ["! wrong name or password (1 try left)", ASKED])
        self.assertEqual(self.says(alice, "three"), ["! wrong name or password"])
        self.assertTrue(alice.closed)
        self.assertEqual(self.says(alice, passwordOf("alice")), [])
        self.assertNotIn("alice", self.factory.users)

    def test_allInOne(self) -> None:
        """Three wrong ones and the right one in one segment are three tries."""
        alice = self.visitor()
        seen = self.says(alice, "alice", "one", "two", "three", passwordOf("alice"), "hello")
        self.assertEqual(seen[-1], "! wrong name or password")
        self.assertTrue(alice.closed)

    def test_secondTry(self) -> None:
        """A wrong one before the right one is no matter."""
        alice = self.visitor()
        seen = self.says(alice, "alice", "one", passwordOf("alice"), "hello")
        self.assertEqual(seen[1:3], ["! wrong name or password (2 tries left)", ASKED])
        self.assertEqual(seen[-1], "alice: hello")

    def test_exactly(self) -> None:
        """The password is all of the line, blanks too; a CR belongs to its end; slashes are no commands."""
        self.hub.registrar.change(AccountChanged("@admin", "alice", "password", " /quit  now "[::-1], "", NOON), None)
        for line, isRight in ((" /quit  now ", True), ("/quit  now", False), (" /quit  now", False)):
            alice = self.visitor()
            seen = self.says(alice, "alice", f"{line}\r")
            self.assertEqual(seen[-1].startswith(WELCOME), isRight, line)

    def test_nobodyElseSees(self) -> None:
        """Nobody sees anything of who is being asked, and neither the name nor the password is anywhere."""
        bob = self.visitor("bob")
        alice = self.visitor()
        self.says(alice, "alice", "wrong")
        self.lost(alice)
        self.settle()
        self.assertEqual(bob.transport.lines(), [])
        self.assertNotIn("wrong", repr(self.journal.kept))

    def test_timeout(self) -> None:
        """The time for a name begins anew with each question, and ends the connection."""
        alice = self.visitor()
        self.says(alice, "alice")
        self.clock.advance(59)
        self.says(alice, "wrong")
        self.clock.advance(59)
        self.assertFalse(alice.closed)
        self.clock.advance(1)
        self.assertEqual(alice.transport.lines(), ["! disconnected: no answer within 60 s"])
        self.assertTrue(alice.closed)
        self.assertEqual(self.says(alice, passwordOf("alice")), [])

    def test_tooMuch(self) -> None:
        """Name and passwords together are at most 4 KiB."""
        alice = self.visitor()
        self.says(alice, "alice", "x" * 3000)
        self.assertEqual(self.says(alice, "y" * 2000)[-1], "! disconnected: no name within 4 KiB")
        self.assertNotIn("y" * 2000, repr(self.passwords.asked))

    def test_onceNamedNothingTimesOut(self) -> None:
        """Who is in stays."""
        alice = self.visitor()
        self.says(alice, "alice", passwordOf("alice"))
        self.clock.advance(10_000)
        self.assertFalse(alice.closed)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_suspended(self) -> None:
        """Who is suspended is told so when they have shown who they are, and is let go."""
        self.hub.registrar.change(AccountChanged("@admin", "alice", "suspended", "", "", NOON), None)
        alice = self.visitor()
        self.assertEqual(
            self.says(alice, "alice", passwordOf("alice")), [ASKED, "! alice is suspended; ask an operator"]
        )
        self.assertTrue(alice.closed)

    def test_owner(self) -> None:
        """Who is here already is here once more: nobody hears of it, and everything is seen by both."""
        bob, first = self.visitor("bob"), self.visitor()
        self.says(first, "alice", passwordOf("alice"))
        bob.transport.lines()
        second = self.visitor()
        self.assertTrue(self.says(second, "alice", passwordOf("alice"))[1].startswith(WELCOME))
        self.says(bob, "hello")
        self.assertEqual(first.transport.lines(), ["bob: hello"])
        self.assertEqual(second.transport.lines(), ["bob: hello"])
        self.lost(first)
        self.settle()
        self.assertEqual(bob.transport.lines(), [])

    def test_deletedMeanwhile(self) -> None:
        """When the account is deleted while they are asked, every password is wrong."""
        alice = self.visitor()
        self.says(alice, "alice")
        self.hub.registrar.change(AccountChanged("@admin", "alice", "deleted", "", "", NOON), None)
        self.assertEqual(self.says(alice, passwordOf("alice")), ["! wrong name or password (2 tries left)", ASKED])

    def test_serverStops(self) -> None:
        """Who is being asked when the server stops is told that."""
        alice = self.visitor()
        self.says(alice, "alice")
        self.factory.closeAll("the server is stopping")
        self.assertEqual(alice.transport.lines(), ["* the server is stopping"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_lostWhileAsked(self) -> None:
        """Who goes while they are asked leaves nothing behind."""
        for reason in (ConnectionLost, ConnectionDone):
            alice = self.visitor()
            self.says(alice, "alice")
            self.lost(alice, reason)
        self.settle()
        self.assertEqual((self.factory.users, self.clock.getDelayedCalls()), ({}, []))
        self.assertEqual(self.doorkeeper.count, 0)

    def test_halfCloseWhileAsked(self) -> None:
        """Who sends no password, and their last, is let go."""
        alice = self.visitor()
        self.says(alice, "alice")
        self.halfClosed(alice)
        self.assertTrue(alice.closed)
        self.assertNotIn("alice", self.factory.users)


class FirstLineTests(LoginDoorTestCase):
    """C{/login} and C{/register} as first lines, for scripts."""

    def test_login(self) -> None:
        """C{/login NAME PASSWORD} is all it takes; the password may have blanks in it."""
        alice = self.visitor()
        seen = self.says(alice, f"/login alice {passwordOf('alice')}", "hello")
        self.assertTrue(seen[0].startswith(WELCOME))
        self.assertEqual(seen[1:], ["alice: hello"])
        self.hub.registrar.change(AccountChanged("@admin", "alice", "password", "two  words"[::-1], "", NOON), None)
        self.assertTrue(self.says(self.visitor(), "/LOGIN  ALICE  two  words")[0].startswith(WELCOME))

    def test_wrong(self) -> None:
        """A wrong one may be tried again, three times in all, known name or not, with the same words."""
        for name in ("alice", "nobody", "a:b"):
            visitor = self.visitor()
            self.assertEqual(self.says(visitor, f"/login {name} x"), ["! wrong name or password (2 tries left)"])
            self.assertEqual(self.says(visitor, f"/login {name} y"), ["! wrong name or password (1 try left)"])
            self.assertEqual(self.says(visitor, f"/login {name} z"), ["! wrong name or password"])
            self.assertTrue(visitor.closed)

    def test_afterAWrongOne(self) -> None:
        """After a wrong one any first line will do."""
        for line in (f"/login alice {passwordOf('alice')}", "bob"):
            visitor = self.visitor()
            self.says(visitor, "/login alice wrong")
            self.assertTrue(self.says(visitor, line)[0].startswith("* Welcome"), line)

    def test_triesAreOfTheConnection(self) -> None:
        """Wrong ones in first lines, questions and commands are counted together."""
        visitor = self.visitor()
        self.says(visitor, "/login alice wrong", "alice", "wrong")
        self.lost(visitor)
        visitor = self.visitor()
        self.says(visitor, "/login alice wrong", "bob")
        self.assertEqual(self.says(visitor, "/login alice wrong"), ["! wrong name or password (1 try left)"])
        bob = self.factory.users["bob"]
        self.assertEqual(self.says(visitor, "/login alice wrong"), ["! wrong name or password"])
        self.assertTrue(visitor.closed)
        self.assertNotIn(bob, self.factory.users.values())

    def test_usage(self) -> None:
        """What is missing is said, and the connection stays."""
        visitor = self.visitor()
        for line in ("/login", "/login alice"):
            self.assertEqual(self.says(visitor, line), ["! usage: /login NAME PASSWORD"])
        self.assertEqual(self.says(visitor, "/register bob"), ["! usage: /register NAME PASSWORD [CODE]"])
        self.assertTrue(self.says(visitor, "bob")[0].startswith("* Welcome"))

    def test_register(self) -> None:
        """C{/register NAME PASSWORD} makes the account and lets in."""
        bob = self.visitor()
        self.assertTrue(self.says(bob, "/register Bob correct-horse")[0].startswith("* Welcome to Loqui, Bob."))
        self.says(bob, "/quit")
        self.assertTrue(self.says(self.visitor(), "/login bob correct-horse")[0].startswith("* Welcome to Loqui, Bob."))

    def test_registerWhatIsTaken(self) -> None:
        """Not a name that is registered, here, looks like either, or is none."""
        self.visitor("bill")
        for name, sentence in {
            "alice": "alice is registered; /login alice PASSWORD if it is yours; connect again with another name",
            "bill": "bill is already taken; connect again with another name",
            "biII": "biII looks too much like bill, who is here; connect again with another name",
            "aIice": "aIice looks too much like alice, which is registered; connect again with another name",
        }.items():
            visitor = self.visitor()
            self.assertEqual(self.says(visitor, f"/register {name} correct-horse"), [f"! {sentence}"])
            self.assertTrue(visitor.closed)
        self.assertNotIn("hash", [asked for asked, *_ in self.passwords.asked])

    def test_registerBannedName(self) -> None:
        """Nor one that is banned; no account is made of it."""
        self.moderate("ban", "bob")
        self.assertEqual(self.says(self.visitor(), "/register bob correct-horse"), ["! you are banned"])
        self.assertIsNone(self.hub.accounts.find("bob"))

    def test_twoRegistrations(self) -> None:
        """Of two who register one name at once, the first to be hashed has it; the other is told so."""
        self.passwords.isSlow = True
        first, second = self.visitor(), self.visitor()
        for visitor, password in ((first, "first-password"), (second, "second-password")):
            self.says(visitor, f"/register bob {password}")
        self.passwords.answer()
        self.settle()
        self.assertTrue(first.transport.lines()[0].startswith("* Welcome"))
        self.assertEqual(
            second.transport.lines(),
            ["! bob is registered; /login bob PASSWORD if it is yours; connect again with another name"],
        )
        account = self.hub.accounts.find("bob")
        assert account is not None
        self.assertEqual(account.hash, "first-password"[::-1])

    def test_guestComesMeanwhile(self) -> None:
        """A guest who takes the name while the password is hashed has it."""
        self.passwords.isSlow = True
        visitor = self.visitor()
        self.says(visitor, "/register bob correct-horse")
        self.visitor("bob")
        self.passwords.answer()
        self.settle()
        self.assertEqual(visitor.transport.lines(), ["! bob is already taken; connect again with another name"])
        self.assertIsNone(self.hub.accounts.find("bob"))

    def test_unfit(self) -> None:
        """A password that is none may be tried again."""
        visitor = self.visitor()
        self.assertEqual(self.says(visitor, "/register bob short"), ["! a password has at least 8 characters"])
        self.assertTrue(self.says(visitor, "/register bob correct-horse")[0].startswith("* Welcome"))

    def test_diskFull(self) -> None:
        """When it cannot be kept, there is no account, and nobody is in; the name is free."""
        visitor = self.visitor()
        visitor.send(b"/register bob correct-horse\n")
        self.journal.fail("disk full")
        self.assertEqual(visitor.transport.lines(), ["! you cannot come in: it cannot be saved (disk full)"])
        self.assertTrue(visitor.closed)
        self.assertIsNone(self.hub.accounts.find("bob"))
        self.visitor("bob")

    def test_noAccounts(self) -> None:
        """Where there are no accounts, that is said."""
        self.factory.passwords = self.hub.passwords = None
        for line in ("/login alice x", "/register bob correct-horse"):
            visitor = self.visitor()
            self.assertEqual(self.says(visitor, line), ["! there are no accounts here"])


class PlaintextTests(LoginDoorTestCase):
    """Passwords where others may read along."""

    sentence = (
        "passwords are not taken over an unencrypted connection from another machine, where others may read along; "
        "connect on the server itself, by ssh say, or have it started with --allow-plaintext-passwords"
    )

    def test_refused(self) -> None:
        """Before anybody is asked for one, they are told why not, and what to do."""
        for line, why in {
            "alice": "alice is registered, and ",
            f"/login alice {passwordOf('alice')}": "",
            "/register bob correct-horse": "",
        }.items():
            visitor = self.visitor(host=ELSEWHERE)
            self.assertEqual(self.says(visitor, line), [f"! {why}{self.sentence}"])
            self.assertTrue(visitor.closed)
        self.assertEqual(self.passwords.asked, [])
        self.assertIsNone(self.hub.accounts.find("bob"))

    def test_guests(self) -> None:
        """Guests are welcome, and cannot register."""
        bob = self.visitor("bob", ELSEWHERE)
        self.assertEqual(self.says(bob, "/register correct-horse"), [f"! {self.sentence}"])

    def test_loopback(self) -> None:
        """This machine is no other, by IPv4, IPv6 or a socket file; nor is anybody behind TLS."""
        for address in (
            IPv4Address("TCP", "127.0.0.1", 1),
            IPv4Address("TCP", "127.3.2.1", 1),
            IPv6Address("TCP", "::1", 1),
            IPv6Address("TCP", "::ffff:127.0.0.1", 1),
            UNIXAddress(None),
            UNIXAddress(b"/run/x"),
        ):
            self.assertEqual(self.asked(address), [ASKED], address)
        for host in ("192.0.2.1", "10.0.0.1", "169.254.1.1"):
            self.assertIn(self.sentence, self.asked(IPv4Address("TCP", host, 1))[0])
        for host in ("::ffff:192.0.2.1", "2001:db8::1", "fe80::1%eth0", "::"):
            self.assertIn(self.sentence, self.asked(IPv6Address("TCP", host, 1))[0])

    def asked(self, address: Any, isEncrypted: bool = False) -> list[str]:
        """What somebody from an address is sent who gives a registered name."""
        visitor = Visitor(self.factory, HERE)
        visitor.transport.peerAddr = address
        if isEncrypted:
            directlyProvides(visitor.transport, ISSLTransport)
        return self.says(visitor, "alice")

    def test_encrypted(self) -> None:
        """Behind TLS it does not matter where somebody is."""
        self.assertEqual(self.asked(IPv4Address("TCP", ELSEWHERE, 1), isEncrypted=True), [ASKED])

    def test_allowed(self) -> None:
        """C{--allow-plaintext-passwords} lifts it."""
        self.factory.allowPlaintext = True
        self.assertEqual(self.asked(IPv4Address("TCP", ELSEWHERE, 1)), [ASKED])

    def test_behindAProxy(self) -> None:
        """Whoever a proxy speaks for counts, once it has said who that is."""
        visitor = self.visitor()
        visitor.transport.peerAddr = IPv4Address("TCP", ELSEWHERE, 1)
        self.assertIn(self.sentence, self.says(visitor, "alice")[0])

    def test_gate(self) -> None:
        """The password of the server is one, too."""
        self.passwords.gate = "open sesame"
        self.assertEqual(self.says(self.visitor(host=ELSEWHERE), "bob"), [f"! {self.sentence}"])

    def test_access(self) -> None:
        """Where an account is needed, who cannot make one is told why."""
        self.hub.accounts.access = "registered"
        self.assertEqual(
            self.says(self.visitor(host=ELSEWHERE), "bob"),
            [f"! this server is for people with an account, and {self.sentence}"],
        )

    def test_hostIsToldToWhoCounts(self) -> None:
        """Guesses are counted by the address that they come from."""
        self.factory.allowPlaintext = True
        visitor = self.visitor(host=ELSEWHERE)
        self.says(visitor, "/login alice wrong")
        self.assertEqual(self.passwords.asked, [("check", "alice", "wrong", ELSEWHERE)])
