"""What happens when nothing can be kept."""

from __future__ import annotations

from loqui.events import LOBBY, Joined, Left, Said
from tests.chat import NOW, ChatTestCase, past


class RefusedTests(ChatTestCase):
    """What happens when nothing can be kept."""

    _NOT_SAID = "! not said: it cannot be saved (disk full)"

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_senderIsTold(self) -> None:
        """Who said what cannot be kept is told so, for each line; nobody else sees anything."""
        self.alice.type("1")
        self.alice.type("/me 2")
        self.alice.type("/msg bob 3")
        self.journal.fail("disk full")
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([self._NOT_SAID] * 3, []))
        self.nothingWaits()

    def test_talkResumes(self) -> None:
        """What is said when the disk has room again is seen, and nothing of what was refused."""
        self.alice.type("lost")
        self.journal.fail("disk full")
        self.alice.sees()
        self.alice.type("kept")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["alice: kept"],) * 2)

    def test_refusedIsNotInTheBacklog(self) -> None:
        """What could not be kept is not shown to who comes later."""
        self.build(backlog=5)
        (alice,) = self.here("alice")
        alice.type("lost")
        self.journal.fail("disk full")
        carol = self.visitor().enter("carol")
        self.journal.commit()
        self.assertEqual(carol.sees()[1:], [past(Joined("alice", LOBBY, NOW))])

    def test_whoComesIsTurnedAway(self) -> None:
        """Whose coming cannot be kept is told so, and their connection is ended."""
        carol = self.visitor().enter("carol")
        self.journal.fail("disk full")
        self.assertEqual(carol.sees(), ["! you cannot come in: it cannot be saved (disk full)"])
        self.assertTrue(carol.outlet.closed)

    def test_nameOfWhoIsTurnedAwayIsFree(self) -> None:
        """The name of who was turned away is free, and so is what looks like it."""
        self.visitor().enter("bill")
        self.journal.fail("disk full")
        self.assertEqual(list(self.users), ["alice", "bob"])
        self.here("biII")
        self.assertEqual(self.alice.asks("/who"), ["* Here (3): alice, bob, biII"])

    def test_whoIsTurnedAwayIsToldNothingElse(self) -> None:
        """Who was turned away is not told of each line they sent in the meantime, nor obeyed any more."""
        carol = self.visitor().enter("carol")
        carol.type("hello")
        self.journal.fail("disk full")
        carol.type("hello?")
        self.assertEqual(carol.sees(), ["! you cannot come in: it cannot be saved (disk full)"])
        self.nothingWaits()

    def test_departureIsNotGivenUp(self) -> None:
        """Who leaves is gone though it cannot be kept: others hear of it when it can."""
        self.alice.type("/quit")
        self.journal.fail("disk full")
        self.assertEqual([event for event, _ in self.journal.waiting], [Left("alice", LOBBY, "", NOW)])
        self.assertEqual(self.alice.sees(), ["* Goodbye, alice."])
        self.assertTrue(self.alice.outlet.closed)
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], ["* alice has left"]))

    def test_departureIsTriedAgainAndAgain(self) -> None:
        """A departure that cannot be kept a second time waits again; who has gone is told nothing twice."""
        self.alice.type("/quit")
        self.journal.fail("disk full")
        self.journal.fail("disk full")
        self.assertEqual(len(self.journal.waiting), 1)
        self.assertEqual(self.alice.sees(), ["* Goodbye, alice."])

    def test_departureOfWhoWasTurnedAwayIsGivenUp(self) -> None:
        """Who comes and goes in a batch that cannot be kept was never here: nobody hears of it."""
        carol = self.visitor().enter("carol")
        carol.type("/quit")
        self.journal.fail("disk full")
        self.nothingWaits()
        self.assertEqual(list(self.users), ["alice", "bob"])

    def test_speakerWhoLeavesIsTold(self) -> None:
        """Who speaks and leaves is told what was not said before the goodbye."""
        self.alice.type("last words")
        self.alice.type("/quit")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), [self._NOT_SAID, "* Goodbye, alice."])

    def test_nameIsTakenOverWhileADepartureWaits(self) -> None:
        """A name that was left while the disk was full can be taken; others see leaving and coming in order."""
        self.alice.type("/quit")
        self.journal.fail("disk full")
        other = self.visitor().enter("alice")
        self.journal.commit()
        self.assertIn(" Here: bob. ", other.sees()[0])
        self.assertEqual(self.bob.sees(), ["* alice has left", "* alice has joined"])

    def test_nameChangesHandsInARefusedBatch(self) -> None:
        """When a name is left and taken in a batch that cannot be kept, the newcomer has it no more."""
        self.alice.type("/quit")
        other = self.visitor().enter("alice")
        self.journal.fail("disk full")
        self.assertEqual(list(self.users), ["bob"])
        self.assertTrue(other.outlet.closed)
        self.assertEqual([origin for _, origin in self.journal.waiting], [self.alice.session])

    def test_goneWhileTheDiskIsFull(self) -> None:
        """Nothing is written for a connection that is gone; its departure is kept when that can be done."""
        self.alice.type("unheard")
        self.hub.leave(self.alice.session, "connection lost", NOW)
        self.hub.drop(self.alice.session)
        self.journal.fail("disk full")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], ["* alice has left (connection lost)"]))

    def test_eventOfNobodyHereIsGivenUp(self) -> None:
        """An event that no session of this server made is given up without a word."""
        self.journal.append(Said("zoe", LOBBY, "hello", NOW))
        self.journal.fail("disk full")
        self.nothingWaits()


class StrangerTests(ChatTestCase):
    """What somebody has done who was let in, and whose coming could not be kept after all."""

    def test_roomThatTheyMadeIsNot(self) -> None:
        """A room that they made is no more: somebody else can make it."""
        (alice,) = self.here("alice")
        self.visitor().enter("carol").type("/join #dev")
        self.journal.fail("disk full")
        self.assertEqual(
            alice.asks("/join #dev"), ["* #dev is new, and yours. What you type is said there; /leave leaves it."]
        )

    def test_settingsThatTheyChangedAreAsBefore(self) -> None:
        """What they changed about their room is as it was."""
        alice, bob = self.here("alice", "bob")
        self.gather("#dev", bob, alice)
        self.happens(bob, "/quit")
        bob = self.visitor().enter("bob")
        for line in ("/join #dev", "/private on", "/topic mine"):
            bob.type(line)
        self.journal.fail("disk full")
        (carol,) = self.here("carol")
        self.assertEqual(
            carol.asks("/join #dev"), ["* #dev has alice in it. What you type is said there; /leave leaves it."]
        )

    def test_ownershipDoesNotFollowTheirNewName(self) -> None:
        """Whose name was theirs for a moment is the owner as before."""
        alice, bob = self.here("alice", "bob")
        self.gather("#dev", bob, alice)
        self.happens(bob, "/quit")
        self.visitor().enter("bob").type("/nick dave")
        self.journal.fail("disk full")
        self.assertIn("bob", self.hub.rooms.named("#dev").settings.owners)
        (bob,) = self.here("bob")
        self.gather("#dev", bob)
        self.assertEqual(bob.asks("/private on"), ["* #dev bob has made this room private"])

    def test_forgottenRoomDoesNotComeBack(self) -> None:
        """A room that was theirs, and is no more, is not made again by undoing their new name."""
        (bob,) = self.here("bob")
        self.gather("#dev", bob)
        self.happens(bob, "/quit")
        self.forget()
        self.visitor().enter("bob").type("/nick dave")
        self.journal.fail("disk full")
        (alice,) = self.here("alice")
        self.assertEqual(alice.asks("/rooms dev"), ["* There is no such room; /join #ROOM makes one"])
        self.assertIn("* #dev is new", alice.asks("/join #dev")[0])
