"""Who may come in at the text door: people with an account, with a code, with the password of the server."""

from __future__ import annotations

from loqui.events import CodeGiven
from loqui.identities import digestCode
from tests.chat import passwordOf
from tests.doors import ASKED, ELSEWHERE, NOON, WELCOME, LoginDoorTestCase


class AccessTests(LoginDoorTestCase):
    """C{--access registered} and C{closed}."""

    newPassword = "? bob has no account yet. Choose a password for it:"
    code = "? bob has no account. Invitation code:"

    def give(self, code: str, uses: int = 1) -> None:
        """There is an invitation code."""
        event = self.hub.accounts.give(CodeGiven("@admin", digestCode(code), uses, NOON + 1000, NOON))
        self.journal.append(event)
        self.settle()

    def test_registered(self) -> None:
        """Who has no account is asked for a password for one, and is in with that."""
        self.hub.accounts.access = "registered"
        bob = self.visitor()
        self.assertEqual(self.says(bob, "bob"), [self.newPassword])
        self.assertEqual(self.says(bob, "short"), ["! a password has at least 8 characters", self.newPassword])
        self.assertTrue(self.says(bob, "correct-horse")[0].startswith("* Welcome to Loqui, bob."))
        self.assertEqual(self.says(self.visitor(), "bob"), ["? bob is registered. Password:"])

    def test_owner(self) -> None:
        """Who has one is asked for its password only."""
        for access in ("registered", "closed"):
            self.hub.accounts.access = access
            self.assertTrue(self.says(self.visitor(), "alice", passwordOf("alice"))[1].startswith(WELCOME))

    def test_closed(self) -> None:
        """Who has no account is asked for an invitation code before a password."""
        self.hub.accounts.access = "closed"
        self.give("abcd-efgh-ijkl")
        bob = self.visitor()
        self.assertEqual(self.says(bob, "bob"), [self.code])
        self.assertEqual(self.says(bob, "nonsense"), ["! that invitation code is not valid (2 tries left)", self.code])
        self.assertEqual(self.says(bob, " ABCD-efgh-ijkl "), [self.newPassword])
        self.assertTrue(self.says(bob, "correct-horse")[0].startswith("* Welcome to Loqui, bob."))
        carol = self.visitor()
        self.says(carol, "carol")
        self.assertIn("that invitation code is not valid", self.says(carol, "abcd-efgh-ijkl")[0])

    def test_tries(self) -> None:
        """There are three tries for a code."""
        self.hub.accounts.access = "closed"
        bob = self.visitor()
        seen = self.says(bob, "bob", "1", "2", "3", "4")
        self.assertEqual(seen[-1], "! that invitation code is not valid")
        self.assertTrue(bob.closed)

    def test_codeIsUsedMeanwhile(self) -> None:
        """When somebody else has used the code up before the password is chosen, that is told, and no account made."""
        self.hub.accounts.access = "closed"
        self.give("abcd-efgh-ijkl")
        bob, carol = self.visitor(), self.visitor()
        self.says(bob, "bob", "abcd-efgh-ijkl")
        self.says(carol, "/register carol correct-horse abcd-efgh-ijkl")
        self.assertEqual(
            self.says(bob, "correct-horse"), ["! that invitation code is not valid (2 tries left)", self.newPassword]
        )
        self.assertIsNone(self.hub.accounts.find("bob"))

    def test_firstLine(self) -> None:
        """C{/register NAME PASSWORD CODE} does it in one line; without a code it is refused."""
        self.hub.accounts.access = "closed"
        self.give("abcd-efgh-ijkl")
        bob = self.visitor()
        self.assertEqual(
            self.says(bob, "/register bob correct-horse"), ["! that invitation code is not valid (2 tries left)"]
        )
        self.assertTrue(self.says(bob, "/register bob correct-horse abcd-efgh-ijkl")[0].startswith("* Welcome"))

    def test_refusedNames(self) -> None:
        """What cannot be a name is refused before anything is asked."""
        self.hub.accounts.access = "closed"
        visitor = self.visitor()
        self.assertIn("a name begins with", self.says(visitor, "a b")[0])
        self.assertTrue(visitor.closed)

    def test_lockdown(self) -> None:
        """When nobody new is let in, nobody makes an account; owners come in."""
        self.hub.accounts.access = "registered"
        self.moderate("lockdown", "on")
        bob = self.visitor()
        self.says(bob, "bob")
        self.assertEqual(
            self.says(bob, "correct-horse"), ["! this server takes nobody new at the moment; try again later"]
        )
        self.assertTrue(bob.closed)
        self.assertTrue(self.says(self.visitor(), "alice", passwordOf("alice"))[1].startswith(WELCOME))

    def test_noAccountsAtAll(self) -> None:
        """Where there are no passwords, nobody comes in."""
        self.hub.accounts.access = "closed"
        self.factory.passwords = self.hub.passwords = None
        self.assertEqual(self.says(self.visitor(), "bob"), ["! this server is for people with an account"])


class GateTests(LoginDoorTestCase):
    """The password of the server."""

    question = "? Password of this server:"

    def setUp(self) -> None:
        super().setUp()
        self.passwords.gate = "open sesame"

    def test_guests(self) -> None:
        """Guests are asked for it, with three tries."""
        bob = self.visitor()
        self.assertEqual(self.says(bob, "bob"), [self.question])
        self.assertEqual(self.says(bob, "open"), ["! wrong name or password (2 tries left)", self.question])
        self.assertTrue(self.says(bob, "open sesame")[0].startswith("* Welcome to Loqui, bob."))
        carol = self.visitor()
        self.says(carol, "carol", "1", "2", "3")
        self.assertTrue(carol.closed)

    def test_owners(self) -> None:
        """Who has an account needs only its own."""
        self.assertTrue(self.says(self.visitor(), "alice", passwordOf("alice"))[1].startswith(WELCOME))

    def test_register(self) -> None:
        """Who registers by a first line is asked for it."""
        bob = self.visitor()
        self.assertEqual(self.says(bob, "/register bob correct-horse"), [self.question])
        self.assertIsNone(self.hub.accounts.find("bob"))
        self.assertTrue(self.says(bob, "open sesame")[0].startswith("* Welcome to Loqui, bob."))

    def test_andAccess(self) -> None:
        """Where an account is needed, both are asked for, one after the other."""
        self.hub.accounts.access = "registered"
        seen = self.says(self.visitor(), "bob", "open sesame", "correct-horse")
        self.assertEqual(seen[:2], [self.question, AccessTests.newPassword])
        self.assertTrue(seen[2].startswith("* Welcome to Loqui, bob."))

    def test_takenMeanwhile(self) -> None:
        """Whose name somebody else has taken meanwhile is told so."""
        bob = self.visitor()
        self.says(bob, "bob")
        other = self.visitor()
        self.says(other, "bob", "open sesame")
        self.assertEqual(self.says(bob, "open sesame"), ["! bob is already taken; connect again with another name"])


class BannedTests(LoginDoorTestCase):
    """Who is banned."""

    def test_address(self) -> None:
        """Whose address is banned is told so when they connect, and not heard."""
        self.moderate("ban", "192.0.2.0/24", NOON + 7_200_000)
        visitor = self.visitor(host=ELSEWHERE)
        self.assertEqual(visitor.transport.lines(), ["! your address is banned for another 2 h"])
        self.assertTrue(visitor.closed)
        self.assertEqual(self.says(visitor, "bob"), [])
        self.lost(visitor)
        self.assertEqual((self.doorkeeper.count, self.clock.getDelayedCalls()), (0, []))
        self.visitor("bob", "198.51.100.1")

    def test_whoHasConnectedBefore(self) -> None:
        """Also who had connected before that, and has no name yet."""
        visitor = self.visitor(host=ELSEWHERE)
        self.moderate("ban", "192.0.2.1/32")
        self.assertEqual(self.says(visitor, "bob"), ["! your address is banned"])
        self.assertTrue(visitor.closed)

    def test_name(self) -> None:
        """Who gives a name that is banned is told so, and that is no refusal of the name."""
        self.moderate("ban", "bob")
        visitor = self.visitor()
        self.assertEqual(self.says(visitor, "Bob"), ["! you are banned"])
        self.assertTrue(visitor.closed)

    def test_owner(self) -> None:
        """An account that is banned is told so when its password is right."""
        self.moderate("ban", "alice")
        self.assertEqual(self.says(self.visitor(), "alice", passwordOf("alice")), [ASKED, "! you are banned"])

    def test_manyAtTheDoor(self) -> None:
        """Of many who are banned, 32 at a time are told; the others are just closed."""
        self.moderate("ban", "192.0.2.0/24")
        visitors = [self.visitor(host=ELSEWHERE) for _ in range(40)]
        told = [visitor for visitor in visitors if visitor.transport.lines()]
        self.assertEqual(len(told), 32)
        for visitor in visitors:
            self.assertTrue(visitor.closed)
