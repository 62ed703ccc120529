"""Rooms: going there, leaving, and what is shown of them."""

from __future__ import annotations

from loqui.chat.ports import RoomRecord
from loqui.chat.room import MAX_TOPIC
from loqui.chat.rooms import DAY
from loqui.events import LOBBY, Acted, Created, Forgotten, Joined, Said, TopicSet
from loqui.settings import Settings
from tests.chat import NOW, ChatTestCase, Visitor, past

_NEW = "* {0} is new, and yours. What you type is said there; /leave leaves it."
_HAS = "* {0} has {1} in it. What you type is said there; /leave leaves it."


class JoinTests(ChatTestCase):
    """C{/join}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")

    def test_makesARoom(self) -> None:
        """Who joins a room that does not exist makes it, in silence; what they type is said there."""
        self.assertEqual(self.alice.asks("/join #dev"), [_NEW.format("#dev")])
        self.assertEqual(self.alice.asks("hello"), ["#dev alice: hello"])
        self.assertEqual(self.bob.sees(), [])

    def test_isKept(self) -> None:
        """Making a room and joining it are two events, in this order."""
        self.happens(self.alice, "/join #dev")
        self.assertEqual(self.journal.kept[-2:], [Created("alice", "#dev", NOW, 4), Joined("alice", "#dev", NOW, 5)])

    def test_othersThereAreTold(self) -> None:
        """Who comes is told who is there; those are told who comes, and nobody else is."""
        self.gather("#dev", self.alice)
        self.assertEqual(self.bob.asks("/join #dev"), [_HAS.format("#dev", "alice")])
        self.assertEqual((self.alice.sees(), self.carol.sees()), (["* #dev bob has joined"], []))

    def test_onlyMembersHear(self) -> None:
        """What is said in a room is heard by those who are in it."""
        self.gather("#dev", self.alice, self.bob)
        self.alice.type("hello")
        self.alice.type("/me waves")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["#dev alice: hello", "#dev ** alice waves"])
        self.assertEqual(self.carol.sees(), [])

    def test_hashMayBeMissing(self) -> None:
        """The hash may be left out, and the case does not matter: it is one room, written as who made it did."""
        self.gather("Dev", self.alice)
        self.assertEqual(self.bob.asks("/join #dEV"), [_HAS.format("#Dev", "alice")])

    def test_isInOneStep(self) -> None:
        """Line and room change together: what is typed before is said before, what is typed behind behind."""
        self.gather("#dev", self.bob)
        self.alice.type("1")
        self.alice.type("/join #dev")
        self.alice.type("2")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["alice: 1", _HAS.format("#dev", "bob"), "#dev alice: 2"])
        self.assertEqual(self.bob.sees(), ["alice: 1", "* #dev alice has joined", "#dev alice: 2"])

    def test_showsTopicAndLastLines(self) -> None:
        """Who joins is shown what the room is about, and what was said there last."""
        self.build(backlog=2)
        alice, bob = self.here("alice", "bob")
        self.happens(alice, "/join #dev", "/topic Release on Friday", "1", "/me 2")
        self.assertEqual(
            bob.asks("/join #dev"),
            [
                _HAS.format("#dev", "alice") + " It is about: Release on Friday",
                past(Said("alice", "#dev", "1", NOW)),
                past(Acted("alice", "#dev", "2", NOW)),
            ],
        )

    def test_lastLinesOfOneRoomAreNotThoseOfAnother(self) -> None:
        """The last lines of the lobby are without what was said in rooms, and the other way round."""
        self.build(backlog=20)
        alice, bob = self.here("alice", "bob")
        self.happens(alice, "in the lobby", "/join #dev", "in dev")
        (carol,) = self.here("carol")
        self.assertNotIn("in the lobby", "".join(bob.asks("/join #dev")))
        dave = self.visitor().enter("dave")
        self.journal.commit()
        seen = "".join(dave.sees())
        self.assertIn("in the lobby", seen)
        self.assertNotIn("in dev", seen)
        self.assertEqual(carol.sees(), ["* dave has joined"])

    def test_namesTwenty(self) -> None:
        """Of those who are there, twenty are named and the rest is counted."""
        guests = self.here(*(f"guest{n:02}" for n in range(22)))
        self.gather("#dev", *guests)
        named = ", ".join(f"guest{n:02}" for n in range(20))
        self.assertEqual(self.alice.asks("/join #dev"), [_HAS.format("#dev", f"{named} and 2 more")])

    def test_again(self) -> None:
        """To join a room that one is in is to talk there again: nobody else is told, nothing is kept."""
        self.gather("#dev", self.alice, self.bob)
        self.gather("#ops", self.alice)
        kept = len(self.journal.kept)
        self.assertEqual(self.alice.asks("/join #dev"), [_HAS.format("#dev", "bob")])
        self.assertEqual((len(self.journal.kept), self.bob.sees()), (kept, []))
        self.assertEqual(self.alice.asks("hello"), ["#dev alice: hello"])

    def test_againInOneBatch(self) -> None:
        """To join a room twice at once is to join it once."""
        self.alice.type("/join #dev")
        self.alice.type("/join #dev")
        self.journal.commit()
        has = "* #dev has nobody else in it. What you type is said there; /leave leaves it."
        self.assertEqual(self.alice.sees(), [_NEW.format("#dev"), has])
        self.assertEqual(self.bob.asks("/who #dev"), ["* In #dev (1): alice"])

    def test_twoMakeItAtOnce(self) -> None:
        """Of two who make a room at once, the first makes it and the second joins it."""
        self.alice.type("/join #dev")
        self.bob.type("/join #dev")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), [_NEW.format("#dev"), "* #dev bob has joined"])
        self.assertEqual(self.bob.sees(), [_HAS.format("#dev", "alice")])
        self.assertEqual(self.isRefused(self.bob, "/private on"), "only who owns #dev, or an operator, may do that")

    def test_lobby(self) -> None:
        """C{/join #lobby} is how one talks in the lobby again."""
        self.gather("#dev", self.alice)
        self.assertEqual(
            self.alice.asks("/join #lobby"), ["* The lobby has bob, carol in it. What you type is said there."]
        )
        self.assertEqual(self.alice.asks("hello"), ["alice: hello"])

    def test_withoutARoom(self) -> None:
        """C{/join} alone is refused with its usage."""
        self.assertEqual(self.isRefused(self.alice, "/join"), "usage: /join #ROOM [KEY], for example: /join #dev")

    def test_whatIsNoName(self) -> None:
        """What cannot be the name of a room is refused, says why, and makes none."""
        for name in ("#", "##dev", "#a/b", "#-x", "#\u202e", "#a,b", "#" + "x" * 33, "#\u0430bc"):
            sentence = self.isRefused(self.alice, f"/join {name}")
            self.assertTrue(sentence.startswith("the name of a room, after the #, "), sentence)
        self.nothingWaits()

    def test_longestName(self) -> None:
        """A name may have 32 characters behind the hash."""
        self.assertEqual(self.alice.asks("/join #" + "x" * 32), [_NEW.format("#" + "x" * 32)])

    def test_lookAlike(self) -> None:
        """A room whose name looks like that of another one is not made, and says which."""
        self.gather("#bill", self.alice)
        self.assertEqual(
            self.isRefused(self.bob, "/join #biII"), "#biII looks too much like #bill, which you can /join"
        )
        self.assertIn("looks too much like lobby", self.isRefused(self.bob, "/join #Iobby"))

    def test_userAndRoomOfOneName(self) -> None:
        """A room may be called as somebody is: the hash tells them apart."""
        self.assertEqual(self.alice.asks("/join #bob"), [_NEW.format("#bob")])
        self.happens(self.alice, "/msg #bob to the room", "/msg bob to him")
        self.assertEqual(self.bob.sees(), ["[PM from alice] to him"])

    def test_otherScripts(self) -> None:
        """A room may have a name of any script, and is found in another case."""
        self.gather("#Стая", self.alice)
        self.assertEqual(self.bob.asks("/join #СТАЯ"), [_HAS.format("#Стая", "alice")])


class BoundTests(ChatTestCase):
    """How many rooms there may be."""

    def test_ofOnePerson(self) -> None:
        """Somebody may be in 20 rooms besides the lobby, and in another one when they have left one."""
        alice, bob = self.here("alice", "bob")
        for n in range(20):
            alice.type(f"/join #room{n}")
        self.journal.commit()
        alice.sees()
        self.assertEqual(self.isRefused(alice, "/join #another"), "you are in 20 rooms; /leave one first")
        self.gather("#there", bob)
        self.assertEqual(self.isRefused(alice, "/join #there"), "you are in 20 rooms; /leave one first")
        self.assertEqual(
            alice.asks("/join #room3"),
            ["* #room3 has nobody else in it. What you type is said there; /leave leaves it."],
        )
        alice.type("/leave #room7")
        alice.type("/join #there")
        self.journal.commit()
        self.assertIn(_HAS.format("#there", "bob"), alice.sees())

    def test_ofOnePersonWithSeveralConnections(self) -> None:
        """The bound is the person's, whatever connection they join with."""
        (alice,) = self.here("alice")
        other = self.another(alice)
        for n in range(20):
            (alice, other)[n % 2].type(f"/join #room{n}")
        self.journal.commit()
        self.assertEqual(self.isRefused(other, "/join #another"), "you are in 20 rooms; /leave one first")

    def test_owned(self) -> None:
        """Somebody owns at most 50 rooms, also when they are in few of them; one can be given up."""
        (alice,) = self.here("alice")
        for n in range(50):
            self.happens(alice, f"/join #room{n}", *(["/leave"] if n else []))
        self.assertEqual(self.isRefused(alice, "/join #more"), "you own 50 rooms; /deop alice in one to give it up")
        self.happens(alice, "/deop #room0 alice", "/join #more")
        self.assertIn("#more", [room.name for room in self.users["alice"].rooms])

    def test_inAll(self) -> None:
        """There may be 5,000 rooms besides the lobby; those can be joined, and another made when one is forgotten."""
        self.hub.remember([], [RoomRecord(f"#room{n}", Settings(), [], 23) for n in range(4999)])
        alice, bob = self.here("alice", "bob")
        self.gather("#last", alice)
        self.assertEqual(
            self.isRefused(bob, "/join #more"), "there are 5,000 rooms; /rooms lists some that you can join"
        )
        self.assertEqual(bob.asks("/join #room7")[0].partition(".")[0], "* #room7 has nobody else in it")
        self.hub.anHourHasPassed(NOW)
        self.assertEqual(bob.asks("/join #more"), [_NEW.format("#more")])


class LeaveTests(ChatTestCase):
    """C{/leave}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")
        self.gather("#dev", self.alice, self.bob)

    def test_whereOneTalks(self) -> None:
        """Who leaves the room they talk in talks in the lobby; those in the room are told, nobody else is."""
        self.assertEqual(self.alice.asks("/leave"), ["* You have left #dev; what you type is said in the lobby"])
        self.assertEqual((self.bob.sees(), self.carol.sees()), (["* #dev alice has left"], []))
        self.assertEqual(self.alice.asks("hello"), ["alice: hello"])

    def test_another(self) -> None:
        """Who leaves another room goes on talking where they do."""
        self.gather("#ops", self.alice)
        self.assertEqual(
            self.alice.asks("/leave #DEV"),
            ["* You have left #dev; what you type is said in #ops"],
        )
        self.assertEqual(self.alice.asks("hello"), ["#ops alice: hello"])

    def test_nothingIsHeardAfterwards(self) -> None:
        """Who has left hears nothing of the room, in the same batch neither, and others hear nothing of theirs."""
        self.bob.type("1")
        self.alice.type("/leave")
        self.bob.type("2")
        self.alice.type("3")
        self.journal.commit()
        self.assertEqual(
            self.alice.sees(),
            ["#dev bob: 1", "* You have left #dev; what you type is said in the lobby", "alice: 3"],
        )
        self.assertEqual(self.bob.sees(), ["#dev bob: 1", "* #dev alice has left", "#dev bob: 2", "alice: 3"])
        self.bob.type("4")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), [])

    def test_lobby(self) -> None:
        """The lobby cannot be left, which says what would do."""
        for line in ("/leave", "/leave #lobby", "/part #LOBBY"):
            self.assertEqual(self.isRefused(self.carol, line), "the lobby cannot be left; /quit leaves Loqui")

    def test_whereOneIsNot(self) -> None:
        """A room that one is not in cannot be left."""
        self.assertEqual(self.isRefused(self.carol, "/leave #dev"), "you are not in #dev; /join it first")
        self.assertEqual(self.isRefused(self.carol, "/leave #nil"), "you are not in #nil; /join it first")

    def test_takesARoomOnly(self) -> None:
        """C{/leave} with something behind it that is no room is refused, and nothing is left."""
        self.assertEqual(self.isRefused(self.alice, "/leave now"), "usage: /leave [#ROOM], for example: /leave #dev")
        self.assertEqual(
            self.isRefused(self.alice, "/leave #dev now"), "usage: /leave [#ROOM], for example: /leave #dev"
        )
        self.nothingWaits()

    def test_comesBackInOneBatch(self) -> None:
        """Who leaves and comes back at once does both, in order."""
        self.alice.type("/leave")
        self.alice.type("/join #dev")
        self.journal.commit()
        self.assertEqual(
            self.alice.sees(),
            ["* You have left #dev; what you type is said in #dev", _HAS.format("#dev", "bob")],
        )
        self.assertEqual(self.bob.sees(), ["* #dev alice has left", "* #dev alice has joined"])
        self.assertEqual(self.bob.asks("/who"), ["* In #dev (2): bob, alice"])

    def test_quitLeavesAllOfThem(self) -> None:
        """Who quits is in no room any more; those who share rooms with them are told once."""
        self.gather("#ops", self.alice, self.bob)
        self.happens(self.alice, "/quit")
        self.assertEqual(self.bob.sees(), ["* alice has left"])
        for room in ("#dev", "#ops"):
            self.assertEqual(self.bob.asks(f"/who {room}"), [f"* In {room} (1): bob"])

    def test_comesBackToNoRoom(self) -> None:
        """Who quits and comes back is in the lobby only."""
        self.happens(self.alice, "/quit")
        (alice,) = self.here("alice")
        self.happens(self.bob, "hello")
        self.assertEqual(alice.sees(), [])
        self.assertEqual(self.isRefused(alice, "/leave #dev"), "you are not in #dev; /join it first")

    def test_roomIsStillThere(self) -> None:
        """A room that everybody has left is there, with its topic and what was said."""
        self.build(backlog=1)
        (alice,) = self.here("alice")
        self.happens(alice, "/join #dev", "/topic t", "hello", "/quit")
        (bob,) = self.here("bob")
        self.assertEqual(
            bob.asks("/join #dev"),
            [
                "* #dev has nobody else in it. What you type is said there; /leave leaves it. It is about: t",
                past(Said("alice", "#dev", "hello", NOW)),
            ],
        )


class ElsewhereTests(ChatTestCase):
    """Speaking in a room that one is not talking in."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")
        self.gather("#dev", self.alice, self.bob)
        self.gather("#ops", self.alice, self.bob)

    def test_sayAndMsg(self) -> None:
        """C{/say} and C{/msg} speak in another room, and one goes on talking where one does."""
        for line in ("/say #dev  hello", "/msg #dev hello", "/m #DEV hello"):
            self.assertEqual(self.alice.asks(line)[0].split(), ["#dev", "alice:", "hello"])
        self.assertEqual(self.alice.asks("hello"), ["#ops alice: hello"])

    def test_lobby(self) -> None:
        """C{#lobby} is the lobby."""
        self.assertEqual(self.alice.asks("/say #lobby hello"), ["alice: hello"])

    def test_whereOneIsNot(self) -> None:
        """Nobody speaks in a room that they are not in."""
        self.happens(self.alice, "/leave #dev")
        for line in ("/say #dev hello", "/msg #dev hello", "/paste #dev"):
            self.assertEqual(self.isRefused(self.alice, line), "you are not in #dev; /join it first")
        self.nothingWaits()

    def test_withoutText(self) -> None:
        """A room without a text is refused with the usage."""
        self.assertEqual(
            self.isRefused(self.alice, "/say #dev"), "usage: /say [#ROOM] TEXT, for example: /say #dev hello"
        )
        self.isRefused(self.alice, "/msg #dev")
        self.nothingWaits()


class TopicTests(ChatTestCase):
    """C{/topic}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")
        self.gather("#dev", self.alice, self.bob)

    def test_anybodyInItSetsIt(self) -> None:
        """Everybody in the room is told the new topic, whoever of them sets it; others are not."""
        told = ["* #dev bob has set the topic: Release  on Friday"]
        self.assertEqual((self.bob.asks("/topic Release  on Friday"), self.alice.sees()), (told, told))
        self.assertEqual(self.carol.sees(), [])

    def test_isShown(self) -> None:
        """C{/topic} alone shows it, to who asks."""
        self.assertEqual(self.alice.asks("/topic"), ["* There is no topic of #dev"])
        self.happens(self.bob, "/topic Release")
        self.assertEqual(self.alice.asks("/topic"), ["* The topic of #dev: Release"])
        self.assertEqual(self.bob.sees(), [])

    def test_isShownInItsTurn(self) -> None:
        """What is shown is what has been told before."""
        self.bob.type("/topic 1")
        self.alice.type("/topic")
        self.bob.type("/topic 2")
        self.journal.commit()
        self.assertEqual(
            self.alice.sees(),
            ["* #dev bob has set the topic: 1", "* The topic of #dev: 1", "* #dev bob has set the topic: 2"],
        )

    def test_isCleared(self) -> None:
        """A dash clears it."""
        self.happens(self.bob, "/topic x")
        self.assertEqual(self.bob.asks("/topic -"), ["* #dev bob has cleared the topic"])
        self.assertEqual(self.alice.asks("/topic")[-1], "* There is no topic of #dev")
        self.assertEqual(self.journal.kept[-1], TopicSet("bob", "#dev", "", NOW, len(self.journal.kept)))

    def test_bound(self) -> None:
        """A topic has a bound; how long this one was is told."""
        self.alice.type("/topic " + "ü" * MAX_TOPIC)
        self.assertEqual(
            self.isRefused(self.alice, "/topic " + "ü" * 1301), "a topic has at most 300 characters, this has 1,301"
        )

    def test_lobbyHasNone(self) -> None:
        """The lobby has no topic, and gets none."""
        self.assertEqual(self.carol.asks("/topic"), ["* There is no topic of the lobby"])
        self.assertEqual(
            self.isRefused(self.carol, "/topic mine"),
            "only an operator may do that",
        )


class WhoTests(ChatTestCase):
    """C{/who} in rooms, and C{/whois}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")
        self.gather("#dev", self.alice, self.bob)

    def test_whereOneTalks(self) -> None:
        """C{/who} lists those in the room one talks in."""
        self.assertEqual(self.alice.asks("/who"), ["* In #dev (2): alice, bob"])
        self.assertEqual(self.carol.asks("/who"), ["* Here (3): alice, bob, carol"])

    def test_another(self) -> None:
        """C{/who} lists those in another room, which one need not be in."""
        self.assertEqual(self.carol.asks("/names #DEV"), ["* In #dev (2): alice, bob"])
        self.assertEqual(self.alice.asks("/who #lobby"), ["* Here (3): alice, bob, carol"])

    def test_nobody(self) -> None:
        """A room that nobody is in is listed so."""
        self.happens(self.alice, "/leave")
        self.happens(self.bob, "/leave")
        self.assertEqual(self.carol.asks("/who #dev"), ["* In #dev (0): nobody"])

    def test_noSuchRoom(self) -> None:
        """A room that does not exist is refused, and what is no name of one."""
        for room in ("#nil", "#", "#" + "x" * 100, "##"):
            self.assertEqual(
                self.carol.asks(f"/who {room}"),
                [f"! there is no room {room} that you could see; /rooms lists them"],
            )

    def test_isOfTheRoomOneTalkedInWhenAsking(self) -> None:
        """C{/who} is about where one was when it was typed, though one has gone elsewhere behind it."""
        self.carol.type("/who")
        self.carol.type("/join #dev")
        self.journal.commit()
        self.assertEqual(self.carol.sees()[0], "* Here (3): alice, bob, carol")

    def test_severalConnectionsAreOnePerson(self) -> None:
        """Who is there with several connections is listed once."""
        self.another(self.alice)
        self.assertEqual(self.alice.asks("/who"), ["* In #dev (2): alice, bob"])

    def test_whois(self) -> None:
        """C{/whois} says since when somebody is here, for how long they have been idle, and what rooms one shares."""
        self.gather("#ops", self.alice)
        (line,) = self.bob.asks("/whois ALICE")
        self.assertRegex(line, r"^\* alice: here since \d\d:\d\d, idle for 0 s, a guest; you share the lobby, #dev$")

    def test_whoisOfSomebodyNotHere(self) -> None:
        """C{/whois} of somebody who is not here, or of what is no name, is refused."""
        for name in ("dave", "***", "#dev"):
            self.assertEqual(self.isRefused(self.alice, f"/whois {name}"), f"{name} is not here; /who shows who is")

    def test_whoisOfWhoIsComing(self) -> None:
        """Somebody whose coming has not been told is not here yet; a moment later they are."""
        self.visitor().enter("dave")
        self.alice.type("/whois dave")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! dave is not here; /who shows who is"])
        self.visitor().enter("dave")
        self.alice.type("/whois dave")
        self.journal.commit()
        joined, second = self.alice.sees()
        self.assertEqual(joined, "* dave has joined")
        self.assertTrue(second.startswith("* dave: here since "), second)

    def test_whoisNeedsAName(self) -> None:
        """C{/whois} alone is refused with its usage."""
        self.assertEqual(self.isRefused(self.alice, "/whois"), "usage: /whois NAME, for example: /whois bob")


class ListTests(ChatTestCase):
    """C{/rooms}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_onlyTheLobby(self) -> None:
        """Where nobody has made a room, there is the lobby."""
        self.assertEqual(self.alice.asks("/rooms"), ["* lobby: 2 people, you talk here"])

    def test_eachRoom(self) -> None:
        """Every room is listed with how many are in it, what one is to it, and its topic: one's own first."""
        self.gather("#mine", self.alice)
        self.gather("#big", self.bob, *self.here("carol", "dave"))
        self.happens(self.bob, "/topic Size")
        self.gather("#small", self.bob)
        self.assertEqual(
            self.alice.asks("/rooms"),
            [
                "* lobby: 4 people, you are in it",
                "* #mine: 1 person, you talk here",
                "* #big: 3 people - Size",
                "* #small: 1 person",
            ],
        )

    def test_withAWord(self) -> None:
        """With a word, those are listed that have it in their name, in any case."""
        self.gather("#PythonDev", self.bob)
        self.gather("#rust", self.bob)
        self.assertEqual(self.alice.asks("/list ONd"), ["* #PythonDev: 1 person"])
        self.assertEqual(self.alice.asks("/rooms xyz"), ["* There is no such room; /join #ROOM makes one"])

    def test_wordIsNoPattern(self) -> None:
        """The word is looked for as it is."""
        self.gather("#a.b", self.bob)
        self.gather("#axb", self.bob)
        self.assertEqual(self.alice.asks("/rooms a.b"), ["* #a.b: 1 person"])

    def test_fifty(self) -> None:
        """Fifty are listed, and how many more there are."""
        self.hub.remember([], [RoomRecord(f"#room{n:02}", Settings(), [], 0) for n in range(60)])
        lines = self.alice.asks("/rooms room")
        self.assertEqual((len(lines), lines[0]), (51, "* #room00: 0 people"))
        self.assertEqual(lines[-1], "* and 10 more; /rooms WORD lists those with WORD in their name")

    def test_unread(self) -> None:
        """What has been said in a room since one last looked is counted; one looks where one talks."""
        self.gather("#dev", self.alice, self.bob)
        self.happens(self.bob, "seen")
        self.gather("#lobby", self.alice)
        self.happens(self.bob, "1", "/me 2", "/topic not said")
        self.assertEqual(self.alice.asks("/rooms dev"), ["* #dev: 2 people, you are in it, 2 unread - not said"])
        self.gather("#dev", self.alice)
        self.assertEqual(self.alice.asks("/rooms dev"), ["* #dev: 2 people, you talk here - not said"])
        self.gather("#lobby", self.alice)
        self.assertEqual(self.alice.asks("/rooms dev"), ["* #dev: 2 people, you are in it - not said"])

    def test_unreadInTheLobby(self) -> None:
        """What is said in the lobby while one talks elsewhere is unread, too."""
        self.happens(self.bob, "seen")
        self.gather("#dev", self.alice)
        self.happens(self.bob, "1", "2", "3")
        self.assertEqual(self.alice.asks("/rooms lobby"), ["* lobby: 2 people, you are in it, 3 unread"])

    def test_unreadIsOfTheConnection(self) -> None:
        """What one connection has not looked at, another one may have seen."""
        self.gather("#dev", self.alice, self.bob)
        other = self.another(self.alice)
        self.happens(other, "/join #dev", "/join #lobby")
        self.happens(self.bob, "1")
        self.assertEqual(other.asks("/rooms dev"), ["* #dev: 2 people, you are in it, 1 unread"])
        self.assertEqual(self.alice.asks("/rooms dev"), ["* #dev: 2 people, you talk here"])

    def test_unreadAfterComingBack(self) -> None:
        """Of a room that one has left and come back to, nothing is unread."""
        self.gather("#dev", self.alice, self.bob)
        self.happens(self.alice, "/leave")
        self.happens(self.bob, "1", "2")
        self.happens(self.alice, "/join #dev", "/join #lobby")
        self.assertEqual(self.alice.asks("/rooms dev"), ["* #dev: 2 people, you are in it"])

    def test_isListedInItsTurn(self) -> None:
        """What is listed is what has been told before."""
        self.alice.type("/rooms dev")
        self.bob.type("/join #dev")
        self.alice.type("/rooms dev")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* There is no such room; /join #ROOM makes one", "* #dev: 1 person"])


class ForgettingTests(ChatTestCase):
    """Rooms that nobody has been in for long."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")
        self.gather("#dev", self.alice)

    def hours(self, count: int) -> None:
        """So many hours go by."""
        for _ in range(count):
            self.hub.anHourHasPassed(NOW)
        self.journal.commit()

    def test_notWhileSomebodyIsThere(self) -> None:
        """A room that somebody is in is not forgotten, however long they say nothing."""
        self.hours(DAY * 30)
        self.assertEqual(self.bob.asks("/rooms dev"), ["* #dev: 1 person"])

    def test_afterADay(self) -> None:
        """After 24 hours without anybody, and not before, a room is no more; who joins it makes a new one."""
        self.happens(self.alice, "/topic old", "old", "/leave")
        self.hours(DAY - 1)
        self.assertEqual(self.bob.asks("/rooms dev"), ["* #dev: 0 people - old"])
        self.hours(1)
        self.assertEqual(self.journal.kept[-1], Forgotten("#dev", NOW, len(self.journal.kept)))
        self.assertEqual(self.bob.asks("/rooms dev"), ["* There is no such room; /join #ROOM makes one"])
        self.assertEqual(self.bob.asks("/join #dev"), [_NEW.format("#dev")])
        self.assertEqual(self.bob.asks("/topic"), ["* There is no topic of #dev"])

    def test_lobbyIsNot(self) -> None:
        """The lobby is never forgotten, though nobody is here."""
        self.happens(self.alice, "/quit")
        self.happens(self.bob, "/quit")
        self.hours(DAY * 2)
        (carol,) = self.here("carol")
        self.assertEqual(carol.asks("/rooms"), ["* lobby: 1 person, you talk here"])

    def test_hoursAreCountedAnew(self) -> None:
        """Somebody who looks in has the hours counted from when they leave."""
        self.happens(self.alice, "/leave")
        self.hours(DAY - 1)
        self.gather("#dev", self.bob)
        self.hours(1)
        self.happens(self.bob, "/leave")
        self.hours(DAY - 1)
        self.assertEqual(self.bob.asks("/rooms dev"), ["* #dev: 0 people"])

    def test_takesItsSecretsWithIt(self) -> None:
        """A new room of that name is open, and the old owner owns nothing of it."""
        self.happens(self.alice, "/private on", "/key swordfish", "/leave")
        self.hours(DAY)
        self.gather("#dev", self.bob)
        self.gather("#dev", self.alice)
        self.assertEqual(self.isRefused(self.alice, "/private on"), "only who owns #dev, or an operator, may do that")

    def test_takesItsLinesWithIt(self) -> None:
        """A new room of that name does not show what was said in the old one."""
        self.build(backlog=20)
        alice, bob, carol = self.here("alice", "bob", "carol")
        self.happens(alice, "/join #dev", "old", "/leave")
        self.hours(DAY)
        self.happens(bob, "/join #dev", "new")
        seen = "".join(carol.asks("/join #dev"))
        self.assertIn("new", seen)
        self.assertNotIn("old", seen)

    def test_freesWhatLooksLikeIt(self) -> None:
        """A name that looks like that of a forgotten room can be given."""
        self.gather("#bill", self.alice)
        self.happens(self.alice, "/leave")
        self.hours(DAY)
        self.assertEqual(self.bob.asks("/join #biII"), [_NEW.format("#biII")])

    def test_joinedAtThatMoment(self) -> None:
        """Who joins before the forgetting has been told makes a new room, in the same batch, too."""
        self.happens(self.alice, "/topic old", "/leave")
        self.hours(DAY - 1)
        self.hub.anHourHasPassed(NOW)
        self.bob.type("/join #DEV")
        self.bob.type("hello")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), [_NEW.format("#DEV"), "#DEV bob: hello"])
        self.assertEqual(self.alice.asks("/rooms dev"), ["* #DEV: 1 person"])

    def test_leftAtThatMoment(self) -> None:
        """Whose leaving has not been told is still there, and the room is not forgotten."""
        self.alice.type("/leave")
        for _ in range(DAY + 1):
            self.hub.anHourHasPassed(NOW)
        self.assertEqual(len(self.journal.waiting), 1)

    def test_whileItsOwnerBansSomebody(self) -> None:
        """An owner who keeps somebody out at this moment does so in vain."""
        self.happens(self.alice, "/leave")
        self.hours(DAY - 1)
        self.alice.type("/ban #dev zoe")
        self.hours(1)
        self.assertEqual(self.alice.asks("/join #dev"), [_NEW.format("#dev")])
        self.assertEqual(self.alice.asks("/bans"), ["* Nobody is banned or muted"])

    def test_isToldToNobody(self) -> None:
        """Nobody is told that a room is forgotten."""
        self.happens(self.alice, "/leave")
        self.hours(DAY)
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))


class RememberedTests(ChatTestCase):
    """Rooms from before the server started."""

    def remember(self, settings: Settings, hours: int = 0) -> tuple[Visitor, Visitor]:
        """Alice and bob, on a server that remembers a room."""
        self.build(backlog=5).remember([], [RoomRecord("#dev", settings, [Said("zoe", "#dev", "old", NOW)], hours)])
        alice, bob = self.here("alice", "bob")
        return alice, bob

    def test_canBeJoined(self) -> None:
        """Who joins is shown its topic and last lines, and does not own it."""
        alice, _ = self.remember(Settings("About", owners=frozenset(["zoe"])))
        self.assertEqual(
            alice.asks("/join #dev"),
            [
                "* #dev has nobody else in it. What you type is said there; /leave leaves it. It is about: About",
                past(Said("zoe", "#dev", "old", NOW)),
            ],
        )
        self.assertEqual(self.isRefused(alice, "/private on"), "only who owns #dev, or an operator, may do that")

    def test_isAsPrivateAsItWas(self) -> None:
        """A private room is entered by its owner, by its guests and by its key, and by nobody else."""
        settings = Settings("", True, "swordfish", frozenset(["alice"]), frozenset(["carol"]))
        alice, bob = self.remember(settings)
        self.assertEqual(bob.asks("/rooms dev"), ["* There is no such room; /join #ROOM makes one"])
        self.assertIn("is not open to you", self.isRefused(bob, "/join #dev"))
        (carol,) = self.here("carol")
        self.gather("#dev", alice, carol)
        self.assertEqual(bob.asks("/join #dev swordfish")[0], _HAS.format("#dev", "alice, carol"))
        self.assertIn("made this room public", alice.asks("/private off")[-1])

    def test_ownershipFollowsTheNewName(self) -> None:
        """The owner of before takes it along to another name."""
        alice, _ = self.remember(Settings(private=True, owners=frozenset(["alice"])))
        self.happens(alice, "/nick alicia")
        (mallory,) = self.here("alice")
        self.assertIn("is not open to you", self.isRefused(mallory, "/join #dev"))
        self.assertIn("* #dev has nobody else in it", alice.asks("/join #dev")[-2])

    def test_isForgottenSomeday(self) -> None:
        """The hours that it had been empty count."""
        self.remember(Settings(), hours=22)
        self.hub.anHourHasPassed(NOW)
        self.nothingWaits()
        self.hub.anHourHasPassed(NOW)
        self.assertEqual([event for event, _ in self.journal.waiting], [Forgotten("#dev", NOW)])

    def test_lookAlike(self) -> None:
        """No room can be made that looks like it."""
        self.build().remember([], [RoomRecord("#bill", Settings(), [], 0)])
        (alice,) = self.here("alice")
        self.assertIn("looks too much like #bill", self.isRefused(alice, "/join #biII"))

    def test_lobbyIsNoRecord(self) -> None:
        """The lobby is there before anything is remembered."""
        self.assertEqual(self.hub.rooms.named(LOBBY).name, LOBBY)


class RenamedOwnerTests(ChatTestCase):
    """Somebody who owns a room, and takes one name after the other."""

    def test_leavesNothingBehind(self) -> None:
        """However often that is, nothing is kept of the names that they do not have any more."""
        (alice,) = self.here("alice")
        self.gather("#dev", alice)
        for n in range(50):
            self.happens(alice, f"/nick alice{n}")
        self.assertEqual({*self.hub.rooms._concerning}, {"alice49"})

    def test_inOneBatch(self) -> None:
        """So it is when all these names are told at once; the room is theirs under the last one."""
        (alice,) = self.here("alice")
        self.gather("#dev", alice)
        self.happens(alice, *(f"/nick alice{n}" for n in range(5)), "/nick ALICE4", "/private on")
        self.assertEqual({*self.hub.rooms._concerning}, {"alice4"})

    def test_whatStaysUnderTheName(self) -> None:
        """What is said of a name that somebody has in turn had is not forgotten."""
        alice, bob = self.here("alice", "bob")
        self.gather("#dev", alice)
        alice.type("/nick alicia")
        bob.type("/nick alice")
        self.happens(alice, "/private on", "/invite alice")
        self.assertEqual({*self.hub.rooms._concerning}, {"alice", "alicia"})
        self.happens(bob, "/nick rob")
        self.assertEqual({*self.hub.rooms._concerning}, {"rob", "alicia"})
        self.assertIn("* #dev has alicia in it", bob.asks("/join #dev")[0])
