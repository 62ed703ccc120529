"""C{kill -9} in the middle: what anybody saw is in the journal, in the same order, once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest_twisted
from twisted.internet.task import LoopingCall, deferLater

from tests.e2e.processes import Client, Daemon, connect, reactor

#: LOQUI_CRASHES=100 is what the documentation promises to have been run.
ROUNDS = int(os.environ.get("LOQUI_CRASHES", "5"))
SENDERS = 4

#: Messages a second of all senders.
RATE = 200


def journal(state: Path) -> list[bytes]:
    """What the journal holds, as the observer would have seen it, oldest first; and it is whole."""
    with closing(sqlite3.connect(state / "loqui.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT id, name, text FROM event WHERE kind = 'said' ORDER BY id").fetchall()
    assert len({row[0] for row in rows}) == len(rows)
    return [f"{name}: {text}".encode() for _, name, text in rows]


def startTalking(senders: list[Client], words: str) -> LoopingCall:
    """Have senders say numbered lines, RATE a second together, until stopped."""
    said = 0

    def say() -> None:
        nonlocal said
        for sender in senders:
            if not sender.closed:
                sender.say(f"{words} {said}".encode())
                said += 1

    talking = LoopingCall(say)
    talking.start(SENDERS / RATE).addErrback(lambda failure: failure.trap(Exception))
    return talking


@pytest_twisted.ensureDeferred
async def test_whatWasSeenIsInTheJournal(tmp_path: Path) -> None:
    """Killed again and again under load, the server needs no repair and has lost nothing that was seen."""
    chance = random.Random(9)
    seen: list[bytes] = []
    slowest = 0.0
    for number in range(ROUNDS):
        before = time.monotonic()
        daemon = Daemon(tmp_path, "--no-flood-limit")
        port = await daemon.listening()
        slowest = max(slowest, time.monotonic() - before)
        observer = await connect(port, b"observer")
        senders = [await connect(port, b"sender%d" % n) for n in range(SENDERS)]
        talking = startTalking(senders, f"round {number}")
        await deferLater(reactor, chance.uniform(0.2, 0.6))
        daemon.signal(signal.SIGKILL)
        await daemon.ended
        await observer.gone()
        talking.stop()
        saw = [line for line in observer.lines if line.startswith(b"sender")]
        assert saw, "nobody said anything: the round shows nothing"
        seen += saw
        kept = journal(tmp_path)
        positions = {line: at for at, line in enumerate(kept)}
        assert len(positions) == len(kept)
        order = [positions[line] for line in seen]
        assert order == sorted(order)
    print(f"{ROUNDS} crashes, {len(seen):,} lines seen, none missing; slowest start {slowest:.2f} s")
