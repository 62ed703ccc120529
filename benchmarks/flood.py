"""
Somebody who sends at full speed, beside the same run without: C{python -m benchmarks.flood}.

The flood limit is on, but allows more lines a second than by default, or it would take very
long until all that the flooder has sent is said.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import report
from benchmarks.crowd import Crowd
from benchmarks.load import Load, Outcome, Paced, Pour, Speaker, seat
from benchmarks.servers import Running, loqui
from benchmarks.turns import Variant, addOptions, takeTurns

#: Bytes of a message, and of one of the flooder's: enough of them to fill every buffer on the way.
SIZE = 64
FLOODED_SIZE = 4000

#: Lines a second that all others say together: each stays below the limit.
RATE = 80.0


@dataclass(frozen=True)
class Run:
    """
    One run.

    @ivar flooded: how many lines the flooder has sent.
    @ivar outcome: latency is that of the others' lines; losses and order are everybody's.
    """

    flooded: int
    outcome: Outcome


def observe(running: Running, members: int, lines: int, seconds: float) -> Run:
    """
    Let some talk, and one flood.

    @raise Trouble: when somebody is disconnected.
    """
    with Crowd(running.port, running.server.wire) as crowd:
        flooder = Speaker(crowd.join(["flooder"])[0], 1000, FLOODED_SIZE)
        listening, speakers = seat(crowd, members, SIZE)
        load = Load(crowd, listening, speakers, Paced(RATE, int(RATE * seconds)))
        return Run(lines, load.run(Pour(flooder, lines) if lines else None))


def main(arguments: Sequence[str]) -> int:
    """
    Run with and without, in turn, and print what was seen.

    @return: the exit status: 0 if nothing was lost or out of order, of the flooder's neither.
    """
    options = _parser().parse_args(arguments)
    variants = [_variant(lines, options) for lines in (0, int(options.flood_rate * options.seconds))]
    results, failures = takeTurns(variants, options.rounds)
    failures += [
        f"{one.flooded} lines flooded: {one.outcome.lost} lost, {one.outcome.disorder} out of order"
        for one in results
        if not one.outcome.isSound
    ]
    report.publish(options.output / "flood", _table(results, options), results, failures)
    return 1 if failures else 0


def _variant(lines: int, options: argparse.Namespace) -> Variant[Run]:
    return Variant(
        f"{lines} lines flooded",
        loqui("--flood-rate", str(options.flood_rate)),
        lambda running: observe(running, options.members, lines, options.seconds),
    )


def _table(results: Sequence[Run], options: argparse.Namespace) -> str:
    rows = []
    for flooded in dict.fromkeys(one.flooded for one in results):
        some = [one.outcome for one in results if one.flooded == flooded]
        rows.append(
            [
                str(flooded),
                report.spread([one.p50 for one in some], ".2f"),
                report.spread([one.p99 for one in some], ".2f"),
                report.spread([one.seconds for one in some], ".1f"),
                str(sum(one.lost for one in some)),
                str(sum(one.disorder for one in some)),
            ]
        )
    head = ["lines flooded", "others' p50 ms", "others' p99 ms", "until all was said, s", "lost", "disorder"]
    what = f"{options.members} members, {RATE:g} lines a second by others; --flood-rate {options.flood_rate:g}\n\n"
    return what + report.tabulate(head, rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flood", description=__doc__)
    parser.add_argument("--members", type=int, default=100, help="default: %(default)s")
    parser.add_argument("--flood-rate", type=float, default=50.0, help="the server's; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=20.0, help="of one run, about; default: %(default)s")
    addOptions(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
