"""One batch of events on its way to those who are to see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Union

from loqui.answers import Answer
from loqui.chat.room import Room
from loqui.chat.user import Session
from loqui.events import Event

if TYPE_CHECKING:
    from loqui.chat.ports import Render

__all__ = ["Telling"]


class Telling:
    """
    What happened, in order, and what a few sessions are to see instead.

    Most of a room sees the whole batch and gets the same bytes. Sessions that come,
    go or are spoken to in private within the batch get bytes of their own.
    """

    def __init__(self, room: Room, apart: Iterable[Session]) -> None:
        """
        @param apart: the sessions that get bytes of their own.
        """
        self._room = room
        self._shared: list[Event] = []
        self._apart: dict[Session, list[bytes]] = {session: [] for session in apart}
        self._closing: list[Session] = []
        self._rendered: dict[tuple[Render, Union[Event, Answer]], bytes] = {}

    def happened(self, event: Event) -> None:
        """Show an event to all who have a seat at this point of the batch."""
        self._shared.append(event)
        for session in self._apart:
            if self._room.isSeated(session):
                self.tell(session, event)

    def tell(self, session: Session, *what: Union[Event, Answer]) -> None:
        """Show something to one session, which is one of those apart."""
        self._apart[session] += [self._render(session.render, one) for one in what]

    def close(self, session: Session) -> None:
        """End a session, after what it is told."""
        self._closing.append(session)

    def send(self) -> None:
        """Write: one chunk a session."""
        if self._shared:
            self._room.tell(self._chunk, self._apart)
        for session, lines in self._apart.items():
            if lines and not session.gone:
                session.outlet.write(b"".join(lines))
        for session in self._closing:
            session.outlet.close()

    def _chunk(self, render: Render) -> bytes:
        return b"".join([self._render(render, event) for event in self._shared])

    def _render(self, render: Render, what: Union[Event, Answer]) -> bytes:
        if not self._apart:
            return render(what)
        key = (render, what)
        line = self._rendered.get(key)
        if line is None:
            line = self._rendered[key] = render(what)
        return line
