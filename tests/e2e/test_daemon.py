"""The daemon as its operator meets it."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from tests.e2e.processes import Daemon, Process, connect, reactor

TWISTD = str(Path(sys.executable).with_name("twistd"))


@pytest_twisted.ensureDeferred
async def test_aConversation(tmp_path: Path) -> None:
    """Two people hear each other, come and go, and the log tells it without their words."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    alice = await connect(port, b"alice")
    bob = await connect(port, b"bob")
    await alice.sees(b"* bob has joined")
    bob.say(b"good morning")
    await alice.sees(b"bob: good morning")
    await bob.sees(b"bob: good morning")
    bob.say(b"!DISCONNECT", b"not heard any more")
    await bob.gone()
    assert bob.lines[-1] == b"* Goodbye, bob."
    await alice.sees(b"* bob has left")
    assert alice.lines.count(b"bob: not heard any more") == 0
    assert await daemon.stop() == 0
    assert b"bob has come in" in daemon.output
    assert b"morning" not in daemon.output


@pytest_twisted.ensureDeferred
async def test_stateIsPrivateAndSurvives(tmp_path: Path) -> None:
    """The state is its owner's only, and after a restart a client sees what was said before."""
    state = tmp_path / "deep" / "state"
    daemon = Daemon(state)
    alice = await connect(await daemon.listening(), b"alice")
    alice.say(b"remember me")
    await alice.sees(b"alice: remember me")
    assert state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in state.iterdir()} == {0o600}
    await daemon.stop()
    again = Daemon(state)
    bob = await connect(await again.listening(), b"bob")
    await bob.until(lambda: any(line.endswith(b" alice: remember me") for line in bob.lines))
    await again.stop()


@pytest_twisted.ensureDeferred
async def test_secondDaemonOnOneStateRefuses(tmp_path: Path) -> None:
    """Two daemons never write to one state folder."""
    daemon = Daemon(tmp_path)
    await daemon.listening()
    second = Daemon(tmp_path)
    assert await second.ended == 1
    assert second.errors == f"loqui: another daemon uses {tmp_path}\n".encode()
    await daemon.stop()


async def refusal(*options: str) -> bytes:
    """What a start with these options says, when it ends with status 1."""
    process = Process(TWISTD, "-n", "--pidfile=", "loqui", *options)
    assert await process.ended == 1
    assert b"Traceback" not in process.output + process.errors
    return process.errors


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--listne", "tcp:0"], b"option --listne not recognized"),
        (["--listen", "tcp:zero"], b"--listen tcp:zero: not an endpoint"),
        (["--listen", "nonsense"], b"--listen nonsense: not an endpoint"),
        (["--backlog", "many"], b"many is not a number of 0 or more"),
        (["--max-line", "0"], b"0 is not a number of 1 or more"),
        (["--motd", "/nonexistent"], b"--motd /nonexistent: No such file or directory"),
        (["--trust", "here"], b"--trust here"),
        (["extra"], b"extra: only options are understood"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_badOptionEndsTheStart(options: list[str], says: bytes, tmp_path: Path) -> None:
    """A wrong option is one sentence and a non-zero status, and no traceback."""
    errors = await refusal("--state", str(tmp_path), *options)
    assert errors.startswith(b"loqui: ")
    assert says in errors
    assert errors.count(b"\n") == 1


@pytest_twisted.ensureDeferred
async def test_busyPortEndsTheStart(tmp_path: Path) -> None:
    """A port in use is one sentence and a non-zero status."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        errors = await refusal("--state", str(tmp_path), "--listen", f"tcp:{port}:interface=127.0.0.1")
    assert errors == f"loqui: cannot listen on 127.0.0.1:{port}: it is in use\n".encode()


@pytest_twisted.ensureDeferred
async def test_busyUnixSocketEndsTheStart(tmp_path: Path) -> None:
    """A UNIX socket in use is one sentence and a non-zero status."""
    listen = ("--listen", f"unix:{tmp_path}/socket")
    errors = await refusal("--state", str(tmp_path / "state"), *listen, *listen)
    assert errors.startswith(b"loqui: cannot listen on ")
    assert errors.endswith(b": it is in use\n")


@pytest_twisted.ensureDeferred
async def test_damagedStateEndsTheStart(tmp_path: Path) -> None:
    """A database that lacks what it should have is one sentence and a non-zero status."""
    with closing(sqlite3.connect(tmp_path / "loqui.sqlite")) as database:
        database.execute("PRAGMA user_version = 1")
    errors = await refusal("--state", str(tmp_path), "--listen", "tcp:0")
    assert errors.startswith(f"loqui: cannot use {tmp_path}".encode())
    assert errors.count(b"\n") == 1


@pytest_twisted.ensureDeferred
async def test_unwritableStateEndsTheStart(tmp_path: Path) -> None:
    """A state folder that cannot be made is one sentence and a non-zero status."""
    (tmp_path / "file").write_text("not a folder")
    errors = await refusal("--state", str(tmp_path / "file" / "state"), "--listen", "tcp:0")
    assert errors == f"loqui: cannot write to {tmp_path}/file/state: Not a directory\n".encode()


@pytest_twisted.ensureDeferred
async def test_newerStateIsRefused(tmp_path: Path) -> None:
    """A schema from the future is left alone."""
    with closing(sqlite3.connect(tmp_path / "loqui.sqlite")) as database:
        database.execute("PRAGMA user_version = 999")
    errors = await refusal("--state", str(tmp_path), "--listen", "tcp:0")
    assert b"written by a newer Loqui (schema 999" in errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest_twisted.ensureDeferred
async def test_stoppingTellsEverybody(number: int, tmp_path: Path) -> None:
    """SIGTERM and Ctrl-C tell everybody, flush what was said, and end with status 0."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    alice = await connect(port, b"alice")
    alice.say(b"one last thing")
    await alice.sees(b"alice: one last thing")
    assert await daemon.stop(number) == 0
    await alice.gone()
    assert alice.lines[-1] == b"* the server is stopping"


@pytest_twisted.ensureDeferred
async def test_stoppingDoesNotWaitForWhoDoesNotRead(tmp_path: Path) -> None:
    """A client that never reads does not keep the server from stopping."""
    daemon = Daemon(tmp_path, "--no-flood-limit", "--max-unsent", "64M", "--max-unsent-slack", "64M")
    port = await daemon.listening()
    deaf = await connect(port, b"deaf")
    deaf.transport.pauseProducing()
    alice = await connect(port, b"alice")
    alice.say(*[b"x" * 4000] * 2500, b"done")
    await alice.sees(b"alice: done")
    assert await Deferred.fromCoroutine(daemon.stop()).addTimeout(10, reactor) == 0
    deaf.transport.abortConnection()


@pytest_twisted.ensureDeferred
async def test_halfClosedInputIsDelivered(tmp_path: Path) -> None:
    """What was sent before the client closed its side is said, also a last line without an end."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    alice = await connect(port, b"alice")
    bot = await connect(port)
    bot.transport.write(b"bot\nhello\nlast words")
    bot.transport.loseWriteConnection()
    await bot.gone()
    assert bot.lines[-3:] == [b"bot: hello", b"bot: last words", b"* Goodbye, bot."]
    await alice.sees(b"* bot has left")
    assert alice.lines[-4:] == [b"* bot has joined", b"bot: hello", b"bot: last words", b"* bot has left"]
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_steppedWallClockFiresNothing(tmp_path: Path) -> None:
    """A step of the wall clock neither disconnects who has yet to give a name nor keeps them waiting."""
    offset = tmp_path / "offset"
    offset.write_text("0")
    program = tmp_path / "stepped.py"
    program.write_text(
        "import sys, time\n"
        "real = time.time\n"
        f"time.time = lambda: real() + float(open({str(offset)!r}).read())\n"
        "from twisted.scripts.twistd import run\n"
        "sys.argv[0] = 'twistd'\n"
        "run()\n"
    )
    for step in ("7200", "-7200"):
        offset.write_text("0")
        daemon = Daemon(tmp_path / "state", program=(sys.executable, str(program)))
        port = await daemon.listening()
        silent = await connect(port)
        (tmp_path / "next").write_text(step)
        (tmp_path / "next").rename(offset)
        alice = await connect(port, b"alice")
        await silent.sees(b"? Your name:")
        silent.say(b"bob")
        await alice.sees(b"* bob has joined")
        assert silent.lines[0] == b"? Your name:"
        assert await daemon.stop() == 0


@pytest_twisted.ensureDeferred
async def test_daemonMode(tmp_path: Path) -> None:
    """C{twistd loqui} goes into the background, with a pid file, and refuses to do so without a port."""
    pidfile, log = tmp_path / "loqui.pid", tmp_path / "log"
    common = (TWISTD, f"--pidfile={pidfile}", f"--logfile={log}", "loqui", "--state", str(tmp_path / "state"))
    starting = Process(*common, "--listen", "tcp:0:interface=127.0.0.1")
    assert await starting.ended == 0
    pid = int(pidfile.read_text())
    second = Process(*common[:1], "--pidfile=", *common[2:], "--listen", "tcp:0:interface=127.0.0.1")
    assert await second.ended == 1
    assert b"another daemon uses" in second.errors
    assert b"Traceback" not in second.errors
    os.kill(pid, signal.SIGTERM)
    while Path(f"/proc/{pid}").exists() and pidfile.exists():
        await deferLater(reactor, 0.05)
    assert "Loqui listens on" in log.read_text()


@pytest_twisted.ensureDeferred
async def test_twist(tmp_path: Path) -> None:
    """C{twist loqui} works as C{twistd -n loqui} does."""
    twist = str(Path(sys.executable).with_name("twist"))
    process = Process(twist, "loqui", "--state", str(tmp_path), "--listen", "tcp:0:interface=127.0.0.1")
    await process.until(lambda: b"Loqui listens on" in process.output + process.errors)
    process.signal(signal.SIGTERM)
    assert await process.ended == 0


def test_helpExplainsEveryOption() -> None:
    """C{--help} has a line for every option."""
    shown = subprocess.run([TWISTD, "-n", "loqui", "--help"], capture_output=True, text=True, check=True).stdout
    for option in ("--listen", "--state", "--motd", "--backlog", "--max-line", "--no-flood-limit", "--name-timeout"):
        assert option in shown


@pytest_twisted.ensureDeferred
async def test_noMoreDescriptorsDisturbNobody(tmp_path: Path) -> None:
    """When the system gives no more files, who is in goes on talking, and later others come in again."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    alice, bob = await connect(port, b"alice"), await connect(port, b"bob")
    hard = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)[1]
    files = len(os.listdir(f"/proc/{daemon.pid}/fd"))
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (files + 2, hard))
    late = [await connect(port) for _ in range(10)]
    for number in range(20):
        alice.say(b"still talking %d" % number)
        await bob.sees(b"alice: still talking %d" % number)
    assert sum(client.closed for client in late) >= 8
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (hard, hard))
    await connect(port, b"carol")
    await bob.sees(b"* carol has joined")
    assert daemon.output.count(b"\n") < 100
    assert await daemon.stop() == 0


@pytest_twisted.ensureDeferred
async def test_fullDiskStopsTalkAndNothingElse(tmp_path: Path) -> None:
    """What cannot be saved is not said; when there is room again, talk goes on by itself."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    alice, bob = await connect(port, b"alice"), await connect(port, b"bob")
    await alice.sees(b"* bob has joined")
    wal = (tmp_path / "loqui.sqlite-wal").stat().st_size
    hard = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (wal, hard))
    alice.say(b"into the void")
    await alice.sees(b"! not said: it cannot be saved (disk error)")
    carol = await connect(port)
    carol.say(b"carol")
    await carol.gone()
    assert carol.lines == [b"! you cannot come in: it cannot be saved (disk error)"]
    bob.say(b"!DISCONNECT")
    await bob.gone()
    assert bob.lines[-1] == b"* Goodbye, bob."
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (hard, hard))
    await alice.sees(b"* bob has left")
    alice.say(b"back again")
    await alice.sees(b"alice: back again")
    assert b"alice: into the void" not in alice.lines
    assert await daemon.stop() == 0
    assert daemon.output.count(b"Cannot keep what is said") == 1
