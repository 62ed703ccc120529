"""Whose names are whose, as the model of the chat has it: accounts, and who makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loqui.answers import Question
from loqui.events import LOBBY, AccountChanged, CodeGiven, Moderated, Renamed
from loqui.identities import digestCode
from tests.model import Model
from tests.view import Refused, Task, View, notice
from tests.world import Person, fold, looks

__all__ = ["NOT_THEIRS", "Register"]

#: Why somebody has left whose name is an account's, and who has not logged in.
NOT_THEIRS = "the name is somebody else's"

#: Lines that count what there is.
_GAUGES = 4


class Register:
    """The commands for one's own account, and for operators. What waits for a password yields then."""

    def __init__(self, model: Model) -> None:
        self._model = model

    # Before one is in.

    def login(self, view: View, name: str, password: str) -> Task:
        """C{/login} as a first line: once more, if they are here."""
        self._model.checkEntry(view, None)
        yield
        name = self._prove(name, password)
        if not view.isOver:
            self._letIn(view, name)

    def _letIn(self, view: View, name: str) -> None:
        self._model.checkEntry(view, fold(name))
        person = self._model.accepted.holder(fold(name))
        if person is not None and person.registered:
            self._model.attach(view, person)
        else:
            self._oust(name, None)
            self._model.come(view, name, registered=True)

    def comeNew(self, view: View, name: str, password: str, code: str = "") -> Task:
        """C{/register} as a first line."""
        self._model.checkEntry(view, None)
        self._checkMayCome(view, name, code)
        yield
        self._checkFit(password)
        if not view.isOver:
            self._checkMayCome(view, name, code)
            self._change(view, AccountChanged(name, name, "registered", password[::-1], _digest(code), self._model.now))
            self._letIn(view, name)

    def _checkMayCome(self, view: View, name: str, code: str) -> None:
        self._model.checkNew()
        self._model.checkEntry(view, fold(name))
        self._model.checkFree(name, None)
        self._checkCode(code)

    # One's own.

    def register(self, view: View, password: str, code: str = "") -> Task:
        """C{/register}."""
        key = self._model.accepted.key(view.person)
        self._checkNew(view, code)
        yield
        self._checkFit(password)
        if view.isIn:
            self._checkNew(view, code)
            if self._model.accepted.key(view.person) != key:
                raise Refused
            self._changes(view, self._model.name(view), "registered", password, code)

    def _checkNew(self, view: View, code: str) -> None:
        self._checkNobodys(self._model.name(view))
        self._checkCode(code)
        self._model.checkNew()

    def become(self, view: View, name: str, password: str) -> Task:
        """C{/login} of a guest who is here."""
        if view.person.registered:
            raise Refused
        yield
        name = self._prove(name, password)
        if not view.isIn:
            return
        self._model.checkEntry(view, fold(name))
        other = self._model.accepted.holder(fold(name))
        if other not in (None, view.person) and other.registered:
            raise Refused
        self._model.checkMayMove(view, fold(name))
        self._oust(name, view.person)
        view.person.registered = True
        if name != self._model.name(view):
            self._model.happens(view, Renamed(self._model.name(view), name, self._model.now))
        self._model.confirms(view)

    def passwd(self, view: View, old: str, new: str) -> Task:
        """C{/passwd}."""
        name = self._ownAccount(view)
        yield
        self._prove(name, old)
        yield
        self._checkFit(new)
        if view.isIn:
            self._changes(view, self._ownAccount(view), "password", new)

    def logout(self, view: View) -> None:
        """C{/logout}."""
        if not view.person.registered:
            raise Refused
        self._model.leave(view)

    def unregister(self, view: View, password: str) -> Task:
        """C{/unregister}."""
        name = self._ownAccount(view)
        yield
        self._prove(name, password)
        if view.isIn:
            self._changes(view, self._ownAccount(view), "deleted")

    def _ownAccount(self, view: View) -> str:
        if not view.person.registered or self._model.accepted.key(view.person) not in self._model.accepted.accounts:
            raise Refused
        return self._model.name(view)

    # Those of others.

    def user(self, view: View, action: str, name: str = "") -> None:
        """C{/user}."""
        self._checkOperator(view)
        if action == "list":
            self._model.asks(view, lambda: self._listed(fold(name)))
        elif action == "add":
            self._checkNobodys(name)
            self._asks(view, name, "registered")
        elif action == "passwd":
            self._checkMaySet(view, name)
            self._asks(view, self._model.accepted.accounts[fold(name)].name, "password")
        else:
            self._decides(view, name, {"delete": "deleted", "suspend": "suspended", "restore": "restored"}[action])

    def _decides(self, view: View, name: str, change: str) -> None:
        key, world = fold(name), self._model.accepted
        if key not in world.accounts or key == world.key(view.person):
            raise Refused
        if change != "deleted" and world.accounts[key].suspended == (change == "suspended"):
            raise Refused
        if change != "restored" and key in world.lobby.owners:
            raise Refused
        self._changes(view, world.accounts[key].name, change)

    def _asks(self, view: View, name: str, change: str) -> None:
        view.question = lambda password: self._answered(view, name, change, password)
        self._model.asks(view, lambda: [Question(f"Password for {name}:")])

    def _answered(self, view: View, name: str, change: str, password: str) -> Task:
        self._checkMay(view, name, change)
        yield
        self._checkFit(password)
        if view.isIn:
            self._checkMay(view, name, change)
            self._changes(view, name, change, password)

    def _checkMay(self, view: View, name: str, change: str) -> None:
        self._checkOperator(view)
        if change == "registered":
            self._checkNobodys(name)
        else:
            self._checkMaySet(view, name)

    def _checkMaySet(self, view: View, name: str) -> None:
        key, world = fold(name), self._model.accepted
        isOther = key != world.key(view.person) and not view.person.operates
        if key not in world.accounts or (isOther and key in world.lobby.owners):
            raise Refused

    def _listed(self, part: str) -> list[Any]:
        return [notice() for key in self._model.told.accounts if part in key] or [notice()]

    def give(self, view: View, uses: int, span: int, code: str) -> None:
        """C{/invite-code}; which one it is can only be seen."""
        self._checkOperator(view)
        now = self._model.now
        self._model.does(view, CodeGiven(self._model.name(view), code, uses, now + span, now))
        self._model.confirms(view)

    def stats(self, view: View) -> None:
        """C{/stats}."""
        self._checkOperator(view)
        self._model.asks(view, lambda: [notice()] * _GAUGES)

    # What that needs, and what comes of it.

    def _checkOperator(self, view: View) -> None:
        if not self._model.accepted.operates(view.person):
            raise Refused

    def _checkNobodys(self, name: str) -> None:
        if fold(name) in self._model.accepted.accounts:
            raise Refused
        self._model.checkLooks(name)

    def _checkCode(self, code: str) -> None:
        known = self._model.accepted.codes.get(_digest(code))
        isValid = known is not None and known.uses > 0 and self._model.now < known.until
        if not isValid and (code or self._model.access == "closed"):
            raise Refused

    def _checkFit(self, password: str) -> None:
        if len(password) < 8:
            raise Refused

    def _prove(self, name: str, password: str) -> str:
        account = self._model.accepted.accounts.get(fold(name))
        if account is None or account.suspended or account.hash != password[::-1]:
            raise Refused
        return account.name

    def _changes(self, view: View, name: str, change: str, password: str = "", code: str = "") -> None:
        by, now = self._model.name(view), self._model.now
        self._change(view, AccountChanged(by, name, change, password[::-1], _digest(code), now))
        if view.isIn:
            self._model.confirms(view)

    def _change(self, view: View, event: AccountChanged) -> None:
        world, key = self._model.accepted, fold(event.to)
        person, isOffice = world.holder(key), key in world.lobby.owners
        if event.change == "registered" and isOffice:
            # Who had it before is an operator no more.
            why = "it is a new account"
            self._model.happens(None, Moderated(event.name, LOBBY, "deop", event.to, why, 0, event.time))
        self._model.happens(view, event)
        if event.change == "registered":
            isTheirs = person is not None and person is view.person
            if isTheirs:
                person.registered = True
            self._oust(event.to, person if isTheirs else None)
        elif person is not None:
            self._loses(person, event.change)

    def _loses(self, person: Person, change: str) -> None:
        if change == "suspended" and person.registered:
            self._model.expel(person, self._model.accepted.lobby, "suspended")
        elif change == "deleted":
            person.registered = False
            if self._model.access != "open":
                self._model.expel(person, self._model.accepted.lobby, "account deleted")

    def _oust(self, name: str, owner: Person | None) -> None:
        for person in self._called(name):
            if person is not owner and not person.registered:
                self._model.expel(person, self._model.accepted.lobby, NOT_THEIRS)

    def _called(self, name: str) -> Iterator[Person]:
        """Who has a name, and then who has one that looks like it."""
        people = sorted(self._model.accepted.names, key=lambda person: self._model.accepted.key(person) != fold(name))
        for person in people:
            other = self._model.accepted.names[person]
            if fold(other) == fold(name) or looks(other) == looks(name):
                yield person


def _digest(code: str) -> str:
    return digestCode(code) if code else ""
