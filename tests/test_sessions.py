"""People who are here with several connections."""

from __future__ import annotations

from loqui.events import LOBBY, Said
from tests.chat import NOW, ChatTestCase, past


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


class ComingTests(ChatTestCase):
    """One more connection of somebody who is here."""

    def test_isWelcomed(self) -> None:
        """It is welcomed and shown the last lines of the lobby; nobody else is told."""
        self.build(backlog=1)
        alice, bob = self.here("alice", "bob")
        self.happens(bob, "hello")
        alice.sees()
        assert alice.session.user is not None
        other = self.visitor()
        self.hub.attach(other.session, alice.session.user)
        self.journal.commit()
        self.assertEqual(
            other.sees(),
            [
                "* Welcome to Loqui, alice. Here: bob. /help lists the commands, !DISCONNECT leaves.",
                past(Said("bob", LOBBY, "hello", NOW)),
            ],
        )
        self.assertEqual((alice.sees(), bob.sees()), ([], []))

    def test_isInAllRooms(self) -> None:
        """It hears all rooms that its user is in, and talks in the lobby."""
        alice, bob = self.here("alice", "bob")
        self.gather("#dev", alice, bob)
        other = self.another(alice)
        self.happens(bob, "hello")
        self.assertEqual(other.sees(), ["#dev bob: hello"])
        self.assertEqual(other.asks("hi"), ["alice: hi"])

    def test_beforeTheFirstIsWelcomed(self) -> None:
        """Two connections whose user's coming is not out yet are both welcomed, once; others see one coming."""
        (bob,) = self.here("bob")
        alice, other = self.visitor().enter("alice"), self.visitor()
        assert alice.session.user is not None
        self.hub.attach(other.session, alice.session.user)
        other.type("hello")
        self.journal.commit()
        for visitor in (alice, other):
            self.assertEqual(
                visitor.sees(),
                [
                    "* Welcome to Loqui, alice. Here: bob. /help lists the commands, !DISCONNECT leaves.",
                    "alice: hello",
                ],
            )
        self.assertEqual(bob.sees(), ["* alice has joined", "alice: hello"])

    def test_turnedAwayWithTheFirst(self) -> None:
        """When the coming cannot be kept, all connections are turned away, and the name is free."""
        alice, other = self.visitor().enter("alice"), self.visitor()
        assert alice.session.user is not None
        self.hub.attach(other.session, alice.session.user)
        other.type("hello")
        self.journal.fail("disk full")
        for visitor in (alice, other):
            self.assertEqual(visitor.sees(), ["! you cannot come in: it cannot be saved (disk full)"])
            self.assertTrue(visitor.outlet.closed)
        self.assertEqual(self.users, {})

    def test_whileTheDiskIsFull(self) -> None:
        """One more connection of somebody who is here needs nothing to be kept: it is welcomed all the same."""
        alice, _ = self.here("alice", "bob")
        assert alice.session.user is not None
        other = self.visitor()
        self.hub.attach(other.session, alice.session.user)
        alice.type("lost")
        self.journal.fail("disk full")
        self.assertTrue(other.sees()[0].startswith("* Welcome to Loqui, alice. Here: bob. "))

    def test_seesWhatHappensBehindIt(self) -> None:
        """In one batch, it sees what is behind its coming, and before that nothing but last lines."""
        alice, bob = self.here("alice", "bob")
        self.gather("#dev", alice, bob)
        bob.type("1")
        assert alice.session.user is not None
        other = self.visitor()
        self.hub.attach(other.session, alice.session.user)
        bob.type("2")
        self.journal.commit()
        self.assertEqual(other.sees()[1:], ["#dev bob: 2"])
        self.assertEqual(alice.sees(), ["#dev bob: 1", "#dev bob: 2"])

    def test_goneBeforeItIsWelcomed(self) -> None:
        """One that is gone before its turn is not written to, in later batches neither."""
        alice, bob = self.here("alice", "bob")
        assert alice.session.user is not None
        other = self.visitor()
        self.hub.attach(other.session, alice.session.user)
        self.hub.leave(other.session, "connection lost", NOW)
        self.hub.drop(other.session)
        self.journal.commit()
        self.happens(bob, "hello")
        self.assertEqual((other.sees(), alice.sees()), ([], ["bob: hello"]))


class TogetherTests(ChatTestCase):
    """What one connection does, and what the others see of it."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")
        self.other = self.another(self.alice)

    def test_joinsTogether(self) -> None:
        """When one joins a room, the others are in it, too, and told how to talk there."""
        self.assertEqual(
            self.alice.asks("/join #dev"), ["* #dev is new, and yours. What you type is said there; /leave leaves it."]
        )
        self.assertEqual(self.other.sees(), ["* #dev is new, and yours. /join #dev to talk there; /leave leaves it."])
        self.assertEqual(self.other.asks("hello"), ["alice: hello"])
        self.gather("#dev", self.bob)
        self.assertEqual(self.bob.asks("/who"), ["* In #dev (2): alice, bob"])

    def test_leaveTogether(self) -> None:
        """When one leaves a room, the others have left it, and talk in the lobby if they talked there."""
        self.gather("#dev", self.alice, self.other, self.bob)
        self.happens(self.alice, "/leave #dev")
        self.assertEqual(self.other.sees(), ["* You have left #dev; what you type is said in the lobby"])
        self.assertEqual(self.other.asks("hello"), ["alice: hello"])
        self.assertEqual(self.bob.sees(), ["* #dev alice has left", "alice: hello"])

    def test_leaveWhereAnotherTalks(self) -> None:
        """One that talks elsewhere goes on talking there."""
        self.gather("#dev", self.alice, self.other)
        self.gather("#ops", self.other)
        self.happens(self.alice, "/leave #dev")
        self.assertEqual(self.other.sees()[-1], "* You have left #dev; what you type is said in #ops")
        self.assertEqual(self.other.asks("hello"), ["#ops alice: hello"])

    def test_speakTogether(self) -> None:
        """What is said with one is seen on all, once, in one order."""
        self.gather("#dev", self.alice, self.bob)
        self.other.sees()
        for visitor, line in ((self.alice, "1"), (self.other, "2"), (self.bob, "3"), (self.other, "/say #dev 4")):
            visitor.type(line)
        self.journal.commit()
        seen = ["#dev alice: 1", "alice: 2", "#dev bob: 3", "#dev alice: 4"]
        self.assertEqual((self.alice.sees(), self.other.sees(), self.bob.sees()), (seen, seen, seen))

    def test_areRenamedTogether(self) -> None:
        """A new name is that of all of them."""
        self.happens(self.alice, "/nick alicia")
        self.assertEqual(self.other.sees(), ["* alice is now alicia"])
        self.assertEqual(self.other.asks("hello"), ["alicia: hello"])
        self.assertEqual(self.other.asks("/quit"), ["* Goodbye, alicia."])

    def test_areInvitedTogether(self) -> None:
        """An invitation is shown on all of them."""
        self.gather("#dev", self.bob)
        self.happens(self.bob, "/private on", "/invite alice")
        told = ["* bob invites you to #dev; /join #dev goes there"]
        self.assertEqual((self.alice.sees(), self.other.sees()), (told, told))

    def test_answersAreForWhoAsks(self) -> None:
        """Answers and refusals are for the connection that asked."""
        for line in ("/who", "/help", "/rooms", "/whois bob", "/away", "/back", "/quiet on", "/topic"):
            self.assertNotEqual(self.alice.asks(line), [], line)
        self.alice.type("lost")
        self.journal.fail("disk full")
        self.assertEqual(self.other.sees(), [])

    def test_joinsAndLeavesUndone(self) -> None:
        """When a joining cannot be kept, who asked for it talks where they did, and is in what they were in."""
        self.gather("#dev", self.other)
        self.alice.type("/join #ops")
        self.other.type("/join #ops")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.asks("1"), ["alice: 1"])
        self.assertEqual(self.other.asks("2"), ["#dev alice: 2"])
        self.assertEqual(self.alice.asks("/say #dev 3"), ["#dev alice: 3"])
        self.assertEqual(self.isRefused(self.alice, "/say #ops 4"), "you are not in #ops; /join it first")
