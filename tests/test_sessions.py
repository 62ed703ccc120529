"""People who are here with several connections."""

from __future__ import annotations

from tests.chat import NOW, ChatTestCase


class GoingTests(ChatTestCase):
    """When one connection of several goes."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")
        self.other = self.another(self.alice)

    def test_oneOfTwo(self) -> None:
        """Who leaves with one of two connections says goodbye there, and is here with the other."""
        self.assertEqual(self.alice.asks("/quit"), ["* Goodbye, alice."])
        self.assertEqual((self.alice.outlet.closed, self.other.outlet.closed), (True, False))
        self.assertEqual((self.other.sees(), self.bob.sees()), ([], []))
        self.assertEqual(self.other.asks("hello"), ["alice: hello"])

    def test_nothingAfterTheGoodbye(self) -> None:
        """A connection that has been let go is told nothing of what its user is told, does or joins."""
        self.happens(self.alice, "/quit")
        self.bob.type("/msg alice psst")
        self.other.type("/join #dev")
        self.other.type("/msg bob hi")
        self.other.type("hello")
        self.other.type("/leave")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), [])

    def test_bothInOneBatch(self) -> None:
        """Two connections that leave in one batch are told one goodbye each, and others of one leaving."""
        self.alice.type("/quit")
        self.other.type("/quit")
        self.journal.commit()
        self.assertEqual(
            (self.alice.sees(), self.other.sees(), self.bob.sees()),
            (["* Goodbye, alice."], ["* Goodbye, alice."], ["* alice has left"]),
        )

    def test_oneAfterTheOther(self) -> None:
        """The last connection to leave takes the user with it; the first is not told goodbye again."""
        self.happens(self.alice, "/quit")
        self.assertEqual(self.other.asks("/quit"), ["* Goodbye, alice."])
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], ["* alice has left"]))
        self.assertNotIn("alice", self.users)

    def test_seesWhatWasBefore(self) -> None:
        """A connection that leaves sees what happened before that in its batch, and nothing after it."""
        self.gather("#dev", self.alice, self.bob)
        self.bob.type("1")
        self.alice.type("/quit")
        self.bob.type("2")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["#dev bob: 1", "* Goodbye, alice."])
        self.assertIn("#dev bob: 2", self.other.sees())

    def test_lost(self) -> None:
        """When one of two connections is lost, nobody hears of it, and the name is not free."""
        self.hub.leave(self.alice.session, "connection lost", NOW)
        self.hub.drop(self.alice.session)
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.other.sees(), self.bob.sees()), ([], [], []))
        self.assertEqual(self.bob.asks("/msg alice psst"), ["[PM to alice] psst"])
        self.assertEqual(self.other.sees(), ["[PM from bob] psst"])

    def test_bothAreLost(self) -> None:
        """When the last connection is lost, others hear of it."""
        for visitor in (self.alice, self.other):
            self.hub.leave(visitor.session, "connection lost", NOW)
            self.hub.drop(visitor.session)
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* alice has left (connection lost)"])

    def test_bothWhileTheDiskIsFull(self) -> None:
        """Two connections that leave while nothing can be kept are told one goodbye each; others hear of it later."""
        self.alice.type("/quit")
        self.other.type("/quit")
        self.journal.fail("disk full")
        self.assertEqual((self.alice.sees(), self.other.sees()), (["* Goodbye, alice."],) * 2)
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.other.sees()), ([], []))
        self.assertEqual(self.bob.sees(), ["* alice has left"])

    def test_forgotten(self) -> None:
        """When the server stops, the name is free when the last connection is forgotten."""
        self.hub.forget(self.alice.session)
        self.assertIn("alice", self.users)
        self.hub.forget(self.other.session)
        self.assertNotIn("alice", self.users)
        self.nothingWaits()
