"""Passwords: how they are prepared, hashed and checked, and by whom."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from twisted.cred.credentials import UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.cred.strcred import makeChecker
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui import accounts
from loqui.accounts import AccountChecker, Hashing, IPerson, Passwords, Realm, makePortal, prepare
from loqui.errors import LoquiError
from loqui.guesses import Guesses
from loqui.identities import Account
from loqui.systems import OtherSystem
from loqui.testing import WaitingThread

HERE = "192.0.2.1"

#: Of an older version of this program, say: much less work.
OLD = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class PasswordsTestCase(SynchronousTestCase):
    """
    Passwords of some accounts, and a thread that hashes when it is told to.

    @ivar accounts: by name key.
    @ivar renewed: names whose hash is new.
    """

    def setUp(self) -> None:
        self.patch(accounts, "_HASHER", OLD)  # So that these tests take no time.
        self.patch(accounts, "_NOBODY", OLD.hash("nobody has this password"))
        self.accounts: dict[str, Account] = {}
        self.renewed: list[str] = []
        self.thread = WaitingThread()
        self.clock = Clock()
        self.passwords = self.build()

    def build(self, *others: str, gate: str = "") -> Passwords:
        """Passwords with these other checkers: C{file:PATH} or so."""
        hashing = Hashing(self.thread)
        checkers = [OtherSystem(makeChecker(other)) for other in others]
        portal = makePortal([AccountChecker(self.accounts.get, hashing, self.renew), *checkers])
        guesses = Guesses(10, 600.0, 900.0, self.clock.seconds)
        return Passwords(portal, hashing, guesses, self.accounts.get, checkers, gate)

    def renew(self, name: str, hash: str) -> None:
        """An account has another hash now."""
        self.renewed.append(name)
        self.accounts[name] = Account(name, hash)

    def add(self, name: str, password: str, hasher: PasswordHasher = OLD) -> Account:
        """There is an account."""
        account = self.accounts[name] = Account(name, hasher.hash(prepare(password)))
        return account

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Deferred[Any]:
        """Begin something that waits for the thread."""
        return Deferred.fromCoroutine(coroutine)

    def check(self, name: str, password: str) -> Deferred[str]:
        """Begin to check somebody's password."""
        return self.start(self.passwords.check(name, password, HERE))

    def code(self, waiting: Deferred[Any]) -> str:
        """The code with which something has been refused."""
        refusal: Any = self.failureResultOf(waiting, LoquiError).value
        return str(refusal.code)

    def isRight(self, name: str, password: str) -> bool:
        """Whether somebody is let in with a password."""
        checking = self.check(name, password)
        self.thread.workAll()
        refusals: list[Any] = []
        checking.addErrback(refusals.append)
        for failure in refusals:
            self.assertEqual((failure.value.code, failure.value.sentence), ("wrong-password", "wrong name or password"))
        return not refusals


class PreparingTests(PasswordsTestCase):
    """What can be a password, and which spellings are one."""

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        hashing = self.start(self.passwords.hash(password, None))
        self.thread.workAll()
        return str(self.successResultOf(hashing))

    def refusal(self, password: str) -> str:
        """The sentence with which a new password is refused."""
        refusal: Any = self.failureResultOf(self.start(self.passwords.hash(password, None)), LoquiError).value
        self.assertEqual(refusal.code, "password-unfit")
        return str(refusal.sentence)

    def test_tooShort(self) -> None:
        """A password has eight characters or more, whatever their bytes."""
        self.assertEqual(self.refusal("1234567"), "a password has at least 8 characters")
        self.assertEqual(self.refusal("ü" * 7), "a password has at least 8 characters")
        self.hash("12345678")
        self.hash("密" * 8)

    def test_tooShortWhenPrepared(self) -> None:
        """Marks that make one character with their letter do not count."""
        self.assertEqual(self.refusal("u\u0308" * 7), "a password has at least 8 characters")

    def test_tooLong(self) -> None:
        """A password has at most 256 characters."""
        self.hash("x" * 256)
        for password in ("x" * 257, "x" * 4096, "\x00" * 4096):
            self.assertEqual(self.refusal(password), "a password has at most 256 characters")

    def test_longestInEverySpelling(self) -> None:
        """The longest password may be typed in any spelling."""
        self.add("alice", "é" * 256)
        self.assertTrue(self.isRight("alice", "e\u0301" * 256))

    def test_unfit(self) -> None:
        """What is empty, has control characters or was no UTF-8 can be none."""
        for password in ("", "pass\x00word", "password\x1b", "password\ufffd", "\ufffd" * 9, "\x7fpassword"):
            sentence = "a password is not empty, and valid UTF-8 without control characters"
            self.assertEqual(self.refusal(password), sentence, repr(password))

    def test_spellings(self) -> None:
        """NFC and NFD are one, and so are all blanks; a full-width letter is another (RFC 8265, OpaqueString)."""
        self.add("alice", "pässwörd zwei")
        self.assertTrue(self.isRight("alice", "pa\u0308sswo\u0308rd zwei"))
        self.assertTrue(self.isRight("alice", "pässwörd\u00a0zwei"))
        self.assertFalse(self.isRight("alice", "\uff50ässwörd zwei"))

    def test_caseAndBlanksMatter(self) -> None:
        """Capital letters, and blanks at the ends, are part of a password."""
        self.add("alice", " Correct horse ")
        for password in (" correct horse ", "Correct horse", "Correct horse ", " Correct  horse "):
            self.assertFalse(self.isRight("alice", password), password)
        self.assertTrue(self.isRight("alice", " Correct horse "))

    def test_allOfItCounts(self) -> None:
        """Passwords that differ only after 72 bytes, or in the last character of all, differ."""
        for length in (72, 73, 255):
            self.add("alice", "x" * length + "a")
            self.assertTrue(self.isRight("alice", "x" * length + "a"))
            self.assertFalse(self.isRight("alice", "x" * length + "b"), length)
            self.assertFalse(self.isRight("alice", "x" * length), length)

    def test_onlyAHash(self) -> None:
        """What is kept is argon2id, with salt: twice the same password is not twice the same hash."""
        hashes = {self.hash("correct-horse") for _ in range(2)}
        self.assertEqual(len(hashes), 2)
        for hash in hashes:
            self.assertTrue(hash.startswith("$argon2id$"))
            self.assertNotIn("correct", hash)


class StrengthTests(SynchronousTestCase):
    """What a hash takes."""

    def test_owasp(self) -> None:
        """19 MiB, two passes and one lane, for everybody's password and for nobody's."""
        for hash in (accounts._HASHER.hash("correct-horse"), accounts._NOBODY):
            self.assertTrue(hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), hash)


class CheckingTests(PasswordsTestCase):
    """Whose password is right."""

    def setUp(self) -> None:
        super().setUp()
        self.account = self.add("alice", "correct-horse")

    def test_right(self) -> None:
        """Who knows the password has the name as its owner writes it."""
        self.accounts["alice"] = Account("Alice", self.account.hash)
        checking = self.check("ALICE", "correct-horse")
        self.assertNoResult(checking)
        self.thread.work()
        self.assertEqual(self.successResultOf(checking), "Alice")

    def test_wrong(self) -> None:
        """Who does not is told nothing but that, whether there is such an account or not, or could be."""
        for name in ("alice", "bob", "", "a b", "x" * 5000, "\ufffd", "ali\u200dce"):
            for password in ("wrong-horse", "", "x" * 5000, "\ufffd", "correct-horse "):
                self.passwords = self.build()
                self.assertFalse(self.isRight(name, password), (name, password))

    def test_sameWork(self) -> None:
        """A wrong password, a name that is none and a password that can be none take one verification each."""
        for name, password in (("alice", "wrong-horse"), ("bob", "wrong-horse"), ("a b", ""), ("alice", "\ufffd")):
            checking = self.check(name, password)
            self.assertEqual(len(self.thread.waiting), 1)
            self.thread.work()
            self.assertEqual(self.thread.waiting, [])
            self.assertEqual(self.code(checking), "wrong-password")

    def test_sameHash(self) -> None:
        """What a password is compared with when there is no account takes as long as an account's."""
        self.assertEqual(accounts._NOBODY.split("$")[:4], self.account.hash.split("$")[:4])

    def test_suspended(self) -> None:
        """Who is suspended is told so, if they know the password, and only then."""
        self.accounts["alice"] = Account("alice", self.account.hash, suspended=True)
        self.assertFalse(self.isRight("alice", "wrong-horse"))
        checking = self.check("alice", "correct-horse")
        self.thread.work()
        refusal: Any = self.failureResultOf(checking, LoquiError).value
        self.assertEqual((refusal.code, refusal.sentence), ("suspended", "alice is suspended; ask an operator"))

    def test_suspendedMeanwhile(self) -> None:
        """Who is suspended while the password is looked at is not let in."""
        checking = self.check("alice", "correct-horse")
        self.accounts["alice"] = Account("alice", self.account.hash, suspended=True)
        self.thread.work()
        self.assertIn(self.code(checking), ("suspended", "wrong-password"))

    def test_deletedMeanwhile(self) -> None:
        """The password of an account that is gone by the time it has been looked at is wrong."""
        checking = self.check("alice", "correct-horse")
        del self.accounts["alice"]
        self.thread.work()
        self.assertEqual(self.code(checking), "wrong-password")

    def test_changedMeanwhile(self) -> None:
        """The old password does not let anybody in once there is a new one, however long it has waited."""
        checking = self.check("alice", "correct-horse")
        self.add("alice", "battery-staple")
        self.thread.work()
        self.assertEqual(self.code(checking), "wrong-password")

    def test_brokenHash(self) -> None:
        """A hash that is none lets nobody in, and breaks nothing."""
        for hash in ("", "nonsense", "$argon2id$v=19$m=1"):
            self.accounts["alice"] = Account("alice", hash)
            self.assertFalse(self.isRight("alice", "correct-horse"))

    def test_onlyPersons(self) -> None:
        """The portal gives persons, and nothing else."""
        credentials = UsernamePassword(b"alice", b"correct-horse")
        self.assertRaises(NotImplementedError, Realm().requestAvatar, b"alice", None, object)
        login = makePortal([AccountChecker(self.accounts.get, Hashing(self.thread), self.renew)]).login
        person = self.start(self._person(login(credentials, None, IPerson)))
        self.thread.work()
        self.assertEqual(self.successResultOf(person), "alice")

    async def _person(self, login: Deferred[Any]) -> str:
        _, person, logout = await login
        logout()
        return str(person.name)


class RehashTests(PasswordsTestCase):
    """Hashes that were made with less work than those of today."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
        self.account = self.add("alice", "correct-horse", OLD)

    def test_renewed(self) -> None:
        """Who logs in has a new hash, once, of the same password."""
        self.assertTrue(self.isRight("alice", "correct-horse"))
        self.assertEqual(self.renewed, ["alice"])
        self.assertIn("m=16", self.accounts["alice"].hash)
        self.assertTrue(self.isRight("alice", "correct-horse"))
        self.assertEqual(self.renewed, ["alice"])

    def test_notForAWrongPassword(self) -> None:
        """A wrong password renews nothing."""
        self.assertFalse(self.isRight("alice", "wrong-horse"))
        self.assertEqual(self.renewed, [])

    def test_changedMeanwhile(self) -> None:
        """When the password is changed while the old one is hashed anew, the old one does not come back."""
        checking = self.check("alice", "correct-horse")
        self.thread.work()
        changed = self.add("alice", "battery-staple")
        self.thread.work()
        self.assertEqual(self.code(checking), "wrong-password")
        self.assertIs(self.accounts["alice"], changed)

    def test_deletedMeanwhile(self) -> None:
        """Whose account is deleted while its password is hashed anew is not let in, nor is the account made again."""
        checking = self.check("alice", "correct-horse")
        self.thread.work()
        del self.accounts["alice"]
        self.thread.work()
        self.assertEqual(self.code(checking), "wrong-password")
        self.assertEqual((self.accounts, self.renewed), ({}, []))


class BusyTests(PasswordsTestCase):
    """Two at once, 64 waiting."""

    def test_twoAtOnce(self) -> None:
        """No more than two are hashed at once; the next begins when one is done."""
        hashing = [self.start(self.passwords.hash("correct-horse", None)) for _ in range(4)]
        self.assertEqual(len(self.thread.waiting), 2)
        self.thread.work()
        self.assertEqual(len(self.thread.waiting), 2)
        self.successResultOf(hashing[0])
        self.assertNoResult(hashing[1])
        self.thread.workAll()
        for one in hashing:
            self.successResultOf(one)

    def test_oneAddress(self) -> None:
        """New passwords from one address keep nobody else waiting: past ten, it is told to try again."""
        waiting = [self.start(self.passwords.hash("correct-horse", "192.0.2.1")) for _ in range(10)]
        self.assertEqual(self.code(self.start(self.passwords.hash("correct-horse", "192.0.2.1"))), "busy")
        other = self.start(self.passwords.hash("correct-horse", "192.0.2.2"))
        self.thread.workAll()
        for one in (*waiting, other):
            self.successResultOf(one)
        self.assertNoResult(self.start(self.passwords.hash("correct-horse", "192.0.2.1")))

    def test_busy(self) -> None:
        """When 64 wait, the next is told so at once; when one is done, there is room for one."""
        waiting = [self.start(self.passwords.hash("correct-horse", None)) for _ in range(66)]
        self.assertNoResult(waiting[-1])
        refusal: Any = self.failureResultOf(self.start(self.passwords.hash("correct-horse", None)), LoquiError).value
        self.assertEqual((refusal.code, refusal.sentence), ("busy", "busy, try again in a few seconds"))
        self.assertEqual(self.code(self.check("alice", "correct-horse")), "busy")
        self.thread.work()
        self.assertNoResult(self.start(self.passwords.hash("correct-horse", None)))
        self.thread.workAll()
        for one in waiting:
            self.successResultOf(one)

    def test_busyIsNoGuess(self) -> None:
        """Who is told that it is busy has not guessed."""
        waiting = [self.start(self.passwords.hash("correct-horse", None)) for _ in range(66)]
        for _ in range(20):
            self.assertEqual(self.code(self.check("alice", "wrong-horse")), "busy")
        self.thread.workAll()
        self.assertFalse(self.isRight("alice", "wrong-horse"))
        for one in waiting:
            self.successResultOf(one)

    def test_oneAddressLeavesPlaceForOthers(self) -> None:
        """From one address only so many new passwords wait as wrong ones may come; from elsewhere, more do."""
        waiting = [self.start(self.passwords.hash("correct-horse", HERE)) for _ in range(10)]
        self.assertEqual(self.code(self.start(self.passwords.hash("correct-horse", HERE))), "busy")
        self.assertEqual(self.code(self.check("alice", "correct-horse")), "busy")
        elsewhere = self.start(self.passwords.hash("correct-horse", "192.0.2.99"))
        self.thread.workAll()
        for one in (*waiting, elsewhere):
            self.successResultOf(one)
        self.assertNoResult(self.start(self.passwords.hash("correct-horse", HERE)))

    def test_newOnesAreNoGuesses(self) -> None:
        """Who has guessed too often may still choose a password; that is no guess."""
        for _ in range(10):
            self.assertFalse(self.isRight("alice", "wrong-horse"))
        self.assertEqual(self.code(self.check("alice", "correct-horse")), "too-many-guesses")
        for _ in range(20):
            hashing = self.start(self.passwords.hash("correct-horse", HERE))
            self.thread.workAll()
            self.successResultOf(hashing)

    def test_unfitTakesNoTime(self) -> None:
        """A new password that cannot be one waits for nobody."""
        for _ in range(100):
            self.assertEqual(self.code(self.start(self.passwords.hash("short", None))), "password-unfit")
        self.assertEqual(self.thread.waiting, [])

    def test_threadThatBreaks(self) -> None:
        """What breaks in the thread gives its place back."""
        for _ in range(70):
            hashing = self.start(self.passwords.hash("correct-horse", None))
            _, done = self.thread.waiting.pop()
            done.errback(MemoryError())
            self.failureResultOf(hashing, MemoryError)
        self.assertNoResult(self.start(self.passwords.hash("correct-horse", None)))


class GuessingTests(PasswordsTestCase):
    """Wrong passwords are counted."""

    def test_blocked(self) -> None:
        """After ten wrong ones no more are looked at from there; elsewhere, the owner is let in."""
        self.add("alice", "correct-horse")
        for _ in range(10):
            self.assertFalse(self.isRight("alice", "wrong-horse"))
        self.assertEqual(self.code(self.check("alice", "correct-horse")), "too-many-guesses")
        self.assertEqual(self.thread.waiting, [])
        elsewhere = self.start(self.passwords.check("alice", "correct-horse", "192.0.2.2"))
        self.thread.work()
        self.assertEqual(self.successResultOf(elsewhere), "alice")

    def test_sprayed(self) -> None:
        """One password for many names is as many guesses."""
        for number in range(10):
            self.assertFalse(self.isRight(f"user{number}", "wrong-horse"))
        self.assertEqual(self.code(self.check("user10", "wrong-horse")), "too-many-guesses")

    def test_allAtOnce(self) -> None:
        """Ten may be looked at at once from one address, and not one more."""
        checking = [self.check("alice", "wrong-horse") for _ in range(10)]
        self.assertEqual(self.code(self.check("alice", "wrong-horse")), "busy")
        self.thread.workAll()
        for one in checking:
            self.assertEqual(self.code(one), "wrong-password")
        self.assertEqual(self.code(self.check("alice", "wrong-horse")), "too-many-guesses")


class GateTests(PasswordsTestCase):
    """The password of the server."""

    def gate(self, password: str) -> Deferred[Any]:
        """Say a password at the gate."""
        return self.start(self.passwords.checkGate(password, HERE))

    def test_right(self) -> None:
        """Who knows it may go on, in any spelling, and nothing is hashed for that."""
        self.passwords = self.build(gate="Öffne dich")
        self.assertTrue(self.passwords.hasGate)
        self.successResultOf(self.gate("O\u0308ffne dich"))

    def test_wrong(self) -> None:
        """Who does not is counted as with any other password."""
        self.passwords = self.build(gate="open sesame")
        for password in ("open", "", "\ufffd", "x" * 300, "open sesame ", "Open sesame", "o", "x"):
            self.assertEqual(self.code(self.gate(password)), "wrong-password", password)
        for _ in range(2):
            self.assertEqual(self.code(self.gate("wrong")), "wrong-password")
        self.assertEqual(self.code(self.gate("open sesame")), "too-many-guesses")

    def test_unfit(self) -> None:
        """A gate whose password can be none is refused: it would be opened by all that can be none either."""
        for gate in ("x" * 300, "bell\x07", "\ufffd"):
            refusal = self.assertRaises(LoquiError, self.build, gate=gate)
            self.assertEqual(refusal.code, "password-unfit")

    def test_none(self) -> None:
        """Without one, there is no gate."""
        self.assertFalse(self.passwords.hasGate)


class OtherSystemTests(PasswordsTestCase):
    """C{--auth}: passwords of other systems."""

    def setUp(self) -> None:
        super().setUp()
        self.file = Path(self.mktemp())
        self.file.write_bytes("carol:carols-password\nDave:daves-password\néva:zoes-password\n_www:a-daemon\n".encode())
        self.passwords = self.build(f"file:{self.file}", "memory:erin:erins-password")

    def test_right(self) -> None:
        """Who is in a password file, or in memory, logs in with that password."""
        self.assertTrue(self.isRight("carol", "carols-password"))
        self.assertTrue(self.isRight("erin", "erins-password"))
        self.assertTrue(self.isRight("éva", "zoes-password"))

    def test_wrong(self) -> None:
        """Another password is as wrong as any, and as much work."""
        for name, password in (("carol", "daves-password"), ("erin", "wrong"), ("carol", ""), ("mallory", "wrong")):
            checking = self.check(name, password)
            self.assertEqual(len(self.thread.waiting), 1)
            self.thread.workAll()
            self.assertEqual(self.code(checking), "wrong-password")

    def test_ownAccounts(self) -> None:
        """Our own accounts are there as well."""
        self.add("alice", "correct-horse")
        self.assertTrue(self.isRight("alice", "correct-horse"))

    def test_busy(self) -> None:
        """When ours cannot be asked, that is what is said, whatever the others say; it is no guess."""
        self.add("alice", "correct-horse")
        waiting = [self.start(self.passwords.hash("correct-horse", None)) for _ in range(66)]
        self.assertEqual(self.code(self.check("alice", "correct-horse")), "busy")
        self.assertEqual(self.successResultOf(self.check("carol", "carols-password")), "carol")
        self.thread.workAll()
        for one in waiting:
            self.successResultOf(one)

    def test_knows(self) -> None:
        """All names of theirs are known, in every spelling that is the same name."""
        for name in ("carol", "erin", "CAROL", "Carol", "dave", "DAVE", "Erin", "ÉVA", "\uff43arol"):
            self.assertTrue(self.passwords.knows(name), name)
        for name in ("alice", "", "car", "carol:carols-password", "a b"):
            self.assertFalse(self.passwords.knows(name), name)

    def test_spelling(self) -> None:
        """Whatever spelling of their name they log in with, the password file's is asked for its own."""
        checking = self.check("CAROL", "carols-password")
        self.thread.workAll()
        self.assertEqual(self.successResultOf(checking), "carol")

    def test_noName(self) -> None:
        """Who has a name there that nobody can have here cannot come in."""
        self.assertFalse(self.isRight("_www", "a-daemon"))

    def test_fileIsGone(self) -> None:
        """When the file cannot be read, its people cannot log in, others can, and no name is free."""
        self.file.unlink()
        self.assertFalse(self.isRight("carol", "carols-password"))
        self.add("alice", "correct-horse")
        self.assertTrue(self.isRight("alice", "correct-horse"))
        self.assertTrue(self.isRight("erin", "erins-password"))
        self.assertTrue(self.passwords.knows("carol"))
        self.flushLoggedErrors()

    def test_suspended(self) -> None:
        """Who has an account of the same name here that is suspended cannot come in by the other system."""
        self.accounts["carol"] = Account("carol", OLD.hash("x"), suspended=True)
        checking = self.check("carol", "carols-password")
        self.thread.workAll()
        self.assertEqual(self.code(checking), "suspended")

    def test_unix(self) -> None:
        """Of the accounts of the machine, it is known which there are."""
        passwords = self.build("unix")
        self.assertTrue(passwords.knows("root"))
        self.assertTrue(passwords.knows("Root"))
        for name in ("nobody-of-that-name", "\x00", ""):
            self.assertFalse(passwords.knows(name))

    def test_unauthorized(self) -> None:
        """A portal without checkers lets nobody in."""
        login = makePortal([]).login(UsernamePassword(b"a", b"b"), None, IPerson)
        self.failureResultOf(login, UnauthorizedLogin)
