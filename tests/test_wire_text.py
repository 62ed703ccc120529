"""Tests for L{loqui.wire.text} and L{loqui.wire.cleaning}."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Answer, Goodbye, Notice, Past, Question, Refusal, Sent, Welcome, Whois
from loqui.errors import LoquiError
from loqui.events import LOBBY, Acted, CodeGiven, Event, Forgotten, Joined, KeySet, Left, Said, Told
from loqui.requests import Request
from loqui.wire import reading, text
from loqui.wire.cleaning import clean

#: Line -> the command and its arguments, or null for a line that asks for nothing; by section.
REQUESTS = json.loads((Path(__file__).parent / "data" / "text_requests.json").read_text("utf-8"))

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NONCHARACTERS = [chr(c) for c in range(0xFDD0, 0xFDF0)] + [
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
]
_FORBIDDEN = frozenset(
    [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", *_BIDI, *_NONCHARACTERS]
)

# Bytes as they come from people and from those who try things.
lines = st.binary(max_size=60) | st.text(max_size=40).map(lambda typed: typed.encode("utf-8", "surrogatepass"))


def parsed(line: bytes) -> list[str] | None:
    """The command and arguments that a line asks for, or None."""
    request = text.parse(line)
    return None if request is None else [request.command, request.arguments]


def shown(what: Event | Answer) -> str:
    """The line that a client sees, without its end."""
    line = text.render(what)
    assert line.endswith(b"\r\n")
    return line[:-2].decode()


class RequestTests(SynchronousTestCase):
    """Lines that a client sends once it has a name."""

    def _agrees(self, section: str) -> None:
        self.assertEqual({line: parsed(line.encode()) for line in REQUESTS[section]}, REQUESTS[section])

    def test_lineIsSaid(self) -> None:
        """A line without a slash is said as it was typed."""
        self._agrees("said")

    def test_slashAndWordIsACommand(self) -> None:
        """A slash and a word, in any case, is a command; the rest of the line is its arguments."""
        self._agrees("commands")

    def test_secondSlashMakesItText(self) -> None:
        """C{/etc/passwd} is said, C{//x} says C{/x}, and so is a slash without a word."""
        self._agrees("second slash")

    def test_onlyTheExactLineLeaves(self) -> None:
        """C{!DISCONNECT} leaves when it is all of the line, in capitals; anything else is said."""
        self._agrees("leaving")

    def test_oneCarriageReturnEndsALine(self) -> None:
        """One CR before the LF belongs to the line end; any other is cleaned."""
        self._agrees("line ends")

    def test_emptyLineAsksForNothing(self) -> None:
        """An empty line is no request."""
        self._agrees("empty")

    def test_longestLineIsSaid(self) -> None:
        """A line of 4,096 bytes is said."""
        self.assertEqual(text.parse(b"x" * 4096), Request("", "x" * 4096))

    def test_carriageReturnIsNotCounted(self) -> None:
        """The line end is no part of the 4,096 bytes."""
        self.assertEqual(text.parse(b"x" * 4096 + b"\r"), Request("", "x" * 4096))

    def test_oneByteMoreIsRefused(self) -> None:
        """A line of 4,097 bytes is refused, and told how long it was."""
        refusal = self.assertRaises(LoquiError, text.parse, b"x" * 4097)
        self.assertEqual((refusal.code, refusal.sentence), ("too-long", "too long: 4,097 bytes, the limit is 4,096"))

    def test_lengthIsCountedInBytes(self) -> None:
        """A line of fewer characters but more than 4,096 bytes is refused."""
        refusal = self.assertRaises(LoquiError, text.parse, "é".encode() * 2560)
        self.assertEqual(refusal.sentence, "too long: 5,120 bytes, the limit is 4,096")

    def test_longCommandIsRefusedToo(self) -> None:
        """The limit holds for commands, too."""
        self.assertEqual(self.assertRaises(LoquiError, text.parse, b"/me " + b"x" * 4093).code, "too-long")

    def test_limitCanBeSet(self) -> None:
        """Another limit is kept, and told."""
        refusal = self.assertRaises(LoquiError, text.parse, b"12345", 4)
        self.assertEqual(refusal.sentence, "too long: 5 bytes, the limit is 4")

    def test_whatIsSaidIsCleaned(self) -> None:
        """A request holds cleaned text."""
        self.assertEqual(text.parse(b"a\x1b[31m\tb\xff"), Request("", "a\ufffd[31m b\ufffd"))

    def test_argumentsAreCleaned(self) -> None:
        """The arguments of a command are cleaned text."""
        self.assertEqual(text.parse(b"/me \x07rings"), Request("me", "\ufffdrings"))

    @settings(deadline=None, database=None)
    @given(st.sampled_from([b"", b"/", b"//", b"/me ", b"!"]), lines)
    def test_anyLineIsARequestOrNothing(self, beginning: bytes, line: bytes) -> None:
        """Any line within the limit is read, and what it asks for has nothing in it that could do harm."""
        request = text.parse(beginning + line)
        if request is not None:
            self.assertEqual(_FORBIDDEN & {*request.command, *request.arguments}, set())


class NameLineTests(SynchronousTestCase):
    """The first line of a client."""

    def test_lineIsTheName(self) -> None:
        """The line is the name, as it was typed."""
        self.assertEqual(text.parseName(b"Alice"), "Alice")

    def test_blanksAroundItAreNotPartOfIt(self) -> None:
        """Blanks around the name, and the line end, are left out."""
        self.assertEqual(text.parseName(b" \talice  \r"), "alice")

    def test_blankLineIsNoName(self) -> None:
        """A line of blanks gives nothing."""
        self.assertEqual([text.parseName(line) for line in (b"", b"\r", b"  ", b"\t\r")], ["", "", "", ""])

    def test_nameIsCleaned(self) -> None:
        """What could do harm does not get as far as the refusal that quotes it."""
        self.assertEqual(text.parseName(b"al\x1bice\xff"), "al\ufffdice\ufffd")


class RenderingTests(SynchronousTestCase):
    """What a client sees."""

    def test_lineEndsWithCrLf(self) -> None:
        """A line of the server is UTF-8 and ends with CRLF."""
        self.assertEqual(text.render(Said("zoë", LOBBY, "hello", 0)), b"zo\xc3\xab: hello\r\n")

    def test_saidInTheLobby(self) -> None:
        """The name and a colon."""
        self.assertEqual(shown(Said("alice", LOBBY, "hello: you", 0)), "alice: hello: you")

    def test_saidInAnotherRoom(self) -> None:
        """The room stands before the name."""
        self.assertEqual(shown(Said("alice", "#dev", "hello", 0)), "#dev alice: hello")

    def test_actedInTheLobby(self) -> None:
        """Two asterisks stand before the name."""
        self.assertEqual(shown(Acted("alice", LOBBY, "waves", 0)), "** alice waves")

    def test_actedInAnotherRoom(self) -> None:
        """The room stands before the asterisks."""
        self.assertEqual(shown(Acted("alice", "#dev", "waves", 0)), "#dev ** alice waves")

    def test_told(self) -> None:
        """A direct message says from whom it is."""
        self.assertEqual(shown(Told("alice", "bob", "psst", 0)), "[PM from alice] psst")

    def test_sent(self) -> None:
        """The echo of a direct message says to whom it went."""
        self.assertEqual(shown(Sent(Told("alice", "bob", "psst", 0))), "[PM to bob] psst")

    def test_joined(self) -> None:
        """The server tells who has joined."""
        self.assertEqual(shown(Joined("alice", LOBBY, 0)), "* alice has joined")

    def test_joinedAnotherRoom(self) -> None:
        """The server tells where somebody has joined."""
        self.assertEqual(shown(Joined("alice", "#dev", 0)), "* #dev alice has joined")

    def test_left(self) -> None:
        """The server tells who has left."""
        self.assertEqual(shown(Left("alice", LOBBY, "", 0)), "* alice has left")

    def test_leftForAReason(self) -> None:
        """The reason stands in parentheses."""
        self.assertEqual(shown(Left("bob", LOBBY, "too slow", 0)), "* bob has left (too slow)")

    def test_welcome(self) -> None:
        """The welcome says who is here and how to go on."""
        self.assertEqual(
            shown(Welcome("alice", ("bob", "carol"))),
            "* Welcome to Loqui, alice. Here: bob, carol. /help lists the commands, !DISCONNECT leaves.",
        )

    def test_welcomeWithMore(self) -> None:
        """Those who are not named are counted."""
        self.assertIn(" Here: bob, carol and 37 more. ", shown(Welcome("alice", ("bob", "carol"), 37)))

    def test_welcomeToNobody(self) -> None:
        """The first to come is told that nobody else is here."""
        self.assertIn(" Nobody else is here. ", shown(Welcome("alice", ())))

    def test_goodbye(self) -> None:
        """The last line says goodbye."""
        self.assertEqual(shown(Goodbye("alice")), "* Goodbye, alice.")

    def test_notice(self) -> None:
        """What the server tells begins with an asterisk."""
        self.assertEqual(shown(Notice("the server is stopping")), "* the server is stopping")

    def test_refusal(self) -> None:
        """What is refused begins with an exclamation mark; the code is for programs."""
        self.assertEqual(shown(Refusal("full", "server is full")), "! server is full")

    def test_question(self) -> None:
        """What the server asks begins with a question mark."""
        self.assertEqual(shown(Question("Your name:")), "? Your name:")

    def test_codeGiven(self) -> None:
        """That a code was given says for how many accounts."""
        lines = [shown(CodeGiven("alice", "", uses, 0, 0)).rpartition(" for ")[2] for uses in (1, 1000)]
        self.assertEqual(lines, ["one account", "1,000 accounts"])

    def test_pastIsTold(self) -> None:
        """What was said before is told with its time by the server, so that nobody takes it for new."""
        self.assertRegex(shown(Past(Said("alice", LOBBY, "hello", 0))), r"^\* \d\d:\d\d alice: hello$")

    def test_pastHasOneAsterisk(self) -> None:
        """What the server told before keeps one asterisk only."""
        self.assertRegex(shown(Past(Joined("alice", LOBBY, 0))), r"^\* \d\d:\d\d alice has joined$")

    def test_pastActionKeepsItsAsterisks(self) -> None:
        """What somebody did before is still told from what they said."""
        self.assertRegex(shown(Past(Acted("alice", LOBBY, "waves", 0))), r"^\* \d\d:\d\d \*\* alice waves$")

    @settings(deadline=None, database=None)
    @given(st.sampled_from([LOBBY, "#dev"]), lines)
    @example(LOBBY, b"\r\n* alice has left")
    @example(LOBBY, "\u2028\x85\x0b".encode())
    def test_whatIsSaidIsOneLine(self, room: str, line: bytes) -> None:
        """Whatever bytes somebody sends, what is said is one line, by any count."""
        rendered = text.render(Said("alice", room, clean(line), 0))
        self.assertEqual(len(rendered.decode().splitlines()), 1)
        self.assertEqual(rendered.count(b"\n"), 1)


class BlockTests(SynchronousTestCase):
    """Text of several lines."""

    @settings(deadline=None, database=None)
    @given(st.lists(lines, min_size=2))
    @example([b"alice: I never said this", b"* bob has left", b""])
    def test_onlyTheHeaderIsAtTheEdge(self, pasted: list[bytes]) -> None:
        """Whatever lines somebody pastes, as many are shown, each indented; the header says how many there are."""
        said = "\n".join(map(clean, pasted))
        for what, header in (
            (Said("alice", "#dev", said, 0), "#dev alice: "),
            (Told("alice", "bob", said, 0), "[PM from alice] "),
            (Sent(Told("alice", "bob", said, 0)), "[PM to bob] "),
        ):
            first, *block = text.render(what).decode().removesuffix("\r\n").split("\r\n")
            self.assertEqual(first, f"{header}[{len(pasted)} lines]")
            self.assertEqual(block, [f"    {clean(line)}" for line in pasted])

    def test_refusal(self) -> None:
        """What is told back of a paste is indented, too."""
        self.assertEqual(
            text.render(Refusal("no-such-user", "not seen: a\nb\n")), b"! not seen: a\r\n    b\r\n    \r\n"
        )


class RoomRenderingTests(SynchronousTestCase):
    """What a client sees of rooms and people."""

    def test_keyIsNeverShown(self) -> None:
        """That there is a key is told, and that there is none any more; the key is not."""
        self.assertEqual(shown(KeySet("alice", "#den", "swordfish", 0)), "* #den alice has set a key")
        self.assertEqual(shown(KeySet("alice", "#den", "", 0)), "* #den alice has removed the key")

    def test_forgotten(self) -> None:
        """A room that is no more."""
        self.assertEqual(shown(Forgotten("#den", 0)), "* #den is no more")

    def test_idle(self) -> None:
        """How long somebody has said nothing is told in a unit that fits."""
        minute = 60_000
        for idle, words in (
            (999, "1 s"),
            (59_999, "60 s"),
            (2 * minute, "2 min"),
            (119 * minute, "119 min"),
            (120 * minute, "2 h"),
            (47 * 60 * minute, "47 h"),
            (48 * 60 * minute, "2 days"),
        ):
            self.assertIn(f", idle for {words}, a guest; you share ", shown(Whois("bob", 0, idle, None, (LOBBY,))))


class ReadingTests(SynchronousTestCase):
    """What a client makes of a server's lines."""

    def test_serverIsNotTrusted(self) -> None:
        """A server's line is cleaned as a client's is."""
        self.assertEqual(reading.read(b"* \x1b[2Jboo\r"), "* \ufffd[2Jboo")

    def test_welcomeIsKnown(self) -> None:
        """The line that the server writes as a welcome is one to the client, and no other is."""
        lines = [shown(what) for what in (Welcome("alice", ()), Notice("hello"), Said("x", LOBBY, "* Welcome", 0))]
        self.assertEqual([reading.isWelcome(line) for line in lines], [True, False, False])

    def test_goodbyeIsKnown(self) -> None:
        """The line that the server writes as a goodbye is one to the client, and no other is."""
        lines = [shown(what) for what in (Goodbye("alice"), Notice("hello"), Left("alice", LOBBY, "", 0))]
        self.assertEqual([reading.isGoodbye(line) for line in lines], [True, False, False])

    def test_questionIsKnown(self) -> None:
        """The line that the server writes as a question gives what it asks, and any other nothing."""
        lines = [shown(what) for what in (Question("Your name:"), Notice("? no"), Said("x", LOBBY, "? no", 0))]
        self.assertEqual([reading.question(line) for line in lines], [text.NAME_QUESTION, None, None])

    def test_whatAQuestionWants(self) -> None:
        """Passwords are secret, new ones are typed twice, the server's is nobody's; what names say means nothing."""
        questions = {
            "password is registered. Password:": (True, False, False),
            "Password of this server:": (True, False, True),
            "Choose has no account. Invitation code:": (False, False, False),
            "password has no account. Invitation code:": (False, False, False),
            "alice has no account yet. Choose a password for it:": (True, True, False),
            "Password for alice:": (True, True, False),
        }
        found = {line: (reading.isSecret(line), reading.isNew(line), reading.isOfServer(line)) for line in questions}
        self.assertEqual(found, questions)

    def test_pasteIsKnown(self) -> None:
        """A client knows which of its lines begin and end a paste, as the server does."""
        lines = [b"/paste", b"/Paste #dev\r", b"/paste\tbob", b"//paste", b"/pasted", b" /paste", b"paste", b"\xff"]
        self.assertEqual([reading.beginsPaste(line) for line in lines], [True, True, True, *[False] * 5])
        self.assertEqual(
            [reading.endsPaste(line) for line in (b".", b".\r", b"..", b". ", b"")], [True, True, *[False] * 3]
        )

    def test_refusalIsKnown(self) -> None:
        """The line that the server writes as a refusal gives its sentence, and any other nothing."""
        lines = [shown(what) for what in (Refusal("full", "server is full"), Said("x", LOBBY, "! no", 0))]
        self.assertEqual([reading.refusal(line) for line in lines], ["server is full", None])


class CleaningTests(SynchronousTestCase):
    """Bytes that somebody else sent, made safe to show."""

    def _becomesReplacement(self, characters: list[str] | str) -> None:
        self.assertEqual([ascii(c) for c in characters if clean(f"a{c}b".encode()) != "a\ufffdb"], [])

    def _isKept(self, typed: str) -> None:
        self.assertEqual(clean(typed.encode()), typed)

    def test_invalidUtf8(self) -> None:
        """Bytes that are no UTF-8 become U+FFFD."""
        self.assertEqual(clean(b"a\xffb\xc3"), "a\ufffdb\ufffd")

    def test_overlongAndSurrogates(self) -> None:
        """Overlong forms and surrogates are no UTF-8: nothing of what they stand for comes through."""
        self.assertEqual({*clean(b"\xc0\x8a\xe0\x80\x8a\xed\xa0\x80\xf4\x90\x80\x80")}, {"\ufffd"})

    def test_c0Controls(self) -> None:
        """C0 controls become U+FFFD, all but the tab."""
        self._becomesReplacement([chr(c) for c in range(0x20) if chr(c) != "\t"])

    def test_tab(self) -> None:
        """A tab becomes a space."""
        self.assertEqual(clean(b"a\tb\t"), "a b ")

    def test_del(self) -> None:
        """DEL becomes U+FFFD."""
        self._becomesReplacement("\x7f")

    def test_c1Controls(self) -> None:
        """C1 controls become U+FFFD: some terminals obey them like an escape sequence."""
        self._becomesReplacement([chr(c) for c in range(0x80, 0xA0)])

    def test_bidiControls(self) -> None:
        """Bidi controls become U+FFFD."""
        self._becomesReplacement(_BIDI)

    def test_separators(self) -> None:
        """The line and the paragraph separator become U+FFFD."""
        self._becomesReplacement("\u2028\u2029")

    def test_noncharacters(self) -> None:
        """All 66 noncharacters become U+FFFD."""
        self.assertEqual(len(_NONCHARACTERS), 66)
        self._becomesReplacement(_NONCHARACTERS)

    def test_plainText(self) -> None:
        """Printable ASCII is kept."""
        self._isKept("".join(map(chr, range(0x20, 0x7F))))

    def test_blanksAreKept(self) -> None:
        """Blanks other than the tab are kept."""
        self._isKept(" a\u00a0b\u3000c  ")

    def test_joinedEmojiAreKept(self) -> None:
        """Emoji with joiners, variation selectors and skin tones are kept."""
        self._isKept("👩\u200d👩\u200d👧 ❤\ufe0f 👍🏽 🇨🇭")

    def test_combiningMarksAreKept(self) -> None:
        """Combining marks are kept as they were typed."""
        self._isKept("e\u0301 தமிழ் क्\u200dष")

    def test_otherScriptsAreKept(self) -> None:
        """Han, kana, Hangul, Arabic and Hebrew are kept."""
        self._isKept("日本語 ひらがな 한국어 العربية עברית 𠮷")

    def test_newCharactersAreKept(self) -> None:
        """Private and not yet assigned characters are kept, beside something that is cleaned, too."""
        self.assertEqual(clean("\ue000\U000e0fff\x00".encode()), "\ue000\U000e0fff\ufffd")

    @settings(deadline=None, database=None)
    @given(lines)
    def test_nothingForbiddenIsLeft(self, line: bytes) -> None:
        """Any bytes are cleaned, and nothing that could do harm is left."""
        self.assertEqual(_FORBIDDEN & {*clean(line)}, set())

    @settings(deadline=None, database=None)
    @given(lines)
    def test_cleaningTwiceChangesNothing(self, line: bytes) -> None:
        """What is clean stays as it is."""
        cleaned = clean(line)
        self.assertEqual(clean(cleaned.encode()), cleaned)
