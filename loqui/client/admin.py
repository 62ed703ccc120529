"""C{loqui-admin}: commands to the server on this machine."""

from __future__ import annotations

import argparse
import getpass
import io
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from loqui import __version__

__all__ = ["main"]

#: Exit statuses.
DONE, REFUSED, UNREACHABLE = range(3)

#: Exit status of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130

#: Characters of an answer; no password has as many, so that a longer one is refused all the same.
MAX_ANSWER = 8192

#: What the server takes for bytes that are no text.
UNREADABLE = "\ufffd"

_DESCRIPTION = (
    "Speaks to the Loqui server that runs on this machine; without a command, reads some from a prompt. "
    "Every connection is that of an operator: who may read the state folder, may do anything."
)
_EXAMPLES = """\
examples:
  loqui-admin user add alice       makes an account; asks for the password
  loqui-admin op alice             makes alice an operator
  loqui-admin ban 192.0.2.7 2h     keeps an address out for two hours
  loqui-admin help                 lists all commands

exit status: 0 done, 1 refused, 2 no server
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    @return: the exit status.
    """
    parser = argparse.ArgumentParser(
        prog="loqui-admin",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Loqui {__version__}")
    parser.add_argument("--state", metavar="DIR", type=Path, help="state folder of the server, as its --state")
    parser.add_argument("--json", action="store_true", help="answer with one JSON object a line")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to do; help lists everything")
    options = parser.parse_args(arguments)
    path = (options.state or user_state_path("loqui")) / "admin.sock"
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # What is no text is for the server to refuse.
    try:
        link = _Link(path, options.json)
    except OSError as error:
        print(f"loqui-admin: no server answers at {path}: {error.strerror or error}", file=sys.stderr)
        return UNREACHABLE
    with link:
        try:
            return link.run(" ".join(options.command)) if options.command else _converse(link)
        except KeyboardInterrupt:
            print(file=sys.stderr)
            return INTERRUPTED
        except BrokenPipeError:  # Nobody reads what we print.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        except EOFError:
            print("loqui-admin: the server has ended the connection", file=sys.stderr)
            return UNREACHABLE


def _converse(link: _Link) -> int:
    """
    Commands from a prompt, until there are no more.

    @return: the exit status; from a terminal that of the last, otherwise the worst.
    """
    isTerminal = sys.stdin.isatty()
    if isTerminal:
        import readline  # noqa: F401 - so that input() has lines that can be edited
    status = DONE
    while True:
        try:
            line = input("loqui> " if isTerminal else "").strip()
        except (EOFError, KeyboardInterrupt):
            print(end="\n" if isTerminal else "")
            return status
        if line.lstrip("/") in ("quit", "exit", "bye"):
            return status
        if line:
            status = max(link.run(line), DONE if isTerminal else status)


class _Link:
    """A connection to the server."""

    def __init__(self, path: Path, isJson: bool) -> None:
        """
        @raise OSError: when there is no server.
        """
        self._isJson = isJson
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self._send("json" if isJson else "text")

    def __enter__(self) -> _Link:
        return self

    def __exit__(self, *exception: object) -> None:
        self._lines.close()
        self._socket.close()

    def run(self, command: str) -> int:
        """
        Have the server do something, and print what it answers.

        @return: the exit status.

        @raise EOFError: when the server is gone.
        """
        self._send(command)
        status = DONE
        while True:
            line = self._receive()
            kind, text = self._read(line)
            if kind == "end":
                return status
            if kind == "question":
                self._send(_askPassword(text))
                continue
            if kind == "error":
                status = REFUSED
            isForErrors = kind == "error" and not self._isJson
            print(line if self._isJson else text, file=sys.stderr if isForErrors else sys.stdout, flush=True)

    def _read(self, line: str) -> tuple[str, str]:
        """What kind of line it is, and what it says."""
        if self._isJson:
            value: dict[str, Any] = json.loads(line)
            return value["type"], value.get("text", "")
        if line == ".":
            return "end", ""
        kinds = {"! ": "error", "? ": "question", "* ": "notice"}
        kind = kinds.get(line[:2], "notice")
        return kind, line[2:] if line[:2] in kinds else line

    def _receive(self) -> str:
        try:
            line = self._lines.readline()
        except ConnectionError:
            line = b""
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def _send(self, line: str) -> None:
        try:
            self._socket.sendall(line.replace("\n", " ").encode("utf-8", "surrogateescape") + b"\n")
        except ConnectionError:
            raise EOFError from None


def _askPassword(question: str) -> str:
    """A new password: typed twice, and not shown; or a line of the standard input, when that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")[:MAX_ANSWER]
    try:
        while True:
            password = getpass.getpass(f"{question} ")
            if not password or getpass.getpass("Once more: ") == password:
                return password[:MAX_ANSWER]
            print("loqui-admin: these are not the same", file=sys.stderr)
    except EOFError:
        raise KeyboardInterrupt from None  # Ctrl-D: they do not want to.
    except UnicodeDecodeError:
        return UNREADABLE


if __name__ == "__main__":
    sys.exit(main())
