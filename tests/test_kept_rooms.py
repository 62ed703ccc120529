"""Rooms on the disk, on a real database: what is there again after the server has stopped."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui.chat.hub import Hub
from loqui.chat.ports import RoomRecord
from loqui.errors import LoquiError, StartError
from loqui.events import LOBBY, Forgotten, Joined, KeySet, Renamed, Said, Told
from loqui.settings import Settings
from loqui.store.database import Database, openDatabase
from loqui.store.events import load
from loqui.store.journal import Journal
from loqui.store.rooms import loadRooms
from tests.chat import NOW, Visitor, past
from tests.worker import Worker

HOUR = 3_600_000


class KeptTestCase(SynchronousTestCase):
    """A server whose state is in a folder, and which can be started again."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.start()

    def start(self, now: int = NOW) -> None:
        """Start on what is in the folder; nobody is there."""
        self.database = openDatabase(self.folder)
        self.addCleanup(self.database.close)
        self.worker = Worker()
        self.journal = Journal(self.database, Clock(), self.worker, self.worker.turns.append)
        self.hub = Hub(self.journal, {}, lambda seconds, function: None, 20)
        self.hub.remember(load(self.database, LOBBY, 20), loadRooms(self.database, 20, now))
        self.journal.tell(self.hub)

    def restart(self, now: int = NOW) -> None:
        """Stop, and start again."""
        self.work()
        self.database.close()
        self.start(now)

    def work(self) -> None:
        """Have the disk do all there is to do."""
        while self.worker.tasks or self.worker.turns:
            self.worker.turn()
            if self.worker.tasks:
                self.worker.work()

    def here(self, *names: str) -> list[Visitor]:
        """People who are in, and have read all that they were sent."""
        visitors = [Visitor(self.hub).enter(name) for name in names]
        self.work()
        for visitor in visitors:
            visitor.sees()
        return visitors

    def asks(self, visitor: Visitor, *lines: str) -> list[str]:
        """What somebody sees who sends lines that are kept."""
        visitor.sees()
        for line in lines:
            visitor.type(line)
        self.work()
        return visitor.sees()

    def records(self, now: int = NOW) -> dict[str, RoomRecord]:
        """The rooms on the disk, by name."""
        return {record.name: record for record in loadRooms(self.database, 20, now) if record.name != LOBBY}

    def settings(self) -> dict[str, Settings]:
        """What the rooms on the disk are set to; the same as the hub has, or the test fails."""
        kept = {name: record.settings for name, record in self.records().items()}
        told = {name: room.told for name, room in self.hub.audience.rooms.items() if name != LOBBY}
        self.assertEqual(kept, told)
        return kept


class RestartTests(KeptTestCase):
    """What survives."""

    def test_roomAndItsLines(self) -> None:
        """A room, and what was said there last, is there again; nobody is in it."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #dev", "hello", "/me waves")
        self.restart()
        (bob,) = self.here("bob")
        self.assertEqual(self.asks(bob, "/rooms dev"), ["* #dev: 0 people"])
        seen = self.asks(bob, "/join #dev")
        self.assertEqual(seen[0], "* #dev has nobody else in it. What you type is said there; /leave leaves it.")
        self.assertEqual(seen[-2], past(Said("alice", "#dev", "hello", NOW)))

    def test_pasteIsWhole(self) -> None:
        """A paste comes back with all its lines."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #dev", "/paste", "a", " ", "b", ".")
        self.restart()
        self.assertEqual(load(self.database, "#dev", 1), [Said("alice", "#dev", "a\n \nb", NOW, 4)])

    def test_topic(self) -> None:
        """A topic is there again, and one that was cleared is not."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #a", "/topic About 'a' \"ü\"; --", "/join #b", "/topic x", "/topic -")
        self.restart()
        self.assertEqual(
            {name: it.topic for name, it in self.settings().items()}, {"#a": "About 'a' \"ü\"; --", "#b": ""}
        )

    def test_owner(self) -> None:
        """The owner may do what they might before; nobody else may."""
        (alice,) = self.here("Alice")
        self.asks(alice, "/join #dev")
        self.restart()
        alice, bob = self.here("alice", "bob")
        self.asks(alice, "/join #dev")
        self.asks(bob, "/join #dev")
        self.assertRaises(LoquiError, bob.type, "/private on")
        self.assertEqual(self.asks(alice, "/private on")[-1], "* #dev alice has made this room private")

    def test_privacy(self) -> None:
        """A private room is private: neither listed, nor open."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #den", "/private on")
        self.restart()
        (eve,) = self.here("eve")
        self.assertEqual(self.asks(eve, "/rooms den"), ["* There is no such room; /join #ROOM makes one"])
        self.assertRaises(LoquiError, eve.type, "/join #den")

    def test_madePublicAgain(self) -> None:
        """A room that was made public again is open, and has neither key nor guests."""
        alice, _ = self.here("alice", "bob")
        self.asks(alice, "/join #den", "/private on", "/key k", "/invite bob", "/private off")
        self.assertEqual(self.settings()["#den"], Settings(owners=frozenset(["alice"])))
        self.asks(alice, "/private on")
        self.restart()
        self.assertEqual(self.settings()["#den"], Settings(private=True, owners=frozenset(["alice"])))

    def test_key(self) -> None:
        """The key opens the room again."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #den", "/private on", "/key old", "/key Sword fish")
        self.restart()
        (eve,) = self.here("eve")
        self.assertRaises(LoquiError, eve.type, "/join #den old")
        self.assertIn("* #den has nobody else in it", self.asks(eve, "/join #den Sword fish")[0])

    def test_invitations(self) -> None:
        """Who was invited may come in; whose invitation was taken back may not."""
        alice, _, _ = self.here("alice", "bob", "eve")
        self.asks(alice, "/join #den", "/private on", "/invite bob", "/invite eve", "/uninvite EVE")
        self.restart()
        bob, eve = self.here("BOB", "eve")
        self.assertIn("* #den has nobody else in it", self.asks(bob, "/join #den")[0])
        self.assertRaises(LoquiError, eve.type, "/join #den")

    def test_newNames(self) -> None:
        """What somebody owns and is invited to is theirs under their last name."""
        alice, bob = self.here("alice", "bob")
        self.asks(alice, "/join #den", "/private on", "/invite bob")
        self.asks(alice, "/nick alicia", "/nick alma")
        self.asks(bob, "/nick rob")
        expected = Settings(private=True, owners=frozenset(["alma"]), invited=frozenset(["rob"]))
        self.assertEqual(self.settings(), {"#den": expected})
        self.restart()
        self.assertEqual(self.settings(), {"#den": expected})

    def test_newNameThatIsInvitedAlready(self) -> None:
        """Who takes a name that has the same right has it once."""
        alice, bob, carol = self.here("alice", "bob", "carol")
        self.asks(alice, "/join #den", "/private on", "/invite bob", "/invite carol")
        self.asks(carol, "/quit")
        self.asks(bob, "/nick carol")
        self.assertEqual(self.settings()["#den"].invited, frozenset(["carol"]))

    def test_newNameInAnotherCase(self) -> None:
        """Who writes their name in another case keeps their rights."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #den", "/nick ALICE")
        self.assertEqual(self.settings()["#den"].owners, frozenset(["alice"]))

    def test_newNameInTheLobby(self) -> None:
        """A new name is among the last lines of the lobby, and in no room's."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #dev", "/nick alicia")
        self.restart()
        self.assertEqual(load(self.database, LOBBY, 1), [Renamed("alice", "alicia", NOW, 4)])
        self.assertEqual(load(self.database, "#dev", 1), [Joined("alice", "#dev", NOW, 3)])

    def test_everyKindOfARoomsEvent(self) -> None:
        """Every kind of event of a room is read back as it was told, but for the key, which is not in it."""
        alice, _ = self.here("alice", "bob")
        lines = ("/join #den", "/private on", "/private off", "/topic t", "/private on", "/key k", "/key -")
        self.asks(alice, *lines, "/invite bob", "/uninvite bob", "/leave")
        told = list(self.hub.rooms.named("#den").recent)
        kept = [
            event if not isinstance(event, KeySet) or not event.key else KeySet("alice", "#den", "*", NOW, event.id)
            for event in told
        ]
        self.assertEqual(load(self.database, "#den", 20, kept[0].id), kept)
        self.assertEqual(len(kept), 8)

    def test_whatWasPrivateStaysSo(self) -> None:
        """Who comes when a room is public again is not shown what was said in private, also after a restart."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #den", "/private on", "secret", "/private off", "hello")
        for _ in range(2):
            (bob,) = self.here("bob")
            seen = self.asks(bob, "/join #den")
            self.assertTrue(seen[-1].endswith("#den alice: hello") or seen[-2].endswith("#den alice: hello"), seen)
            self.assertNotIn("secret", "".join(seen))
            self.restart()

    def test_directMessagesAreInNoRoom(self) -> None:
        """A direct message is kept, and shown among the last lines of no room."""
        alice, _ = self.here("alice", "bob")
        self.asks(alice, "/join #dev", "/msg bob psst")
        kept = self.database.connection.execute("SELECT name, \"to\", text FROM event WHERE kind = 'told'").fetchall()
        self.assertEqual(kept, [("alice", "bob", "psst")])
        for room in (LOBBY, "#dev"):
            self.assertFalse([event for event in load(self.database, room, 50) if isinstance(event, Told)])

    def test_orderOfRooms(self) -> None:
        """Rooms come back in the order in which they were made; each with its own lines."""
        (alice,) = self.here("alice")
        for n in range(5):
            self.asks(alice, f"/join #room{n}", f"line {n}")
        self.restart()
        records = self.records()
        self.assertEqual(list(records), [f"#room{n}" for n in range(5)])
        for n, record in enumerate(records.values()):
            self.assertEqual(record.recent[-1], Said("alice", f"#room{n}", f"line {n}", NOW, 4 + 3 * n))


class KeyTests(KeptTestCase):
    """Keys of rooms in the file."""

    def test_noEventHasIt(self) -> None:
        """A key is in the row of its room, and in no row of an event: not when it is set, nor when it is changed."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #den", "/private on", "/key swordfish", "/key marlin")
        execute = self.database.connection.execute
        for row in execute("SELECT * FROM event"):
            for word in ("swordfish", "marlin"):
                self.assertNotIn(word, str(row))
        self.assertEqual(execute("SELECT key FROM room WHERE name = '#den'").fetchall(), [("marlin",)])

    def test_whoTriesOneIsNotRecorded(self) -> None:
        """A key that somebody tries, or comes in with, is written nowhere."""
        alice, eve = self.here("alice", "eve")
        self.asks(alice, "/join #den", "/private on", "/key swordfish")
        self.assertRaises(LoquiError, eve.type, "/join #den herring")
        self.asks(eve, "/join #den swordfish")
        dump = "\n".join(self.database.connection.iterdump())
        self.assertEqual((dump.count("swordfish"), dump.count("herring")), (1, 0))

    def test_restartDoesNotShowIt(self) -> None:
        """After a restart, the last lines say that a key was set, and not which."""
        (alice,) = self.here("alice")
        self.asks(alice, "/join #den", "/private on", "/key swordfish")
        self.restart()
        (alice,) = self.here("alice")
        seen = "\n".join(self.asks(alice, "/join #den"))
        self.assertIn("alice has set a key", seen)
        self.assertNotIn("swordfish", seen)


class ForgottenTests(KeptTestCase):
    """Rooms that are no more."""

    def forget(self) -> None:
        """A day goes by."""
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.work()

    def test_areGone(self) -> None:
        """A room that is forgotten is gone from the disk, with the rights that people had in it."""
        alice, _ = self.here("alice", "bob")
        self.asks(alice, "/join #den", "/private on", "/key k", "/invite bob", "/leave")
        self.forget()
        self.assertEqual(load(self.database, "#den", 1), [Forgotten("#den", NOW, 9)])
        execute = self.database.connection.execute
        self.assertEqual(execute("SELECT * FROM room WHERE name != 'lobby'").fetchall(), [])
        self.assertEqual(execute("SELECT * FROM room_right").fetchall(), [])
        self.restart()
        self.assertEqual(self.records(), {})

    def test_newOneOfThatName(self) -> None:
        """A new room of that name shows nothing of the old one, after a restart neither."""
        alice, bob = self.here("alice", "bob")
        self.asks(alice, "/join #den", "old secret", "/topic old", "/private on", "/key k", "/leave")
        self.forget()
        self.asks(bob, "/join #den", "new")
        expected = Settings(owners=frozenset(["bob"]))
        self.assertEqual(self.settings(), {"#den": expected})
        self.restart()
        self.assertEqual(self.settings(), {"#den": expected})
        (carol,) = self.here("carol")
        seen = "\n".join(self.asks(carol, "/join #den"))
        self.assertIn("new", seen)
        self.assertNotIn("old", seen)

    def test_newOneInTheSameBatch(self) -> None:
        """Forgetting and making anew may be in one transaction."""
        alice, bob = self.here("alice", "bob")
        self.asks(alice, "/join #den", "/topic old", "/leave")
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.asks(bob, "/join #den")
        self.assertEqual(self.settings(), {"#den": Settings(owners=frozenset(["bob"]))})

    def test_newOneInAnotherCase(self) -> None:
        """A new room may be written in another case."""
        alice, bob = self.here("alice", "bob")
        self.asks(alice, "/join #den", "/leave")
        self.forget()
        self.asks(bob, "/join #DEN")
        self.restart()
        self.assertEqual(list(self.settings()), ["#DEN"])


class HoursTests(KeptTestCase):
    """For how long a room has been empty, when the server starts."""

    def hours(self, passed: float) -> int:
        """The hours, when so many have passed since the last event."""
        return self.records(int(NOW + passed * HOUR))["#dev"].hours

    def setUp(self) -> None:
        super().setUp()
        (alice,) = self.here("alice")
        self.asks(alice, "/join #dev")

    def test_fromTheLastEvent(self) -> None:
        """Whole hours from the last event count."""
        self.assertEqual([self.hours(passed) for passed in (0, 0.99, 1, 11.5)], [0, 0, 1, 11])

    def test_notLessThanNone(self) -> None:
        """An event from the future, after the clock was set back, counts as now."""
        self.assertEqual(self.hours(-100), 0)

    def test_notMoreThanHalfADay(self) -> None:
        """However long the server was stopped, people have half a day to come back to their room."""
        self.assertEqual([self.hours(passed) for passed in (12, 24, 10_000)], [12, 12, 12])
        self.restart(NOW + 1000 * HOUR)
        for hour in range(11):
            self.hub.anHourHasPassed(NOW + (1001 + hour) * HOUR)
        self.work()
        self.assertEqual(list(self.records()), ["#dev"])
        self.hub.anHourHasPassed(NOW + 1012 * HOUR)
        self.work()
        self.assertEqual(self.records(), {})

    def test_whoComesBackInTime(self) -> None:
        """Who comes back within that time keeps the room."""
        self.restart(NOW + 1000 * HOUR)
        (alice,) = self.here("alice")
        self.asks(alice, "/join #dev")
        for hour in range(24):
            self.hub.anHourHasPassed(NOW + (1001 + hour) * HOUR)
        self.work()
        self.assertEqual(list(self.records()), ["#dev"])

    def test_withoutAnEvent(self) -> None:
        """A room whose events have all been deleted has been empty for long."""
        self.database.connection.execute("DELETE FROM event WHERE room = '#dev'")
        self.assertEqual(self.hours(0), 12)


class RefusedTests(KeptTestCase):
    """A disk that is full."""

    def test_nothingHalf(self) -> None:
        """What cannot be kept is in no table; afterwards, disk and hub agree again."""
        alice, bob = self.here("alice", "bob")
        self.asks(alice, "/join #den", "/private on", "/invite bob", "/topic before")
        before = self.settings()
        (pages,) = self.database.connection.execute("PRAGMA page_count").fetchone()
        self.database.connection.execute(f"PRAGMA max_page_count={pages}")
        for line in ("/key k", "/uninvite bob", "/topic after", "/join #new", "/nick alicia", "x" * 4000, "y" * 4000):
            alice.type(line)
        self.work()
        self.assertIn("! not said: it cannot be saved (disk full)", alice.sees())
        self.assertEqual(self.settings(), before)
        self.database.connection.execute("PRAGMA max_page_count=1000000")
        self.asks(alice, "/join #den", "/topic later")
        self.assertEqual(bob.sees()[-1], "* alice is now alicia")
        self.assertEqual(
            self.settings(), {"#den": Settings("later", True, "", frozenset(["alicia"]), frozenset(["bob"]))}
        )


class MigrationTests(SynchronousTestCase):
    """A database of the first version."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        schema = files("loqui.store").joinpath("schema").joinpath("0001.sql").read_text("utf-8")
        database = sqlite3.connect(self.folder / "loqui.sqlite")
        database.executescript(f"BEGIN; {schema} PRAGMA user_version=1; COMMIT;")
        database.executemany(
            'INSERT INTO event (time, kind, name, room, "to", text) VALUES (?, ?, ?, ?, ?, ?)',
            [
                (NOW, "joined", "alice", "lobby", None, None),
                (NOW, "said", "alice", "lobby", None, "hello"),
                (NOW, "told", "alice", None, "bob", "psst"),
                (NOW, "left", "alice", "lobby", None, "connection lost"),
            ],
        )
        database.commit()
        database.close()

    def open(self) -> Database:
        """What this version makes of it."""
        database = openDatabase(self.folder)
        self.addCleanup(database.close)
        return database

    def test_keepsWhatWasSaid(self) -> None:
        """What was said before is there, under its ids, and there are no rooms."""
        database = self.open()
        self.assertEqual(database.connection.execute("PRAGMA user_version").fetchone(), (3,))
        self.assertEqual(load(database, LOBBY, 10)[1], Said("alice", LOBBY, "hello", NOW, 2))
        self.assertEqual(len(load(database, LOBBY, 10)), 3)
        self.assertEqual([record.name for record in loadRooms(database, 20, NOW)], [LOBBY])

    def test_goesOnFromThere(self) -> None:
        """New events get the next ids, and rooms can be made."""
        database = self.open()
        worker = Worker()
        journal = Journal(database, Clock(), worker, worker.turns.append)
        hub = Hub(journal, {}, lambda seconds, function: None)
        journal.tell(hub)
        Visitor(hub).enter("bob").type("/join #dev")
        worker.work()
        self.assertEqual(load(database, "#dev", 1), [Joined("bob", "#dev", NOW, 7)])
        self.assertEqual([record.name for record in loadRooms(database, 20, NOW)], [LOBBY, "#dev"])

    def test_onlyOnce(self) -> None:
        """Opened again, it is as it is."""
        self.open().close()
        self.assertEqual(len(load(self.open(), LOBBY, 10)), 3)

    def test_allOrNothing(self) -> None:
        """A step that cannot be taken leaves the database as it was."""
        database = sqlite3.connect(self.folder / "loqui.sqlite")
        database.execute("CREATE TABLE room_right (x)")
        database.commit()
        self.assertRaises(StartError, openDatabase, self.folder)
        self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (1,))
        self.assertEqual(database.execute("SELECT name FROM sqlite_master WHERE name = 'room'").fetchall(), [])
        database.close()
