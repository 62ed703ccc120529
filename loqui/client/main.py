"""The command C{loqui-connect}."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Sequence
from typing import Any

from twisted.application.internet import backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.stdio import StandardIO
from twisted.internet.task import react

from loqui import __version__
from loqui.client.address import DEFAULT_HOST, DEFAULT_PORT, parseAddress
from loqui.client.session import Visit
from loqui.client.stdio import Console
from loqui.client.terminal import Terminal
from loqui.signals import onStopSignals

__all__ = ["main", "parseArguments"]

#: Bytes that are read of a password; more than any may have.
MAX_PASSWORD = 4096


def parseArguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """
    Read the command line.

    @return: C{where} as it was written, C{host}, C{port}, C{name}, C{password}.

    @raise SystemExit: with status 2, when it cannot be understood.
    """
    parser = argparse.ArgumentParser(
        prog="loqui-connect",
        description="Join a Loqui chat. In a pipe, say every line of the input, wait for it to come back, and leave.",
        epilog="Exit status: 0 left, 1 could not connect or lost the connection, 2 wrong usage, "
        "3 name or password refused.",
    )
    parser.add_argument("where", metavar="HOST[:PORT]", nargs="?", default=f"{DEFAULT_HOST}:{DEFAULT_PORT}")
    parser.add_argument("-n", "--name", default="", help="without it you are asked; in a pipe the first line is it")
    parser.add_argument(
        "--password-file", metavar="FILE", help="its first line is the password; without it you are asked, if need be"
    )
    parser.add_argument("--version", action="version", version=f"loqui-connect {__version__}")
    arguments = parser.parse_args(argv)
    try:
        arguments.host, arguments.port = parseAddress(arguments.where)
    except ValueError as error:
        parser.error(str(error))
    if "\n" in arguments.name or (arguments.name and not arguments.name.strip()):
        parser.error("a name is one line, and not blank")
    try:
        arguments.password = _readPassword(arguments.password_file) if arguments.password_file else b""
    except (OSError, ValueError) as error:
        parser.error(f"--password-file {arguments.password_file}: {getattr(error, 'strerror', None) or error}")
    return arguments


def _readPassword(path: str) -> bytes:
    """
    The first line of a file; a remark if others can read it, who may not have been meant to.

    @raise OSError: when it cannot be read.
    @raise ValueError: when there is nothing in that line.
    """
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        password = file.readline(MAX_PASSWORD).rstrip(b"\r\n")
    if not password:
        raise ValueError("its first line is empty")
    if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_IRGRP | stat.S_IROTH):
        print(f"loqui-connect: others can read {path}; chmod 600 {path} keeps it to you", file=sys.stderr)
    return password


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command; ends with its exit status."""
    _openStandardFiles()
    arguments = parseArguments(argv)
    # They are shared with the shell, which does not expect to find them changed.
    blocking = {descriptor: os.get_blocking(descriptor) for descriptor in (0, 1)}
    try:
        react(_visit, (arguments,))
    finally:
        for descriptor, was in blocking.items():
            os.set_blocking(descriptor, was)


def _openStandardFiles() -> None:
    """Make sure that what we open later does not become standard input, if that is closed."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115


def _visit(reactor: Any, arguments: argparse.Namespace) -> Deferred[None]:
    return Deferred.fromCoroutine(_exitAfter(reactor, arguments))


async def _exitAfter(reactor: Any, arguments: argparse.Namespace) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    terminal = Terminal(0, reactor) if os.isatty(0) else None
    console = Console(terminal, encoding=encoding, together=os.isatty(0) and os.isatty(1) and os.isatty(2))
    endpoint = HostnameEndpoint(reactor, arguments.host, arguments.port)
    delays = backoffPolicy(initialDelay=1.0, maxDelay=60.0)
    name = os.fsencode(arguments.name)
    visit = Visit(console, endpoint, arguments.where, reactor, delays, name, arguments.password)
    onStopSignals(reactor, visit.interrupt)
    StandardIO(console, reactor=reactor)
    try:
        status = await visit.run()
        await console.finish()
    finally:
        if terminal is not None:
            terminal.show()
    raise SystemExit(status)
