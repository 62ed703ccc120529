"""All rooms: which there are, who may know of them, and how one comes to be and is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from loqui.chat.room import Room
from loqui.chat.sanctions import checkEntry
from loqui.chat.user import User
from loqui.errors import LoquiError
from loqui.events import LOBBY, AccountChanged, Created, Event, Forgotten, Invited, Joined, Moderated, Renamed
from loqui.names import checkRoom, keyOrNone, nameKey, roomKey, skeleton
from loqui.settings import after, targetKey

if TYPE_CHECKING:
    from loqui.chat.ports import RoomRecord

__all__ = ["Rooms", "noSuchRoom", "notInRoom"]

#: How many rooms there may be, and how many somebody may be in, the lobby not counted.
MAX_ROOMS = 5000
MAX_ROOMS_OF_A_USER = 20

#: How many rooms somebody may own who makes another one.
MAX_OWNED = 50

#: Hours for which a room may be empty before it is forgotten.
DAY = 24


class Rooms:
    """
    The rooms there are from the moment that was accepted.

    Somebody who is not in a private room, and may not come in, is told of it what they
    would be told of one that does not exist. Only its name cannot be given twice.

    @ivar lobby: the room everyone is in.
    """

    def __init__(self, remembers: int) -> None:
        """
        @param remembers: how many of the last events are kept in memory for each room.
        """
        self.lobby = Room(LOBBY, remembers, isKept=True)
        self._remembers = remembers
        self._byKey: dict[str, Room] = {}
        self._looks: dict[str, Room] = {}
        self._concerning: dict[str, set[Room]] = {}
        self.add(self.lobby)

    def __len__(self) -> int:
        return len(self._byKey)

    def add(self, room: Room) -> None:
        """There is a room."""
        self._byKey[roomKey(room.name)] = self._looks[skeleton(room.name.removeprefix("#"))] = room
        self._index(room)

    def remove(self, room: Room) -> None:
        """There is a room no more; its name is free."""
        if self.find(room.name) is room:
            del self._byKey[roomKey(room.name)]
            del self._looks[skeleton(room.name.removeprefix("#"))]

    def restore(self, record: RoomRecord) -> Room:
        """There is a room that was there before the start."""
        if record.name == LOBBY:
            self.lobby.settings = self.lobby.told = record.settings
            self._index(self.lobby)
            return self.lobby
        room = Room(record.name, self._remembers, record.settings, isKept=True, lobby=self.lobby)
        for event in record.recent:
            room.remember(event)
        room.hours = record.hours
        self.add(room)
        return room

    def named(self, name: str) -> Room:
        """
        The room of that name.

        @raise KeyError: when there is none.
        """
        return self._byKey[roomKey(name)]

    def find(self, name: str) -> Room | None:
        """The room of that name, whoever asks."""
        key = keyOrNone(name.removeprefix("#"))
        return self._byKey.get(f"#{key}") if key else None

    def of(self, user: User, name: str) -> Room:
        """
        The room of that name, which somebody is in.

        @raise LoquiError: with code C{not-in-room}.
        """
        room = self.find(name)
        if room is None or user not in room.members:
            raise notInRoom(name)
        return room

    def enter(self, user: User, text: str, key: str, now: int) -> tuple[Room, list[Created | Joined]]:
        """
        Let somebody into a room; if there is none of that name, and no key is given, it is made.

        @param text: the name of the room, with or without C{#}.
        @param now: UTC in milliseconds since the epoch.

        @return: the room, and what happens, which is nothing if they are in it.

        @raise LoquiError: when the name cannot be one, or they may not come in.
        """
        room = self.find(text)
        if room is not None and user in room.members:
            return room, []
        name = checkRoom(text)
        if len(user.rooms) > MAX_ROOMS_OF_A_USER:
            raise LoquiError("too-many-rooms", f"you are in {MAX_ROOMS_OF_A_USER} rooms; /leave one first")
        double = room or self._looks.get(skeleton(name.removeprefix("#")))
        if double is None and not key:
            return self._create(user, name, now)
        if double is None or not double.admits(user, key):
            raise LoquiError("no-entry", _noEntry(name, key))
        if room is None:
            raise LoquiError("name-confusable", f"{name} looks too much like {double.name}, which you can /join")
        if not room.isRuledBy(user):
            checkEntry(room.settings, user.key, None, now)
            if room.settings.lockdown:
                raise LoquiError("lockdown", f"{name} takes nobody new at the moment; try again later")
        return room, [room.join(user, now)]

    def concerning(self, key: str) -> set[Room]:
        """The rooms in whose settings a name key may be."""
        return self._concerning.get(key, set())

    def note(self, event: Invited | Moderated) -> None:
        """Somebody may be in the settings of a room now, if that has not been forgotten since."""
        room = self.find(event.room)
        if event.to and room is not None:
            self.concerns(targetKey(event.to), room)

    def concerns(self, key: str, room: Room) -> None:
        """A name key is in the settings of a room now."""
        self._concerning.setdefault(key, set()).add(room)

    def renamed(self, event: Renamed) -> None:
        """What somebody owns and is invited to goes with them."""
        new = nameKey(event.to)
        for room in tuple(self.concerning(nameKey(event.name))):
            room.settings = after(room.settings, event)
            self.concerns(new, room)

    def retell(self, event: Renamed) -> None:
        """What somebody owns and is invited to has gone with them, as far as everybody has been told."""
        old, new = nameKey(event.name), nameKey(event.to)
        for room in tuple(self.concerning(old)):
            room.retell(event)
            self.concerns(new, room)
            if not (room.settings.concern(old) or room.told.concern(old)):
                self._concerning[old].discard(room)
        if not self.concerning(old):
            self._concerning.pop(old, None)

    def deleted(self, event: AccountChanged) -> None:
        """What somebody owned and was invited to is not for who has their name next."""
        for room in self.concerning(nameKey(event.to)):
            room.settings = after(room.settings, event)

    def anHourHasPassed(self, now: int, isRegistered: Callable[[str], bool]) -> list[Event]:
        """
        Forget the rooms that nobody has been in for a day, but for those whose owner has an account.

        @param isRegistered: says so for a name key.
        """
        forgotten: list[Event] = []
        self._concerning = {}
        for room in tuple(self._byKey.values()):
            room.tidy(now)
            isNeeded = room.isLobby or room.members or room.present or any(map(isRegistered, room.settings.owners))
            room.hours = 0 if isNeeded else room.hours + 1
            if room.hours < DAY:
                self._index(room)
            else:
                self.remove(room)
                forgotten.append(Forgotten(room.name, now))
        return forgotten

    def reset(self, rooms: Iterable[Room], standing: Sequence[Renamed | Moderated]) -> None:
        """
        Have these rooms be what everybody has been told that they are.

        @param standing: what was accepted, and is still to be told.
        """
        for room in rooms:
            if not room.isKept:
                self.remove(room)
        for room in rooms:
            if room.isKept and self.find(room.name) is not room:
                self.add(room)  # It was to be forgotten.
            room.settings = room.told
            for event in standing:
                if isinstance(event, Renamed) or event.room == room.name:
                    room.settings = after(room.settings, event)
            self._index(room)

    def _create(self, user: User, name: str, now: int) -> tuple[Room, list[Created | Joined]]:
        if sum(user.key in owned.settings.owners for owned in self.concerning(user.key)) >= MAX_OWNED:
            raise LoquiError("too-many-rooms", f"you own {MAX_OWNED} rooms; /deop {user.name} in one to give it up")
        if len(self) > MAX_ROOMS:
            raise LoquiError("too-many-rooms", f"there are {MAX_ROOMS:,} rooms; /rooms lists some that you can join")
        room = Room(name, self._remembers, lobby=self.lobby)
        created = room.create(user, now)
        self.add(room)
        return room, [created, room.join(user, now)]

    def _index(self, room: Room) -> None:
        for key in room.settings.keys | room.told.keys:
            self.concerns(key, room)


def notInRoom(name: str) -> LoquiError:
    """What to raise when somebody is not in a room of that name, whether there is one or not."""
    return LoquiError("not-in-room", f"you are not in {_hash(name)}; /join it first")


def noSuchRoom(name: str) -> LoquiError:
    """What to raise when somebody may know of no room of that name, whether there is one or not."""
    return LoquiError("no-such-room", f"there is no room {_hash(name)} that you could see; /rooms lists them")


def _hash(name: str) -> str:
    return "#" + name.removeprefix("#")


def _noEntry(name: str, key: str) -> str:
    if key:
        return f"there is no room {name} that this key opens"
    return f"{name} is not open to you; ask somebody there for an invitation or the key, or /join another room"
