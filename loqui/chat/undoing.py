"""What could not be kept is undone, and those who asked for it are told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from loqui.answers import Refusal
from loqui.chat.ports import Entry, Turn
from loqui.chat.user import Session, User
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
from loqui.names import nameKey

if TYPE_CHECKING:
    from loqui.chat.hub import Hub
    from loqui.chat.room import Room

__all__ = ["undo"]


def undo(hub: Hub, batch: Sequence[Entry], promised: Collection[int], why: str) -> list[Entry]:
    """
    Have everything be what has been told, but for departures and new names, which stand.

    @param batch: everything that was accepted and is not kept.
    @param promised: the C{id()} of events that have failed before, and were to be tried again.
    @param why: a few words for people: C{"disk full"}.

    @return: what is to be tried again.
    """
    undoing = _Undoing(hub, promised, why)
    for entry in batch:
        undoing.take(entry)
    undoing.finish()
    return undoing.kept


class _Undoing:
    """A batch that is being undone, in its order."""

    def __init__(self, hub: Hub, promised: Collection[int], why: str) -> None:
        self.kept: list[Entry] = []
        self._hub = hub
        self._promised = promised
        self._why = f"it cannot be saved ({why})"
        self._strangers: set[User] = set()
        self._unjoined: set[tuple[User, str]] = set()
        self._users: set[User] = set()
        self._rooms: dict[Room, None] = {}
        self._turns: list[Entry] = []

    def take(self, entry: Entry) -> None:
        """Undo one event, as far as that can be done without those after it."""
        event, session = entry
        user = session.user if session is not None else None
        self._unset(event, user in self._strangers)
        if session is None or user is None or user in self._strangers:
            return
        match event:
            case Turn():
                if event.always:
                    self._turns.append(entry)
            case Said() | Acted() | Told() | Announced():
                self._refuse(session, "not said")
            case Joined(room=room) if room == LOBBY:
                self._strangers.add(user)
                self._hub.turnAway(user, f"you cannot come in: {self._why}")
            case Joined():
                self._unjoined.add((user, event.room))
                self._users.add(user)
                self._refuse(session, f"you are not in {event.room}")
            case Left() if (user, event.room) not in self._unjoined:
                self._leave(entry, session, user)
            case Left():
                pass  # Nobody has been told that they were there.
            case Renamed():
                self._promise(entry, session, f"others are told of your new name later: {self._why}")
            case Moderated() if self._stands(event):
                self._promise(entry, session, f"others are told later: {self._why}")
            case Created():
                pass  # They are told that they are not in it.
            case _:
                self._refuse(session, "not done")

    def finish(self) -> None:
        """Put users and rooms where they are as far as has been told; then give the answers that waited."""
        leaving = {
            (session.user, event.room)
            for event, session in self.kept
            if isinstance(event, Left) and session is not None
        }
        lobby = self._hub.rooms.lobby
        for user in self._users - self._strangers:
            if (user, LOBBY) not in leaving:
                stays = tuple(room for room in user.seats if (user, room.name) not in leaving)
                for room in user.rooms:
                    if room not in stays:
                        room.members.pop(user)
                user.rooms = stays
                for session in user.sessions:
                    session.turnBack(stays, lobby)
        standing = [event for event, _ in self.kept if isinstance(event, (Renamed, Moderated))]
        self._hub.rooms.reset(self._rooms, standing)
        self._hub.received(self._turns)

    def _unset(self, event: Event | Turn, isOfStranger: bool) -> None:
        """Take note of the rooms whose settings an event has changed."""
        told = self._hub.audience.rooms
        match event:
            case Forgotten():
                self._rooms[told[event.room]] = None
            case AccountChanged():
                self._rooms.update(dict.fromkeys(self._hub.registrar.reset(event)))
            case CodeGiven():
                self._hub.accounts.resetCodes()
            case Created() | TopicSet() | PrivacySet() | KeySet() | Invited() | Uninvited() | Moderated():
                self._rooms[self._roomOf(event.room)] = None
            case Renamed() if isOfStranger:
                # Those of anybody else stand; a room that is no more is not to come back.
                concerned = self._hub.rooms.concerning(nameKey(event.name))
                self._rooms.update((room, None) for room in concerned if told.get(room.name) is room)

    def _stands(self, event: Moderated) -> bool:
        """Whether it holds: not in a room that could not be made, nor for an account that could not."""
        if event.act == "op" and event.room == LOBBY and not self._hub.registrar.isRegistered(event.to):
            return False
        return self._roomOf(event.room).isKept

    def _roomOf(self, name: str) -> Room:
        """The room of that name, also when it was to be forgotten."""
        return self._hub.rooms.find(name) or self._hub.audience.rooms[name]

    def _leave(self, entry: Entry, session: Session, user: User) -> None:
        event = entry.event
        assert isinstance(event, Left)
        if event.room == LOBBY:
            self.kept.append(entry)
            self._hub.dismiss(user, event.name)
        else:
            self._users.add(user)
            self._promise(entry, session, f"others are told later that you have left {event.room}: {self._why}")

    def _promise(self, entry: Entry, session: Session, sentence: str) -> None:
        self.kept.append(entry)
        if id(entry.event) not in self._promised:
            session.tell(Refusal("not-saved", sentence))

    def _refuse(self, session: Session, what: str) -> None:
        session.tell(Refusal("not-saved", f"{what}: {self._why}"))
