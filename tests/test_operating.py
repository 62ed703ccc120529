"""Accounts and codes, for operators."""

from __future__ import annotations

from loqui.errors import LoquiError
from loqui.identities import digestCode
from tests.chat import NOW, AccountsTestCase, Visitor, passwordOf


class CodeTests(AccountsTestCase):
    """C{/invite-code}, where one is needed."""

    def setUp(self) -> None:
        super().setUp()
        self.people = self.here("alice", "bob", "carol")
        self.hub.accounts.access = "closed"

    def give(self, arguments: str = "") -> str:
        """A new code."""
        admin = self.admin()
        admin.type(f"/invite-code {arguments}")
        self.journal.commit()
        return admin.sees()[-1].split()[1]

    def register(self, visitor: Visitor, code: str) -> str:
        """What somebody is told who registers with a code."""
        return self.answer(visitor, f"/register correct-horse {code}")[-1]

    def test_needed(self) -> None:
        """Without one, or with a wrong one, nobody registers, and nothing is hashed."""
        self.assertEqual(self.register(self.people[0], ""), "! that invitation code is not valid")
        self.assertEqual(self.register(self.people[0], "aaaa-bbbb-cccc"), "! that invitation code is not valid")
        self.assertEqual(self.passwords.asked, [])

    def test_uses(self) -> None:
        """A code is good for so many accounts and no more."""
        code = self.give("2")
        self.assertIn("is yours", self.register(self.people[0], code))
        self.assertIn("is yours", self.register(self.people[1], code.upper()))
        self.assertEqual(self.register(self.people[2], code), "! that invitation code is not valid")

    def test_twoAtOnce(self) -> None:
        """Of two who use the last one at once, one does; the other is told so before anything is kept."""
        code = self.give()
        self.passwords.isSlow = True
        alice, bob, _ = self.people
        for visitor in (alice, bob):
            visitor.type(f"/register correct-horse {code}")
        self.passwords.answer()
        self.journal.commit()
        self.assertIn("* alice is yours", alice.sees()[-1])
        self.assertEqual(bob.sees(), ["! that invitation code is not valid"])
        self.assertIsNone(self.hub.accounts.find("bob"))

    def test_runsOut(self) -> None:
        """A code is good for so long: seven days, or what was said, a year at most."""
        for arguments, days in (("", 7), ("5 2h", 1 / 12), ("3d", 3), ("1 9999d", 365)):
            self.setUp()
            code, alice = self.give(arguments), self.people[0]
            alice.now = NOW + round(days * 86_400_000)
            self.assertEqual(self.register(alice, code), "! that invitation code is not valid")
            alice.now -= 1
            self.assertIn("is yours", self.register(alice, code))

    def test_failed(self) -> None:
        """A registration that could not be kept has used up nothing."""
        code, alice = self.give(), self.people[0]
        alice.type(f"/register correct-horse {code}")
        self.journal.fail("disk full")
        alice.sees()
        self.assertIn("is yours", self.register(alice, code))

    def test_codeThatCouldNotBeKept(self) -> None:
        """A code that could not be kept is not told, and no good."""
        admin = self.admin()
        admin.type("/invite-code")
        (digest,) = self.hub.accounts._codes
        self.journal.fail("disk full")
        self.assertEqual(admin.sees(), ["! not done: it cannot be saved (disk full)"])
        self.assertRaises(LoquiError, self.hub.accounts.checkCode, digest, NOW)

    def test_usedUpWhereNoneIsNeeded(self) -> None:
        """A code that is used up where none is needed does not become good for any number of accounts."""
        code = self.give()
        self.hub.accounts.access = "open"
        self.assertIn("is yours", self.register(self.people[0], code))
        self.assertIn("is not valid", self.register(self.people[1], code))
        self.hub.accounts.access = "closed"
        self.assertEqual(self.register(self.people[2], code), "! that invitation code is not valid")

    def test_onlyOperators(self) -> None:
        """Only operators give codes, and what they write must make sense."""
        self.assertEqual(self.isRefused(self.people[0], "/invite-code"), "only an operator may do that")
        for arguments in ("0", "-1", "1001", "x", "٣", "5 week", "5 7", "9999999999"):
            self.assertIn("usage: /invite-code", self.isRefused(self.admin(), f"/invite-code {arguments}"), arguments)
        self.nothingWaits()

    def test_isNoSecretOfTheJournal(self) -> None:
        """The journal gets no more of a code than its digest, and neither gets it who is told of the event."""
        code = self.give()
        self.assertNotIn(code, repr(self.journal.kept))
        self.assertIn(digestCode(code), repr(self.journal.kept))

    def test_forgotten(self) -> None:
        """Codes that are used up or have run out are not kept in memory."""
        for _ in range(5):
            self.give("1 2h")
        self.register(self.people[0], self.give())
        self.hub.anHourHasPassed(NOW + 2 * 3_600_000)
        self.assertEqual((self.hub.accounts._codes, self.hub.accounts._toldCodes), ({}, {}))


class AddressBookTests(AccountsTestCase):
    """C{/user}, for operators."""

    def setUp(self) -> None:
        super().setUp()
        self.root, self.other = self.operators("root", "other")
        (self.guest,) = self.here("guest")
        self.addAccounts("alice")
        for visitor in (self.root, self.other):
            visitor.sees()

    def test_onlyOperators(self) -> None:
        """Others are told plainly that they may not."""
        self.happens(self.guest, "/register correct-horse")
        for line in ("/user list", "/user add x", "/user passwd root", "/user delete root", "/stats"):
            self.assertEqual(self.isRefused(self.guest, line), "only an operator may do that")

    def test_add(self) -> None:
        """An account is made with a password that is asked for; what was asked is no line to anybody."""
        self.assertEqual(self.root.asks("/user add Zoe"), ["? Password for Zoe:"])
        self.assertEqual(self.root.asks("/quit or not"), ["* Zoe: registered"])
        self.assertEqual((self.other.sees(), self.guest.sees()), ([], []))
        account = self.hub.accounts.find("zoe")
        assert account is not None
        self.assertEqual(account.hash, "/quit or not"[::-1])

    def test_addNothing(self) -> None:
        """An empty password is refused, and nobody is asked again."""
        self.happens(self.root, "/user add zoe")
        self.assertEqual(self.isRefused(self.root, ""), "a password has at least 8 characters")
        self.assertEqual(self.root.asks("hello"), ["root: hello"])

    def test_list(self) -> None:
        """A list says who is an operator, suspended, or here."""
        self.happens(self.root, "/user suspend alice")
        self.assertEqual(
            self.root.asks("/user list"), ["* alice (suspended)", "* other (operator, here)", "* root (operator, here)"]
        )
        self.assertEqual(self.root.asks("/user list zzz"), ["* nobody"])

    def test_operatorsOnOperators(self) -> None:
        """No operator suspends, deletes or becomes another: they are to be none first."""
        for action in ("suspend", "delete", "passwd"):
            self.assertIn("other is an operator; /deop other first", self.isRefused(self.root, f"/user {action} other"))
        self.happens(self.root, "/deop other")
        self.happens(self.root, "/user passwd other", "battery-staple")
        self.assertEqual(self.root.asks("/user suspend other")[-1], "* other: suspended")

    def test_atTheServer(self) -> None:
        """From the server's own machine, an operator's password can be set."""
        admin = self.admin()
        self.happens(admin, "/user passwd other")
        self.assertEqual(admin.asks("battery-staple"), ["* other: password"])

    def test_themselves(self) -> None:
        """Nobody suspends or deletes themselves by that."""
        for action in ("suspend", "delete"):
            self.assertEqual(self.isRefused(self.root, f"/user {action} ROOT"), "that would hit yourself")

    def test_operatorNoMore(self) -> None:
        """Who was asked for a password, and is no operator any more, sets none."""
        self.happens(self.other, "/user passwd alice")
        self.happens(self.root, "/deop other")
        self.assertEqual(self.isRefused(self.other, "my-password"), "only an operator may do that")
        self.assertEqual(self.passwords.asked, [])

    def test_operatorNoMoreWhenItIsHashed(self) -> None:
        """Nor who stops being one in the meantime, or is gone."""
        self.happens(self.other, "/user passwd alice")
        self.passwords.isSlow = True
        self.other.type("my-password")
        self.happens(self.root, "/deop other")
        self.other.sees()
        self.passwords.answer()
        self.journal.commit()
        self.assertEqual(self.other.sees(), ["! only an operator may do that"])
        account = self.hub.accounts.find("alice")
        assert account is not None
        self.assertEqual(account.hash, passwordOf("alice")[::-1])

    def test_becameAnOperatorMeanwhile(self) -> None:
        """Nor is the password set of who has become an operator since it was asked for."""
        self.happens(self.other, "/user passwd alice")
        self.happens(self.root, "/op alice")
        self.assertIn("alice is an operator", self.isRefused(self.other, "my-password"))

    def test_nonsense(self) -> None:
        """What is not there, or makes no sense, is refused with a sentence."""
        for line, sentence in {
            "/user suspend nobody": "there is no account nobody",
            "/user passwd a b": "there is no account a b",
            "/user restore alice": "alice is restored already",
            "/user add": "usage: /user add NAME",
            "/user add a b": "a name begins with a letter or a digit and has only letters, digits, _ - and .",
            "/user add alice": "alice is registered already",
        }.items():
            self.assertEqual(self.isRefused(self.root, line), sentence)
        self.nothingWaits()
