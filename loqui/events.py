"""What happened: the frozen values that the journal keeps, in the order it gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

__all__ = [
    "LOBBY",
    "AccountChanged",
    "Acted",
    "Announced",
    "CodeGiven",
    "Created",
    "Event",
    "Forgotten",
    "Invited",
    "Joined",
    "KeySet",
    "Left",
    "Moderated",
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


@dataclass(frozen=True, slots=True)
class Moderated:
    """
    Somebody has done something to keep the peace; in the lobby, it holds everywhere.

    @ivar act: C{kick}, C{ban}, C{unban}, C{mute}, C{unmute}, C{op}, C{deop}, C{slow} or C{lockdown}.
    @ivar to: whom it is about: a name, or a network (C{10.1.0.0/16}); for C{lockdown}, on or off.
    @ivar until: when a ban or mute ends, UTC in milliseconds since the epoch, 0 for never;
        for C{slow}, the milliseconds between two lines.
    """

    name: str
    room: str
    act: str
    to: str
    why: str
    until: int
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Announced:
    """Somebody has said something that all who are in a room are to notice; in the lobby, that is everybody."""

    name: str
    room: str
    text: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """
    An account has been made, or is not as it was.

    @ivar name: who did it.
    @ivar to: whose account it is.
    @ivar change: C{registered}, C{password}, C{suspended}, C{restored} or C{deleted}.
    @ivar hash: of the password, for C{registered} and C{password}; never shown, and
        empty when the event comes from the journal.
    @ivar code: the digest of the invitation code that was used up by it, if any; likewise.
    """

    name: str
    to: str
    change: str
    hash: str
    code: str
    time: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class CodeGiven:
    """
    Somebody has made a code with which accounts can be made.

    @ivar code: its digest; empty when the event comes from the journal.
    @ivar uses: how many accounts.
    @ivar until: when it ends, UTC in milliseconds since the epoch.
    """

    name: str
    code: str
    uses: int
    until: int
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
    Moderated,
    Announced,
    AccountChanged,
    CodeGiven,
]
