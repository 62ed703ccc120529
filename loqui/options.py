"""What can be set when the daemon starts: C{twistd -n loqui --help} prints it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from platformdirs import user_state_path
from twisted.cred.credentials import IUsernamePassword
from twisted.cred.strcred import AuthOptionMixin
from twisted.python import usage

from loqui import __version__
from loqui.errors import StartError

__all__ = ["Options"]

_UNITS = {"K": 1024, "M": 1024 * 1024}


def count(text: str) -> int:
    """
    Read a number that is 0 or more.

    @raise ValueError: when it is not.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValueError(f"{text} is not a number of 0 or more, and at most 15 digits")
    return int(text)


def amount(text: str) -> int:
    """
    Read a number of 1 or more; C{64K} is 64 times 1,024 and C{1M} 1,024 times as much.

    @raise ValueError: when it is not one.
    """
    unit = _UNITS.get(text[-1:].upper())
    number = count(text[:-1] if unit else text) * (unit or 1)
    if not number:
        raise ValueError("0 is not a number of 1 or more")
    return number


def seconds(text: str) -> float:
    """
    Read a number of seconds above 0.

    @raise ValueError: when it is not one.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError(f"{text} is not a number above 0")
    return number


def oneOf(*words: str) -> Callable[[str], str]:
    """Make what reads one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text} is none of {', '.join(words)}")
        return text

    return read


class Options(usage.Options, AuthOptionMixin):
    """The options of C{twistd loqui}."""

    supportedInterfaces = (IUsernamePassword,)

    longdesc = (
        "Starts a chat server that anybody can join with: nc HOST 32973. "
        "No option is needed. Sizes may be given as 64K or 1M."
    )

    optParameters = [
        ["state", "s", None, f"Folder that keeps what was said. [default: {user_state_path('loqui')}]", Path],
        ["motd", "m", None, "Text file that is shown to everybody who joins."],
        ["backlog", "b", 20, "Past events shown to who joins; 0 for none.", count],
        ["max-line", None, 4096, "Bytes in one line.", amount],
        ["max-unended", None, 65536, "Bytes without a line end that end a connection.", amount],
        ["name-timeout", None, 60.0, "Seconds until a name must have come.", seconds],
        ["max-name-bytes", None, 4096, "Bytes in which a name must have come.", amount],
        ["max-connections", None, 10000, "Connections in all; fewer if the open-file limit is lower.", amount],
        ["max-per-address", None, 32, "Connections from one address, or one IPv6 /64.", amount],
        ["connect-burst", None, 64, "Connections that may come from one address at once.", amount],
        ["connect-rate", None, 1.0, "Connections a second from one address after --connect-burst.", seconds],
        ["flood-burst", None, 10, "Lines that somebody may send at once.", amount],
        ["flood-rate", None, 5.0, "Lines a second after --flood-burst; the rest is delayed.", seconds],
        ["max-unsent", None, 1048576, "Bytes that may wait for one client.", amount],
        [
            "max-unsent-slack",
            None,
            262144,
            "Bytes that may wait for one client for longer than --unsent-patience.",
            amount,
        ],
        ["unsent-patience", None, 30.0, "Seconds for which more than --max-unsent-slack may wait.", seconds],
        ["max-unsent-total", None, 268435456, "Bytes that may wait for all clients.", amount],
        ["access", None, "open", "Who may come in: open, registered or closed.", oneOf("open", "registered", "closed")],
        ["password-file", None, None, "File with a password that everybody without an account must know."],
        [
            "max-guesses",
            None,
            10,
            "Wrong passwords from one address within --guess-window before it is blocked.",
            amount,
        ],
        ["guess-window", None, 600.0, "Seconds within which --max-guesses count.", seconds],
        ["guess-block", None, 900.0, "Seconds for which an address is blocked after --max-guesses.", seconds],
    ]

    optFlags = [
        ["no-flood-limit", None, "Let everybody send as fast as they can."],
        ["allow-plaintext-passwords", None, "Take passwords over unencrypted connections from other machines."],
    ]

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []
        self["trust"] = []

    def opt_version(self) -> None:
        """Print the version and exit."""
        print(f"Loqui {__version__}")
        raise SystemExit(0)

    def opt_listen(self, endpoint: str) -> None:
        """Endpoint string of where to listen; may be given several times. [default: port 32973 everywhere]"""
        self["listen"].append(endpoint)

    def opt_trust(self, network: str) -> None:
        """Network (10.0.0.0/8) whose addresses may have any number of connections; may be given several times."""
        try:
            self["trust"].append(ipaddress.ip_network(network))
        except ValueError as error:
            raise usage.UsageError(f"--trust {network}: {error}") from error

    opt_l = opt_listen

    def parseArgs(self, *arguments: str) -> None:
        """
        @raise usage.UsageError: when there is anything that is no option.
        """
        if arguments:
            raise usage.UsageError(f"{arguments[0]}: only options are understood")

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """
        Read the command line.

        @raise StartError: when it cannot be understood. C{twistd} would print all of
            its own help before our sentence.
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            raise StartError(f"loqui: {_oneLine(error)}; see twistd loqui --help") from error

    def postOptions(self) -> None:
        """
        Fill in what depends on where we are.

        @raise usage.UsageError: when the message of the day cannot be read.
        """
        if self["state"] is None:
            self["state"] = user_state_path("loqui")
        self["motd"] = _read("--motd", self["motd"]) if self["motd"] else []
        self["gate"] = self._gate()

    def _gate(self) -> str:
        """The password of the server: the first line of its file; empty for none."""
        path = self["password-file"]
        if not path:
            return ""
        lines = _read("--password-file", path)
        try:
            password = lines[0].decode() if lines else ""
        except UnicodeDecodeError as error:
            raise usage.UsageError(f"--password-file {path}: not UTF-8") from error
        if not password:
            raise usage.UsageError(f"--password-file {path}: its first line is empty")
        return password


def _read(option: str, path: str) -> list[bytes]:
    try:
        return Path(path).read_bytes().splitlines()
    except OSError as error:
        raise usage.UsageError(f"{option} {path}: {error.strerror}") from error


def _oneLine(error: Any) -> str:
    return " ".join(str(error).removeprefix("Parameter type enforcement failed: ").split())
