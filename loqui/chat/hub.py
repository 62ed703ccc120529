"""The hub: users and rooms, what is accepted, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from loqui.answers import Goodbye, Refusal
from loqui.chat.audience import Audience
from loqui.chat.ports import Entry, Turn
from loqui.chat.rooms import Rooms
from loqui.chat.undoing import undo
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import Event, Renamed
from loqui.names import checkName, keyOrNone, nameKey, skeleton

if TYPE_CHECKING:
    from loqui.chat.ports import Journal, RoomRecord
    from loqui.chat.telling import Telling

__all__ = ["Hub"]


class Hub:
    """
    Everything that is true of the chat at this moment.

    A request is accepted against the state as it will be after all that were accepted
    before it: C{users} and C{rooms}. What happens then goes into the journal, and when
    it comes out, L{received} has the audience told.

    @ivar users: name keys to users.
    @ivar rooms: the rooms.
    @ivar audience: what has been told.
    """

    def __init__(
        self,
        journal: Journal,
        users: dict[str, User],
        later: Callable[..., object],
        backlog: int = 20,
        motd: Sequence[str] = (),
    ) -> None:
        """
        @param journal: where events go; it must have this hub as its listener.
        @param users: the user map, empty.
        @param later: calls a function after some seconds: C{reactor.callLater}.
        @param backlog: how many of the last events somebody who joins is shown.
        @param motd: lines that are shown to everybody after the welcome.
        """
        self.users = users
        self.rooms = Rooms(backlog)
        self.audience = Audience(self.rooms, later, motd)
        self.journal = journal
        self._looks: dict[str, User] = {}
        self._promised: set[int] = set()

    def remember(self, events: Iterable[Event], rooms: Iterable[RoomRecord] = ()) -> None:
        """
        Take over what was before the server started.

        @param events: of the lobby, oldest first.
        """
        self.rooms.lobby.recent.extend(events)
        for record in rooms:
            self.audience.rooms[record.name] = self.rooms.restore(record)

    # What is asked for. C{now} is UTC in milliseconds since the epoch.

    def enter(self, session: Session, text: str, now: int) -> None:
        """
        Let somebody in under a name, which is theirs from this moment.

        @raise LoquiError: when it cannot be a name, or is taken, or looks like one that is.
        """
        name, key, looks = self._free(text)
        user = User(name, key, looks, now)
        self.users[key] = self._looks[looks] = user
        self._connect(session, user)
        self.journal.append(self.rooms.lobby.join(user, now), session)

    def attach(self, session: Session, user: User) -> None:
        """Let somebody who is here be here with one more connection; nobody else hears of it."""
        self._connect(session, user)
        self.inTurn(session, lambda telling: self._seat(session, telling))

    def leave(self, session: Session, why: str, now: int) -> None:
        """
        Let a session go, and if it is its user's last one, the user: their name is free at
        once; others are told in the journal's order.

        Does nothing to a session that is not in.

        @param why: what is told behind "has left", or empty.
        """
        user = self._disconnect(session)
        if user is None:
            return
        if any(not other.left for other in user.sessions):
            self.inTurn(session, lambda telling: self.audience.goodbye(session, telling))
            return
        self._release(user)
        self.journal.append(self.rooms.lobby.leave(user, why, now), session)

    def rename(self, session: Session, user: User, text: str, now: int) -> None:
        """
        Give somebody another name; the old one is free at once.

        @raise LoquiError: as L{enter} does, and with code C{no-change}.
        """
        name, key, looks = self._free(text, user)
        if name == user.name:
            raise LoquiError("no-change", f"you are {name} already")
        del self.users[user.key]
        del self._looks[user.skeleton]
        event = Renamed(user.name, name, now)
        user.name, user.key, user.skeleton = name, key, looks
        self.users[key] = self._looks[looks] = user
        self.rooms.renamed(event)
        self.journal.append(event, session)

    def drop(self, session: Session) -> None:
        """Tell a session nothing more, because its connection is gone."""
        self.audience.drop(session)

    def forget(self, session: Session) -> None:
        """Let a session go without telling or keeping it, because the server stops."""
        user = self._disconnect(session)
        if user is not None and all(other.left for other in user.sessions):
            self._release(user)

    def find(self, name: str) -> User:
        """
        The user of that name.

        @raise LoquiError: with code C{no-such-user}.
        """
        user = self.users.get(keyOrNone(name) or "")
        if user is None:
            raise LoquiError("no-such-user", f"{name} is not here; /who shows who is")
        return user

    def inTurn(self, session: Session, do: Callable[[Telling], None]) -> None:
        """Do something when a session has been told all that it is to see of what was before this."""
        self.journal.append(Turn(do), session)

    def anHourHasPassed(self, now: int) -> None:
        """Forget what nobody needs any more."""
        for event in self.rooms.anHourHasPassed(now):
            self.journal.append(event)

    # What has happened.

    def received(self, batch: Sequence[Entry]) -> None:
        """
        Tell everybody what they are to see of these events: one write for each, and in this order.

        @raise Exception: what went wrong with one of them; the others are told nevertheless.
        """
        self._promised = set()
        telling = self.audience.telling()
        wrong: list[Exception] = []
        for event, origin in batch:
            try:
                if isinstance(event, Turn):
                    self._take(event, origin, telling)
                else:
                    self.audience.happened(event, origin, telling)
            except Exception as error:
                wrong.append(error)
        telling.send()
        if wrong:
            raise wrong[0]

    def refused(self, batch: Sequence[Entry], why: str) -> list[Entry]:
        """
        Undo what could not be kept, and tell those who asked for it.

        @return: the departures and new names that others must still hear of.
        """
        kept = undo(self, batch, self._promised, why)
        self._promised = {id(event) for event, _ in kept}
        return kept

    def turnAway(self, user: User, why: str) -> None:
        """Somebody who was let in cannot come in after all."""
        if self.users.get(user.key) is user:
            self._release(user)
        for session in user.sessions:
            session.left, session.held = True, None
            session.tell(Refusal("not-saved", why))
            session.outlet.close()

    def dismiss(self, user: User, name: str) -> None:
        """Somebody has left, though others cannot be told yet."""
        for session in user.sessions:
            session.tell(Goodbye(name))
            session.outlet.close()
            self.drop(session)

    def _take(self, turn: Turn, origin: Session | None, telling: Telling) -> None:
        try:
            turn.do(telling)
        except LoquiError as refusal:
            if origin is not None:
                telling.tell(origin, Refusal(refusal.code, refusal.sentence))

    def _seat(self, session: Session, telling: Telling) -> None:
        user = session.user
        if user is None or session.held is None:
            return
        if self.audience.present.get(user.shown) is user:
            self.audience.welcome(user, session, telling)

    def _connect(self, session: Session, user: User) -> None:
        session.user = user
        session.room = self.rooms.lobby
        user.sessions += (session,)

    def _disconnect(self, session: Session) -> User | None:
        """End what a session may ask for; its user, or None if it could ask for nothing."""
        if not session.isIn:
            return None
        session.left = True
        return session.user

    def _free(self, text: str, user: User | None = None) -> tuple[str, str, str]:
        """
        A name with its key and its skeleton, which somebody may have.

        @raise LoquiError: when it cannot be a name, or is taken, or looks like one that is.
        """
        name = checkName(text)
        key = nameKey(name)
        looks = skeleton(name)
        if self.users.get(key, user) is not user:
            raise LoquiError("name-taken", f"{name} is already taken")
        if self._looks.get(looks, user) is not user:
            raise LoquiError("name-confusable", f"{name} looks too much like {self._looks[looks].name}, who is here")
        return name, key, looks

    def _release(self, user: User) -> None:
        """Free somebody's name and places."""
        del self.users[user.key]
        del self._looks[user.skeleton]
        for room in user.rooms:
            room.dismiss(user)
