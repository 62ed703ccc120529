"""New names, being away, and what somebody does not want to see."""

from __future__ import annotations

from loqui.chat.people import MAX_AWAY, MAX_IGNORED
from loqui.events import LOBBY, Renamed, Said
from tests.chat import NOW, ChatTestCase, past


class NickTests(ChatTestCase):
    """C{/nick}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_everybodyIsTold(self) -> None:
        """Who takes another name is told so, and so is everybody else; what they say then is under that name."""
        self.alice.type("/nick Alicia")
        self.alice.type("hello")
        self.journal.commit()
        seen = ["* alice is now Alicia", "Alicia: hello"]
        self.assertEqual((self.alice.sees(), self.bob.sees()), (seen, seen))

    def test_isKept(self) -> None:
        """A new name is an event with both names."""
        self.happens(self.alice, "/nick Alicia")
        self.assertEqual(self.journal.kept[-1], Renamed("alice", "Alicia", NOW, 3))

    def test_isToldOnceToWhoSharesSeveralRooms(self) -> None:
        """Who sits in several rooms with somebody is told of their new name once."""
        for room in ("#a", "#b", "#c"):
            self.gather(room, self.alice, self.bob)
        self.happens(self.alice, "/nick Alicia")
        self.assertEqual(self.bob.sees(), ["* alice is now Alicia"])

    def test_oldNameIsFreeAtOnce(self) -> None:
        """The old name, and what looks like it, can be taken before anybody has been told."""
        self.happens(self.bob, "/nick bill")
        self.bob.type("/nick bob")
        self.alice.type("/nick biII")
        self.journal.commit()
        self.assertEqual(sorted(self.users), ["biii", "bob"])

    def test_newNameIsTakenAtOnce(self) -> None:
        """The new name cannot be taken by anybody else before it has been told."""
        self.alice.type("/nick carol")
        self.assertEqual(self.isRefused(self.bob, "/nick CAROL"), "CAROL is already taken")

    def test_takenName(self) -> None:
        """A name of somebody who is here is refused, in any case, and one that looks like it."""
        self.assertEqual(self.isRefused(self.alice, "/nick BOB"), "BOB is already taken")
        self.here("paypal")
        self.assertEqual(self.isRefused(self.alice, "/nick paypaI"), "paypaI looks too much like paypal, who is here")

    def test_whatIsNoName(self) -> None:
        """What cannot be a name is refused for that, a name of a room, too."""
        for name in ("#dev", "*", "a b", "-x", "x" * 25, "SSH-2"):
            self.isRefused(self.alice, f"/nick {name}")
        self.nothingWaits()
        self.assertEqual(self.alice.asks("hello"), ["alice: hello"])

    def test_ownNameInAnotherCase(self) -> None:
        """One's own name may be written in another case."""
        self.assertEqual(self.alice.asks("/nick ALICE"), ["* alice is now ALICE"])

    def test_ownLookAlike(self) -> None:
        """A name that looks like one's own, which nobody else has, may be taken."""
        (bill,) = self.here("bill")
        self.assertEqual(bill.asks("/nick biII"), ["* bill is now biII"])

    def test_sameName(self) -> None:
        """The name that one has is refused, and nobody is told anything."""
        self.assertEqual(self.isRefused(self.alice, "/nick alice"), "you are alice already")
        self.nothingWaits()

    def test_shapeIsThatOfNames(self) -> None:
        """A new name is shown in the same form as one that somebody comes in with."""
        self.assertEqual(self.alice.asks("/nick \uff21lice"), ["* alice is now Alice"])

    def test_membersHaveTheNewName(self) -> None:
        """Lists of people have the new name at the same place."""
        self.gather("#dev", self.alice, self.bob)
        self.happens(self.alice, "/nick Alicia")
        self.assertEqual(self.bob.asks("/who #dev"), ["* In #dev (2): Alicia, bob"])
        self.assertEqual(self.bob.asks("/who #lobby"), ["* Here (2): Alicia, bob"])

    def test_namesChangeHandsInOneBatch(self) -> None:
        """Two people who exchange their names in one batch are told of, and told by, their names of the moment."""
        self.gather("#dev", self.alice, self.bob)
        self.alice.type("/nick carol")
        self.bob.type("/nick alice")
        self.bob.type("now I am alice")
        self.alice.type("/nick bob")
        self.alice.type("/msg alice psst")
        self.journal.commit()
        self.assertEqual(
            self.bob.sees(),
            [
                "* alice is now carol",
                "* bob is now alice",
                "#dev alice: now I am alice",
                "* carol is now bob",
                "[PM from bob] psst",
            ],
        )
        self.assertEqual(self.alice.sees()[-1], "[PM to alice] psst")

    def test_newNameOfWhoHasJustCome(self) -> None:
        """Who takes another name before their coming is out is welcomed under the first one."""
        carol = self.visitor().enter("carol")
        carol.type("/nick dave")
        self.journal.commit()
        self.assertTrue(carol.sees()[0].startswith("* Welcome to Loqui, carol. "))
        self.assertEqual(self.bob.sees(), ["* carol has joined", "* carol is now dave"])

    def test_goodbyeHasTheNewName(self) -> None:
        """Who takes another name and leaves in one batch leaves under the new one."""
        self.alice.type("/nick Alicia")
        self.alice.type("/quit")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* alice is now Alicia", "* Goodbye, Alicia."])
        self.assertEqual(self.bob.sees(), ["* alice is now Alicia", "* Alicia has left"])

    def test_backlogHasIt(self) -> None:
        """Who comes later is shown the change among the last lines of the lobby."""
        self.build(backlog=1)
        (alice,) = self.here("alice")
        self.happens(alice, "/nick Alicia")
        carol = self.visitor().enter("carol")
        self.journal.commit()
        self.assertEqual(carol.sees()[1:], [past(Renamed("alice", "Alicia", NOW))])


class AwayTests(ChatTestCase):
    """C{/away} and C{/back}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_onlyWhoIsAwayIsTold(self) -> None:
        """Who goes away is told how that ends; nobody else is bothered."""
        self.assertEqual(
            self.alice.asks("/away lunch"),
            ["* You are away, and who tells you something in private is told so; /back ends that"],
        )
        self.assertEqual(self.bob.sees(), [])

    def test_whoTellsThemSomethingIsToldWhy(self) -> None:
        """Who tells somebody something who is away is told so, behind the echo; the message arrives."""
        self.happens(self.alice, "/away lunch")
        self.assertEqual(self.bob.asks("/msg alice hi"), ["[PM to alice] hi", "* alice is away: lunch"])
        self.assertEqual(self.alice.sees(), ["[PM from bob] hi"])

    def test_withoutAReason(self) -> None:
        """Nobody needs a reason."""
        self.happens(self.alice, "/away")
        self.assertEqual(self.bob.asks("/msg alice hi"), ["[PM to alice] hi", "* alice is away"])

    def test_listsShowIt(self) -> None:
        """C{/who} and C{/whois} show who is away."""
        self.happens(self.alice, "/away lunch")
        self.assertEqual(self.bob.asks("/who"), ["* Here (2): alice (away), bob"])
        self.assertIn(", away (lunch), ", self.bob.asks("/whois alice")[0])

    def test_back(self) -> None:
        """C{/back} ends it."""
        self.happens(self.alice, "/away lunch")
        self.assertEqual(self.alice.asks("/back"), ["* You are back"])
        self.assertEqual(self.bob.asks("/msg alice hi"), ["[PM to alice] hi"])
        self.assertEqual(self.bob.asks("/who"), ["* Here (2): alice, bob"])

    def test_backWithoutBeingAway(self) -> None:
        """C{/back} of somebody who is there is refused."""
        self.assertEqual(self.isRefused(self.alice, "/back"), "you are not away")

    def test_longReason(self) -> None:
        """A reason has a bound; it is told with how long this one was."""
        self.alice.type("/away " + "x" * MAX_AWAY)
        self.assertEqual(
            self.isRefused(self.alice, "/away " + "x" * 1101), "a reason has at most 100 characters, this has 1,101"
        )

    def test_isOfThePerson(self) -> None:
        """Somebody with several connections is away with all of them, and back with any."""
        other = self.another(self.alice)
        self.happens(self.alice, "/away lunch")
        self.happens(other, "/back")
        self.assertEqual(self.bob.asks("/who"), ["* Here (2): alice, bob"])


class IgnoreTests(ChatTestCase):
    """C{/ignore} and C{/unignore}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "Bob", "carol")

    def test_saysHowItEnds(self) -> None:
        """Who ignores somebody is told how that ends; the other is told nothing."""
        self.assertEqual(
            self.alice.asks("/ignore bob"),
            ["* You see nothing of what Bob says, as long as you are here; /unignore Bob ends that"],
        )
        self.assertEqual(self.bob.sees(), [])

    def test_nothingTheySayIsSeen(self) -> None:
        """Lines, actions, direct messages and invitations of somebody who is ignored are not seen."""
        self.happens(self.alice, "/ignore bob")
        self.happens(self.bob, "1", "/me 2", "/msg alice 3", "/join #dev", "/invite alice")
        self.assertEqual(self.alice.sees(), [])
        self.assertEqual(self.carol.sees(), ["Bob: 1", "** Bob 2"])

    def test_whatOthersSayIsSeenInOrder(self) -> None:
        """What others say in between is seen, in order and in one write."""
        self.happens(self.alice, "/ignore bob")
        for visitor in (self.carol, self.bob, self.carol, self.bob, self.alice):
            visitor.type("x")
        self.journal.commit()
        self.assertEqual(len(self.alice.outlet.chunks), 1)
        self.assertEqual(self.alice.sees(), ["carol: x", "carol: x", "alice: x"])

    def test_theyAreNotTold(self) -> None:
        """Who is ignored sees their direct message echoed as ever."""
        self.happens(self.alice, "/ignore bob")
        self.assertEqual(self.bob.asks("/msg alice psst"), ["[PM to alice] psst"])

    def test_whatTheyDoIsSeen(self) -> None:
        """That they come, go, take names and change a room is seen: rooms would not add up otherwise."""
        self.gather("#dev", self.alice, self.bob)
        self.happens(self.alice, "/ignore bob")
        self.happens(self.bob, "/topic x", "/invite carol", "/nick rob", "/leave", "/quit")
        self.assertEqual(
            self.alice.sees(),
            [
                "* #dev Bob has set the topic: x",
                "* #dev Bob has invited carol",
                "* Bob is now rob",
                "* #dev rob has left",
                "* rob has left",
            ],
        )

    def test_whatTheyDoIsSeenBesideOtherThings(self) -> None:
        """An invitation in a room is seen there whether or not something else is hidden in the same batch."""
        self.gather("#dev", self.alice, self.bob)
        self.happens(self.alice, "/ignore bob")
        self.happens(self.bob, "hidden", "/invite carol")
        self.assertEqual(self.alice.sees(), ["* #dev Bob has invited carol"])

    def test_backlogOfARoomIsWithoutThem(self) -> None:
        """The last lines of a room that one joins are without what they said."""
        self.build(backlog=9)
        alice, bob = self.here("alice", "bob")
        self.happens(alice, "/ignore bob")
        self.happens(bob, "/join #dev", "secret", "/topic x")
        seen = "".join(alice.asks("/join #dev"))
        self.assertNotIn("secret", seen)
        self.assertIn("has set the topic: x", seen)

    def test_followsTheNewName(self) -> None:
        """Who takes another name is ignored under that, from the next line on, in one batch, too."""
        self.happens(self.alice, "/ignore bob")
        self.happens(self.bob, "1", "/nick rob", "2")
        self.assertEqual(self.alice.sees(), ["* Bob is now rob"])
        self.assertEqual(self.alice.asks("/ignore"), ["* You ignore rob"])

    def test_nextHolderOfTheNameIsHeard(self) -> None:
        """Who takes the name that somebody ignored has given up is heard, in one batch, too."""
        self.happens(self.alice, "/ignore bob")
        self.bob.type("/nick rob")
        self.carol.type("/nick bob")
        self.bob.type("1")
        self.carol.type("2")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* Bob is now rob", "* carol is now bob", "bob: 2"])

    def test_meansWhoHasTheNameWhenItIsTyped(self) -> None:
        """When a name passes from one to another, who ignores it then ignores who has it at that moment."""
        self.bob.type("/nick rob")
        self.carol.type("/nick bob")
        self.alice.type("/ignore bob")
        self.bob.type("1")
        self.carol.type("2")
        self.journal.commit()
        self.assertEqual(self.alice.sees()[-1], "rob: 1")

    def test_meansThemThoughTheyAreRenamedBehindIt(self) -> None:
        """Who takes another name just behind being ignored is ignored."""
        self.alice.type("/ignore bob")
        self.bob.type("/nick rob")
        self.bob.type("1")
        self.journal.commit()
        self.assertEqual(self.alice.sees()[-1], "* Bob is now rob")

    def test_meansThemThoughTheDiskIsFull(self) -> None:
        """Who is ignored while their new name waits for the disk is ignored when it is told."""
        self.bob.type("/nick rob")
        self.journal.fail("disk full")
        self.alice.type("/ignore rob")
        self.journal.fail("disk full")
        self.alice.sees()
        self.bob.type("1")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* Bob is now rob"])

    def test_unignore(self) -> None:
        """C{/unignore} ends it, in any case of the name."""
        self.happens(self.alice, "/ignore bob")
        self.assertEqual(self.alice.asks("/unignore BOB"), ["* You see what BOB says again"])
        self.happens(self.bob, "hello")
        self.assertEqual(self.alice.sees(), ["Bob: hello"])

    def test_bothInOneBatch(self) -> None:
        """What is said between C{/ignore} and C{/unignore} is not seen, though all are in one batch."""
        for visitor, line in (
            (self.bob, "1"),
            (self.alice, "/ignore bob"),
            (self.bob, "2"),
            (self.alice, "/unignore bob"),
            (self.bob, "3"),
        ):
            visitor.type(line)
        self.journal.commit()
        self.assertEqual([line for line in self.alice.sees() if line.startswith("Bob: ")], ["Bob: 1", "Bob: 3"])

    def test_unignoreSomebodyElse(self) -> None:
        """C{/unignore} of somebody who is not ignored, or of what is no name, is refused."""
        for name in ("bob", "***"):
            self.assertEqual(
                self.alice.asks(f"/unignore {name}"), [f"! you do not ignore {name}; /ignore shows whom you do"]
            )

    def test_list(self) -> None:
        """C{/ignore} alone lists whom one ignores."""
        self.assertEqual(self.alice.asks("/ignore"), ["* You ignore nobody"])
        self.happens(self.alice, "/ignore carol", "/ignore bob")
        self.assertEqual(self.alice.asks("/ignore"), ["* You ignore bob, carol"])

    def test_oneself(self) -> None:
        """Nobody can ignore themselves."""
        self.assertEqual(self.isRefused(self.alice, "/ignore ALICE"), "you cannot ignore yourself")

    def test_oneselfByTakingTheName(self) -> None:
        """Who takes a name that they ignore sees what they say."""
        self.happens(self.alice, "/ignore bob")
        self.happens(self.bob, "/quit")
        self.happens(self.alice, "/nick bob")
        self.assertEqual(self.alice.asks("hello"), ["bob: hello"])

    def test_somebodyNotHere(self) -> None:
        """Somebody who is not here cannot be ignored."""
        self.assertEqual(self.isRefused(self.alice, "/ignore dave"), "dave is not here; /who shows who is")

    def test_isOfTheConnection(self) -> None:
        """It is kept for the connection that asked for it: another one of the same person hears them."""
        other = self.another(self.alice)
        self.happens(self.alice, "/ignore bob")
        other.sees()
        self.happens(self.bob, "hello", "/msg alice psst")
        self.assertEqual((self.alice.sees(), other.sees()), ([], ["Bob: hello", "[PM from Bob] psst"]))

    def test_bound(self) -> None:
        """A connection ignores at most so many, also when it asks for all of them at once."""
        guests = self.here(*[f"guest{n}" for n in range(MAX_IGNORED + 1)])
        for n in range(len(guests)):
            self.alice.type(f"/ignore guest{n}")
        self.journal.commit()
        self.assertEqual(self.alice.sees()[-1], "! you ignore 100 people; /unignore one first")
        guests[-1].type("hello")
        guests[0].type("hello")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["guest100: hello"])

    def test_nothingIsLeftOfWhoHasGone(self) -> None:
        """Of a connection that is gone, nothing of this is remembered, however soon it went."""
        self.happens(self.alice, "/ignore bob")
        self.alice.type("/ignore carol")
        self.hub.leave(self.alice.session, "connection lost", NOW)
        self.hub.drop(self.alice.session)
        self.journal.commit()
        self.assertEqual(self.hub.audience.ignoring, {})


class QuietTests(ChatTestCase):
    """C{/quiet}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")
        self.assertEqual(self.alice.asks("/quiet on"), ["* You do not see who comes and goes"])

    def test_comingsAndGoingsAreNotSeen(self) -> None:
        """Who comes to a room one is in, and goes from it, is not seen; others see it."""
        self.gather("#dev", self.alice)
        self.gather("#dev", self.bob)
        self.happens(self.bob, "/leave", "/quit")
        self.here("carol")
        self.assertEqual(self.alice.sees(), [])

    def test_restIsSeenInOrder(self) -> None:
        """What is said in between is seen, in order and in one write."""
        self.bob.type("1")
        carol = self.visitor().enter("carol")
        carol.type("2")
        carol.type("/quit")
        self.bob.type("3")
        self.journal.commit()
        self.assertEqual(len(self.alice.outlet.chunks), 1)
        self.assertEqual(self.alice.sees(), ["bob: 1", "carol: 2", "bob: 3"])

    def test_ownComingsAndGoingsAreAnswered(self) -> None:
        """One's own joining and leaving is answered as ever."""
        self.assertEqual(len(self.alice.asks("/join #dev")), 1)
        self.assertEqual(self.alice.asks("/leave"), ["* You have left #dev; what you type is said in the lobby"])
        self.assertEqual(self.alice.asks("/quit"), ["* Goodbye, alice."])

    def test_newNamesAreSeen(self) -> None:
        """New names are seen: without them, nobody would know who speaks."""
        self.happens(self.bob, "/nick rob")
        self.assertEqual(self.alice.sees(), ["* bob is now rob"])

    def test_roomsOfLaterToo(self) -> None:
        """It holds in rooms that one joins afterwards."""
        self.gather("#dev", self.alice)
        self.gather("#dev", self.bob)
        self.assertEqual(self.alice.sees(), [])

    def test_off(self) -> None:
        """C{/quiet off} ends it, in all rooms."""
        self.gather("#dev", self.alice)
        self.assertEqual(self.alice.asks("/quiet off"), ["* You see who comes and goes"])
        self.gather("#dev", self.bob)
        self.happens(self.bob, "/quit")
        self.assertEqual(self.alice.sees(), ["* #dev bob has joined", "* bob has left"])

    def test_backlogIsWithoutThem(self) -> None:
        """The last lines of a room that one joins are without who came and went."""
        self.build(backlog=9)
        alice, bob = self.here("alice", "bob")
        self.happens(bob, "/join #dev", "hello")
        self.happens(alice, "/quiet on")
        self.assertEqual(alice.asks("/join #dev")[-1], past(Said("bob", "#dev", "hello", NOW)))

    def test_isOfTheConnection(self) -> None:
        """Another connection of the same person sees who comes."""
        other = self.another(self.alice)
        self.here("carol")
        self.assertEqual((self.alice.sees(), other.sees()), ([], ["* carol has joined"]))

    def test_neitherOnNorOff(self) -> None:
        """Anything but on and off is refused with the usage."""
        for line in ("/quiet", "/quiet maybe", "/quiet on off"):
            self.assertEqual(self.isRefused(self.alice, line), "usage: /quiet on|off, for example: /quiet on")

    def test_hasNoSeatsLeftBehind(self) -> None:
        """Of a quiet connection that is gone, no room remembers anything."""
        self.gather("#dev", self.alice)
        room, lobby = self.hub.rooms.named("#dev"), self.hub.rooms.named(LOBBY)
        self.hub.leave(self.alice.session, "", NOW)
        self.hub.drop(self.alice.session)
        self.journal.commit()
        self.assertEqual((room.seats.quiet, lobby.seats.quiet), (set(), set()))
