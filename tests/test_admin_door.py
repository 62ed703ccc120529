"""The admin's door in memory: what C{loqui-admin} sends, and what it is answered."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from loqui.accounts import AccountChecker, Hashing, Passwords, makePortal
from loqui.chat.hub import Hub
from loqui.chat.user import Session
from loqui.doors.admin import Admin, AdminFactory
from loqui.guesses import Guesses
from loqui.testing import RecordingJournal, RecordingOutlet, WaitingThread
from loqui.wire import text

#: 2026-11-22 12:00 UTC, in milliseconds since the epoch.
NOON = 1_795_348_800_000


class Terminal:
    """A connection to the door."""

    def __init__(self, factory: AdminFactory, journal: RecordingJournal, mode: str = "text") -> None:
        self.transport = StringTransport()
        self.admin: Admin = factory.buildProtocol(None)
        self.admin.makeConnection(self.transport)
        self.journal = journal
        self.send(mode.encode())

    def send(self, line: bytes) -> None:
        """Send a line, and have the journal keep what comes of it."""
        self.admin.dataReceived(line + b"\n")
        while self.journal.waiting:
            self.journal.commit()

    def asks(self, line: bytes) -> list[str]:
        """The lines that one is answered with."""
        self.send(line)
        return self.sees()

    def sees(self) -> list[str]:
        """The lines that were sent since the last time."""
        lines = self.transport.value().decode().split("\r\n")
        self.transport.clear()
        return lines[:-1]


class AdminTestCase(SynchronousTestCase):
    """A door, with accounts behind it."""

    def setUp(self) -> None:
        self.journal = RecordingJournal()
        self.hub = Hub(self.journal, {}, lambda seconds, function: None)
        self.journal.tell(self.hub)
        self.thread = WaitingThread()
        hashing = Hashing(self.thread)
        find = self.hub.accounts.find
        portal = makePortal([AccountChecker(find, hashing, lambda name, hash: None)])
        self.hub.passwords = Passwords(portal, hashing, Guesses(10, 600.0, 900.0, lambda: 0.0), find)
        self.factory = AdminFactory(self.hub, lambda: NOON)
        self.terminal = Terminal(self.factory, self.journal)

    def settle(self) -> None:
        """Have the thread hash and the journal keep everything."""
        self.thread.workAll()
        while self.journal.waiting:
            self.journal.commit()

    def add(self, name: bytes, password: bytes = b"correct-horse") -> list[str]:
        """Make an account; what is answered to its password."""
        self.assertEqual(self.terminal.asks(b"user add " + name), [f"? Password for {name.decode()}:"])
        self.terminal.send(password)
        self.settle()
        return self.terminal.sees()

    def guest(self, name: str) -> RecordingOutlet:
        """Somebody who is here; what they are sent."""
        outlet = RecordingOutlet()
        self.hub.enter(Session(text.render, outlet), name, NOON)
        self.settle()
        outlet.take()
        return outlet


class CommandTests(AdminTestCase):
    """Commands, and where their answers end."""

    def test_answerHasAnEnd(self) -> None:
        """Behind the last line of an answer is one with a dot."""
        self.assertEqual(self.terminal.asks(b"who"), ["* Here (0): nobody", "."])

    def test_slashOrNot(self) -> None:
        """A command may have a slash, and blanks before it."""
        self.assertEqual(self.terminal.asks(b" /who"), self.terminal.asks(b"who"))

    def test_noCommand(self) -> None:
        """A line that is no command is refused, and not said to everybody."""
        outlet = self.guest("alice")
        for line in (b"-", b"/ /", b"etc/passwd", b"\xff", b"#dev"):
            answer = ["! that is no command; help lists them, and say TEXT says something", "."]
            self.assertEqual(self.terminal.asks(line), answer)
        self.assertEqual(outlet.take(), [])

    def test_refusalHasAnEnd(self) -> None:
        """So is a refusal."""
        self.assertEqual(self.terminal.asks(b"kick nobody"), ["! nobody is not here; /who shows who is", "."])

    def test_emptyLine(self) -> None:
        """A line with nothing in it is answered with nothing."""
        self.assertEqual(self.terminal.asks(b""), ["."])

    def test_tooLong(self) -> None:
        """A command of more than 64 KiB is refused, and the next one is heard."""
        line = b"announce " + b"x" * 70_000
        self.assertEqual(self.terminal.asks(line), ["! too long: 70,010 bytes, the limit is 65,536", "."])
        self.assertEqual(self.terminal.asks(b"who"), ["* Here (0): nobody", "."])

    def test_notForAdmins(self) -> None:
        """What is only for people who are here is refused: also a paste, which would never end."""
        for command in (b"join #dev", b"nick eve", b"logout", b"paste", b"register secret-word"):
            answer = f"! /{command.split()[0].decode()} is for people who are here"
            self.assertEqual(self.terminal.asks(command), [answer, "."])

    def test_othersAreTold(self) -> None:
        """What an admin does is done by @admin, and seen by who does it as well."""
        outlet = self.guest("alice")
        line = "* Announcement by @admin: back at 8"
        self.assertEqual(self.terminal.asks(b"announce back at 8"), [line, "."])
        self.assertEqual(outlet.take(), [line])

    def test_adminIsNotHere(self) -> None:
        """Nobody sees an admin come or go, or in the room."""
        outlet = self.guest("alice")
        other = Terminal(self.factory, self.journal)
        other.admin.connectionLost(Failure(ConnectionDone()))
        self.assertEqual((outlet.take(), self.hub.gauges["users"]()), ([], 1))

    def test_lastLinesAreAnswered(self) -> None:
        """A connection whose input has ended is answered, and then ended."""
        self.terminal.admin.dataReceived(b"who\n")
        self.terminal.admin.readConnectionLost()
        self.assertFalse(self.terminal.transport.disconnecting)
        self.settle()
        self.assertEqual(self.terminal.sees(), ["* Here (0): nobody", "."])
        self.assertTrue(self.terminal.transport.disconnecting)


class BrokenOutletError(Exception):
    """A bug."""


class BugTests(AdminTestCase):
    """What is our fault."""

    def test_bugIsLogged(self) -> None:
        """A bug is logged, answered with a sentence, and the next command is heard."""

        def broken() -> int:
            raise BrokenOutletError

        self.hub.find = lambda name: broken()  # type: ignore[assignment,method-assign,return-value]
        self.assertEqual(self.terminal.asks(b"kick bob"), ["! internal error; the server's log says more", "."])
        self.assertEqual(len(self.flushLoggedErrors(BrokenOutletError)), 1)
        self.assertEqual(self.terminal.asks(b"who"), ["* Here (0): nobody", "."])


class AccountTests(AdminTestCase):
    """Accounts, and the passwords that are asked for."""

    def test_passwordIsAsked(self) -> None:
        """The answer to the question makes the account."""
        self.assertEqual(self.add(b"alice"), ["* alice: registered", "."])
        self.assertEqual(self.terminal.asks(b"user list"), ["* alice", "."])

    def test_passwordIsNotShown(self) -> None:
        """A password is in no answer and in no event."""
        shown = self.add(b"alice") + self.terminal.asks(b"user list")
        self.assertNotIn("correct-horse", repr((shown, self.journal.kept)))

    def test_unfitPasswords(self) -> None:
        """A password that cannot be one is refused with a sentence, and nothing is changed."""
        unfit = "! a password is not empty, and valid UTF-8 without control characters"
        for password, sentence in {
            b"": unfit,
            b"\r": unfit,
            b"with\x00nothing": unfit,
            b"\xff\xfe-not-utf-8": unfit,
            b"short": "! a password has at least 8 characters",
            b"x" * 257: "! a password has at most 256 characters",
            b"x" * 70_000: "! too long: 70,000 bytes, the limit is 65,536",
        }.items():
            self.assertEqual(self.add(b"alice", password), [sentence, "."])
            self.assertEqual(self.terminal.asks(b"user list"), ["* nobody", "."])
        self.assertEqual(self.journal.kept, [])

    def test_anyCharactersAreAPassword(self) -> None:
        """An answer is not taken for a command, and blanks in it count."""
        self.assertEqual(self.add(b"alice", b"/user delete alice "), ["* alice: registered", "."])
        check = self.hub.passwords.check("alice", "/user delete alice ", None)  # type: ignore[union-attr]
        self.assertEqual(self.checked(check), "alice")

    def checked(self, check: Any) -> str:
        """The name that a password is right for."""
        found = Deferred.fromCoroutine(check)
        self.thread.workAll()
        return str(self.successResultOf(found))

    def test_nothingIsHeardMeanwhile(self) -> None:
        """The next command waits until the password is hashed."""
        self.terminal.send(b"user add alice")
        self.terminal.send(b"correct-horse\nuser list")
        self.assertEqual(self.terminal.sees(), ["? Password for alice:"])
        self.settle()
        self.assertEqual(self.terminal.sees(), ["* alice: registered", ".", "* alice", "."])

    def test_goneMeanwhile(self) -> None:
        """An admin who is gone before the password is hashed has changed nothing, and nothing breaks."""
        self.terminal.send(b"user add alice")
        self.terminal.send(b"correct-horse")
        self.terminal.admin.connectionLost(Failure(ConnectionDone()))
        self.settle()
        self.assertFalse(self.hub.registrar.isRegistered("alice"))

    def test_goneInsteadOfAnswering(self) -> None:
        """An admin who goes instead of giving a password has changed nothing."""
        self.terminal.send(b"user add alice")
        self.terminal.admin.readConnectionLost()
        self.settle()
        self.assertFalse(self.hub.registrar.isRegistered("alice"))

    def test_twoAtOnce(self) -> None:
        """Of two who make the same account, the second is refused when theirs is hashed."""
        other = Terminal(self.factory, self.journal)
        for terminal in (self.terminal, other):
            terminal.send(b"user add alice")
            terminal.sees()
            terminal.send(b"correct-horse")
        self.settle()
        self.assertEqual(
            (self.terminal.sees(), other.sees()),
            (["* alice: registered", "."], ["! alice is registered already", "."]),
        )

    def test_notKept(self) -> None:
        """What could not be kept is not confirmed, and there is no account."""
        self.terminal.send(b"user add alice")
        self.terminal.admin.dataReceived(b"correct-horse\n")
        self.thread.workAll()
        self.terminal.sees()
        self.journal.fail("disk full")
        self.settle()
        said = self.terminal.sees()
        self.assertNotIn("* alice: registered", said)
        self.assertTrue(said[0].startswith("! "), said)
        self.assertEqual(self.terminal.asks(b"user list"), ["* nobody", "."])


class JsonTests(AdminTestCase):
    """The same for programs."""

    def setUp(self) -> None:
        super().setUp()
        self.terminal = Terminal(self.factory, self.journal, "json")

    def objects(self, line: bytes) -> list[dict[str, Any]]:
        """The objects that a line is answered with."""
        return [json.loads(answer) for answer in self.terminal.asks(line)]

    def test_answer(self) -> None:
        """Every line is an object, and the last one says that it is."""
        self.assertEqual(
            self.objects(b"who"), [{"type": "members", "room": "lobby", "names": [], "away": []}, {"type": "end"}]
        )

    def test_refusal(self) -> None:
        """A refusal has its code."""
        self.assertEqual(
            self.objects(b"kick eve"),
            [
                {"type": "error", "text": "eve is not here; /who shows who is", "code": "no-such-user"},
                {"type": "end"},
            ],
        )

    def test_question(self) -> None:
        """A question is an object, with no end."""
        self.assertEqual(self.objects(b"user add alice"), [{"type": "question", "text": "Password for alice:"}])
