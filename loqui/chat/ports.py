"""What the model needs from outside: where events are kept, and where a session's bytes go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, Union

from loqui.answers import Answer
from loqui.chat.user import Session
from loqui.events import Event

__all__ = ["Entry", "Journal", "Listener", "Outlet", "Render"]

#: A wire's way of writing one value as bytes, line end included.
Render = Callable[[Union[Event, Answer]], bytes]


class Outlet(Protocol):
    """The way to one client."""

    def write(self, chunk: bytes) -> None:
        """Send these bytes after all that were written before; never raises, never blocks."""

    def close(self) -> None:
        """Send what has been written, then end the connection."""


class Entry(NamedTuple):
    """An event in the journal, with the session on this server that made it happen, if there is one."""

    event: Event
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

    def append(self, event: Event, origin: Session | None = None) -> None:
        """Keep an event; the listener is told later, when that is done or has failed."""
