"""What becomes of what is pending in the model of the chat: it is told, or cannot be kept."""

from __future__ import annotations

from collections.abc import Callable

from loqui.answers import Entered, Goodbye, Invitation, Past, Sent
from loqui.events import (
    LOBBY,
    AccountChanged,
    Acted,
    CodeGiven,
    Created,
    Event,
    Forgotten,
    Invited,
    Joined,
    Left,
    Moderated,
    PrivacySet,
    Renamed,
    Said,
    Told,
    place,
)
from tests.model import Model
from tests.model_accounts import NOT_THEIRS
from tests.view import NO, Entry, Refused, notice
from tests.world import NETWORKS, Person, Place, fold

__all__ = ["DAY", "Fate"]

#: Hours for which a room may be empty.
DAY = 24

_NETWORKS = {network for network, _ in NETWORKS.values()}


class Fate:
    """What happens to all that was accepted."""

    def __init__(self, model: Model, keeps: Callable[[Event], None]) -> None:
        """
        @param keeps: called with all that has been told.
        """
        self._model = model
        self._keeps = keeps
        self._id = 0
        self._unmade: set[str] = set()

    def hour(self) -> None:
        """An hour has passed: what has run out, or has been empty for a day and is no account's, is forgotten."""
        accepted, told, now = self._model.accepted, self._model.told, self._model.now
        for world in (accepted, told):
            for digest in [digest for digest, code in world.codes.items() if now >= code.until or not code.uses]:
                del world.codes[digest]
        for key, room in tuple(accepted.rooms.items()):
            other = told.rooms.get(key, Place(""))
            room.tidy(now)
            if other.made == room.made:
                other.tidy(now)
            isNeeded = room.members or other.members or room.owners & accepted.accounts.keys()
            self._model.hours[key] = 0 if key == LOBBY or isNeeded else self._model.hours.get(key, 0) + 1
            if self._model.hours[key] >= DAY:
                self._model.happens(None, Forgotten(room.name, now))
                del self._model.hours[key]

    def commit(self) -> None:
        """All that is pending has been kept, and is told."""
        pending, self._model.pending = self._model.pending, []
        for entry in pending:
            if callable(entry.what):
                self._answer(entry)
            else:
                self._id += 1
                place(entry.what, self._id)
                self._keeps(entry.what)
                self._tell(entry, entry.what)

    def fail(self) -> None:
        """Nothing of what is pending can be kept; all is as told, but for departures, new names and the peace."""
        model = self._model
        pending, model.pending = model.pending, []
        model.accepted = model.told.copy()
        self._unmade = {fold(entry.what.room) for entry in pending if isinstance(entry.what, Created)}
        strangers: set[Person] = set()
        turns: list[Entry] = []
        for entry in pending:
            if entry.person not in strangers:
                self._fails(entry, strangers, turns)
        self._giveBack([entry.what for entry in pending if isinstance(entry.what, AccountChanged)])
        for view in model.views:
            if view.isIn and view.person not in model.accepted.rooms.get(view.room, Place("")).members:
                wasIn = view.person in model.accepted.rooms.get(view.before, Place("")).members
                view.room = view.before if wasIn else LOBBY
        for entry in turns:
            self._answer(entry)

    def _fails(self, entry: Entry, strangers: set[Person], turns: list[Entry]) -> None:
        match entry.what:
            case Joined(room=room) if room == LOBBY:
                strangers.add(entry.person)
                for view in self._model.viewsOf(entry.person):
                    view.held = None
                    view.sees(NO)
                    view.ends()
            case Left() | Renamed():
                self._promise(entry, entry.what)
            case Forgotten(room=room):
                self._model.hours[fold(room)] = DAY
            case Created():
                pass
            case what if callable(what):
                turns += [entry] if entry.always else []
            case _ if entry.view is None:
                pass
            case Moderated(room=room) if fold(room) not in self._unmade:
                self._promiseOn(entry, entry.what)
            case _:
                entry.view.hears(NO)

    def _giveBack(self, events: list[AccountChanged]) -> None:
        """Accounts are as they were; who has got the name of one meanwhile has to go."""
        model = self._model
        for event in events:
            key = fold(event.to)
            person = model.accepted.holder(key)
            if person is None or event.change not in ("registered", "deleted"):
                continue
            isAccount = key in model.told.accounts
            person.registered = isAccount and model.told.key(person) == key
            if isAccount and not person.registered:
                model.expel(person, model.accepted.lobby, NOT_THEIRS, event.time)

    def _promise(self, entry: Entry, event: Left | Renamed) -> None:
        where = fold(event.room) if isinstance(event, Left) else LOBBY
        if entry.person not in self._model.accepted.rooms.get(where, Place("")).members:
            return
        if isinstance(event, Left) and where == LOBBY:
            for view in self._model.viewsOf(entry.person):
                view.sees(Goodbye(event.name))
                view.ends()
            self._promiseOn(entry, event, isSaid=False)
        else:
            self._promiseOn(entry, event)

    def _promiseOn(self, entry: Entry, event: Event, isSaid: bool = True) -> None:
        if isSaid and not entry.isPromised:
            entry.view.hears(NO)
        entry.isPromised = True
        self._model.accepted.takes(event, entry.person)
        self._model.pending.append(entry)

    def _answer(self, entry: Entry) -> None:
        try:
            entry.view.sees(*entry.what())
        except Refused:
            entry.view.sees(NO)

    def _tell(self, entry: Entry, event: Event) -> None:
        world, person = self._model.told, entry.person
        match event:
            case Joined(room=room):
                self._show(room, event)
                if room != LOBBY:
                    self._letIn(entry, fold(room))
                world.takes(event, person)
                if room == LOBBY:
                    for view in self._model.viewsOf(person):
                        self._model.welcome(view)
            case Left(room=room):
                self._letOut(person, fold(room), event.why)
                world.takes(event, person)
                self._show(room, event)
            case Told():
                self._pass(entry, event)
            case Renamed():
                self._show(LOBBY, event)
                self._follow(person, event)
            case Created():
                world.takes(event, person)
            case Forgotten() | CodeGiven():
                world.takes(event, person)
                return
            case AccountChanged():
                self._tellOwner(entry, event)
                world.takes(event, person)
                return
            case Moderated(to=to) if to in _NETWORKS:
                self._showOperators(event)
                world.takes(event, person)
                return
            case _:
                self._show(event.room, event)
                world.takes(event, person)
                if isinstance(event, Invited):
                    for view in self._model.listeners(entry.to):
                        view.sees(Invitation(event))
        if not isinstance(event, Told):
            room = world.rooms[fold(getattr(event, "room", LOBBY))]
            if isinstance(event, PrivacySet) and not event.private:
                room.recent.clear()
            room.recent.append(event)
            room.said += isinstance(event, (Said, Acted))

    def _show(self, room: str, event: Event) -> None:
        for member in self._model.told.rooms[fold(room)].members:
            for view in self._model.listeners(member):
                view.sees(event)

    def _showOperators(self, event: Event) -> None:
        """Where people connect from is for nobody else to know."""
        for member in self._model.told.lobby.members:
            for view in self._model.listeners(member) if self._model.accepted.operates(member) else ():
                view.sees(event)

    def _tellOwner(self, entry: Entry, event: AccountChanged) -> None:
        """Whose account has been deleted by somebody else is told so."""
        owner = self._model.told.holder(fold(event.to))
        if event.change == "deleted" and owner is not entry.person:
            for view in self._model.listeners(owner):
                view.sees(notice())

    def _letIn(self, entry: Entry, key: str) -> None:
        room = self._model.told.rooms[key]
        for view in self._model.listeners(entry.person):
            view.looked[key] = room.said
            names = self._model.names(room.members)
            view.sees(Entered(room.name, room.topic, names, 0, room.isNew, view is entry.view))
            if not room.isNew:
                view.sees(*map(Past, room.recent))
        room.isNew = False

    def _letOut(self, person: Person, key: str, why: str) -> None:
        for view in self._model.viewsOf(person):
            if key == LOBBY:
                if why:
                    view.sees(notice(why))
                self._model.goodbye(view)
            else:
                view.sees(notice(""))
                view.looked.pop(key, None)

    def _pass(self, entry: Entry, event: Told) -> None:
        readers = self._model.listeners(entry.to)
        for view in readers:
            if view.wants(event):
                view.correspondent = entry.person
                view.sees(event)
        if readers:
            for view in self._model.listeners(entry.person):
                view.sees(Sent(event))
        else:
            entry.view.sees(NO)

    def _follow(self, person: Person, event: Renamed) -> None:
        self._model.told.takes(event, person)
        for view in self._model.views:
            if fold(event.name) in view.ignored:
                view.ignored.remove(fold(event.name))
                view.ignored.add(fold(event.to))
        for view in self._model.viewsOf(person):
            view.ignored.discard(fold(event.to))
