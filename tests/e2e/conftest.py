"""Nothing outlives its test."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.e2e.processes import Process


@pytest.fixture(autouse=True)
def noProcessIsLeft() -> Iterator[None]:
    """End what a failed test has left running."""
    yield
    while Process.running:
        Process.running.pop().signal(signal.SIGKILL)
