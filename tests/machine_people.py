"""Rules of the machine: people come, go and talk."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import NAMES, Machine, numbers
from tests.machine_secrets import INTRUDER

__all__ = ["People"]

#: So many connections there are at most, not counting the admin's.
CONNECTIONS = 10


class People(Machine):
    """Those who come, go and talk."""

    # Those who come and go.

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(number=numbers)
    def comes(self, number: int) -> None:
        """Somebody comes in, mostly under a name that is free."""
        self.enters(self.free(number, (*NAMES, *INTRUDER, *INTRUDER)), number)

    def enters(self, name: str, number: int = 0) -> None:
        """Somebody comes in under a name; there is only one intruder."""
        if name in INTRUDER and set(INTRUDER) & set(self.model.accepted.names.values()):
            return
        visitor = self.connects(name in INTRUDER, number)
        self.does(visitor, lambda: self.hub.enter(visitor.session, name, self.model.now))
        self.predicts(visitor, lambda: self.model.enter(visitor.view, name))
        self.admits(visitor)

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(number=numbers)
    def attaches(self, number: int) -> None:
        """Somebody who is here comes in once more."""
        other = self.visitor(number)
        if other is not None:
            visitor = self.connects(other.isIntruder, number)
            self.hub.attach(visitor.session, other.session.user)
            self.model.attach(visitor.view, other.view.person)
            self.admits(visitor)

    @rule(number=numbers)
    def quits(self, number: int) -> None:
        """Somebody leaves, if there are several or by chance."""
        if number % 4 == 0 or len(self.model.accepted.names) > 3:
            self.types(self.visitor(number), "/quit", self.model.leave)

    @rule(number=numbers, why=st.sampled_from(("", "too slow")))
    def drops(self, number: int, why: str) -> None:
        """A connection goes: one that had been closed, or by chance."""
        visitors = [visitor for visitor in self.visitors if visitor.view.isOver] or self.visitors
        if visitors and (number % 4 == 0 or visitors[0].view.isOver):
            visitor = visitors[number % len(visitors)]
            self.visitors.remove(visitor)
            if visitor.view.isIn:
                self.model.leave(visitor.view, why)
            self.hub.leave(visitor.session, why, self.model.now)
            self.compares(visitor)
            self.hub.drop(visitor.session)
            self.model.drop(visitor.view)

    @rule(number=numbers, other=numbers)
    def takesName(self, number: int, other: int) -> None:
        """Somebody changes their name; the intruder never has that of anybody else."""
        visitor = self.visitor(number)
        if visitor is not None:
            names = INTRUDER if visitor.isIntruder else NAMES
            self.types(visitor, "/nick", self.model.nick, self.free(other, names))

    @precondition(lambda self: len(self.model.accepted.names) > 3)
    @rule(number=numbers, other=numbers)
    def succeeds(self, number: int, other: int) -> None:
        """Somebody leaves with all connections, and somebody else takes the name; the intruder does neither."""
        leaving = self.visitor(number)
        if leaving is not None and not leaving.isIntruder:
            name = self.model.name(leaving.view)
            for visitor in self.visitors:
                if visitor.view.isIn and not visitor.isBusy and visitor.view.person is leaving.view.person:
                    self.types(visitor, "/quit", self.model.leave)
            heir = self.visitor(other)
            if heir is not None and not heir.isIntruder:
                self.types(heir, "/nick", self.model.nick, name)

    # Those who talk.

    @rule(number=numbers, other=numbers)
    def says(self, number: int, other: int) -> None:
        """Somebody says something, or adds it to what they paste."""
        visitor = self.visitor(number)
        room = self.where(other, visitor)
        self.types(visitor, "/say" if room else "", self.model.say, room, self.word())

    @rule(number=numbers)
    def acts(self, number: int) -> None:
        """Somebody does something."""
        self.types(self.visitor(number), "/me", self.model.act, self.word())

    @rule(number=numbers, other=numbers)
    def tells(self, number: int, other: int) -> None:
        """Somebody tells somebody something."""
        self.types(self.visitor(number), "/msg", self.model.tell, self.name(other), self.word())

    @rule(number=numbers)
    def replies(self, number: int) -> None:
        """Somebody answers who told them something."""
        gone = [None, *(self.model.accepted.names if number % 2 else ())]
        visitor = self.visitor(number, lambda view: view.correspondent not in gone)
        self.types(visitor, "/r", self.model.reply, self.word())

    @rule(number=numbers, other=numbers, isTold=st.booleans())
    def pastes(self, number: int, other: int, isTold: bool) -> None:
        """Somebody begins to paste, and has a first line."""
        visitor = self.visitor(number)
        where = self.name(other) if isTold else self.where(other, visitor)
        self.types(visitor, "/paste", self.model.paste, where)
        self.types(visitor, "", self.model.say, "", self.word())

    @rule(number=numbers)
    def endsPaste(self, number: int) -> None:
        """One of those who paste has done so."""
        visitor = self.visitor(number, lambda view: view.draft is not None)
        if visitor is not None and visitor.view.draft is not None:
            self.types(visitor, ".", self.model.say)
