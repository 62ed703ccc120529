"""How many wrong passwords may come from one address."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from loqui.durations import sayDuration
from loqui.errors import LoquiError
from loqui.networks import networkOf

__all__ = ["Guesses"]

#: Addresses of which something is known; of more, those that have been known longest are forgotten.
REMEMBERED = 10_000


@dataclass
class _Source:
    failures: deque[float] = field(default_factory=deque)
    pending: int = 0
    blockedUntil: float = 0.0


class Guesses:
    """
    Wrong passwords, by the IPv4 address or IPv6 /64 that they come from.

    Nobody is kept out of their account by what others try elsewhere.
    """

    def __init__(self, most: int, window: float, block: float, seconds: Callable[[], float]) -> None:
        """
        @param most: wrong passwords within the window after which no more are looked at.
        @param window: seconds.
        @param block: for how many seconds no more are looked at.
        @param seconds: a monotonic clock.
        """
        self._most = most
        self._window = window
        self._block = block
        self._seconds = seconds
        self._sources: dict[str, _Source] = {}

    def begin(self, host: str | None, isNew: bool = False) -> None:
        """
        A password is about to be looked at.

        @param isNew: whether it is to be somebody's, and so no guess.

        @raise LoquiError: with code C{too-many-guesses}, when it is not to be; with C{busy},
            when so many are being looked at that they may turn out to be too many, or
            leave no place for those from elsewhere.
        """
        network = networkOf(host) if host else None
        if network is None:
            return
        source = self._sources.get(network)
        if source is None:
            source = self._remember(network)
        now = self._seconds()
        if now < source.blockedUntil and not isNew:
            wait = sayDuration(int((source.blockedUntil - now) * 1000) + 499)
            raise LoquiError("too-many-guesses", f"too many wrong passwords from your address; try again in {wait}")
        while source.failures and source.failures[0] <= now - self._window:
            source.failures.popleft()
        if (0 if isNew else len(source.failures)) + source.pending >= self._most:
            raise LoquiError("busy", "busy, try again in a few seconds")
        source.pending += 1

    def end(self, host: str | None, failed: bool) -> None:
        """A password has been looked at."""
        source = self._sources.get(networkOf(host) or "") if host else None
        if source is None:
            return
        source.pending -= 1
        if failed:
            now = self._seconds()
            source.failures.append(now)
            if len(source.failures) >= self._most:
                source.blockedUntil = now + self._block
                source.failures.clear()

    def _remember(self, network: str) -> _Source:
        if len(self._sources) >= REMEMBERED:
            for old in [old for old, source in self._sources.items() if not source.pending][: REMEMBERED // 10]:
                del self._sources[old]
        source = self._sources[network] = _Source()
        return source
