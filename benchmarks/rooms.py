"""
A thousand rooms of ten beside one room of ten thousand, and joining a room beside few others
and many: C{python -m benchmarks.rooms}.

Everybody who is in a room is in the lobby, too. So it is the same people, on one server, who
talk in the lobby and in their rooms by turns: in a turn, each message has a C{send} of its own,
and when everybody has every byte of all of them, it is the other side's turn. With one message
on its way in each room, both sides have the same deliveries to make, by as many C{send}s.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks import machine, report
from benchmarks.crowd import Client, Crowd, Trouble
from benchmarks.load import STALL
from benchmarks.servers import Running, loqui
from benchmarks.turns import Variant, addOptions, takeTurns

#: Bytes of a message.
SIZE = 64

#: Seconds between two looks at what has come. To wait for it would have the server wake us, mostly
#: by its first C{send}s of many, and so make those dearer that are few at a time.
LOOK = 0.002

#: How often there is a measurement on one server.
PASSES = 3

#: Rooms that are made, and then visited, one after the other.
NEW = 90

#: How many rooms one person makes, so that they are in no more than they may be in.
EACH = 18


class Place:
    """
    A room, or the lobby, in which one person speaks and everybody must hear it.

    @ivar members: all who are in it, who speaks as well.
    @ivar expected: what each of them must receive in this turn.
    """

    def __init__(self, name: str, members: Sequence[Client], speaker: Client) -> None:
        """
        @param name: what is written before what is said there; empty for the lobby.
        """
        self.members = members
        self.expected = b""
        self._speaker = speaker
        self._prefix = f"{name} {speaker.name}: ".lstrip().encode()

    def speak(self, turn: int, messages: int) -> None:
        """Say something, and expect it; what was said before must have been heard."""
        lines = [(b"%d,%d#" % (turn, number)).ljust(SIZE, b"x") + b"\r\n" for number in range(messages)]
        self.expected = b"".join([self._prefix + line for line in lines])
        for member in self.members:
            member.offset = 0
        for line in lines:
            self._speaker.send(line)


class Side:
    """
    The lobby, or all rooms.

    @ivar members: in all its places together.
    """

    def __init__(self, name: str, places: Sequence[Place]) -> None:
        self.name = name
        self._places = places
        self._placeOf = {member.fd: (member, place) for place in places for member in place.members}
        self.members = len(self._placeOf)

    def take(self, crowd: Crowd, turn: int, messages: int) -> None:
        """
        Say so many messages in each place, and wait until everybody has all that they must hear.

        @raise Trouble: when that does not come, or anything else does.
        """
        for place in self._places:
            place.speak(turn, messages)
        missing = sum(len(place.expected) * len(place.members) for place in self._places)
        last = time.monotonic()
        while missing:
            received = sum([self._read(crowd, fd) for fd, _ in crowd.poller.poll(0)])
            missing -= received
            if received:
                last = time.monotonic()
            elif time.monotonic() - last > STALL:
                raise Trouble(f"{missing} bytes are lost")
            else:
                time.sleep(LOOK)

    def _read(self, crowd: Crowd, fd: int) -> int:
        member, place = self._placeOf[fd]
        size = crowd.read(member)
        if not place.expected.startswith(crowd.buffer[:size], member.offset):
            raise Trouble(f"{member.name} hears what nobody has said to them: {bytes(crowd.buffer[:size])!r}")
        member.offset += size
        return size


@dataclass(frozen=True)
class Talk:
    """
    What came of one side's turns.

    @ivar inFlight: messages on their way in each place.
    @ivar seconds: that the turns took.
    @ivar cpu: seconds that the server has computed in them.
    """

    side: str
    inFlight: int
    turns: int
    deliveries: int
    seconds: float
    cpu: float

    @property
    def cost(self) -> float:
        """Microseconds of the server's CPU for each delivery."""
        return self.cpu * 1e6 / self.deliveries


@dataclass(frozen=True)
class Joining:
    """
    What it costs to join rooms, one after the other; microseconds of the server's CPU.

    @ivar others: how many other rooms there are.
    @ivar made: for somebody to make a room.
    @ivar visited: for somebody else to come in and leave again.
    """

    others: int
    made: float
    visited: float


class Town:
    """Rooms on one server, to which others are added one by one."""

    def __init__(self, running: Running, crowd: Crowd, others: int) -> None:
        """
        @param others: how many rooms there are at first.
        """
        self._pid = running.pid
        self._crowd = crowd
        founders = crowd.join([f"f{n}" for n in range(-(-others // EACH))])
        for n in range(others):
            founders[n // EACH].send(f"/join #old{n}\r\n".encode())
        self._makers = crowd.join([f"n{n}" for n in range(-(-NEW // EACH))])
        self._visitor = crowd.join(["visitor"])[0]
        crowd.hush()

    def make(self, number: int) -> float:
        """Have a room made; gives the CPU seconds that takes."""
        return self._ask(self._makers[number // EACH], f"/join #new{number}", b"is new, and yours")

    def visit(self, number: int) -> float:
        """Have that room visited and left again; gives the CPU seconds that takes."""
        there = self._ask(self._visitor, f"/join #new{number}", b"has n%d in it" % (number // EACH))
        return there + self._ask(self._visitor, "/leave", b"You have left")

    def _ask(self, client: Client, line: str, answer: bytes) -> float:
        before = machine.cpuSeconds(self._pid)
        client.send(f"{line}\r\n".encode())
        heard = b""
        while answer not in heard:
            ready = self._crowd.poller.poll(STALL)
            if not ready:
                raise Trouble(f"no answer to {line}, but {heard!r}")
            for fd, _ in ready:
                size = self._crowd.read(self._crowd.clients[fd])
                if fd == client.fd:
                    heard += self._crowd.buffer[:size]
        return machine.cpuSeconds(self._pid) - before


def talk(running: Running, rooms: int, members: int, inFlight: Sequence[int], seconds: float) -> list[Talk]:
    """
    Have people talk in the lobby and in all rooms, by turns.

    @param members: of each room.
    @param inFlight: how many messages are on their way in each place: a measurement for each number.
    @param seconds: of a measurement.

    @raise Trouble: when anything is lost, or comes to somebody whom it should not come to.
    """
    with Crowd(running.port, running.server.wire) as crowd:
        everybody = crowd.join([f"m{n}" for n in range(rooms * members)], seconds=900)
        places = [_settle(f"#r{n}", everybody[n * members : (n + 1) * members]) for n in range(rooms)]
        # Who is the second in a room does not speak there; one of these speaks in the lobby.
        speaker = everybody[1]
        speaker.send(b"/join #lobby\r\n")
        crowd.hush(3.0)
        sides = [Side("lobby", [Place("", everybody, speaker)]), Side("rooms", places)]
        results = [
            one for _ in range(PASSES) for count in inFlight for one in _byTurns(running, crowd, sides, count, seconds)
        ]
        surplus = sum(crowd.read(crowd.clients[fd]) for fd, _ in crowd.poller.poll(0.5))
        if surplus:
            raise Trouble(f"{surplus} bytes that nobody has said")
        return results


def join(running: Running, others: int) -> list[Joining]:
    """
    Have rooms made and visited, on this server and on one more that has others, by turns.

    @param others: how many.

    @raise Trouble: when somebody is not let in.
    """
    core = min(os.sched_getaffinity(running.pid))
    with (
        running.server.run(core) as second,
        Crowd(running.port, running.server.wire) as few,
        Crowd(second.port, second.server.wire) as many,
    ):
        towns = [Town(running, few, 0), Town(second, many, others)]
        made = [[town.make(n) for town in towns] for n in range(NEW)]
        visited = [[town.visit(n) for town in towns] for n in range(NEW)]
    means = [[sum(side) / NEW * 1e6 for side in zip(*both, strict=True)] for both in (made, visited)]
    return [Joining(count, *costs) for count, *costs in zip((0, others), *means, strict=True)]


def main(arguments: Sequence[str]) -> int:
    """
    Measure talking and joining, and print what was seen.

    @return: the exit status: 0 if nothing was lost.
    """
    options = _parser().parse_args(arguments)
    server = loqui("--no-flood-limit", "--max-connections", str(options.rooms * options.members + 100))
    seen = partial(
        talk, rooms=options.rooms, members=options.members, inFlight=options.in_flight, seconds=options.seconds
    )
    told, failures = takeTurns([Variant("talking", server, seen)], options.rounds)
    joined, more = takeTurns([Variant("joining", server, partial(join, others=options.others))], options.rounds)
    talks, joinings = [one for some in told for one in some], [one for some in joined for one in some]
    everybody = f"{options.rooms * options.members:,} in the lobby, and in {options.rooms:,} rooms of {options.members}"
    text = f"{everybody}; messages of {SIZE} bytes\n\n{_talks(talks)}\n{_joinings(joinings)}"
    report.publish(options.output / "rooms", text, [*talks, *joinings], failures + more)
    return 1 if failures or more else 0


def _settle(name: str, members: Sequence[Client]) -> Place:
    for member in members:
        member.send(f"/join {name}\r\n".encode())
    return Place(name, members, members[0])


def _byTurns(running: Running, crowd: Crowd, sides: Sequence[Side], inFlight: int, seconds: float) -> list[Talk]:
    spent = [[0.0, 0.0] for _ in sides]
    turns, began = 0, time.monotonic()
    gc.collect()
    gc.disable()
    while time.monotonic() - began < seconds:
        for side, sums in zip(sides, spent, strict=True):
            start, cpu = time.monotonic(), machine.cpuSeconds(running.pid)
            side.take(crowd, turns, inFlight)
            sums[0] += time.monotonic() - start
            sums[1] += machine.cpuSeconds(running.pid) - cpu
        turns += 1
    gc.enable()
    return [
        Talk(side.name, inFlight, turns, turns * inFlight * side.members, *sums)
        for side, sums in zip(sides, spent, strict=True)
    ]


def _talks(results: Sequence[Talk]) -> str:
    rows = []
    for inFlight in dict.fromkeys(one.inFlight for one in results):
        some = [one for one in results if one.inFlight == inFlight]
        lobby, rooms = ([one for one in some if one.side == side] for side in ("lobby", "rooms"))
        ratios = [ours.cost / theirs.cost for ours, theirs in zip(rooms, lobby, strict=True)]
        rows.append(
            [
                str(inFlight),
                *(report.spread([one.cost for one in side], ".3f") for side in (lobby, rooms)),
                report.spread(ratios, ".2f"),
                *(report.spread([one.seconds / one.turns * 1e3 for one in side], ".0f") for side in (lobby, rooms)),
            ]
        )
    head = ["in flight in each", "CPU us/delivery, lobby", "rooms", "rooms / lobby", "ms a turn, lobby", "rooms"]
    return report.tabulate(head, rows) if rows else ""


def _joinings(results: Sequence[Joining]) -> str:
    few, many = ([one for one in results if bool(one.others) is isMany] for isMany in (False, True))
    figures: dict[str, Callable[[Joining], float]] = {
        "made by one": lambda one: one.made,
        "entered and left by another": lambda one: one.visited,
    }
    rows = [
        [
            name,
            *(report.spread([figure(one) for one in side], ".0f") for side in (few, many)),
            report.spread([figure(ours) / figure(theirs) for ours, theirs in zip(many, few, strict=True)], ".2f"),
        ]
        for name, figure in figures.items()
        if results
    ]
    return report.tabulate(["a room is", "CPU us, no other", "with others", "ratio"], rows) if rows else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rooms", description=__doc__)
    parser.add_argument("--rooms", type=int, default=1000, help="default: %(default)s")
    parser.add_argument("--members", type=int, default=10, help="of each room; default: %(default)s")
    parser.add_argument("--in-flight", type=_numbers, default=[1, 8], metavar="N,N,...", help="in each; default: 1,8")
    parser.add_argument(
        "--others", type=int, default=4900, help="rooms beside which one is joined; default: %(default)s"
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="of one measurement; default: %(default)s")
    addOptions(parser)
    return parser


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
