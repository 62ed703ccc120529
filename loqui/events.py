"""What happened: the frozen values that the journal keeps, in the order it gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

__all__ = [
    "LOBBY",
    "Acted",
    "Created",
    "Event",
    "Forgotten",
    "Invited",
    "Joined",
    "KeySet",
    "Left",
    "PrivacySet",
    "Renamed",
    "Said",
    "Told",
    "TopicSet",
    "Uninvited",
    "place",
]

#: The name of the room everyone is in.
LOBBY = "lobby"


@dataclass(frozen=True, slots=True)
class Said:
    """
    Somebody said something in a room; only what was pasted has several lines, with LF between them.

    In this and every event, C{name} is the name as its owner writes it, C{time}
    is UTC in whole milliseconds since the epoch, and C{id} only ever grows; it is
    0 until the journal has given the event its place.
    """

    name: str
    room: str
    text: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Acted:
    """Somebody did something in a room: C{/me waves}."""

    name: str
    room: str
    text: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody said something to one other person, whose name is C{to}."""

    name: str
    to: str
    text: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody has come into a room."""

    name: str
    room: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """
    Somebody has gone out of a room; C{why} is empty when they just left.

    Who has left the lobby has left every room.
    """

    name: str
    room: str
    why: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody has another name now: C{to}; what they own and are invited to goes with them."""

    name: str
    to: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Created:
    """Somebody has made a room, and owns it."""

    name: str
    room: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A room has been empty for long and is no more; its name is free."""

    room: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class TopicSet:
    """Somebody has said what a room is about; C{text} is empty when they cleared that."""

    name: str
    room: str
    text: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class PrivacySet:
    """A room has become private, or public again, which ends its key and its invitations."""

    name: str
    room: str
    private: bool
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class KeySet:
    """
    A private room has a key now, or none if C{key} is empty.

    @ivar key: never shown; C{"*"} when the event comes from the journal, which does not keep it.
    """

    name: str
    room: str
    key: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody whose name is C{to} may come into a room."""

    name: str
    room: str
    to: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Uninvited:
    """Somebody whose name is C{to} may not come into a private room any more; if they are in, they stay."""

    name: str
    room: str
    to: str
    time: int
    id: int = 0


def place(event: Event, id: int) -> None:
    """
    Give an event its place: the one change it ever sees.

    Only a journal calls this, before anybody is told; a copy would cost as much as all
    the rest it does with an event.
    """
    object.__setattr__(event, "id", id)


Event = Union[
    Said,
    Acted,
    Told,
    Joined,
    Left,
    Renamed,
    Created,
    Forgotten,
    TopicSet,
    PrivacySet,
    KeySet,
    Invited,
    Uninvited,
]
