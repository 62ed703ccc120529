"""Who may have which name: its owner, by any number of connections, and no guest."""

from __future__ import annotations

from loqui.errors import LoquiError
from loqui.events import Moderated
from tests.chat import AccountsTestCase, passwordOf


class NameTests(AccountsTestCase):
    """A name that is somebody's is no other's."""

    def setUp(self) -> None:
        super().setUp()
        self.addAccounts("Alice", "bill")
        (self.bob,) = self.here("bob")

    def refusal(self, name: str) -> tuple[str, str]:
        """The code and the sentence with which a guest is not let in."""
        refusal = self.assertRaises(LoquiError, self.visitor().enter, name)
        return refusal.code, refusal.sentence

    def test_guest(self) -> None:
        """A guest cannot come in under a registered name, in any spelling, whether its owner is here or not."""
        for name in ("Alice", "alice", "ALICE", "\uff41lice"):
            self.assertEqual(self.refusal(name)[0], "name-registered")
        self.visitor().login("Alice")
        self.assertEqual(self.refusal("alice")[1], "alice is registered; /login alice PASSWORD if it is yours")

    def test_nick(self) -> None:
        """Nor change into one."""
        self.assertEqual(
            self.isRefused(self.bob, "/nick alice"), "alice is registered; /login alice PASSWORD if it is yours"
        )

    def test_looks(self) -> None:
        """Nor have, or change into, a name that looks like one."""
        self.assertEqual(
            self.refusal("biII"), ("name-confusable", "biII looks too much like bill, which is registered")
        )
        self.assertEqual(self.isRefused(self.bob, "/nick biII"), "biII looks too much like bill, which is registered")

    def test_registeredAndNotTold(self) -> None:
        """A name is its owner's from the moment that was accepted."""
        self.bob.type("/register correct-horse")
        self.bob.lose()
        self.assertEqual(self.refusal("bob")[0], "name-registered")
        self.journal.fail("disk full")
        self.here("bob")

    def test_ownerMayWriteItOtherwise(self) -> None:
        """Its owner may write it in another way, but not have another."""
        alice = self.visitor().login("Alice")
        self.assertEqual(alice.asks("/nick ALICE")[-1], "* Alice is now ALICE")
        self.assertEqual(self.isRefused(alice, "/nick zoe"), "you are logged in as ALICE; to be zoe, connect again")

    def test_deleted(self) -> None:
        """When an account is gone, the name and what looks like it are free."""
        self.happens(self.admin(), "/user delete bill")
        self.here("biII")

    def test_suspended(self) -> None:
        """The name of a suspended account is not free."""
        self.happens(self.admin(), "/user suspend bill")
        self.assertEqual(self.refusal("bill")[0], "name-registered")


class SquatterTests(AccountsTestCase):
    """Guests who have a name, or what looks like it, when it becomes somebody else's."""

    def add(self, name: str) -> None:
        """An operator makes an account."""
        admin = self.admin()
        admin.type(f"/user add {name}")
        admin.type(passwordOf(name))
        self.journal.commit()

    def test_putOut(self) -> None:
        """A guest whose name an operator registers is put out, told why; the owner comes in."""
        bob, carol = self.here("bob", "carol")
        self.add("bob")
        self.assertEqual(bob.sees(), ["* You have to leave (the name is somebody else's)", "* Goodbye, bob."])
        self.assertFalse(self.isHere(bob))
        self.assertEqual(carol.sees(), ["* bob has left (the name is somebody else's)"])
        owner = self.visitor().login("bob")
        self.journal.commit()
        self.assertEqual(carol.sees(), ["* bob has joined"])
        self.assertTrue(self.isHere(owner))

    def test_looksLikeIt(self) -> None:
        """So is a guest whose name looks like it; nothing breaks when either goes."""
        biII, _ = self.here("biII", "carol")
        self.add("bill")
        self.assertFalse(self.isHere(biII))
        for _ in range(2):
            owner = self.visitor().login("bill")
            self.happens(owner, "/quit")
        self.happens(self.admin(), "/user delete bill")
        self.assertEqual(list(self.users), ["carol"])

    def test_noAccountsThatLookAlike(self) -> None:
        """No two accounts look alike, whoever makes them."""
        self.add("bill")
        self.assertEqual(
            self.isRefused(self.admin(), "/user add biII"), "biII looks too much like bill, which is registered"
        )

    def test_lookAlikesOfAnotherSystem(self) -> None:
        """Accounts of another system may look alike: both are here, and either may go first."""
        for first in (0, 1):
            both = [self.visitor().login(name) for name in ("bill", "biII")]
            self.journal.commit()
            self.happens(both[first], "/quit")
            self.happens(both[1 - first], "/quit")
            self.assertEqual(self.users, {})
            self.here("bill")[0].lose()

    def test_noRightsGoAlong(self) -> None:
        """Who has the name of an operator's account, and has not logged in, takes nothing of theirs to another name."""
        (bob,) = self.here("bob")
        self.passwords.others["bob"] = "bobs-password"
        self.happens(self.admin(), "/op bob")
        self.assertFalse(self.isOperator(bob))
        self.addAccounts("mallory")
        for line in ("/nick zoe", f"/login mallory {passwordOf('mallory')}"):
            self.assertEqual(self.isRefused(bob, line), "bob is an operator's name; to be somebody else, connect again")
        self.assertEqual(self.owners(), {"bob"})
        self.assertFalse(self.isOperator(bob))

    def test_officeDoesNotWaitForTheNextOwner(self) -> None:
        """Who registers a name that another system's operator had is no operator, now or after a restart."""
        self.passwords.others["carol"] = "carols-password"
        self.happens(self.admin(), "/op carol")
        self.passwords.others.clear()
        (mallory,) = self.here("carol")
        self.assertFalse(self.isOperator(mallory))
        seen = mallory.asks("/register correct-horse")
        self.assertEqual(seen[0], "* carol says that carol is an operator no more: it is a new account")
        self.assertFalse(self.isOperator(mallory))
        self.assertEqual(self.owners(), set())
        self.assertIn("deop", [event.act for event in self.journal.kept if isinstance(event, Moderated)])

    def test_officeThatIsNotTaken(self) -> None:
        """When the registration cannot be kept, the operator is one as before."""
        self.passwords.others["carol"] = "carols-password"
        self.happens(self.admin(), "/op carol")
        self.passwords.others.clear()
        (mallory,) = self.here("carol")
        mallory.type("/register correct-horse")
        self.journal.fail("disk full")
        self.assertEqual((self.owners(), self.journal.waiting), ({"carol"}, []))
        self.assertFalse(self.isOperator(mallory))

    def test_ownerOusts(self) -> None:
        """A guest who has the name of another system's account, because it is new there, is put out by its owner."""
        bob, carol = self.here("bob", "carol")
        self.passwords.others["bob"] = "bobs-password"
        owner = self.visitor().login("bob")
        self.journal.commit()
        self.assertEqual(carol.sees(), ["* bob has left (the name is somebody else's)", "* bob has joined"])
        self.assertEqual((self.isHere(bob), self.isHere(owner)), (False, True))
        self.assertEqual(self.users["bob"], owner.session.user)

    def test_guestWhoBecomesThemOusts(self) -> None:
        """So does a guest who logs in by another connection."""
        bob, carol, guest = self.here("bob", "carol", "guest")
        self.passwords.others["bob"] = "bobs-password"
        guest.type("/login bob bobs-password")
        self.journal.commit()
        self.assertEqual(carol.sees(), ["* bob has left (the name is somebody else's)", "* guest is now bob"])
        self.assertFalse(self.isHere(bob))

    def test_oustedWithoutADisk(self) -> None:
        """When nothing can be kept, the guest is out, and so is the owner, who comes in when it can."""
        bob, carol = self.here("bob", "carol")
        self.passwords.others["bob"] = "bobs-password"
        owner = self.visitor().login("bob")
        self.journal.fail("disk full")
        self.assertEqual((self.isHere(bob), self.isHere(owner)), (False, False))
        self.visitor().login("bob")
        self.journal.commit()
        self.assertEqual(carol.sees(), ["* bob has left (the name is somebody else's)", "* bob has joined"])


class LoginTests(AccountsTestCase):
    """C{/login}, by a guest who is here."""

    def setUp(self) -> None:
        super().setUp()
        self.addAccounts("alice")
        self.guest, self.bob = self.here("guest", "bob")

    def test_login(self) -> None:
        """A guest becomes who they are, and others see a new name."""
        self.assertEqual(
            self.guest.asks(f"/login ALICE {passwordOf('alice')}"),
            ["* guest is now alice", "* You are logged in as alice"],
        )
        self.assertEqual(self.bob.sees(), ["* guest is now alice"])
        self.assertIn("alice: here since 12:00, idle for 0 s, registered", self.bob.asks("/whois alice")[0])
        self.here("guest")

    def test_wrong(self) -> None:
        """With a wrong password they are who they were."""
        self.assertEqual(self.isRefused(self.guest, "/login alice wrong-horse"), "wrong name or password")
        self.assertEqual(self.isRefused(self.guest, "/login zoe wrong-horse"), "wrong name or password")
        self.nothingWaits()
        self.assertEqual(self.guest.asks("hello"), ["guest: hello"])

    def test_sharedHost(self) -> None:
        """The address they come from is told to who counts guesses."""
        self.guest.session.host = "192.0.2.1"
        self.isRefused(self.guest, "/login alice wrong-horse")
        self.assertEqual(self.passwords.asked, [("check", "alice", "wrong-horse", "192.0.2.1")])

    def test_here(self) -> None:
        """Who is here by another connection is told how to be here by both."""
        self.visitor().login("alice")
        self.assertEqual(
            self.isRefused(self.guest, f"/login alice {passwordOf('alice')}"),
            "alice is here; connect again and say /login alice PASSWORD first",
        )

    def test_twice(self) -> None:
        """Who is logged in cannot become another."""
        self.addAccounts("zoe")
        self.happens(self.guest, f"/login alice {passwordOf('alice')}")
        self.assertEqual(
            self.isRefused(self.guest, f"/login zoe {passwordOf('zoe')}"),
            "you are logged in as alice; to be somebody else, connect again",
        )

    def test_goneMeanwhile(self) -> None:
        """Who is gone before the password has been looked at becomes nobody."""
        self.passwords.isSlow = True
        self.guest.type(f"/login alice {passwordOf('alice')}")
        self.guest.lose()
        self.passwords.answer()
        self.journal.commit()
        self.assertEqual(list(self.users), ["bob"])
        self.assertEqual(self.bob.sees(), ["* guest has left (connection lost)"])

    def test_kickedMeanwhile(self) -> None:
        """So does who has been put out."""
        self.passwords.isSlow = True
        self.guest.type(f"/login alice {passwordOf('alice')}")
        self.happens(self.admin(), "/kick guest")
        self.passwords.answer()
        self.journal.commit()
        self.assertEqual(list(self.users), ["bob"])

    def test_banned(self) -> None:
        """Who is banned cannot become it, nor whose address is."""
        self.happens(self.admin(), "/ban alice")
        self.assertEqual(self.isRefused(self.guest, f"/login alice {passwordOf('alice')}"), "you are banned")
        self.happens(self.admin(), "/unban alice", "/ban 192.0.2.0/24 noise")
        self.guest.session.host = "192.0.2.9"
        self.assertEqual(
            self.isRefused(self.guest, f"/login alice {passwordOf('alice')}"), "your address is banned: noise"
        )
        self.assertNotIn("alice", self.users)

    def test_roomsComeAlong(self) -> None:
        """What the guest owns is theirs as alice."""
        self.gather("#dev", self.guest, self.bob)
        self.happens(self.guest, f"/login alice {passwordOf('alice')}")
        self.assertEqual(self.owners("#dev"), {"alice"})
        self.assertEqual(self.guest.asks("/private on"), ["* #dev alice has made this room private"])

    def test_mutesComeAlong(self) -> None:
        """Who is muted is muted under the name they log in to."""
        self.happens(self.admin(), "/mute guest 1h noise")
        self.happens(self.guest, f"/login alice {passwordOf('alice')}")
        self.assertEqual(self.isRefused(self.guest, "hello"), "not said: you are muted for another 60 min: noise")

    def test_shorterMuteDoesNotReplaceALongerOne(self) -> None:
        """Who is muted for ever is that also when they come as a guest, are muted for a minute, and log in."""
        self.happens(self.admin(), "/mute guest 1m noise")
        alice = self.visitor().login("alice")
        self.happens(self.admin(), "/mute alice pest")
        self.happens(alice, "/quit")
        self.happens(self.guest, f"/login alice {passwordOf('alice')}")
        self.assertEqual(self.isRefused(self.guest, "hello"), "not said: you are muted: pest")

    def test_cannotBeKept(self) -> None:
        """When it cannot be kept, they have the name, and others hear of it later."""
        self.guest.type(f"/login alice {passwordOf('alice')}")
        self.journal.fail("disk full")
        self.assertEqual(
            self.guest.sees(), ["! others are told of your new name later: it cannot be saved (disk full)"]
        )
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* guest is now alice"])
        self.assertIn("registered", self.bob.asks("/whois alice")[0])


class SeveralSessionsTests(AccountsTestCase):
    """An owner with several connections."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = *self.registered("alice"), *self.here("bob")
        self.alice.sees()

    def test_oneJoinAndOneLeave(self) -> None:
        """Others see one join and one leave, whatever comes and goes in between."""
        others = [self.visitor().login("alice") for _ in range(3)]
        self.journal.commit()
        for visitor in (self.alice, *others[:2]):
            visitor.type("/quit")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), [])
        self.happens(others[2], "/quit")
        self.assertEqual(self.bob.sees(), ["* alice has left"])

    def test_allSeeEverything(self) -> None:
        """All connections are welcomed, and see what is said in the rooms their user is in, and in private."""
        self.gather("#dev", self.alice, self.bob)
        self.alice.type("one")
        other = self.visitor().login("alice")
        self.bob.type("two")
        self.bob.type("/msg alice psst")
        self.journal.commit()
        seen = other.sees()
        self.assertTrue(seen[0].startswith("* Welcome to Loqui, alice. Here: bob."), seen)
        self.assertEqual(seen[1:], ["#dev bob: two", "[PM from bob] psst"])

    def test_sameBatch(self) -> None:
        """Two who log in before the journal has kept either are one: one join, two welcomes."""
        self.happens(self.alice, "/quit")
        self.bob.sees()
        both = [self.visitor().login("alice") for _ in range(2)]
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* alice has joined"])
        for visitor in both:
            self.assertTrue(visitor.sees()[0].startswith("* Welcome to Loqui, alice. Here: bob."))

    def test_sameBatchThatFails(self) -> None:
        """When their coming cannot be kept, both are turned away."""
        self.happens(self.alice, "/quit")
        both = [self.visitor().login("alice") for _ in range(2)]
        self.journal.fail("disk full")
        for visitor in both:
            self.assertEqual(visitor.sees(), ["! you cannot come in: it cannot be saved (disk full)"])
            self.assertTrue(visitor.outlet.closed)
        self.assertEqual(list(self.users), ["bob"])
        self.visitor().login("alice")
        self.journal.commit()
        self.assertIn("* alice has joined", self.bob.sees())

    def test_moreWithoutADisk(self) -> None:
        """One more connection of somebody who is here needs no disk."""
        other = self.visitor().login("alice")
        self.journal.fail("disk full")
        self.assertTrue(other.sees()[0].startswith("* Welcome"))

    def test_ghost(self) -> None:
        """A connection that is dead, and that nobody knows to be, never keeps its owner out."""
        for _ in range(50):
            self.assertTrue(self.isHere(self.visitor().login("alice")))

    def test_logout(self) -> None:
        """C{/logout} ends this connection, and no other."""
        other = self.visitor().login("alice")
        self.journal.commit()
        self.assertEqual(self.alice.asks("/logout"), ["* Goodbye, alice."])
        self.assertEqual((self.isHere(self.alice), self.isHere(other)), (False, True))

    def test_logoutOfAGuest(self) -> None:
        """A guest has nothing to log out of."""
        self.assertEqual(self.isRefused(self.bob, "/logout"), "you are not logged in; /quit leaves")

    def test_logoutOfAnotherSystem(self) -> None:
        """Who has an account of another system can log out."""
        carol = self.visitor().login("carol")
        self.journal.commit()
        carol.sees()
        self.assertEqual(carol.asks("/logout"), ["* Goodbye, carol."])

    def test_newNameWhileComing(self) -> None:
        """A connection that comes as the name is written in another way is welcomed under it."""
        other = self.visitor().login("alice")
        self.alice.type("/nick ALICE")
        self.journal.commit()
        self.assertIn("* alice is now ALICE", other.sees())

    def test_kick(self) -> None:
        """All connections of who is put out are ended, also those that have not been welcomed."""
        other = self.visitor().login("alice")
        self.admin().type("/kick alice")
        self.journal.commit()
        for visitor in (self.alice, other):
            self.assertEqual(visitor.sees()[-1], "* Goodbye, alice.")
            self.assertFalse(self.isHere(visitor))
        self.assertEqual(list(self.users), ["bob"])


class RaceTests(AccountsTestCase):
    """Two who want one name in the same batch."""

    def test_oneGuestAfterAnother(self) -> None:
        """A name that is left and registered, and taken by a guest, in one batch is its first owner's."""
        (alice,) = self.here("alice")
        alice.type("/register correct-horse")
        alice.type("/quit")
        self.assertRaises(LoquiError, self.visitor().enter, "alice")
        self.journal.commit()
        self.assertIsNotNone(self.hub.accounts.find("alice"))

    def test_twoOperators(self) -> None:
        """Of two operators who make one account, the first does."""
        first, second = self.admin(), self.admin()
        self.passwords.isSlow = True
        for admin, password in ((first, "first-password"), (second, "second-password")):
            self.happens(admin, "/user add carol")
            admin.type(password)
        self.passwords.answer()
        self.journal.commit()
        self.assertEqual(first.sees()[-1], "* carol: registered")
        self.assertEqual(second.sees()[-1], "! carol is registered already")
        account = self.hub.accounts.find("carol")
        assert account is not None
        self.assertEqual(account.hash, "first-password"[::-1])

    def test_guestRegistersWhatAnOperatorAdds(self) -> None:
        """When an operator registers a name that its guest registers at the same time, the first one has it."""
        (carol,) = self.here("carol")
        admin = self.admin()
        self.passwords.isSlow = True
        admin.type("/user add carol")
        admin.type("admins-password")
        carol.type("/register carols-password")
        self.passwords.answer()
        self.journal.commit()
        self.assertFalse(self.isHere(carol))
        account = self.hub.accounts.find("carol")
        assert account is not None
        self.assertEqual(account.hash, "admins-password"[::-1])

    def test_renameOntoANameThatIsBeingRegistered(self) -> None:
        """Who changes into a name while an operator registers it is put out."""
        (bob,) = self.here("bob")
        admin = self.admin()
        self.passwords.isSlow = True
        admin.type("/user add carol")
        admin.type("admins-password")
        self.happens(bob, "/nick carol")
        self.passwords.answer()
        self.journal.commit()
        self.assertFalse(self.isHere(bob))


class UndoneTests(AccountsTestCase):
    """Accounts in batches that cannot be kept."""

    def test_registeredAndDeleted(self) -> None:
        """Who registers and gives it up in such a batch is the guest they were."""
        (alice,) = self.here("alice")
        alice.type("/register correct-horse")
        alice.type("/unregister correct-horse")
        self.journal.fail("disk full")
        assert alice.session.user is not None
        self.assertFalse(alice.session.user.registered)
        self.assertIn("* alice is yours", alice.asks("/register correct-horse")[0])

    def test_deletedAndRegistered(self) -> None:
        """Who gives it up and registers anew has the account they had, and the old password."""
        (alice,) = self.registered("alice")
        alice.type(f"/unregister {passwordOf('alice')}")
        alice.type("/register correct-horse")
        self.journal.fail("disk full")
        assert alice.session.user is not None
        self.assertTrue(alice.session.user.registered)
        self.assertEqual(alice.asks(f"/passwd {passwordOf('alice')} correct-horse"), ["* Your password is changed"])

    def test_nameIsTakenMeanwhile(self) -> None:
        """Who took a name that was free for the moment is put out, and never has the account or its rights."""
        (alice,) = self.operators("alice")
        mallory, bob = self.here("mallory", "bob")
        alice.type(f"/unregister {passwordOf('alice')}")
        alice.type("/quit")
        mallory.type("/nick alice")
        self.journal.fail("disk full")
        self.assertFalse(self.isHere(mallory))
        self.assertNotIn("alice", self.users)
        self.journal.commit()
        self.assertEqual(
            bob.sees(),
            ["* alice has left", "* mallory is now alice", "* alice has left (the name is somebody else's)"],
        )
        self.assertEqual(self.owners(), {"alice"})
        owner = self.visitor().login("alice")
        self.journal.commit()
        self.assertTrue(self.isOperator(owner))

    def test_comesAndTakesIt(self) -> None:
        """So is who came in the same batch."""
        (alice,) = self.operators("alice")
        (bob,) = self.here("bob")
        alice.type(f"/unregister {passwordOf('alice')}")
        alice.type("/quit")
        mallory = self.visitor().enter("alice")
        self.journal.fail("disk full")
        self.assertTrue(mallory.outlet.closed)
        owner = self.visitor().login("alice")
        self.journal.commit()
        self.assertEqual(bob.sees(), ["* alice has left", "* alice has joined"])
        self.assertTrue(self.isOperator(owner))
        self.assertEqual(list(self.users), ["bob", "alice"])

    def test_operatorWhoseAccountIsNot(self) -> None:
        """Whose account could not be kept is no operator, when somebody else registers the name."""
        admin = self.admin()
        admin.type("/user add carol")
        admin.type("carols-password")
        admin.type("/op carol")
        self.journal.fail("disk full")
        self.nothingWaits()
        self.assertEqual(self.owners(), set())
        (mallory,) = self.here("carol")
        self.happens(mallory, "/register correct-horse")
        self.assertFalse(self.isOperator(mallory))
        self.assertEqual(self.owners(), set())

    def test_suspendedIsNot(self) -> None:
        """Who was to be suspended is not, though they are out."""
        (alice,) = self.registered("alice")
        self.admin().type("/user suspend alice")
        self.journal.fail("disk full")
        self.assertFalse(self.isHere(alice))
        self.assertTrue(self.isHere(self.visitor().login("alice")))
        (account,) = self.hub.accounts.all()
        self.assertFalse(account.suspended)

    def test_loginToWhatCouldNotBeKept(self) -> None:
        """Who logged in to an account that is not is a guest of the same name."""
        admin, (guest,) = self.admin(), self.here("guest")
        admin.type("/user add zoe")
        admin.type("zoes-password")
        guest.type("/login zoe zoes-password")
        self.journal.fail("disk full")
        self.journal.commit()
        assert guest.session.user is not None
        self.assertEqual((guest.session.user.name, guest.session.user.registered), ("zoe", False))
        self.assertIn("* zoe is yours", guest.asks("/register correct-horse")[-1])
