"""
A model of the chat, as simple as can be: what may be asked for, and what everybody is to see.

There are two worlds: the one that has been told, and the one that has been accepted, which
is the first with all that is pending. Every rule is written here once more, from what was
asked for and not from C{loqui.chat}: dicts, sets and no thought of speed. Of the values
that are shown, what was meant for people only is left out: see L{plain}.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from loqui.answers import (
    Entered,
    Goodbye,
    Invitation,
    Members,
    Notice,
    Past,
    Refusal,
    RoomLine,
    Rooms,
    Sent,
    Welcome,
    Whois,
)
from loqui.events import (
    LOBBY,
    Acted,
    Created,
    Event,
    Forgotten,
    Invited,
    Joined,
    KeySet,
    Left,
    PrivacySet,
    Renamed,
    Said,
    Told,
    TopicSet,
    Uninvited,
    place,
)
from tests.world import Person, Place, World, fold, looks

__all__ = ["DAY", "TOKEN", "Entry", "Model", "Refused", "View", "plain"]

#: Hours for which a room may be empty.
DAY = 24

#: A word that is said once in all, so that it is known wherever it turns up.
TOKEN = re.compile(r"\bt\d+\b")

_COMINGS = (Joined, Left)
_WORDS = (Said, Acted, Told)

_NO = Refusal("", "")


class Refused(Exception):
    """This is not allowed."""


def plain(what: Any) -> Any:
    """A value as it is compared: without sentences but for the tokens in them, and without the order of a crowd."""
    match what:
        case Refusal():
            return _NO
        case Notice():
            return _notice(what.text)
        case Welcome():
            return replace(what, here=tuple(sorted(what.here)))
        case Whois():
            return replace(what, rooms=tuple(sorted(what.rooms)))
        case _:
            return what


def _notice(text: str) -> Notice:
    return Notice(" ".join(TOKEN.findall(text)))


class View:
    """
    One connection.

    @ivar room: the key of the room where its lines are said.
    @ivar isIn: whether what comes from it counts.
    @ivar isOver: whether it is to see nothing more.
    @ivar held: what it is told after its welcome; None when it has been welcomed.
    @ivar looked: how much had been said in a room, by key, when it last looked.
    @ivar lines: what it is to see, and has not been looked for yet.
    """

    def __init__(self) -> None:
        self.person: Person | None = None
        self.room = self.before = LOBBY
        self.isIn = False
        self.isOver = False
        self.held: list[Any] | None = []
        self.ignored: set[str] = set()
        self.quiet = False
        self.correspondent: Person | None = None
        self.draft: tuple[Callable[[str], None], list[str]] | None = None
        self.looked: dict[str, int] = {}
        self.lines: list[Any] = []

    @property
    def isListening(self) -> bool:
        """Whether it has been welcomed and sees what happens."""
        return self.held is None and not self.isOver

    def wants(self, what: Any) -> bool:
        """Whether it is quiet, or ignores who said this."""
        if isinstance(what, Invitation):
            return fold(what.event.name) not in self.ignored
        event = what.event if isinstance(what, Past) else what
        if self.quiet and isinstance(event, _COMINGS):
            return False
        return not (isinstance(event, _WORDS) and fold(event.name) in self.ignored)

    def sees(self, *what: Any) -> None:
        """It is told something in turn."""
        if self.isListening:
            self.lines += [plain(one) for one in what if self.wants(one)]

    def hears(self, what: Any) -> None:
        """It is told something at once."""
        if self.isListening or self.person is None:
            self.lines.append(plain(what))
        elif self.held is not None and not self.isOver:
            self.held.append(what)

    def ends(self) -> None:
        """It has seen its last."""
        self.isIn, self.isOver, self.draft = False, True, None


@dataclass(eq=False)
class Entry:
    """
    Something that is pending.

    @ivar what: an event, or what gives an answer when it is its turn.
    @ivar view: who asked for it.
    @ivar to: whom it is told to, or who is invited.
    @ivar isPromised: whether it could not be kept before.
    """

    what: Event | Callable[[], list[Any]]
    view: View | None = None
    to: Person | None = None
    isPromised: bool = False

    @property
    def person(self) -> Person | None:
        """Whose doing it is."""
        return self.view.person if self.view else None


class Model:
    """
    What is true, has been asked for and is to be seen.

    @ivar now: UTC in milliseconds since the epoch.
    @ivar hours: for how long each room has been empty, by key.
    @ivar accepts: called with every event that is accepted, and its entry.
    """

    def __init__(self, now: int, accepts: Callable[[Event, Entry], None]) -> None:
        self.now = now
        self.told = World()
        self.accepted = World()
        self.pending: list[Entry] = []
        self.views: list[View] = []
        self.hours: dict[str, int] = {}
        self._accepts = accepts
        self._id = 0
        self._unmade: set[str] = set()  # Not to be taken for rooms of that name that were to be forgotten.

    def viewsOf(self, person: Person | None) -> list[View]:
        """Somebody's connections that are not over."""
        return [view for view in self.views if view.person is person and not view.isOver]

    def listeners(self, person: Person | None) -> list[View]:
        """Somebody's connections that see what happens."""
        return [view for view in self.viewsOf(person) if view.isListening]

    # Coming and going.

    def enter(self, view: View, name: str) -> None:
        """Come in under a name."""
        self._checkFree(name, None)
        self._connect(view, Person(self.now, self.now))
        self._happens(view, Joined(name, LOBBY, self.now))

    def attach(self, view: View, person: Person) -> None:
        """Come in as somebody who is here."""
        self._connect(view, person)
        self._asks(view, lambda: self._seat(view))

    def leave(self, view: View, why: str = "") -> None:
        """Go; the last connection takes the person with it."""
        view.isIn = False
        if any(other.isIn for other in self.viewsOf(view.person)):
            self._asks(view, lambda: self._goodbye(view))
        else:
            self._happens(view, Left(self.name(view), LOBBY, why, self.now))

    def drop(self, view: View) -> None:
        """The connection is gone."""
        view.ends()

    def _connect(self, view: View, person: Person) -> None:
        view.person, view.isIn = person, True
        self.views.append(view)

    def _seat(self, view: View) -> list[Any]:
        if view.held is not None and not view.isOver and view.person in self.told.names:
            self._welcome(view)
        return []

    def _welcome(self, view: View) -> None:
        others = [name for person, name in self.told.names.items() if person is not view.person]
        held, view.held = view.held or [], None
        past = map(Past, self.told.rooms[LOBBY].recent)
        view.sees(Welcome(self.told.names[view.person], tuple(others)), *past, *held)

    def _goodbye(self, view: View) -> list[Any]:
        view.sees(Goodbye(self.told.names[view.person]))
        view.ends()
        return []

    # What is typed.

    def name(self, view: View) -> str:
        """How somebody writes their name from now on."""
        return self.accepted.names[view.person]

    def types(self, view: View, line: str, do: Callable[[View], None]) -> None:
        """
        A line is typed that asks for something, unless it is part of a paste.

        @raise Refused: when that is not allowed.
        """
        view.person.active = self.now
        if view.draft is None:
            do(view)
        elif line != ".":
            view.draft[1].append(line)
        else:
            (say, lines), view.draft = view.draft, None
            if any(line.strip() for line in lines):
                say("\n".join(lines))

    def say(self, view: View, room: str, text: str) -> None:
        """C{/say} and all that is no command."""
        self._happens(view, Said(self.name(view), self._room(view, room).name, text, self.now))

    def act(self, view: View, text: str) -> None:
        """C{/me}."""
        self._happens(view, Acted(self.name(view), self._room(view).name, text, self.now))

    def tell(self, view: View, name: str, text: str) -> None:
        """C{/msg}."""
        self._whisper(view, self._find(name), text)

    def reply(self, view: View, text: str) -> None:
        """C{/reply}."""
        self._whisper(view, view.correspondent, text)

    def paste(self, view: View, where: str) -> None:
        """C{/paste}; the text goes to the person that was meant, whatever their name is then."""
        if where and not where.startswith("#"):
            person = self._find(where)
            view.draft = (lambda text: self._whisper(view, person, text)), []
        else:
            room = self._room(view, where).name
            view.draft = (lambda text: self.say(view, room, text)), []
        self._notes(view)

    def join(self, view: View, name: str, word: str = "") -> None:
        """C{/join}."""
        world, person = self.accepted, view.person
        room = world.rooms.get(fold(name))
        double = room or next(
            (other for other in world.rooms.values() if looks(other.name[1:]) == looks(name[1:])), None
        )
        if room and person in room.members:
            self._turn(view, room)
            self._asks(view, lambda: self._entered(view, fold(name)))
            return
        if (double is None and word) or (double and not world.admits(double, person, word)):
            raise Refused
        if double is not room:
            raise Refused
        if room is None:
            self._happens(view, Created(self.name(view), name, self.now))
            room = world.rooms[fold(name)]
        self._turn(view, room)
        self._happens(view, Joined(self.name(view), room.name, self.now))

    def part(self, view: View, name: str = "") -> None:
        """C{/leave}."""
        room = self._room(view, name)
        if room.name == LOBBY:
            raise Refused
        for other in self.viewsOf(view.person):
            if other.room == fold(room.name):
                self._turn(other, self.accepted.rooms[LOBBY])
        self._happens(view, Left(self.name(view), room.name, "", self.now))

    def rooms(self, view: View, word: str = "") -> None:
        """C{/rooms}."""
        self._asks(view, lambda: self._listed(view, fold(word)))

    def who(self, view: View, name: str = "") -> None:
        """C{/who}."""
        key = fold(name) or view.room
        self._asks(view, lambda: self._members(view, key, mustBeIn=not name))

    def topic(self, view: View, text: str = "") -> None:
        """C{/topic}."""
        room = self._room(view)
        if not text:
            key = view.room
            self._asks(view, lambda: self._about(view, key))
        elif room.name == LOBBY:
            raise Refused
        else:
            self._happens(view, TopicSet(self.name(view), room.name, "" if text == "-" else text, self.now))

    def invite(self, view: View, name: str, where: str = "") -> None:
        """C{/invite}."""
        room, guest = self._room(view, where), self._find(name)
        mayInvite = not room.private or self._owns(view, room)
        if room.name == LOBBY or not mayInvite or guest in room.members:
            raise Refused
        self._happens(view, Invited(self.name(view), room.name, self.accepted.names[guest], self.now), guest)

    def uninvite(self, view: View, name: str) -> None:
        """C{/uninvite}."""
        room = self._ownRoom(view)
        if not room.private or fold(name) not in room.invited:
            raise Refused
        self._happens(view, Uninvited(self.name(view), room.name, name, self.now))

    def private(self, view: View, switch: str) -> None:
        """C{/private}."""
        room, isPrivate = self._ownRoom(view), switch == "on"
        if room.private == isPrivate:
            raise Refused
        self._happens(view, PrivacySet(self.name(view), room.name, isPrivate, self.now))

    def key(self, view: View, word: str) -> None:
        """C{/key}."""
        room = self._ownRoom(view)
        if not room.private:
            raise Refused
        self._happens(view, KeySet(self.name(view), room.name, "" if word == "-" else word, self.now))

    def nick(self, view: View, name: str) -> None:
        """C{/nick}."""
        self._checkFree(name, view.person)
        if name == self.name(view):
            raise Refused
        self._happens(view, Renamed(self.name(view), name, self.now))

    def whois(self, view: View, name: str) -> None:
        """C{/whois}."""
        person, now = self._find(name), self.now
        self._asks(view, lambda: self._described(view, person, now))

    def away(self, view: View, why: str) -> None:
        """C{/away}."""
        view.person.away = why
        self._notes(view)

    def back(self, view: View) -> None:
        """C{/back}."""
        if view.person.away is None:
            raise Refused
        view.person.away = None
        self._notes(view)

    def ignore(self, view: View, name: str) -> None:
        """C{/ignore}: in turn, as names change in turn."""
        person = self._find(name)
        if person is view.person:
            raise Refused
        self._asks(view, lambda: self._ignored(view, person))

    def unignore(self, view: View, name: str) -> None:
        """C{/unignore}."""
        self._asks(view, lambda: self._unignored(view, name))

    def quiet(self, view: View, switch: str) -> None:
        """C{/quiet}."""
        view.quiet = switch == "on"
        self._notes(view)

    # What that needs.

    def _checkFree(self, name: str, own: Person | None) -> None:
        for person, other in self.accepted.names.items():
            if person is not own and (fold(other) == fold(name) or looks(other) == looks(name)):
                raise Refused

    def _find(self, name: str) -> Person:
        for person in self.accepted.names:
            if self.accepted.key(person) == fold(name):
                return person
        raise Refused

    def _room(self, view: View, name: str = "") -> Place:
        room = self.accepted.rooms.get(fold(name) or view.room)
        if room is None or view.person not in room.members:
            raise Refused
        return room

    def _owns(self, view: View, room: Place) -> bool:
        return fold(self.name(view)) in room.owners

    def _ownRoom(self, view: View) -> Place:
        room = self._room(view)
        if not self._owns(view, room):
            raise Refused
        return room

    def _turn(self, view: View, room: Place) -> None:
        """Talk somewhere else."""
        old = self.told.rooms.get(view.room)
        if view.room == LOBBY or (old and view.person in old.members):
            view.looked[view.room] = old.said
            view.before = view.room
        view.room = fold(room.name)

    def _whisper(self, view: View, person: Person | None, text: str) -> None:
        if person not in self.accepted.names:
            raise Refused
        self._happens(view, Told(self.name(view), self.accepted.names[person], text, self.now), person)
        if person.away is not None:
            self._notes(view, person.away)

    def _happens(self, view: View, event: Event, to: Person | None = None) -> None:
        entry = Entry(event, view, to)
        self.accepted.takes(event, view.person)
        self.pending.append(entry)
        self._accepts(event, entry)

    def _asks(self, view: View, answer: Callable[[], list[Any]]) -> None:
        self.pending.append(Entry(answer, view))

    def _notes(self, view: View, text: str = "") -> None:
        self._asks(view, lambda: [_notice(text)])

    # Answers, when it is their turn: as things are for all who have been told.

    def _visible(self, view: View, key: str) -> Place:
        if key in self._unmade or not self.told.shows(key, view.person):
            raise Refused
        return self.told.rooms[key]

    def _inside(self, view: View, key: str) -> Place:
        room = self._visible(view, key)
        if view.person not in room.members:
            raise Refused
        return room

    def _names(self, people: list[Person]) -> tuple[str, ...]:
        return tuple(self.told.names[person] for person in people)

    def _members(self, view: View, key: str, mustBeIn: bool) -> list[Any]:
        room = self._visible(view, key)
        if mustBeIn and view.person not in room.members:
            raise Refused
        away = frozenset(self.told.names[person] for person in room.members if person.away is not None)
        return [Members(room.name, self._names(room.members), away)]

    def _entered(self, view: View, key: str) -> list[Any]:
        room = self._inside(view, key)
        others = self._names([person for person in room.members if person is not view.person])
        return [Entered(room.name, room.topic, others, 0, False, True)]

    def _about(self, view: View, key: str) -> list[Any]:
        return [_notice(self._inside(view, key).topic)]

    def _described(self, view: View, person: Person, asked: int) -> list[Any]:
        if person not in self.told.names:
            raise Refused
        shared = [room.name for room in self.told.rooms.values() if {person, view.person} <= set(room.members)]
        idle = max(0, asked - person.active)
        return [Whois(self.told.names[person], person.since, idle, person.away, tuple(shared))]

    def _listed(self, view: View, word: str) -> list[Any]:
        rooms = [room for key, room in self.told.rooms.items() if word in key and self.told.shows(key, view.person)]
        rooms.sort(key=lambda room: (view.person not in room.members, -len(room.members), room.name))
        return [Rooms(tuple(self._line(view, room) for room in rooms), 0)]

    def _line(self, view: View, room: Place) -> RoomLine:
        key, isIn = fold(room.name), view.person in room.members
        isOwner = self.told.key(view.person) in room.owners
        outside = ("owner" if isOwner else "invited") if room.private else ""
        standing = "here" if key == view.room else "in" if isIn else outside
        unread = 0 if key == view.room else room.said - view.looked.get(key, room.said)
        return RoomLine(room.name, len(room.members), room.topic, room.private, unread, standing)

    def _ignored(self, view: View, person: Person) -> list[Any]:
        if person not in self.told.names:
            raise Refused
        view.ignored.add(self.told.key(person))
        return [_notice("")]

    def _unignored(self, view: View, name: str) -> list[Any]:
        if fold(name) not in view.ignored:
            raise Refused
        view.ignored.remove(fold(name))
        return [_notice("")]

    # What has happened.

    def hour(self) -> None:
        """An hour has passed: what has been empty for a day is forgotten."""
        for key, room in tuple(self.accepted.rooms.items()):
            if key != LOBBY:
                told = self.told.rooms.get(key)
                isEmpty = not room.members and not (told and told.members)
                self.hours[key] = self.hours.get(key, 0) + 1 if isEmpty else 0
                if self.hours[key] >= DAY:
                    self._forgets(Forgotten(room.name, self.now))

    def _forgets(self, event: Forgotten) -> None:
        self.accepted.takes(event, None)
        self.pending.append(Entry(event))
        del self.hours[fold(event.room)]

    def commit(self) -> None:
        """All that is pending has been kept, and is told."""
        pending, self.pending = self.pending, []
        for entry in pending:
            if callable(entry.what):
                self._answer(entry)
            else:
                self._id += 1
                place(entry.what, self._id)
                self._tell(entry, entry.what)

    def fail(self) -> None:
        """Nothing of what is pending can be kept; all is as told, but for departures and new names."""
        pending, self.pending = self.pending, []
        self.accepted = self.told.copy()
        strangers: set[Person] = set()
        turns: list[Entry] = []
        for entry in pending:
            if entry.person is None or entry.person not in strangers:
                self._fails(entry, strangers, turns)
        for view in self.views:
            if view.isIn and view.person not in self.accepted.rooms.get(view.room, Place("")).members:
                wasIn = view.person in self.accepted.rooms.get(view.before, Place("")).members
                view.room = view.before if wasIn else LOBBY
        for entry in turns:
            self._answer(entry)
        self._unmade.clear()

    def _fails(self, entry: Entry, strangers: set[Person], turns: list[Entry]) -> None:
        match entry.what:
            case Joined(room=room) if room == LOBBY:
                strangers.add(entry.person)
                for view in self.viewsOf(entry.person):
                    view.held = None
                    view.sees(_NO)
                    view.ends()
            case Left() | Renamed():
                self._promise(entry, entry.what)
            case Forgotten(room=room):
                self.hours[fold(room)] = DAY
            case Created():
                self._unmade.add(fold(entry.what.room))
            case what if callable(what):
                turns.append(entry)
            case _:
                entry.view.hears(_NO)

    def _promise(self, entry: Entry, event: Left | Renamed) -> None:
        where = fold(event.room) if isinstance(event, Left) else LOBBY
        if entry.person not in self.accepted.rooms.get(where, Place("")).members:
            return
        if isinstance(event, Left) and where == LOBBY:
            for view in self.viewsOf(entry.person):
                view.sees(Goodbye(event.name))
                view.ends()
        elif not entry.isPromised:
            entry.view.hears(_NO)
        entry.isPromised = True
        self.accepted.takes(event, entry.person)
        self.pending.append(entry)

    def _answer(self, entry: Entry) -> None:
        try:
            entry.view.sees(*entry.what())
        except Refused:
            entry.view.sees(_NO)

    def _tell(self, entry: Entry, event: Event) -> None:
        world, person = self.told, entry.person
        match event:
            case Joined(room=room):
                self._show(room, event)
                if room != LOBBY:
                    self._letIn(entry, fold(room))
                world.takes(event, person)
                if room == LOBBY:
                    for view in self.viewsOf(person):
                        self._welcome(view)
            case Left(room=room):
                self._letOut(person, fold(room))
                world.takes(event, person)
                self._show(room, event)
            case Told():
                self._pass(entry, event)
            case Renamed():
                self._show(LOBBY, event)
                self._follow(person, event)
            case Created():
                world.takes(event, person)
            case Forgotten():
                world.takes(event, person)
                return
            case _:
                self._show(event.room, event)
                world.takes(event, person)
                if isinstance(event, Invited):
                    for view in self.listeners(entry.to):
                        view.sees(Invitation(event))
        if not isinstance(event, Told):
            room = world.rooms[fold(getattr(event, "room", LOBBY))]
            if isinstance(event, PrivacySet) and not event.private:
                room.recent.clear()
            room.recent.append(event)
            room.said += isinstance(event, (Said, Acted))

    def _show(self, room: str, event: Event) -> None:
        for member in self.told.rooms[fold(room)].members:
            for view in self.listeners(member):
                view.sees(event)

    def _letIn(self, entry: Entry, key: str) -> None:
        room = self.told.rooms[key]
        for view in self.listeners(entry.person):
            view.looked[key] = room.said
            view.sees(Entered(room.name, room.topic, self._names(room.members), 0, room.isNew, view is entry.view))
            if not room.isNew:
                view.sees(*map(Past, room.recent))
        room.isNew = False

    def _letOut(self, person: Person, key: str) -> None:
        for view in self.viewsOf(person):
            if key == LOBBY:
                self._goodbye(view)
            else:
                view.sees(_notice(""))
                view.looked.pop(key, None)

    def _pass(self, entry: Entry, event: Told) -> None:
        readers = self.listeners(entry.to)
        for view in readers:
            if view.wants(event):
                view.correspondent = entry.person
                view.sees(event)
        if readers:
            for view in self.listeners(entry.person):
                view.sees(Sent(event))
        else:
            entry.view.sees(_NO)

    def _follow(self, person: Person, event: Renamed) -> None:
        self.told.takes(event, person)
        for view in self.views:
            if fold(event.name) in view.ignored:
                view.ignored.remove(fold(event.name))
                view.ignored.add(fold(event.to))
