"""One batch of events on its way to those who are to see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Union

from loqui.answers import Answer, Gathering
from loqui.chat.room import Room
from loqui.chat.user import Session
from loqui.events import Acted, Event, Joined, Left, Said
from loqui.names import nameKey

if TYPE_CHECKING:
    from loqui.chat.ports import Render

__all__ = ["Telling"]

_Shown = Union[Event, Gathering]


class Telling:
    """
    What happened, in order, and what a few sessions are to see instead.

    Most of a room sees the whole batch and gets the same bytes. Sessions that come, go,
    filter or are spoken to in private within the batch are I{apart}: they get bytes of
    their own. Those who sit in several rooms where something has happened share them
    with all who sit in the same ones. So everybody gets one chunk, in the journal's order.
    """

    def __init__(self, ignoring: Mapping[str, Set[Session]]) -> None:
        """
        @param ignoring: name keys to the sessions that do not want to hear them.
        """
        self._ignoring = ignoring
        self._count = 0
        self._byRoom: dict[Room, list[tuple[int, _Shown]]] = {}
        self._apart: dict[Session, list[bytes]] = {}
        self._apartIn: dict[Room, dict[Session, list[bytes]]] = {}
        self._closing: list[Session] = []
        self._lines: dict[tuple[Render, int], bytes] = {}
        self._rendered: list[Union[Event, Answer]] = []  # So that no two have the same id().

    def happened(self, room: Room, what: _Shown) -> None:
        """Show something to all who have a seat in a room at this point of the batch."""
        if room.seats.quiet and isinstance(what, (Joined, Left, Gathering)):
            self._setApart(room.seats.quiet)
        if self._ignoring and isinstance(what, (Said, Acted)):
            self._setApart(self._ignoring.get(nameKey(what.name), frozenset()))
        self._byRoom.setdefault(room, []).append((self._count, what))
        self._count += 1
        for session, lines in self._apartIn.get(room, {}).items():
            if session.wants(what):
                lines.append(self._line(session.render, what))

    def tell(self, session: Session, *what: Union[Event, Answer]) -> None:
        """Show something to one session."""
        lines = self._linesOf(session)
        lines += [self._line(session.render, one) for one in what if session.wants(one)]

    def seat(self, session: Session, room: Room) -> None:
        """Show a session from here on what happens in a room."""
        self._apartIn.setdefault(room, {})[session] = self._linesOf(session)
        room.seats.add(session)

    def unseat(self, session: Session, room: Room) -> None:
        """Show a session from here on nothing of a room any more."""
        self._linesOf(session)
        self._apartIn.get(room, {}).pop(session, None)
        room.seats.discard(session)

    def close(self, session: Session) -> None:
        """End a session, after what it is told."""
        self._closing.append(session)

    def send(self) -> None:
        """Write: one chunk a session."""
        if self._byRoom:
            self._sendShared()
        for session, lines in self._apart.items():
            if lines and not session.gone:
                session.outlet.write(b"".join(lines))
        for session in self._closing:
            session.outlet.close()

    def _setApart(self, sessions: Set[Session]) -> None:
        for session in sessions:
            self._linesOf(session)

    def _linesOf(self, session: Session) -> list[bytes]:
        """What a session that is apart from now on, if it was not, is sent: with what has been told so far."""
        lines = self._apart.get(session)
        if lines is None:
            seats = _seatsOf(session)
            lines = self._apart[session] = [self._line(session.render, what) for what in self._happenedIn(seats)]
            for room in seats:
                self._apartIn.setdefault(room, {})[session] = lines
        return lines

    def _sendShared(self) -> None:
        rooms = tuple(self._byRoom)
        inSeveral = self._inSeveral(rooms) if len(rooms) > 1 else set()
        others = self._apart.keys() | inSeveral
        write = self._chunkOfLines if others else self._chunk
        for room in rooms:
            room.seats.tell(partial(write, (room,)), others)
        chunks: dict[tuple[tuple[Room, ...], Render], bytes] = {}
        for session in inSeveral - self._apart.keys():
            where = tuple([room for room in _seatsOf(session) if room in self._byRoom])
            chunk = chunks.get((where, session.render))
            if chunk is None:
                chunk = chunks[where, session.render] = self._chunkOfLines(where, session.render)
            if not session.gone:
                session.outlet.write(chunk)

    def _inSeveral(self, rooms: Iterable[Room]) -> set[Session]:
        """The sessions that sit in more than one of these rooms."""
        heard: set[Session] = set()
        several: set[Session] = set()
        *smaller, largest = sorted(rooms, key=lambda room: len(room.seats))
        for room in smaller:
            for seats in room.seats.byWire():
                several |= seats.keys() & heard
                heard.update(seats)
        for seats in largest.seats.byWire():
            several |= seats.keys() & heard
        return several

    def _chunk(self, where: tuple[Room], render: Render) -> bytes:
        """What has happened in a room, as a wire writes it."""
        return b"".join([render(what) for _, what in self._byRoom[where[0]]])

    def _chunkOfLines(self, where: tuple[Room, ...], render: Render) -> bytes:
        """What has happened in some rooms, when some of it is part of what others are sent, too."""
        return b"".join([self._line(render, what) for what in self._happenedIn(where)])

    def _happenedIn(self, rooms: Iterable[Room]) -> list[_Shown]:
        """What has happened in these rooms so far, in order."""
        events = [event for room in rooms for event in self._byRoom.get(room, ())]
        return [what for _, what in sorted(events, key=itemgetter(0))]

    def _line(self, render: Render, what: Union[Event, Answer]) -> bytes:
        key = (render, id(what))
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = render(what)
            self._rendered.append(what)
        return line


def _seatsOf(session: Session) -> list[Room]:
    """The rooms whose events a session is told: few, however many there are."""
    rooms = session.user.seats if session.user is not None else ()
    return [room for room in rooms if session in room.seats]
