"""Rules of the machine: somebody without any rights tries everything."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from loqui.answers import Refusal
from loqui.events import LOBBY
from tests.machine import NAMES, ROOMS, Machine, numbers
from tests.machine_rooms import WRONG
from tests.machine_visitor import Visitor
from tests.model import Model
from tests.view import Refused, View
from tests.world import fold, looks

__all__ = ["Intruder"]

#: A room that is never made.
NOWHERE = "#xyzzy"

#: What can be asked about a room, but for a bare /join: the command, what it is to the model, and its arguments.
PROBES = (
    ("/join", Model.join, "{}", WRONG),
    ("/who", Model.who, "{}"),
    ("/leave", Model.part, "{}"),
    ("/say", Model.say, "{}", "text"),
    ("/msg", Model.say, "{}", "text"),
    ("/paste", Model.paste, "{}"),
    ("/invite", Model.invite, "bob", "{}"),
    ("/rooms", Model.rooms, "{}"),
)

#: What only somebody may who rules a room.
DEEDS = (
    "/kick {room} {name} {word}",
    "/ban {room} {name} {word}",
    "/ban {room} 192.0.2.1 {word}",
    "/unban {room} {name}",
    "/unban {room} 192.0.2.0/24",
    "/mute {room} {name} 1s {word}",
    "/unmute {room} {name}",
    "/op {room} {own}",
    "/op {room} {name}",
    "/deop {room} {name}",
    "/slow {room} 5s",
    "/slow {room} off",
    "/lockdown {room} on",
    "/lockdown {room} off",
    "/announce {room} {word}",
    "/bans {room}",
    "/audit {room}",
)

#: What only operators may.
OFFICES = (
    "/user list",
    "/user add {own}",
    "/user add {name}",
    "/user passwd {name}",
    "/user passwd {own}",
    "/user suspend {name}",
    "/user restore {name}",
    "/user delete {name}",
    "/invite-code",
    "/invite-code 3 2h",
    "/stats",
)


def refuses(view: View) -> None:
    """What becomes of that."""
    raise Refused


class Intruder(Machine):
    """He has no rights, no password of others and no key; he is muted and banned more often than anybody."""

    def intruder(self) -> Visitor | None:
        """The intruder, if he is here and can type a command."""
        for visitor in self.visitors:
            isFree = visitor.view.draft is None and not visitor.isBusy
            if visitor.isIntruder and visitor.view.isIn and isFree:
                return visitor
        return None

    # Rooms that he may not know of.

    @rule(probe=st.sampled_from(PROBES), room=st.sampled_from(ROOMS), isSettled=st.booleans())
    def intrudes(self, probe: tuple[Any, ...], room: str, isSettled: bool) -> None:
        """He asks about a room that he may not know of, and then the same about one that does not exist."""
        visitor = self.intruder()
        if visitor is None or self.knows(visitor.view, room):
            return
        if isSettled:
            self.commits()
        if visitor.view.isIn:
            answers = [self.probes(visitor, probe, name, isSettled) for name in (room, NOWHERE)]
            assert answers[0] == answers[1], answers

    def probes(self, visitor: Visitor, probe: tuple[Any, ...], room: str, isSettled: bool) -> list[str]:
        """What somebody is answered who asks about a room, without its name."""
        command, do, *arguments = probe
        self.compares(visitor)
        self.types(visitor, command, partial(do, self.model), *(word.format(room) for word in arguments))
        if isSettled:
            self.commits()
        return [line.replace(room, "") for line in self.compares(visitor)]

    def knows(self, view: View, room: str) -> bool:
        """Whether somebody may know of a room, or of one that looks like it."""
        world = self.model.accepted
        like = [key for key, other in world.rooms.items() if looks(other.name[1:]) == looks(room[1:])]
        return any(world.shows(key, view.person) for key in (fold(room), *like))

    # What he may not do.

    @rule(deed=st.sampled_from((*DEEDS, *OFFICES)), room=st.sampled_from(("#lobby", *ROOMS)), other=numbers)
    def overreaches(self, deed: str, room: str, other: int) -> None:
        """He does what only those may who rule a room, or everything."""
        visitor = self.intruder()
        if visitor is not None and fold(room) not in self.owned(visitor.view):
            own = self.model.name(visitor.view)
            self.isRefused(visitor, deed.format(room=room, name=self.name(other), own=own, word=self.word()))

    @rule(number=numbers)
    def usurps(self, number: int) -> None:
        """He changes into a name that is somebody's, here or not, or what looks like it."""
        visitor = self.intruder()
        world = self.model.accepted
        used = [*world.names.values(), *(account.name for account in world.accounts.values())]
        names = [name for name in NAMES if any(fold(name) == fold(one) or looks(name) == looks(one) for one in used)]
        if visitor is not None and names:
            self.isRefused(visitor, f"/nick {names[number % len(names)]}")

    @rule(number=numbers, command=st.sampled_from(("/passwd", "/unregister", "/login alice")))
    def guesses(self, number: int, command: str) -> None:
        """He guesses a password."""
        visitor = self.intruder()
        if visitor is not None and not self.passwords.isSlow:
            second = f" {self.password()}" if command == "/passwd" else ""
            self.isRefused(visitor, f"{command} {self.password()}{second}")

    def owned(self, view: View) -> list[str]:
        """The keys of rooms that somebody rules."""
        world = self.model.accepted
        return [key for key, room in world.rooms.items() if key != LOBBY and world.rules(room, view.person)]

    def isRefused(self, visitor: Visitor, line: str) -> None:
        """He is told so at once, and nothing else happens."""
        self.compares(visitor)
        before = len(self.journal.waiting)
        self.types(visitor, line, refuses)
        assert len(self.journal.waiting) == before, line
        assert visitor.session.question is None, line
        if visitor.view.isListening:
            values = visitor.wire.read(visitor.outlet.chunks and b"".join(visitor.outlet.chunks).decode().splitlines())
            assert [type(value) for value in values] == [Refusal], (line, values)
