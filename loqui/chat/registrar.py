"""The registrar: whose a name is, and what comes of it when that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import AccountChanged
from loqui.names import checkName, keyOrNone, nameKey, skeleton

if TYPE_CHECKING:
    from loqui.chat.hub import Hub
    from loqui.chat.room import Room

__all__ = ["Registrar"]

#: Why somebody has left whose name is an account's, and who has not logged in.
NOT_THEIRS = "the name is somebody else's"


class Registrar:
    """
    Accounts and those who are here, brought together.

    C{now} is UTC in milliseconds since the epoch.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def isRegistered(self, name: str) -> bool:
        """Whether a name belongs to somebody who can log in."""
        passwords = self._hub.passwords
        account = self._hub.accounts.find(keyOrNone(name) or "")
        return account is not None or (passwords is not None and passwords.knows(name))

    def free(self, text: str, user: User | None = None) -> tuple[str, str, str]:
        """
        A name with its key and its skeleton, which somebody may have.

        @param user: who wants another name, if it is not somebody new.

        @raise LoquiError: when it cannot be a name, or is taken, or looks like one that is.
        """
        name = checkName(text)
        key = nameKey(name)
        looks = skeleton(name)
        isTheirs = user is not None and user.registered and user.key == key
        if not isTheirs and self.isRegistered(name):
            raise LoquiError("name-registered", f"{name} is registered; /login {name} PASSWORD if it is yours")
        self._hub.roster.checkFree(name, key, looks, user)
        self._hub.accounts.checkLooks(name)
        return name, key, looks

    def checkMayMove(self, user: User, key: str) -> None:
        """
        Make sure that nobody takes along to another name what belongs to an account.

        @raise LoquiError: with code C{name-registered}.
        """
        if key != user.key and user.key in self._hub.rooms.lobby.settings.owners:
            raise LoquiError(
                "name-registered", f"{user.name} is an operator's name; to be somebody else, connect again"
            )

    def login(self, session: Session, name: str, now: int) -> None:
        """
        Let somebody in who has shown that a name is theirs: once more, if they are here already.

        @raise LoquiError: when they are banned.
        """
        key = nameKey(name)
        self._hub.checkEntry(key, session.host, now)
        user = self._hub.users.get(key)
        if user is not None and user.registered:
            self._hub.attach(session, user)
            return
        looks = skeleton(name)
        self._oust(key, looks, now)
        self._hub.come(session, User(name, key, looks, now, registered=True), now)

    def become(self, session: Session, user: User, name: str, now: int) -> None:
        """
        Let a guest be who they have shown that they are.

        @raise LoquiError: when that somebody is here, or banned.
        """
        key = nameKey(name)
        self._hub.checkEntry(key, session.host, now)
        other = self._hub.users.get(key)
        if other is not None and other is not user and other.registered:
            raise LoquiError("name-taken", f"{name} is here; connect again and say /login {name} PASSWORD first")
        self.checkMayMove(user, key)
        looks = skeleton(name)
        self._oust(key, looks, now, user)
        user.registered = True
        if name != user.name:
            self._hub.move(session, user, (name, key, looks), now)

    def change(self, event: AccountChanged, session: Session | None) -> None:
        """An account is made, or is different from now on."""
        key = nameKey(event.to)
        user = self._hub.users.get(key)
        if event.change == "registered":
            self._takeOffice(key, event)
        self._hub.accounts.change(event)
        self._hub.journal.append(event, session)
        if event.change == "registered":
            self._give(event, user if session is not None and user is session.user else None)
        elif event.change == "deleted":
            self._hub.rooms.deleted(event)
            self._makeGuest(user, event.time)
        elif event.change == "suspended" and user is not None and user.registered:
            self._hub.expel(user, self._hub.rooms.lobby, "suspended", event.time)

    def reset(self, event: AccountChanged) -> list[Room]:
        """
        An account is as it was before, because a change could not be kept.

        @return: the rooms in whose settings it may be.
        """
        key = nameKey(event.to)
        self._hub.accounts.reset(key)
        user = self._hub.users.get(key)
        if user is not None and event.change in ("registered", "deleted"):
            account = self._hub.accounts.find(key)
            wasHere = self._hub.audience.present.get(user.shown) is user
            user.registered = account is not None and wasHere and nameKey(user.shown) == key
            if account is not None and wasHere and not user.registered:
                # They have been given the name since it was nobody's.
                self._hub.expel(user, self._hub.rooms.lobby, NOT_THEIRS, event.time)
        return list(self._hub.rooms.concerning(key))

    def _give(self, event: AccountChanged, user: User | None) -> None:
        """A name belongs to somebody from now on: who has it, or nobody who is here."""
        if user is not None:
            user.registered = True
        self._oust(nameKey(event.to), skeleton(event.to), event.time, user)

    def _oust(self, key: str, looks: str, now: int, owner: User | None = None) -> None:
        """Put out the guests who have a name that is not theirs, or one that looks like it."""
        for user in self._hub.roster.holding(key, looks):
            if user is not owner and not user.registered:
                self._hub.expel(user, self._hub.rooms.lobby, NOT_THEIRS, now)

    def _takeOffice(self, key: str, event: AccountChanged) -> None:
        """Who gets a name that an operator had is none."""
        lobby = self._hub.rooms.lobby
        if key in lobby.settings.owners:
            self._hub.journal.append(lobby.takeOffice(event.to, event.name, event.time))

    def _makeGuest(self, user: User | None, now: int) -> None:
        if user is None:
            return
        user.registered = False
        if self._hub.accounts.access != "open":
            self._hub.expel(user, self._hub.rooms.lobby, "account deleted", now)
