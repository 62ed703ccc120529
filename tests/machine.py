"""The hub that is driven at random, the model that goes along, and what is true of both after every step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from loqui.answers import Refusal
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.ports import Turn
from loqui.chat.room import Room
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import Forgotten
from loqui.identities import Code
from loqui.settings import Settings
from loqui.testing import RecordingArchive, RecordingJournal, RecordingPasswords
from loqui.wire import text
from tests.machine_secrets import Secrets
from tests.machine_visitor import Visitor, Wire
from tests.model import Model
from tests.model_accounts import Register
from tests.model_fate import DAY, Fate
from tests.model_peace import Peace
from tests.view import Refused, Task, View, plain
from tests.world import BACKLOG, HOSTS, Person, Place, World, fold

__all__ = ["NAMES", "ROOMS", "Machine", "numbers", "switches"]

#: UTC in milliseconds since the epoch.
NOON = 1_795_348_800_000

NAMES = ("alice", "Alice", "bob", "carol", "bill", "biII", "olga")
ROOMS = ("#red", "#Red", "#green", "#bill", "#biII")

#: So many have been seen; more would be told together.
PENDING = 16

#: Picks one of several.
numbers = st.integers(0, 99)
switches = st.sampled_from(("on", "off"))


class Machine(RuleBasedStateMachine):
    """
    People, and somebody at the server's own machine, with a disk that is full now and then.

    @ivar admin: who is at the server's own machine.
    @ivar arriving: those who wait for their password to be looked at.
    @ivar waiting: who waits for that, with what the model is still to do, in this order, and
        the time that counts then: for who is here, that at which they asked.
    @ivar freed: the names that were given up last.
    """

    #: How many steps there have been, in all lives.
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.secrets = Secrets()
        self.wires = (Wire(), Wire())
        self.visitors: list[Visitor] = []
        self.arriving: list[Visitor] = []
        self.waiting: list[tuple[Visitor, Task, int | None]] = []
        self.users: dict[Person, User] = {}
        self.taken: set[str] = set()
        self.freed: set[str] = set()
        self.isWell = False
        self._words = 0

    def opens(self, access: str, isSlow: bool) -> None:
        """
        Nobody is here yet.

        @param isSlow: whether passwords take their time.
        """
        self.journal = RecordingJournal()
        self.seconds: list[Callable[[], None]] = []
        later = lambda seconds, function: self.seconds.append(function)  # noqa: E731
        self.hub = Hub(self.journal, {}, later, BACKLOG, access=access)
        self.journal.tell(self.hub)
        self.hub.passwords = self.passwords = RecordingPasswords(self.hub.accounts.find)
        self.hub.archive = RecordingArchive(self.journal)
        self.passwords.isSlow = isSlow
        self.model = Model(NOON, lambda event, entry: self.secrets.takes(event, entry, self.model.accepted), access)
        self.peace, self.register = Peace(self.model), Register(self.model)
        self.fate = Fate(self.model, self.peace.keeps)
        self.admin = self.connects()
        self.admin.session.user = User("@admin", "@admin", "@admin", NOON, operates=True)
        self.admin.session.room, self.admin.session.held = self.hub.rooms.lobby, None
        view = self.admin.view
        view.person, view.isIn, view.held = Person("@admin", NOON, NOON, operates=True), True, None
        self.model.views.append(view)

    def word(self) -> str:
        """A word that has never been said."""
        self._words += 1
        return f"t{self._words}"

    def password(self) -> str:
        """A password that nobody has had."""
        return f"{self.word()}-password"

    def connects(self, isIntruder: bool = False, number: int = 0) -> Visitor:
        """A new connection."""
        return Visitor(self.wires[len(self.visitors) % 2], isIntruder, HOSTS[number % len(HOSTS)])

    # Who does something, and with what.

    def visitor(self, number: int, isFit: Callable[[View], bool] = lambda view: True) -> Visitor | None:
        """One of those whose lines count, and whom something fits; if it fits nobody, anybody."""
        visitors = [visitor for visitor in self.visitors if visitor.view.isIn and not visitor.isBusy]
        fit = [visitor for visitor in visitors if isFit(visitor.view)] or visitors
        return fit[number % len(fit)] if fit else None

    def room(self, view: View) -> Place:
        """Where somebody talks."""
        return self.model.accepted.rooms[view.room]

    def owns(self, view: View) -> bool:
        """Whether somebody talks in a room that they rule."""
        return self.model.accepted.rules(self.room(view), view.person)

    def hides(self, view: View) -> bool:
        """Whether somebody talks in a private room that they rule."""
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

    # What they do, and what is predicted of that.

    def types(self, visitor: Visitor | None, command: str, do: Callable[..., Any], *arguments: str) -> None:
        """Somebody types a line; what comes of it is predicted with the same arguments."""
        if visitor is None:
            return
        session, line = visitor.session, " ".join(word for word in (command, *arguments) if word)
        self.secrets.silences(visitor.view, line, self.model.accepted, self.model.now)
        request = text.parse(line.encode(), verbatim=session.draft is not None or session.question is not None)
        assert request is not None
        self.does(visitor, lambda: commands.run(self.hub, session, request, self.model.now))
        self.predicts(visitor, lambda: self.model.types(visitor.view, line, lambda view: do(view, *arguments)))

    def does(self, visitor: Visitor, do: Callable[[], Any]) -> None:
        """The hub does something for somebody, now or when a password has been looked at."""
        try:
            task = do()
        except LoquiError as refusal:
            visitor.session.tell(Refusal(refusal.code, refusal.sentence))
            return
        if task is not None:
            Deferred.fromCoroutine(task).addErrback(self.refuses, visitor)

    def refuses(self, failure: Failure, visitor: Visitor) -> None:
        """Somebody is told why not, if that can still be told."""
        failure.trap(LoquiError)
        if not visitor.outlet.closed:
            visitor.session.tell(Refusal(failure.value.code, failure.value.sentence))

    def predicts(self, visitor: Visitor, do: Callable[[], Task | None]) -> None:
        """The model does the same."""
        try:
            task = do()
        except Refused:
            visitor.view.hears(Refusal("", ""))
        else:
            asked = self.model.now if visitor.view.isIn else None
            self.goesOn(visitor, iter(()) if task is None else task, asked)

    def goesOn(self, visitor: Visitor, task: Task, asked: int | None) -> None:
        """The model goes on until a password is looked at that takes its time."""
        visitor.isBusy = False
        now, self.model.now = self.model.now, asked or self.model.now
        try:
            for _ in task:
                if self.passwords.isSlow:
                    self.waiting.append((visitor, task, asked))
                    visitor.isBusy = True
                    break
        except Refused:
            visitor.view.hears(Refusal("", ""))
        self.model.now = now

    # What becomes of it.

    @rule()
    def answers(self) -> None:
        """All passwords that wait have been looked at."""
        self.passwords.answer()
        waiting, self.waiting = self.waiting, []
        for visitor, task, asked in waiting:
            self.goesOn(visitor, task, asked)
        for visitor in self.arriving.copy():
            if not visitor.isBusy:
                self.arriving.remove(visitor)
                self.admits(visitor)

    def admits(self, visitor: Visitor) -> None:
        """A connection has been let in, or not."""
        assert (visitor.session.user is None) == (visitor.view.person is None)
        if visitor.view.person is None:
            self.compares(visitor)
        else:
            assert self.users.setdefault(visitor.view.person, visitor.session.user) is visitor.session.user
            self.visitors.append(visitor)

    @rule()
    def commits(self) -> None:
        """All that is pending is kept, and a second passes."""
        self.journal.commit()
        self.fate.commit()
        seconds, self.seconds = self.seconds, []
        for function in seconds:
            function()

    @rule()
    def fails(self) -> None:
        """Nothing that is pending can be kept."""
        self.journal.fail("disk full")
        self.fate.fail()

    @rule(hours=st.sampled_from((1, DAY)), isKept=st.booleans())
    def hoursPass(self, hours: int, isKept: bool) -> None:
        """Hours pass; what happens in the last one of them is pending."""
        for hour in range(hours):
            if hour:
                (self.commits if isKept else self.fails)()
            self.model.now += 3_600_000
            self.hub.anHourHasPassed(self.model.now)
            self.fate.hour()

    # What is true after every step.

    @invariant()
    def allIsWell(self) -> None:
        """Everybody has seen what they are to see, and the hub knows what is true."""
        Machine.steps += 1
        self.isWell = False
        names = set(self.model.accepted.names.values())
        self.freed, self.taken = self.taken - names or self.freed, names
        self.model.now += 700
        if len(self.model.pending) > PENDING:
            self.commits()
        for visitor in (self.admin, *self.visitors, *self.arriving):
            self.compares(visitor)
        self.checkPending()
        self.checkPeople()
        self.checkAccounts()
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
            self.secrets.check(line, visitor.view, visitor.isIntruder)
        return lines

    def checkPending(self) -> None:
        """The journal has been given what was accepted, and nothing else; rooms are forgotten in any order."""
        waiting = [event for event, _ in self.journal.waiting]
        expected = [entry.what for entry in self.model.pending]
        for pair in zip(waiting, expected, strict=True):
            isTurn, isForgotten = isinstance(pair[0], Turn), isinstance(pair[0], Forgotten)
            assert callable(pair[1]) if isTurn else isForgotten or pair[0] == pair[1], pair
        assert self.forgotten(waiting) == self.forgotten(expected)
        assert len(self.passwords.waiting) == len(self.waiting)
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
            assert user.name == accepted.names[person] == person.name
            assert user.registered == person.registered
            sessions = [visitor.session for visitor in self.visitors if visitor.view in self.model.viewsOf(person)]
            assert list(user.sessions) == sessions

    def checkAccounts(self) -> None:
        """There are the accounts and codes that there are to be."""
        accounts = self.hub.accounts
        assert accounts._accepted == self.model.accepted.accounts
        assert accounts._told == self.model.told.accounts
        for found, world in ((accounts._codes, self.model.accepted), (accounts._toldCodes, self.model.told)):
            assert self.good(found) == self.good(world.codes), (found, world.codes)

    def good(self, codes: dict[str, Code]) -> dict[str, Code]:
        """The codes that have not run out, or been used up, which are forgotten sooner or later."""
        return {digest: code for digest, code in codes.items() if self.model.now < code.until and code.uses > 0}

    def checkRooms(self, world: World, rooms: Iterable[Room], members: str, settings: str, places: str) -> None:
        """There are the rooms of a world, set as they are there; who is in them is so both ways."""
        found = {room.name: self.facts(room, members, settings) for room in rooms}
        expected = {
            room.name: ({self.users[person] for person in room.members}, self.holding(room.settings))
            for room in world.rooms.values()
        }
        assert found == expected, f"{found}\n!=\n{expected}"
        for person in world.names:
            user = self.users[person]
            assert set(getattr(user, places)) == {room for room in rooms if user in getattr(room, members)}
        for room in rooms:
            for key in room.settings.keys | room.told.keys:
                assert room in self.hub.rooms.concerning(key) or self.hub.rooms.find(room.name) is not room

    def facts(self, room: Room, members: str, settings: str) -> tuple[set[User], Settings]:
        """Who is in a room of the hub, and how it is set."""
        return set(getattr(room, members)), self.holding(getattr(room, settings))

    def holding(self, settings: Settings) -> Settings:
        """Settings without what has run out, which is forgotten sooner or later."""
        banned, muted = (
            {whom: sanction for whom, sanction in sanctions.items() if sanction.holds(self.model.now)}
            for sanctions in (settings.banned, settings.muted)
        )
        return replace(settings, banned=banned, muted=muted)

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
