"""Members who never read, beside the same run without them: C{python -m benchmarks.stalled}."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import machine, report
from benchmarks.crowd import Client, Crowd
from benchmarks.load import Load, Outcome, Paced, Source, Speaker
from benchmarks.servers import Running, loqui
from benchmarks.turns import Variant, addOptions, takeTurns

#: Bytes of a message.
SIZE = 1000

#: Seconds in which those who do not read must be gone.
PATIENCE = 60.0


class Watch:
    """A source that looks at the server from time to time while it is asked."""

    def __init__(self, source: Source, pid: int, gone: int) -> None:
        """
        @param gone: how many sockets the server has open when those who do not read are gone.
        """
        self.wait = source.wait
        self.resident = machine.residentKiB(pid)
        self.before = self.resident
        self.goneAfter: float | None = None
        self._source = source
        self._pid = pid
        self._gone = gone
        self._next = 0.0

    def due(self, elapsed: float, sent: int, seen: int) -> int:
        if elapsed >= self._next:
            self._next = elapsed + 0.25
            self.look(elapsed)
        return self._source.due(elapsed, sent, seen)

    def isOver(self, elapsed: float, sent: int) -> bool:
        return self._source.isOver(elapsed, sent)

    def look(self, elapsed: float) -> None:
        """Take note of the server's memory and open sockets."""
        self.resident = max(self.resident, machine.residentKiB(self._pid))
        if self.goneAfter is None and machine.socketCount(self._pid) <= self._gone:
            self.goneAfter = elapsed


@dataclass(frozen=True)
class Run:
    """
    One run.

    @ivar stalled: how many members never read.
    @ivar growth: resident KiB that were added, at most.
    @ivar goneAfter: seconds from the first message until the server had closed the connections
        of those who did not read; None if it has not.
    """

    stalled: int
    growth: int
    goneAfter: float | None
    outcome: Outcome


def observe(running: Running, reading: int, stalled: int, total: int, seconds: float) -> Run:
    """
    Say so many bytes, evenly over some time, to members of whom some never read.

    @raise Trouble: when one who reads is disconnected.
    """
    bare = machine.socketCount(running.pid)
    with Crowd(running.port, running.server.wire) as crowd:
        speaker = Speaker(crowd.join(["s0"])[0], 0, SIZE)
        deaf = crowd.join([f"d{n}" for n in range(stalled)])
        members = crowd.join([f"m{n}" for n in range(reading)])
        crowd.hush()
        for client in deaf:
            crowd.ignore(client)
        messages = total // SIZE
        watch = Watch(Paced(messages / seconds, messages), running.pid, bare + reading + 1)
        outcome = _run(crowd, members, speaker, watch)
    return Run(stalled, watch.resident - watch.before, watch.goneAfter, outcome)


def main(arguments: Sequence[str]) -> int:
    """
    Run with and without, in turn, and print what was seen.

    @return: the exit status: 0 if nobody who read lost anything, and those who did not are gone.
    """
    options = _parser().parse_args(arguments)
    variants = [_variant(stalled, options) for stalled in (0, options.stalled)]
    results, failures = takeTurns(variants, options.rounds)
    failures += [sentence for one in results for sentence in _wrong(one)]
    report.publish(options.output / "stalled", _table(results, options), results, failures)
    return 1 if failures else 0


def _variant(stalled: int, options: argparse.Namespace) -> Variant[Run]:
    return Variant(
        f"{stalled} stalled",
        loqui("--no-flood-limit"),
        lambda running: observe(running, options.reading, stalled, options.bytes, options.seconds),
    )


def _run(crowd: Crowd, members: Sequence[Client], speaker: Speaker, watch: Watch) -> Outcome:
    began = time.monotonic()
    outcome = Load(crowd, members, [speaker], watch).run()
    while watch.goneAfter is None and time.monotonic() - began < PATIENCE:
        watch.look(time.monotonic() - began)
        time.sleep(0.25)
    return outcome


def _wrong(one: Run) -> list[str]:
    found = []
    if not one.outcome.isSound:
        found.append(f"{one.stalled} stalled: {one.outcome.lost} lost, {one.outcome.disorder} out of order")
    if one.goneAfter is None:
        found.append(f"{one.stalled} stalled: not gone within {PATIENCE:g} s")
    return found


def _table(results: Sequence[Run], options: argparse.Namespace) -> str:
    rows = []
    for stalled in dict.fromkeys(one.stalled for one in results):
        some = [one for one in results if one.stalled == stalled]
        gone = report.spread([one.goneAfter for one in some if one.goneAfter is not None] or [PATIENCE], ".1f")
        rows.append(
            [
                f"{options.reading} read, {stalled} do not",
                report.spread([one.outcome.p50 for one in some], ".2f"),
                report.spread([one.outcome.p99 for one in some], ".2f"),
                report.spread([one.growth / 1024 for one in some], ".1f"),
                gone if stalled else "-",
                str(sum(one.outcome.lost for one in some)),
                report.spread([one.outcome.busy * 100 for one in some], ".0f"),
            ]
        )
    head = ["members", "p50 ms", "p99 ms", "growth MiB", "gone after s", "lost", "load busy %"]
    said = f"{options.bytes / 1e6:g} MB said in {options.seconds:g} s, in lines of {SIZE} bytes\n\n"
    return said + report.tabulate(head, rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stalled", description=__doc__)
    parser.add_argument("--reading", type=int, default=100, help="members who read; default: %(default)s")
    parser.add_argument("--stalled", type=int, default=50, help="members who do not; default: %(default)s")
    parser.add_argument("--bytes", type=int, default=60_000_000, help="said in all; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=30.0, help="in which that is said; default: %(default)s")
    addOptions(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
