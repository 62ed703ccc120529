"""
A model of the chat, as simple as can be: what may be asked for, and what everybody is to see.

There are two worlds: the one that has been told, and the one that has been accepted, which
is the first with all that is pending. Every rule is written here once more, from what was
asked for and not from C{loqui.chat}: dicts, sets and no thought of speed. Of the values
that are shown, what was meant for people only is left out: see L{tests.view.plain}.

Here is how people come, go and talk; C{model_peace.py} has what keeps the peace,
C{model_accounts.py} whose names are whose, C{model_fate.py} what becomes of it all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loqui.answers import Entered, Goodbye, Members, Past, RoomLine, Rooms, Welcome, Whois
from loqui.events import (
    LOBBY,
    Acted,
    Announced,
    Created,
    Event,
    Invited,
    Joined,
    KeySet,
    Left,
    Moderated,
    PrivacySet,
    Renamed,
    Said,
    Told,
    TopicSet,
    Uninvited,
)
from tests.view import Entry, Refused, Task, View, notice
from tests.world import Person, Place, World, fold, looks

__all__ = ["Model"]


class Model:
    """
    What is true, has been asked for and is to be seen.

    @ivar now: UTC in milliseconds since the epoch.
    @ivar access: as in L{loqui.chat.accounts.Accounts}.
    @ivar views: all connections there have been.
    @ivar hours: for how long each room has been empty, by key; whoever looks into it begins that anew.
    @ivar spoke: when somebody last spoke where that counts, by the room's name and when it was made.
    @ivar accepts: called with every event that is accepted, and its entry.
    """

    def __init__(self, now: int, accepts: Callable[[Event, Entry], None], access: str = "open") -> None:
        self.now = now
        self.access = access
        self.told = World()
        self.accepted = World()
        self.pending: list[Entry] = []
        self.views: list[View] = []
        self.hours: dict[str, int] = {}
        self.spoke: dict[tuple[str, int, Person], int] = {}
        self._accepts = accepts

    def viewsOf(self, person: Person | None) -> list[View]:
        """Somebody's connections that are not over."""
        return [view for view in self.views if view.person is person and not view.isOver]

    def listeners(self, person: Person | None) -> list[View]:
        """Somebody's connections that see what happens."""
        return [view for view in self.viewsOf(person) if view.isListening]

    # Coming and going.

    def enter(self, view: View, name: str) -> None:
        """Come in under a name."""
        if self.access != "open":
            raise Refused
        self.checkFree(name, None)
        self.checkEntry(view, fold(name))
        self.checkNew()
        self.come(view, name)

    def come(self, view: View, name: str, registered: bool = False) -> None:
        """Be here from now on."""
        self._connect(view, Person(name, self.now, self.now, registered=registered))
        self.happens(view, Joined(name, LOBBY, self.now))

    def attach(self, view: View, person: Person) -> None:
        """Come in as somebody who is here."""
        self._connect(view, person)
        self.asks(view, lambda: self._seat(view))

    def leave(self, view: View, why: str = "") -> None:
        """Go; the last connection takes the person with it."""
        view.isIn = False
        if any(other.isIn for other in self.viewsOf(view.person)):
            self.asks(view, lambda: self.goodbye(view))
        else:
            self.happens(view, Left(self.name(view), LOBBY, why, self.now))

    def expel(self, person: Person, room: Place, why: str, now: int | None = None) -> None:
        """Have somebody leave a room; the lobby, with all connections."""
        views = self.viewsOf(person)
        for view in views:
            if room.name == LOBBY:
                view.isIn = False
            if view.room == fold(room.name):
                self.turn(view, self.accepted.lobby)
        self.happens(views[0], Left(self.accepted.names[person], room.name, why, now or self.now))

    def drop(self, view: View) -> None:
        """The connection is gone."""
        view.ends()

    def _connect(self, view: View, person: Person) -> None:
        view.person, view.isIn = person, True
        self.views.append(view)

    def _seat(self, view: View) -> list[Any]:
        if view.held is not None and not view.isOver and view.person in self.told.names:
            self.welcome(view)
        return []

    def welcome(self, view: View) -> None:
        """A connection is let in, and told what it is to know first."""
        others = [name for person, name in self.told.names.items() if person is not view.person]
        held, view.held = view.held or [], None
        past = map(Past, self.told.lobby.recent)
        view.sees(Welcome(self.told.names[view.person], tuple(others)), *past, *held)

    def goodbye(self, view: View) -> list[Any]:
        """A connection is told its last."""
        view.sees(Goodbye(self.told.names[view.person]))
        view.ends()
        return []

    # What is typed.

    def name(self, view: View) -> str:
        """How somebody writes their name from now on."""
        return self.accepted.names.get(view.person, view.person.name)

    def types(self, view: View, line: str, do: Callable[[View], Task | None]) -> Task | None:
        """
        A line is typed that asks for something, unless it is an answer or part of a paste.

        @return: what is still to be done, each time after a password has been looked at.

        @raise Refused: when that is not allowed.
        """
        if not view.isIn:
            return None  # What comes from who has left does not count.
        view.person.active = self.now
        if view.question is not None:
            answered, view.question = view.question, None
            return answered(line)
        if view.draft is None:
            return do(view)
        if line != ".":
            view.draft[1].append(line)
        else:
            (say, lines), view.draft = view.draft, None
            if any(line.strip() for line in lines):
                say("\n".join(lines))
        return None

    def say(self, view: View, room: str, text: str) -> None:
        """C{/say} and all that is no command."""
        place = self._speaks(view, self.place(view, room))
        self.happens(view, Said(self.name(view), place.name, text, self.now))

    def act(self, view: View, text: str) -> None:
        """C{/me}."""
        place = self._speaks(view, self.place(view))
        self.happens(view, Acted(self.name(view), place.name, text, self.now))

    def tell(self, view: View, name: str, text: str) -> None:
        """C{/msg}."""
        self._whisper(view, self.find(name), text)

    def reply(self, view: View, text: str) -> None:
        """C{/reply}."""
        self._whisper(view, view.correspondent, text)

    def paste(self, view: View, where: str) -> None:
        """C{/paste}; the text goes to the person that was meant, whatever their name is then."""
        if where and not where.startswith("#"):
            person = self.find(where)
            view.draft = (lambda text: self._whisper(view, person, text)), []
        else:
            room = self.place(view, where).name
            view.draft = (lambda text: self.say(view, room, text)), []
        self.notes(view)

    def join(self, view: View, name: str, word: str = "") -> None:
        """C{/join}."""
        world, person = self.accepted, view.person
        room = world.rooms.get(fold(name))
        double = room or next(
            (other for other in world.rooms.values() if looks(other.name[1:]) == looks(name[1:])), None
        )
        if room and person in room.members:
            self.turn(view, room)
            self.asks(view, lambda: self._entered(view, fold(name)))
            return
        if (double is None and word) or (double and not world.admits(double, person, word)):
            raise Refused
        if double is not room:
            raise Refused
        if room is None:
            self.happens(view, Created(self.name(view), name, self.now))
            room = world.rooms[fold(name)]
        elif not world.rules(room, person) and (room.lockdown or room.bans(world.key(person), None, self.now)):
            raise Refused
        self.turn(view, room)
        self.happens(view, Joined(self.name(view), room.name, self.now))

    def part(self, view: View, name: str = "") -> None:
        """C{/leave}."""
        room = self.place(view, name)
        if room.name == LOBBY:
            raise Refused
        for other in self.viewsOf(view.person):
            if other.room == fold(room.name):
                self.turn(other, self.accepted.rooms[LOBBY])
        self.happens(view, Left(self.name(view), room.name, "", self.now))

    def rooms(self, view: View, word: str = "") -> None:
        """C{/rooms}."""
        self.asks(view, lambda: self._listed(view, fold(word)))

    def who(self, view: View, name: str = "") -> None:
        """C{/who}."""
        key = fold(name) or view.room
        self.asks(view, lambda: self._members(view, key, mustBeIn=not name))

    def topic(self, view: View, text: str = "") -> None:
        """C{/topic}."""
        room = self.place(view)
        if not text:
            key = view.room
            self.asks(view, lambda: self._about(view, key))
        elif room.name == LOBBY and not self.accepted.operates(view.person):
            raise Refused
        else:
            self._speaks(view, room)
            self.happens(view, TopicSet(self.name(view), room.name, "" if text == "-" else text, self.now))

    def invite(self, view: View, name: str, where: str = "") -> None:
        """C{/invite}."""
        room, guest = self.place(view, where), self.find(name)
        self.checkVoice(view, room)
        mayInvite = not room.private or self.accepted.rules(room, view.person)
        if room.name == LOBBY or not mayInvite or guest in room.members:
            raise Refused
        self.happens(view, Invited(self.name(view), room.name, self.accepted.names[guest], self.now), guest)

    def uninvite(self, view: View, name: str) -> None:
        """C{/uninvite}."""
        room = self._ownRoom(view)
        if not room.private or fold(name) not in room.invited:
            raise Refused
        self.happens(view, Uninvited(self.name(view), room.name, name, self.now))

    def private(self, view: View, switch: str) -> None:
        """C{/private}."""
        room, isPrivate = self._ownRoom(view), switch == "on"
        if room.private == isPrivate:
            raise Refused
        self.happens(view, PrivacySet(self.name(view), room.name, isPrivate, self.now))

    def key(self, view: View, word: str) -> None:
        """C{/key}."""
        room = self._ownRoom(view)
        if not room.private:
            raise Refused
        self.happens(view, KeySet(self.name(view), room.name, "" if word == "-" else word, self.now))

    def nick(self, view: View, name: str) -> None:
        """C{/nick}; an account is left with the connection only."""
        key, own = fold(name), self.accepted.key(view.person)
        self.checkFree(name, view.person)
        if name == self.name(view) or (view.person.registered and key != own):
            raise Refused
        self.checkVoice(view, self.accepted.lobby)
        self.checkEntry(view, key)
        self.checkMayMove(view, key)
        self.happens(view, Renamed(self.name(view), name, self.now))

    def whois(self, view: View, name: str) -> None:
        """C{/whois}."""
        person, now = self.find(name), self.now
        self.asks(view, lambda: self._described(view, person, now))

    def away(self, view: View, why: str) -> None:
        """C{/away}."""
        self.checkVoice(view, self.accepted.lobby)
        view.person.away = why
        self.notes(view)

    def back(self, view: View) -> None:
        """C{/back}."""
        if view.person.away is None:
            raise Refused
        view.person.away = None
        self.notes(view)

    def ignore(self, view: View, name: str) -> None:
        """C{/ignore}: in turn, as names change in turn."""
        person = self.find(name)
        if person is view.person:
            raise Refused
        self.asks(view, lambda: self._ignored(view, person))

    def unignore(self, view: View, name: str) -> None:
        """C{/unignore}."""
        self.asks(view, lambda: self._unignored(view, name))

    def quiet(self, view: View, switch: str) -> None:
        """C{/quiet}."""
        view.quiet = switch == "on"
        self.notes(view)

    # What that needs.

    def checkFree(self, name: str, own: Person | None) -> None:
        """
        Somebody may have a name.

        @raise Refused: when it is another's who is here or has an account, or looks like it.
        """
        for person, other in self.accepted.names.items():
            if person is not own and (fold(other) == fold(name) or looks(other) == looks(name)):
                raise Refused
        isTheirs = own is not None and own.registered and self.accepted.key(own) == fold(name)
        if fold(name) in self.accepted.accounts and not isTheirs:
            raise Refused
        self.checkLooks(name)

    def checkLooks(self, name: str) -> None:
        """A name does not look like that of another account."""
        for key, account in self.accepted.accounts.items():
            if key != fold(name) and looks(account.name) == looks(name):
                raise Refused

    def checkEntry(self, view: View, key: str | None) -> None:
        """Nobody is banned who comes from there with such a name."""
        if self.accepted.lobby.bans(key, view.host, self.now):
            raise Refused

    def checkNew(self) -> None:
        """Somebody new may come in."""
        if self.accepted.lobby.lockdown:
            raise Refused

    def checkMayMove(self, view: View, key: str) -> None:
        """Nobody takes an operator's name to another one."""
        own = self.accepted.key(view.person)
        if own != key and own in self.accepted.lobby.owners:
            raise Refused

    def checkVoice(self, view: View, room: Place) -> None:
        """Somebody is not muted, there or everywhere."""
        for place in (room, self.accepted.lobby):
            if place.mutes(self.accepted.key(view.person), self.now) and not self.accepted.rules(place, view.person):
                raise Refused

    def _speaks(self, view: View, room: Place) -> Place:
        """Somebody may say something in a room now; their next line waits, if that is slow."""
        self.checkVoice(view, room)
        if room.slow:
            key = fold(room.name), room.made, view.person
            if not self.accepted.rules(room, view.person) and self.now < self.spoke.get(key, 0) + room.slow:
                raise Refused
            self.spoke[key] = self.now
        return room

    def find(self, name: str) -> Person:
        """Who is here under a name."""
        person = self.accepted.holder(fold(name))
        if person is None:
            raise Refused
        return person

    def place(self, view: View, name: str = "") -> Place:
        """The room of that name, which somebody is in; the one where they talk for no name."""
        room = self.accepted.rooms.get(fold(name) or view.room)
        if room is None or view.person not in room.members:
            raise Refused
        return room

    def _ownRoom(self, view: View) -> Place:
        room = self.place(view)
        if room.name == LOBBY or not self.accepted.rules(room, view.person):
            raise Refused
        return room

    def turn(self, view: View, room: Place) -> None:
        """Talk somewhere else."""
        old = self.told.rooms.get(view.room)
        if view.room == LOBBY or (old and view.person in old.members):
            view.looked[view.room] = old.said
            view.before = view.room
        view.room = fold(room.name)

    def _whisper(self, view: View, person: Person | None, text: str) -> None:
        if person not in self.accepted.names:
            raise Refused
        self.checkVoice(view, self.accepted.lobby)
        self.happens(view, Told(self.name(view), self.accepted.names[person], text, self.now), person)
        if person.away is not None:
            self.notes(view, person.away)

    def happens(self, view: View | None, event: Event, to: Person | None = None) -> None:
        """This has been accepted, and is pending."""
        entry = Entry(event, view, to)
        if isinstance(event, Renamed):
            view.person.name = event.to
        elif isinstance(event, Joined):
            self.hours[fold(event.room)] = 0
        self.accepted.takes(event, entry.person)
        self.pending.append(entry)
        self._accepts(event, entry)

    def asks(self, view: View, answer: Callable[[], list[Any]], always: bool = True) -> None:
        """This is to be answered when it is its turn."""
        self.pending.append(Entry(answer, view, always=always))

    def does(self, view: View, event: Event) -> None:
        """This has been accepted, and is shown to who did it if they are not in that room."""
        isPeace = isinstance(event, (Moderated, Announced))
        isElsewhere = isPeace and view.person not in self.accepted.rooms[fold(event.room)].members
        self.happens(view, event)
        if view.person.operates or isElsewhere:
            self.asks(view, lambda: [event], always=False)

    def confirms(self, view: View) -> None:
        """It is said that this was done, if it can be kept."""
        self.asks(view, lambda: [notice()], always=False)

    def notes(self, view: View, text: str = "") -> None:
        """A sentence is told in turn."""
        self.asks(view, lambda: [notice(text)])

    # Answers, when it is their turn: as things are for all who have been told.

    def _visible(self, view: View, key: str) -> Place:
        if not self.told.shows(key, view.person):
            raise Refused
        return self.told.rooms[key]

    def _inside(self, view: View, key: str) -> Place:
        room = self._visible(view, key)
        if view.person not in room.members:
            raise Refused
        return room

    def names(self, people: list[Person]) -> tuple[str, ...]:
        """How others know them."""
        return tuple(self.told.names[person] for person in people)

    def _members(self, view: View, key: str, mustBeIn: bool) -> list[Any]:
        room = self._visible(view, key)
        if mustBeIn and view.person not in room.members:
            raise Refused
        away = frozenset(self.told.names[person] for person in room.members if person.away is not None)
        return [Members(room.name, self.names(room.members), away)]

    def _entered(self, view: View, key: str) -> list[Any]:
        room = self._inside(view, key)
        others = self.names([person for person in room.members if person is not view.person])
        return [Entered(room.name, room.topic, others, 0, False, True)]

    def _about(self, view: View, key: str) -> list[Any]:
        return [notice(self._inside(view, key).topic)]

    def _described(self, view: View, person: Person, asked: int) -> list[Any]:
        if person not in self.told.names:
            raise Refused
        shared = [room.name for room in self.told.rooms.values() if {person, view.person} <= set(room.members)]
        idle = max(0, asked - person.active)
        isShown = self.accepted.operates(view.person)
        hosts = [other.host or "this machine" for other in self.viewsOf(person)] if isShown else []
        return [
            Whois(
                self.told.names[person],
                person.since,
                idle,
                person.away,
                tuple(shared),
                person.registered,
                self.accepted.operates(person),
                tuple(dict.fromkeys(hosts)),
            )
        ]

    def _listed(self, view: View, word: str) -> list[Any]:
        rooms = [room for key, room in self.told.rooms.items() if word in key and self.told.shows(key, view.person)]
        rooms.sort(key=lambda room: (view.person not in room.members, -len(room.members), room.name))
        return [Rooms(tuple(self._line(view, room) for room in rooms), 0)]

    def _line(self, view: View, room: Place) -> RoomLine:
        key, isIn = fold(room.name), view.person in room.members
        name = self.told.key(view.person)
        outside = "owner" if name in room.owners else "invited" if name in room.invited else ""
        outside = outside if room.private else ""
        standing = "here" if key == view.room else "in" if isIn else outside
        unread = 0 if key == view.room else room.said - view.looked.get(key, room.said)
        return RoomLine(room.name, len(room.members), room.topic, room.private, unread, standing)

    def _ignored(self, view: View, person: Person) -> list[Any]:
        if person not in self.told.names:
            raise Refused
        view.ignored.add(self.told.key(person))
        return [notice("")]

    def _unignored(self, view: View, name: str) -> list[Any]:
        if fold(name) not in view.ignored:
            raise Refused
        view.ignored.remove(fold(name))
        return [notice("")]
