"""The text door in memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from loqui.chat import operating
from loqui.chat.commands import COMMANDS
from loqui.chat.ports import RoomRecord
from loqui.doors.limits import Limits
from loqui.events import LOBBY
from loqui.identities import Account
from loqui.settings import Settings
from tests.chat import passwordOf
from tests.doors import DoorTestCase, Visitor

TRANSCRIPTS = Path(__file__).with_name("data") / "transcripts"


class TranscriptTests(DoorTestCase):
    """Whole conversations, from files: a test for each, with its first line for a docstring."""

    limits = Limits(flood=0.0)

    def setUp(self) -> None:
        super().setUp()
        self.patch(os, "environ", {**os.environ, "TZ": "UTC"})
        os.putenv("TZ", "UTC")
        time.tzset()

    def play(self, name: str, size: int) -> None:
        """Play a transcript, with the clients' bytes in pieces of this size."""
        people: dict[str, Visitor] = {}
        for number, line in enumerate((TRANSCRIPTS / name).read_text("utf-8").splitlines(), 1):
            if line.startswith("#"):
                continue
            who = line[: min(at for at in (line.find(mark) for mark in "></") if at > 0)]
            mark, text = line[len(who)], line[len(who) + 2 :]
            visitor = people.setdefault(who, Visitor(self.factory, "127.0.0.1")) if who not in people else people[who]
            if mark == ">":
                data = text.encode() + b"\r\n"
                for at in range(0, len(data), size):
                    visitor.send(data[at : at + size])
                self.settle()
                self.pending.setdefault(who, [])
            elif mark == "<":
                self.pending.setdefault(who, []).extend(visitor.transport.lines())
                self.assertTrue(self.pending[who], f"{name}:{number}: nothing has been sent")
                self.assertEqual(self.pending[who].pop(0), text, f"{name}:{number}")
            else:
                self.assertTrue(visitor.closed, f"{name}:{number}: not closed")
        for who, visitor in people.items():
            self.assertEqual(self.pending.get(who, []) + visitor.transport.lines(), [], f"{name}: unexpected, {who}")

    def check(self, name: str) -> None:
        """Play a transcript with the bytes cut everywhere, and not at all."""
        for size in (1, 2, 3, 7, 10_000):
            super().setUp()
            self.pending: dict[str, list[str]] = {}
            # An operator from before the start, and codes that can be foretold.
            self.hub.accounts.restore([Account("root", passwordOf("root")[::-1])], {})
            self.hub.remember((), [RoomRecord(LOBBY, Settings(owners=frozenset({"root"})), (), 0)])
            self.patch(operating, "makeCode", lambda: "2345-6789-abcd")
            self.play(name, size)

    def test_everyCommandHasOne(self) -> None:
        """There is a transcript for every command of the table, named after it."""
        missing = {command.name for command in COMMANDS} - {path.stem for path in TRANSCRIPTS.glob("*.txt")}
        self.assertEqual(missing, set())


def _transcriptTest(name: str, about: str) -> Callable[[TranscriptTests], None]:
    """A test that plays one transcript."""

    def test(self: TranscriptTests) -> None:
        self.check(name)

    test.__doc__ = about
    return test


for _path in sorted(TRANSCRIPTS.glob("*.txt")):
    _about = _path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    setattr(TranscriptTests, f"test_{_path.stem}", _transcriptTest(_path.name, _about))


SESSION = (
    "ålice\r\nhello\n\n/me wäves\r\n/nope\n"
    + "x" * 5000
    + "\n\x00\x1b[2J\tend\n/msg ålice 👩‍👩‍👧\n\u202eflip\n!DISCONNECT\nlate\n"
).encode() + b"\xff\xfe\n"


class CutTests(DoorTestCase):
    """The same bytes mean the same, wherever they are cut."""

    limits = Limits(flood=0.0)

    def transcript(self, pieces: list[bytes]) -> list[str]:
        """What somebody is sent who sends these pieces."""
        self.setUp()
        visitor = self.visitor()
        for piece in pieces:
            visitor.send(piece)
            self.settle()
        return visitor.transport.lines()

    def test_cutAtEveryByte(self) -> None:
        """Two segments, cut at every byte, get what one gets."""
        whole = self.transcript([SESSION])
        self.assertEqual(whole[-1], "* Goodbye, ålice.")
        self.assertIn("! too long: 5,000 bytes, the limit is 4,096", whole)
        self.assertIn("ålice: \ufffd\ufffd[2J end", whole)
        self.assertIn("ålice: \ufffdflip", whole)
        for at in [*range(60), *range(4000, 4200, 7), *range(5000, len(SESSION))]:
            self.assertEqual(sorted(self.transcript([SESSION[:at], SESSION[at:]])), sorted(whole))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, len(SESSION)), max_size=20))
    def test_cutAnywhere(self, cuts: list[int]) -> None:
        """Any number of segments get what one gets."""
        places = [0, *sorted(cuts), len(SESSION)]
        pieces = [SESSION[a:b] for a, b in pairwise(places)]
        self.assertEqual(sorted(self.transcript(pieces)), sorted(self.transcript([SESSION])))

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.binary(max_size=200), max_size=10))
    def test_anyBytes(self, pieces: list[bytes]) -> None:
        """Whatever is sent, every answer is whole lines of clean text, and nothing breaks."""
        bystander = self.visitor("bystander")
        visitor = Visitor(self.factory, "127.0.0.1")
        for piece in pieces:
            visitor.send(piece)
            self.settle()
        lines = visitor.transport.lines() + bystander.transport.lines()
        for line in lines:
            self.assertNotRegex(line, "[\x00-\x1f\x7f-\x9f\u202a-\u202e]")
        self.assertFalse([line for line in lines if "internal error" in line])
        visitor.chat.connectionLost(Failure(ConnectionDone()))
        bystander.chat.connectionLost(Failure(ConnectionDone()))
        self.settle()
        self.assertEqual(self.factory.users, {})


class NamelessTests(DoorTestCase):
    """What happens before there is a name."""

    def test_silence(self) -> None:
        """Who says nothing for two seconds is asked for a name, once."""
        visitor = self.visitor()
        self.clock.advance(1.9)
        self.assertEqual(visitor.transport.lines(), [])
        self.clock.advance(0.1)
        self.assertEqual(visitor.transport.lines(), ["? Your name:"])
        self.clock.advance(10)
        self.assertEqual(visitor.transport.lines(), [])

    def test_notAskedWhenAnythingCame(self) -> None:
        """A single byte ends the silence."""
        visitor = self.visitor()
        visitor.send(b"a")
        self.clock.advance(10)
        self.assertEqual(visitor.transport.lines(), [])

    def test_tooLate(self) -> None:
        """After 60 seconds without a name, the connection is closed."""
        visitor = self.visitor()
        visitor.send(b"al")
        self.clock.advance(60)
        self.assertEqual(visitor.transport.lines(), ["! disconnected: no name within 60 s"])
        self.assertTrue(visitor.closed)

    def test_inTime(self) -> None:
        """Who has a name may stay as long as they like."""
        visitor = self.visitor("alice")
        self.clock.advance(10_000)
        self.assertFalse(visitor.closed)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_endlessName(self) -> None:
        """4 KiB without a name close the connection, as one line or as empty ones."""
        for sent in (b"x" * 4097, b"\n" * 4097, b"\r\n" * 2049, b"x" * 5000 + b"\n"):
            visitor = self.visitor(host="127.0.0.1")
            visitor.send(sent)
            self.assertEqual(visitor.transport.lines(), ["! disconnected: no name within 4 KiB"])
            self.assertTrue(visitor.closed)

    def test_emptyLinesCountForTheName(self) -> None:
        """What is left of the 4 KiB is the longest that may come, also without a line end."""
        visitor = self.visitor()
        visitor.send(b"\n" * 4000)
        visitor.send(b"x" * 97)
        self.assertEqual(visitor.transport.lines(), ["! disconnected: no name within 4 KiB"])

    def test_emptyLinesBeforeTheName(self) -> None:
        """Empty lines are ignored, also before the name."""
        visitor = self.visitor()
        visitor.send(b"\n\r\n  \nalice\n")
        self.settle()
        self.assertIn("alice", self.factory.users)

    def test_sameInstant(self) -> None:
        """Of two who send one name before the journal has kept either, the first has it."""
        first, second = self.visitor(), self.visitor()
        first.send(b"alice\n")
        second.send(b"ALICE\n")
        self.settle()
        self.assertTrue(first.transport.lines()[0].startswith("* Welcome"))
        self.assertEqual(second.transport.lines(), ["! ALICE is already taken; connect again with another name"])
        self.assertTrue(second.closed)


class LineTests(DoorTestCase):
    """The bounds of a line."""

    limits = Limits(flood=0.0)

    def test_longestLine(self) -> None:
        """4,096 bytes are said; the line end does not count."""
        alice = self.visitor("alice")
        alice.send(b"x" * 4096 + b"\r\n")
        self.settle()
        self.assertEqual(alice.transport.lines(), ["alice: " + "x" * 4096])

    def test_tooLong(self) -> None:
        """4,097 bytes are not said, and the connection stays."""
        alice = self.visitor("alice")
        alice.send(b"x" * 4097 + b"\nstill here\n")
        self.settle()
        self.assertEqual(alice.transport.lines(), ["! too long: 4,097 bytes, the limit is 4,096", "alice: still here"])

    def test_longestUnended(self) -> None:
        """64 KiB without a line end are too long to say, but no reason to close."""
        alice = self.visitor("alice")
        alice.send(b"x" * 65536)
        alice.send(b"\n")
        self.assertEqual(alice.transport.lines(), ["! too long: 65,536 bytes, the limit is 4,096"])
        self.assertFalse(alice.closed)

    def test_unended(self) -> None:
        """One byte more closes the connection, however it comes, and others see it leave."""
        for sent in (b"x" * 65537, b"x" * 65537 + b"\n"):
            self.setUp()
            alice, bob = self.visitor("alice"), self.visitor("bob")
            alice.transport.clear()
            alice.send(sent[:-1])
            alice.send(sent[-1:])
            self.settle()
            self.assertEqual(alice.transport.lines(), ["! disconnected: no line end in 64 KiB"])
            self.assertTrue(alice.closed)
            self.assertEqual(bob.transport.lines(), ["* alice has left"])


class OddLimitTests(DoorTestCase):
    """Bounds that are no whole KiB."""

    limits = Limits(unended=1500, nameBytes=100)

    def test_bytes(self) -> None:
        """The bound is told in bytes then."""
        visitor = self.visitor()
        visitor.send(b"x" * 101)
        self.assertEqual(visitor.transport.lines(), ["! disconnected: no name within 100 bytes"])
        alice = self.visitor("alice")
        alice.send(b"x" * 1501)
        self.assertEqual(alice.transport.lines(), ["! disconnected: no line end in 1,500 bytes"])


class LeavingTests(DoorTestCase):
    """All the ways to go."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.visitor("alice"), self.visitor("bob")
        self.alice.transport.clear()

    def test_nameIsFreeAtOnce(self) -> None:
        """Who disconnects gives up the name before anybody has been told."""
        self.alice.send(b"!DISCONNECT\n")
        again = self.visitor()
        again.send(b"alice\n")
        self.settle()
        self.assertTrue(again.transport.lines()[0].startswith("* Welcome to Loqui, alice. Here: bob."))
        self.assertEqual(self.bob.transport.lines(), ["* alice has left", "* alice has joined"])

    def test_nothingAfterLeaving(self) -> None:
        """Lines behind !DISCONNECT are not obeyed, and cannot leave twice."""
        self.alice.send(b"!DISCONNECT\nghost\n/who\n!DISCONNECT\n")
        self.settle()
        self.assertEqual(self.alice.transport.lines(), ["* Goodbye, alice."])
        self.assertEqual(self.bob.transport.lines(), ["* alice has left"])

    def test_nothingThatIsSentAfterLeavingIsAnswered(self) -> None:
        """However much comes behind !DISCONNECT, the goodbye is the last line."""
        self.alice.send(b"!DISCONNECT\n" + b"x" * 5000 + b"\n" + b"/nope\n" * 30 + b"x" * 70_000)
        self.settle()
        self.assertEqual(self.alice.transport.lines(), ["* Goodbye, alice."])

    def test_serverStops(self) -> None:
        """Everybody is told, with a name or without, and nobody's leaving is told or kept."""
        nobody = self.visitor()
        kept = len(self.journal.kept)
        self.factory.closeAll("the server is stopping")
        self.settle()
        for visitor in (self.alice, self.bob, nobody):
            self.assertEqual(visitor.transport.lines(), ["* the server is stopping"])
            self.assertTrue(visitor.closed)
        self.assertEqual(len(self.journal.kept), kept)

    def test_halfClose(self) -> None:
        """What came before the end of input is said, with or without a line end, before the goodbye."""
        self.alice.send(b"one\ntwo")
        self.alice.chat.readConnectionLost()
        self.settle()
        self.assertEqual(self.alice.transport.lines(), ["alice: one", "alice: two", "* Goodbye, alice."])
        self.assertTrue(self.alice.closed)
        self.assertEqual(self.bob.transport.lines(), ["alice: one", "alice: two", "* alice has left"])

    def test_closed(self) -> None:
        """A closed connection leaves as !DISCONNECT does."""
        self.alice.chat.connectionLost(Failure(ConnectionDone()))
        self.settle()
        self.assertEqual(self.bob.transport.lines(), ["* alice has left"])

    def test_lost(self) -> None:
        """A broken connection leaves with a reason."""
        self.alice.chat.connectionLost(Failure(ConnectionLost()))
        self.settle()
        self.assertEqual(self.bob.transport.lines(), ["* alice has left (connection lost)"])

    def test_lostWhileJoining(self) -> None:
        """Somebody who is gone before the journal has let them in is not let in."""
        carol = self.visitor()
        carol.send(b"carol\n")
        carol.chat.connectionLost(Failure(ConnectionLost()))
        self.settle()
        self.assertEqual(carol.transport.lines(), [])
        self.assertEqual(self.bob.transport.lines(), ["* carol has joined", "* carol has left (connection lost)"])
        self.assertNotIn("carol", self.factory.users)

    def test_bug(self) -> None:
        """An exception in one connection ends it, with a number in the log and on the wire, and no other."""
        say, self.hub.find = self.hub.find, lambda *_: 1 / 0  # type: ignore[method-assign]
        self.alice.send(b"/msg bob hello\nand more\n")
        self.hub.find = say  # type: ignore[method-assign]
        self.settle()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.alice.transport.lines(), [f"! internal error {self.alice.chat.number}"])
        self.assertTrue(self.alice.closed)
        self.assertFalse(self.bob.closed)


class RushTests(DoorTestCase):
    """Many who come and go at once."""

    limits = Limits(flood=0.0)

    def people(self, count: int) -> list[Visitor]:
        """So many who come in one batch."""
        visitors = [self.visitor(host="127.0.0.1") for _ in range(count)]
        for number, visitor in enumerate(visitors):
            visitor.send(b"p%d\n" % number)
        self.settle()
        return visitors

    def setUp(self) -> None:
        super().setUp()
        self.doorkeeper.most = 10_000
        self.alice = self.visitor("alice")
        self.clock.advance(1)

    def test_rush(self) -> None:
        """Of those who come within a second, twenty are told of one by one, and the others together."""
        self.people(57)
        self.assertEqual(self.alice.transport.lines(), [f"* p{number} has joined" for number in range(20)])
        self.clock.advance(1)
        self.assertEqual(self.alice.transport.lines(), ["* 37 people have joined: p20, p21, p22 and 34 more"])
        self.clock.advance(10)
        self.assertEqual(self.alice.transport.lines(), [])
        self.assertEqual(len(self.journal.kept), 58)

    def test_oneByOneAgain(self) -> None:
        """After the second, people are told of one by one again."""
        self.people(30)
        self.clock.advance(1)
        self.alice.transport.clear()
        self.visitor("zoe", host="127.0.0.1")
        self.assertEqual(self.alice.transport.lines(), ["* zoe has joined"])

    def test_crowd(self) -> None:
        """In a room of more than 200, a second's comings and goings are told together, without who is as before."""
        people = self.people(250)
        self.clock.advance(1)
        self.alice.transport.clear()
        for visitor in people[:5]:
            visitor.send(b"!DISCONNECT\n")
        self.settle()
        self.visitor("p0", host="127.0.0.1")
        self.visitor("zoe", host="127.0.0.1")
        self.assertEqual(self.alice.transport.lines(), [])
        self.clock.advance(1)
        self.assertEqual(
            self.alice.transport.lines(), ["* zoe has joined", "* 4 people have left: p1, p2, p3 and 1 more"]
        )

    def test_talkIsNotHeld(self) -> None:
        """What people say is told at once, whoever they are."""
        people = self.people(250)
        self.alice.transport.clear()
        people[-1].send(b"hello\n")
        self.settle()
        self.assertEqual(self.alice.transport.lines(), ["p249: hello"])

    def test_welcomeNamesTwenty(self) -> None:
        """A welcome names twenty of those who are here, and counts the others."""
        self.people(37)
        zoe = self.visitor(host="127.0.0.1")
        zoe.send(b"zoe\n")
        self.settle()
        named = ", ".join(["alice"] + [f"p{number}" for number in range(19)])
        self.assertTrue(zoe.transport.lines()[0].startswith(f"* Welcome to Loqui, zoe. Here: {named} and 18 more. "))


class FloodTests(DoorTestCase):
    """Somebody who sends too fast is heard later."""

    def test_delayedNotDropped(self) -> None:
        """Ten lines come at once, then five a second; all of them, in order, and the reason is told once."""
        alice, bob = self.visitor("alice"), self.visitor("bob")
        alice.transport.clear()
        alice.send(b"".join(b"%d\n" % number for number in range(20)))
        self.settle()
        self.assertEqual(bob.transport.lines(), [f"alice: {number}" for number in range(10)])
        self.assertEqual(alice.transport.producerState, "paused")
        self.clock.pump([0.2] * 5)
        self.settle()
        self.assertEqual(bob.transport.lines(), [f"alice: {number}" for number in range(10, 15)])
        self.clock.pump([0.2] * 6)
        self.settle()
        self.assertEqual(bob.transport.lines(), [f"alice: {number}" for number in range(15, 20)])
        self.clock.advance(0.2)
        self.assertEqual(alice.transport.producerState, "producing")
        self.assertEqual(alice.transport.lines().count("* slow down: your lines are being delayed"), 1)

    def test_noticeOnlyWhenDelayed(self) -> None:
        """Who sends as many lines as may come at once, and then waits, is told nothing."""
        alice = self.visitor("alice")
        alice.send(b"x\n" * 10)
        self.settle()
        self.assertEqual(alice.transport.lines(), ["alice: x"] * 10)

    def test_refusalsCount(self) -> None:
        """What is refused, and what is empty, counts as well."""
        alice = self.visitor("alice")
        alice.send(b"/nope\n\n" * 20)
        self.assertEqual(alice.transport.producerState, "paused")
        self.assertEqual(len(alice.transport.lines()), 6)

    def test_goneWhileSlowed(self) -> None:
        """Somebody may go while they are being delayed."""
        alice = self.visitor("alice")
        alice.send(b"x\n" * 30)
        alice.chat.connectionLost(Failure(ConnectionDone()))
        self.clock.advance(1)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class AdmissionTests(DoorTestCase):
    """Too many connections."""

    def test_address(self) -> None:
        """One address has so many connections and no more; when one is gone there is room again."""
        inside = [self.visitor() for _ in range(3)]
        refused = self.visitor()
        self.assertEqual(refused.transport.lines(), ["! too many connections from your address"])
        self.assertTrue(refused.closed)
        self.assertFalse(self.visitor(host="192.0.2.2").closed)
        refused.chat.connectionLost(Failure(ConnectionDone()))
        inside[0].chat.connectionLost(Failure(ConnectionDone()))
        self.assertFalse(self.visitor().closed)

    def test_turnedAway(self) -> None:
        """So many are told that they are too many, and more are just ended, until the first are gone."""
        self.doorkeeper.most = 0
        told = [self.visitor() for _ in range(32)]
        self.assertEqual(told[-1].transport.lines(), ["! server is full"])
        more = self.visitor()
        self.assertEqual((more.transport.lines(), more.transport.disconnected), ([], True))
        for visitor in (told[0], more):
            visitor.chat.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.visitor().transport.lines(), ["! server is full"])

    def test_all(self) -> None:
        """The server has so many connections and no more."""
        self.doorkeeper.most = 2
        self.visitor()
        self.visitor()
        refused = self.visitor(host="127.0.0.1")
        refused.send(b"alice\n")
        self.assertEqual(refused.transport.lines(), ["! server is full"])
        self.assertEqual(self.factory.users, {})


class SlowReaderTests(DoorTestCase):
    """Somebody who does not read."""

    limits = Limits(flood=0.0)

    def test_tooMuch(self) -> None:
        """Past the bound the connection is aborted, and others are told why."""
        bob, alice = self.visitor("bob"), self.visitor("alice")
        bob.transport.takes = False
        bob.transport.clear()
        for _ in range(300):
            alice.send(b"x" * 4000 + b"\n")
            self.settle()
        self.assertTrue(bob.transport.disconnected)
        self.assertIn("* bob has left (too slow)", alice.transport.lines())
        self.assertEqual(self.unsent.size, 0)
        self.assertNotIn("bob", self.factory.users)

    def test_tooLong(self) -> None:
        """A quarter of that may wait for 30 seconds, not longer."""
        bob, alice = self.visitor("bob"), self.visitor("alice")
        bob.transport.takes = False
        for _ in range(80):
            alice.send(b"x" * 4000 + b"\n")
            self.settle()
        self.clock.advance(29)
        self.assertFalse(bob.transport.disconnected)
        self.clock.advance(1)
        self.settle()
        self.assertTrue(bob.transport.disconnected)
        self.assertIn("* bob has left (too slow)", alice.transport.lines())
