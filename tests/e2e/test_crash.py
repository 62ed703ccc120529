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
from argon2 import PasswordHasher
from twisted.internet.task import LoopingCall, deferLater

from tests.e2e.processes import Admin, Client, Daemon, administer, connect, enter, reactor

#: LOQUI_CRASHES=100 is what the documentation promises to have been run.
ROUNDS = int(os.environ.get("LOQUI_CRASHES", "5"))
SENDERS = 4

#: Who register at the same time, and who are banned and unbanned.
NEWCOMERS = 6
PESTS = 20

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


class Deeds:
    """
    What is asked of one server until it is killed.

    @ivar registrars: connections, by the name that each wants to have.
    @ivar asked: what the admin has asked for, C{ban} or C{unban} and whom, in this order.
    """

    def __init__(self, admin: Admin) -> None:
        self.registrars: dict[str, Client] = {}
        self.asked: list[tuple[str, str]] = []
        self._admin = admin

    @property
    def registered(self) -> list[str]:
        """The names of those who were told that they have an account."""
        told = (b" is yours: ", b"* Welcome to Loqui, new")  # To guests; to those who came with a password.
        return [
            name
            for name, client in self.registrars.items()
            if any(told[not name.startswith("guest")] in line for line in client.lines)
        ]

    @property
    def done(self) -> list[tuple[str, str]]:
        """What the admin was told that is done."""
        return self.asked[: self._admin.answered]

    async def register(self, port: int, name: str) -> None:
        """Have a name be registered: by a guest who is in, or in somebody's first line."""
        isGuest = name.startswith("guest")
        client = self.registrars[name] = await connect(port, name.encode() if isGuest else None)
        client.say(f"/register {'' if isGuest else name + ' '}pass-{name}".encode())

    async def moderate(self, banned: set[str], chance: random.Random) -> None:
        """Ban who is not banned and lift the ban of who is, a few at a time, until the server is gone."""
        admin, banned = self._admin, set(banned)
        while not admin.closed:
            pest = f"pest{chance.randrange(PESTS)}"
            self.asked.append(("unban" if pest in banned else "ban", pest))
            banned ^= {pest}
            admin.say(" ".join(self.asked[-1]).encode())
            await admin.until(lambda: admin.closed or admin.answered > len(self.asked) - 4)


class Kept:
    """
    What is kept of accounts and bans.

    @ivar hashes: of the passwords, by name.
    @ivar registered: whose registration is among the events.
    @ivar banned: who is banned.
    @ivar deeds: bans and their ends among the events, oldest first.
    """

    def __init__(self, state: Path) -> None:
        with closing(sqlite3.connect(state / "loqui.sqlite")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            self.hashes = dict(database.execute("SELECT name, hash FROM account"))
            registered = database.execute("""SELECT "to" FROM event WHERE kind = 'account' AND text = 'registered'""")
            self.registered = [name for (name,) in registered]
            self.banned = {name for (name,) in database.execute("SELECT target FROM sanction WHERE kind = 'ban'")}
            deeds = database.execute("""SELECT kind, "to" FROM event WHERE kind IN ('ban', 'unban') ORDER BY id""")
            self.deeds = list(deeds)

    def check(self) -> None:
        """Make sure that all of it is whole: the tables say what the events say."""
        assert sorted(self.hashes) == sorted(self.registered)
        banned: set[str] = set()
        for act, pest in self.deeds:
            assert (act == "unban") == (pest in banned)
            banned ^= {pest}
        assert banned == self.banned


async def checkHolds(port: int, kept: Kept, names: list[str]) -> None:
    """Make sure that a server knows what is kept."""
    for pest in [f"pest{number}" for number in range(PESTS)]:
        client = await connect(port)
        client.say(pest.encode())
        await client.until(lambda client=client: bool(client.lines))
        assert client.lines[0].startswith(b"! you are banned" if pest in kept.banned else b"* Welcome")
        client.transport.abortConnection()
    for name in names:
        client = await connect(port)
        await enter(client, f"/login {name} pass-{name}".encode())
        client.transport.abortConnection()


@pytest_twisted.ensureDeferred
async def test_whatWasAnsweredIsKept(tmp_path: Path) -> None:
    """Killed while people register, are banned and unbanned, it knows all that was answered, and nothing by halves."""
    chance = random.Random(5)
    answered = unanswered = 0
    kept = None
    names: list[str] = []
    for number in range(ROUNDS):
        daemon = Daemon(tmp_path)
        port = await daemon.listening()
        if kept is not None:
            await checkHolds(port, kept, names)
        before = kept.deeds if kept is not None else []
        admin = await administer(tmp_path)
        deeds = Deeds(admin)
        for newcomer in range(NEWCOMERS):
            await deeds.register(port, f"{'guest' if newcomer % 2 else 'new'}{number}.{newcomer}")
        moderating = pytest_twisted.defer.ensureDeferred(deeds.moderate(kept.banned if kept else set(), chance))
        enough = chance.randrange(5, 100)
        await admin.until(lambda admin=admin, enough=enough: admin.answered >= enough)
        daemon.signal(signal.SIGKILL)
        await daemon.ended
        await moderating
        for client in deeds.registrars.values():
            await client.gone()
        kept = Kept(tmp_path)
        kept.check()
        now = kept.deeds[len(before) :]
        assert now == deeds.asked[: len(now)]
        assert len(now) >= len(deeds.done) > 0
        names = deeds.registered
        for name in deeds.registrars.keys() & kept.hashes.keys():
            assert PasswordHasher().verify(kept.hashes[name], f"pass-{name}")
        assert kept.hashes.keys() >= set(names)
        answered += len(deeds.done) + len(names)
        unanswered += len(deeds.asked) - len(deeds.done) + NEWCOMERS - len(names)
    print(f"{ROUNDS} crashes, {answered:,} deeds answered, none missing; {unanswered:,} were not answered")
