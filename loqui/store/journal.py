"""The journal: events get their order, are kept on the disk, and only then come out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from loqui.chat.ports import Entry, Listener
from loqui.chat.user import Session
from loqui.events import Acted, Event, Joined, Left, Said, Told, place
from loqui.store.database import Database, sayWhy

__all__ = ["Journal", "load"]

#: Seconds between two tries to keep what must not be given up.
RETRY = 1.0

#: Seconds between two messages in the log that say the same.
QUIET = 60.0

_KINDS: dict[type[Event], str] = {Said: "said", Acted: "acted", Told: "told", Joined: "joined", Left: "left"}

# One statement, whatever the size of the batch: the worker then waits once for the
# interpreter's lock, and not once a row while the reactor thread is busy sending.
_INSERT = """
    INSERT INTO event (kind, id, time, name, room, "to", text)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
    FROM json_each(?) ORDER BY key
"""
_RECENT = 'SELECT kind, id, time, name, room, "to", text FROM event WHERE room = ? ORDER BY id DESC LIMIT ?'


def load(database: Database, room: str, count: int) -> list[Event]:
    """The last events of a room, at most C{count}, oldest first."""
    rows = database.connection.execute(_RECENT, (room, count)).fetchall()
    return [_toEvent(*row) for row in reversed(rows)]


class Journal:
    """
    The journal of a server that is alone: a table in SQLite.

    At most one commit is in flight, in a thread; what is appended meanwhile, and until
    the batch before has been told, is the next batch. So a single message waits for one
    commit, and under load batches grow.
    """

    log = Logger()

    def __init__(
        self,
        database: Database,
        clock: IReactorTime,
        inThread: Callable[..., Deferred[Any]],
        nextTurn: Callable[[Callable[[], None]], None],
    ) -> None:
        """
        @param clock: for retrying; its seconds must be monotonic.
        @param inThread: calls a function with arguments in a thread: C{deferToThreadPool}
            with its first arguments bound.
        @param nextTurn: calls a function when the reactor has read all that is there
            to be read now: C{reactor.callFromThread}.
        """
        self._database = database
        self._clock = clock
        self._inThread = inThread
        self._nextTurn = nextTurn
        self._listener: Listener | None = None
        self._waiting: list[Entry] = []
        self._kept: list[Entry] = []  # What failed, and is tried again.
        self._busy = False  # A commit is in flight, or is about to be.
        self._idle: list[Deferred[None]] = []
        self._retry: IDelayedCall | None = None
        self._complained: float | None = None
        rows = database.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchall()
        self._lastId: int = rows[0][0] if rows else 0

    def tell(self, listener: Listener) -> None:
        """Set who hears what became of the events."""
        self._listener = listener

    def append(self, event: Event, origin: Session | None = None) -> None:
        """Keep an event; it joins the batch that waits for the disk."""
        self._waiting.append(Entry(event, origin))
        self._commitSoon(self._waiting)

    @property
    def isBusy(self) -> bool:
        """Whether a commit is in flight."""
        return self._busy

    def flushed(self) -> Deferred[None]:
        """Fires when nothing is in flight and nothing waits, or what waits cannot be kept now."""
        if not self._busy:
            return succeed(None)
        done: Deferred[None] = Deferred()
        self._idle.append(done)
        return done

    def _commitSoon(self, entries: list[Entry]) -> None:
        if entries and not self._busy:
            self._busy = True
            self._nextTurn(self._commit)

    def _commit(self) -> None:
        batch = self._kept + self._waiting
        self._kept, self._waiting = [], []
        for number, (event, _) in enumerate(batch, self._lastId + 1):
            place(event, number)
        rows = json.dumps([_toRow(event) for event, _ in batch])
        done = self._inThread(self._database.connection.execute, _INSERT, (rows,))
        done.addCallbacks(self._committed, self._failed, callbackArgs=(batch,), errbackArgs=(batch,))
        done.addErrback(lambda failure: self.log.failure("A bug, found by the journal", failure))
        done.addCallback(lambda _: self._done())

    def _committed(self, _: object, batch: list[Entry]) -> None:
        self._lastId = batch[-1].event.id
        assert self._listener is not None
        self._listener.received(batch)

    def _failed(self, failure: Failure, batch: list[Entry]) -> None:
        self._complain(failure)
        waiting, self._waiting = self._waiting, []
        assert self._listener is not None
        self._kept = self._listener.refused(batch + waiting, sayWhy(failure.value))
        if self._kept and self._retry is None:
            self._retry = self._clock.callLater(RETRY, self._tryAgain)

    def _tryAgain(self) -> None:
        self._retry = None
        self._commitSoon(self._kept)

    def _done(self) -> None:
        self._busy = False
        self._commitSoon(self._waiting)
        if not self._busy:
            idle, self._idle = self._idle, []
            for done in idle:
                done.callback(None)

    def _complain(self, failure: Failure) -> None:
        now = self._clock.seconds()
        if self._complained is not None and now - self._complained < QUIET:
            return
        self._complained = now
        self.log.error(
            "Cannot keep what is said: {why} ({detail})", why=sayWhy(failure.value), detail=failure.getErrorMessage()
        )


def _toRow(event: Any) -> list[Any]:
    return [
        _KINDS[type(event)],
        event.id,
        event.time,
        event.name,
        getattr(event, "room", None),
        getattr(event, "to", None),
        event.why if isinstance(event, Left) else getattr(event, "text", None),
    ]


def _toEvent(kind: str, id: int, time: int, name: str, room: str, to: str, text: str) -> Event:
    match kind:
        case "said":
            return Said(name, room, text, time, id)
        case "acted":
            return Acted(name, room, text, time, id)
        case "told":
            return Told(name, to, text, time, id)
        case "joined":
            return Joined(name, room, time, id)
        case _:
            return Left(name, room, text, time, id)
