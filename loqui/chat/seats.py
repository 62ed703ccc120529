"""The seats of a room: the sessions that are told what happens there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from typing import TYPE_CHECKING

from loqui.chat.user import Session

if TYPE_CHECKING:
    from loqui.chat.ports import Render

__all__ = ["Seats"]


class Seats:
    """
    Who is told, by the wire they read.

    @ivar quiet: those of them who do not want to see who comes and goes.
    """

    __slots__ = ("_byWire", "quiet")

    def __init__(self) -> None:
        self.quiet: set[Session] = set()
        self._byWire: dict[Render, dict[Session, Callable[[bytes], None]]] = {}

    def __contains__(self, session: Session) -> bool:
        return session in self._byWire.get(session.render, ())

    def __len__(self) -> int:
        return sum(map(len, self._byWire.values()))

    def byWire(self) -> Collection[dict[Session, Callable[[bytes], None]]]:
        """The sessions with the way to them, apart for each wire; not to be changed."""
        return self._byWire.values()

    def add(self, session: Session) -> None:
        """Tell a session everything from now on."""
        self._byWire.setdefault(session.render, {})[session] = session.outlet.write
        self.hush(session)

    def discard(self, session: Session) -> None:
        """Tell a session nothing more; it need not have a seat."""
        self._byWire.get(session.render, {}).pop(session, None)
        self.quiet.discard(session)

    def hush(self, session: Session) -> None:
        """Take note of whether a session that has a seat is quiet."""
        if session.quiet and session in self:
            self.quiet.add(session)
        else:
            self.quiet.discard(session)

    def tell(self, chunkFor: Callable[[Render], bytes], apart: Set[Session] = frozenset()) -> None:
        """
        Give everybody the same bytes.

        @param chunkFor: makes them for one wire; called once for each.
        @param apart: the sessions that are told in another way.
        """
        for render, seats in tuple(self._byWire.items()):
            if seats:
                chunk = chunkFor(render)
                # A copy: somebody may lose their seat by being told.
                told = dict(seats)
                for session in seats.keys() & apart:
                    del told[session]
                for write in told.values():
                    write(chunk)
