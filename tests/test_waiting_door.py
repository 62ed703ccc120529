"""The text door while a password is looked at, and wherever its bytes are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost

from loqui.doors.limits import Limits
from loqui.errors import LoquiError
from tests.chat import passwordOf
from tests.doors import ASKED, NOON, WELCOME, LoginDoorTestCase


class WaitingTests(LoginDoorTestCase):
    """While a password is looked at."""

    limits = Limits(flood=0.0)

    def setUp(self) -> None:
        super().setUp()
        self.passwords.isSlow = True

    def answer(self) -> None:
        """Have all passwords been looked at, and everything be kept."""
        while self.passwords.waiting:
            self.passwords.answer()
        self.settle()

    def test_linesWait(self) -> None:
        """Lines behind the password wait, and are obeyed in order when it has been looked at."""
        alice = self.visitor()
        self.assertEqual(self.says(alice, "alice", passwordOf("alice"), "one", "/me two", "three"), [ASKED])
        self.assertEqual(alice.transport.producerState, "paused")
        self.answer()
        seen = alice.transport.lines()
        self.assertTrue(seen[0].startswith(WELCOME))
        self.assertEqual(seen[1:], ["alice: one", "** alice two", "alice: three"])
        self.assertEqual(alice.transport.producerState, "producing")

    def test_linesBehindALoginWait(self) -> None:
        """So do those behind C{/login}, and behind commands that take a password."""
        alice = self.visitor()
        self.says(
            alice, f"/login alice {passwordOf('alice')}", "one", f"/passwd {passwordOf('alice')} new-password", "2"
        )
        self.answer()
        seen = alice.transport.lines()
        self.assertEqual(seen[1:], ["alice: one", "* Your password is changed", "alice: 2"])

    def test_guessesWait(self) -> None:
        """No second password of a connection is looked at before the first has been."""
        alice = self.visitor()
        self.says(alice, "alice", "one", "two", passwordOf("alice"), "hello")
        self.assertEqual(len(self.passwords.asked), 1)
        self.answer()
        self.assertEqual([words[2] for words in self.passwords.asked], ["one", "two", passwordOf("alice")])
        self.assertEqual(alice.transport.lines()[-1], "alice: hello")

    def test_lost(self) -> None:
        """Who is gone meanwhile is not let in; nothing is half done, and no time is kept for them."""
        bob = self.visitor("bob")
        for line in (f"/login alice {passwordOf('alice')}", "/register carol correct-horse", "alice\nwrong"):
            for reason in (ConnectionLost, ConnectionDone):
                visitor = self.visitor()
                self.says(visitor, *line.split("\n"))
                self.lost(visitor, reason)
                visitor.transport.clear()
                self.answer()
                self.assertEqual(visitor.transport.value(), b"")
        self.assertEqual(list(self.factory.users), ["bob"])
        self.assertIsNone(self.hub.accounts.find("carol"))
        self.clock.advance(1)
        self.assertEqual((bob.transport.lines(), self.clock.getDelayedCalls()), ([], []))
        self.assertEqual(self.doorkeeper.count, 1)

    def test_lostInTheMiddleOfACommand(self) -> None:
        """So with commands: what was asked for is not done."""
        bob = self.visitor("bob")
        self.says(bob, "/register correct-horse")
        self.lost(bob)
        self.answer()
        self.assertIsNone(self.hub.accounts.find("bob"))
        self.assertEqual(self.factory.users, {})

    def test_halfClose(self) -> None:
        """Who has sent their last is let in, heard, and let go."""
        bob = self.visitor("bob")
        alice = self.visitor()
        self.says(alice, f"/login alice {passwordOf('alice')}", "hello")
        self.answer()
        self.halfClosed(alice)
        self.assertTrue(alice.closed)
        self.assertEqual(bob.transport.lines(), ["* alice has joined", "alice: hello", "* alice has left"])

    def test_halfCloseInTheMiddle(self) -> None:
        """Who sends their last without a line end, and waits, is let in and let go."""
        bob = self.visitor("bob")
        alice = self.visitor()
        alice.send(f"/login alice {passwordOf('alice')}".encode())
        self.halfClosed(alice)
        self.assertFalse(alice.closed)
        self.answer()
        self.assertEqual(alice.transport.lines()[-1], "* Goodbye, alice.")
        self.assertEqual(bob.transport.lines(), ["* alice has joined", "* alice has left"])
        self.assertTrue(alice.closed)

    def test_halfCloseAndWrong(self) -> None:
        """So is who was wrong: they are told, and let go, and asked nothing more."""
        alice = self.visitor()
        alice.send(b"/login alice wrong")
        self.halfClosed(alice)
        self.answer()
        self.assertEqual(alice.transport.lines(), ["! wrong name or password (2 tries left)"])
        self.assertTrue(alice.closed)

    def test_halfCloseAndWrongWhenAsked(self) -> None:
        """Also when the password was asked for."""
        alice = self.visitor()
        alice.send(b"alice\nwrong")
        self.halfClosed(alice)
        self.answer()
        self.assertTrue(alice.closed)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_timeout(self) -> None:
        """Who runs out of time meanwhile is let go, and not let in."""
        alice = self.visitor()
        self.says(alice, "alice", passwordOf("alice"))
        self.clock.advance(60)
        self.assertEqual(alice.transport.lines(), ["! disconnected: no name within 60 s"])
        self.answer()
        self.assertEqual(alice.transport.lines(), [])
        self.assertNotIn("alice", self.factory.users)

    def test_kickedMeanwhile(self) -> None:
        """Who is put out in the middle of a command is, and the command does nothing."""
        bob = self.visitor("bob")
        self.says(bob, "/register correct-horse", "late")
        self.hub.expel(self.factory.users["bob"], self.hub.rooms.lobby, "kicked", NOON)
        self.settle()
        self.answer()
        self.assertEqual(bob.transport.lines(), ["* You have to leave (kicked)", "* Goodbye, bob."])
        self.assertIsNone(self.hub.accounts.find("bob"))

    def test_bannedMeanwhile(self) -> None:
        """Who is banned meanwhile, by name or address, is not let in."""
        for target in ("alice", "127.0.0.0/8"):
            alice = self.visitor()
            self.says(alice, "alice", passwordOf("alice"))
            self.moderate("ban", target)
            self.answer()
            self.assertIn("banned", alice.transport.lines()[-1])
            self.assertTrue(alice.closed)
            self.moderate("unban", target)
        self.assertNotIn("alice", self.factory.users)

    def test_serverStops(self) -> None:
        """When the server stops meanwhile, nobody is let in."""
        alice = self.visitor()
        self.says(alice, "alice", passwordOf("alice"))
        self.factory.ignoreAll()
        self.factory.closeAll("the server is stopping")
        self.answer()
        self.assertEqual(alice.transport.lines(), ["* the server is stopping"])
        self.assertEqual(self.factory.users, {})

    def test_busy(self) -> None:
        """Who is told that it is busy may try again, and has lost no try."""
        alice = self.visitor()
        self.passwords.isSlow = False
        check = self.passwords.check

        async def busy(*words: Any) -> str:
            raise LoquiError("busy", "busy, try again in a few seconds")

        self.passwords.check = busy  # type: ignore[method-assign]
        for _ in range(5):
            self.assertEqual(
                self.says(alice, f"/login alice {passwordOf('alice')}"), ["! busy, try again in a few seconds"]
            )
        self.assertEqual(self.says(alice, "alice", "x"), [ASKED, "! busy, try again in a few seconds", ASKED])
        self.passwords.check = check  # type: ignore[method-assign]
        self.assertTrue(self.says(alice, passwordOf("alice"))[-1].startswith(WELCOME))


class WaitingAndSlowedTests(LoginDoorTestCase):
    """The bound of lines holds for those that take time, too."""

    def test_slowed(self) -> None:
        """Who has sent too many lines waits for their next one, however soon a password has been looked at."""
        bob = self.visitor("bob")
        self.passwords.isSlow = True
        self.says(bob, *["x"] * 12, "/register correct-horse", *["y"] * 12)
        while not self.passwords.waiting:
            self.clock.advance(0.2)
        self.passwords.answer()
        self.settle()
        self.assertEqual(bob.transport.producerState, "paused")
        self.assertNotIn("bob: y", bob.transport.lines())
        self.clock.advance(0.19)
        self.settle()
        self.assertEqual(bob.transport.lines(), [])
        self.clock.advance(0.02)
        self.settle()
        self.assertEqual(bob.transport.lines(), ["bob: y"])

    def test_stillWaiting(self) -> None:
        """Nor is anything heard while it has not been, however long they have waited."""
        bob = self.visitor("bob")
        self.passwords.isSlow = True
        self.says(bob, *["x"] * 12, "/register correct-horse", "y")
        self.clock.pump([0.2] * 50)
        self.settle()
        self.assertNotIn("bob: y", bob.transport.lines())
        self.passwords.answer()
        self.settle()
        self.assertEqual(bob.transport.lines()[-1], "bob: y")


SESSION = (
    "alice\nwrong\r\n"
    + f"{passwordOf('alice')}\r\nhello\n"
    + f"/passwd {passwordOf('alice')} näw-password\nsaid\n/passwd wrong x\n!DISCONNECT\nlate\n"
).encode()


class CutTests(LoginDoorTestCase):
    """The same bytes mean the same, wherever they are cut, and however long each password takes."""

    limits = Limits(flood=0.0)

    def transcript(self, pieces: list[bytes], isSlow: bool) -> list[str]:
        """What somebody is sent who sends these pieces."""
        self.setUp()
        self.passwords.isSlow = isSlow
        visitor = self.visitor()
        for piece in pieces:
            visitor.send(piece)
            self.settle()
            if isSlow:
                self.passwords.answer()
        while self.passwords.waiting:
            self.passwords.answer()
            self.settle()
        self.settle()
        return visitor.transport.lines()

    def test_cutAtEveryByte(self) -> None:
        """Two segments, cut at every byte, get what one gets."""
        whole = self.transcript([SESSION], False)
        self.assertEqual(
            [line for line in whole if not line.startswith(WELCOME)],
            [
                ASKED,
                "! wrong name or password (2 tries left)",
                ASKED,
                "! wrong name or password (1 try left)",
                "alice: hello",
                "* Your password is changed",
                "alice: said",
                "* Goodbye, alice.",
            ],
        )
        for at in range(len(SESSION)):
            for isSlow in (False, True):
                self.assertEqual(sorted(self.transcript([SESSION[:at], SESSION[at:]], isSlow)), sorted(whole))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, len(SESSION)), max_size=20), st.booleans())
    def test_cutAnywhere(self, cuts: list[int], isSlow: bool) -> None:
        """Any number of segments get what one gets."""
        places = [0, *sorted(cuts), len(SESSION)]
        pieces = [SESSION[a:b] for a, b in pairwise(places)]
        self.assertEqual(sorted(self.transcript(pieces, isSlow)), sorted(self.transcript([SESSION], False)))

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [b"alice", b"\n", b"/login alice ", b"/register bob ", b"alice-password", b"x", b"\x00", b"\xff", b" "]
            ),
            max_size=30,
        ),
        st.booleans(),
    )
    def test_anyBytes(self, pieces: list[bytes], isHalfClosed: bool) -> None:
        """Whatever is sent, in any order, nothing breaks, and when the client is gone, nothing is left of it."""
        self.setUp()
        self.passwords.isSlow = True
        visitor = self.visitor()
        for number, piece in enumerate(pieces):
            visitor.send(piece)
            if number % 3 == 0:
                self.passwords.answer()
            self.settle()
        if isHalfClosed and not visitor.closed:
            visitor.chat.readConnectionLost()
        self.passwords.answer()
        self.settle()
        self.assertNotIn("internal error", visitor.transport.value().decode())
        self.lost(visitor)
        self.passwords.answer()
        self.settle()
        self.clock.advance(1)
        self.assertEqual((self.factory.users, self.clock.getDelayedCalls()), ({}, []))
