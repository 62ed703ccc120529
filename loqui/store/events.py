"""Events as rows: one table for all kinds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from loqui.events import (
    LOBBY,
    AccountChanged,
    Acted,
    Announced,
    CodeGiven,
    Created,
    Event,
    Forgotten,
    Invited,
    Joined,
    KeySet,
    Left,
    Moderated,
    PrivacySet,
    Renamed,
    Said,
    Told,
    TopicSet,
    Uninvited,
)
from loqui.store.database import Database

__all__ = ["INSERT", "load", "toEvent", "toRows"]

#: One statement, whatever the size of the batch: the worker then waits once for the
#: interpreter's lock, and not once a row while the reactor thread is busy sending.
INSERT = """
    INSERT INTO event (kind, id, time, name, room, "to", text, until)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
    FROM json_each(?) ORDER BY key
"""
_RECENT = """
    SELECT kind, id, time, name, room, "to", text, until FROM event
    WHERE room = ? AND id >= ?
    AND instr(coalesce("to", ''), '/') = 0  -- where somebody connects from is for operators
    ORDER BY id DESC LIMIT ?
"""

_KINDS: dict[type[Event], str] = {
    Said: "said",
    Acted: "acted",
    Told: "told",
    Joined: "joined",
    Left: "left",
    Renamed: "renamed",
    Created: "created",
    Forgotten: "forgotten",
    TopicSet: "topic",
    PrivacySet: "privacy",
    KeySet: "key",
    Invited: "invited",
    Uninvited: "uninvited",
    Announced: "announced",
    AccountChanged: "account",
    CodeGiven: "code",
}


def load(database: Database, room: str, count: int, since: int = 0) -> list[Event]:
    """
    The last events of a room, at most C{count}, oldest first.

    @param since: the id of the first that may be among them.
    """
    rows = database.connection.execute(_RECENT, (room, since, count)).fetchall()
    return [toEvent(*row) for row in reversed(rows)]


def toRows(events: Iterable[Event]) -> str:
    """The parameter of L{INSERT}."""
    return json.dumps([_toRow(event) for event in events])


def _toRow(event: Any) -> list[Any]:
    if type(event) is Said:  # Nearly all are, and each costs everybody in the room.
        return ["said", event.id, event.time, event.name, event.room, None, event.text, None]
    return [
        event.act if type(event) is Moderated else _KINDS[type(event)],
        event.id,
        event.time,
        getattr(event, "name", ""),
        # A new name is told in the lobby, where everybody is.
        LOBBY if type(event) is Renamed else getattr(event, "room", None),
        getattr(event, "to", None),
        _toText(event),
        getattr(event, "until", 0 if isinstance(event, (AccountChanged, Announced)) else None),
    ]


def _toText(event: Any) -> str | None:
    match event:
        case Left() | Moderated():
            why: str = event.why
            return why
        case AccountChanged():
            return event.change
        case CodeGiven():
            return str(event.uses)
        case PrivacySet():
            return "on" if event.private else "off"
        case KeySet():
            return "on" if event.key else "off"
        case _:
            text: str | None = getattr(event, "text", None)
            return text


def toEvent(kind: str, id: int, time: int, name: str, room: str, to: str, text: str, until: int) -> Event:
    """The event of a row."""
    match kind:
        case "said":
            return Said(name, room, text, time, id)
        case "acted":
            return Acted(name, room, text, time, id)
        case "told":
            return Told(name, to, text, time, id)
        case "joined":
            return Joined(name, room, time, id)
        case "left":
            return Left(name, room, text, time, id)
        case "renamed":
            return Renamed(name, to, time, id)
        case "created":
            return Created(name, room, time, id)
        case "topic":
            return TopicSet(name, room, text, time, id)
        case "privacy":
            return PrivacySet(name, room, text == "on", time, id)
        case "key":
            return KeySet(name, room, "*" if text == "on" else "", time, id)
        case "invited":
            return Invited(name, room, to, time, id)
        case "uninvited":
            return Uninvited(name, room, to, time, id)
        case "announced":
            return Announced(name, room, text, time, id)
        case "account":
            return AccountChanged(name, to, text, "", "", time, id)
        case "code":
            return CodeGiven(name, "", int(text), until, time, id)
        case "forgotten":
            return Forgotten(room, time, id)
        case _:
            return Moderated(name, room, kind, to, text, until, time, id)
