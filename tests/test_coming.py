"""Under which names people come in, what they are shown, and what is seen when they go."""

from __future__ import annotations

from loqui.answers import Notice
from loqui.chat.ports import RoomRecord
from loqui.chat.room import MAX_REMEMBERED
from loqui.errors import LoquiError
from loqui.events import LOBBY, Joined, PrivacySet, Said
from loqui.settings import Settings
from tests.chat import NOW, ChatTestCase, NarrowOutlet, Visitor, past

_ALONE = "* Welcome to Loqui, {}. Nobody else is here. /help lists the commands, !DISCONNECT leaves."


class NameTests(ChatTestCase):
    """Under which names somebody may come in."""

    def _refusal(self, name: str) -> LoquiError:
        return self.assertRaises(LoquiError, self.visitor().enter, name)

    def test_nameIsInTheUserMap(self) -> None:
        """Who has come in is in the user map, under the key of their name."""
        self.visitor().enter("Alice")
        self.assertEqual({key: user.name for key, user in self.users.items()}, {"alice": "Alice"})

    def test_takenNameIsRefused(self) -> None:
        """A name of somebody who is here is refused, in any case."""
        self.here("alice")
        refusal = self._refusal("ALICE")
        self.assertEqual((refusal.code, refusal.sentence), ("name-taken", "ALICE is already taken"))

    def test_nameIsTakenAtOnce(self) -> None:
        """A name is taken before its owner's coming is out of the journal."""
        self.visitor().enter("alice")
        self.assertEqual(self._refusal("alice").code, "name-taken")

    def test_lookAlikeIsRefused(self) -> None:
        """A name that looks like one of somebody who is here is refused, and says whose."""
        self.here("paypal")
        refusal = self._refusal("paypaI")
        self.assertEqual(
            (refusal.code, refusal.sentence),
            ("name-confusable", "paypaI looks too much like paypal, who is here"),
        )

    def test_whatIsNoNameIsRefused(self) -> None:
        """What cannot be a name is refused for that."""
        self.assertEqual(self._refusal("*!*").code, "name-characters")

    def test_refusedNameChangesNothing(self) -> None:
        """Who is refused is not here, and nothing is kept."""
        self.here("alice")
        visitor = self.visitor()
        self.assertRaises(LoquiError, visitor.enter, "Alice")
        self.assertEqual((visitor.session.user, list(self.users)), (None, ["alice"]))
        self.nothingWaits()

    def test_nameIsFreeAtOnce(self) -> None:
        """A name, and all that look like it, are free as soon as its owner leaves."""
        (bill,) = self.here("bill")
        bill.type("/quit")
        self.visitor().enter("biII")
        self.assertEqual(list(self.users), ["biii"])


class WelcomeTests(ChatTestCase):
    """What somebody sees who comes in."""

    def test_firstIsTheWelcome(self) -> None:
        """Who comes in sees the welcome and not their own coming; it is one write."""
        alice = self.visitor().enter("alice")
        self.journal.commit()
        self.assertEqual(len(alice.outlet.chunks), 1)
        self.assertEqual(alice.sees(), [_ALONE.format("alice")])

    def test_othersSeeWhoComes(self) -> None:
        """Those who are here are told who comes."""
        (alice,) = self.here("alice")
        self.here("Bob")
        self.assertEqual(alice.sees(), ["* Bob has joined"])

    def test_nothingIsToldBeforeItIsKept(self) -> None:
        """Nobody is told of a coming that the journal does not have yet."""
        (alice,) = self.here("alice")
        bob = self.visitor().enter("bob")
        self.assertEqual((alice.sees(), bob.sees()), ([], []))

    def test_namesThoseWhoAreHere(self) -> None:
        """The welcome names the others in the order they came."""
        self.here("alice", "bob")
        carol = self.visitor().enter("carol")
        self.journal.commit()
        self.assertIn(" Here: alice, bob. ", carol.sees()[0])

    def test_namesAllOfTwenty(self) -> None:
        """Twenty others are all named."""
        names = [f"guest{n:02}" for n in range(20)]
        self.here(*names)
        alice = self.visitor().enter("alice")
        self.journal.commit()
        self.assertIn(f" Here: {', '.join(names)}. ", alice.sees()[0])

    def test_namesAtMostTwenty(self) -> None:
        """Of more than twenty others, the first twenty are named and the rest is counted."""
        names = [f"guest{n:02}" for n in range(23)]
        self.here(*names)
        alice = self.visitor().enter("alice")
        self.journal.commit()
        self.assertIn(f" Here: {', '.join(names[:20])} and 3 more. ", alice.sees()[0])

    def test_namesThoseWhoCameBeforeInTheBatch(self) -> None:
        """Of those who come in one batch, each is told of those before, and sees those after them come."""
        alice, bob = self.visitor().enter("alice"), self.visitor().enter("bob")
        self.journal.commit()
        self.assertEqual(alice.sees(), [_ALONE.format("alice"), "* bob has joined"])
        self.assertIn(" Here: alice. ", bob.sees()[0])

    def test_doesNotNameWhoHasLeft(self) -> None:
        """Who leaves before somebody comes is not named to them, within one batch, too."""
        alice, _ = self.here("alice", "bob")
        alice.type("/quit")
        carol = self.visitor().enter("carol")
        self.journal.commit()
        self.assertIn(" Here: bob. ", carol.sees()[0])

    def test_motdFollows(self) -> None:
        """The message of the day stands behind the welcome."""
        self.build(motd=("Be kind.", "Rooms come later."))
        alice = self.visitor().enter("alice")
        self.journal.commit()
        self.assertEqual(alice.sees()[1:], ["* Be kind.", "* Rooms come later."])

    def test_backlogFollows(self) -> None:
        """The last events before somebody came follow, oldest first, and as many as are set."""
        self.build(backlog=2, motd=("Be kind.",))
        (alice,) = self.here("alice")
        for n in range(3):
            alice.type(str(n))
        self.journal.commit()
        bob = self.visitor().enter("bob")
        self.journal.commit()
        self.assertEqual(
            bob.sees()[1:],
            ["* Be kind.", past(Said("alice", LOBBY, "1", NOW)), past(Said("alice", LOBBY, "2", NOW))],
        )

    def test_backlogHoldsWhatWasBeforeInTheBatch(self) -> None:
        """What was said before somebody came, but in the same batch, is in their backlog, once."""
        self.build(backlog=2)
        (alice,) = self.here("alice")
        alice.type("before")
        bob = self.visitor().enter("bob")
        alice.type("after")
        self.journal.commit()
        self.assertEqual(
            bob.sees()[1:],
            [past(Joined("alice", LOBBY, NOW)), past(Said("alice", LOBBY, "before", NOW)), "alice: after"],
        )

    def test_backlogIsRememberedFromBeforeTheStart(self) -> None:
        """What was said before the server started is in the backlog."""
        said = Said("zoe", LOBBY, "long ago", NOW - 1)
        self.build(backlog=2).remember([said])
        alice = self.visitor().enter("alice")
        self.journal.commit()
        self.assertEqual(alice.sees()[1:], [past(said)])

    def test_backlogIsNotLong(self) -> None:
        """Of long messages only as many are remembered as are not too much together; the last one always is."""
        half = MAX_REMEMBERED // 2
        long = [Said("zoe", LOBBY, letter * half, NOW) for letter in "abc"]
        lobby = self.build(backlog=20).rooms.lobby
        self.hub.remember(long)
        self.assertTrue(list(lobby.recent) == long[1:])
        lobby.happened(Joined("alice", LOBBY, NOW))
        self.assertTrue(list(lobby.recent) == [*long[1:], Joined("alice", LOBBY, NOW)])
        longer = Said("zoe", LOBBY, "d" * (MAX_REMEMBERED + 1), NOW)
        lobby.happened(longer)
        self.assertTrue(list(lobby.recent) == [longer])
        lobby.happened(long[0])
        self.assertTrue(list(lobby.recent) == [long[0]])

    def test_backlogBeginsAnewWhenARoomIsPublic(self) -> None:
        """What was said in private is not counted either."""
        room = self.build(backlog=20).rooms.restore(RoomRecord("#den", Settings(private=True), [], 0))
        long = Said("zoe", "#den", "a" * MAX_REMEMBERED, NOW)
        public = PrivacySet("zoe", "#den", False, NOW)
        for event in (long, public, long):
            room.happened(event)
        self.assertTrue(list(room.recent) == [public, long])
        room.happened(said := Said("zoe", "#den", "a", NOW))
        self.assertEqual(list(room.recent), [said])

    def test_noBacklog(self) -> None:
        """With a backlog of 0 nothing is shown of what was before."""
        (alice,) = self.here("alice")
        alice.type("hello")
        self.journal.commit()
        bob = self.visitor().enter("bob")
        self.journal.commit()
        self.assertEqual(len(bob.sees()), 1)

    def test_answersComeAfterTheWelcome(self) -> None:
        """What somebody is answered before they are welcomed is told after it."""
        alice = self.visitor().enter("alice")
        alice.type("/who")
        self.assertEqual(alice.sees(), [])
        self.journal.commit()
        self.assertEqual(alice.sees(), [_ALONE.format("alice"), "* Here (1): alice"])

    def test_answersComeOnce(self) -> None:
        """What was told after the welcome is not told again, and later answers come at once."""
        alice = self.visitor().enter("alice")
        alice.type("/who")
        self.journal.commit()
        self.assertEqual(alice.asks("/who"), ["* Here (1): alice"])

    def test_beforeANameAnswersComeAtOnce(self) -> None:
        """Who has no name yet is told at once what there is to tell."""
        visitor = self.visitor()
        visitor.session.tell(Notice("hello"))
        self.assertEqual(visitor.sees(), ["* hello"])


class LeavingTests(ChatTestCase):
    """What is seen when somebody goes."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_quitSaysGoodbye(self) -> None:
        """C{/quit} says goodbye and ends the connection; others see who has left."""
        self.alice.type("/quit")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["* Goodbye, alice."], ["* alice has left"]))
        self.assertEqual((self.alice.outlet.closed, self.bob.outlet.closed), (True, False))

    def test_disconnectIsQuit(self) -> None:
        """C{!DISCONNECT} does what C{/quit} does."""
        self.alice.type("!DISCONNECT")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["* Goodbye, alice."], ["* alice has left"]))

    def test_quitTakesNoArguments(self) -> None:
        """C{/quit} with something behind it is refused, and nobody leaves."""
        self.assertEqual(self.isRefused(self.alice, "/quit now"), "usage: /quit, for example: /quit")
        self.assertIn("alice", self.users)

    def test_connectionStaysUntilItIsKept(self) -> None:
        """Who leaves is not cut off before the journal has it."""
        self.alice.type("/quit")
        self.assertEqual((self.alice.sees(), self.alice.outlet.closed), ([], False))

    def test_linesAfterLeavingAreNotObeyed(self) -> None:
        """What somebody sends after they have left is neither said nor refused."""
        self.alice.type("/quit")
        self.alice.type("hello?")
        self.alice.type("/nothing")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* alice has left"])

    def test_reasonIsTold(self) -> None:
        """Why somebody had to go is told to others."""
        self.hub.leave(self.alice.session, "too slow", NOW)
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* alice has left (too slow)"])

    def test_leavingTwiceIsLeavingOnce(self) -> None:
        """Who has left does not leave again when their connection goes."""
        self.alice.type("/quit")
        self.hub.leave(self.alice.session, "connection lost", NOW)
        self.assertEqual(len(self.journal.waiting), 1)

    def test_whoNeverCameDoesNotLeave(self) -> None:
        """A connection without a name goes without a word."""
        self.hub.leave(self.visitor().session, "connection lost", NOW)
        self.nothingWaits()

    def test_leaverSeesWhatWasSaidBefore(self) -> None:
        """Who leaves sees what was said before they left, in the same batch, too, and nothing after it."""
        self.bob.type("before")
        self.alice.type("/quit")
        self.bob.type("after")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["bob: before", "* Goodbye, alice."])
        self.assertEqual(self.bob.sees(), ["bob: before", "* alice has left", "bob: after"])

    def test_nothingIsSeenAfterLeaving(self) -> None:
        """Who has left sees nothing of later batches."""
        self.alice.type("/quit")
        self.journal.commit()
        self.alice.sees()
        self.bob.type("hello")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), [])

    def test_comingAndGoingInOneBatch(self) -> None:
        """Who comes, speaks and goes in one batch sees that much of it; others see all of it."""
        self.bob.type("before")
        carol = self.visitor().enter("carol")
        carol.type("hi")
        self.bob.type("hi carol")
        carol.type("/quit")
        self.bob.type("after")
        self.journal.commit()
        self.assertEqual(carol.sees()[1:], ["carol: hi", "bob: hi carol", "* Goodbye, carol."])
        everything = [
            "bob: before",
            "* carol has joined",
            "carol: hi",
            "bob: hi carol",
            "* carol has left",
            "bob: after",
        ]
        self.assertEqual((self.alice.sees(), self.bob.sees()), (everything, everything))

    def test_nameChangesHandsInOneBatch(self) -> None:
        """When a name is left and taken in one batch, each owner sees their own time."""
        self.alice.type("mine")
        self.alice.type("/quit")
        other = self.visitor().enter("Alice")
        other.type("mine now")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["alice: mine", "* Goodbye, alice."])
        self.assertIn(" Here: bob. ", other.sees()[0])
        self.assertEqual(self.bob.sees(), ["alice: mine", "* alice has left", "* Alice has joined", "Alice: mine now"])

    def test_droppedSeesNothing(self) -> None:
        """Once its connection is gone, nothing is written for a session, though its leaving is not out yet."""
        self.hub.leave(self.alice.session, "connection lost", NOW)
        self.hub.drop(self.alice.session)
        self.bob.type("hello")
        self.journal.commit()
        self.assertEqual(
            (self.alice.sees(), self.bob.sees()), ([], ["* alice has left (connection lost)", "bob: hello"])
        )

    def test_droppedBeforeTheWelcome(self) -> None:
        """Who is gone before their coming is out is not written to, and others see them come and go."""
        carol = self.visitor().enter("carol")
        self.hub.leave(carol.session, "connection lost", NOW)
        self.hub.drop(carol.session)
        self.journal.commit()
        self.assertEqual(carol.sees(), [])
        self.assertEqual(self.bob.sees(), ["* carol has joined", "* carol has left (connection lost)"])

    def test_droppedIsGivenNoSeat(self) -> None:
        """Who is gone before their coming is out is not written to in later batches either."""
        carol = self.visitor().enter("carol")
        self.hub.drop(carol.session)
        self.journal.commit()
        self.bob.type("hello")
        self.journal.commit()
        self.assertEqual(carol.sees(), [])

    def test_droppedByBeingToldHarmsNobody(self) -> None:
        """When being told ends somebody's connection, everybody else is told all the same."""
        outlet = NarrowOutlet()
        slow = Visitor(self.hub, outlet).enter("slow")
        (carol,) = self.here("carol")
        self.alice.sees()
        self.bob.sees()
        outlet.overflow = lambda: self._tooSlow(slow)
        self.alice.type("hello")
        self.journal.commit()
        self.journal.commit()
        told = ["alice: hello", "* slow has left (too slow)"]
        self.assertEqual((self.alice.sees(), self.bob.sees(), carol.sees()), (told, told, told))

    def _tooSlow(self, visitor: Visitor) -> None:
        self.hub.leave(visitor.session, "too slow", NOW)
        self.hub.drop(visitor.session)

    def test_forgottenFreesTheNameInSilence(self) -> None:
        """A session that is forgotten has no name any more; nothing is kept of it."""
        self.hub.forget(self.alice.session)
        self.assertEqual(list(self.users), ["bob"])
        self.nothingWaits()
