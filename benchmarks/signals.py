"""What ends a benchmark ends it in order, so that no server is left behind."""

from __future__ import annotations

import signal
from types import FrameType

__all__ = ["endOnSignals"]


def endOnSignals() -> None:
    """Have SIGTERM and SIGHUP do what Control-C does."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
