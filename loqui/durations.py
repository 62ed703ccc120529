"""Spans of time, as people write and read them: C{90s 10m 2h 3d}."""

from __future__ import annotations

import re

__all__ = ["isDuration", "parseDuration", "sayDuration"]

_UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")


def isDuration(word: str) -> bool:
    """Whether a word is a span of time."""
    return _DURATION.fullmatch(word) is not None


def parseDuration(word: str) -> int:
    """
    Milliseconds in a span of time.

    @raise ValueError: when it is none.
    """
    match = _DURATION.fullmatch(word)
    if match is None:
        raise ValueError(f"{word} is not a span of time like 90s, 10m, 2h or 3d")
    return int(match[1]) * _UNITS[match[2]]


def sayDuration(milliseconds: int) -> str:
    """A span of time for people, in whole units: C{"2 h"}."""
    seconds = round(max(0, milliseconds) / 1000)
    minutes = round(seconds / 60)
    hours = round(minutes / 60)
    if seconds < 120:
        return f"{seconds} s"
    if minutes < 120:
        return f"{minutes} min"
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"
