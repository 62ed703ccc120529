"""What the model needs from outside: where events are kept, and where a session's bytes go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, Union

from loqui.answers import Answer
from loqui.chat.user import Session
from loqui.events import Event
from loqui.settings import Settings

if TYPE_CHECKING:
    from loqui.chat.telling import Telling

__all__ = ["Entry", "Journal", "Listener", "Outlet", "Render", "RoomRecord", "Turn"]

#: A wire's way of writing one value as bytes, line end included.
Render = Callable[[Union[Event, Answer]], bytes]


class Outlet(Protocol):
    """The way to one client."""

    def write(self, chunk: bytes) -> None:
        """Send these bytes after all that were written before; never raises, never blocks."""

    def close(self) -> None:
        """Send what has been written, then end the connection."""


@dataclass(frozen=True, eq=False)
class Turn:
    """
    Something that takes its place among the events, but is not kept: an answer that is
    to say how things are after all that the client has been told before it.

    @ivar do: called when it is its turn.
    @ivar always: whether it is also done when what was before it could not be kept.
    """

    do: Callable[[Telling], None]
    always: bool = True


class Entry(NamedTuple):
    """An event in the journal, with the session on this server that made it happen, if there is one."""

    event: Event | Turn
    origin: Session | None


class Listener(Protocol):
    """Who hears what became of the events that were handed to a journal."""

    def received(self, batch: Sequence[Entry]) -> None:
        """These events are kept, in this order, after all that came before."""

    def refused(self, batch: Sequence[Entry], why: str) -> list[Entry]:
        """
        These events could not be kept.

        @param why: a few words for people: C{"disk full"}.

        @return: those that must not be given up, in order; the journal tries them again.
        """


class Journal(Protocol):
    """What gives events their order and keeps them."""

    def append(self, event: Event | Turn, origin: Session | None = None) -> None:
        """Keep an event; the listener is told later, when that is done or has failed."""


class Passwords(Protocol):
    """
    What knows whose password is right; it takes its time.

    Both raise a L{loqui.errors.LoquiError} with code C{busy} when too many wait.
    """

    def knows(self, name: str) -> bool:
        """Whether a name is one that a password belongs to."""

    async def hash(self, password: str, host: str | None) -> str:
        """
        What can be kept of a password.

        @param host: the address of who asks; None for no network.

        @raise LoquiError: with code C{password-unfit}, too, when it cannot be one.
        """

    async def check(self, name: str, password: str, host: str | None) -> str:
        """
        The name as its owner writes it, if the password is theirs.

        @param host: the address of who asks; None for no network.

        @raise LoquiError: with codes C{wrong-password}, C{suspended} or C{too-many-guesses}, too.
        """


class Archive(Protocol):
    """What has happened, for those who ask."""

    async def audit(self, room: str | None, count: int) -> Sequence[Event]:
        """
        The last events that kept the peace, oldest first.

        @param room: the room they were in; None for any.
        """


class RoomRecord(NamedTuple):
    """
    A room from before the server started.

    @ivar settings: as the last event that was kept has left them.
    @ivar recent: the last events, oldest first.
    @ivar hours: for how long nobody had been there.
    """

    name: str
    settings: Settings
    recent: Sequence[Event]
    hours: int
