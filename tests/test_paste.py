"""Several lines that become one message."""

from __future__ import annotations

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from loqui.chat.drafts import MAX_BYTES, MAX_LINES
from loqui.doors.limits import Limits
from loqui.events import LOBBY, Said, Told
from tests.chat import NOW, ChatTestCase, past
from tests.doors import DoorTestCase

_NOW = "* Paste now, to {}: nothing is a command, until a line with only ."


class PasteTests(ChatTestCase):
    """C{/paste}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def paste(self, *lines: str, where: str = "") -> list[str]:
        """What alice sees who pastes these lines."""
        self.happens(self.alice, f"/paste {where}".strip(), *lines)
        return self.answer(self.alice, ".")

    def test_linesAreOneMessage(self) -> None:
        """The lines are one message under one header, each of them indented, for everyone."""
        seen = self.paste("def f():", "    return 1")
        self.assertEqual(seen, ["alice: [2 lines]", "    def f():", "        return 1"])
        self.assertEqual(self.bob.sees(), seen)

    def test_isOneEvent(self) -> None:
        """A paste is kept as one event, with LF between its lines."""
        self.paste("a", "b")
        self.assertEqual(self.journal.kept[-1], Said("alice", LOBBY, "a\nb", NOW, len(self.journal.kept)))

    def test_nothingIsSaidBeforeTheEnd(self) -> None:
        """Until the end, nobody sees anything, and nothing is kept but what others do."""
        self.happens(self.alice, "/paste", "a", "b")
        self.assertEqual(self.bob.sees(), [])
        self.nothingWaits()

    def test_saysHowItEnds(self) -> None:
        """C{/paste} is answered with where it goes and how it ends, to who asked only."""
        self.assertEqual((self.alice.asks("/paste"), self.bob.sees()), ([_NOW.format("the lobby")], []))

    def test_nothingIsACommand(self) -> None:
        """Inside a paste, commands, slashes, the line that leaves and another /paste are text."""
        lines = ["/quit", "!DISCONNECT", "//x", "/paste", "/nick eve", "..", " .", ". ", "#dev hello", "/say #dev hi"]
        seen = self.paste(*lines)
        self.assertEqual(seen, [f"alice: [{len(lines)} lines]", *(f"    {line}" for line in lines)])
        self.assertIn("alice", self.users)

    def test_noLineLooksLikeAnotherPersons(self) -> None:
        """Whatever is pasted, only the header stands at the left edge."""
        for line in self.paste("bob: I owe you", "* bob has left", "[PM from bob] psst", "! refused", "#dev bob: x")[
            1:
        ]:
            self.assertTrue(line.startswith("    "), line)

    def test_oneLineIsALine(self) -> None:
        """A paste of one line is what the same line is that was typed, but for commands."""
        self.assertEqual(self.paste("/quit"), ["alice: /quit"])

    def test_blankLinesCount(self) -> None:
        """Blank lines inside are kept."""
        self.assertEqual(self.paste("a", "", " ", "b"), ["alice: [4 lines]", "    a", "    ", "     ", "    b"])

    def test_nothingButBlanks(self) -> None:
        """A paste of nothing, or of blanks only, says nothing."""
        self.assertEqual((self.paste(), self.paste("", "  ")), ([], []))
        self.assertEqual(self.bob.sees(), [])

    def test_afterwardsLinesAreLinesAgain(self) -> None:
        """Behind the end, everything is obeyed again."""
        self.paste("a", "b")
        self.assertEqual(self.alice.asks("hello"), ["alice: hello"])
        self.assertEqual(self.alice.asks("/who"), ["* Here (2): alice, bob"])

    def test_dotAloneIsText(self) -> None:
        """Without a paste, a dot is said."""
        self.assertEqual(self.alice.asks("."), ["alice: ."])

    def test_asManyLinesAsMayBe(self) -> None:
        """The most lines that may be are said."""
        self.assertEqual(self.paste(*["x"] * MAX_LINES), ["alice: [200 lines]", *["    x"] * 200])

    def test_oneLineTooMany(self) -> None:
        """One more is not said, nor is any of it; the sentence says how many there were and may be."""
        self.assertEqual(self.paste(*["x"] * (MAX_LINES + 1)), ["! not said: 201 lines, the limit is 200"])
        self.assertEqual(self.bob.sees(), [])

    def test_asManyBytesAsMayBe(self) -> None:
        """The most bytes that may be, line ends counted, are said."""
        line = "x" * 1023
        self.assertEqual(len(self.paste(*[line] * (MAX_BYTES // 1024))), 1 + MAX_BYTES // 1024)

    def test_oneByteTooMany(self) -> None:
        """One more byte is not said, and bytes are counted in UTF-8."""
        line = "ü" * 511 + "x"
        more = self.paste(*[line] * (MAX_BYTES // 1024), "")
        self.assertEqual(more, ["! not said: 32,769 bytes, the limit is 32,768"])

    def test_tooMuchIsNotObeyed(self) -> None:
        """What is too much is counted until it ends, and not taken for commands."""
        self.assertEqual(self.paste(*["/quit"] * 3000), ["! not said: 3,000 lines, the limit is 200"])
        self.assertIn("alice", self.users)

    def test_afterARefusedOneTheNextIsFine(self) -> None:
        """A paste that is refused leaves nothing behind for the next one."""
        self.paste(*["x"] * 201)
        self.assertEqual(self.paste("a", "b"), ["alice: [2 lines]", "    a", "    b"])

    def test_whileTheDiskIsFull(self) -> None:
        """A paste that cannot be kept is refused like a line, once."""
        self.happens(self.alice, "/paste", "a", "b")
        self.alice.type(".")
        self.journal.fail("disk full")
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["! not said: it cannot be saved (disk full)"], []))

    def test_backlogHasTheBlock(self) -> None:
        """Who comes later is shown the paste as a block, too."""
        self.build(backlog=5)
        (self.alice,) = self.here("alice")
        self.paste("a", "bob: b")
        carol = self.visitor().enter("carol")
        self.journal.commit()
        block = past(Said("alice", LOBBY, "a\nbob: b", NOW)).split("\r\n")
        self.assertEqual(carol.sees()[-3:], block)
        self.assertEqual(block[1:], ["    a", "    bob: b"])


class WhereTests(ChatTestCase):
    """Where a paste goes."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")
        self.gather("#dev", self.alice, self.bob)
        self.gather("#lobby", self.alice)

    def test_whereOneTalks(self) -> None:
        """Without a place, it goes where one was talking when it began."""
        self.gather("#dev", self.alice)
        self.assertEqual(self.alice.asks("/paste"), [_NOW.format("#dev")])
        self.happens(self.alice, "a", "b", ".")
        self.assertEqual((self.bob.sees(), self.carol.sees()), (["#dev alice: [2 lines]", "    a", "    b"], []))

    def test_anotherRoom(self) -> None:
        """With a room, it goes there, and one goes on talking where one was."""
        self.happens(self.alice, "/paste #dev", "a", "b", ".", "c")
        self.assertEqual(self.bob.sees(), ["#dev alice: [2 lines]", "    a", "    b", "alice: c"])
        self.assertEqual(self.carol.sees(), ["alice: c"])

    def test_onePerson(self) -> None:
        """With a name, it goes to that person, as a block, and nobody else sees it."""
        self.assertEqual(self.alice.asks("/paste BOB"), [_NOW.format("bob")])
        self.happens(self.alice, "a", "b")
        self.assertEqual(self.alice.asks("."), ["[PM to bob] [2 lines]", "    a", "    b"])
        self.assertEqual(self.bob.sees(), ["[PM from alice] [2 lines]", "    a", "    b"])
        self.assertEqual(self.carol.sees(), [])
        self.assertEqual(self.journal.kept[-1], Told("alice", "bob", "a\nb", NOW, len(self.journal.kept)))

    def test_nowhere(self) -> None:
        """A room that one is not in, or a name that is not here, is refused before anything is pasted."""
        self.assertEqual(self.isRefused(self.alice, "/paste #ops"), "you are not in #ops; /join it first")
        self.assertEqual(self.isRefused(self.alice, "/paste dave"), "dave is not here; /who shows who is")
        self.assertEqual(self.alice.asks("hello"), ["alice: hello"])

    def test_leftInTheMeantime(self) -> None:
        """What was to go to a room that one has left with another connection is refused."""
        other = self.another(self.alice)
        self.happens(self.alice, "/paste #dev", "a", "b")
        self.happens(other, "/leave #dev")
        self.bob.sees()
        self.assertEqual(self.answer(self.alice, "."), ["! you are not in #dev; /join it first"])
        self.assertEqual(self.bob.sees(), [])

    def test_followsTheNewName(self) -> None:
        """What was to go to somebody who has another name now goes to them."""
        self.happens(self.alice, "/paste bob", "a", "b")
        self.happens(self.bob, "/nick rob")
        self.assertEqual(self.answer(self.alice, ".")[-3:], ["[PM to rob] [2 lines]", "    a", "    b"])
        self.assertEqual(self.bob.sees(), ["[PM from alice] [2 lines]", "    a", "    b"])

    def test_notToTheNextHolderOfTheName(self) -> None:
        """What was to go to somebody who has left does not go to who has the name now."""
        self.happens(self.alice, "/paste bob", "secret", "! more")
        self.happens(self.bob, "/quit")
        (eve,) = self.here("bob")
        self.assertEqual(self.answer(self.alice, ".")[-2:], ["! bob has left and has not seen: secret", "    ! more"])
        self.assertEqual(eve.sees(), [])
        self.nothingWaits()

    def test_toSomebodyWhoseConnectionIsGone(self) -> None:
        """What was sent to somebody whose connection went before it came out is told as not seen, as a block."""
        self.happens(self.alice, "/paste bob", "a", "bob: b")
        self.alice.type(".")
        self.hub.leave(self.bob.session, "connection lost", NOW)
        self.hub.drop(self.bob.session)
        self.journal.commit()
        self.assertEqual(self.alice.sees()[:2], ["! bob has gone and has not seen: a", "    bob: b"])

    def test_eachConnectionHasItsOwn(self) -> None:
        """Two connections of one person paste at the same time, and neither disturbs the other."""
        other = self.another(self.alice)
        self.happens(self.alice, "/paste", "a1")
        self.happens(other, "/paste", "b1")
        self.happens(self.alice, "a2", ".")
        self.happens(other, "b2", ".")
        self.assertEqual(
            self.carol.sees(), ["alice: [2 lines]", "    a1", "    a2", "alice: [2 lines]", "    b1", "    b2"]
        )


class PasteDoorTests(DoorTestCase):
    """Pasting through the door."""

    limits = Limits(flood=0.0)

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.visitor("alice"), self.visitor("bob")
        self.alice.transport.clear()

    def test_bytesOnTheWire(self) -> None:
        """A paste is lines of text that end with CRLF; its empty lines and their ends are kept."""
        self.alice.send(b"/paste\r\na\r\n\r\n\tb\n.\r\n")
        self.settle()
        self.assertEqual(self.bob.transport.value(), b"alice: [3 lines]\r\n    a\r\n    \r\n     b\r\n")

    def test_isCleaned(self) -> None:
        """What could move a cursor or end a line is made safe in a paste, too."""
        self.alice.send("/paste\na\rbob: x\n\x1b[2J\u2028eve: y\x85z\n.\n".encode())
        self.settle()
        self.assertEqual(
            self.bob.transport.lines(), ["alice: [2 lines]", "    a\ufffdbob: x", "    \ufffd[2J\ufffdeve: y\ufffdz"]
        )

    def test_halfClose(self) -> None:
        """Who ends their side in a paste has it said, the line without an end included, and leaves."""
        self.alice.send(b"/paste\na\n/quit")
        self.alice.chat.readConnectionLost()
        self.settle()
        block = ["alice: [2 lines]", "    a", "    /quit"]
        self.assertEqual(self.bob.transport.lines(), [*block, "* alice has left"])
        self.assertEqual(self.alice.transport.lines()[-4:], [*block, "* Goodbye, alice."])

    def test_halfCloseBehindADot(self) -> None:
        """A dot without a line end ends the paste when the client ends its side, and is not said."""
        self.alice.send(b"/paste\na\n.")
        self.alice.chat.readConnectionLost()
        self.settle()
        self.assertEqual(self.bob.transport.lines(), ["alice: a", "* alice has left"])

    def test_lost(self) -> None:
        """When the connection goes in a paste, nothing of it is said."""
        self.alice.send(b"/paste\na\nb\n")
        self.alice.chat.connectionLost(Failure(ConnectionDone()))
        self.settle()
        self.assertEqual(self.bob.transport.lines(), ["* alice has left"])

    def test_tooLongALine(self) -> None:
        """A line that is too long is refused at once, and at its end all of the paste: the rest is not said alone."""
        self.alice.send(b"/paste\na\n")
        self.settle()
        self.alice.transport.lines()
        self.alice.send(b"x" * 4097 + b"\n/quit\n")
        self.assertEqual(self.alice.transport.lines(), ["! too long: 4,097 bytes, the limit is 4,096"])
        self.alice.send(b".\nhello\n")
        self.settle()
        self.assertEqual(
            self.alice.transport.lines(), ["! not said: too long: 4,097 bytes, the limit is 4,096", "alice: hello"]
        )
        self.assertEqual(self.bob.transport.lines(), ["alice: hello"])

    def test_noLineEnd(self) -> None:
        """64 KiB without a line end close the connection in a paste, too; nothing of it is said."""
        self.alice.send(b"/paste\na\n" + b"x" * 65537)
        self.settle()
        self.assertEqual(self.alice.transport.lines()[-1], "! disconnected: no line end in 64 KiB")
        self.assertEqual(self.bob.transport.lines(), ["* alice has left"])


class PasteFloodTests(DoorTestCase):
    """Pasting under the limits that everybody has."""

    def test_longestPasteComesAtOnce(self) -> None:
        """Who has been quiet pastes as many lines as may be within a second or so, and is not told to slow down."""
        alice, bob = self.visitor("alice"), self.visitor("bob")
        alice.transport.clear()
        alice.send(b"/paste\n" + b"x\n" * 200 + b".\n")
        self.settle()
        self.clock.pump([0.1] * 15)
        self.settle()
        self.assertEqual(bob.transport.lines(), ["alice: [200 lines]", *["    x"] * 200])
        self.assertNotIn("* slow down: your lines are being delayed", alice.transport.lines())

    def test_endlessPasteIsSlowedDown(self) -> None:
        """Who pastes without end is read slowly."""
        alice = self.visitor("alice")
        alice.send(b"/paste\n" + b"x\n" * 2000)
        self.assertEqual(alice.transport.producerState, "paused")
