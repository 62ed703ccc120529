"""Rules of the machine: people make accounts, log in and give them up; operators make, change and take them."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from loqui.doors.login import Login
from loqui.wire import text
from tests.machine import NAMES, Machine, numbers
from tests.machine_people import CONNECTIONS
from tests.machine_secrets import INTRUDER
from tests.machine_visitor import Visitor
from tests.model_peace import SPANS
from tests.view import Task, View
from tests.world import fold

__all__ = ["Identities"]

#: What is done with an account, as often as it is written here.
_ACTIONS = ("add", "add", "passwd", "suspend", "restore", "restore", "delete", "list")


class Identities(Machine):
    """Those who have accounts, or would like to."""

    def passwordOf(self, name: str, isRight: bool = True) -> str:
        """The password of an account; a wrong one where there is none."""
        account = self.model.accepted.accounts.get(fold(name))
        return account.hash[::-1] if account is not None and isRight else self.password()

    def registered(self, number: int) -> str:
        """The name of an account, mostly one whose owner is not here."""
        world = self.model.accepted
        names = [account.name for account in world.accounts.values()]
        gone = [name for name in names if fold(name) not in map(fold, world.names.values())]
        known = [*names, *2 * gone, *NAMES]
        return known[number % len(known)]

    def code(self, number: int) -> str:
        """A code that was given, or none."""
        codes = ["", *self.secrets.codes]
        return codes[number % len(codes)]

    # As a first line.

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(number=numbers, other=numbers, isRight=st.sampled_from((True, True, False)))
    def logsIn(self, number: int, other: int, isRight: bool) -> None:
        """Somebody comes in with a password, mostly the right one."""
        name = self.registered(number)
        isRight = isRight and self.isOneIntruder(name)
        self.comesWith(name, self.passwordOf(name, isRight), number=other)

    def comesWith(self, name: str, password: str, number: int = 0) -> None:
        """Somebody gives their name and password."""
        visitor = self.connects(name in INTRUDER, number)
        self.arrives(visitor, f"/login {name} {password}", lambda view: self.register.login(view, name, password))

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(number=numbers, other=numbers)
    def comesNew(self, number: int, other: int) -> None:
        """Somebody comes in with an account that they have just made."""
        name, password, code = self.free(number, (*NAMES, *INTRUDER)), self.password(), self.code(other)
        if self.isOneIntruder(name):
            visitor = self.connects(name in INTRUDER, other)
            line = f"/register {name} {password} {code}"
            self.arrives(visitor, line, lambda view: self.register.comeNew(view, name, password, code))

    def arrives(self, visitor: Visitor, line: str, do: Callable[[View], Task]) -> None:
        """Somebody has sent their first line."""
        request = text.parseFirst(line.encode())
        assert request is not None
        login = Login(self.hub, self.passwords, visitor.session, lambda: self.model.now, self.cannotAsk)
        self.does(visitor, lambda: login.come(request))
        self.predicts(visitor, lambda: do(visitor.view))
        if visitor.isBusy:
            self.arriving.append(visitor)
        else:
            self.admits(visitor)

    async def cannotAsk(self, question: str) -> str:
        """Nobody is asked anything whose first line says all."""
        raise AssertionError(question)

    @precondition(lambda self: self.arriving)
    @rule(number=numbers)
    def losesPatience(self, number: int) -> None:
        """Somebody is gone before their password has been looked at."""
        visitor = self.arriving.pop(number % len(self.arriving))
        self.hub.drop(visitor.session)
        self.model.drop(visitor.view)

    def isOneIntruder(self, name: str) -> bool:
        """Whether somebody of that name is not the second intruder."""
        here = {fold(one) for one in self.model.accepted.names.values()} & set(map(fold, INTRUDER))
        return name not in INTRUDER or here <= {fold(name)}

    # Who is here.

    def typist(self, number: int, isFit: Callable[[View], bool] = lambda view: True) -> Visitor | None:
        """Somebody who would not say their password because they are pasting."""
        visitor = self.visitor(number, isFit)
        return visitor if visitor is not None and visitor.view.draft is None else None

    @rule(number=numbers, other=numbers)
    def registers(self, number: int, other: int) -> None:
        """Somebody makes an account."""
        visitor = self.typist(number, lambda view: not view.person.registered)
        if visitor is not None and not visitor.isIntruder:
            self.types(visitor, "/register", self.register.register, self.password(), self.code(other))

    @rule(number=numbers, other=numbers, isRight=st.booleans())
    def becomes(self, number: int, other: int, isRight: bool) -> None:
        """A guest logs in; the intruder knows no password."""
        visitor = self.typist(number, lambda view: not view.person.registered)
        if visitor is not None:
            name = self.registered(other)
            isRight = isRight and not visitor.isIntruder and name not in INTRUDER
            self.types(visitor, "/login", self.register.become, name, self.passwordOf(name, isRight))

    @rule(number=numbers, isRight=st.booleans(), isNew=st.booleans())
    def changesPassword(self, number: int, isRight: bool, isNew: bool) -> None:
        """Somebody changes their password, perhaps to one that is too short."""
        visitor = self.typist(number, lambda view: view.person.registered)
        if visitor is not None:
            old = self.passwordOf(self.model.name(visitor.view), isRight and visitor.view.person.registered)
            self.types(visitor, "/passwd", self.register.passwd, old, self.password() if isNew else self.word())

    @rule(number=numbers, isRight=st.sampled_from((True, True, False)))
    def unregisters(self, number: int, isRight: bool) -> None:
        """Somebody gives their account up."""
        visitor = self.typist(number, lambda view: view.person.registered)
        if visitor is not None:
            password = self.passwordOf(self.model.name(visitor.view), isRight and visitor.view.person.registered)
            self.types(visitor, "/unregister", self.register.unregister, password)

    @rule(number=numbers)
    def logsOut(self, number: int) -> None:
        """Somebody ends this connection."""
        if number % 4 == 0:
            self.types(self.visitor(number, lambda view: view.person.registered), "/logout", self.register.logout)

    # Operators.

    def operator(self, number: int) -> Visitor | None:
        """Who is at the server's own machine, an operator, or now and then anybody."""
        if number % 3 == 0:
            return None if self.admin.isBusy else self.admin
        return self.typist(number, lambda view: self.model.accepted.operates(view.person))

    @rule(number=numbers, other=numbers, action=st.sampled_from(_ACTIONS), isAnswered=st.booleans())
    def changesAccounts(self, number: int, other: int, action: str, isAnswered: bool) -> None:
        """An operator makes, changes, takes or lists accounts; the next line answers the question, if there is one."""
        visitor = self.operator(number)
        name = self.name(other) if action == "add" else self.registered(other)
        self.types(visitor, "/user", self.register.user, action, name)
        if visitor is not None and visitor.view.question is not None:
            self.types(visitor, self.password() if isAnswered else "short", self.register.user)

    @rule(number=numbers, uses=st.integers(1, 2), span=st.sampled_from(tuple(SPANS)))
    def givesCode(self, number: int, uses: int, span: str) -> None:
        """An operator gives a code for making accounts."""
        self.types(self.operator(number), "/invite-code", self.gives, str(uses), span)

    def gives(self, view: View, uses: str, span: str) -> None:
        """Only the hub knows the code that it has made."""
        codes = [event.code for event, _ in self.journal.waiting if type(event).__name__ == "CodeGiven"]
        self.register.give(view, int(uses), SPANS[span], codes[-1] if codes else "")

    @rule(number=numbers)
    def asksStats(self, number: int) -> None:
        """An operator asks what there is."""
        self.types(self.operator(number), "/stats", self.register.stats)
