"""Where a server is, as people write it."""

from __future__ import annotations

from twisted.internet.abstract import isIPv6Address

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "parseAddress"]

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 32973


def parseAddress(text: str) -> tuple[str, int]:
    """
    Read C{HOST}, C{HOST:PORT}, C{[IPV6]:PORT}, or a bare IPv6 address.

    @return: host and port.

    @raise ValueError: when it is none of these; its message is for people.
    """
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or not isIPv6Address(host):
            raise ValueError(f"{text}: an IPv6 address is written [ADDRESS]:PORT")
        port = rest[1:]
    elif isIPv6Address(text):
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"{text}: a port is a number from 1 to 65535")
    return host or DEFAULT_HOST, int(port) if port else DEFAULT_PORT
