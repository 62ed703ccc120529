"""What is kept besides what was said: accounts, codes, rights and sanctions, across restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from loqui.chat.hub import Hub
from loqui.chat.room import Room
from loqui.chat.user import User
from loqui.errors import StartError
from loqui.events import AccountChanged, Announced, Moderated, Said
from loqui.identities import digestCode
from loqui.store.accounts import loadAccounts, loadCodes
from loqui.store.archive import Archive
from loqui.store.database import Database, openDatabase
from loqui.store.events import load
from loqui.store.journal import Journal
from loqui.store.rooms import loadRooms
from loqui.testing import RecordingPasswords
from tests.chat import NOW, Visitor

HOUR = 3_600_000


class StoreTestCase(SynchronousTestCase):
    """A chat on a database in a folder, which can be started anew."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.start()

    def start(self) -> None:
        """Start on what is in the folder."""
        self.database = openDatabase(self.folder)
        self.addCleanup(self.database.close)
        self.database.connection.execute("PRAGMA synchronous=OFF")  # No power fails here.
        self.turns: list[Callable[[], None]] = []
        self.journal = Journal(self.database, Clock(), execute, self.turns.append)
        self.hub = Hub(self.journal, {}, lambda seconds, function: None)
        self.hub.remember(load(self.database, "lobby", 20), loadRooms(self.database, 20, NOW))
        self.hub.accounts.restore(loadAccounts(self.database), loadCodes(self.database))
        self.hub.passwords = RecordingPasswords(self.hub.accounts.find)
        self.hub.archive = Archive(self.database, execute)
        self.journal.tell(self.hub)

    def restart(self) -> None:
        """Stop, and start again."""
        self.commit()
        self.hub.archive.close()  # type: ignore[union-attr]
        self.database.close()
        self.start()

    def commit(self) -> None:
        """Have everything be kept."""
        while self.turns:
            self.turns.pop(0)()

    def come(self, name: str, isOwner: bool = False) -> Visitor:
        """Somebody who is in."""
        visitor = Visitor(self.hub)
        if isOwner:
            visitor.login(name)
        else:
            visitor.enter(name)
        self.commit()
        visitor.sees()
        return visitor

    def admin(self) -> Visitor:
        """Somebody at the server's own machine."""
        visitor = Visitor(self.hub)
        visitor.session.user = User("@admin", "@admin", "@admin", NOW, operates=True)
        visitor.session.room = self.hub.rooms.lobby
        visitor.session.held = None
        return visitor

    def happens(self, visitor: Visitor, *lines: str) -> list[str]:
        """Have somebody send lines that are kept; what they are sent."""
        visitor.sees()
        for line in lines:
            visitor.type(line)
        self.commit()
        return visitor.sees()

    def room(self, name: str) -> Room:
        """A room."""
        return self.hub.rooms.named(name)

    def state(self) -> dict[str, Any]:
        """All that is to survive."""
        hub = self.hub
        for room in hub.audience.rooms.values():
            self.assertEqual(room.settings, room.told)
        return {
            "rooms": {name: room.told for name, room in hub.audience.rooms.items()},
            "accounts": hub.accounts.all(),
            "codes": dict(hub.accounts._toldCodes),
        }

    def query(self, sql: str) -> list[Any]:
        """Rows of the database."""
        return self.database.connection.execute(sql).fetchall()


class RestartTests(StoreTestCase):
    """What is as it was when the server starts again."""

    def survives(self) -> None:
        """Assert that everything is as it is now after a restart."""
        before = self.state()
        self.restart()
        self.assertEqual(self.state(), before)

    def test_accounts(self) -> None:
        """Accounts, their hashes, and whether they are suspended."""
        alice, bob, carol = (self.come(name) for name in ("Alice", "bob", "carol"))
        for visitor in (alice, bob, carol):
            self.happens(visitor, "/register correct-horse")
        self.happens(alice, "/passwd correct-horse battery-staple")
        self.happens(bob, "/unregister correct-horse")
        self.happens(self.admin(), "/user suspend carol")
        self.survives()
        found = [(account.name, account.hash, account.suspended) for account in self.hub.accounts.all()]
        self.assertEqual(found, [("Alice", "elpats-yrettab", False), ("carol", "esroh-tcerroc", True)])
        self.happens(self.admin(), "/user restore carol")
        self.survives()

    def test_codes(self) -> None:
        """Codes, how many times they can still be used, and until when."""
        for arguments in ("", "3 2h"):
            (line,) = self.happens(self.admin(), f"/invite-code {arguments}")[-1:]
        code = line.split()[1]
        self.happens(self.come("alice"), f"/register correct-horse {code}")
        self.survives()
        self.hub.accounts.access = "closed"
        for name in ("bob", "carol"):
            visitor = Visitor(self.hub)
            self.hub.accounts.access = "open"
            visitor.enter(name)
            self.hub.accounts.access = "closed"
            self.commit()
            self.happens(visitor, f"/register correct-horse {code}")
        self.assertEqual(self.hub.accounts._toldCodes[digestCode(code)].uses, 0)
        self.happens(self.admin(), "/invite-code")
        self.assertEqual(self.query(f"SELECT * FROM code WHERE digest = '{digestCode(code)}'"), [])

    def test_sanctions(self) -> None:
        """Bans and mutes, of names and networks, here and everywhere, lifted and not."""
        alice = self.come("alice")
        self.happens(alice, "/join #dev", "/ban #dev Bob 2h spam", "/slow 5s", "/lockdown on")
        carol, admin = self.come("carol"), self.admin()
        self.happens(admin, "/ban Dave", "/ban 10.1.2.3/16 3d pests", "/ban 2001:db8::1", "/mute #dev carol 1h noise")
        self.happens(admin, "/lockdown on", "/slow 1m", "/ban erin", "/unban erin", "/slow #dev 10s")
        self.happens(carol, "/nick caroline")
        self.survives()
        dev, lobby = self.room("#dev").settings, self.hub.rooms.lobby.settings
        self.assertEqual((dev.slow, dev.lockdown, lobby.slow, lobby.lockdown), (10_000, True, 60_000, True))
        self.assertEqual(set(dev.banned), {"bob"})
        self.assertEqual(set(lobby.banned), {"dave", "10.1.0.0/16", "2001:db8::/64"})
        self.assertEqual(
            [(key, muted.to, muted.why) for key, muted in dev.muted.items()], [("caroline", "caroline", "noise")]
        )
        self.assertEqual(lobby.banned["10.1.0.0/16"].until, NOW + 72 * HOUR)

    def test_rights(self) -> None:
        """Operators and owners; and that they are none any more."""
        alice, bob = self.come("alice"), self.come("bob")
        for visitor in (alice, bob):
            self.happens(visitor, "/register correct-horse")
        self.happens(self.admin(), "/op alice", "/op bob", "/deop bob")
        self.happens(alice, "/join #dev", "/op bob")
        self.survives()
        self.assertEqual(self.hub.rooms.lobby.settings.owners, {"alice"})
        alice = self.come("alice", isOwner=True)
        self.assertTrue(self.hub.rooms.lobby.isRuledBy(alice.session.user))  # type: ignore[arg-type]
        self.happens(alice, "/unregister correct-horse")
        self.survives()
        self.assertEqual((self.hub.rooms.lobby.settings.owners, self.room("#dev").settings.owners), (set(), {"bob"}))

    def test_namesThatMeet(self) -> None:
        """When two names that are muted become one, the mute that lasts longer remains, on the disk too."""
        for first, second in (("10m", "1h"), ("1h", "10m"), ("", "10m"), ("10m", ""), ("1h", "1h")):
            self.folder = Path(self.mktemp())
            self.restart()
            alice = self.come("alice")
            self.happens(alice, "/join #dev")
            bob, carol = self.come("bob"), self.come("carol")
            self.happens(alice, f"/mute bob {first} one", f"/mute carol {second} two", "/ban carol", "/op carol")
            self.happens(carol, "/quit")
            self.happens(bob, "/nick carol")
            self.assertEqual(list(self.room("#dev").settings.muted), ["carol"])
            self.survives()

    def test_wholeMoves(self) -> None:
        """A chain of names in one batch ends where the last is."""
        alice = self.come("alice")
        self.happens(alice, "/join #dev")
        bob, carol = self.come("bob"), self.come("carol")
        for visitor, line in (
            (alice, "/mute bob"),
            (bob, "/nick bobby"),
            (alice, "/op bobby"),
            (carol, "/nick bob"),
            (bob, "/nick robert"),
            (alice, "/mute bob 1h"),
            (carol, "/nick bobby"),
        ):
            visitor.type(line)
        self.commit()
        settings = self.room("#dev").settings
        self.assertEqual((settings.owners, set(settings.muted)), ({"alice", "robert"}, {"robert", "bobby"}))
        self.survives()

    def test_oldSanctionsGo(self) -> None:
        """A ban that has run out is not kept for ever."""
        admin = self.admin()
        self.happens(admin, "/ban bob 1h")
        admin.now = NOW + HOUR
        self.happens(admin, "/ban carol")
        self.assertEqual(self.query("SELECT target FROM sanction"), [("carol",)])

    def test_forgottenRoom(self) -> None:
        """Nothing of a room that is forgotten is there for the next of its name."""
        alice = self.come("alice")
        self.happens(alice, "/join #dev", "/ban bob", "/slow 5s", "/quit")
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.commit()
        self.happens(self.come("carol"), "/join #dev")
        self.survives()
        self.assertEqual(self.room("#dev").settings.banned, {})
        self.assertEqual(self.query("SELECT * FROM sanction"), [])

    def test_roomOfAnAccount(self) -> None:
        """A room whose owner has an account is not forgotten; when the account is, it is."""
        alice = self.come("alice")
        self.happens(alice, "/register correct-horse", "/join #dev", "/quit")
        for _ in range(48):
            self.hub.anHourHasPassed(NOW)
        self.commit()
        self.assertIsNotNone(self.hub.rooms.find("#dev"))
        self.happens(self.admin(), "/user delete alice")
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.assertIsNone(self.hub.rooms.find("#dev"))


class SecretTests(StoreTestCase):
    """What the journal does not tell."""

    def test_noSecrets(self) -> None:
        """No key, password, hash or code is in any row of an event; codes and passwords are nowhere at all."""
        alice = self.come("alice")
        (line,) = self.happens(self.admin(), "/invite-code 2")[-1:]
        code = line.split()[1]
        self.happens(alice, f"/register correct-horse {code}", "/passwd correct-horse battery-staple")
        self.happens(alice, "/join #dev", "/private on", "/key swordfish", "/unregister battery-staple")
        events = repr(self.query("SELECT * FROM event"))
        for secret in (code, digestCode(code), "correct-horse", "esroh", "battery", "elpats", "swordfish"):
            self.assertNotIn(secret, events)
        self.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        data = b"".join(path.read_bytes() for path in self.folder.iterdir())
        for secret in (code, "correct-horse", "battery-staple"):
            self.assertNotIn(secret.encode(), data)

    def test_readBack(self) -> None:
        """Events of accounts and codes come back without them."""
        alice = self.come("alice")
        self.happens(self.admin(), "/invite-code 2 2h")
        self.happens(alice, "/register correct-horse")
        self.happens(self.admin(), "/op alice")
        seen = self.happens(self.come("alice", isOwner=True), "/audit")
        self.assertEqual(
            [line[len("* 2026-11-22 12:00 ") :] for line in seen],
            [
                "@admin has given a code for 2 accounts",
                "alice has changed the account of alice: registered",
                "@admin has made alice an operator",
            ],
        )

    def test_addressesAreNotInTheBacklog(self) -> None:
        """Who is banned by address is not shown to who joins after a restart; what else was done is."""
        self.happens(self.admin(), "/ban 192.0.2.7 pest", "/ban bob", "/unban 192.0.2.7", "/announce hear")
        self.restart()
        self.assertNotIn("192.0.2", repr(self.hub.rooms.lobby.recent))
        visitor = Visitor(self.hub).enter("carol")
        self.commit()
        seen = " ".join(visitor.sees())
        self.assertIn("@admin has banned bob", seen)
        self.assertIn("Announcement by @admin: hear", seen)
        self.assertNotIn("192.0.2", seen)


class ArchiveTests(StoreTestCase):
    """The archive: what has been done, for those who may ask."""

    def audited(self, room: str | None, count: int = 20) -> list[Any]:
        """What the archive tells."""
        assert isinstance(self.hub.archive, Archive)
        events: list[Any] = self.successResultOf(Deferred.fromCoroutine(self.hub.archive.audit(room, count)))
        return events

    def test_kinds(self) -> None:
        """All that kept the peace is there, oldest first, and nothing that was said."""
        alice, bob = self.come("alice"), self.come("bob")
        self.happens(alice, "/join #dev", "hello", "/mute bob 1h noise", "/announce hear", "/topic talk")
        self.happens(self.admin(), "/ban 10.0.0.0/8", "/slow 5s")
        self.happens(bob, "/register correct-horse")
        events = self.audited(None)
        self.assertEqual(
            [type(event) for event in events], [Moderated, Announced, Moderated, Moderated, AccountChanged]
        )
        self.assertEqual([event.id for event in events], sorted(event.id for event in events))
        self.assertEqual(events[0], Moderated("alice", "#dev", "mute", "bob", "noise", NOW + HOUR, NOW, events[0].id))
        self.assertEqual(self.audited("#dev"), events[:2])
        self.assertEqual(self.audited(None, 2), events[-2:])

    def test_olderRoom(self) -> None:
        """Who owns a room sees nothing of an older one of that name; operators see it among all."""
        alice = self.come("alice")
        self.happens(alice, "/join #dev", "/private on", "/ban bob secret", "/quit")
        for _ in range(24):
            self.hub.anHourHasPassed(NOW)
        self.commit()
        carol = self.come("carol")
        self.happens(carol, "/join #dev", "/ban zoe")
        self.assertEqual([event.to for event in self.audited("#dev")], ["zoe"])
        self.assertEqual([event.to for event in self.audited(None)], ["bob", "zoe"])

    def test_readsOnly(self) -> None:
        """The archive cannot write."""
        assert isinstance(self.hub.archive, Archive)
        self.assertRaises(sqlite3.OperationalError, self.hub.archive._connection.execute, "DELETE FROM event")


class MigrationTests(SynchronousTestCase):
    """A database of version 2, from before there were accounts."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        connection = sqlite3.connect(self.folder / "loqui.sqlite", isolation_level=None)
        schema = files("loqui.store").joinpath("schema")
        for version in (1, 2):
            connection.executescript(schema.joinpath(f"{version:04}.sql").read_text("utf-8"))
        connection.execute("PRAGMA user_version=2")
        connection.executescript(
            """
            INSERT INTO event VALUES (1, 1000, 'joined', 'alice', 'lobby', NULL, NULL);
            INSERT INTO event VALUES (2, 1000, 'said', 'alice', 'lobby', NULL, 'hello');
            INSERT INTO event VALUES (3, 1000, 'created', 'alice', '#dev', NULL, NULL);
            INSERT INTO event VALUES (4, 1000, 'invited', 'alice', '#dev', 'bob', NULL);
            INSERT INTO room VALUES ('#dev', 3, 'talk', 1, 'swordfish');
            INSERT INTO room_right VALUES ('#dev', 'alice', 'owner'), ('#dev', 'bob', 'invited');
            """
        )
        connection.close()

    def test_everythingIsThere(self) -> None:
        """What was said, and rooms, are as before; there is nobody who rules the lobby, and no account."""
        for _ in range(2):
            database = openDatabase(self.folder)
            (dev, lobby) = sorted(loadRooms(database, 10, NOW))
            settings = dev.settings
            self.assertEqual((settings.topic, settings.private, settings.key), ("talk", True, "swordfish"))
            self.assertEqual((settings.owners, settings.invited), ({"alice"}, {"bob"}))
            self.assertEqual((settings.slow, settings.lockdown, settings.banned, settings.muted), (0, False, {}, {}))
            self.assertEqual((lobby.name, lobby.settings.owners), ("lobby", set()))
            self.assertEqual(load(database, "lobby", 10)[-1], Said("alice", "lobby", "hello", 1000, 2))
            self.assertEqual((loadAccounts(database), loadCodes(database)), ([], {}))
            self.assertEqual(database.connection.execute("PRAGMA user_version").fetchone(), (3,))
            database.close()

    def test_usable(self) -> None:
        """New events go on where the old ones were."""
        database = openDatabase(self.folder)
        self.addCleanup(database.close)
        turns: list[Callable[[], None]] = []
        journal = Journal(database, Clock(), execute, turns.append)
        hub = Hub(journal, {}, lambda seconds, function: None)
        hub.remember(load(database, "lobby", 20), loadRooms(database, 20, NOW))
        journal.tell(hub)
        journal.append(Moderated("@admin", "lobby", "ban", "zoe", "", 0, NOW))
        turns.pop()()
        self.assertEqual(load(database, "lobby", 1), [Moderated("@admin", "lobby", "ban", "zoe", "", 0, NOW, 5)])

    def test_halfDone(self) -> None:
        """A migration that is cut short has done nothing, and is done the next time."""
        connection = sqlite3.connect(self.folder / "loqui.sqlite", isolation_level=None)
        connection.execute("CREATE TABLE sanction (something)")
        self.assertRaises(StartError, openDatabase, self.folder)
        self.assertEqual(connection.execute("PRAGMA user_version").fetchone(), (2,))
        columns = [row[1] for row in connection.execute("PRAGMA table_info(room)")]
        self.assertNotIn("slow", columns)
        connection.execute("DROP TABLE sanction")
        connection.close()
        openDatabase(self.folder).close()


class WriteTests(SynchronousTestCase):
    """One transaction for a batch."""

    def test_allOrNothing(self) -> None:
        """When one statement of a batch fails, none is done, and the connection is as before."""
        database = Database(":memory:")
        self.addCleanup(database.close)
        insert = "INSERT INTO code (digest, uses, until) VALUES (?, 1, 1)"
        self.assertRaises(sqlite3.IntegrityError, database.write, (insert, ("a",)), (insert, ("a",)))
        self.assertEqual(loadCodes(database), {})
        database.write((insert, ("a",)), (insert, ("b",)))
        self.assertEqual(len(loadCodes(database)), 2)
