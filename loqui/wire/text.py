"""The text wire: lines for C{nc}, C{telnet}, scripts and people."""

from __future__ import annotations

import re

from loqui.errors import LoquiError
from loqui.requests import Request
from loqui.wire.cleaning import clean
from loqui.wire.lines import render

__all__ = [
    "COMMAND",
    "DISCONNECT",
    "MAX_LINE",
    "NAME_QUESTION",
    "NAME_REFUSED",
    "parse",
    "parseAnswer",
    "parseFirst",
    "parseName",
    "render",
]

#: Bytes in one line, without its end.
MAX_LINE = 4096

#: The line that leaves.
DISCONNECT = "!DISCONNECT"

#: How a refusal ends when another name would do; a client asks for one when it sees this.
NAME_REFUSED = "; connect again with another name"

#: What is asked of a client that says nothing; one that has sent its name need not answer.
NAME_QUESTION = "Your name:"

#: C{"/word"} followed by a blank or the end; C{"/etc/passwd"} and C{":-/"} are no commands.
COMMAND = re.compile(r"/(\w[^\s/]*)(?:\s+(.*))?", re.DOTALL)


def parse(line: bytes, limit: int = MAX_LINE, verbatim: bool = False) -> Request | None:
    """
    Read one line of a client that has its name; None for a line that is empty.

    @param line: bytes without the LF; a CR at the end belongs to the line end.
    @param limit: how many bytes a line may have.
    @param verbatim: whether the line is part of something, so that nothing is a command
        and an empty line counts.

    @raise LoquiError: with code C{too-long}.
    """
    line = line.removesuffix(b"\r")
    if not (line or verbatim):
        return None
    if len(line) > limit:
        raise LoquiError("too-long", f"too long: {len(line):,} bytes, the limit is {limit:,}")
    text = clean(line)
    if verbatim:
        return Request("", text)
    if text[0] != "/":
        return Request("quit") if text == DISCONNECT else Request("", text)
    if text.startswith("//"):
        return Request("", text[1:])
    command = COMMAND.fullmatch(text)
    if command is None:
        return Request("", text)
    return Request(command[1].casefold(), (command[2] or "").strip())


def parseName(line: bytes) -> str:
    """Read a name, not yet checked; empty when there is none."""
    return clean(line.removesuffix(b"\r")).strip()


def parseFirst(line: bytes) -> Request | None:
    """
    Read a client's first line; None for a line that is empty.

    @return: C{enter} with a name, not yet checked; or C{login} or C{register}, with what
        stands behind that.
    """
    text = parseName(line)
    word, _, rest = text.partition(" ")
    if word.casefold() in ("/login", "/register"):
        return Request(word[1:].casefold(), rest.strip())
    return Request("enter", text) if text else None


def parseAnswer(line: bytes) -> str:
    """Read what a client answers to a question: all of it."""
    return clean(line.removesuffix(b"\r"))
