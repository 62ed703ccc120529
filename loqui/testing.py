"""Doubles that record, for testing what is built on Loqui."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProducer, IPullProducer
from twisted.internet.testing import StringTransport

from loqui.chat.ports import Entry, Listener, Turn
from loqui.chat.user import Session
from loqui.events import Event, place

__all__ = ["HeldThread", "MemoryTransport", "RecordingJournal", "RecordingOutlet"]


class RecordingJournal:
    """
    A journal that keeps events in memory, when it is told to.

    @ivar waiting: what was appended, and is neither kept nor refused yet.
    @ivar kept: the events that came out, in order, with their ids.
    """

    def __init__(self) -> None:
        self.waiting: list[Entry] = []
        self.kept: list[Event] = []
        self._listener: Listener | None = None

    def tell(self, listener: Listener) -> None:
        """Set who hears what became of the events."""
        self._listener = listener

    def append(self, event: Event | Turn, origin: Session | None = None) -> None:
        """Record an event; nobody hears of it yet."""
        self.waiting.append(Entry(event, origin))

    def commit(self) -> None:
        """Keep all that waits: the listener receives it as one batch."""
        assert self._listener is not None
        batch, self.waiting = self.waiting, []
        for event, _ in batch:
            if not isinstance(event, Turn):
                place(event, len(self.kept) + 1)
                self.kept.append(event)
        self._listener.received(batch)

    def fail(self, why: str) -> None:
        """Refuse all that waits, as one batch; what must not be given up waits again."""
        assert self._listener is not None
        batch, self.waiting = self.waiting, []
        self.waiting = self._listener.refused(batch, why) + self.waiting


class RecordingOutlet:
    """
    The way to a client that takes everything.

    @ivar chunks: what was written, one element a write.
    @ivar closed: whether it was to be ended.
    """

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.closed = False

    def write(self, chunk: bytes) -> None:
        """Record a chunk."""
        self.chunks.append(chunk)

    def close(self) -> None:
        """Record that this is the end."""
        self.closed = True

    def take(self) -> list[str]:
        """The lines that were written since the last time, without their ends."""
        lines = b"".join(self.chunks).decode().splitlines()
        self.chunks = []
        return lines


class MemoryTransport(StringTransport):
    """
    A transport into memory that asks a pull producer for more, as a real one does.

    @ivar takes: whether it takes anything; while it does not, it is like a connection
        whose client does not read.
    """

    takes = True

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        super().registerProducer(producer, streaming)
        self.pull()

    def pull(self) -> None:
        """Ask for more, once, or while this transport takes anything."""
        assert self.producer is None or IPullProducer.providedBy(self.producer)
        if self.producer is not None:
            self.producer.resumeProducing()
        while self.takes and self.producer is not None:
            self.producer.resumeProducing()

    def lines(self) -> list[str]:
        """The lines that were written since the last time, without their ends."""
        lines = self.value().decode().split("\r\n")
        assert lines.pop() == "", "a line has no end"
        self.clear()
        return lines


class HeldThread:
    """
    A thread that does nothing until it is told to.

    @ivar waiting: what it has been given to do.
    """

    def __init__(self) -> None:
        self.waiting: list[tuple[Deferred[Any], Callable[[], Any]]] = []

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        """Take on a call, whose result the Deferred fires with."""
        done: Deferred[Any] = Deferred()
        self.waiting.append((done, lambda: function(*arguments)))
        return done

    def work(self) -> None:
        """Do what has been taken on, and what comes of that."""
        while self.waiting:
            done, call = self.waiting.pop(0)
            done.callback(call())
