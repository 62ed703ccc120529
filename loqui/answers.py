"""What the server tells besides events; nothing here is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from loqui.events import Event, Invited, Told
from loqui.settings import Sanction

__all__ = [
    "Answer",
    "Audit",
    "End",
    "Entered",
    "Gathering",
    "Goodbye",
    "Invitation",
    "Members",
    "Notice",
    "Past",
    "Question",
    "Refusal",
    "RoomLine",
    "Rooms",
    "Sanctions",
    "Sent",
    "Welcome",
    "Whois",
]


@dataclass(frozen=True)
class Welcome:
    """You are in, under C{name}; C{here} are the first of the others, C{more} is how many are not listed."""

    name: str
    here: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class Goodbye:
    """You have left, and this is the last line."""

    name: str


@dataclass(frozen=True)
class Notice:
    """The server tells something, in one line."""

    text: str


@dataclass(frozen=True)
class Refusal:
    """What you asked for is refused: a code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True)
class End:
    """This is all that there is to say to what was asked; only the admin's door says so."""


@dataclass(frozen=True)
class Question:
    """The server wants an answer to C{text}."""

    text: str


@dataclass(frozen=True)
class Past:
    """An event from before you came, shown so that nobody takes it for a new one."""

    event: Event


@dataclass(frozen=True)
class Sent:
    """Your own direct message, echoed when it has gone out."""

    event: Told


@dataclass(frozen=True)
class Gathering:
    """
    Many have joined a room, or left it, within a second.

    @ivar joined: false when they have left.
    @ivar names: the first of them.
    @ivar count: how many they are.
    """

    room: str
    joined: bool
    names: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Entered:
    """
    You are in a room now, as you asked.

    @ivar here: the first of the others.
    @ivar more: how many others are not listed.
    @ivar isNew: whether you have made the room.
    @ivar isCurrent: whether what you type is said there.
    """

    room: str
    topic: str
    here: tuple[str, ...]
    more: int
    isNew: bool
    isCurrent: bool


@dataclass(frozen=True)
class Invitation:
    """Somebody invites you to a room."""

    event: Invited


@dataclass(frozen=True)
class Members:
    """
    Who is in a room.

    @ivar names: all of them, who came first first.
    @ivar away: those of them who are away.
    """

    room: str
    names: tuple[str, ...]
    away: frozenset[str]


@dataclass(frozen=True)
class RoomLine:
    """
    A room in a list.

    @ivar count: how many people are in it.
    @ivar unread: how much was said there since you last looked.
    @ivar standing: what you are to the room: C{"here"}, C{"in"}, C{"owner"}, C{"invited"} or empty.
    """

    room: str
    count: int
    topic: str
    private: bool
    unread: int
    standing: str


@dataclass(frozen=True)
class Rooms:
    """The rooms you may know of, yours first, then those with most people; C{more} are not listed."""

    lines: tuple[RoomLine, ...]
    more: int


@dataclass(frozen=True)
class Whois:
    """
    Who somebody is.

    @ivar since: when they came, UTC in milliseconds since the epoch.
    @ivar idle: for how many milliseconds they have said nothing.
    @ivar away: as in L{loqui.chat.user.User}.
    @ivar rooms: those that you share with them.
    @ivar registered: whether the name is that of an account.
    @ivar operator: whether they are an operator.
    @ivar addresses: where they connect from, if you may know.
    """

    name: str
    since: int
    idle: int
    away: str | None
    rooms: tuple[str, ...]
    registered: bool = False
    operator: bool = False
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sanctions:
    """
    Who may not come into a room, and who may not speak there.

    @ivar now: when this was asked, UTC in milliseconds since the epoch.
    """

    room: str
    banned: tuple[Sanction, ...]
    muted: tuple[Sanction, ...]
    now: int


@dataclass(frozen=True)
class Audit:
    """What has been done to keep the peace, newest last."""

    events: tuple[Event, ...]


Answer = Union[
    Welcome,
    Goodbye,
    Notice,
    Refusal,
    Question,
    Past,
    Sent,
    Gathering,
    Entered,
    Invitation,
    Members,
    Rooms,
    Whois,
    Sanctions,
    Audit,
    End,
]
