"""Rooms on the disk: what each event changes there, and what they were when the server stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from loqui.chat.ports import RoomRecord
from loqui.events import (
    AccountChanged,
    Created,
    Event,
    Forgotten,
    Invited,
    KeySet,
    Moderated,
    PrivacySet,
    Renamed,
    TopicSet,
    Uninvited,
)
from loqui.names import nameKey
from loqui.settings import Sanction, Settings, targetKey
from loqui.store.database import Database, Statement
from loqui.store.events import load

__all__ = ["loadRooms", "statements"]

HOUR = 3_600_000

#: Nobody can be in a room while the server is stopped, and who was there had perhaps said nothing
#: for long: so a room is kept for at least half a day from the start.
MOST_HOURS = 12

_CREATE = "INSERT INTO room (name, since) VALUES (?, ?)"
_FORGET = "DELETE FROM room WHERE name = ?"
_TOPIC = "UPDATE room SET topic = ? WHERE name = ?"
_PRIVATE = "UPDATE room SET private = 1, key = '' WHERE name = ?"
_PUBLIC = "UPDATE room SET private = 0, key = '', since = ? WHERE name = ?"
_KEY = "UPDATE room SET key = ? WHERE name = ?"
_ALLOW = "INSERT OR IGNORE INTO room_right (room, user, kind) VALUES (?, ?, ?)"
_SLOW = "UPDATE room SET slow = ? WHERE name = ?"
_LOCKDOWN = "UPDATE room SET lockdown = ? WHERE name = ?"
_SANCTION = "INSERT OR REPLACE INTO sanction (room, kind, target, shown, until, why, by) VALUES (?, ?, ?, ?, ?, ?, ?)"
_LIFT = "DELETE FROM sanction WHERE room = ? AND kind = ? AND target = ?"
_LIFT_OLD = "DELETE FROM sanction WHERE until BETWEEN 1 AND ?"
_DISOWN = "DELETE FROM room_right WHERE room = ? AND user = ? AND kind = 'owner'"
_DISOWN_ALL = "DELETE FROM room_right WHERE user = ?"
_INVITED = "DELETE FROM room_right WHERE room = ? AND kind = 'invited'"
_MOVE_RIGHTS = "UPDATE OR REPLACE room_right SET user = ? WHERE user = ?"
# Of two sanctions, the one that lasts longer remains.
_DROP_SHORTER = """
    DELETE FROM sanction WHERE target = ? AND EXISTS (
        SELECT 1 FROM sanction AS there
        WHERE there.room = sanction.room AND there.kind = sanction.kind AND there.target = ?
        AND (there.until = 0 OR sanction.until BETWEEN 1 AND there.until)
    )
"""
_MOVE_SANCTIONS = "UPDATE OR REPLACE sanction SET target = ?, shown = ? WHERE target = ?"

_ROOMS = """
    SELECT name, since, topic, private, key, slow, lockdown,
        coalesce((SELECT time FROM event WHERE event.room = room.name ORDER BY id DESC LIMIT 1), 0)
    FROM room ORDER BY since
"""


def statements(event: Event) -> Iterator[Statement]:
    """What an event changes besides being kept: SQL and its parameters."""
    match event:
        case Created():
            yield _CREATE, (event.room, event.id)
            yield _ALLOW, (event.room, nameKey(event.name), "owner")
        case Forgotten():
            yield _FORGET, (event.room,)
        case TopicSet():
            yield _TOPIC, (event.text, event.room)
        case PrivacySet():
            yield (_PRIVATE, (event.room,)) if event.private else (_PUBLIC, (event.id, event.room))
            yield _INVITED, (event.room,)
        case KeySet():
            yield _KEY, (event.key, event.room)
        case Invited():
            yield _ALLOW, (event.room, nameKey(event.to), "invited")
        case Uninvited():
            yield _INVITED + " AND user = ?", (event.room, nameKey(event.to))
        case Renamed():
            old, new = nameKey(event.name), nameKey(event.to)
            if old != new:
                yield _MOVE_RIGHTS, (new, old)
                yield _DROP_SHORTER, (old, new)
                yield _MOVE_SANCTIONS, (new, event.to, old)
        case Moderated():
            yield from _moderated(event)
        case AccountChanged(change="deleted"):
            yield _DISOWN_ALL, (nameKey(event.to),)


def _moderated(event: Moderated) -> Iterator[Statement]:
    room = event.room
    match event.act:
        case "ban" | "mute":
            yield _LIFT_OLD, (event.time,)
            yield _SANCTION, (room, event.act, targetKey(event.to), event.to, event.until, event.why, event.name)
        case "unban" | "unmute":
            yield _LIFT, (room, event.act.removeprefix("un"), targetKey(event.to))
        case "op":
            yield _ALLOW, (room, nameKey(event.to), "owner")
        case "deop":
            yield _DISOWN, (room, nameKey(event.to))
        case "slow":
            yield _SLOW, (event.until, room)
        case "lockdown":
            yield _LOCKDOWN, (event.to == "on", room)


def loadRooms(database: Database, count: int, now: int) -> Iterator[RoomRecord]:
    """
    The rooms there are, with at most C{count} of their last events: one by one, for these may be long.

    @param now: UTC in milliseconds since the epoch.
    """
    execute = database.connection.execute
    rights: dict[tuple[str, str], set[str]] = defaultdict(set)
    for room, user, kind in execute("SELECT room, user, kind FROM room_right"):
        rights[room, kind].add(user)
    sanctions: dict[tuple[str, str], dict[str, Sanction]] = defaultdict(dict)
    for room, kind, target, *sanction in execute("SELECT room, kind, target, shown, until, why, by FROM sanction"):
        sanctions[room, kind][target] = Sanction(*sanction)
    for name, since, topic, private, key, slow, lockdown, last in execute(_ROOMS).fetchall():
        yield RoomRecord(
            name,
            Settings(
                topic,
                bool(private),
                key,
                frozenset(rights[name, "owner"]),
                frozenset(rights[name, "invited"]),
                sanctions[name, "ban"],
                sanctions[name, "mute"],
                slow,
                bool(lockdown),
            ),
            load(database, name, count, since),
            max(0, min((now - last) // HOUR, MOST_HOURS)),
        )
