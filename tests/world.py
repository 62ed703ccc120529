"""What is true of a chat at one moment: who is here, which rooms there are, and what events make of that."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from loqui.events import (
    LOBBY,
    AccountChanged,
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
    TopicSet,
    Uninvited,
)
from loqui.identities import Account, Code
from loqui.settings import Sanction, Settings

__all__ = ["BACKLOG", "HOSTS", "NETWORKS", "Person", "Place", "World", "fold", "looks", "target"]

#: How many events a room remembers.
BACKLOG = 5

#: Names that look like another one.
_LOOKS = {"biII": "bill"}

#: Where people connect from; None for this machine.
HOSTS = (None, "192.0.2.1", "192.0.2.2", "2001:db8::1")

#: What can be banned, as it may be written: what is kept of that, and who is in it.
NETWORKS = {
    "192.0.2.1": ("192.0.2.1/32", {"192.0.2.1"}),
    "192.0.2.9/24": ("192.0.2.0/24", {"192.0.2.1", "192.0.2.2"}),
    "2001:db8::7": ("2001:db8::/64", {"2001:db8::1"}),
}
_INSIDE = dict(NETWORKS.values())


def fold(name: str) -> str:
    """What is the same for two spellings of one name."""
    key = name.casefold()
    return LOBBY if key == f"#{LOBBY}" else key


def looks(name: str) -> str:
    """What is the same for two names that look the same."""
    return _LOOKS.get(name, name)


def target(whom: str) -> str:
    """What somebody, or a network, is known by who is banned."""
    return whom if whom in _INSIDE else fold(whom)


@dataclass
class Place:
    """
    A room; names are folded, members in the order in which they came.

    @ivar made: when that was, UTC in milliseconds since the epoch.
    """

    name: str
    topic: str = ""
    private: bool = False
    key: str = ""
    owners: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    banned: dict[str, Sanction] = field(default_factory=dict)
    muted: dict[str, Sanction] = field(default_factory=dict)
    slow: int = 0
    lockdown: bool = False
    members: list[Person] = field(default_factory=list)
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=BACKLOG))
    said: int = 0
    isNew: bool = False
    made: int = 0

    def copy(self) -> Place:
        """The same, to be changed apart."""
        return replace(
            self,
            owners=set(self.owners),
            invited=set(self.invited),
            banned=dict(self.banned),
            muted=dict(self.muted),
            members=list(self.members),
            recent=self.recent.copy(),
        )

    @property
    def settings(self) -> Settings:
        """The same, as the hub has it."""
        return Settings(
            self.topic,
            self.private,
            self.key,
            frozenset(self.owners),
            frozenset(self.invited),
            self.banned,
            self.muted,
            self.slow,
            self.lockdown,
        )

    def bans(self, key: str | None, host: str | None, now: int) -> bool:
        """Whether somebody of that name, or from there, may not come in."""
        return any(
            sanction.holds(now) and (whom == key or host in _INSIDE.get(whom, ()))
            for whom, sanction in self.banned.items()
        )

    def mutes(self, key: str, now: int) -> bool:
        """Whether somebody of that name may not speak."""
        return key in self.muted and self.muted[key].holds(now)

    def tidy(self, now: int) -> None:
        """Forget what has run out."""
        for sanctions in (self.banned, self.muted):
            for whom in [whom for whom, sanction in sanctions.items() if not sanction.holds(now)]:
                del sanctions[whom]


@dataclass(eq=False)
class Person:
    """
    Somebody, whatever their name is.

    @ivar name: the last that was accepted.
    @ivar registered: whether they have logged in to the account that has their name.
    @ivar operates: whether they are at the server's own machine.
    """

    name: str
    since: int
    active: int
    away: str | None = None
    registered: bool = False
    operates: bool = False


class World:
    """
    What is true.

    @ivar names: who is here, and how they write their name.
    @ivar rooms: folded names to rooms.
    @ivar accounts: folded names to accounts.
    @ivar codes: digests to the codes that accounts are made with.
    """

    def __init__(self) -> None:
        self.names: dict[Person, str] = {}
        self.rooms: dict[str, Place] = {LOBBY: Place(LOBBY)}
        self.accounts: dict[str, Account] = {}
        self.codes: dict[str, Code] = {}

    def copy(self) -> World:
        """The same, to be changed apart."""
        other = World()
        other.names = dict(self.names)
        other.rooms = {key: room.copy() for key, room in self.rooms.items()}
        other.accounts = dict(self.accounts)
        other.codes = dict(self.codes)
        return other

    @property
    def lobby(self) -> Place:
        """The room that everybody is in; its owners are the operators."""
        return self.rooms[LOBBY]

    def key(self, person: Person) -> str:
        """Somebody's folded name, here or not any more."""
        return fold(self.names.get(person, person.name))

    def holder(self, key: str) -> Person | None:
        """Who is here under a name."""
        return next((person for person in self.names if self.key(person) == key), None)

    def operates(self, person: Person) -> bool:
        """Whether somebody is an operator: who is only called as one is not."""
        return person.operates or (person.registered and self.key(person) in self.lobby.owners)

    def rules(self, room: Place, person: Person) -> bool:
        """Whether somebody keeps the peace in a room."""
        return self.operates(person) or (room.name != LOBBY and self.key(person) in room.owners)

    def roomsOf(self, person: Person) -> set[str]:
        """Where somebody is."""
        return {key for key, room in self.rooms.items() if person in room.members}

    def admits(self, room: Place, person: Person, word: str = "") -> bool:
        """Whether somebody may come in, if they are not banned."""
        isKnown = self.key(person) in room.invited or self.rules(room, person)
        return not room.private or isKnown or (room.key != "" and word == room.key)

    def shows(self, key: str, person: Person) -> bool:
        """Whether somebody may know of a room."""
        room = self.rooms.get(key)
        return room is not None and (person in room.members or self.admits(room, person))

    def takes(self, event: Event, person: Person | None) -> None:
        """Something has happened; it was somebody's doing."""
        match event:
            case Joined():
                self.rooms[fold(event.room)].members.append(person)
                self.names.setdefault(person, event.name)
            case Left(room=room) if room == LOBBY:
                for room in self.rooms.values():
                    room.members = [member for member in room.members if member is not person]
                del self.names[person]
            case Left():
                self.rooms[fold(event.room)].members.remove(person)
            case Renamed():
                self._renames(event, person)
            case Created():
                self.rooms[fold(event.room)] = Place(event.room, owners={fold(event.name)}, isNew=True, made=event.time)
            case Forgotten():
                del self.rooms[fold(event.room)]
            case AccountChanged():
                self._changes(event)
            case CodeGiven():
                self.codes[event.code] = Code(event.uses, event.until)
            case _ if hasattr(event, "room"):
                _set(self.rooms[fold(event.room)], event)

    def _renames(self, event: Renamed, person: Person | None) -> None:
        """What is said of somebody goes with them; who is renamed counts as the last who came."""
        del self.names[person]
        self.names[person] = event.to
        old, new = fold(event.name), fold(event.to)
        for room in self.rooms.values():
            for names in (room.owners, room.invited):
                if old in names:
                    names.remove(old)
                    names.add(new)
            for sanctions in (room.banned, room.muted):
                if old != new and old in sanctions:
                    moved = replace(sanctions.pop(old), to=event.to)
                    if new not in sanctions or _end(sanctions[new]) < _end(moved):
                        sanctions[new] = moved

    def _changes(self, event: AccountChanged) -> None:
        key = fold(event.to)
        if event.change == "registered":
            self.accounts[key] = Account(event.to, event.hash)
            if event.code in self.codes:
                self.codes[event.code] = replace(self.codes[event.code], uses=self.codes[event.code].uses - 1)
        elif event.change == "password":
            self.accounts[key] = replace(self.accounts[key], hash=event.hash)
        elif event.change == "deleted":
            del self.accounts[key]
            for room in self.rooms.values():
                room.owners.discard(key)
                room.invited.discard(key)
        else:
            self.accounts[key] = replace(self.accounts[key], suspended=event.change == "suspended")


def _end(sanction: Sanction) -> float:
    return sanction.until or float("inf")


def _set(room: Place, event: Event) -> None:
    """Something in a room is different."""
    match event:
        case TopicSet():
            room.topic = event.text
        case PrivacySet():
            room.private, room.key, room.invited = event.private, "", set()
        case KeySet():
            room.key = event.key
        case Invited():
            room.invited.add(fold(event.to))
        case Uninvited():
            room.invited.discard(fold(event.to))
        case Moderated():
            _moderate(room, event)


def _moderate(room: Place, event: Moderated) -> None:
    whom, sanction = target(event.to), Sanction(event.to, event.until, event.why, event.name)
    match event.act:
        case "ban":
            room.banned[whom] = sanction
        case "unban":
            room.banned.pop(whom, None)
        case "mute":
            room.muted[whom] = sanction
        case "unmute":
            room.muted.pop(whom, None)
        case "op":
            room.owners.add(whom)
        case "deop":
            room.owners.discard(whom)
        case "slow":
            room.slow = event.until
        case "lockdown":
            room.lockdown = event.to == "on"
