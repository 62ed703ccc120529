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
from collections.abc import Callable, Iterable
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
from tests.model import BACKLOG, DAY, TOKEN, Entry, Model, Person, Refused, View, World, fold, looks, plain

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
CONNECTIONS = 9
PENDING = 16

#: What can be asked about a room, but for a bare /join, and what that is to the model.
PROBES: dict[str, Callable[[Model, View, str], None]] = {
    f"/join {{}} {WRONG}": lambda model, view, room: model.join(view, room, WRONG),
    "/who {}": lambda model, view, room: model.who(view, room),
    "/leave {}": lambda model, view, room: model.part(view, room),
    "/say {} text": lambda model, view, room: model.say(view, "text", room),
    "/msg {} text": lambda model, view, room: model.say(view, "text", room),
    "/paste {}": lambda model, view, room: model.paste(view, room),
    "/invite bob {}": lambda model, view, room: model.invite(view, "bob", room),
    "/rooms {}": lambda model, view, room: model.rooms(view, fold(room)),
}

visitors = st.integers(0, CONNECTIONS - 1)
names = st.sampled_from(NAMES)
everybody = st.sampled_from((*NAMES, "mallory"))
rooms = st.sampled_from(ROOMS)
somewhere = st.sampled_from(("", "", *ROOMS))


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
        self.isWell = False
        self._words = 0

    def word(self) -> str:
        """A word that has never been said."""
        self._words += 1
        return f"t{self._words}"

    def connects(self, isIntruder: bool) -> Visitor:
        """A new connection."""
        return Visitor(self.wires[len(self.visitors) % 2], isIntruder)

    def visitor(self, number: int) -> Visitor | None:
        """One of those whose lines count."""
        visitors = [visitor for visitor in self.visitors if visitor.view.isIn]
        return visitors[number % len(visitors)] if visitors else None

    def types(self, number: int, line: str, do: Callable[[View], None]) -> None:
        """One of those who are here types a line, and the model is asked for the same."""
        visitor = self.visitor(number)
        if visitor is not None:
            self.send(visitor, line, do)

    def send(self, visitor: Visitor, line: str, do: Callable[[View], None]) -> None:
        """Send a line, and have what comes of it predicted."""
        session = visitor.session
        request = text.parse(line.encode(), verbatim=session.draft is not None)
        assert request is not None
        try:
            commands.run(self.hub, session, request, self.model.now)
        except LoquiError as refusal:
            session.tell(Refusal(refusal.code, refusal.sentence))
        try:
            self.model.types(visitor.view, line, do)
        except Refused:
            visitor.view.hears(Refusal("", ""))

    # Those who come and go.

    @initialize()
    def begins(self) -> None:
        """There are some people, and a private room."""
        for name in ("alice", "bob", "mallory"):
            self.comes(name)
        self.types(0, "/join #red", lambda view: self.model.join(view, "#red"))
        self.types(0, "/private on", lambda view: self.model.private(view, True))
        self.commits()

    @precondition(lambda self: len(self.visitors) < CONNECTIONS)
    @rule(name=st.sampled_from((*NAMES, *NAMES, *INTRUDER)))
    def comes(self, name: str) -> None:
        """Somebody comes in; there is only one intruder."""
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
    @rule(number=visitors)
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

    @rule(number=visitors)
    def quits(self, number: int) -> None:
        """Somebody leaves."""
        self.types(number, "/quit", self.model.leave)

    @rule(number=st.integers(0, CONNECTIONS - 1), why=st.sampled_from(("", "too slow")))
    def drops(self, number: int, why: str) -> None:
        """A connection goes, whether it was in or had been closed."""
        if number < len(self.visitors):
            visitor = self.visitors.pop(number)
            if visitor.view.isIn:
                self.model.leave(visitor.view, why)
            self.hub.leave(visitor.session, why, self.model.now)
            self.compares(visitor)
            self.hub.drop(visitor.session)
            self.model.drop(visitor.view)

    @rule(number=visitors, name=names, his=st.sampled_from(INTRUDER))
    def takesName(self, number: int, name: str, his: str) -> None:
        """Somebody changes their name; the intruder is nobody else."""
        visitor = self.visitor(number)
        if visitor is not None:
            name = his if visitor.isIntruder else name
            self.send(visitor, f"/nick {name}", lambda view: self.model.nick(view, name))

    # Those who talk.

    @rule(number=visitors, room=somewhere)
    def says(self, number: int, room: str) -> None:
        """Somebody says something, or adds it to what they paste."""
        word = self.word()
        self.types(number, f"/say {room} {word}" if room else word, lambda view: self.model.say(view, word, room))

    @rule(number=visitors)
    def acts(self, number: int) -> None:
        """Somebody does something."""
        word = self.word()
        self.types(number, f"/me {word}", lambda view: self.model.act(view, word))

    @rule(number=visitors, name=everybody)
    def tells(self, number: int, name: str) -> None:
        """Somebody tells somebody something."""
        word = self.word()
        self.types(number, f"/msg {name} {word}", lambda view: self.model.tell(view, name, word))

    @rule(number=visitors)
    def replies(self, number: int) -> None:
        """Somebody answers who told them something."""
        word = self.word()
        self.types(number, f"/r {word}", lambda view: self.model.reply(view, word))

    @rule(number=visitors, where=st.sampled_from(("", *ROOMS, *NAMES)))
    def pastes(self, number: int, where: str) -> None:
        """Somebody begins to paste."""
        self.types(number, f"/paste {where}", lambda view: self.model.paste(view, where))

    @rule(number=visitors)
    def endsPaste(self, number: int) -> None:
        """One of those who paste has done so."""
        pasting = [visitor for visitor in self.visitors if visitor.view.draft is not None]
        if pasting:
            self.send(pasting[number % len(pasting)], ".", lambda view: None)

    # Those who go from room to room.

    @rule(number=visitors, room=rooms, hasKey=st.booleans())
    def joins(self, number: int, room: str, hasKey: bool) -> None:
        """Somebody goes to a room, with its key or without one; the intruder knows none."""
        visitor = self.visitor(number)
        if visitor is not None:
            known = self.model.accepted.rooms.get(fold(room))
            word = (known.key if known and not visitor.isIntruder else WRONG) if hasKey else ""
            self.send(visitor, f"/join {room} {word}".strip(), lambda view: self.model.join(view, room, word))

    @rule(number=visitors, room=somewhere)
    def leavesRoom(self, number: int, room: str) -> None:
        """Somebody leaves a room."""
        self.types(number, f"/leave {room}".strip(), lambda view: self.model.part(view, room))

    @rule(number=visitors, name=names, room=somewhere)
    def invites(self, number: int, name: str, room: str) -> None:
        """Somebody invites somebody; nobody invites the intruder."""
        self.types(number, f"/invite {name} {room}".strip(), lambda view: self.model.invite(view, name, room))

    @rule(number=visitors, name=names)
    def uninvites(self, number: int, name: str) -> None:
        """Somebody takes an invitation back."""
        self.types(number, f"/uninvite {name}", lambda view: self.model.uninvite(view, name))

    @rule(number=visitors, isPrivate=st.booleans())
    def hides(self, number: int, isPrivate: bool) -> None:
        """Somebody hides a room, or shows it again."""
        line = f"/private {'on' if isPrivate else 'off'}"
        self.types(number, line, lambda view: self.model.private(view, isPrivate))

    @rule(number=visitors, isSet=st.booleans())
    def locks(self, number: int, isSet: bool) -> None:
        """Somebody gives a room a key, or takes it away."""
        word = self.word() if isSet else "-"
        self.types(number, f"/key {word}", lambda view: self.model.key(view, word))

    @rule(number=visitors, what=st.sampled_from(("ask", "clear", "set", "set")))
    def topics(self, number: int, what: str) -> None:
        """Somebody asks for a topic, or sets one."""
        line = {"ask": "", "clear": "-", "set": self.word()}[what]
        self.types(number, f"/topic {line}".strip(), lambda view: self.model.topic(view, line))

    # Those who ask, and what they want to see.

    @rule(number=visitors, room=somewhere)
    def asksWho(self, number: int, room: str) -> None:
        """Somebody asks who is in a room."""
        self.types(number, f"/who {room}".strip(), lambda view: self.model.who(view, room))

    @rule(number=visitors, word=st.sampled_from(("", "", "re", "bi")))
    def asksRooms(self, number: int, word: str) -> None:
        """Somebody asks which rooms there are."""
        self.types(number, f"/rooms {word}".strip(), lambda view: self.model.rooms(view, word))

    @rule(number=visitors, name=everybody)
    def asksWhois(self, number: int, name: str) -> None:
        """Somebody asks who somebody is."""
        self.types(number, f"/whois {name}", lambda view: self.model.whois(view, name))

    @rule(number=visitors, name=everybody, isIgnored=st.booleans())
    def ignores(self, number: int, name: str, isIgnored: bool) -> None:
        """Somebody does not want to hear somebody, or wants to again."""
        do = self.model.ignore if isIgnored else self.model.unignore
        self.types(number, f"/{'ignore' if isIgnored else 'unignore'} {name}", lambda view: do(view, name))

    @rule(number=visitors, isQuiet=st.booleans())
    def quiets(self, number: int, isQuiet: bool) -> None:
        """Somebody does not want to see who comes and goes, or wants to again."""
        visitor = self.visitor(number)
        if visitor is not None:
            line = f"/quiet {'on' if isQuiet else 'off'}"
            self.send(visitor, line, lambda view: self.model.quiet(view, isQuiet))
            visitor.people.clear()

    @rule(number=visitors, isAway=st.booleans())
    def goesAway(self, number: int, isAway: bool) -> None:
        """Somebody goes away, or comes back."""
        word = self.word()
        if isAway:
            self.types(number, f"/away {word}", lambda view: self.model.away(view, word))
        else:
            self.types(number, "/back", self.model.back)

    # The intruder.

    @rule(probe=st.sampled_from(sorted(PROBES)), room=rooms, isSettled=st.booleans())
    def intrudes(self, probe: str, room: str, isSettled: bool) -> None:
        """He asks about a room that he may not know of, and then the same about one that does not exist."""
        visitor = next((visitor for visitor in self.visitors if visitor.isIntruder and visitor.view.isIn), None)
        if visitor is None or visitor.view.draft is not None or self.knows(visitor, room):
            return
        if isSettled:
            self.commits()
        answers = []
        for name in (room, NOWHERE):
            self.compares(visitor)
            self.send(visitor, probe.format(name), partial(self.probes, probe, name))
            if isSettled:
                self.commits()
            answers.append([line.replace(name, "") for line in self.compares(visitor)])
        assert answers[0] == answers[1], answers

    def probes(self, probe: str, room: str, view: View) -> None:
        """The model is asked about a room."""
        PROBES[probe](self.model, view, room)

    def knows(self, visitor: Visitor, room: str) -> bool:
        """Whether somebody may know of a room, or of one that looks like it."""
        world = self.model.accepted
        like = [key for key, other in world.rooms.items() if looks(other.name[1:]) == looks(room[1:])]
        return any(world.shows(key, visitor.view.person) for key in (fold(room), *like))

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
        assert hub._looks == {user.skeleton: user for user in users.values()}
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
        self.commits()
        self.hoursPass(DAY, True)
        self.commits()
        self.hoursPass(1, True)
        audience, rooms = self.hub.audience, self.hub.rooms
        assert not (self.hub.users or self.hub._looks or audience.present or audience.ignoring or audience._comings)
        assert [*rooms._byKey.values()] == [*audience.rooms.values()] == [*rooms._looks.values()] == [rooms.lobby]
        assert not rooms._concerning
        assert not (rooms.lobby.members or rooms.lobby.present or rooms.lobby.seats)


class MachineTests(SynchronousTestCase):
    """The chat as a whole."""

    def test_everybodySeesWhatTheyAreToSee(self) -> None:
        """Whatever people do, all see what the model says, and the intruder sees no secret."""
        ChatMachine.steps = 0
        lives = settings(
            max_examples=20,
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
