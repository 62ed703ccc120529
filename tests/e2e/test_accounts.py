"""Whose name it is: nobody else gets it, its owner always does, and their password is nowhere."""

from __future__ import annotations

import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest_twisted
from twisted.internet.defer import gatherResults

from tests.e2e.processes import Client, Daemon, Process, connect, enter, invitationCode

RACERS = 200

#: Seconds in which an owner is in whose last connection nobody has closed.
RECLAIM = 1.0

#: How often that is tried; other work of the machine may come between.
TRIES = 5

ADMIN = str(Path(sys.executable).with_name("loqui-admin"))


async def register(client: Client, password: bytes) -> None:
    """Have somebody who is in make their name theirs."""
    client.say(b"/register " + password)
    await client.until(lambda: any(b" is yours: " in line for line in client.lines))


async def race(port: int, number: int) -> Client:
    """Somebody who wants to be alice, in one way or another; refused when this returns."""
    racer = await connect(port, b"racer%d" % number if number % 5 == 0 else None, f"127.0.1.{1 + number % 20}")
    ways = (
        [b"/nick alice"],
        [b"alice", b"guess %d" % number],
        [b"/login Alice guess-%d" % number],
        [b"/register ALICE correct-mule"],
        ["\u0430lice".encode()],  # With a Cyrillic letter.
    )
    racer.say(*ways[number % 5])
    await racer.begins(b"! ")
    return racer


@pytest_twisted.ensureDeferred
async def test_nobodyElseGetsTheName(tmp_path: Path) -> None:
    """200 clients race for a registered name while its owner comes and goes: none but the owner ever has it."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    watcher = await connect(port, b"watcher")
    alice = await connect(port, b"alice")
    await register(alice, b"correct-horse")
    alice.say(b"/quit")
    await alice.gone()
    racing = gatherResults([pytest_twisted.defer.ensureDeferred(race(port, number)) for number in range(RACERS)])
    visits = 0
    while not racing.called or not visits:
        owner = await connect(port)
        await enter(owner, b"/login alice correct-horse")
        owner.say(b"it is me", b"/quit")
        await owner.gone()
        assert b"alice: it is me" in owner.lines
        visits += 1
    racers = list(await racing)
    for racer in racers:
        assert not any(line.startswith(b"* Welcome to Loqui, alice") for line in racer.lines)
    watcher.say(b"end")
    await watcher.sees(b"watcher: end")
    assert not any(b"is now alice" in line for line in watcher.lines)
    assert [line for line in watcher.lines if line.startswith(b"alice: ")] == [b"alice: it is me"] * visits
    assert b"Traceback" not in daemon.output
    assert await daemon.stop() == 0


@pytest_twisted.ensureDeferred
async def test_ownerReclaimsTheNameFromAGhost(tmp_path: Path) -> None:
    """An owner is in within a second though their last connection is still there, and reads and says nothing."""
    daemon = Daemon(tmp_path, "--no-flood-limit")
    port = await daemon.listening()
    bob = await connect(port, b"bob")
    with socket.create_connection(("127.0.0.1", port)) as ghost:
        ghost.sendall(b"alice\n/register correct-horse\n")
        received = b""
        while b" is yours: " not in received:
            received += ghost.recv(4096)
        bob.say(*[b"x" * 4000] * 250)  # Which the ghost does not read.
        await bob.until(lambda: bob.said >= 250)
        seconds = []
        while len(seconds) < TRIES and min(seconds, default=RECLAIM) >= RECLAIM:
            before = time.monotonic()
            owner = await connect(port)
            await enter(owner, b"/login alice correct-horse")
            seconds.append(time.monotonic() - before)
        assert min(seconds) < RECLAIM
        owner.say(b"here I am")
        await bob.sees(b"alice: here I am")
        assert bob.lines.count(b"* alice has joined") == 1
        assert b"* alice has left" not in bob.lines
    print(f"the owner was in after {min(seconds):.3f} s")
    assert await daemon.stop() == 0


def found(needle: bytes, state: Path, pid: int | None) -> list[str]:
    """Where in the state folder and among the words of all processes something is."""
    files = [path for path in state.rglob("*") if path.is_file()]
    processes = list(Path("/proc").glob("[0-9]*/cmdline")) if pid is not None else []
    if processes:
        assert Path(f"/proc/{pid}/cmdline") in processes
    return [str(path) for path in files + processes if needle in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # It has ended.


@pytest_twisted.ensureDeferred
async def test_passwordsAreNowhere(tmp_path: Path) -> None:
    """No password or code that was used is in the log, the state, the process list, or in any answer."""
    state = tmp_path / "state"
    (tmp_path / "gate").write_text("gatekeeper-0\n")
    daemon = Daemon(state, "--access", "closed", "--password-file", str(tmp_path / "gate"))
    port = await daemon.listening()
    admin = Process(ADMIN, "--state", str(state), "user", "add", "alice")
    secrets = [
        b"gatekeeper-0",
        b"admin-given-1",
        b"prompted-try-2",
        b"changed-to-3",
        b"correct-horse-4",
        b"wrong-guess-5",
    ]
    assert found(secrets[1], state, admin.pid) == []
    admin.transport.write(secrets[1] + b"\n")
    assert await admin.ended == 0
    op = Process(ADMIN, "--state", str(state), "op", "alice")
    assert await op.ended == 0
    alice = await connect(port)
    alice.say(b"alice", secrets[2])
    await alice.sees(b"! wrong name or password (2 tries left)")
    await enter(alice, secrets[1])
    alice.say(b"/passwd %s %s" % (secrets[1], secrets[3]), b"/passwd %s %s" % (secrets[2], secrets[3]))
    await alice.sees(b"* Your password is changed")
    await alice.begins(b"! wrong name or password")
    alice.say(b"/invite-code")
    code = await invitationCode(alice)
    bob = await connect(port)
    bob.say(b"/register bob %s %s" % (secrets[4], code))
    await bob.sees(b"? Password of this server:")
    await enter(bob, secrets[0])
    again = await connect(port)
    again.say(b"/login bob " + secrets[5])
    await again.begins(b"! wrong name or password")
    await enter(again, b"/login bob " + secrets[4])
    again.say(b"/join #den", b"/private on", b"/key open-sesame-6")
    await again.sees(b"* #den bob has set a key")
    heard = b"\n".join(line for client in (alice, bob, again) for line in client.lines)
    for secret in secrets:
        assert found(secret, state, daemon.pid) == []
        assert secret not in heard
    assert found(code, state, daemon.pid) == []
    assert await daemon.stop() == 0
    shown = daemon.output + daemon.errors + admin.output + admin.errors
    for secret in [*secrets, code, b"open-sesame-6"]:
        assert secret not in shown
        assert secret == b"open-sesame-6" or found(secret, state, None) == []
    assert whereInTables(state, "open-sesame-6") == ["room.key"]


def whereInTables(state: Path, text: str) -> list[str]:
    """The columns that hold a text."""
    columns = []
    with closing(sqlite3.connect(state / "loqui.sqlite")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = database.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            columns += [
                f"{table}.{name}" for row in rows for name, value in zip(names, row, strict=True) if value == text
            ]
    return columns
