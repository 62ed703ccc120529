"""The text wire: lines for C{nc}, C{telnet}, scripts and people."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Union

from loqui.answers import Answer, Gathering, Goodbye, Notice, Past, Question, Refusal, Sent, Welcome
from loqui.errors import LoquiError
from loqui.events import LOBBY, Acted, Event, Joined, Left, Said, Told
from loqui.requests import Request
from loqui.wire.cleaning import clean

__all__ = [
    "DISCONNECT",
    "MAX_LINE",
    "NAME_REFUSED",
    "isGoodbye",
    "isWelcome",
    "parse",
    "parseName",
    "read",
    "refusal",
    "render",
]

#: Bytes in one line, without its end.
MAX_LINE = 4096

#: The line that leaves.
DISCONNECT = "!DISCONNECT"

#: How a refusal ends when another name would do; a client asks for one when it sees this.
NAME_REFUSED = "; connect again with another name"

# "/word" followed by a blank or the end; "/etc/passwd" and ":-/" are no commands.
_COMMAND = re.compile(r"/(\w[^\s/]*)(?:\s+(.*))?", re.DOTALL)


def parse(line: bytes, limit: int = MAX_LINE) -> Request | None:
    """
    Read one line of a client that has its name; None for a line that is empty.

    @param line: bytes without the LF; a CR at the end belongs to the line end.
    @param limit: how many bytes a line may have.

    @raise LoquiError: with code C{too-long}.
    """
    line = line.removesuffix(b"\r")
    if not line:
        return None
    if len(line) > limit:
        raise LoquiError("too-long", f"too long: {len(line):,} bytes, the limit is {limit:,}")
    text = clean(line)
    if text[0] != "/":
        return Request("quit") if text == DISCONNECT else Request("say", text)
    if text.startswith("//"):
        return Request("say", text[1:])
    command = _COMMAND.fullmatch(text)
    if command is None:
        return Request("say", text)
    return Request(command[1].casefold(), (command[2] or "").strip())


def parseName(line: bytes) -> str:
    """Read a client's first line: a name, not yet checked; empty when there is none."""
    return clean(line.removesuffix(b"\r")).strip()


def render(what: Event | Answer) -> bytes:
    """Write one event or answer as the line or lines a client sees, line ends included."""
    return f"{_WRITERS[type(what)](what)}\r\n".encode()


def read(line: bytes) -> str:
    """Read one line of a server, whose word a client takes no more than the server takes a client's."""
    return clean(line.removesuffix(b"\r"))


def isWelcome(line: str) -> bool:
    """Whether a server's line says that the name is accepted."""
    return line.startswith("* Welcome")


def isGoodbye(line: str) -> bool:
    """Whether a server's line is the last one, after which everything has been said and heard."""
    return line.startswith("* Goodbye, ")


def refusal(line: str) -> str | None:
    """What a server's line refuses, in a sentence; None for any other line."""
    return line.removeprefix("! ") if line.startswith("! ") else None


def _place(room: str) -> str:
    return "" if room == LOBBY else f"{room} "


def _said(event: Said) -> str:
    return f"{_place(event.room)}{event.name}: {event.text}"


def _acted(event: Acted) -> str:
    return f"{_place(event.room)}** {event.name} {event.text}"


def _told(event: Told) -> str:
    return f"[PM from {event.name}] {event.text}"


def _joined(event: Joined) -> str:
    return f"* {_place(event.room)}{event.name} has joined"


def _left(event: Left) -> str:
    why = f" ({event.why})" if event.why else ""
    return f"* {_place(event.room)}{event.name} has left{why}"


def _welcome(answer: Welcome) -> str:
    here = ", ".join(answer.here) + (f" and {answer.more:,} more" if answer.more else "")
    return (
        f"* Welcome to Loqui, {answer.name}. {f'Here: {here}.' if here else 'Nobody else is here.'} "
        f"/help lists the commands, {DISCONNECT} leaves."
    )


def _past(answer: Past) -> str:
    clock = time.strftime("%H:%M", time.localtime(answer.event.time / 1000))
    line = _WRITERS[type(answer.event)](answer.event)
    return f"* {clock} {line.removeprefix('* ')}"


def _gathering(answer: Gathering) -> str:
    more = answer.count - len(answer.names)
    names = ", ".join(answer.names) + (f" and {more:,} more" if more else "")
    return f"* {_place(answer.room)}{answer.count:,} people have {'joined' if answer.joined else 'left'}: {names}"


_WRITERS: dict[type[Union[Event, Answer]], Callable[[Any], str]] = {
    Said: _said,
    Acted: _acted,
    Told: _told,
    Joined: _joined,
    Left: _left,
    Welcome: _welcome,
    Goodbye: lambda answer: f"* Goodbye, {answer.name}.",
    Notice: lambda answer: f"* {answer.text}",
    Refusal: lambda answer: f"! {answer.text}",
    Question: lambda answer: f"? {answer.text}",
    Past: _past,
    Gathering: _gathering,
    Sent: lambda answer: f"[PM to {answer.event.to}] {answer.event.text}",
}
