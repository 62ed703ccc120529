"""The servers that can be measured: how each is started on its core, watched, and ended."""

from __future__ import annotations

import random
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import machine
from benchmarks.wires import Irc, Text, Wire

__all__ = ["Running", "Server", "also", "available", "loqui"]

#: Seconds in which a server must listen.
START = 30.0

#: Where servers listen.
PORTS = range(20_000, 32_000)

_NGIRCD = """\
[Global]
Name = irc.example.net
Info = under load
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = "Hello"
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
"""


@dataclass(frozen=True)
class Server:
    """
    A server that can be started.

    @ivar command: makes the command line for a port, and a folder for its files.
    """

    name: str
    wire: Wire
    command: Callable[[int, Path], Sequence[str]]

    @contextmanager
    def run(self, core: int | None) -> Iterator[Running]:
        """
        Have the server running, on one core.

        @raise RuntimeError: when it does not listen.
        """
        with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as name:
            folder, port = Path(name), _freePort()
            with (folder / "log").open("wb") as log:
                child = subprocess.Popen(
                    self.command(port, folder), stdout=log, stderr=log, preexec_fn=partial(machine.pin, core)
                )
            try:
                _awaitPort(child, port, folder / "log")
                yield Running(self, child.pid, port)
            finally:
                # What it has not said goodbye to has been measured already.
                child.kill()
                child.wait()


@dataclass(frozen=True)
class Running:
    """A server that listens."""

    server: Server
    pid: int
    port: int


def loqui(*options: str, first: str = "") -> Server:
    """
    Loqui itself, with more of its options.

    @param first: a line of Python that its process begins with.
    """

    def command(port: int, folder: Path) -> list[str]:
        program = f"{first}\nfrom twisted.scripts.twistd import run; run()"
        twistd = [sys.executable, "-c", program, "-n", "--pidfile="]
        listen = f"tcp:{port}:interface=127.0.0.1:backlog=1024"
        return [*twistd, "loqui", "--state", str(folder / "state"), "--listen", listen, *options]

    return Server("loqui", Text(), command)


def also(name: str, wire: str, command: str) -> Server:
    """
    Any other server.

    @param wire: C{text} or C{irc}.
    @param command: a command line with C{{port}} in it.

    @raise ValueError: when the wire is another one.
    """
    wires: dict[str, Wire] = {"text": Text(), "irc": Irc()}
    if wire not in wires:
        raise ValueError(f"{name}: the wire is text or irc, not {wire}")
    return Server(name, wires[wire], lambda port, folder: shlex.split(command.replace("{port}", str(port))))


def available() -> list[Server]:
    """Loqui, and each reference that is here."""
    found = [loqui("--no-flood-limit", "--max-connections", "30000"), _script("naive"), _script("threaded")]
    ngircd = shutil.which("ngircd")
    if ngircd is not None:
        found.append(Server("ngircd", Irc(), partial(_ngircd, ngircd)))
    return found


def _script(name: str) -> Server:
    path = Path(__file__).with_name(f"{name}.py")
    return Server(name, Text(), lambda port, folder: [sys.executable, str(path), str(port)])


def _ngircd(program: str, port: int, folder: Path) -> list[str]:
    config = folder / "ngircd.conf"
    config.write_text(_NGIRCD.format(port=port))
    return [program, "--nodaemon", "--config", str(config)]


def _freePort() -> int:
    # Not one of those that the system gives to whoever connects: in between, it might give it away.
    for port in random.sample(PORTS, len(PORTS)):
        with suppress(OSError), closing(socket.create_server(("127.0.0.1", port))):
            return port
    raise RuntimeError("no port is free")


def _awaitPort(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and child.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = log.read_text(errors="replace").split("\n")
    raise RuntimeError("it does not listen: " + next((line for line in reversed(said) if line), "it says nothing"))
