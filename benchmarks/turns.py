"""Runs that are compared: one after the other, in turn, several times."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks import machine
from benchmarks.crowd import Trouble
from benchmarks.servers import Running, Server
from benchmarks.signals import endOnSignals

__all__ = ["Variant", "addOptions", "takeTurns"]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Variant(Generic[Result]):
    """One way of running a server, and what is done with it."""

    name: str
    server: Server
    observe: Callable[[Running], Result]


def takeTurns(variants: Sequence[Variant[Result]], rounds: int) -> tuple[list[Result], list[str]]:
    """
    Run every variant once in each round, and in the other order in every other round.

    @return: what was observed, and a sentence for everything that went wrong.
    """
    endOnSignals()
    machine.raiseFileLimit()
    serverCore, loadCore = machine.cores()
    machine.pin(loadCore)
    results: list[Result] = []
    failures: list[str] = []
    try:
        for number in range(rounds):
            for variant in variants[:: -1 if number % 2 else 1]:
                _run(variant, serverCore, results, failures)
    except KeyboardInterrupt:
        failures.append("interrupted")
    return results, failures


def addOptions(parser: argparse.ArgumentParser) -> None:
    """Let it be said how many rounds there are, and where the results go."""
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=Path("build/benchmarks"), help="folder; default: %(default)s")


def _run(variant: Variant[Result], core: int | None, results: list[Result], failures: list[str]) -> None:
    try:
        with variant.server.run(core) as running:
            results.append(variant.observe(running))
    except (Trouble, RuntimeError, OSError) as trouble:
        failures.append(f"{variant.name}: {trouble}")
