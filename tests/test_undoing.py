"""What happens when nothing can be kept."""

from __future__ import annotations

from itertools import permutations

from loqui.events import LOBBY, Joined, Left, Said
from tests.chat import NOW, ChatTestCase, Visitor, past


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


class UndoneTests(ChatTestCase):
    """Each thing that can be asked for, in a batch that cannot be kept: everything is as it was before."""

    _NOT_DONE = "! not done: it cannot be saved (disk full)"

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.everybody = self.here("alice", "bob", "carol")
        self.gather("#den", self.alice, self.bob)
        self.happens(self.alice, "/topic before", "/private on", "/key old", "/invite carol")
        for visitor in self.everybody:
            visitor.sees()

    def fails(self, visitor: Visitor, *lines: str) -> list[str]:
        """What somebody is told who sends lines that cannot be kept; nobody else is told anything."""
        for line in lines:
            visitor.type(line)
        self.journal.fail("disk full")
        seen = visitor.sees()
        for other in self.everybody:
            self.assertEqual(other.sees(), [])
        return seen

    def state(self) -> object:
        """All that is true of rooms and people, from the moment that was accepted and as far as has been told."""
        hub = self.hub
        return (
            {
                room.name: (
                    [user.name for user in room.members],
                    [user.shown for user in room.present],
                    room.settings,
                    room.told,
                )
                for room in hub.audience.rooms.values()
            },
            len(hub.rooms),
            {key: (user.name, [room.name for room in user.rooms]) for key, user in self.users.items()},
            [visitor.session.room.name for visitor in self.everybody],
        )

    def test_settings(self) -> None:
        """Each change of a room is refused, by itself; the room is as it was."""
        for line in ("/topic x", "/topic -", "/private off", "/key new", "/key -", "/uninvite carol"):
            before = self.state()
            self.assertEqual(self.fails(self.alice, line), [self._NOT_DONE], line)
            self.assertEqual(self.state(), before, line)
            self.nothingWaits()

    def test_invitation(self) -> None:
        """An invitation that cannot be kept is refused to who gave it, and the guest is not told."""
        (dave,) = self.here("dave")
        before = self.state()
        self.alice.sees()
        self.assertEqual(self.answerFailing(self.alice, "/invite dave"), [self._NOT_DONE])
        self.assertEqual((self.state(), dave.sees()), (before, []))

    def answerFailing(self, visitor: Visitor, line: str) -> list[str]:
        """What somebody is told whose line cannot be kept."""
        visitor.sees()
        visitor.type(line)
        self.journal.fail("disk full")
        return visitor.sees()

    def test_settingsOfAllKindsInOneBatch(self) -> None:
        """Several changes of a room are all refused, and all undone."""
        before = self.state()
        lines = ("/topic x", "/key new", "/uninvite carol", "/private off", "/private on", "/invite carol", "/topic -")
        self.assertEqual(self.fails(self.alice, *lines), [self._NOT_DONE] * len(lines))
        self.assertEqual(self.state(), before)
        self.assertIn("* #den has alice, bob in it", self.carol.asks("/join #den")[0])

    def test_joining(self) -> None:
        """Who joins is not in the room, and talks where they did in the lobby."""
        before = self.state()
        self.assertEqual(
            self.fails(self.carol, "/join #den", "hello"),
            [
                "! you are not in #den: it cannot be saved (disk full)",
                "! not said: it cannot be saved (disk full)",
            ],
        )
        self.assertEqual(self.state(), before)
        self.assertEqual(self.carol.asks("hello"), ["carol: hello"])

    def test_making(self) -> None:
        """A room that could not be kept is not; whoever comes next makes it, and owns it."""
        before = self.state()
        self.assertEqual(
            self.fails(self.carol, "/join #new", "/private on", "/topic t"),
            ["! you are not in #new: it cannot be saved (disk full)", self._NOT_DONE, self._NOT_DONE],
        )
        self.assertEqual(self.state(), before)
        self.assertIn("* #new is new, and yours.", self.bob.asks("/join #new")[0])
        self.assertEqual(self.bob.asks("/private on"), ["* #new bob has made this room private"])

    def test_makingByTwo(self) -> None:
        """Of two who make a room and join it, neither is in it."""
        before = self.state()
        self.carol.type("/join #new")
        self.bob.type("/join #new")
        self.carol.type("/invite alice")
        self.journal.fail("disk full")
        self.bob.sees()
        self.carol.sees()
        self.gather("#den", self.bob)  # Where bob was talking before.
        self.assertEqual((self.state(), self.alice.sees()), (before, []))

    def test_leaving(self) -> None:
        """Who leaves a room has left it; the others hear of it when that can be kept, and nothing is told twice."""
        self.assertEqual(
            self.fails(self.bob, "/leave"),
            ["! others are told later that you have left #den: it cannot be saved (disk full)"],
        )
        self.assertEqual(self.isRefused(self.bob, "/say #den hello"), "you are not in #den; /join it first")
        for _ in range(3):
            self.journal.fail("disk full")
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* #den bob has left"])
        self.assertEqual(self.bob.sees(), ["* You have left #den; what you type is said in the lobby"])

    def test_whatIsSaidWhileALeavingWaits(self) -> None:
        """What others say behind a leaving that waits comes behind it: who has left does not hear it."""
        self.fails(self.bob, "/leave")
        self.alice.type("secret")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* You have left #den; what you type is said in the lobby"])
        self.assertEqual(self.alice.sees(), ["* #den bob has left", "#den alice: secret"])

    def test_joiningAndLeaving(self) -> None:
        """Who comes and goes in the batch was never there."""
        before = self.state()
        self.fails(self.carol, "/join #den", "/leave")
        self.assertEqual(self.state(), before)
        self.nothingWaits()

    def test_leavingAndJoining(self) -> None:
        """Who goes and comes back in the batch has gone, and has to come back again."""
        self.happens(self.alice, "/private off")
        self.bob.sees()
        self.bob.type("/leave")
        self.bob.type("/join #den")
        self.journal.fail("disk full")
        self.assertEqual(
            self.bob.sees(),
            [
                "! others are told later that you have left #den: it cannot be saved (disk full)",
                "! you are not in #den: it cannot be saved (disk full)",
            ],
        )
        self.bob.type("/join #den")
        self.journal.commit()
        self.assertEqual(self.alice.sees()[-2:], ["* #den bob has left", "* #den bob has joined"])
        self.assertEqual(self.alice.asks("/who"), ["* In #den (2): alice, bob"])

    def test_everyOrderOfLeavingAndJoining(self) -> None:
        """However often somebody goes and comes, and the disk fails, rooms add up in the end."""
        for pattern in ("L", "LJ", "LJL", "LJLJ"):
            for again in ("", "J", "JL", "JLJ"):
                self.setUp()
                self.happens(self.alice, "/private off")
                self.move(self.bob, pattern)
                self.journal.fail("disk full")
                self.move(self.bob, again)
                self.journal.fail("disk full")
                self.journal.commit()
                here = "bob" in self.alice.asks("/who")[0]
                self.assertFalse(here, (pattern, again))
                self.move(self.bob, "J")
                self.journal.commit()
                self.assertEqual(self.alice.asks("/who"), ["* In #den (2): alice, bob"], (pattern, again))
                self.assertEqual(self.bob.asks("hello"), ["#den bob: hello"])

    def move(self, visitor: Visitor, steps: str) -> None:
        """Leave (L) and join (J) the room."""
        for step in steps:
            visitor.type("/leave #den" if step == "L" else "/join #den")

    def test_newName(self) -> None:
        """A new name stands: one is told so once, others when it can be kept, and the old one is free."""
        self.assertEqual(
            self.fails(self.bob, "/nick rob"),
            ["! others are told of your new name later: it cannot be saved (disk full)"],
        )
        self.journal.fail("disk full")
        self.assertEqual(self.bob.sees(), [])
        self.assertEqual(sorted(self.users), ["alice", "carol", "rob"])
        self.carol.type("/nick bob")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* bob is now rob", "* carol is now bob"])

    def test_severalNewNames(self) -> None:
        """Several new names are all told, in order, when they can be kept."""
        self.fails(self.bob, "/nick rob", "/nick bert")
        self.fails(self.bob, "/nick bob")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* bob is now rob", "* rob is now bert", "* bert is now bob"])
        self.assertEqual(self.alice.asks("/who"), ["* In #den (2): alice, bob"])

    def test_newNameOfTheOwner(self) -> None:
        """What was owned under the old name is owned under the new one, though other changes are undone."""
        self.fails(self.alice, "/key new", "/nick alicia", "/topic x")
        mallory = self.visitor().enter("alice")
        self.journal.commit()
        self.assertIn("is not open to you", self.isRefused(mallory, "/join #den"))
        self.assertEqual(self.alice.asks("/private off"), ["* #den alicia has made this room public"])

    def test_newNameOfTheGuest(self) -> None:
        """An invitation that was told before goes with the new name; one of the batch is undone."""
        (dave,) = self.here("dave")
        self.alice.sees()
        self.alice.type("/invite dave")
        for visitor, name in ((dave, "david"), (self.carol, "caro")):
            visitor.type(f"/nick {name}")
        self.journal.fail("disk full")
        self.assertIn("is not open to you", self.isRefused(dave, "/join #den"))
        self.carol.type("/join #den")
        self.journal.commit()
        self.assertEqual(
            self.alice.sees(),
            [self._NOT_DONE, "* dave is now david", "* carol is now caro", "* #den caro has joined"],
        )

    def test_renameLeaveJoinInEveryOrder(self) -> None:
        """A new name, a leaving, a joining and a line, refused again and again in every order, add up in the end."""
        lines = ("/nick rob", "/leave #den", "/join #ops", "/say #lobby hello")
        for order in permutations(lines):
            self.setUp()
            for line in order:
                self.bob.type(line)
            for _ in range(3):
                self.journal.fail("disk full")
            self.journal.commit()
            stands = {"/nick rob": "* bob is now rob", "/leave #den": "* #den {} has left"}
            name, expected = "bob", []
            for line in order:
                if line in stands:
                    expected.append(stands[line].format(name))
                name = "rob" if line == "/nick rob" else name
            self.assertEqual(self.alice.sees(), expected, order)
            self.assertEqual(self.alice.asks("/who"), ["* In #den (1): alice"], order)
            self.assertEqual(self.carol.asks("/who"), ["* Here (3): alice, rob, carol"], order)
            self.assertEqual(self.bob.asks("/join #ops")[-1].partition(".")[0], "* #ops is new, and yours", order)

    def test_quitting(self) -> None:
        """Who leaves a room, takes another name and quits is gone; others hear of all that in order."""
        self.assertEqual(
            self.fails(self.bob, "/leave", "/nick rob", "/quit"),
            [
                "! others are told later that you have left #den: it cannot be saved (disk full)",
                "! others are told of your new name later: it cannot be saved (disk full)",
                "* Goodbye, rob.",
            ],
        )
        self.assertEqual(sorted(self.users), ["alice", "carol"])
        self.journal.fail("disk full")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* #den bob has left", "* bob is now rob", "* rob has left"])
        self.assertEqual((self.bob.sees(), self.alice.asks("/who")), ([], ["* In #den (1): alice"]))

    def test_joiningAndQuitting(self) -> None:
        """Who joins a room and quits is gone, and was never in the room."""
        self.fails(self.carol, "/join #den", "/quit")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* carol has left"])
        self.assertEqual(self.alice.asks("/who"), ["* In #den (2): alice, bob"])

    def test_forgetting(self) -> None:
        """A room that could not be forgotten is there as before, and is forgotten when that can be kept."""
        self.happens(self.carol, "/join #ops", "/topic t", "/leave")
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.journal.fail("disk full")
        self.assertEqual(self.carol.asks("/rooms ops"), ["* #ops: 0 people - t"])
        self.assertIn("It is about: t", self.carol.asks("/join #ops")[0])
        self.happens(self.carol, "/leave")
        self.forget()
        self.assertEqual(self.carol.asks("/rooms ops"), ["* There is no such room; /join #ROOM makes one"])

    def test_roomThatSomebodyHasJustLookedInto(self) -> None:
        """A room is not forgotten when somebody comes and goes within the last of its hours, kept or not."""
        self.happens(self.carol, "/join #ops", "/leave")
        for _ in range(23):
            self.hub.anHourHasPassed(NOW)
        before = self.state()
        for line in ("/join #ops", "/topic t", "/leave"):
            self.carol.type(line)
        self.hub.anHourHasPassed(NOW)
        self.journal.fail("disk full")
        self.assertEqual(self.state(), before)
        self.nothingWaits()

    def test_forgettingAndMaking(self) -> None:
        """A room that was to be forgotten, and was made again in the same batch, is the old one."""
        self.happens(self.carol, "/join #ops", "/topic t", "/leave")
        before = self.state()
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.bob.type("/join #OPS")
        self.bob.type("/topic new")
        self.journal.fail("disk full")
        self.bob.sees()
        self.gather("#den", self.bob)
        self.assertEqual(self.state(), before)
        self.assertIn("* #ops has nobody else in it.", self.bob.asks("/join #Ops")[0])

    def test_nobodysChange(self) -> None:
        """A change that nobody of this server asked for is undone without a word."""
        before = self.state()
        room = self.hub.rooms.named("#den")
        alice = self.users["alice"]
        self.journal.append(room.setTopic(alice, "x", NOW))
        self.journal.fail("disk full")
        self.assertEqual((self.state(), self.alice.sees()), (before, []))


class AskingTests(ChatTestCase):
    """What is asked for while nothing can be kept."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")
        self.gather("#dev", self.alice, self.bob)

    def test_isAnswered(self) -> None:
        """Questions are answered, behind what is refused, in the order in which they were asked."""
        for line in ("/who", "lost", "/topic", "/who #lobby"):
            self.alice.type(line)
        self.journal.fail("disk full")
        self.assertEqual(
            self.alice.sees(),
            [
                "! not said: it cannot be saved (disk full)",
                "* In #dev (2): alice, bob",
                "* There is no topic of #dev",
                "* Here (2): alice, bob",
            ],
        )

    def test_saysWhatHasBeenTold(self) -> None:
        """An answer says how things are as far as others have been told, and no more."""
        self.bob.type("/nick rob")
        self.bob.type("/leave")
        self.journal.fail("disk full")
        self.alice.type("/who")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["* In #dev (2): alice, bob"])
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* bob is now rob", "* #dev rob has left"])
        self.assertEqual(self.alice.asks("/who"), ["* In #dev (1): alice"])

    def test_isAnsweredOnce(self) -> None:
        """What has been answered is not answered again when the disk has room."""
        self.alice.type("/who")
        self.bob.type("/leave")
        self.journal.fail("disk full")
        self.alice.sees()
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* #dev bob has left"])

    def test_whoWasTurnedAwayIsNotAnswered(self) -> None:
        """Who could not come in is answered nothing."""
        carol = self.visitor().enter("carol")
        carol.type("/who")
        self.journal.fail("disk full")
        self.assertEqual(carol.sees(), ["! you cannot come in: it cannot be saved (disk full)"])

    def test_whoHasLeftIsNotAnswered(self) -> None:
        """Who asks and leaves is told goodbye, and nothing after it."""
        self.alice.type("/who")
        self.alice.type("/quit")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees()[-1], "* Goodbye, alice.")

    def test_awayAndIgnoreNeedNoDisk(self) -> None:
        """What is not kept works while nothing can be kept."""
        for line in ("/away lunch", "/back", "/ignore bob", "/unignore bob", "/quiet on"):
            self.alice.type(line)
        self.alice.type("lost")
        self.journal.fail("disk full")
        self.assertEqual(len([line for line in self.alice.sees() if line.startswith("* ")]), 5)
