"""Rooms on the disk: what each event changes there, and what they were when the server stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from loqui.chat.ports import RoomRecord
from loqui.events import (
    Created,
    Event,
    Forgotten,
    Invited,
    KeySet,
    PrivacySet,
    Renamed,
    TopicSet,
    Uninvited,
)
from loqui.names import nameKey
from loqui.settings import Settings
from loqui.store.database import Database
from loqui.store.events import load

__all__ = ["loadRooms", "statements"]

HOUR = 3_600_000

#: A room that was empty for long when the server stopped is kept for at least an hour from the start.
MOST_HOURS = 23

_CREATE = "INSERT INTO room (name, created) VALUES (?, ?)"
_FORGET = "DELETE FROM room WHERE name = ?"
_TOPIC = "UPDATE room SET topic = ? WHERE name = ?"
_PRIVACY = "UPDATE room SET private = ?, key = '' WHERE name = ?"
_KEY = "UPDATE room SET key = ? WHERE name = ?"
_ALLOW = "INSERT OR IGNORE INTO room_right (room, user, kind) VALUES (?, ?, ?)"
_INVITED = "DELETE FROM room_right WHERE room = ? AND kind = 'invited'"
_MOVE = "UPDATE OR REPLACE room_right SET user = ? WHERE user = ?"

_ROOMS = """
    SELECT name, created, topic, private, key,
        coalesce((SELECT time FROM event WHERE event.room = room.name ORDER BY id DESC LIMIT 1), 0)
    FROM room ORDER BY created
"""


def statements(event: Event) -> Iterator[tuple[str, tuple[Any, ...]]]:
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
            yield _PRIVACY, (event.private, event.room)
            yield _INVITED, (event.room,)
        case KeySet():
            yield _KEY, (event.key, event.room)
        case Invited():
            yield _ALLOW, (event.room, nameKey(event.to), "invited")
        case Uninvited():
            yield _INVITED + " AND user = ?", (event.room, nameKey(event.to))
        case Renamed():
            yield _MOVE, (nameKey(event.to), nameKey(event.name))


def loadRooms(database: Database, count: int, now: int) -> list[RoomRecord]:
    """
    The rooms there are, with at most C{count} of their last events.

    @param now: UTC in milliseconds since the epoch.
    """
    execute = database.connection.execute
    rights: dict[tuple[str, str], set[str]] = defaultdict(set)
    for room, user, kind in execute("SELECT room, user, kind FROM room_right"):
        rights[room, kind].add(user)
    return [
        RoomRecord(
            name,
            Settings(topic, bool(private), key, frozenset(rights[name, "owner"]), frozenset(rights[name, "invited"])),
            load(database, name, count, created),
            max(0, min((now - last) // HOUR, MOST_HOURS)),
        )
        for name, created, topic, private, key, last in execute(_ROOMS).fetchall()
    ]
