"""Doubles that record, for testing what is built on Loqui."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProducer, IPullProducer
from twisted.internet.testing import StringTransport

from loqui.chat.ports import Entry, Listener, Turn
from loqui.chat.user import Session
from loqui.errors import LoquiError
from loqui.events import AccountChanged, Announced, CodeGiven, Event, Moderated, place
from loqui.identities import Account
from loqui.names import keyOrNone

__all__ = [
    "MemoryTransport",
    "RecordingArchive",
    "RecordingJournal",
    "RecordingOutlet",
    "RecordingPasswords",
    "WaitingThread",
]


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


class RecordingArchive:
    """
    What a L{RecordingJournal} has kept.

    @ivar asked: the room and the count of each question.
    """

    def __init__(self, journal: RecordingJournal) -> None:
        self._journal = journal
        self.asked: list[tuple[str | None, int]] = []

    async def audit(self, room: str | None, count: int) -> Sequence[Event]:
        """
        The last events that kept the peace, oldest first.

        @param room: the room they were in; None for any.
        """
        self.asked.append((room, count))
        kinds = (Moderated, Announced, AccountChanged, CodeGiven)
        events = [event for event in self._journal.kept if isinstance(event, kinds)]
        return [event for event in events if room is None or getattr(event, "room", None) == room][-count:]


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


class RecordingPasswords:
    """
    Knows passwords by heart: what it keeps of one is the password turned around.

    @ivar asked: the words of what it was asked: C{"check"}, the name, the password and
        the host; C{"hash"} or C{"gate"}, the password and the host.
    @ivar isSlow: whether its answers wait for L{answer}.
    @ivar waiting: what fires when an answer is to be given.
    @ivar others: names of another system, as they are written there, to their passwords.
    @ivar gate: the password of the server; empty for none.
    """

    def __init__(self, find: Callable[[str], Account | None]) -> None:
        """
        @param find: gives the account of a name key.
        """
        self._find = find
        self.asked: list[tuple[str | None, ...]] = []
        self.isSlow = False
        self.waiting: list[Deferred[None]] = []
        self.others: dict[str, str] = {}
        self.gate = ""

    @property
    def hasGate(self) -> bool:
        """Whether the server itself has a password."""
        return bool(self.gate)

    def knows(self, name: str) -> bool:
        """Whether a name is one of another system."""
        return name in self.others

    def answer(self) -> None:
        """Give all answers that wait."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.callback(None)

    async def hash(self, password: str, host: str | None = None) -> str:
        """
        What can be kept of a password.

        @raise LoquiError: with code C{password-unfit}, when it is short.
        """
        await self._record("hash", password, host)
        if len(password) < 8:
            raise LoquiError("password-unfit", "a password has at least 8 characters")
        return password[::-1]

    async def check(self, name: str, password: str, host: str | None) -> str:
        """
        The name as its owner writes it, if the password is theirs.

        @raise LoquiError: with codes C{wrong-password} and C{suspended}.
        """
        await self._record("check", name, password, host)
        account = self._find(keyOrNone(name) or "")
        if self.others.get(name) == password:
            return name
        if account is None or account.hash != password[::-1]:
            raise LoquiError("wrong-password", "wrong name or password")
        if account.suspended:
            raise LoquiError("suspended", f"{account.name} is suspended; ask an operator")
        return account.name

    async def checkGate(self, password: str, host: str | None) -> None:
        """
        Make sure that somebody knows the password of the server.

        @raise LoquiError: with code C{wrong-password}.
        """
        await self._record("gate", password, host)
        if password != self.gate:
            raise LoquiError("wrong-password", "wrong name or password")

    async def _record(self, *words: str | None) -> None:
        self.asked.append(words)
        if self.isSlow:
            self.waiting.append(Deferred())
            await self.waiting[-1]


class WaitingThread:
    """
    A thread that works when it is told to.

    @ivar waiting: what it is to do, and what fires when that is done.
    """

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        """Record what is to be called."""
        done: Deferred[Any] = Deferred()
        self.waiting.append((lambda: function(*arguments), done))
        return done

    def work(self) -> None:
        """Do what has waited longest, in another thread, and wait for that."""
        task, done = self.waiting.pop(0)
        outcomes: list[Any] = []
        thread = Thread(target=lambda: outcomes.append(task()))
        thread.start()
        thread.join()
        done.callback(outcomes[0])

    def workAll(self) -> None:
        """Work until there is nothing more to do."""
        while self.waiting:
            self.work()


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

    def resumeProducing(self) -> None:
        """Read again; nothing happens at the end, as with a real one."""
        if not (self.disconnecting or self.disconnected):
            super().resumeProducing()

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
