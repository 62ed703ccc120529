"""The roster: who is here, by name and by what that looks like."""

from __future__ import annotations

from loqui.chat.user import User
from loqui.errors import LoquiError

__all__ = ["Roster"]


class Roster:
    """
    Everybody who is here, from the moment that was accepted.

    @ivar users: the user map: name keys to users.
    @ivar looks: skeletons of names to users.
    """

    def __init__(self, users: dict[str, User]) -> None:
        self.users = users
        self.looks: dict[str, User] = {}

    def add(self, user: User) -> None:
        """Somebody is here."""
        self.users[user.key] = user
        # Accounts of other systems may look like each other, and be here at once.
        self.looks.setdefault(user.skeleton, user)

    def remove(self, user: User) -> None:
        """Somebody is not here any more, or not under this name, which is free."""
        del self.users[user.key]
        if self.looks.get(user.skeleton) is user:
            del self.looks[user.skeleton]

    def holding(self, key: str, looks: str) -> list[User]:
        """Who has a name, or one that looks like it."""
        holders = dict.fromkeys((self.users.get(key), self.looks.get(looks)))
        return [user for user in holders if user is not None]

    def checkFree(self, name: str, key: str, looks: str, user: User | None) -> None:
        """
        Make sure that nobody has a name, or one that looks like it.

        @param user: who may have it.

        @raise LoquiError: with code C{name-taken} or C{name-confusable}.
        """
        if self.users.get(key, user) is not user:
            raise LoquiError("name-taken", f"{name} is already taken")
        if self.looks.get(looks, user) is not user:
            raise LoquiError("name-confusable", f"{name} looks too much like {self.looks[looks].name}, who is here")
