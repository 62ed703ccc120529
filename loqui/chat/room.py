"""A room: who is in it, who is told what is said in it, and what was said last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from loqui.chat.user import Session, User
from loqui.events import Acted, Event, Joined, Left, Said

if TYPE_CHECKING:
    from loqui.chat.ports import Render

__all__ = ["Room"]


class Room:
    """
    Members and an audience.

    A I{member} is in the room from the moment that was accepted. The I{audience} are
    the sessions that are told: a session is seated when its C{Joined} comes out of the
    journal, so that all see the same events from there on.

    @ivar members: name keys to users.
    @ivar recent: the last events, oldest first.
    """

    def __init__(self, name: str, remembers: int) -> None:
        self.name = name
        self.members: dict[str, User] = {}
        self.recent: deque[Event] = deque(maxlen=remembers)
        self._audience: dict[Render, dict[Session, Callable[[bytes], None]]] = {}

    def say(self, user: User, text: str, now: int) -> Said:
        """Say something; C{now} is UTC in milliseconds since the epoch, here and below."""
        return Said(user.name, self.name, text, now)

    def act(self, user: User, text: str, now: int) -> Acted:
        """Do something, in words."""
        return Acted(user.name, self.name, text, now)

    def join(self, user: User, now: int) -> Joined:
        """Make somebody a member."""
        self.members[user.key] = user
        return Joined(user.name, self.name, now)

    def leave(self, user: User, why: str, now: int) -> Left:
        """End somebody's membership; their sessions keep their seats until the event is out."""
        del self.members[user.key]
        return Left(user.name, self.name, why, now)

    def seat(self, session: Session) -> None:
        """Tell a session everything from now on."""
        self._audience.setdefault(session.render, {})[session] = session.outlet.write

    def unseat(self, session: Session) -> None:
        """Tell a session nothing more; it need not have a seat."""
        self._audience.get(session.render, {}).pop(session, None)

    def isSeated(self, session: Session) -> bool:
        """Whether a session is told what happens here."""
        return session in self._audience.get(session.render, ())

    def tell(self, chunkFor: Callable[[Render], bytes], apart: Iterable[Session] = ()) -> None:
        """
        Give everybody the same bytes.

        @param chunkFor: makes them for one wire; called once for each.
        @param apart: the sessions that are told in another way.
        """
        for render, seats in tuple(self._audience.items()):
            if seats:
                chunk = chunkFor(render)
                # A copy: somebody may lose their seat by being told.
                told = dict(seats)
                for session in apart:
                    told.pop(session, None)
                for write in told.values():
                    write(chunk)
