"""The port: who may connect, and what all connections have in common."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IAddress, IReactorTime, ISSLTransport, ISystemHandle, ITransport
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from loqui.chat.hub import Hub
from loqui.doors.limits import Doorkeeper, Limits
from loqui.doors.outbox import Unsent
from loqui.doors.text import Chat
from loqui.errors import LoquiError
from loqui.networks import isLoopback, plainHost

if TYPE_CHECKING:
    from loqui.accounts import Passwords

__all__ = ["ChatFactory"]

#: Connections that are told at one time that they are too many; more are just ended.
TURNED_AWAY = 32

#: A peer that does not answer is dead after a minute of silence and a minute of asking (seconds).
_DEAD_PEER = (
    ("SO_KEEPALIVE", socket.SOL_SOCKET, 1),
    ("TCP_KEEPIDLE", socket.IPPROTO_TCP, 60),
    ("TCP_KEEPALIVE", socket.IPPROTO_TCP, 60),  # What macOS calls TCP_KEEPIDLE.
    ("TCP_KEEPINTVL", socket.IPPROTO_TCP, 15),
    ("TCP_KEEPCNT", socket.IPPROTO_TCP, 4),
    ("TCP_USER_TIMEOUT", socket.IPPROTO_TCP, 60_000),  # RFC 5482; milliseconds.
    ("TCP_NODELAY", socket.IPPROTO_TCP, 1),
)


class ChatFactory(Factory):
    """
    Makes a L{Chat} for every connection.

    @ivar users: the user map: name keys to users, the same that the hub works on.
    @ivar refused: how many times a bound has been met, or something refused, by code.
    """

    log = Logger()
    noisy = False

    def __init__(
        self,
        hub: Hub,
        clock: IReactorTime,
        now: Callable[[], int],
        limits: Limits,
        unsent: Unsent,
        doorkeeper: Doorkeeper,
        passwords: Passwords | None = None,
        allowPlaintext: bool = False,
    ) -> None:
        """
        @param passwords: who knows which passwords are right; None where there are no accounts.
        @param allowPlaintext: whether passwords may be sent where others can read along.
        @param clock: for timeouts; its seconds must be monotonic.
        @param now: the time of day: UTC in milliseconds since the epoch.
        """
        self.hub = hub
        self.users = hub.users
        self.clock = clock
        self.now = now
        self.limits = limits
        self.unsent = unsent
        self.doorkeeper = doorkeeper
        self.passwords = passwords
        self.allowPlaintext = allowPlaintext
        self.refused = doorkeeper.refused
        self._count = 0
        self._turnedAway = 0
        self._open: dict[Chat, str] = {}
        self._empty: Deferred[None] | None = None

    def buildProtocol(self, addr: IAddress | None) -> Chat:
        self._count += 1
        return Chat(self, self._count)

    def opened(self, chat: Chat) -> None:
        """
        A connection has come.

        @raise LoquiError: when it is one too many, or comes from where nobody may come from.
        """
        host, _ = self.whoIs(chat.transport)
        self.hub.checkEntry(None, host, self.now())
        self._open[chat] = self.doorkeeper.admit(host)
        self.log.info("Connection {number} from {host}", number=chat.number, host=host)
        _setOptions(chat.transport)

    def whoIs(self, transport: ITransport) -> tuple[str | None, bool]:
        """The address of who is at the other end, None for no network; and whether nobody else can read along."""
        host = plainHost(getattr(transport.getPeer(), "host", None))
        isSecret = self.allowPlaintext or host is None or ISSLTransport.providedBy(transport) or isLoopback(host)
        return host, isSecret

    def turnAway(self, chat: Chat, refusal: LoquiError) -> None:
        """End a connection that is one too many: with a word, unless that is said to too many already."""
        self._turnedAway += 1
        if self._turnedAway > TURNED_AWAY:
            chat.transport.abortConnection()
        else:
            chat.sendAway(refusal)

    def closed(self, chat: Chat) -> None:
        """A connection is gone."""
        source = self._open.pop(chat, None)
        if source is None:
            self._turnedAway -= 1
        else:
            self.doorkeeper.release(source)
        if self._empty is not None and not self._open:
            self._empty.callback(None)
            self._empty = None

    def ignoreAll(self) -> None:
        """Hear nothing that anybody says from now on."""
        for chat in self._open:
            chat.ignore()

    def closeAll(self, last: str) -> Deferred[None]:
        """
        Tell everybody one last thing and end all connections; fires when they are gone.

        Nobody is told that others leave, and it is not kept.
        """
        if not self._open:
            return succeed(None)
        gone = self._empty = Deferred()
        for chat in tuple(self._open):
            chat.stop(last)
        return gone

    def abortAll(self) -> None:
        """End all connections now, whatever waits."""
        for chat in tuple(self._open):
            chat.transport.abortConnection()


def _setOptions(transport: Any) -> None:
    if not ISystemHandle.providedBy(transport):
        return
    handle: Any = transport.getHandle()
    if getattr(handle, "family", None) not in (socket.AF_INET, socket.AF_INET6):
        return
    for name, level, value in _DEAD_PEER:
        if hasattr(socket, name):
            handle.setsockopt(level, getattr(socket, name), value)
