"""
People who guess somebody's password, beside the same run without: C{python -m benchmarks.guesses}.

How many of the guesses are looked at, how long the owner takes to log in meanwhile, and what
others' chat notices; with the limits, and without them, so that passwords are hashed all the
time. Then, whether the time of the answer tells a name that has an account from one that has none.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import ranks, report
from benchmarks.crowd import Crowd
from benchmarks.guessers import NAME, PASSWORD, STRANGER, Guessers, Tries, guess
from benchmarks.load import Load, Outcome, seat
from benchmarks.servers import Running, loqui
from benchmarks.turns import Variant, addOptions, takeTurns

#: Bytes of a message, and messages a second.
SIZE = 64
RATE = 200.0

#: Options of a server that looks at every guess.
UNLIMITED = ("--max-guesses", "1000000")

#: What is to hold, with the limits: seconds to the owner's welcome, and the others' p99 latency beside that of
#: the same round without guesses. And how likely chance must be to make answers differ as much as they do.
WELCOME = 2.0
RATIO = 2.0
CHANCE = 0.001

#: Python that a server begins with, so that its hashing threads take as much of the processor as any other.
_NOT_NICE = "import threading, loqui.niceness; loqui.niceness.NiceThread = threading.Thread"


class During:
    """A source of so many messages a second for some seconds, and for as long as somebody guesses."""

    wait = 0.002

    def __init__(self, rate: float, seconds: float, guessers: Guessers | None) -> None:
        self._rate = rate
        self._seconds = seconds
        self._guessers = guessers
        self._total: int | None = None

    def due(self, elapsed: float, sent: int, seen: int) -> int:
        return 0 if self.isOver(elapsed, sent) else 1 + int(elapsed * self._rate) - sent

    def isOver(self, elapsed: float, sent: int) -> bool:
        return elapsed > self._seconds and (self._guessers is None or self._guessers.areDone)


@dataclass(frozen=True)
class Run:
    """
    One run.

    @ivar tries: what came of the guesses; None when there were none.
    @ivar outcome: of the others' chat.
    """

    name: str
    outcome: Outcome
    tries: Tries | None


@dataclass(frozen=True)
class Timings:
    """
    Seconds until the answer to a wrong password, and all that was answered.

    @ivar known: with the name of an account.
    @ivar unknown: with a name that has none.
    """

    known: list[float]
    unknown: list[float]
    answers: list[list[str]]


def observe(running: Running, name: str, options: argparse.Namespace, guesses: int) -> Run:
    """
    Let some talk, and others guess.

    @raise Trouble: when somebody is disconnected.
    """
    with Crowd(running.port, running.server.wire) as crowd:
        _register(crowd)
        listening, speakers = seat(crowd, options.members, SIZE)
        if not guesses:
            return Run(name, Load(crowd, listening, speakers, During(RATE, options.seconds, None)).run(), None)
        with Guessers(running.port, guesses, options.connections, options.seconds) as guessers:
            guessers.begin()
            outcome = Load(crowd, listening, speakers, During(RATE, 0.0, guessers)).run()
            return Run(name, outcome, guessers.result())


def timeAnswers(running: Running, count: int) -> Timings:
    """Time guesses at a name that has an account and at one that has none, in an order that chance makes."""
    with Crowd(running.port, running.server.wire) as crowd:
        _register(crowd)
        seconds: dict[str, list[float]] = {NAME: [], STRANGER: []}
        answers: dict[str, set[str]] = {NAME: set(), STRANGER: set()}
        chance = random.Random(5)
        for _ in range(count):
            for name in chance.sample((NAME, STRANGER), 2):
                took, answer = guess(running.port, name)
                seconds[name].append(took)
                answers[name].add(answer)
    return Timings(seconds[NAME], seconds[STRANGER], [sorted(answers[NAME]), sorted(answers[STRANGER])])


def main(arguments: Sequence[str]) -> int:
    """
    Run with and without, in turn, and print what was seen.

    @return: the exit status: 0 if nothing was lost and all held that is to hold.
    """
    options = _parser().parse_args(arguments)
    results, failures = takeTurns(_variants(options), options.rounds)
    names = Variant("names", loqui(*UNLIMITED), lambda running: timeAnswers(running, options.timings))
    timings, more = takeTurns([names], 1 if options.timings else 0)
    failures += more + _wrong(results) + [sentence for one in timings for sentence in _telling(one)]
    text = "\n".join([_table(results, options), *map(_ranked, timings)])
    report.publish(options.output / "guesses", text, [*results, *timings], failures)
    return 1 if failures else 0


def _variants(options: argparse.Namespace) -> list[Variant[Run]]:
    calm = ("--no-flood-limit",)
    ways = [
        ("nobody guesses", loqui(*calm), 0),
        ("limits", loqui(*calm), options.guesses),
        ("no limits", loqui(*calm, *UNLIMITED), options.guesses),
    ]
    if options.nice:
        ways.append(("no limits, not nice", loqui(*calm, *UNLIMITED, first=_NOT_NICE), options.guesses))
    return [
        Variant(name, server, lambda running, name=name, guesses=guesses: observe(running, name, options, guesses))
        for name, server, guesses in ways
    ]


def _register(crowd: Crowd) -> None:
    """Have somebody make an account, and stay."""
    owner = crowd.join([NAME])[0]
    owner.send(f"/register {PASSWORD}\r\n".encode())
    crowd.hush()


def _named(results: Sequence[Run]) -> dict[str, list[Run]]:
    return {name: [one for one in results if one.name == name] for name in dict.fromkeys(one.name for one in results)}


def _ratios(some: Sequence[Run], idle: Sequence[Run]) -> list[float]:
    """The p99 latencies beside those of the same round without guesses."""
    return [one.outcome.p99 / other.outcome.p99 for one, other in zip(some, idle, strict=False)]


def _wrong(results: Sequence[Run]) -> list[str]:
    found = [
        f"{one.name}: {one.outcome.lost} lost, {one.outcome.disorder} out of order"
        for one in results
        if not one.outcome.isSound
    ]
    named = _named(results)
    ratios = _ratios(named.get("limits", []), named.get("nobody guesses", []))
    if ratios and median(ratios) >= RATIO:
        found.append(f"others' p99 latency is {median(ratios):.2f} times what it is when nobody guesses")
    slowest = max((max(one.tries.logins) for one in named.get("limits", []) if one.tries), default=0.0)
    if slowest > WELCOME:
        found.append(f"the owner took {slowest:.1f} s to log in")
    return found


def _table(results: Sequence[Run], options: argparse.Namespace) -> str:
    named = _named(results)
    rows = []
    for name, some in named.items():
        tries = [one.tries for one in some if one.tries is not None]
        ratios = _ratios(some, named.get("nobody guesses", []))
        rows.append(
            [
                name,
                *(_counted(tries, kind) for kind in ("evaluated", "busy", "refused")),
                _spread([one.seconds for one in tries], ".1f"),
                _spread([login for one in tries for login in one.logins], ".2f"),
                _spread([one.outcome.p50 for one in some], ".2f"),
                _spread([one.outcome.p99 for one in some], ".2f"),
                _spread(ratios, ".2f") if tries else "1",
            ]
        )
    head = ["", "evaluated", "busy", "refused", "s", "owner in after s", "p50 ms", "p99 ms", "p99 / that of nobody"]
    what = (
        f"{options.guesses} guesses in {options.seconds:g} s or more on {options.connections} connections; "
        f"{options.members} members of the chat, {RATE:g} lines a second\n\n"
    )
    return what + report.tabulate(head, rows)


def _counted(tries: Sequence[Tries], kind: str) -> str:
    return _spread([one.answers.get(kind, 0) for one in tries], ".0f")


def _spread(values: Sequence[float], form: str) -> str:
    return report.spread(values, form) if values else "-"


def _ranked(timings: Timings) -> str:
    """What tells known names from unknown ones."""
    test = ranks.compare(timings.known, timings.unknown)
    known, unknown = (median(some) * 1000 for some in (timings.known, timings.unknown))
    return (
        f"{len(timings.known):,} wrong passwords each: median {known:.3f} ms for a name that has an account, "
        f"{unknown:.3f} ms for one that has none;\n"
        f"Mann-Whitney U = {test.u:.0f}, z = {test.z:.2f}, p = {test.p:.3f}; "
        f"answers: {timings.answers[0]} and {timings.answers[1]}\n"
    )


def _telling(timings: Timings) -> list[str]:
    found = []
    if timings.answers[0] != timings.answers[1]:
        found.append(f"names that have an account are answered otherwise: {timings.answers}")
    p = ranks.compare(timings.known, timings.unknown).p
    if p < CHANCE:
        found.append(f"the time of the answer tells which names have an account: p = {p:.2g}")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guesses", description=__doc__)
    parser.add_argument("--guesses", type=int, default=500, help="default: %(default)s")
    parser.add_argument("--connections", type=int, default=50, help="that guess; default: %(default)s")
    parser.add_argument("--members", type=int, default=100, help="of the chat; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=10.0, help="of chat and guesses; default: %(default)s")
    parser.add_argument("--timings", type=int, default=1000, help="of each kind of name; default: %(default)s")
    parser.add_argument("--nice", action="store_true", help="also without the niceness of the threads that hash")
    addOptions(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
