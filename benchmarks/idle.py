"""Ten thousand connections on which nothing is said: C{python -m benchmarks.idle}."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import machine, report
from benchmarks.crowd import Crowd
from benchmarks.load import Load, Outcome, Paced, Speaker
from benchmarks.servers import Running, loqui
from benchmarks.turns import Variant, addOptions, takeTurns


@dataclass(frozen=True)
class Idle:
    """
    One server that was left alone; memory in KiB, times in seconds.

    @ivar empty: resident before anybody has come.
    @ivar emptyBusy: share of a core while nobody is there.
    @ivar full: resident when all are in.
    @ivar member: resident for each member but the first tenth, who use up what starting has left free.
    @ivar joining: until all were in.
    @ivar busy: share of a core while all are in and silent.
    @ivar message: until one message had reached all.
    """

    empty: float
    emptyBusy: float
    full: float
    member: float
    joining: float
    busy: float
    message: float
    outcome: Outcome


def observe(running: Running, members: int, seconds: float) -> Idle:
    """
    Watch a server that is empty, then one that is full.

    @param seconds: how long its CPU time is watched each time.

    @raise Trouble: when it does not let everybody in.
    """
    emptyBusy, empty = _busy(running.pid, seconds), machine.residentKiB(running.pid)
    names, tenth = [f"m{n}" for n in range(members)], members // 10
    with Crowd(running.port, running.server.wire) as crowd:
        began = time.monotonic()
        clients = crowd.join(names[:tenth])
        some = machine.residentKiB(running.pid)
        clients += crowd.join(names[tenth:], seconds=900)
        joining = time.monotonic() - began
        crowd.hush()
        full = machine.residentKiB(running.pid)
        busy = _busy(running.pid, seconds)
        outcome = Load(crowd, clients[1:], [Speaker(clients[0], 0, 64)], Paced(1, 1)).run()
    member = (full - some) / (members - tenth)
    return Idle(empty, emptyBusy, full, member, joining, busy, outcome.seconds, outcome)


def main(arguments: Sequence[str]) -> int:
    """
    Observe, and print what was seen.

    @return: the exit status: 0 if nothing was lost.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle", description=__doc__)
    parser.add_argument("--members", type=int, default=10000, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=20.0, help="to watch CPU time; default: %(default)s")
    addOptions(parser)
    options = parser.parse_args(arguments)
    server = loqui("--max-connections", str(options.members + 100))
    variant = Variant("idle", server, lambda running: observe(running, options.members, options.seconds))
    results, failures = takeTurns([variant], options.rounds)
    failures += [f"{one.outcome.lost} lost" for one in results if not one.outcome.isSound]
    report.publish(options.output / "idle", _table(results), results, failures)
    return 1 if failures else 0


def _table(results: Sequence[Idle]) -> str:
    if not results:
        return ""
    rows = [
        ["resident, empty, MiB", report.spread([one.empty / 1024 for one in results], ".1f")],
        ["CPU, empty, % of a core", report.spread([one.emptyBusy * 100 for one in results], ".2f")],
        ["resident, all idle, MiB", report.spread([one.full / 1024 for one in results], ".1f")],
        ["all have joined, s", report.spread([one.joining for one in results], ".1f")],
        ["resident for each member, KiB", report.spread([one.member for one in results], ".2f")],
        ["CPU, all idle, % of a core", report.spread([one.busy * 100 for one in results], ".2f")],
        ["one message to all, s", report.spread([one.message for one in results], ".3f")],
    ]
    return report.tabulate([f"{results[0].outcome.members + 1:,} idle members", "median (least..most)"], rows)


def _busy(pid: int, seconds: float) -> float:
    began, before = time.monotonic(), machine.cpuSeconds(pid)
    time.sleep(seconds)
    return (machine.cpuSeconds(pid) - before) / (time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
