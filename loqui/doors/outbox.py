"""What one client has yet to be sent: bounded, shared with all who get the same, and sent at once when it can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.internet import tcp
from twisted.internet.interfaces import IDelayedCall, IPullProducer, IReactorTime, ITransport
from twisted.logger import Logger
from zope.interface import implementer

__all__ = ["Outbox", "Unsent"]

#: Seconds in which a client may still send, and we throw away, after we have sent our last.
LINGER = 2.0

# An empty deque takes more memory than all the rest of an outbox, and most are empty.
_NOTHING: deque[bytes | memoryview] = deque()


@dataclass(eq=False)
class Unsent:
    """
    The bounds of what waits to be sent, and what waits in all outboxes together.

    @ivar most: bytes that may wait for one client.
    @ivar slack: bytes that may wait for one client for C{patience} seconds.
    @ivar total: bytes that may wait for all clients.
    """

    most: int = 1024 * 1024
    slack: int = 256 * 1024
    patience: float = 30.0
    total: int = 256 * 1024 * 1024
    waiting: dict[Outbox, int] = field(default_factory=dict)
    size: int = 0

    def changed(self, outbox: Outbox, size: int) -> None:
        """Take note of what waits in an outbox now; past the total, the one with the most gives up."""
        self.size += size - self.waiting.pop(outbox, 0)
        if size:
            self.waiting[outbox] = size
        while self.waiting and self.size > self.total:
            max(self.waiting, key=self.waiting.__getitem__).giveUp()


@implementer(IPullProducer)
class Outbox:
    """
    The way to one client.

    As long as the kernel takes everything, there is nothing in here: C{write} is one
    C{send}. What it does not take waits as references to bytes that others share.
    The transport itself is given one chunk at a time, and asks for the next when that
    is sent, as it does of any pull producer.
    """

    log = Logger()
    __slots__ = (
        "_chunks",
        "_clock",
        "_closed",
        "_finished",
        "_handed",
        "_inputEnded",
        "_isPlain",
        "_linger",
        "_overflowed",
        "_patience",
        "_queued",
        "_send",
        "_sending",
        "_transport",
        "_unsent",
    )

    def __init__(
        self, transport: ITransport, clock: IReactorTime, unsent: Unsent, overflowed: Callable[[], None]
    ) -> None:
        """
        @param clock: for patience; its seconds must be monotonic.
        @param unsent: the bounds, and the sum over all outboxes.
        @param overflowed: called once, when a bound is passed; from then on nothing is written.
        """
        self._transport: Any = transport
        self._clock = clock
        self._unsent = unsent
        self._overflowed = overflowed
        self._chunks = _NOTHING
        self._queued = 0  # Bytes in _chunks.
        self._handed = 0  # Bytes that the transport has, or had when it last asked.
        self._sending = False
        self._closed = False
        self._finished = False  # We have sent our last.
        self._inputEnded = False
        self._patience: IDelayedCall | None = None
        self._linger: IDelayedCall | None = None
        # Only a plain TCP connection may be written past its buffer: what wraps one (TLS)
        # would pass the call on, and the bytes would go out as they are.
        self._isPlain = isinstance(transport, tcp.Connection) and not transport.TLS
        # Sends at once; None while something waits, at the end, or where that cannot be done.
        self._send: Callable[[bytes], int] | None = self._sender()

    def write(self, chunk: bytes) -> None:
        """Send these bytes after all that were written before; never raises, never blocks."""
        if self._send is not None:
            try:
                sent = self._send(chunk)
            except OSError:
                sent = 0  # A real error is met again by the transport, which knows what to do.
            if sent != len(chunk):
                # The rest is a part of bytes that others share, not a copy.
                self._wait(memoryview(chunk)[sent:])
        elif not self._closed:
            self._wait(chunk)

    def close(self) -> None:
        """
        Send what has been written, then end the connection.

        The client's side stays open a little: if it were closed with bytes in it that
        nobody has read, the client's system would throw away our last lines.
        """
        if self._closed:
            return
        self._closed = True
        self._send = None
        self._linger = self._clock.callLater(self._unsent.patience, self._transport.abortConnection)
        if not self._sending:
            self._finish()

    def inputEnded(self) -> None:
        """The client has closed its side: there is nobody to linger for."""
        self._inputEnded = True
        if self._finished:
            self._transport.loseConnection()

    def giveUp(self) -> None:
        """Forget what waits, and say so."""
        self.stopProducing()
        self._overflowed()

    def resumeProducing(self) -> None:
        """The transport has sent all it had."""
        if self._chunks:
            chunk = self._chunks.popleft()
            self._handed = len(chunk)
            self._queued -= len(chunk)
            self._transport.write(bytes(chunk))
            self._changed()
            return
        self._handed = 0
        self._chunks = _NOTHING
        self._changed()
        self._sending = False
        self._transport.unregisterProducer()
        if self._closed:
            self._finish()
        else:
            self._send = self._sender()

    def stopProducing(self) -> None:
        """The connection is gone, or what waits is not wanted any more."""
        self._closed = True
        self._send = None
        self._chunks = _NOTHING
        self._queued = self._handed = 0
        self._changed()
        _cancel(self._linger)

    def _wait(self, chunk: bytes | memoryview) -> None:
        """Put something behind what waits; what goes wrong here is this client's end, and nobody else's."""
        try:
            self._enqueue(chunk)
        except Exception:
            self.log.failure("A bug in an outbox")
            self.giveUp()

    def _enqueue(self, chunk: bytes | memoryview) -> None:
        if self._chunks is _NOTHING:
            self._chunks = deque()
        self._chunks.append(chunk)
        self._queued += len(chunk)
        if not self._sending:
            self._sending = True
            self._send = None
            self._transport.registerProducer(self, False)
        self._changed()

    def _changed(self) -> None:
        size = self._queued + self._handed
        if size > self._unsent.slack:
            if self._patience is None:
                self._patience = self._clock.callLater(self._unsent.patience, self.giveUp)
        else:
            _cancel(self._patience)
            self._patience = None
        if size > self._unsent.most:
            self.giveUp()
        else:
            self._unsent.changed(self, size)

    def _sender(self) -> Callable[[bytes], int] | None:
        return self._transport.getHandle().send if self._isPlain else None

    def _finish(self) -> None:
        self._finished = True
        _cancel(self._linger)
        if self._inputEnded or not self._isPlain:
            self._transport.loseConnection()
        else:
            self._linger = self._clock.callLater(LINGER, self._transport.loseConnection)
            self._transport.loseWriteConnection()


def _cancel(call: IDelayedCall | None) -> None:
    if call is not None and call.active():
        call.cancel()
