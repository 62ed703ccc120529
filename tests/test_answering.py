"""Answers to what the text door asks, that are none."""

from __future__ import annotations

from loqui.accounts import AccountChecker, Hashing, Passwords, makePortal
from loqui.events import AccountChanged
from loqui.guesses import Guesses
from loqui.testing import WaitingThread
from tests.doors import NOON, DoorTestCase, Visitor


class AnsweringTests(DoorTestCase):
    """Alice has an account; others can make one."""

    def setUp(self) -> None:
        super().setUp()
        self.thread = WaitingThread()
        hashing, find = Hashing(self.thread), self.hub.accounts.find
        portal = makePortal([AccountChecker(find, hashing, lambda name, hash: None)])
        passwords = Passwords(portal, hashing, Guesses(10, 600.0, 900.0, self.clock.seconds), find)
        self.hub.passwords = self.factory.passwords = passwords
        self.hub.registrar.change(AccountChanged("@admin", "alice", "registered", "hash", "", NOON), None)
        self.settle()

    def asked(self, name: str, question: str) -> Visitor:
        """Somebody who has given a name, and is asked something."""
        visitor = self.visitor(host="127.0.0.1")
        visitor.send(name.encode() + b"\n")
        self.assertEqual(visitor.transport.lines(), [question])
        return visitor

    def test_leavingInsteadOfAPassword(self) -> None:
        """C{!DISCONNECT} is not taken for a password, and ends the connection."""
        visitor = self.asked("alice", "? alice is registered. Password:")
        visitor.send(b"!DISCONNECT\r\n")
        self.assertEqual((visitor.transport.lines(), visitor.closed, self.thread.waiting), ([], True, []))

    def test_leavingInsteadOfChoosingAPassword(self) -> None:
        """C{!DISCONNECT} does not become the password of a new account."""
        self.hub.accounts.access = "registered"
        visitor = self.asked("bob", "? bob has no account yet. Choose a password for it:")
        visitor.send(b"!DISCONNECT\n")
        self.assertEqual((visitor.closed, self.thread.waiting), (True, []))

    def test_operatorLeavesInsteadOfAnswering(self) -> None:
        """An operator who is asked for somebody's password can leave."""
        operator = self.visitor("carol", host="127.0.0.1")
        operator.chat.session.user.operates = True  # type: ignore[union-attr]
        operator.send(b"/user add bob\n")
        self.settle()
        self.assertEqual(operator.transport.lines(), ["? Password for bob:"])
        operator.send(b"!DISCONNECT\n")
        self.settle()
        self.assertEqual(operator.transport.lines(), ["* Goodbye, carol."])
        self.assertEqual(self.thread.waiting, [])

    def test_noAnswer(self) -> None:
        """Who does not answer in time is told that it is the answer that was missing."""
        visitor = self.asked("alice", "? alice is registered. Password:")
        self.clock.advance(60)
        self.assertEqual(visitor.transport.lines(), ["! disconnected: no answer within 60 s"])

    def test_refusedAfterWaiting(self) -> None:
        """Of who is refused after a password was looked at, it is seen when they close their side."""
        visitor = self.visitor(host="127.0.0.1")
        for _ in range(3):
            visitor.send(b"/login alice wrong\n")
            self.assertEqual(visitor.transport.producerState, "paused")
            self.thread.work()
        self.assertEqual(visitor.transport.lines()[-1], "! wrong name or password")
        self.assertEqual((visitor.closed, visitor.transport.producerState), (True, "producing"))
