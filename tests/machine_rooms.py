"""Rules of the machine: people go from room to room, and ask who and what is there."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine import ROOMS, Machine, numbers, switches
from tests.machine_visitor import Visitor
from tests.world import fold

__all__ = ["WRONG", "Visits"]

#: Words that open nothing.
WRONG = "t0"


class Visits(Machine):
    """Those who go from room to room, and ask."""

    # Those who go from room to room.

    @rule(number=numbers, other=numbers, hasKey=st.booleans())
    def joins(self, number: int, other: int, hasKey: bool) -> None:
        """Somebody goes to a room, with its key or without one; the intruder knows none."""
        visitor = self.visitor(number)
        known = [*ROOMS, *2 * self.invitations(visitor)]
        name = known[other % len(known)]
        room = self.model.accepted.rooms.get(fold(name))
        isTrusted = room is not None and visitor is not None and not visitor.isIntruder and visitor.view.draft is None
        word = room.key if isTrusted else WRONG
        self.types(visitor, "/join", self.model.join, name, word if hasKey else "")

    def invitations(self, visitor: Visitor | None) -> list[str]:
        """The rooms that somebody is invited to."""
        key = self.model.accepted.key(visitor.view.person) if visitor else ""
        return [room.name for room in self.model.accepted.rooms.values() if key in room.invited]

    @rule(number=numbers, other=numbers)
    def leavesRoom(self, number: int, other: int) -> None:
        """Somebody leaves a room."""
        visitor = self.visitor(number)
        self.types(visitor, "/leave", self.model.part, self.where(other, visitor))

    @rule(number=numbers, other=numbers, isHere=st.booleans())
    def invites(self, number: int, other: int, isHere: bool) -> None:
        """Somebody invites somebody; nobody invites the intruder."""
        visitor = self.visitor(number, self.hides)
        members = self.room(visitor.view).members if visitor else []
        intruders = [visitor.view.person for visitor in self.visitors if visitor.isIntruder]
        room = "" if isHere else self.where(other, visitor)
        self.types(visitor, "/invite", self.model.invite, self.name(other, [*members, *intruders]), room)

    @rule(number=numbers, other=numbers)
    def uninvites(self, number: int, other: int) -> None:
        """Somebody takes an invitation back."""
        visitor = self.visitor(number, lambda view: self.hides(view) and bool(self.room(view).invited))
        invited = sorted(self.room(visitor.view).invited) if visitor else []
        name = invited[other % len(invited)] if invited else "bob"
        self.types(visitor, "/uninvite", self.model.uninvite, name)

    @rule(number=numbers, switch=switches)
    def closes(self, number: int, switch: str) -> None:
        """Somebody hides a room, or shows it again."""
        visitor = self.visitor(number, self.owns if switch == "on" else lambda view: True)
        self.types(visitor, "/private", self.model.private, switch)

    @rule(number=numbers, isSet=st.booleans())
    def locks(self, number: int, isSet: bool) -> None:
        """Somebody gives a room a key, or takes it away."""
        visitor = self.visitor(number, self.hides)
        if visitor is not None and visitor.view.draft is None:
            self.types(visitor, "/key", self.model.key, self.word() if isSet else "-")

    @rule(number=numbers, what=st.sampled_from(("ask", "ask", "clear", "set", "set")))
    def topics(self, number: int, what: str) -> None:
        """Somebody asks for a topic, or sets one."""
        topic = {"ask": "", "clear": "-", "set": self.word()}[what]
        self.types(self.visitor(number), "/topic", self.model.topic, topic)

    # Those who ask, and what they want to see.

    @rule(number=numbers, other=numbers)
    def asksWho(self, number: int, other: int) -> None:
        """Somebody asks who is in a room."""
        visitor = self.visitor(number)
        self.types(visitor, "/who", self.model.who, self.where(other, visitor))

    @rule(number=numbers, word=st.sampled_from(("", "", "re", "bi")))
    def asksRooms(self, number: int, word: str) -> None:
        """Somebody asks which rooms there are."""
        self.types(self.visitor(number), "/rooms", self.model.rooms, word)

    @rule(number=numbers, other=numbers)
    def asksWhois(self, number: int, other: int) -> None:
        """Somebody asks who somebody is."""
        self.types(self.visitor(number), "/whois", self.model.whois, self.name(other))

    @rule(number=numbers, other=numbers)
    def ignores(self, number: int, other: int) -> None:
        """Somebody does not want to hear somebody."""
        self.types(self.visitor(number), "/ignore", self.model.ignore, self.name(other))

    @rule(number=numbers, other=numbers)
    def unignores(self, number: int, other: int) -> None:
        """Somebody wants to hear somebody again."""
        visitor = self.visitor(number, lambda view: bool(view.ignored))
        ignored = sorted(visitor.view.ignored) if visitor else []
        name = ignored[other % len(ignored)] if ignored else "bob"
        self.types(visitor, "/unignore", self.model.unignore, name)

    @rule(number=numbers, switch=switches)
    def quiets(self, number: int, switch: str) -> None:
        """Somebody does not want to see who comes and goes, or wants to again."""
        visitor = self.visitor(number)
        self.types(visitor, "/quiet", self.model.quiet, switch)
        if visitor is not None:
            visitor.people.clear()

    @rule(number=numbers)
    def goesAway(self, number: int) -> None:
        """Somebody goes away."""
        self.types(self.visitor(number), "/away", self.model.away, self.word())

    @rule(number=numbers)
    def comesBack(self, number: int) -> None:
        """Somebody comes back."""
        visitor = self.visitor(number, lambda view: view.person.away is not None)
        self.types(visitor, "/back", self.model.back)

    @rule(number=numbers, other=numbers)
    def asksInVain(self, number: int, other: int) -> None:
        """Somebody goes to a room and asks about it, none of which can be kept."""
        visitor = self.visitor(number)
        room = self.where(other, visitor)
        self.joins(number, other, False)
        for command, do in (("/join", self.model.join), ("/who", self.model.who)):
            self.types(visitor, command, do, room or "#green")
        self.types(visitor, "/who", self.model.who)
        self.types(visitor, "/topic", self.model.topic)
        self.fails()
