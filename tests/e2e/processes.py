"""A daemon in a process of its own, and clients that talk to it."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from twisted.internet import reactor as theReactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, UNIXClientEndpoint, connectProtocol
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import ProcessProtocol, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

reactor: Any = theReactor

#: Seconds after which a test that waits has failed.
PATIENCE = 60.0


class Watched:
    """Something that tests wait for."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, looking whenever something has changed."""
        if not condition():
            done: Deferred[None] = Deferred()
            self._waiting.append((condition, done))
            await done.addTimeout(PATIENCE, reactor)

    def changed(self) -> None:
        """Look at the conditions that are waited for."""
        for waiting in [waiting for waiting in self._waiting if waiting[0]()]:
            self._waiting.remove(waiting)
            waiting[1].callback(None)

    def failed(self, why: str) -> None:
        """Nothing will change any more."""
        waiting, self._waiting = self._waiting, []
        for _, done in waiting:
            done.errback(AssertionError(why))


class Process(ProcessProtocol, Watched):
    """
    A process whose output is collected.

    @ivar output: what it has written to standard output.
    @ivar errors: what it has written to standard error.
    @ivar ended: fires with its exit status, or minus the signal that ended it.
    @cvar running: those that have not ended.
    """

    running: ClassVar[set[Process]] = set()

    def __init__(self, *command: str, terminal: bool = False) -> None:
        """
        @param terminal: whether to give it a pseudo-terminal instead of pipes.
        """
        self.output = b""
        self.errors = b""
        self.ended: Deferred[int] = Deferred()
        Watched.__init__(self)
        self.running.add(self)
        reactor.spawnProcess(self, command[0], command, os.environ, usePTY=terminal)

    async def shows(self, text: bytes, times: int = 1) -> None:
        """Wait until it has written this so many times."""
        await self.until(lambda: self.output.count(text) >= times)

    def type(self, line: str, end: str = "\n") -> None:
        """Type a line."""
        self.transport.write(f"{line}{end}".encode())

    @property
    def hasEcho(self) -> bool:
        """Whether its pseudo-terminal shows what is typed."""
        return bool(termios.tcgetattr(self.transport.fd)[3] & termios.ECHO)

    def signal(self, number: int) -> None:
        """Send a signal; does nothing to a process that is gone."""
        if self.transport.pid is not None:
            os.kill(self.transport.pid, number)

    @property
    def pid(self) -> int:
        """The process id."""
        assert self.transport.pid is not None
        return int(self.transport.pid)

    def outReceived(self, data: bytes) -> None:
        self.output += data
        self.changed()

    def errReceived(self, data: bytes) -> None:
        self.errors += data
        self.changed()

    def processEnded(self, reason: Failure) -> None:
        self.running.discard(self)
        status = reason.value
        code = status.exitCode if status.signal is None else -status.signal
        self.failed(f"ended with {code}: {self.output!r} {self.errors!r}")
        self.ended.callback(code)


def programOf(name: str) -> str:
    """The path of a command that is installed with this Python."""
    return str(Path(sys.executable).with_name(name))


async def admin(state: Path, *command: str, typed: bytes = b"") -> tuple[int, bytes, bytes]:
    """Run C{loqui-admin} in a pipe; gives its status, output and errors."""
    process = Process(programOf("loqui-admin"), "--state", str(state), *command)
    process.transport.write(typed)
    process.transport.closeStdin()
    status = await process.ended
    return status, process.output, process.errors


class Daemon(Process):
    """C{twistd -n loqui} on a port of its own."""

    def __init__(self, state: Path, *options: str, port: int = 0, program: tuple[str, ...] = ()) -> None:
        """
        @param program: what runs C{twistd}; by default the one of this Python.
        """
        listen = () if "--listen" in options else ("--listen", f"tcp:{port}:interface=127.0.0.1")
        twistd = program or (str(Path(sys.executable).with_name("twistd")),)
        super().__init__(*twistd, "-n", "--pidfile=", "loqui", "--state", str(state), *listen, *options)

    async def listening(self) -> int:
        """Wait until it listens; gives the port."""
        await self.until(lambda: b"Loqui listens on " in self.output)
        found = re.search(rb"Loqui listens on port (\d+)", self.output)
        assert found is not None
        return int(found[1])

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; gives the exit status."""
        self.signal(number)
        return await self.ended


@implementer(IHalfCloseableProtocol)
class Client(LineReceiver, Watched):
    """
    A client over the text wire.

    @ivar lines: what the server has sent, as bytes without line ends.
    @ivar said: how many of them the server did not begin with a star.
    @ivar closed: whether the connection is gone.
    """

    delimiter = b"\r\n"
    MAX_LENGTH = 1 << 20
    transport: Any

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.said = 0
        self.closed = False
        Watched.__init__(self)

    async def sees(self, line: bytes) -> None:
        """Wait for a line."""
        await self.until(lambda: line in self.lines)

    async def begins(self, beginning: bytes) -> bytes:
        """Wait for a line that begins so; gives the first."""
        await self.until(lambda: any(line.startswith(beginning) for line in self.lines))
        return next(line for line in self.lines if line.startswith(beginning))

    async def gone(self) -> None:
        """Wait until the server has ended the connection."""
        await self.until(lambda: self.closed)

    def say(self, *lines: bytes) -> None:
        """Send lines."""
        self.transport.write(b"".join(line + b"\n" for line in lines))

    def lineReceived(self, line: bytes) -> None:
        self.lines.append(line)
        self.said += not line.startswith(b"*")
        self.changed()

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """We have closed our side."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.closed = True
        self.changed()


class Admin(Client):
    """
    A client of the admin's socket.

    @ivar answered: how many commands have been answered.
    """

    delimiter = b"\r\n"
    answered = 0

    def lineReceived(self, line: bytes) -> None:
        self.answered += line == b"."
        super().lineReceived(line)


async def connect(port: int, name: bytes | None = None, host: str = "127.0.0.1") -> Client:
    """
    A client on loopback; with a name, one that has been welcomed.

    @param host: the address that it comes from.
    """
    endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", port, bindAddress=(host, 0))
    client: Client = await connectProtocol(endpoint, Client())
    if name is not None:
        await enter(client, name)
    return client


async def enter(client: Client, first: bytes) -> None:
    """Have a client be welcomed for a first line."""
    client.say(first)
    await client.until(lambda: any(line.startswith(b"* Welcome") for line in client.lines) or client.closed)
    assert not client.closed, client.lines


async def invitationCode(operator: Client) -> bytes:
    """The last code that an operator is given who has asked for it."""
    good = b" is good for one account"
    await operator.until(lambda: any(good in line for line in operator.lines))
    return [line for line in operator.lines if good in line][-1].split()[1]


async def administer(state: Path) -> Admin:
    """A client of the server's admin socket."""
    admin: Admin = await connectProtocol(UNIXClientEndpoint(reactor, str(state / "admin.sock")), Admin())
    admin.say(b"text")
    return admin
