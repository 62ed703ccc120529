"""The bounds of what one client, one address and all together may take."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Union

from loqui.errors import LoquiError

__all__ = ["Doorkeeper", "Limits", "LineBudget", "Network"]

#: Addresses of which is known how often they come; of more, those that have been known longest are forgotten.
REMEMBERED = 10_000

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


@dataclass(frozen=True)
class Limits:
    """
    What one connection may do; 0 for C{flood} means as fast as it likes.

    @ivar line: bytes in one line.
    @ivar unended: bytes without a line end before the connection is closed.
    @ivar nameTimeout: seconds until a name must have come.
    @ivar nameBytes: bytes that may come before the name has ended.
    @ivar prompt: seconds of silence before we ask for the name.
    @ivar burst: lines that may come at once.
    @ivar flood: lines a second after that.
    """

    line: int = 4096
    unended: int = 64 * 1024
    nameTimeout: float = 60.0
    nameBytes: int = 4096
    prompt: float = 2.0
    burst: int = 10
    flood: float = 5.0


class LineBudget:
    """
    How many lines somebody may still send: some at once, then so many a second.

    This is the token bucket of RFC 2697, with lines for bytes.
    """

    __slots__ = ("_asOf", "_burst", "_left", "_rate", "_seconds")

    def __init__(self, burst: int, rate: float, seconds: Callable[[], float]) -> None:
        """
        @param rate: lines a second; 0 for any number.
        @param seconds: a monotonic clock.
        """
        self._burst = burst
        self._rate = rate
        self._seconds = seconds
        self._left = float(burst)
        self._asOf = seconds()

    def spend(self, cost: float = 1.0) -> float:
        """
        Count one line, or what counts as a part of one.

        @return: seconds until the next one may come: 0.0 if it may come now.
        """
        if not self._rate:
            return 0.0
        now = self._seconds()
        self._left = min(self._burst, self._left + (now - self._asOf) * self._rate) - cost
        self._asOf = now
        return max(0.0, (1 - self._left) / self._rate)


class Doorkeeper:
    """
    Counts connections, and refuses those that are too many, or come too often.

    @ivar refused: how many were refused, by code.
    """

    def __init__(
        self,
        most: int,
        anAddress: int,
        trusted: Sequence[Network] = (),
        newBudget: Callable[[], LineBudget] | None = None,
    ) -> None:
        """
        @param most: connections in all.
        @param anAddress: connections from one IPv4 address or IPv6 /64 network.
        @param trusted: networks which that does not hold for; loopback is always one.
        @param newBudget: makes what says how often one address may connect, with connections
            for lines: otherwise who connects again could say as much at once as before. None for any.
        """
        self.most = most
        self.anAddress = anAddress
        self.trusted = trusted
        self.refused: Counter[str] = Counter()
        self._newBudget = newBudget
        self._budgets: dict[str, LineBudget] = {}
        self._inside: Counter[str] = Counter()
        self._count = 0

    def admit(self, host: str | None) -> str:
        """
        Let a connection in.

        @param host: an IP address, or None for a connection that comes from no network.

        @return: what to give to L{release} when it is gone.

        @raise LoquiError: with code C{full} or C{too-many-connections}.
        """
        if self._count >= self.most:
            raise self._refusal("full", "server is full")
        source = self._source(host)
        if source and (self._inside[source] >= self.anAddress or self._comesTooOften(source)):
            raise self._refusal("too-many-connections", "too many connections from your address")
        self._count += 1
        self._inside[source] += 1
        return source

    @property
    def count(self) -> int:
        """How many connections there are."""
        return self._count

    def release(self, source: str) -> None:
        """A connection is gone."""
        self._count -= 1
        self._inside[source] -= 1
        if not self._inside[source]:
            del self._inside[source]

    def _comesTooOften(self, source: str) -> bool:
        if self._newBudget is None:
            return False
        budget = self._budgets.get(source)
        if budget is None:
            if len(self._budgets) >= REMEMBERED:
                for old in list(self._budgets)[: REMEMBERED // 10]:
                    del self._budgets[old]
            budget = self._budgets[source] = self._newBudget()
        if budget.spend(0.0):
            return True  # This one is not counted, lest who comes too often be kept out for ever.
        budget.spend()
        return False

    def _refusal(self, code: str, sentence: str) -> LoquiError:
        self.refused[code] += 1
        return LoquiError(code, sentence)

    def _source(self, host: str | None) -> str:
        """What counts as one address; empty for what is not counted."""
        try:
            address = ipaddress.ip_address((host or "").partition("%")[0])
        except ValueError:
            return ""
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if address.is_loopback or any(address in network for network in self.trusted):
            return ""
        if address.version == 6:
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)
