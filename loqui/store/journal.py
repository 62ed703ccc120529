"""The journal: events get their order, are kept on the disk, and only then come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from loqui.chat.ports import Entry, Listener, Turn
from loqui.chat.user import Session
from loqui.events import Acted, Event, Joined, Left, Said, Told, place
from loqui.store.accounts import statements as accountStatements
from loqui.store.database import Database, Statement, sayWhy
from loqui.store.events import INSERT, toRows
from loqui.store.rooms import statements as roomStatements

__all__ = ["Journal"]

#: Seconds between two tries to keep what must not be given up.
RETRY = 1.0

#: Seconds between two messages in the log that say the same.
QUIET = 60.0


# They change nothing else.
_ONLY_KEPT = frozenset({Said, Acted, Told, Joined, Left})


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

    def append(self, event: Event | Turn, origin: Session | None = None) -> None:
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
        events = [event for event, _ in batch if not isinstance(event, Turn)]
        for number, event in enumerate(events, self._lastId + 1):
            place(event, number)
        done = self._inThread(self._database.write, *_writes(events)) if events else succeed(None)
        done.addCallbacks(self._committed, self._failed, callbackArgs=(batch,), errbackArgs=(batch,))
        done.addErrback(lambda failure: self.log.failure("A bug, found by the journal", failure))
        done.addCallback(lambda _: self._done())

    def _committed(self, _: object, batch: list[Entry]) -> None:
        self._lastId += sum(not isinstance(event, Turn) for event, _ in batch)
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


def _writes(events: Sequence[Event]) -> Iterator[Statement]:
    """What is to be written for a batch, in one transaction."""
    yield INSERT, (toRows(events),)
    for event in events:
        if type(event) in _ONLY_KEPT:
            continue
        yield from roomStatements(event)
        yield from accountStatements(event)
