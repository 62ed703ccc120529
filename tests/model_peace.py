"""What keeps the peace, as the model of the chat has it."""

from __future__ import annotations

from typing import Any

from loqui.answers import Audit, Sanctions
from loqui.events import LOBBY, AccountChanged, Announced, CodeGiven, Event, Moderated
from tests.model import Model
from tests.view import Refused, View
from tests.world import NETWORKS, Person, Place, fold

__all__ = ["SPANS", "Peace"]

#: Spans of time, as they are written, and their milliseconds.
SPANS = {"1s": 1000, "5s": 5000, "2m": 120_000, "2h": 7_200_000}

#: How many lines an audit has.
_AUDITED = 20


class Peace:
    """
    The commands for who rules a room: its owners, and operators everywhere.

    @ivar kept: what has been told that is looked at when somebody asks what was done.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.kept: list[Event] = []

    def kick(self, view: View, where: str, name: str, why: str = "") -> None:
        """C{/kick}."""
        room, person = self._ruled(view, where), self._model.find(name)
        if person not in room.members:
            raise Refused
        self._checkMayHit(view, room, person)
        self._does(view, room, "kick", self._model.accepted.names[person], why)
        self._model.expel(person, room, _because("kicked", why))

    def ban(self, view: View, where: str, whom: str, rest: str = "") -> None:
        """C{/ban}."""
        room, (until, why) = self._ruled(view, where), self._untilAndWhy(rest)
        if whom in NETWORKS:
            self._banNetwork(view, room, whom, until, why)
            return
        person = self._model.accepted.holder(fold(whom))
        if person is not None:
            self._checkMayHit(view, room, person)
        elif fold(whom) in room.owners:
            raise Refused
        self._does(view, room, "ban", self._model.accepted.names.get(person, whom), why, until)
        if person is not None and person in room.members:
            self._model.expel(person, room, _because("banned", why))

    def _banNetwork(self, view: View, room: Place, whom: str, until: int, why: str) -> None:
        network, hosts = NETWORKS[whom]
        if room.name != LOBBY or view.host in hosts:
            raise Refused
        self._does(view, room, "ban", network, why, until)
        for person in tuple(self._model.accepted.names):
            isThere = any(other.host in hosts for other in self._model.viewsOf(person))
            if isThere and not self._model.accepted.rules(room, person):
                self._model.expel(person, room, _because("banned", why))

    def mute(self, view: View, where: str, name: str, rest: str = "") -> None:
        """C{/mute}."""
        room, (until, why), person = self._ruled(view, where), self._untilAndWhy(rest), self._model.find(name)
        self._checkMayHit(view, room, person)
        self._does(view, room, "mute", self._model.accepted.names[person], why, until)

    def unban(self, view: View, where: str, whom: str) -> None:
        """C{/unban}."""
        room = self._ruled(view, where)
        key = NETWORKS[whom][0] if whom in NETWORKS else fold(whom)
        if key not in room.banned or not room.banned[key].holds(self._model.now):
            raise Refused
        self._does(view, room, "unban", room.banned[key].to)

    def unmute(self, view: View, where: str, name: str) -> None:
        """C{/unmute}."""
        room = self._ruled(view, where)
        if not room.mutes(fold(name), self._model.now):
            raise Refused
        self._does(view, room, "unmute", room.muted[fold(name)].to)

    def op(self, view: View, where: str, name: str) -> None:
        """C{/op}: an operator needs an account, an owner has one or is here."""
        room, accounts = self._ruled(view, where), self._model.accepted.accounts
        if fold(name) in accounts:
            name = accounts[fold(name)].name
        elif room.name == LOBBY:
            raise Refused
        else:
            name = self._model.accepted.names[self._model.find(name)]
        if fold(name) in room.owners:
            raise Refused
        self._does(view, room, "op", name)

    def deop(self, view: View, where: str, name: str) -> None:
        """C{/deop}."""
        room = self._ruled(view, where)
        if fold(name) not in room.owners:
            raise Refused
        self._does(view, room, "deop", name)

    def slow(self, view: View, where: str, span: str) -> None:
        """C{/slow}."""
        room, every = self._ruled(view, where), SPANS.get(span, 0)
        if every == room.slow:
            raise Refused
        self._does(view, room, "slow", "", until=every)

    def lockdown(self, view: View, where: str, switch: str) -> None:
        """C{/lockdown}."""
        room = self._ruled(view, where)
        if room.lockdown == (switch == "on"):
            raise Refused
        self._does(view, room, "lockdown", switch)

    def announce(self, view: View, where: str, text: str) -> None:
        """C{/announce}."""
        room = self._ruled(view, where)
        self._model.checkVoice(view, room)
        self._model.does(view, Announced(self._model.name(view), room.name, text, self._model.now))

    def bans(self, view: View, where: str) -> None:
        """C{/bans}."""
        room, now = self._ruled(view, where), self._model.now
        self._model.asks(view, lambda: self._listed(room, now))

    def audit(self, view: View, where: str) -> None:
        """C{/audit}: of all rooms, in the lobby."""
        room = self._ruled(view, where)
        events = [event for event in self.kept if room.name in (LOBBY, getattr(event, "room", ""))]
        self._model.asks(view, lambda: [Audit(tuple(events[-_AUDITED:]))])

    def keeps(self, event: Event) -> None:
        """This has been told."""
        if isinstance(event, (Moderated, Announced, AccountChanged, CodeGiven)):
            self.kept.append(event)

    def _listed(self, room: Place, now: int) -> list[Any]:
        told = self._model.told.rooms.get(fold(room.name))
        if told is None or told.made != room.made:
            told = Place(room.name)
        banned, muted = (
            tuple(sanction for sanction in sanctions.values() if sanction.holds(now))
            for sanctions in (told.banned, told.muted)
        )
        return [Sanctions(room.name, banned, muted, now)]

    def _ruled(self, view: View, where: str) -> Place:
        world = self._model.accepted
        room = world.rooms.get(fold(where) if where else view.room)
        if room is None or not world.rules(room, view.person):
            raise Refused
        return room

    def _checkMayHit(self, view: View, room: Place, person: Person) -> None:
        if person is view.person or self._model.accepted.rules(room, person):
            raise Refused

    def _untilAndWhy(self, rest: str) -> tuple[int, str]:
        first, _, why = rest.partition(" ")
        return (self._model.now + SPANS[first], why) if first in SPANS else (0, rest)

    def _does(self, view: View, room: Place, act: str, to: str, why: str = "", until: int = 0) -> None:
        if why:
            self._model.checkVoice(view, room)
        self._model.does(view, Moderated(self._model.name(view), room.name, act, to, why, until, self._model.now))


def _because(what: str, why: str) -> str:
    return f"{what}: {why}" if why else what
