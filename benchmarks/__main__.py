"""The comparison: Loqui and each reference in turn, several times, in every case."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import machine, report
from benchmarks.crowd import Client, Crowd, TooSlow, Trouble
from benchmarks.load import Closed, Load, Outcome, Speaker, seat
from benchmarks.report import Case, Measurement
from benchmarks.servers import Running, Server, also, available
from benchmarks.signals import endOnSignals

#: Bytes of a message.
SIZE = 64


_HEAD = f"""\
{SIZE}-byte messages; medians, and in brackets the least and the most of all rounds.
Where the load is busier than the server, the load was the bottleneck: the server could have delivered more a
second, and only its CPU per delivery counts.
"""


class Comparison:
    """
    All measurements, one after the other.

    @ivar measurements: what has been measured, sound or not.
    @ivar failures: what went wrong, a sentence each.
    @ivar leftOut: servers that take too long to let so many in, which is no reason to wait for them again.
    """

    def __init__(self, members: Sequence[int], inFlight: Sequence[int], seconds: float, joining: float) -> None:
        """
        @param seconds: how long messages are sent in one measurement.
        @param joining: seconds in which all members must have joined.
        """
        self.measurements: list[Measurement] = []
        self.failures: list[str] = []
        self.leftOut: dict[tuple[str, int], str] = {}
        self._joining = joining
        self._members = members
        self._inFlight = inFlight
        self._seconds = seconds
        self._serverCore, loadCore = machine.cores()
        machine.pin(loadCore)

    @property
    def isSound(self) -> bool:
        """Whether there are figures, nothing went wrong, and Loqui itself was never left out."""
        missing = any(name == "loqui" for name, _ in self.leftOut)
        return bool(self.measurements) and not self.failures and not missing

    def run(self, servers: Sequence[Server], rounds: int) -> None:
        """Measure every server in every case, and each again in the next round."""
        for number in range(rounds):
            for members in self._members:
                for server in servers:
                    if (server.name, members) not in self.leftOut:
                        self._try(server, members, number)

    def _try(self, server: Server, members: int, number: int) -> None:
        try:
            with server.run(self._serverCore) as running:
                for measurement in self._measure(running, members, number):
                    self._keep(measurement)
        except TooSlow as slow:
            self.leftOut[server.name, members] = f"{server.name} with {members} members was left out: {slow}"
            _note(self.leftOut[server.name, members])
        except (Trouble, RuntimeError, OSError) as trouble:
            self._fail(f"round {number + 1}, {server.name}, {members} members: {trouble}")

    def _measure(self, running: Running, members: int, number: int) -> Iterator[Measurement]:
        before = machine.residentKiB(running.pid)
        with Crowd(running.port, running.server.wire) as crowd:
            listening, speakers = seat(crowd, members, SIZE, self._joining)
            memory = (machine.residentKiB(running.pid) - before) / (members + len(speakers))
            for inFlight in self._inFlight:
                outcome, cpu = self._load(running, crowd, listening, speakers, inFlight)
                yield Measurement(running.server.name, Case(members, inFlight), number, outcome, cpu, memory)

    def _load(
        self, running: Running, crowd: Crowd, members: Sequence[Client], speakers: Sequence[Speaker], inFlight: int
    ) -> tuple[Outcome, float]:
        before = machine.cpuSeconds(running.pid)
        outcome = Load(crowd, members, speakers, Closed(inFlight, self._seconds)).run()
        return outcome, machine.cpuSeconds(running.pid) - before

    def _keep(self, one: Measurement) -> None:
        self.measurements.append(one)
        where = f"round {one.round + 1}, {one.server}, {one.case.members} members, {one.case.inFlight} in flight"
        _note(f"{where}: {one.rate:,.0f} deliveries/s, {one.cost:.3f} us each, {one.outcome.seconds:.1f} s")
        if one.outcome.strays:
            self._fail(f"{where}: {one.outcome.strays} lines that nobody said")
        if not one.outcome.isSound:
            self._fail(f"{where}: {one.outcome.lost} lost, {one.outcome.disorder} out of order")

    def _fail(self, sentence: str) -> None:
        self.failures.append(sentence)
        _note(f"FAILED: {sentence}")


def main(arguments: Sequence[str]) -> int:
    """
    Compare, print the tables, and write them.

    @return: the exit status: 0 if nothing was lost, out of order, or failed otherwise.
    """
    endOnSignals()
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        servers = _chosen(options.servers, options.also)
    except ValueError as error:
        parser.error(str(error))
    options.output.mkdir(parents=True, exist_ok=True)
    machine.raiseFileLimit()
    comparison = Comparison(options.members, options.in_flight, options.seconds, options.joining)
    try:
        comparison.run(servers, options.rounds)
    except KeyboardInterrupt:
        comparison.failures.append("interrupted")
    _write(comparison, options.output)
    return 0 if comparison.isSound else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--members", type=_numbers, default=[100, 1000, 5000], metavar="N,N,...")
    parser.add_argument("--in-flight", type=_numbers, default=[1, 64, 1024], metavar="N,N,...")
    parser.add_argument("--servers", type=_names, metavar="NAME,NAME,...", help="default: all that are found")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=1.5, help="of one measurement; default: %(default)s")
    parser.add_argument(
        "--joining", type=float, default=120.0, help="seconds in which all must have joined; default: %(default)s"
    )
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks"), help="folder; default: %(default)s")
    parser.add_argument(
        "--also",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "WIRE", "COMMAND"),
        help="another server: its wire is text or irc, and its command has {port} where the port belongs",
    )
    return parser


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _names(text: str) -> list[str]:
    return text.split(",")


def _chosen(names: Sequence[str] | None, more: Sequence[tuple[str, str, str]]) -> list[Server]:
    """
    The servers to measure; those given by their command are always among them.

    @raise ValueError: when one is not here.
    """
    found = {server.name: server for server in available()}
    missing = [name for name in names or () if name not in found]
    if missing:
        raise ValueError(f"not found: {', '.join(missing)}; there are {', '.join(found)}")
    return [found[name] for name in names or found] + [also(*one) for one in more]


def _write(comparison: Comparison, folder: Path) -> None:
    text = _HEAD + "\n"
    text += report.table(comparison.measurements) + "\n" + report.ratios(comparison.measurements, "loqui")
    text += "".join(f"\n{sentence}\n" for sentence in comparison.leftOut.values())
    report.publish(folder / "results", text, comparison.measurements, comparison.failures)
    if not comparison.measurements:
        return
    if report.plot(folder / "results.svg", comparison.measurements):
        _note(f"The table, the plot and every single result are in {folder}.")
    else:
        _note(f"The table and every single result are in {folder}; no plot, because matplotlib is not installed.")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
