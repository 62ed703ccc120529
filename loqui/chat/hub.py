"""The hub: users and rooms, what is accepted, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from loqui.answers import Goodbye, Refusal
from loqui.chat.accounts import Accounts
from loqui.chat.audience import Audience
from loqui.chat.ports import Entry, Turn
from loqui.chat.rooms import Rooms
from loqui.chat.sanctions import checkEntry
from loqui.chat.undoing import undo
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import AccountChanged, Event, Invited, Moderated, Renamed
from loqui.names import checkName, keyOrNone, nameKey, skeleton

if TYPE_CHECKING:
    from loqui.chat.ports import Archive, Journal, Passwords, RoomRecord
    from loqui.chat.room import Room
    from loqui.chat.telling import Telling

__all__ = ["Hub"]

#: Why somebody has left whose name is an account's, and who has not logged in.
NOT_THEIRS = "the name is somebody else's"


class Hub:
    """
    Everything that is true of the chat at this moment.

    A request is accepted against the state as it will be after all that were accepted
    before it: C{users} and C{rooms}. What happens then goes into the journal, and when
    it comes out, L{received} has the audience told.

    @ivar users: name keys to users.
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
        self._looks: dict[str, User] = {}
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
        name, key, looks = self._free(text)
        self.checkEntry(key, session.host, now)
        self.checkNew()
        self._come(session, User(name, key, looks, now), now)

    def login(self, session: Session, name: str, now: int) -> None:
        """
        Let somebody in who has shown that a name is theirs: once more, if they are here already.

        @raise LoquiError: when they are banned.
        """
        key = nameKey(name)
        self.checkEntry(key, session.host, now)
        user = self.users.get(key)
        if user is not None and user.registered:
            self.attach(session, user)
            return
        looks = skeleton(name)
        self._oust(key, looks, now)
        self._come(session, User(name, key, looks, now, registered=True), now)

    def become(self, session: Session, user: User, name: str, now: int) -> None:
        """
        Let a guest be who they have shown that they are.

        @raise LoquiError: when that somebody is here, or banned.
        """
        key = nameKey(name)
        self.checkEntry(key, session.host, now)
        other = self.users.get(key)
        if other is not None and other is not user and other.registered:
            raise LoquiError("name-taken", f"{name} is here; connect again and say /login {name} PASSWORD first")
        self._checkMayMove(user, key)
        looks = skeleton(name)
        self._oust(key, looks, now, user)
        user.registered = True
        if name != user.name:
            self._rename(session, user, name, key, looks, now)

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

    def checkFree(self, text: str) -> None:
        """
        Make sure that somebody new could have a name.

        @raise LoquiError: as L{enter}.
        """
        self._free(text)

    def isRegistered(self, name: str) -> bool:
        """Whether a name belongs to somebody who can log in."""
        account = self.accounts.find(keyOrNone(name) or "")
        return account is not None or (self.passwords is not None and self.passwords.knows(name))

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
        name, key, looks = self._free(text, user)
        if name == user.name:
            raise LoquiError("no-change", f"you are {name} already")
        if user.registered and key != user.key:
            raise LoquiError("no-change", f"you are logged in as {user.name}; to be {name}, connect again")
        self.rooms.lobby.checkNotMuted(user, now)
        self.checkEntry(key, session.host, now)
        self._checkMayMove(user, key)
        self._rename(session, user, name, key, looks, now)

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

    def change(self, event: AccountChanged, session: Session | None) -> None:
        """An account is made, or is different from now on."""
        key = nameKey(event.to)
        user = self.users.get(key)
        if event.change == "registered":
            self._takeOffice(key, event)
        self.accounts.change(event)
        self.journal.append(event, session)
        if event.change == "registered":
            self._give(event, user if session is not None and user is session.user else None)
        elif event.change == "deleted":
            self.rooms.deleted(event)
            self._makeGuest(user, event.time)
        elif event.change == "suspended" and user is not None and user.registered:
            self.expel(user, self.rooms.lobby, "suspended", event.time)

    def reset(self, event: AccountChanged) -> list[Room]:
        """
        An account is as it was before, because a change could not be kept.

        @return: the rooms in whose settings it may be.
        """
        key = nameKey(event.to)
        self.accounts.reset(key)
        user = self.users.get(key)
        if user is not None and event.change in ("registered", "deleted"):
            account = self.accounts.find(key)
            wasHere = self.audience.present.get(user.shown) is user
            user.registered = account is not None and wasHere and nameKey(user.shown) == key
            if account is not None and wasHere and not user.registered:
                # They have been given the name since it was nobody's.
                self.expel(user, self.rooms.lobby, NOT_THEIRS, event.time)
        return list(self.rooms.concerning(key))

    def happens(self, event: Event, session: Session) -> None:
        """This has been accepted."""
        if isinstance(event, (Invited, Moderated)):
            self.rooms.note(event)
        self.journal.append(event, session)

    def _rename(self, session: Session, user: User, name: str, key: str, looks: str, now: int) -> None:
        self._unlist(user)
        event = Renamed(user.name, name, now)
        user.name, user.key, user.skeleton = name, key, looks
        self._list(user)
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
        self.accounts.forgetCodes(now)
        for event in self.rooms.anHourHasPassed(now, lambda key: self.accounts.find(key) is not None):
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

    def _come(self, session: Session, user: User, now: int) -> None:
        """Somebody is here from this moment."""
        self._list(user)
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

    def _free(self, text: str, user: User | None = None) -> tuple[str, str, str]:
        """
        A name with its key and its skeleton, which somebody may have.

        @raise LoquiError: when it cannot be a name, or is taken, or looks like one that is.
        """
        name = checkName(text)
        key = nameKey(name)
        looks = skeleton(name)
        isTheirs = user is not None and user.registered and user.key == key
        if not isTheirs and self.isRegistered(name):
            raise LoquiError("name-registered", f"{name} is registered; /login {name} PASSWORD if it is yours")
        if self.users.get(key, user) is not user:
            raise LoquiError("name-taken", f"{name} is already taken")
        self.accounts.checkLooks(name)
        if self._looks.get(looks, user) is not user:
            raise LoquiError("name-confusable", f"{name} looks too much like {self._looks[looks].name}, who is here")
        return name, key, looks

    def _give(self, event: AccountChanged, user: User | None) -> None:
        """A name belongs to somebody from now on: who has it, or nobody who is here."""
        if user is not None:
            user.registered = True
        self._oust(nameKey(event.to), skeleton(event.to), event.time, user)

    def _oust(self, key: str, looks: str, now: int, owner: User | None = None) -> None:
        """Put out the guests who have a name that is not theirs, or one that looks like it."""
        for user in dict.fromkeys((self.users.get(key), self._looks.get(looks))):
            if user is not None and user is not owner and not user.registered:
                self.expel(user, self.rooms.lobby, NOT_THEIRS, now)

    def _takeOffice(self, key: str, event: AccountChanged) -> None:
        """Who gets a name that an operator had is none."""
        lobby = self.rooms.lobby
        if key in lobby.settings.owners:
            self.journal.append(lobby.takeOffice(event.to, event.name, event.time))

    def _makeGuest(self, user: User | None, now: int) -> None:
        if user is None:
            return
        user.registered = False
        if self.accounts.access != "open":
            self.expel(user, self.rooms.lobby, "account deleted", now)

    def _checkMayMove(self, user: User, key: str) -> None:
        """
        Make sure that nobody takes along to another name what belongs to an account.

        @raise LoquiError: with code C{name-registered}.
        """
        if key != user.key and user.key in self.rooms.lobby.settings.owners:
            raise LoquiError(
                "name-registered", f"{user.name} is an operator's name; to be somebody else, connect again"
            )

    def _list(self, user: User) -> None:
        self.users[user.key] = user
        # Accounts of other systems may look like each other, and be here at once.
        self._looks.setdefault(user.skeleton, user)

    def _unlist(self, user: User) -> None:
        del self.users[user.key]
        if self._looks.get(user.skeleton) is user:
            del self._looks[user.skeleton]

    def _release(self, user: User) -> None:
        """Free somebody's name and places."""
        self._unlist(user)
        for room in user.rooms:
            room.dismiss(user)
