"""What has happened, as far as has been told: who is here, which rooms there are, and who hears of what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any, Union

from loqui.answers import Entered, Goodbye, Invitation, Notice, Refusal, Sent, Welcome
from loqui.chat.accounts import Accounts
from loqui.chat.comings import Comings
from loqui.chat.room import Room
from loqui.chat.rooms import Rooms, noSuchRoom
from loqui.chat.telling import Telling
from loqui.chat.user import Session, User
from loqui.events import (
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
from loqui.names import keyOrNone, nameKey, roomKey
from loqui.settings import targetKey

__all__ = ["NAMED", "Audience"]

#: How many of those who are here a welcome names.
NAMED = 20


class Audience:
    """
    The second of the two moments: each event comes out of the journal, changes what is
    true for all who have been told, and is told.

    @ivar present: the users who are here, by the name that others know.
    @ivar rooms: the rooms there are, by name.
    @ivar ignoring: name keys to the sessions that do not want to hear them.
    """

    def __init__(self, registry: Rooms, accounts: Accounts, later: Callable[..., object], motd: Sequence[str]) -> None:
        """
        @param registry: the rooms that are accepted.
        @param accounts: which are told of here.
        @param later: calls a function after some seconds.
        @param motd: lines that are shown to everybody after the welcome.
        """
        self.present: dict[str, User] = {}
        self.rooms: dict[str, Room] = {}
        self._byKey: dict[str, Room] = {}
        self.ignoring: dict[str, set[Session]] = {}
        self._lobby = registry.lobby
        self._registry = registry
        self._accounts = accounts
        self._later = later
        self._motd = tuple(map(Notice, motd))
        self._comings: dict[Room, Comings] = {}
        self.open(registry.lobby)
        self._happened: dict[type[Event], Callable[[Any, Session | None, Telling], None]] = {
            Said: self._shown,
            Acted: self._shown,
            Told: self._whispered,
            Joined: self._joined,
            Left: self._left,
            Renamed: self._renamed,
            Created: self._created,
            Forgotten: self._forgotten,
            TopicSet: self._shown,
            PrivacySet: self._shown,
            KeySet: self._shown,
            Invited: self._invited,
            Uninvited: self._shown,
            Announced: self._shown,
            Moderated: self._moderated,
            AccountChanged: self._accountChanged,
            CodeGiven: self._codeGiven,
        }

    def telling(self) -> Telling:
        """A batch to be told, empty as yet."""
        return Telling(self.ignoring)

    def happened(self, event: Event, origin: Session | None, telling: Telling) -> None:
        """An event is next in the journal's order."""
        self._happened[type(event)](event, origin, telling)

    def open(self, room: Room) -> None:
        """There is a room, as far as everybody is concerned."""
        self.rooms[room.name] = self._byKey[roomKey(room.name)] = room

    def visibleTo(self, user: User, name: str) -> Room:
        """
        The room of that name, which somebody may know of, as far as has been told.

        @raise LoquiError: with code C{no-such-room}.
        """
        key = keyOrNone(name.removeprefix("#"))
        room = self._byKey.get(f"#{key}")
        if room is None or not room.isShownTo(user):
            raise noSuchRoom(name)
        return room

    def drop(self, session: Session) -> None:
        """Tell a session nothing more."""
        self.ignore(session, frozenset())
        session.gone = True
        user = session.user
        if user is not None:
            for room in user.seats:
                room.seats.discard(session)
            user.lose(session)

    def ignore(self, session: Session, keys: frozenset[str]) -> None:
        """Show a session nothing of what these people say; one that is gone is not taken note of."""
        keys = frozenset() if session.gone else keys
        for key in session.ignored - keys:
            self.ignoring[key].discard(session)
            if not self.ignoring[key]:
                del self.ignoring[key]
        for key in keys - session.ignored:
            self.ignoring.setdefault(key, set()).add(session)
        session.ignored = keys

    def quiet(self, session: Session, isQuiet: bool) -> None:
        """Show a session who comes and goes, or not."""
        session.quiet = isQuiet
        for room in session.user.seats if session.user is not None else ():
            room.seats.hush(session)

    def welcome(self, user: User, session: Session, telling: Telling) -> None:
        """Let a session see what its user may see, from here on."""
        if session.gone:
            return
        others = [name for name in islice(self.present, NAMED + 1) if name != user.shown][:NAMED]
        more = len(self.present) - len(others) - (user.shown in self.present)
        held, session.held = session.held or (), None
        telling.tell(session, Welcome(user.shown, tuple(others), more), *self._motd, *self._lobby.past, *held)
        for room in user.seats:
            telling.seat(session, room)

    def goodbye(self, session: Session, telling: Telling) -> None:
        """Let a session go; nothing that happens to its user is told to it after this."""
        user = session.user
        if user is not None:
            telling.tell(session, Goodbye(user.shown))
            for room in user.seats:
                telling.unseat(session, room)
            user.lose(session)
        telling.close(session)

    # What each event does.

    def _shown(self, event: Any, origin: Session | None, telling: Telling) -> None:
        room = self.rooms[event.room]
        telling.happened(room, event)
        room.happened(event)

    def _joined(self, event: Joined, origin: Session | None, telling: Telling) -> None:
        room = self.rooms[event.room]
        if not self._isHeld(room, event):
            telling.happened(room, event)
        user = origin.user if room.isLobby and origin is not None else self.present.get(event.name)
        if user is not None:
            self._seat(user, room, origin, telling)
        room.happened(event)

    def _seat(self, user: User, room: Room, origin: Session | None, telling: Telling) -> None:
        if room.isLobby:
            user.seats = (room,)
            for session in user.sessions:
                self.welcome(user, session, telling)
            self.present[user.shown] = user
        else:
            for session in user.listening:
                session.look(room)
                self._showRoom(session, room, session is origin, telling)
                telling.seat(session, room)
            user.seats += (room,)
            room.isNew = False
        room.present[user] = None

    def _showRoom(self, session: Session, room: Room, isCurrent: bool, telling: Telling) -> None:
        names = tuple(user.shown for user in islice(room.present, NAMED))
        more = len(room.present) - len(names)
        entered = Entered(room.name, room.told.topic, names, more, room.isNew, isCurrent)
        telling.tell(session, entered, *(() if room.isNew else room.past))

    def _left(self, event: Left, origin: Session | None, telling: Telling) -> None:
        room = self.rooms[event.room]
        user = self.present.get(event.name)
        if user is None:
            return
        if room.isLobby:
            del self.present[event.name]
            for session in user.sessions:
                if event.why:
                    telling.tell(session, Notice(f"You have to leave ({event.why})"))
                self.goodbye(session, telling)
            for seat in user.seats:
                del seat.present[user]
                if seat in self._comings and seat is not room:
                    self._comings[seat].drop(event.name)
            user.seats = ()
        else:
            del room.present[user]
            for session in user.listening:
                session.forget(room)
                telling.unseat(session, room)
                telling.tell(session, Notice(f"You have left {room}; what you type is said in {session.room}"))
            user.seats = tuple(seat for seat in user.seats if seat is not room)
        if not self._isHeld(room, event):
            telling.happened(room, event)
        room.happened(event)

    def _whispered(self, event: Told, origin: Session | None, telling: Telling) -> None:
        user, speaker = self.present.get(event.to), self.present.get(event.name)
        listening = user.listening if user is not None else []
        for session in listening:
            if session.wants(event):
                session.correspondent = speaker
                telling.tell(session, event)
        for session in speaker.listening if speaker is not None else ():
            if listening:
                telling.tell(session, Sent(event))
            elif session is origin:
                missed = f"{event.to} has gone and has not seen: {event.text}"
                telling.tell(session, Refusal("no-such-user", missed))

    def _renamed(self, event: Renamed, origin: Session | None, telling: Telling) -> None:
        user = self.present.pop(event.name, None)
        if user is None:
            return
        for room in user.seats:
            if room in self._comings and self._comings[room].isHeld(event.name):
                # Who hears that they have come, or gone, is to know them by that name.
                self._settle(room, telling)
        telling.happened(self._lobby, event)
        self._lobby.happened(event)
        user.shown = event.to
        self.present[event.to] = user
        old, new = nameKey(event.name), nameKey(event.to)
        self._registry.retell(event)
        if old != new:
            for session in self.ignoring.get(old, frozenset()).copy():
                self.ignore(session, session.ignored - {old} | {new})
        for session in user.sessions:
            self.ignore(session, session.ignored - {new})  # Nobody ignores themselves.

    def _created(self, event: Created, origin: Session | None, telling: Telling) -> None:
        room = self._registry.named(event.room)
        self.open(room)
        room.isKept = room.isNew = True
        room.happened(event)
        self._registry.concerns(nameKey(event.name), room)

    def _forgotten(self, event: Forgotten, origin: Session | None, telling: Telling) -> None:
        del self.rooms[event.room]
        del self._byKey[roomKey(event.room)]

    def _invited(self, event: Invited, origin: Session | None, telling: Telling) -> None:
        self._shown(event, origin, telling)
        self._registry.concerns(nameKey(event.to), self.rooms[event.room])
        guest = self.present.get(event.to)
        for session in guest.listening if guest is not None else ():
            telling.tell(session, Invitation(event))

    def _moderated(self, event: Moderated, origin: Session | None, telling: Telling) -> None:
        room = self.rooms[event.room]
        if event.to:
            self._registry.concerns(targetKey(event.to), room)
        if "/" not in event.to:
            self._shown(event, origin, telling)
            return
        # Where somebody connects from is for those to see who keep the peace.
        room.retell(event)
        for user in room.present:
            if room.isRuledBy(user):
                for session in user.listening:
                    telling.tell(session, event)

    def _accountChanged(self, event: AccountChanged, origin: Session | None, telling: Telling) -> None:
        self._accounts.happened(event)
        if event.change == "deleted":
            key = nameKey(event.to)
            for room in self._registry.concerning(key):
                room.retell(event)
            # They may write it in another way today.
            for user in [user for user in self.present.values() if nameKey(user.shown) == key]:
                self._tellGuest(user, event, origin, telling)

    def _tellGuest(self, user: User, event: AccountChanged, origin: Session | None, telling: Telling) -> None:
        if event.name != user.shown and (origin is None or origin.user is not user):  # Who did it is answered.
            for session in user.listening:
                telling.tell(session, Notice(f"{event.name} has deleted your account; you are a guest"))

    def _codeGiven(self, event: CodeGiven, origin: Session | None, telling: Telling) -> None:
        self._accounts.happened(event)

    # Comings and goings.

    def _isHeld(self, room: Room, event: Union[Joined, Left]) -> bool:
        comings = self._comings.get(room)
        if comings is None:
            comings = self._comings[room] = Comings(room)
            self._later(1.0, partial(self._gathered, room))
        return comings.hold(event)

    def _gathered(self, room: Room) -> None:
        telling = self.telling()
        self._settle(room, telling)
        del self._comings[room]
        telling.send()

    def _settle(self, room: Room, telling: Telling) -> None:
        for line in self._comings[room].take():
            telling.happened(room, line)
