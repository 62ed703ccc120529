"""What is true of a chat at one moment: who is here, which rooms there are, and what events make of that."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from loqui.events import (
    LOBBY,
    Created,
    Event,
    Forgotten,
    Invited,
    Joined,
    KeySet,
    Left,
    PrivacySet,
    Renamed,
    TopicSet,
    Uninvited,
)

__all__ = ["BACKLOG", "Person", "Place", "World", "fold", "looks"]

#: How many events a room remembers.
BACKLOG = 5

#: Names that look like another one.
_LOOKS = {"biII": "bill"}


def fold(name: str) -> str:
    """What is the same for two spellings of one name."""
    return name.casefold()


def looks(name: str) -> str:
    """What is the same for two names that look the same."""
    return _LOOKS.get(name, name)


@dataclass
class Place:
    """A room; names are folded, members in the order in which they came."""

    name: str
    topic: str = ""
    private: bool = False
    key: str = ""
    owners: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    members: list[Person] = field(default_factory=list)
    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=BACKLOG))
    said: int = 0
    isNew: bool = False

    def copy(self) -> Place:
        """The same, to be changed apart."""
        return replace(
            self,
            owners=set(self.owners),
            invited=set(self.invited),
            members=list(self.members),
            recent=self.recent.copy(),
        )


@dataclass(eq=False)
class Person:
    """Somebody, whatever their name is."""

    since: int
    active: int
    away: str | None = None


class World:
    """
    What is true.

    @ivar names: who is here, and how they write their name.
    @ivar rooms: folded names to rooms.
    """

    def __init__(self) -> None:
        self.names: dict[Person, str] = {}
        self.rooms: dict[str, Place] = {LOBBY: Place(LOBBY)}

    def copy(self) -> World:
        """The same, to be changed apart."""
        other = World()
        other.names = dict(self.names)
        other.rooms = {key: room.copy() for key, room in self.rooms.items()}
        return other

    def key(self, person: Person) -> str:
        """Somebody's folded name."""
        return fold(self.names[person])

    def roomsOf(self, person: Person) -> set[str]:
        """Where somebody is."""
        return {key for key, room in self.rooms.items() if person in room.members}

    def admits(self, room: Place, person: Person, word: str = "") -> bool:
        """Whether somebody may come in."""
        isKnown = self.key(person) in room.owners | room.invited
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
                self.names[person] = event.to
                for room in self.rooms.values():
                    for names in (room.owners, room.invited):
                        if fold(event.name) in names:
                            names.remove(fold(event.name))
                            names.add(fold(event.to))
            case Created():
                self.rooms[fold(event.room)] = Place(event.room, owners={fold(event.name)}, isNew=True)
            case Forgotten():
                del self.rooms[fold(event.room)]
            case TopicSet():
                self.rooms[fold(event.room)].topic = event.text
            case PrivacySet():
                room = self.rooms[fold(event.room)]
                room.private, room.key, room.invited = event.private, "", set()
            case KeySet():
                self.rooms[fold(event.room)].key = event.key
            case Invited():
                self.rooms[fold(event.room)].invited.add(fold(event.to))
            case Uninvited():
                self.rooms[fold(event.room)].invited.discard(fold(event.to))
