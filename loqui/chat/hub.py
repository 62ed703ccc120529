"""The hub: users and rooms, what is accepted, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from loqui.answers import Goodbye, Refusal
from loqui.chat.accounts import Accounts
from loqui.chat.audience import Audience
from loqui.chat.ports import Entry, Turn
from loqui.chat.registrar import Registrar
from loqui.chat.rooms import Rooms
from loqui.chat.roster import Roster
from loqui.chat.sanctions import checkEntry
from loqui.chat.undoing import undo
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import Event, Invited, Moderated, Renamed
from loqui.names import keyOrNone

if TYPE_CHECKING:
    from loqui.chat.ports import Archive, Journal, Passwords, RoomRecord
    from loqui.chat.room import Room
    from loqui.chat.telling import Telling

__all__ = ["Hub"]


class Hub:
    """
    Everything that is true of the chat at this moment.

    A request is accepted against the state as it will be after all that were accepted
    before it: C{users} and C{rooms}. What happens then goes into the journal, and when
    it comes out, L{received} has the audience told.

    @ivar users: name keys to users, all that are on the roster.
    @ivar roster: who is here.
    @ivar registrar: whose the names are.
    @ivar rooms: the rooms.
    @ivar accounts: the accounts.
    @ivar audience: what has been told.
    @ivar passwords: who knows which are right; None where there are no accounts.
    @ivar archive: what has happened; None where nobody may ask.
    @ivar gauges: what there is to count, by what it is called.
    """

    passwords: Passwords | None = None
    archive: Archive | None = None

    def __init__(
        self,
        journal: Journal,
        users: dict[str, User],
        later: Callable[..., object],
        backlog: int = 20,
        motd: Sequence[str] = (),
        access: str = "open",
    ) -> None:
        """
        @param journal: where events go; it must have this hub as its listener.
        @param users: the user map, empty.
        @param later: calls a function after some seconds: C{reactor.callLater}.
        @param backlog: how many of the last events somebody who joins is shown.
        @param motd: lines that are shown to everybody after the welcome.
        @param access: as in L{Accounts}.
        """
        self.users = users
        self.rooms = Rooms(backlog)
        self.accounts = Accounts(access)
        self.audience = Audience(self.rooms, self.accounts, later, motd)
        self.journal = journal
        self.roster = Roster(users)
        self.registrar = Registrar(self)
        self._promised: set[int] = set()
        self.gauges: dict[str, Callable[[], int]] = {
            "users": lambda: len(self.users),
            "sessions": lambda: sum(len(user.sessions) for user in self.users.values()),
            "rooms": lambda: len(self.rooms),
            "accounts": lambda: len(self.accounts),
        }

    def remember(self, events: Iterable[Event], rooms: Iterable[RoomRecord] = ()) -> None:
        """
        Take over what was before the server started.

        @param events: of the lobby, oldest first.
        """
        for event in events:
            self.rooms.lobby.remember(event)
        for record in rooms:
            self.audience.open(self.rooms.restore(record))

    # What is asked for. C{now} is UTC in milliseconds since the epoch.

    def enter(self, session: Session, text: str, now: int) -> None:
        """
        Let somebody in under a name, which is theirs from this moment.

        @raise LoquiError: when it cannot be a name, or is taken, or looks like one that is,
            or they are banned, or guests are not welcome.
        """
        if self.accounts.access != "open":
            raise LoquiError("account-needed", "this server is for people with an account")
        name, key, looks = self.registrar.free(text)
        self.checkEntry(key, session.host, now)
        self.checkNew()
        self.come(session, User(name, key, looks, now), now)

    def checkEntry(self, key: str | None, host: str | None, now: int) -> None:
        """
        Make sure that somebody may come in.

        @param key: of their name; None when it is not known yet.
        @param host: their address; None for no network.

        @raise LoquiError: with code C{banned}.
        """
        banned = self.rooms.lobby.settings.banned
        if banned:
            checkEntry(self.rooms.lobby.settings, key, host, now)

    def checkNew(self) -> None:
        """
        Make sure that somebody new may come in.

        @raise LoquiError: with code C{lockdown}.
        """
        if self.rooms.lobby.settings.lockdown:
            raise LoquiError("lockdown", "this server takes nobody new at the moment; try again later")

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
        if user.operates or any(not other.left for other in user.sessions):
            self.inTurn(session, lambda telling: self.audience.goodbye(session, telling))
            return
        self._release(user)
        self.journal.append(self.rooms.lobby.leave(user, why, now), session)

    def rename(self, session: Session, user: User, text: str, now: int) -> None:
        """
        Give somebody another name; the old one is free at once.

        @raise LoquiError: as L{enter} does, and with code C{no-change}.
        """
        name, key, looks = self.registrar.free(text, user)
        if name == user.name:
            raise LoquiError("no-change", f"you are {name} already")
        if user.registered and key != user.key:
            raise LoquiError("no-change", f"you are logged in as {user.name}; to be {name}, connect again")
        self.rooms.lobby.checkNotMuted(user, now)
        self.checkEntry(key, session.host, now)
        self.registrar.checkMayMove(user, key)
        self.move(session, user, (name, key, looks), now)

    def expel(self, user: User, room: Room, why: str, now: int) -> None:
        """Have somebody leave a room; the lobby, and they are disconnected."""
        if not user.sessions:
            return  # They are on their way out.
        for session in user.sessions:
            session.left = session.left or room.isLobby
            if session.room is room:
                session.turnTo(self.rooms.lobby)
        if room.isLobby:
            self._release(user)
        self.journal.append(room.leave(user, why, now), user.sessions[0])

    def happens(self, event: Event, session: Session) -> None:
        """This has been accepted."""
        if isinstance(event, (Invited, Moderated)):
            self.rooms.note(event)
        self.journal.append(event, session)

    def move(self, session: Session, user: User, name: tuple[str, str, str], now: int) -> None:
        """
        Somebody has another name from this moment.

        @param name: with its key and its skeleton.
        """
        self.roster.remove(user)
        event = Renamed(user.name, name[0], now)
        user.name, user.key, user.skeleton = name
        self.roster.add(user)
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

    def inTurn(self, session: Session, do: Callable[[Telling], None]) -> None:
        """Do something when a session has been told all that it is to see of what was before this."""
        self.journal.append(Turn(do), session)

    def anHourHasPassed(self, now: int) -> None:
        """Forget what nobody needs any more."""
        self.accounts.forgetCodes(now)
        for event in self.rooms.anHourHasPassed(now, lambda key: self.accounts.find(key) is not None):
            self.journal.append(event)

    def find(self, name: str) -> User:
        """
        The user of that name.

        @raise LoquiError: with code C{no-such-user}.
        """
        user = self.users.get(keyOrNone(name) or "")
        if user is None:
            raise LoquiError("no-such-user", f"{name} is not here; /who shows who is")
        return user

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

    def come(self, session: Session, user: User, now: int) -> None:
        """Somebody is here from this moment."""
        self.roster.add(user)
        self._connect(session, user)
        self.journal.append(self.rooms.lobby.join(user, now), session)

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

    def _release(self, user: User) -> None:
        """Free somebody's name and places."""
        self.roster.remove(user)
        for room in user.rooms:
            room.dismiss(user)
