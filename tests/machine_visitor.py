"""Those who are connected to the hub that the machine drives, and what they have read."""

from __future__ import annotations

from typing import Any

from loqui.answers import Entered, Members, Welcome
from loqui.chat.user import Session
from loqui.events import LOBBY, Joined, Left, Renamed
from loqui.testing import RecordingOutlet
from tests.view import View

__all__ = ["Visitor", "Wire"]


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
    @ivar isBusy: whether something is to be finished before what it types is heard.
    @ivar people: who is in a room as far as one can know who has only read, by name of the room.
    """

    def __init__(self, wire: Wire, isIntruder: bool = False, host: str | None = None) -> None:
        self.wire = wire
        self.isIntruder = isIntruder
        self.isBusy = False
        self.outlet = RecordingOutlet()
        self.session = Session(wire.render, self.outlet)
        self.session.host, self.session.takesPasswords = host, True
        self.view = View(host)
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
