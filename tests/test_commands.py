"""Tests for L{loqui.chat}: the rules, what is asked for, and who is told."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Answer, Notice, Past
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import LOBBY, Acted, Event, Joined, Left, Said, Told
from loqui.testing import RecordingJournal, RecordingOutlet
from loqui.wire import text

#: UTC in milliseconds since the epoch.
NOW = 1_795_348_800_000

_ALONE = "* Welcome to Loqui, {}. Nobody else is here. /help lists the commands, !DISCONNECT leaves."


class NarrowOutlet(RecordingOutlet):
    """
    The way to a client that does not take all.

    @ivar overflow: called when something is written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.overflow: Callable[[], None] = lambda: None

    def write(self, chunk: bytes) -> None:
        """Record a chunk, and say that it was too much."""
        super().write(chunk)
        self.overflow()


class Visitor:
    """
    Somebody with a connection.

    @ivar outlet: what they are sent.
    """

    def __init__(self, hub: Hub, outlet: RecordingOutlet | None = None) -> None:
        self.hub = hub
        self.outlet = outlet or RecordingOutlet()
        self.session = Session(text.render, self.outlet)

    def enter(self, name: str) -> Visitor:
        """Ask to come in."""
        self.hub.enter(self.session, name, NOW)
        return self

    def type(self, line: str) -> None:
        """Send a line, as everybody does who has a name."""
        request = text.parse(line.encode())
        assert request is not None
        commands.run(self.hub, self.session, request, NOW)

    def asks(self, line: str) -> list[str]:
        """Send a line, have the journal keep it, and see what comes of it."""
        self.sees()
        self.type(line)
        self.hub.journal.commit()  # type: ignore[attr-defined]
        return self.sees()

    def sees(self) -> list[str]:
        """The lines that were sent since the last time."""
        return self.outlet.take()


def past(event: Event) -> str:
    """How an event is shown to those who came later, without the line's end."""
    return text.render(Past(event)).decode().removesuffix("\r\n")


class ChatTestCase(SynchronousTestCase):
    """A chat that nobody is in yet."""

    def setUp(self) -> None:
        self.journal = RecordingJournal()
        self.users: dict[str, User] = {}
        self.hub = self.build()

    def build(self, backlog: int = 0, motd: tuple[str, ...] = ()) -> Hub:
        """A hub in place of the one before it."""
        self.users = {}
        self.hub = Hub(self.journal, self.users, lambda seconds, function: None, backlog, motd)
        self.journal.tell(self.hub)
        return self.hub

    def visitor(self) -> Visitor:
        """Somebody who is not in yet."""
        return Visitor(self.hub)

    def here(self, *names: str) -> list[Visitor]:
        """People who are in, and have read all that they were sent."""
        visitors = [self.visitor().enter(name) for name in names]
        self.journal.commit()
        for visitor in visitors:
            visitor.sees()
        return visitors

    def isRefused(self, visitor: Visitor, line: str) -> str:
        """The sentence that a line is refused with."""
        return self.assertRaises(LoquiError, visitor.type, line).sentence

    def nothingWaits(self) -> None:
        """Assert that nothing has been given to the journal."""
        self.assertEqual(self.journal.waiting, [])


class SayingTests(ChatTestCase):
    """C{/say} and C{/me}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_lineIsSaidToEveryone(self) -> None:
        """A line is seen by everyone, its speaker included."""
        self.alice.type("hello")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["alice: hello"], ["alice: hello"]))

    def test_sayIsTheSameAsALine(self) -> None:
        """C{/say} says what stands behind it."""
        self.alice.type("/say hello you")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["alice: hello you"])

    def test_meTellsWhatSomebodyDoes(self) -> None:
        """C{/me} is seen by everyone as an action."""
        self.alice.type("/me waves  twice")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["** alice waves  twice"],) * 2)

    def test_eventsHaveTheTimeAndTheRoom(self) -> None:
        """What is kept has its speaker, the room and the time it was asked for at."""
        self.alice.type("hello")
        self.alice.type("/me waves")
        self.assertEqual(
            [event for event, _ in self.journal.waiting],
            [Said("alice", LOBBY, "hello", NOW), Acted("alice", LOBBY, "waves", NOW)],
        )

    def test_nothingIsSeenBeforeItIsKept(self) -> None:
        """Nobody sees a line before the journal has it."""
        self.alice.type("hello")
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))

    def test_batchIsSeenInOrder(self) -> None:
        """Lines of one batch are seen in the order in which they were said."""
        self.alice.type("1")
        self.bob.type("2")
        self.alice.type("/me 3")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["alice: 1", "bob: 2", "** alice 3"])

    def test_batchIsOneWriteOfTheSameBytes(self) -> None:
        """Everyone is written to once a batch, and given the same object."""
        self.alice.type("1")
        self.bob.type("2")
        self.journal.commit()
        (toAlice,), (toBob,) = self.alice.outlet.chunks, self.bob.outlet.chunks
        self.assertIs(toAlice, toBob)

    def test_actionWithoutTextIsRefused(self) -> None:
        """C{/me} alone is refused with its usage and an example."""
        self.assertEqual(self.isRefused(self.alice, "/me"), "usage: /me TEXT, for example: /me waves")

    def test_refusedCommandIsNotSaid(self) -> None:
        """What is refused is neither said nor kept."""
        self.isRefused(self.alice, "/me")
        self.isRefused(self.alice, "/nothing of the sort")
        self.nothingWaits()


class TellingTests(ChatTestCase):
    """C{/msg}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "Bob", "carol")

    def test_onlyTheTwoSeeIt(self) -> None:
        """A direct message is seen by whom it is for, echoed to who sent it, and by nobody else."""
        self.alice.type("/msg Bob psst,  you")
        self.journal.commit()
        self.assertEqual(
            (self.alice.sees(), self.bob.sees(), self.carol.sees()),
            (["[PM to Bob] psst,  you"], ["[PM from alice] psst,  you"], []),
        )

    def test_nameIsFoundInAnyCase(self) -> None:
        """The name may be typed in any case; the echo has it as its owner writes it."""
        self.alice.type("/msg bOB hi")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["[PM to Bob] hi"])

    def test_somebodyNotHere(self) -> None:
        """A message to a name that is not here is refused, and says how to see who is."""
        self.assertEqual(self.isRefused(self.alice, "/msg dave hi"), "dave is not here; /who shows who is")

    def test_whatIsNoNameIsNotHere(self) -> None:
        """A message to what cannot be a name is refused like one to somebody who is not here."""
        self.assertEqual(self.isRefused(self.alice, "/msg *!* hi"), "*!* is not here; /who shows who is")

    def test_withoutTextIsRefused(self) -> None:
        """C{/msg} without a text is refused with its usage and an example."""
        self.assertEqual(
            self.isRefused(self.alice, "/msg bob"), "usage: /msg NAME TEXT, for example: /msg bob have you a minute?"
        )

    def test_toOneself(self) -> None:
        """A message to oneself arrives, and is echoed."""
        self.alice.type("/msg alice note")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["[PM from alice] note", "[PM to alice] note"])

    def test_keepsItsPlaceAmongOthers(self) -> None:
        """A direct message in a batch stands where it was sent, for both, in one write."""
        self.carol.type("1")
        self.alice.type("/msg bob 2")
        self.carol.type("3")
        self.journal.commit()
        self.assertEqual((len(self.alice.outlet.chunks), len(self.bob.outlet.chunks)), (1, 1))
        self.assertEqual(
            (self.alice.sees(), self.bob.sees(), self.carol.sees()),
            (
                ["carol: 1", "[PM to Bob] 2", "carol: 3"],
                ["carol: 1", "[PM from alice] 2", "carol: 3"],
                ["carol: 1", "carol: 3"],
            ),
        )

    def test_isKept(self) -> None:
        """A direct message is kept with whom it is for."""
        self.alice.type("/msg bob hi")
        self.journal.commit()
        self.assertEqual(self.journal.kept[-1], Told("alice", "Bob", "hi", NOW, 4))

    def test_isNotShownToWhoComesLater(self) -> None:
        """A direct message is no part of the backlog."""
        self.build(backlog=20)
        alice, _ = self.here("alice", "bob")
        alice.type("/msg bob psst")
        self.journal.commit()
        dave = self.visitor().enter("dave")
        self.journal.commit()
        self.assertNotIn("psst", "".join(dave.sees()))

    def test_whoHasJustComeIsReached(self) -> None:
        """A message to somebody whose coming is not out yet arrives after their welcome."""
        dave = self.visitor().enter("dave")
        self.alice.type("/msg dave welcome!")
        self.journal.commit()
        self.assertEqual(dave.sees()[1:], ["[PM from alice] welcome!"])

    def test_nextOwnerOfANameDoesNotSeeIt(self) -> None:
        """A message goes to who had the name when it was sent, not to who takes it afterwards."""
        self.alice.type("/msg bob secret")
        self.bob.type("/quit")
        other = self.visitor().enter("Bob")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["[PM from alice] secret", "* Goodbye, Bob."])
        self.assertNotIn("secret", "".join(other.sees()))


class AnsweringTests(ChatTestCase):
    """C{/who}, C{/help}, and what is no command."""

    def test_whoNamesEverybody(self) -> None:
        """C{/who} names those who are here, in the order they came, to who asks and nobody else."""
        alice, bob = self.here("alice", "bob")
        self.assertEqual((alice.asks("/who"), bob.sees()), (["* Here (2): alice, bob"], []))

    def test_whoHasSeveralLines(self) -> None:
        """C{/who} puts 20 names in a line."""
        alice, *_ = self.here("alice", *(f"guest{n:02}" for n in range(40)))
        lines = alice.asks("/who")
        self.assertEqual([len(line.split(", ")) for line in lines], [20, 20, 1])
        self.assertEqual((lines[0].partition(":")[0], lines[2]), ("* Here (41)", "* guest39"))

    def test_whoTakesNoName(self) -> None:
        """C{/who} with something behind it that is no room is refused."""
        (alice,) = self.here("alice")
        self.assertEqual(self.isRefused(alice, "/who bob"), "usage: /who [#ROOM], for example: /who #dev")

    def test_helpListsTheTable(self) -> None:
        """C{/help} prints each row of the table with its arguments and an example, in groups with a title."""
        (alice,) = self.here("alice")
        lines = iter(alice.asks("/help"))
        for title, rows in commands.GROUPS.items():
            self.assertEqual(next(lines), f"* {title}:")
            for row in rows:
                self.assertEqual(next(lines), f"*   {row.line} - {row.help} For example: {row.example}")

    def test_helpExplainsEachRow(self) -> None:
        """C{/help NAME} prints the row of that name with its example."""
        (alice,) = self.here("alice")
        for command in commands.COMMANDS:
            (line,) = alice.asks(f"/help {command.name}")
            self.assertTrue(line.startswith(f"* {command.line} - {command.help} "), line)
            self.assertTrue(line.endswith(f" For example: {command.example}"), line)

    def test_aliasesAreTheCommand(self) -> None:
        """Another word for a command does the same, and is explained with it."""
        alice, bob = self.here("alice", "Bob")
        for word in ("m", "tell", "W"):
            alice.type(f"/{word} bob psst")
        self.journal.commit()
        self.assertEqual(bob.sees(), ["[PM from alice] psst"] * 3)
        self.assertIn(" Also: /m, /tell, /w. For example: ", alice.asks("/help tell")[0])

    def test_noWordHasTwoMeanings(self) -> None:
        """Every word, name or alias, belongs to one row."""
        words = [word for command in commands.COMMANDS for word in (command.name, *command.aliases)]
        self.assertEqual(sorted(words), sorted(commands.TABLE))

    def test_helpTakesASlash(self) -> None:
        """C{/help /ME} is C{/help me}."""
        (alice,) = self.here("alice")
        self.assertEqual(alice.asks("/help /ME"), ["* /me TEXT - Says what you do. For example: /me waves"])

    def test_helpForNoCommand(self) -> None:
        """C{/help} for what is no command is refused, with the nearest one."""
        (alice,) = self.here("alice")
        self.assertTrue(self.isRefused(alice, "/help hepl").startswith("no command /hepl; did you mean /help?"))

    def test_examplesOfTheTableWork(self) -> None:
        """Each example that the table shows is understood."""
        bob, _ = self.here("bob", "carol")
        for n, command in enumerate(commands.COMMANDS):
            (visitor,) = self.here(f"guest{n}")
            for line in ("/join #dev", f"/join #room{n}", f"/away {n}", f"/msg carol {n}", "/private on"):
                visitor.type(line)
            self.journal.commit()
            bob.type(f"/msg guest{n} hello")
            if command.name == "private":
                visitor.type("/private off")
            if command.name == "uninvite":
                visitor.type("/invite bob")
            if command.name == "unignore":
                visitor.type("/ignore bob")
            self.journal.commit()
            visitor.type(command.example)
            self.journal.commit()
            self.assertNotIn("! ", "".join(visitor.sees()), command.example)
        self.assertEqual(len(self.users), 2 + len(commands.COMMANDS) - 1)

    def test_unknownCommandNamesTheNearest(self) -> None:
        """An unknown command is refused with the one that was probably meant, and how to say it."""
        (alice,) = self.here("alice")
        refusal = self.assertRaises(LoquiError, alice.type, "/hlep me")
        self.assertEqual(
            (refusal.code, refusal.sentence),
            ("no-such-command", "no command /hlep; did you mean /help? To say it, begin with //"),
        )

    def test_unknownCommandWithoutANearOne(self) -> None:
        """An unknown command that is like none is refused with where they are listed."""
        (alice,) = self.here("alice")
        self.assertEqual(
            self.isRefused(alice, "/xyzzy"), "no command /xyzzy; /help lists them. To say it, begin with //"
        )


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


class WiresTests(ChatTestCase):
    """Sessions with different wires in one room."""

    def test_eachWireIsRenderedOnce(self) -> None:
        """An event is written once for each wire, however many read it, and each sees their own."""
        rendered: list[Event | Answer] = []

        def shout(what: Event | Answer) -> bytes:
            rendered.append(what)
            return text.render(what).upper()

        (alice,) = self.here("alice")
        loud = [self.visitor() for _ in range(3)]
        for n, visitor in enumerate(loud):
            visitor.session = Session(shout, visitor.outlet)
            visitor.enter(f"guest{n}")
        self.journal.commit()
        for visitor in (alice, *loud):
            visitor.sees()
        rendered.clear()
        alice.type("hello")
        self.journal.commit()
        self.assertEqual([visitor.sees() for visitor in (alice, *loud)], [["alice: hello"], *[["ALICE: HELLO"]] * 3])
        self.assertEqual(len(rendered), 1)
