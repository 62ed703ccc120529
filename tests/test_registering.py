"""Accounts, as those who have them see them: making, changing and giving up a name."""

from __future__ import annotations

from loqui.events import AccountChanged, CodeGiven, Joined, Left, Renamed
from loqui.identities import digestCode
from tests.chat import NOW, AccountsTestCase, passwordOf


class RegisterTests(AccountsTestCase):
    """C{/register}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_register(self) -> None:
        """Who registers has the name from then on, and others hear nothing of it."""
        self.assertEqual(
            self.alice.asks("/register correct-horse"), ["* alice is yours: next time, it is asked for your password"]
        )
        self.assertEqual(self.bob.sees(), [])
        account = self.hub.accounts.find("alice")
        assert account is not None
        self.assertEqual((account.name, account.hash), ("alice", "esroh-tcerroc"))

    def test_passwordOfSeveralWords(self) -> None:
        """What stands behind the first word is a code: if it is none, no account is made with that word alone."""
        sentence = "! that invitation code is not valid; a password is one word here"
        self.assertEqual(self.answer(self.alice, "/register correct-horse battery staple"), [sentence])
        self.assertFalse(self.hub.registrar.isRegistered("alice"))

    def test_codeThatIsNotNeeded(self) -> None:
        """A code that is valid is no mistake where none is needed."""
        self.hub.accounts.give(CodeGiven("@admin", digestCode("abcd-efgh-jkmn"), 1, NOW + 1, NOW))
        self.answer(self.alice, "/register correct-horse abcd-efgh-jkmn")
        self.assertTrue(self.hub.registrar.isRegistered("alice"))

    def test_notBeforeItIsKept(self) -> None:
        """Nobody is told that a name is theirs before that is kept."""
        self.alice.type("/register correct-horse")
        self.assertEqual(self.alice.sees(), [])
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! not done: it cannot be saved (disk full)"])
        self.assertIsNone(self.hub.accounts.find("alice"))
        self.assertEqual(len(self.hub.accounts), 0)
        self.assertIn("* alice is yours", self.alice.asks("/register correct-horse")[0])

    def test_once(self) -> None:
        """Who is registered cannot register again, and nothing is hashed for that."""
        self.happens(self.alice, "/register correct-horse")
        self.passwords.asked.clear()
        self.assertEqual(
            self.isRefused(self.alice, "/register other-horse"),
            "alice is yours already; /passwd changes your password",
        )
        self.assertEqual(self.passwords.asked, [])

    def test_unfit(self) -> None:
        """A password that is none is refused, and the name is nobody's."""
        self.assertEqual(self.isRefused(self.alice, "/register short"), "a password has at least 8 characters")
        self.assertEqual(self.isRefused(self.alice, "/register")[:6], "usage:")
        self.assertIsNone(self.hub.accounts.find("alice"))
        self.nothingWaits()

    def test_goneMeanwhile(self) -> None:
        """Who is gone before the password is hashed has registered nothing, and the name is free."""
        self.passwords.isSlow = True
        self.alice.type("/register correct-horse")
        self.alice.lose()
        self.passwords.answer()
        self.journal.commit()
        self.assertIsNone(self.hub.accounts.find("alice"))
        (again,) = self.here("alice")
        self.passwords.isSlow = False
        self.assertIn("* alice is yours", again.asks("/register other-horse")[0])

    def test_lockdownMeanwhile(self) -> None:
        """When nobody new is let in any more, nobody registers either."""
        self.happens(self.admin(), "/lockdown on")
        self.assertEqual(
            self.isRefused(self.alice, "/register correct-horse"),
            "this server takes nobody new at the moment; try again later",
        )

    def test_noAccounts(self) -> None:
        """Where there are no passwords there are no accounts."""
        self.hub.passwords = None
        self.assertEqual(self.isRefused(self.alice, "/register correct-horse"), "there are no accounts here")

    def test_plaintext(self) -> None:
        """Passwords over a connection that others can read are refused, with what to do."""
        self.alice.session.takesPasswords = False
        for line in ("/register correct-horse", "/login bob x", "/passwd a b", "/unregister a"):
            self.assertIn("--allow-plaintext-passwords", self.isRefused(self.alice, line))
        self.assertEqual(self.passwords.asked, [])

    def test_rightsStay(self) -> None:
        """Who owns a room owns it when they have registered."""
        self.gather("#dev", self.alice)
        self.happens(self.alice, "/register correct-horse", "/private on")
        self.assertEqual(self.owners("#dev"), {"alice"})

    def test_ofAnOtherSystem(self) -> None:
        """The name of an account of another system is no other's, whoever has it already."""
        self.passwords.others["alice"] = "alices-password"
        self.assertEqual(
            self.isRefused(self.alice, "/register correct-horse"), "alice is registered; /nick changes your name"
        )


class PasswdTests(AccountsTestCase):
    """C{/passwd}."""

    def setUp(self) -> None:
        super().setUp()
        (self.alice,) = self.registered("alice")

    def test_change(self) -> None:
        """The new password is good from then on, the old one is not."""
        self.assertEqual(
            self.alice.asks(f"/passwd {passwordOf('alice')} battery-staple"), ["* Your password is changed"]
        )
        (guest,) = self.here("guest")
        self.happens(self.alice, "/quit")
        self.assertEqual(self.isRefused(guest, f"/login alice {passwordOf('alice')}"), "wrong name or password")
        self.assertIn("* You are logged in as alice", guest.asks("/login alice battery-staple"))

    def test_wrong(self) -> None:
        """Without the old one nothing is changed, nor hashed."""
        self.assertEqual(self.isRefused(self.alice, "/passwd wrong-horse battery-staple"), "wrong name or password")
        self.assertEqual([words[0] for words in self.passwords.asked], ["check"])
        self.nothingWaits()

    def test_unfit(self) -> None:
        """A new one that cannot be one leaves the old one."""
        self.assertEqual(
            self.isRefused(self.alice, f"/passwd {passwordOf('alice')} short"), "a password has at least 8 characters"
        )

    def test_guest(self) -> None:
        """A guest has none."""
        (bob,) = self.here("bob")
        self.assertEqual(self.isRefused(bob, "/passwd a b"), "bob is not registered; /register PASSWORD makes it yours")

    def test_otherSystem(self) -> None:
        """Who is from another system changes it there, and is told so."""
        carol = self.visitor().login("carol")
        for line in ("/passwd a b", "/unregister a"):
            self.assertEqual(self.isRefused(carol, line), "carol is an account of another system, and is changed there")

    def test_cannotBeKept(self) -> None:
        """What cannot be kept is not changed."""
        self.alice.type(f"/passwd {passwordOf('alice')} battery-staple")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! not done: it cannot be saved (disk full)"])
        self.assertEqual(
            self.alice.asks(f"/passwd {passwordOf('alice')} battery-staple"), ["* Your password is changed"]
        )

    def test_deletedMeanwhile(self) -> None:
        """Whose account is deleted while the password is looked at has none to change."""
        self.passwords.isSlow = True
        self.alice.type(f"/passwd {passwordOf('alice')} battery-staple")
        self.happens(self.admin(), "/user delete alice")
        self.alice.sees()
        self.passwords.answer()
        self.passwords.answer()
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["! wrong name or password"])
        self.assertIsNone(self.hub.accounts.find("alice"))

    def test_deletedWhileHashed(self) -> None:
        """Nor does it come back by the new one."""
        self.passwords.isSlow = True
        self.alice.type(f"/passwd {passwordOf('alice')} battery-staple")
        self.passwords.answer()
        self.happens(self.admin(), "/user delete alice")
        self.alice.sees()
        self.passwords.answer()
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["! alice is not registered; /register PASSWORD makes it yours"])
        self.assertIsNone(self.hub.accounts.find("alice"))


class UnregisterTests(AccountsTestCase):
    """C{/unregister}, and an account that is deleted while its owner is on."""

    def setUp(self) -> None:
        super().setUp()
        (self.alice,) = self.registered("alice")
        (self.bob,) = self.here("bob")
        self.alice.sees()

    def test_unregister(self) -> None:
        """Who gives up an account is a guest under the same name, and the next one may have that."""
        self.assertEqual(
            self.alice.asks(f"/unregister {passwordOf('alice')}"), ["* The account alice is no more; you are a guest"]
        )
        self.assertIn("a guest", self.bob.asks("/whois alice")[0])
        self.happens(self.alice, "/quit")
        self.here("Alice")

    def test_wrong(self) -> None:
        """Not without the password."""
        self.assertEqual(self.isRefused(self.alice, "/unregister wrong-horse"), "wrong name or password")
        self.nothingWaits()

    def test_rightsDoNotStick(self) -> None:
        """What was the account's is not for who has its name next: rooms, invitations, and an operator's office."""
        self.gather("#dev", self.alice, self.bob)
        self.happens(self.alice, "/private on")
        self.gather("#den", self.bob)
        self.happens(self.bob, "/private on", "/invite alice")
        self.happens(self.admin(), "/op alice")
        self.assertTrue(self.isOperator(self.alice))
        self.happens(self.alice, f"/unregister {passwordOf('alice')}", "/quit")
        self.assertEqual((self.owners(), self.owners("#dev")), (set(), set()))
        (next,) = self.here("alice")
        self.happens(next, "/register correct-horse")
        self.assertFalse(self.isOperator(next))
        for room in ("#dev", "#den"):
            self.assertIn("is not open to you", self.isRefused(next, f"/join {room}"))

    def test_guestWhoRemainsHasNoRights(self) -> None:
        """They lose them at once, not when they go."""
        self.gather("#dev", self.alice)
        self.happens(self.admin(), "/op alice")
        self.happens(self.alice, f"/unregister {passwordOf('alice')}")
        self.assertIn("only an operator may do that", self.isRefused(self.alice, "/stats"))
        self.assertIn("only who owns #dev", self.isRefused(self.alice, "/private on"))

    def test_sanctionsStick(self) -> None:
        """A mute is the name's, and does not go with the account."""
        self.happens(self.admin(), "/mute alice")
        self.happens(self.alice, f"/unregister {passwordOf('alice')}")
        self.assertEqual(self.isRefused(self.alice, "hello"), "not said: you are muted")

    def test_cannotBeKept(self) -> None:
        """When that cannot be kept, all is as it was."""
        self.gather("#dev", self.alice)
        self.happens(self.admin(), "/op alice")
        self.alice.sees()
        self.alice.type(f"/unregister {passwordOf('alice')}")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! not done: it cannot be saved (disk full)"])
        self.assertEqual((self.owners(), self.owners("#dev")), ({"alice"}, {"alice"}))
        self.assertTrue(self.isOperator(self.alice))

    def test_byAnOperator(self) -> None:
        """Whose account is deleted is told, and is a guest."""
        self.happens(self.admin(), "/user delete alice")
        self.assertEqual(self.alice.sees(), ["* @admin has deleted your account; you are a guest"])
        self.assertEqual(self.bob.sees(), [])
        self.assertIn("a guest", self.bob.asks("/whois alice")[0])

    def test_whereGuestsAreNotWelcome(self) -> None:
        """Where everybody needs an account, who has none any more is out."""
        for line in (f"/unregister {passwordOf('alice')}", ""):
            self.setUp()
            self.hub.accounts.access = "closed"
            self.happens(self.alice, line) if line else self.happens(self.admin(), "/user delete alice")
            self.assertFalse(self.isHere(self.alice))
            self.assertEqual(self.bob.sees(), ["* alice has left (account deleted)"])

    def test_goodbyeIsTheLastLine(self) -> None:
        """Who is out by that is told goodbye, and nothing after that."""
        self.hub.accounts.access = "registered"
        self.assertEqual(
            self.alice.asks(f"/unregister {passwordOf('alice')}"),
            ["* You have to leave (account deleted)", "* Goodbye, alice."],
        )

    def test_suspended(self) -> None:
        """Who is suspended is out at once, with all connections, and others hear why."""
        other = self.another(self.alice)
        self.happens(self.admin(), "/user suspend alice")
        self.assertEqual(self.bob.sees(), ["* alice has left (suspended)"])
        self.assertEqual((self.isHere(self.alice), self.isHere(other)), (False, False))
        self.happens(self.admin(), "/user restore alice")
        self.assertIn("* You are logged in as alice", self.bob.asks(f"/login alice {passwordOf('alice')}"))


class EventTests(AccountsTestCase):
    """What the journal is given."""

    def test_events(self) -> None:
        """Events say who did what to whose account, and nothing of the password but its hash."""
        (alice,) = self.here("alice")
        self.happens(alice, "/register correct-horse", "/passwd correct-horse battery-staple")
        self.happens(alice, "/unregister battery-staple", "/quit")
        hashes = ("esroh-tcerroc", "elpats-yrettab")
        self.assertEqual(
            [event for event in self.journal.kept if not isinstance(event, (Joined, Left))],
            [
                AccountChanged("alice", "alice", "registered", hashes[0], "", NOW, 2),
                AccountChanged("alice", "alice", "password", hashes[1], "", NOW, 3),
                AccountChanged("alice", "alice", "deleted", "", "", NOW, 4),
            ],
        )

    def test_loginIsARename(self) -> None:
        """Who logs in is renamed, in the journal."""
        self.addAccounts("alice")
        (guest,) = self.here("guest")
        self.happens(guest, f"/login alice {passwordOf('alice')}")
        self.assertEqual(self.journal.kept[-1], Renamed("guest", "alice", NOW, len(self.journal.kept)))
