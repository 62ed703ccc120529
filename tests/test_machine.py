"""
The chat as a whole, driven at random against a simple model of it.

The hub and the command table are the real ones; C{tests/model.py} says what everybody is
to see. After every step all that every session has been sent is compared, and what the hub
knows with what is true. One of those who are here is an intruder, who tries everything and
has his own checks.

A run takes a few seconds and is the same every time. Another one, of at least 100,000 steps::

    LOQUI_STEPS=100000 trial tests.test_machine
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Entered, Members, Refusal, Welcome
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.ports import Turn
from loqui.chat.room import Room
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import LOBBY, Event, Forgotten, Joined, KeySet, Left, PrivacySet, Renamed, Told
from loqui.settings import Settings
from loqui.testing import RecordingJournal, RecordingOutlet
from loqui.wire import text
from tests.model import DAY, TOKEN, Entry, Model, Refused, View, plain
from tests.world import BACKLOG, Person, Place, World, fold, looks

#: How many steps there are in all, and in one life of a hub.
STEPS = int(os.environ.get("LOQUI_STEPS", "0"))
LIFE = 100

#: UTC in milliseconds since the epoch.
NOON = 1_795_348_800_000

NAMES = ("alice", "Alice", "bob", "carol", "bill", "biII")
INTRUDER = ("mallory", "Mallory", "trudy")
ROOMS = ("#red", "#Red", "#green", "#bill", "#biII")

#: A room that is never made, and words that open nothing.
NOWHERE = "#xyzzy"
WRONG = "t0"

#: So many have been seen; more would be told together.
CONNECTIONS = 10
PENDING = 16

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

#: Picks one of several.
numbers = st.integers(0, 99)
switches = st.sampled_from(("on", "off"))


class Wire:
    """A wire that writes each value as a number, by which it is found again."""

    def __init__(self) -> None:
        self._values: list[Any] = []

    def render(self, what: Any) -> bytes:
        """Write one value."""
        self._values.append(what)
        return b"%d\n" % (len(self._values) - 1)

    def read(self, lines: list[str]) -> list[Any]:
        """The values that were written."""
        return [self._values[int(line)] for line in lines]


class Visitor:
    """
    One connection to the real hub, with the model's view of it.

    @ivar isIntruder: whether this is the one who is not to know anything.
    @ivar people: who is in a room as far as one can know who has only read, by name of the room.
    """

    def __init__(self, wire: Wire, isIntruder: bool) -> None:
        self.wire = wire
        self.isIntruder = isIntruder
        self.outlet = RecordingOutlet()
        self.session = Session(wire.render, self.outlet)
        self.view = View()
        self.people: dict[str, set[str]] = {}
        self.name = ""

    def reads(self) -> list[Any]:
        """The values that were sent since the last time."""
        values = self.wire.read(self.outlet.take())
        for value in values:
            self._counts(value)
        return values

    def _counts(self, value: Any) -> None:
        """Keep count of who is where."""
        match value:
            case Welcome():
                self.name = value.name
                self.people[LOBBY] = {value.name, *value.here}
            case Entered():
                self.people[value.room] = {self.name, *value.here}
            case Joined() if value.room in self.people:
                self.people[value.room].add(value.name)
            case Left(room=room) if room == LOBBY:
                for people in self.people.values():
                    people.discard(value.name)
            case Left() if value.room in self.people:
                self.people[value.room].discard(value.name)
            case Renamed():
                self._calls(value)
            case Members() if self.name in value.names and not self.view.quiet:
                assert self.people.setdefault(value.room, set(value.names)) == set(value.names)

    def _calls(self, event: Renamed) -> None:
        self.name = event.to if self.name == event.name else self.name
        for people in self.people.values():
            if event.name in people:
                people.remove(event.name)
                people.add(event.to)


class Secrets:
    """What the intruder must never read: words of others, and of rooms where he cannot be."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.keys: set[str] = set()

    def takes(self, event: Event, entry: Entry, world: World) -> None:
        """Something has been accepted that may have words in it."""
        words = TOKEN.findall(getattr(event, "text", ""))
        if isinstance(event, KeySet):
            self.keys.add(event.key)
        elif isinstance(event, PrivacySet) and not event.private:
            # Who comes in now is shown what was said last.
            self.words = {word: room for word, room in self.words.items() if room != event.room}
        elif isinstance(event, Told):
            isHis = any(self._isIntruder(person, world) for person in (entry.person, entry.to))
            self.words.update({} if isHis else dict.fromkeys(words, ""))
        elif words and self._isHidden(event.room, world):
            self.words.update(dict.fromkeys(words, event.room))

    def isIn(self, line: str) -> bool:
        """Whether there is something in a line that he must not read."""
        return not self.words.keys().isdisjoint(TOKEN.findall(line))

    def hasKey(self, line: str) -> bool:
        """Whether there is something in a line that nobody must read."""
        return not self.keys.isdisjoint(TOKEN.findall(line))

    def _isIntruder(self, person: Person | None, world: World) -> bool:
        return world.names.get(person) in INTRUDER

    def _isHidden(self, room: str, world: World) -> bool:
        """Whether the intruder may not come into a room, if he is here at all."""
        intruders = [person for person in world.names if self._isIntruder(person, world)]
        isKnown = any(world.shows(fold(room), person) for person in intruders)
        return world.rooms[fold(room)].private and not isKnown


class ChatMachine(RuleBasedStateMachine):
    """People who do everything, at any moment, with a disk that is full now and then."""

    #: How many steps there have been, in all lives.
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.journal = RecordingJournal()
        self.seconds: list[Callable[[], None]] = []
        self.hub = Hub(self.journal, {}, lambda seconds, function: self.seconds.append(function), BACKLOG)
        self.journal.tell(self.hub)
        self.secrets = Secrets()
        self.model = Model(NOON, lambda event, entry: self.secrets.takes(event, entry, self.model.accepted))
        self.wires = (Wire(), Wire())
        self.visitors: list[Visitor] = []
        self.users: dict[Person, User] = {}
        self.taken: set[str] = set()
        self.freed: set[str] = set()
        self.isWell = False
        self._words = 0

    def word(self) -> str:
        """A word that has never been said."""
        self._words += 1
        return f"t{self._words}"

    def connects(self, isIntruder: bool) -> Visitor:
        """A new connection."""
        return Visitor(self.wires[len(self.visitors) % 2], isIntruder)

    def visitor(self, number: int, isFit: Callable[[View], bool] = lambda view: True) -> Visitor | None:
        """One of those whose lines count, and whom something fits; if it fits nobody, anybody."""
        visitors = [visitor for visitor in self.visitors if visitor.view.isIn]
        fit = [visitor for visitor in visitors if isFit(visitor.view)] or visitors
        return fit[number % len(fit)] if fit else None

    def room(self, view: View) -> Place:
        """Where somebody talks."""
        return self.model.accepted.rooms[view.room]

    def owns(self, view: View) -> bool:
        """Whether somebody talks in a room of their own."""
        return self.model.accepted.key(view.person) in self.room(view).owners

    def hides(self, view: View) -> bool:
        """Whether somebody talks in a private room of their own."""
        return self.owns(view) and self.room(view).private

    def name(self, number: int, others: Collection[Person] = ()) -> str:
        """The name of somebody who is here and none of these, mostly."""
        here = [name for person, name in self.model.accepted.names.items() if person not in others]
        known = [*here, *here, *NAMES]
        return known[number % len(known)]

    def free(self, number: int, names: tuple[str, ...]) -> str:
        """A name of these that nobody has, mostly one that somebody has just given up."""
        taken = set(map(fold, self.model.accepted.names.values()))
        free = [name for name in names if fold(name) not in taken]
        freed = [name for name in free if name in self.freed]
        known = [*3 * freed, *2 * free, *names]
        return known[number % len(known)]

    def where(self, number: int, visitor: Visitor | None) -> str:
        """The name of a room where somebody is, mostly, or none."""
        rooms = list(self.model.accepted.rooms.values())[1:]
        his = [room.name for room in rooms if visitor and visitor.view.person in room.members]
        known = [*his, *his, *his, "", "", *ROOMS]
        return known[number % len(known)]

    def types(self, visitor: Visitor | None, command: str, do: Callable[..., None], *arguments: str) -> None:
        """Somebody types a line; what comes of it is predicted with the same arguments."""
        if visitor is None:
            return
        session, line = visitor.session, " ".join(word for word in (command, *arguments) if word)
        request = text.parse(line.encode(), verbatim=session.draft is not None)
        assert request is not None
        try:
            commands.run(self.hub, session, request, self.model.now)
        except LoquiError as refusal:
            session.tell(Refusal(refusal.code, refusal.sentence))
        try:
            self.model.types(visitor.view, line, lambda view: do(view, *arguments))
        except Refused:
            visitor.view.hears(Refusal("", ""))

    # Those who come and go.

    @initialize()
    def begins(self) -> None:
        """There are some people, a private room with two of them and a guest, and an open one."""
        for name in ("alice", "bob", "carol", "mallory"):
            self.enters(name)
        for number in range(2):
            self.attaches(number)
        alice, bob, carol, *_ = self.visitors
        for visitor, room in ((alice, "#red"), (bob, "#red"), (carol, "#green")):
            self.types(visitor, "/join", self.model.join, room)
        self.types(alice, "/private", self.model.private, "on")
        self.types(alice, "/invite", self.model.invite, "carol")
        self.commits()

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(number=numbers)
    def comes(self, number: int) -> None:
        """Somebody comes in, mostly under a name that is free."""
        self.enters(self.free(number, (*NAMES, *INTRUDER, *INTRUDER)))

    def enters(self, name: str) -> None:
        """Somebody comes in under a name; there is only one intruder."""
        if name in INTRUDER and set(INTRUDER) & set(self.model.accepted.names.values()):
            return
        visitor = self.connects(name in INTRUDER)
        try:
            self.hub.enter(visitor.session, name, self.model.now)
        except LoquiError as refusal:
            visitor.session.tell(Refusal(refusal.code, refusal.sentence))
        try:
            self.model.enter(visitor.view, name)
        except Refused:
            visitor.view.hears(Refusal("", ""))
        self.admits(visitor)

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(number=numbers)
    def attaches(self, number: int) -> None:
        """Somebody who is here comes in once more."""
        other = self.visitor(number)
        if other is not None:
            visitor = self.connects(other.isIntruder)
            self.hub.attach(visitor.session, other.session.user)
            self.model.attach(visitor.view, other.view.person)
            self.admits(visitor)

    def admits(self, visitor: Visitor) -> None:
        """A connection has been let in, or not."""
        assert (visitor.session.user is None) == (visitor.view.person is None)
        if visitor.view.person is None:
            self.compares(visitor)
        else:
            assert self.users.setdefault(visitor.view.person, visitor.session.user) is visitor.session.user
            self.visitors.append(visitor)

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
                if visitor.view.isIn and visitor.view.person is leaving.view.person:
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

    # The intruder.

    @rule(probe=st.sampled_from(PROBES), room=st.sampled_from(ROOMS), isSettled=st.booleans())
    def intrudes(self, probe: tuple[Any, ...], room: str, isSettled: bool) -> None:
        """He asks about a room that he may not know of, and then the same about one that does not exist."""
        visitor = next((visitor for visitor in self.visitors if visitor.isIntruder and visitor.view.isIn), None)
        if visitor is None or visitor.view.draft is not None or self.knows(visitor.view, room):
            return
        if isSettled:
            self.commits()
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

    # What becomes of it.

    @rule()
    def commits(self) -> None:
        """All that is pending is kept, and a second passes."""
        self.journal.commit()
        self.model.commit()
        seconds, self.seconds = self.seconds, []
        for function in seconds:
            function()

    @rule()
    def fails(self) -> None:
        """Nothing that is pending can be kept."""
        self.journal.fail("disk full")
        self.model.fail()

    @rule(hours=st.sampled_from((1, DAY)), isKept=st.booleans())
    def hoursPass(self, hours: int, isKept: bool) -> None:
        """Hours pass; what happens in the last one of them is pending."""
        for hour in range(hours):
            if hour:
                (self.commits if isKept else self.fails)()
            self.model.now += 3_600_000
            self.hub.anHourHasPassed(self.model.now)
            self.model.hour()

    # What is true after every step.

    @invariant()
    def allIsWell(self) -> None:
        """Everybody has seen what they are to see, and the hub knows what is true."""
        ChatMachine.steps += 1
        self.isWell = False
        names = set(self.model.accepted.names.values())
        self.freed, self.taken = self.taken - names or self.freed, names
        self.model.now += 700
        if len(self.model.pending) > PENDING:
            self.commits()
        for visitor in self.visitors:
            self.compares(visitor)
        self.checkPending()
        self.checkPeople()
        self.checkRooms(self.model.accepted, self.hub.rooms._byKey.values(), "members", "settings", "rooms")
        self.checkRooms(self.model.told, self.hub.audience.rooms.values(), "present", "told", "seats")
        self.checkSeats()
        self.checkFilters()
        self.isWell = True

    def compares(self, visitor: Visitor) -> list[str]:
        """Somebody has been sent what they are to see and no secret; the lines, as they are written for people."""
        values = visitor.reads()
        expected, visitor.view.lines = visitor.view.lines, []
        assert list(map(plain, values)) == expected, f"{list(map(plain, values))}\n!=\n{expected}"
        lines = [text.render(value).decode() for value in values]
        for line in lines:
            assert line.count("\n") == line.count("\r\n"), line
            assert not self.secrets.hasKey(line), line
            assert not (visitor.isIntruder and self.secrets.isIn(line)), line
        return lines

    def checkPending(self) -> None:
        """The journal has been given what was accepted, and nothing else; rooms are forgotten in any order."""
        waiting = [event for event, _ in self.journal.waiting]
        expected = [entry.what for entry in self.model.pending]
        for pair in zip(waiting, expected, strict=True):
            isTurn, isForgotten = isinstance(pair[0], Turn), isinstance(pair[0], Forgotten)
            assert callable(pair[1]) if isTurn else isForgotten or pair[0] == pair[1], pair
        assert self.forgotten(waiting) == self.forgotten(expected)
        assert len(self.hub._promised) == sum(entry.isPromised for entry in self.model.pending)

    def forgotten(self, what: list[Any]) -> set[str]:
        """The rooms that are to be forgotten."""
        return {event.room for event in what if isinstance(event, Forgotten)}

    def checkPeople(self) -> None:
        """Those who are here are here under their names, with their connections."""
        hub, told, accepted = self.hub, self.model.told, self.model.accepted
        users = {person: self.users[person] for person in accepted.names}
        assert hub.users == {fold(name): users[person] for person, name in accepted.names.items()}
        assert hub.roster.looks == {user.skeleton: user for user in users.values()}
        assert hub.audience.present == {name: self.users[person] for person, name in told.names.items()}
        for person, user in users.items():
            assert user.name == accepted.names[person]
            sessions = [visitor.session for visitor in self.visitors if visitor.view in self.model.viewsOf(person)]
            assert list(user.sessions) == sessions

    def checkRooms(self, world: World, rooms: Iterable[Room], members: str, settings: str, places: str) -> None:
        """There are the rooms of a world, set as they are there; who is in them is so both ways."""
        assert {room.name: self.facts(room, members, settings) for room in rooms} == {
            room.name: (
                {self.users[person] for person in room.members},
                Settings(room.topic, room.private, room.key, frozenset(room.owners), frozenset(room.invited)),
            )
            for room in world.rooms.values()
        }
        for person in world.names:
            user = self.users[person]
            assert set(getattr(user, places)) == {room for room in rooms if user in getattr(room, members)}
        for room in rooms:
            for key in room.settings.owners | room.settings.invited | room.told.owners | room.told.invited:
                assert room in self.hub.rooms.concerning(key) or self.hub.rooms.find(room.name) is not room

    def facts(self, room: Room, members: str, settings: str) -> tuple[set[User], Settings]:
        """Who is in a room of the hub, and how it is set."""
        return set(getattr(room, members)), getattr(room, settings)

    def checkSeats(self) -> None:
        """Those are told of a room who are in it, as far as has been told, and can be told anything."""
        for key, place in self.model.told.rooms.items():
            room = next(room for name, room in self.hub.audience.rooms.items() if fold(name) == key)
            seated = {
                visitor.session
                for visitor in self.visitors
                if visitor.view.isListening and visitor.view.person in place.members
            }
            assert {session for seats in room.seats.byWire() for session in seats} == seated
            assert room.seats.quiet == {session for session in seated if session.quiet}

    def checkFilters(self) -> None:
        """Nothing is kept of a connection but what it is in need of."""
        ignoring: dict[str, set[Session]] = {}
        for visitor in self.visitors:
            session, view = visitor.session, visitor.view
            if view.isIn:
                assert fold(session.room.name) == view.room
                assert session.user is not None
                assert session.room in session.user.rooms
                assert set(session.seen or ()) <= {*session.user.rooms, *session.user.seats}
            for key in view.ignored if not session.gone else ():
                ignoring.setdefault(key, set()).add(session)
        assert self.hub.audience.ignoring == ignoring

    def teardown(self) -> None:
        """When all have gone, and a day after them, nothing is left."""
        if not self.isWell:
            return
        while self.visitors:
            self.drops(0, "")
            self.allIsWell()
        self.commits()
        self.hoursPass(DAY, True)
        self.commits()
        self.hoursPass(1, True)
        audience, rooms = self.hub.audience, self.hub.rooms
        assert not (
            self.hub.users or self.hub.roster.looks or audience.present or audience.ignoring or audience._comings
        )
        assert [*rooms._byKey.values()] == [*audience.rooms.values()] == [*rooms._looks.values()] == [rooms.lobby]
        assert not rooms._concerning
        assert not (rooms.lobby.members or rooms.lobby.present or rooms.lobby.seats)


class MachineTests(SynchronousTestCase):
    """The chat as a whole."""

    def test_everybodySeesWhatTheyAreToSee(self) -> None:
        """Whatever people do, all see what the model says, and the intruder sees no secret."""
        ChatMachine.steps = 0
        lives = settings(
            max_examples=150,
            stateful_step_count=LIFE,
            derandomize=STEPS == 0,
            database=None,
            deadline=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(ChatMachine, settings=lives)
        while ChatMachine.steps < STEPS:
            run_state_machine_as_test(ChatMachine, settings=lives)
