"""What happened: the frozen values that the journal keeps, in the order it gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

__all__ = ["LOBBY", "Acted", "Event", "Joined", "Left", "Said", "Told", "place"]

#: The name of the room everyone is in.
LOBBY = "lobby"


@dataclass(frozen=True, slots=True)
class Said:
    """
    Somebody said something in a room.

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
    """Somebody has gone out of a room; C{why} is empty when they just left."""

    name: str
    room: str
    why: str
    time: int
    id: int = 0


def place(event: Event, id: int) -> None:
    """
    Give an event its place: the one change it ever sees.

    Only a journal calls this, before anybody is told; a copy would cost as much as all
    the rest it does with an event.
    """
    object.__setattr__(event, "id", id)


Event = Union[Said, Acted, Told, Joined, Left]
