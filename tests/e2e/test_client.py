"""C{loqui-connect} against a real server: in a pipe, and in a pseudo-terminal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater

from tests.e2e.processes import Daemon, Process, connect, reactor

CONNECT = str(Path(sys.executable).with_name("loqui-connect"))


async def pipe(text: bytes, *arguments: str) -> tuple[int, bytes, bytes]:
    """Run the client with this input; gives its status, output and remarks."""
    client = Process(CONNECT, *arguments)
    client.transport.write(text)
    client.transport.closeStdin()
    status = await client.ended
    return status, client.output, client.errors


@pytest_twisted.ensureDeferred
async def test_pipeSaysWaitsAndLeaves(tmp_path: Path) -> None:
    """Every line comes back before the client leaves with status 0; the last needs no line end."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    status, output, remarks = await pipe(b"hi\nlast", f"127.0.0.1:{port}", "--name", "bot")
    assert status == 0
    assert remarks == b""
    assert output.splitlines()[-3:] == [b"bot: hi", b"bot: last", b"* Goodbye, bot."]
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_longPipeArrivesWhole(tmp_path: Path) -> None:
    """A long input is neither cut nor reordered, though the server reads slower than it comes."""
    daemon = Daemon(tmp_path, "--flood-rate", "20000")
    port = await daemon.listening()
    said = [b"%d %s" % (number, b"x" * 100) for number in range(20000)]
    status, output, _ = await pipe(b"\n".join(said), f"127.0.0.1:{port}", "--name", "bot")
    assert status == 0
    assert [line[5:] for line in output.splitlines() if line.startswith(b"bot: ")] == said
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_firstLineOfPipeIsTheName(tmp_path: Path) -> None:
    """Without --name a pipe begins with it, as it does with nc."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    status, output, _ = await pipe(b"bot\nhi\n", f"127.0.0.1:{port}")
    assert status == 0
    assert b"\nbot: hi\n" in output
    assert (await pipe(b"", f"127.0.0.1:{port}"))[::2] == (
        2,
        b"loqui-connect: no name: give --name NAME, or a first line with one\n",
    )
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_refusedNameInPipe(tmp_path: Path) -> None:
    """A name that is taken is status 3, and the reason is a remark."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    await connect(port, b"bot")
    status, output, remarks = await pipe(b"hi\n", f"127.0.0.1:{port}", "--name", "bot")
    assert (status, output, remarks) == (3, b"", b"loqui-connect: bot is already taken\n")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_lostConnectionInPipe(tmp_path: Path) -> None:
    """A connection that breaks before all has come back is status 1."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    client = Process(CONNECT, f"127.0.0.1:{port}", "--name", "bot")
    await client.shows(b"* Welcome")
    daemon.signal(signal.SIGKILL)
    assert await client.ended == 1
    assert b"the connection to 127.0.0.1:%d is lost" % port in client.errors
    await daemon.ended


@pytest_twisted.ensureDeferred
async def test_nobodyThere() -> None:
    """A server that cannot be reached is status 1 and one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    status, output, remarks = await pipe(b"hi\n", f"127.0.0.1:{port}", "--name", "bot")
    assert (status, output) == (1, b"")
    assert remarks == b"loqui-connect: cannot connect to 127.0.0.1:%d: Connection refused\n" % port


@pytest.mark.parametrize(
    "arguments", [["host:port"], ["a", "b"], ["--nmae", "bot"], ["[::1", "--name", "bot"], ["--name", " "]]
)
@pytest_twisted.ensureDeferred
async def test_wrongUsage(arguments: list[str]) -> None:
    """Wrong usage is status 2."""
    status, output, remarks = await pipe(b"", *arguments)
    assert (status, output) == (2, b"")
    assert remarks.startswith(b"usage: loqui-connect")


@pytest_twisted.ensureDeferred
async def test_terminalConversation(tmp_path: Path) -> None:
    """A person is asked for a name, asked again when it is taken, talks, and leaves."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    bob = await connect(port, b"bob")
    person = Process(CONNECT, f"127.0.0.1:{port}", terminal=True)
    await person.shows(b"Your name: ")
    person.transport.write(b"bob\n")
    await person.shows(b"loqui-connect: bob is already taken\r\nYour name: ")
    person.transport.write(b"alice\n")
    await person.shows(b"* Welcome to Loqui, alice. Here: bob.")
    bob.say(b"hello alice")
    await person.shows(b"bob: hello alice\r\n")
    person.transport.write("grüß dich\n".encode())
    await bob.sees("alice: grüß dich".encode())
    person.transport.write(b"!DISCONNECT\n")
    assert await person.ended == 0
    assert b"* Goodbye, alice.\r\n" in person.output
    await bob.sees(b"* alice has left")
    await daemon.stop()


@pytest.mark.parametrize("leaving", [b"/quit\n", b"\x04", b"\x03"])
@pytest_twisted.ensureDeferred
async def test_waysToLeaveATerminal(leaving: bytes, tmp_path: Path) -> None:
    """/quit, Ctrl-D and Ctrl-C leave with a goodbye and status 0."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    bob = await connect(port, b"bob")
    person = Process(CONNECT, f"127.0.0.1:{port}", "--name", "alice", terminal=True)
    await person.shows(b"* Welcome to Loqui, alice.")
    person.transport.write(leaving)
    assert await person.ended == 0
    assert b"* Goodbye, alice." in person.output
    await bob.sees(b"* alice has left")
    await daemon.stop()


@pytest.mark.parametrize("leaving", [b"\x04", b"\x03", b"/quit\n", b"!DISCONNECT\n"])
@pytest_twisted.ensureDeferred
async def test_leavingInsteadOfANameInATerminal(leaving: bytes) -> None:
    """Somebody who is asked for a name may leave instead."""
    person = Process(CONNECT, "127.0.0.1:1", terminal=True)
    await person.shows(b"Your name: ")
    person.transport.write(leaving)
    assert await person.ended == 0


@pytest_twisted.ensureDeferred
async def test_terminalComesBackToItsRoom(tmp_path: Path) -> None:
    """Who was in a private room when the connection was lost says nothing in the lobby when it is back."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    person = Process(CONNECT, f"127.0.0.1:{port}", "--name", "alice", terminal=True)
    await person.shows(b"* Welcome")
    person.type("/join #den")
    await person.shows(b"* #den is new, and yours.")
    person.type("/private on")
    await person.shows(b"has made this room private")
    await daemon.stop(signal.SIGKILL)
    await person.shows(b"trying again in ")
    again = Daemon(tmp_path, port=port)
    await person.shows(b"loqui-connect: connected again")
    person.type("in private")
    await person.shows(b"#den alice: in private")
    assert b"\nalice: in private" not in person.output
    person.type("/quit")
    await person.ended
    await again.stop()


@pytest_twisted.ensureDeferred
async def test_terminalComesBack(tmp_path: Path) -> None:
    """When the server is gone, the client says so, keeps trying, and says when it is back."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    person = Process(CONNECT, f"127.0.0.1:{port}", "--name", "alice", terminal=True)
    await person.shows(b"* Welcome")
    daemon.signal(signal.SIGKILL)
    await daemon.ended
    await person.shows(b"loqui-connect: the connection is lost; trying again in ")
    person.transport.write(b"anybody?\n")
    await person.shows(b"loqui-connect: not sent: there is no connection")
    again = Daemon(tmp_path, port=port)
    await again.listening()
    await person.shows(b"loqui-connect: connected again")
    person.transport.write(b"back\n")
    await person.shows(b"alice: back\r\n")
    person.transport.write(b"!DISCONNECT\n")
    assert await person.ended == 0
    await again.stop()


@pytest_twisted.ensureDeferred
async def test_ctrlCWhileNobodyAnswers() -> None:
    """Ctrl-C ends a client that waits for a server that never says anything."""
    connected: Deferred[bytes] = Deferred()

    class Silent(Protocol):
        def dataReceived(self, data: bytes) -> None:
            connected.callback(data)

    silent = reactor.listenTCP(0, Factory.forProtocol(Silent), interface="127.0.0.1")
    try:
        client = Process(CONNECT, f"127.0.0.1:{silent.getHost().port}", "--name", "bot")
        await connected
        client.signal(signal.SIGINT)
        assert await client.ended == 1
    finally:
        await silent.stopListening()
    assert b"is lost" in client.errors


@pytest_twisted.ensureDeferred
async def test_hostileServer() -> None:
    """Control characters of a server do not reach the terminal."""

    class Hostile(Protocol):
        def dataReceived(self, data: bytes) -> None:
            self.transport.write(
                b"* Welcome\r\n\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xff \xe2\x80\xaeflipped\r\n* Goodbye, x.\r\n"
            )
            self.transport.loseConnection()

    port = reactor.listenTCP(0, Factory.forProtocol(Hostile), interface="127.0.0.1")
    try:
        status, output, _ = await pipe(b"hi\n", f"127.0.0.1:{port.getHost().port}", "--name", "bot")
    finally:
        await port.stopListening()
    assert status == 0
    shown = output.decode()
    assert "owned" in shown
    assert all(character == "\n" or character.isprintable() for character in shown)


@pytest_twisted.ensureDeferred
async def test_goneReaderEndsTheClient(tmp_path: Path) -> None:
    """When nobody reads what the client shows, it leaves."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    bob = await connect(port, b"bob")
    client = Process(CONNECT, f"127.0.0.1:{port}", "--name", "bot")
    await client.shows(b"* Welcome")
    client.transport.closeStdout()
    bob.say(b"one", b"two")
    await bob.sees(b"* bot has left")
    await client.ended
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_goneReaderOfAPipe(tmp_path: Path) -> None:
    """When the reader of a pipe goes, what the client has read is said, without a gap, and it leaves properly."""
    daemon = Daemon(tmp_path, "--no-flood-limit")
    port = await daemon.listening()
    bob = await connect(port, b"bob")
    command = f"seq 3000 | {CONNECT} 127.0.0.1:{port} --name bot | head -1"
    shell = Process("/bin/sh", "-c", command)
    await shell.ended
    await bob.until(lambda: bool(bob.lines) and bob.lines[-1].startswith(b"* bot has left"))
    said = [line for line in bob.lines if line.startswith(b"bot: ")]
    assert len(said) >= 30
    assert said == [b"bot: %d" % n for n in range(1, len(said) + 1)]
    assert bob.lines[-1] == b"* bot has left"
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_closedStandardInput(tmp_path: Path) -> None:
    """A client that is started without standard input leaves again, as at its end."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    client = Process("/bin/sh", "-c", f"exec {CONNECT} 127.0.0.1:{port} --name bot <&-")
    assert await client.ended == 0
    await daemon.stop()


def test_sharedDescriptorsStayBlocking() -> None:
    """The shell finds its terminal as it was."""
    read, write = os.pipe()
    try:
        subprocess.run(
            [CONNECT, "127.0.0.1:1", "--name", "x"], stdin=read, stdout=write, check=False, capture_output=False
        )
        assert os.get_blocking(read) and os.get_blocking(write)
    finally:
        os.close(read)
        os.close(write)


@pytest_twisted.ensureDeferred
async def test_ipv6(tmp_path: Path) -> None:
    """An IPv6 address in brackets reaches a server that listens on all interfaces of both kinds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    daemon = Daemon(tmp_path, "--listen", f"tcp6:{port}:interface=\\:\\:")
    await daemon.listening()
    for where in (f"[::1]:{port}", f"127.0.0.1:{port}"):
        status, output, _ = await pipe(b"hi", where, "--name", "bot")
        assert status == 0
        assert b"bot: hi\n" in output
    await deferLater(reactor, 0)
    await daemon.stop()
