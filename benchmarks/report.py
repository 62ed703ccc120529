"""Figures as a person reads them: tables, a plot, and all of them as JSON."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import machine
from benchmarks.load import Outcome

__all__ = ["Case", "Measurement", "plot", "publish", "ratios", "spread", "table", "tabulate"]


@dataclass(frozen=True, order=True)
class Case:
    """How many members, and how many messages on their way."""

    members: int
    inFlight: int


@dataclass(frozen=True)
class Measurement:
    """
    One server, once, in one case.

    @ivar round: counts from 0; what has the same round ran shortly after each other.
    @ivar serverCpu: seconds of all threads.
    @ivar memory: resident KiB that each connection has added.
    """

    server: str
    case: Case
    round: int
    outcome: Outcome
    serverCpu: float
    memory: float

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return self.outcome.deliveries / self.outcome.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the server's CPU for each delivery."""
        return self.serverCpu * 1e6 / max(1, self.outcome.deliveries)


_COLUMNS: list[tuple[str, str, Callable[[Measurement], float]]] = [
    ("deliveries/s", ",.0f", lambda one: one.rate),
    ("p50 ms", ".2f", lambda one: one.outcome.p50),
    ("p99 ms", ".2f", lambda one: one.outcome.p99),
    ("CPU us/delivery", ".3f", lambda one: one.cost),
    ("KiB/member", ".1f", lambda one: one.memory),
    ("server busy %", ".0f", lambda one: one.serverCpu / one.outcome.seconds * 100),
    ("load busy %", ".0f", lambda one: one.outcome.busy * 100),
]


def spread(values: Sequence[float], form: str) -> str:
    """The median, and in brackets the least and the most."""
    low, middle, high = (format(value, form) for value in (min(values), median(values), max(values)))
    return middle if low == high else f"{middle} ({low}..{high})"


def tabulate(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A simple table as reStructuredText has it."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule, ""])


def table(measurements: Sequence[Measurement]) -> str:
    """Every server in every case: medians, and the least and the most of all rounds."""
    head = ["members", "in flight", "server", *(name for name, _, _ in _COLUMNS), "lost", "disorder"]
    return tabulate(head, [_row(case, server, some) for (case, server), some in _grouped(measurements)])


def ratios(measurements: Sequence[Measurement], name: str) -> str:
    """
    One server beside all others: medians of the ratios of the same round.

    @param name: the server that is divided by the others.
    """
    mine = {(one.case, one.round): one for one in measurements if one.server == name}
    rows = []
    for (case, server), some in _grouped(measurements):
        pairs = [(mine[case, one.round], one) for one in some if (case, one.round) in mine]
        if server != name and pairs:
            cost = spread([ours.cost / theirs.cost for ours, theirs in pairs if theirs.cost] or [0.0], ".2f")
            rate = spread([ours.rate / theirs.rate for ours, theirs in pairs], ".2f")
            rows.append([str(case.members), str(case.inFlight), f"{name} / {server}", rate, cost])
    return tabulate(["members", "in flight", "ratio", "deliveries/s", "CPU/delivery"], rows) if rows else ""


def publish(path: Path, text: str, results: Sequence[Any], failures: Sequence[str]) -> None:
    """
    Print figures and what went wrong, and write both as text, and every single result as JSON.

    @param path: of the files, without what tells them apart.
    """
    about = machine.describe()
    about["state"] = machine.filesystem(Path(tempfile.gettempdir()))
    head = time.strftime("%Y-%m-%d; ") + "; ".join(f"{key}: {value}" for key, value in about.items())
    text = "\n".join([head, "", text, *(f"FAILED: {failure}" for failure in failures)]) + "\n"
    print(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".rst").write_text(text)
    raw = {"machine": about, "results": [asdict(one) for one in results], "failures": list(failures)}
    path.with_suffix(".json").write_text(json.dumps(raw, indent=1) + "\n")


def plot(path: Path, measurements: Sequence[Measurement]) -> bool:
    """
    Draw CPU per delivery and deliveries a second, over messages in flight.

    @return: False when matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    crowds = sorted({one.case.members for one in measurements})
    figure = Figure(figsize=(1 + 4 * len(crowds), 7), layout="constrained")
    panels = figure.subplots(2, len(crowds), squeeze=False)
    for members, over, under in zip(crowds, panels[0], panels[1], strict=True):
        for number, server in enumerate(dict.fromkeys(one.server for one in measurements)):
            some = [one for one in measurements if one.case.members == members and one.server == server]
            _draw(over, some, f"C{number}", lambda one: one.cost)
            _draw(under, some, f"C{number}", lambda one: one.rate)
        over.set(title=f"{members:,} members", ylabel="server CPU per delivery, us (less is better)")
        under.set(xlabel="messages in flight", ylabel="deliveries a second (more is better)")
    for panel in panels[0]:
        panel.legend()
    figure.savefig(path, metadata={"Creator": None, "Date": None})
    return True


def _draw(panel: Any, measurements: Sequence[Measurement], color: str, value: Callable[[Measurement], float]) -> None:
    panel.set(xscale="log", yscale="log")
    panel.grid(True, alpha=0.3)
    grouped = _grouped(measurements)
    if not grouped:
        return
    values = [[value(one) for one in some] for _, some in grouped]
    middle = [median(some) for some in values]
    around = [[median(some) - min(some) for some in values], [max(some) - median(some) for some in values]]
    label = measurements[0].server
    across = [case.inFlight for (case, _), _ in grouped]
    panel.errorbar(across, middle, yerr=around, marker="o", capsize=3, color=color, label=label)


def _row(case: Case, server: str, some: Sequence[Measurement]) -> list[str]:
    figures = [spread([value(one) for one in some], form) for _, form, value in _COLUMNS]
    lost, disorder = sum(one.outcome.lost for one in some), sum(one.outcome.disorder for one in some)
    return [str(case.members), str(case.inFlight), server, *figures, str(lost), str(disorder)]


def _grouped(measurements: Sequence[Measurement]) -> list[tuple[tuple[Case, str], list[Measurement]]]:
    groups: dict[tuple[Case, str], list[Measurement]] = {}
    for one in sorted(measurements, key=lambda one: one.case):
        groups.setdefault((one.case, one.server), []).append(one)
    return list(groups.items())
