"""Addresses, and the networks that count as one."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Union

__all__ = ["holdsFor", "isLoopback", "networkOf", "plainHost"]

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def plainHost(host: str | None) -> str | None:
    """An address without the wrapping of an IPv4 address in IPv6, and without a zone; None for none."""
    return (host or "").removeprefix("::ffff:").partition("%")[0] or None


def networkOf(text: str) -> str | None:
    """
    The network that is meant by an address or a network, or None for what is neither.

    An IPv6 address stands for its /64, which is what one household has; one that maps an
    IPv4 address, for that.
    """
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= 96:
            return str(ipaddress.ip_network((mapped, network.prefixlen - 96), strict=False))
        if network.prefixlen > 64:
            network = network.supernet(new_prefix=64)
    return str(network)


def holdsFor(network: str, host: str | None) -> bool:
    """Whether an address is in a network."""
    address = _addressOf(host) if host else None
    return address is not None and address in _read(network)


def isLoopback(host: str) -> bool:
    """Whether an address is that of this machine, seen from itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# A connection is compared with each ban, several times; there may be a thousand.


@lru_cache(1024)
def _addressOf(host: str) -> Address | None:
    network = networkOf(host)
    return _read(network).network_address if network is not None else None


@lru_cache(4096)
def _read(network: str) -> Network:
    return ipaddress.ip_network(network)
