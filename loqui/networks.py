"""Addresses, and the networks that count as one."""

from __future__ import annotations

import ipaddress

__all__ = ["holdsFor", "isLoopback", "networkOf", "plainHost"]


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
    address = networkOf(host) if host else None
    if address is None:
        return False
    inner, outer = ipaddress.ip_network(address), ipaddress.ip_network(network)
    return inner.version == outer.version and inner.network_address in outer


def isLoopback(host: str) -> bool:
    """Whether an address is that of this machine, seen from itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
