"""Many clients at once: nothing lost, doubled or out of order, and no name twice."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest_twisted
from twisted.internet.defer import gatherResults
from twisted.internet.task import deferLater

from tests.e2e.processes import Client, Daemon, connect, reactor

MEMBERS = 50
SENDERS = 8
LINES = int(os.environ.get("LOQUI_LINES", "20000"))
RACERS = 200
ROUNDS = int(os.environ.get("LOQUI_RACES", "5"))


def talk(lines: list[bytes]) -> list[bytes]:
    """What was said, without what the server tells."""
    return [line for line in lines if not line.startswith(b"*")]


async def sendInPieces(client: Client, data: bytes, random: random.Random) -> None:
    """Send bytes cut anywhere, each piece in a segment of its own as far as the system lets us."""
    client.transport.setTcpNoDelay(True)
    at = 0
    while at < len(data):
        size = random.choice((1, 2, 3, 17, 64, 500, 1400))
        client.transport.write(data[at : at + size])
        at += size
        if random.random() < 0.2:
            await deferLater(reactor, 0)


@pytest_twisted.ensureDeferred
async def test_nothingIsLostDoubledOrOutOfOrder(tmp_path: Path) -> None:
    """8 senders, 50 members, 20,000 lines cut at random bytes: all members have the same order."""
    daemon = Daemon(tmp_path, "--no-flood-limit", "--max-unsent", "64M", "--max-unsent-slack", "64M")
    port = await daemon.listening()
    members = [await connect(port, b"member%d" % number) for number in range(MEMBERS)]
    chance = random.Random(32973)
    each = LINES // SENDERS
    ends = (b"\n", b"\r\n")
    sending = []
    for sender, client in enumerate(members[:SENDERS]):
        said = b"".join(b"%d %d \xc3\xa9%s" % (sender, n, chance.choice(ends)) for n in range(each))
        sending.append(pytest_twisted.defer.ensureDeferred(sendInPieces(client, said, chance)))
    await gatherResults(sending)
    for member in members:
        await member.until(lambda member=member: member.said >= LINES)
    first = talk(members[0].lines)
    assert len(first) == each * SENDERS
    for member in members:
        assert talk(member.lines) == first
    for sender in range(SENDERS):
        mine = [line for line in first if line.startswith(b"member%d: " % sender)]
        assert mine == [b"member%d: %d %d \xc3\xa9" % (sender, sender, n) for n in range(each)]
    assert await daemon.stop() == 0


@pytest_twisted.ensureDeferred
async def test_oneOfManyGetsTheName(tmp_path: Path) -> None:
    """200 clients send the same name in one instant: exactly one gets it, each round."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    for number in range(ROUNDS):
        racers = list(await gatherResults([pytest_twisted.defer.ensureDeferred(connect(port)) for _ in range(RACERS)]))
        name = b"prize%d" % number
        for racer in racers:
            racer.say(name)
        for racer in racers:
            await racer.until(lambda racer=racer: bool(racer.lines))
        winners = [racer for racer in racers if racer.lines[0].startswith(b"* Welcome")]
        losers = [racer for racer in racers if racer not in winners]
        assert len(winners) == 1
        for loser in losers:
            await loser.gone()
            assert loser.lines == [b"! " + name + b" is already taken; connect again with another name"]
        winners[0].say(b"!DISCONNECT")
        await winners[0].gone()
    assert await daemon.stop() == 0
