"""The clients of a server under load: they join, and what they hear before it begins is thrown away."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence

from benchmarks.wires import Wire

__all__ = ["BUFFER", "Client", "Crowd", "TooSlow", "Trouble"]

#: Bytes that are read at once.
BUFFER = 256 * 1024

#: Clients that join at a time.
_TOGETHER = 100


class Trouble(Exception):
    """The server did what makes it pointless to go on: it refused somebody, or closed a connection."""


class TooSlow(Trouble):
    """Not everybody was in when there was no more time for joining."""


class Client:
    """
    One connection.

    @ivar fd: the number of its socket.
    @ivar receiveInto: the socket's C{recv_into}.
    @ivar isIn: whether it has joined.
    @ivar offset: bytes that it has received since the measurement began, and compared.
    @ivar counted: whole messages in those, as far as somebody has asked.
    """

    __slots__ = ("_line", "_socket", "_unsent", "counted", "fd", "isIn", "name", "offset", "receiveInto")

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._unsent = b""
        self._line = b""
        self.fd = self._socket.fileno()
        self.receiveInto = self._socket.recv_into
        self.isIn = False
        self.offset = self.counted = 0

    def send(self, data: bytes) -> bool:
        """
        Send this after what still waits; what the kernel does not take now waits for the next call.

        @return: whether it has taken everything.

        @raise Trouble: when the connection is gone.
        """
        self._unsent += data
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            return False
        except OSError as error:
            raise Trouble(f"the connection of {self.name} is lost: {error.strerror}") from error
        return True

    def enter(self, data: bytes, wire: Wire) -> None:
        """
        Go on joining, with what the server has sent.

        @raise Trouble: when it is refused.
        """
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            if wire.isRefusal(line):
                raise Trouble(f"{self.name} cannot join: {line.decode(errors='replace').strip()}")
            self.isIn = self.isIn or wire.isIn(line)
            self.send(wire.answer(line))

    def close(self) -> None:
        """Be gone."""
        self._socket.close()


class Crowd:
    """
    All clients of one server.

    @ivar clients: those that are read from, by the number of their socket.
    """

    def __init__(self, port: int, wire: Wire) -> None:
        self.wire = wire
        self.poller = select.epoll()
        self.clients: dict[int, Client] = {}
        self.buffer = memoryview(bytearray(BUFFER))
        self._port = port
        self._all: list[Client] = []

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *exception: object) -> None:
        self.poller.close()
        for client in self._all:
            client.close()

    def join(self, names: Sequence[str], seconds: float = 120.0) -> list[Client]:
        """
        Let clients join, some at a time; all are in when this returns.

        @raise TooSlow: when it takes longer than C{seconds}.

        @raise Trouble: when one is refused.
        """
        deadline = time.monotonic() + seconds
        joined: list[Client] = []
        for start in range(0, len(names), _TOGETHER):
            some = [self._connect(name) for name in names[start : start + _TOGETHER]]
            self._await(some, deadline)
            joined += some
        return joined

    def hush(self, quiet: float = 1.5, seconds: float = 120.0) -> None:
        """
        Wait until the server has said nothing for some time.

        @param quiet: for so many seconds.

        @raise Trouble: when that does not happen within C{seconds}.
        """
        deadline = time.monotonic() + seconds
        last = time.monotonic()
        while (now := time.monotonic()) - last < quiet:
            if now > deadline:
                raise Trouble("it is never quiet")
            if self._throwAway(0.05):
                last = time.monotonic()

    def ignore(self, client: Client) -> None:
        """Read nothing more from a client; its connection stays open."""
        self.poller.unregister(client.fd)
        del self.clients[client.fd]

    def read(self, client: Client) -> int:
        """
        Receive into the buffer.

        @return: how many bytes have come.

        @raise Trouble: when the connection is gone.
        """
        try:
            size = client.receiveInto(self.buffer)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise Trouble(f"the connection of {client.name} is lost: {error.strerror}") from error
        if not size:
            raise Trouble(f"the server has closed the connection of {client.name}")
        return size

    def discard(self, client: Client) -> int:
        """
        Receive what nobody will look at, but answer what must be answered.

        @return: how many bytes have come.
        """
        size = self.read(client)
        if not client.isIn:
            client.enter(bytes(self.buffer[:size]), self.wire)
        elif self.wire.pings:
            client.send(self.wire.separate(bytes(self.buffer[:size]))[1])
        return size

    def _connect(self, name: str) -> Client:
        client = Client(name, self._port)
        self._all.append(client)
        self.clients[client.fd] = client
        self.poller.register(client.fd, select.EPOLLIN)
        client.send(self.wire.hello(name))
        return client

    def _await(self, clients: Sequence[Client], deadline: float) -> None:
        while not all(client.isIn for client in clients):
            if time.monotonic() > deadline:
                raise TooSlow(f"{clients[0].name} and those after it take too long to join")
            self._throwAway(0.05)

    def _throwAway(self, seconds: float) -> int:
        return sum(self.discard(self.clients[fd]) for fd, _ in self.poller.poll(seconds))
