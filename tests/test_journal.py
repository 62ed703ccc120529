"""The journal, on a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from loqui.chat.ports import Entry
from loqui.errors import StartError
from loqui.events import Acted, Event, Joined, Left, Said, Told
from loqui.store.database import Database, openDatabase
from loqui.store.events import load
from loqui.store.journal import Journal
from tests.worker import Worker


class RecordingListener:
    """Records what became of events, and keeps departures."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []
        self.refusals: list[tuple[list[Event], str]] = []

    def received(self, batch: Sequence[Entry]) -> None:
        self.batches.append([event for event, _ in batch])

    def refused(self, batch: Sequence[Entry], why: str) -> list[Entry]:
        self.refusals.append(([event for event, _ in batch], why))
        return [entry for entry in batch if isinstance(entry.event, Left)]


def said(text: str, id: int = 0) -> Said:
    """What alice says, in brief."""
    return Said("alice", "lobby", text, 1000, id)


class JournalTestCase(SynchronousTestCase):
    """A journal with a database in a folder."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.clock = Clock()
        self.open()

    def open(self) -> None:
        """Start on what is in the folder."""
        self.database = openDatabase(self.folder)
        self.addCleanup(self.database.close)
        self.worker = Worker()
        self.journal = Journal(self.database, self.clock, self.worker, self.worker.turns.append)
        self.listener = RecordingListener()
        self.journal.tell(self.listener)

    def work(self) -> None:
        """Have the worker do all there is."""
        while self.worker.tasks or self.worker.turns:
            self.worker.work()


class CommitTests(JournalTestCase):
    """Keeping events."""

    def test_toldOnlyWhenKept(self) -> None:
        """Nobody hears of an event before it is on the disk."""
        self.journal.append(said("hello"))
        self.assertEqual(self.listener.batches, [])
        self.work()
        self.assertEqual(self.listener.batches, [[said("hello", 1)]])
        self.assertEqual(load(self.database, "lobby", 10), [said("hello", 1)])

    def test_nextBatchGathers(self) -> None:
        """What comes in one turn is a batch; while its commit is in flight, the next one gathers."""
        self.journal.append(said("a"))
        self.worker.turn()
        for text in "bc":
            self.journal.append(said(text))
        self.worker.turn()
        self.assertEqual(len(self.worker.tasks), 1)
        self.work()
        self.assertEqual(self.listener.batches, [[said("a", 1)], [said("b", 2), said("c", 3)]])

    def test_everyKindComesBack(self) -> None:
        """Every kind of event is kept whole, and read back as it was."""
        events: list[Event] = [
            said("quotes \" ' and ünïcödé 👩‍👩‍👧 \\u0041", 1),
            Acted("alice", "lobby", "waves", 2000, 2),
            Joined("bob", "lobby", 3000, 3),
            Left("bob", "lobby", "too slow", 4000, 4),
        ]
        for event in events:
            self.journal.append(event)
        self.journal.append(Told("alice", "bob", "psst", 5000))
        self.work()
        self.assertEqual(load(self.database, "lobby", 10), events)
        self.assertEqual(self.listener.batches[-1][-1], Told("alice", "bob", "psst", 5000, 5))

    def test_loadGivesTheLast(self) -> None:
        """Only so many of the last events are read, oldest first."""
        for number in range(30):
            self.journal.append(said(str(number)))
        self.work()
        self.assertEqual([event.id for event in load(self.database, "lobby", 3)], [28, 29, 30])
        self.assertEqual(load(self.database, "lobby", 0), [])

    def test_idsGrowAcrossRestarts(self) -> None:
        """Ids go on where they were, also when the last events have been deleted."""
        self.journal.append(said("a"))
        self.journal.append(said("b"))
        self.work()
        self.database.connection.execute("DELETE FROM event")
        self.database.close()
        self.open()
        self.journal.append(said("c"))
        self.work()
        self.assertEqual(self.listener.batches, [[said("c", 3)]])

    def test_flushed(self) -> None:
        """Flushing waits for what is in flight and for what waits."""
        self.successResultOf(self.journal.flushed())
        self.journal.append(said("a"))
        flushed = self.journal.flushed()
        self.worker.turn()
        self.journal.append(said("b"))
        self.worker.work()
        self.assertNoResult(flushed)
        self.work()
        self.successResultOf(flushed)


class FailureTests(JournalTestCase):
    """A disk that takes nothing more."""

    def setUp(self) -> None:
        super().setUp()
        self.fill()

    def fill(self) -> None:
        """Leave no room in the database."""
        (pages,) = self.database.connection.execute("PRAGMA page_count").fetchone()
        self.database.connection.execute(f"PRAGMA max_page_count={pages}")

    def free(self) -> None:
        """Make room."""
        self.database.connection.execute("PRAGMA max_page_count=1000000")

    def test_refused(self) -> None:
        """What does not fit is refused with the reason, and so is what waited behind it."""
        big = said("x" * 100_000)
        self.journal.append(big)
        self.worker.turn()
        self.journal.append(said("behind"))
        self.work()
        self.assertEqual(self.listener.batches, [])
        self.assertEqual(self.listener.refusals, [([replaced(big), said("behind")], "disk full")])

    def test_resumes(self) -> None:
        """When there is room again, the next event is kept, under the next id."""
        self.journal.append(said("x" * 100_000))
        self.work()
        self.free()
        self.journal.append(said("again"))
        self.work()
        self.assertEqual(self.listener.batches, [[said("again", 1)]])

    def test_departuresAreTriedAgain(self) -> None:
        """What must not be given up is kept as soon as there is room, before what comes then."""
        left = Left("bob", "lobby", "x" * 100_000, 1000)
        self.journal.append(left)
        self.work()
        self.clock.advance(1)
        self.work()
        self.assertEqual(self.listener.batches, [])
        self.free()
        self.clock.advance(1)
        self.work()
        self.assertEqual([[event.id for event in batch] for batch in self.listener.batches], [[1]])

    def test_oneComplaintAMinute(self) -> None:
        """The log is not filled as the disk is."""
        with capturedLogs() as logged:
            for _ in range(5):
                self.journal.append(said("x" * 100_000))
                self.work()
                self.journal.append(said("which still fits"))
                self.work()
            self.assertEqual([formatEvent(event) for event in logged], [self.complaint])
            self.clock.advance(60)
            self.journal.append(said("x" * 100_000))
            self.work()
            self.assertEqual([formatEvent(event) for event in logged], [self.complaint] * 2)

    complaint = "Cannot keep what is said: disk full (database or disk is full)"


def replaced(event: Said) -> Said:
    """As the journal had numbered it before it failed."""
    return Said(event.name, event.room, event.text, event.time, 1)


class DatabaseTests(SynchronousTestCase):
    """The database file and its folder."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())

    def test_private(self) -> None:
        """Folder and files are their owner's only."""
        database = openDatabase(self.folder / "deep")
        self.addCleanup(database.close)
        Journal(database, Clock(), Worker(), list[Any]().append)
        self.assertEqual((self.folder / "deep").stat().st_mode & 0o777, 0o700)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (self.folder / "deep").iterdir()}
        self.assertEqual(set(modes.values()), {0o600}, modes)

    def test_oneOwner(self) -> None:
        """A second daemon on the same folder is refused; when the first has closed, it may."""
        first = openDatabase(self.folder)
        refused = self.assertRaises(StartError, openDatabase, self.folder)
        self.assertEqual(str(refused), f"loqui: another daemon uses {self.folder}")
        first.close()
        openDatabase(self.folder).close()

    def test_newerSchema(self) -> None:
        """A schema from the future is refused, and left alone."""
        database = openDatabase(self.folder)
        database.connection.execute("PRAGMA user_version=1000")
        database.close()
        refused = self.assertRaises(StartError, openDatabase, self.folder)
        self.assertIn("written by a newer Loqui (schema 1000,", str(refused))

    def test_notADatabase(self) -> None:
        """A file that is something else is refused, and left alone."""
        self.folder.mkdir()
        (self.folder / "loqui.sqlite").write_bytes(b"something else entirely" * 100)
        refused = self.assertRaises(StartError, openDatabase, self.folder)
        self.assertIn("the database file is not a database", str(refused))
        self.assertTrue((self.folder / "loqui.sqlite").read_bytes().startswith(b"something else"))

    def test_durable(self) -> None:
        """Commits are written through to the disk: WAL with synchronous=FULL."""
        database = Database(str(self.mktemp()))
        self.addCleanup(database.close)
        self.assertEqual(database.connection.execute("PRAGMA synchronous").fetchone(), (2,))
        self.assertEqual(database.connection.execute("PRAGMA journal_mode").fetchone(), ("wal",))
        self.assertIsInstance(database.connection, sqlite3.Connection)
