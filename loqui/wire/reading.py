"""What a client makes of a text server's lines, and of those that it is to send."""

from __future__ import annotations

import re

from loqui.events import LOBBY
from loqui.wire.cleaning import clean
from loqui.wire.text import COMMAND, DISCONNECT

__all__ = [
    "LOBBY",
    "beginsPaste",
    "endsPaste",
    "entered",
    "isBusy",
    "isGoodbye",
    "isLeaving",
    "isNew",
    "isOfServer",
    "isSecret",
    "isWelcome",
    "joined",
    "left",
    "question",
    "read",
    "refusal",
    "renamed",
    "welcomed",
]

# No name has a blank, a comma, a semicolon or a slash in it; a topic, which comes last, may have anything.
_WELCOME = re.compile(r"\* Welcome to Loqui, (\S+)\. ")
_ENTERED = re.compile(
    r"\* (#\S+|The lobby) (?:is new, and yours|has [^/;]+ in it|has nobody else in it)\. What you type is said"
)
_LEFT = re.compile(r"\* You have left (#\S+); what you type is said in (?:the )?(#\S+|lobby)")
_RENAMED = re.compile(r"\* (\S+) is now (\S+)")
_JOIN = re.compile(r"/(?:join|j) +#?(\S+)", re.IGNORECASE)


def read(line: bytes) -> str:
    """Read one line of a server, whose word a client takes no more than the server takes a client's."""
    return clean(line.removesuffix(b"\r"))


def isWelcome(line: str) -> bool:
    """Whether a server's line says that the name is accepted."""
    return line.startswith("* Welcome")


def welcomed(line: str) -> str:
    """The name that a welcome is for."""
    match = _WELCOME.match(line)
    return match[1] if match else ""


def entered(line: str) -> str:
    """The room where, as a server's line says, what one types is said now; empty for any other line."""
    match = _ENTERED.match(line)
    return match[1].removeprefix("The ") if match else ""


def left(line: str) -> tuple[str, str] | None:
    """The room that one has left, as a server's line says, and where what one types is said now."""
    match = _LEFT.fullmatch(line)
    return (match[1], match[2]) if match else None


def renamed(line: str) -> tuple[str, str] | None:
    """Who has another name now, as a server's line says, and which."""
    match = _RENAMED.fullmatch(line)
    return (match[1], match[2]) if match else None


def joined(line: bytes) -> str:
    """The room that a client's line asks for; empty for any other line."""
    match = _JOIN.match(read(line))
    return f"#{match[1]}" if match else ""


def isGoodbye(line: str) -> bool:
    """Whether a server's line is the last one, after which everything has been said and heard."""
    return line.startswith("* Goodbye, ")


def refusal(line: str) -> str | None:
    """What a server's line refuses, in a sentence; None for any other line."""
    return line.removeprefix("! ") if line.startswith("! ") else None


def question(line: str) -> str | None:
    """What a server's line asks, whose answer is the client's next line; None for any other line."""
    return line.removeprefix("? ") if line.startswith("? ") else None


def isSecret(question: str) -> bool:
    """Whether nobody is to see the answer to a question."""
    return "password" in _wanted(question).casefold()


def isNew(question: str) -> bool:
    """Whether a question wants a password that nobody has had so far: a slip would become a part of it."""
    return _wanted(question).startswith(("Choose a password", "Password for "))


def isOfServer(question: str) -> bool:
    """Whether a question wants the password of the server itself, and not that of an account."""
    return _wanted(question).startswith("Password of ")


def isBusy(refusal: str) -> bool:
    """Whether what is refused with this sentence may be right, and is to be sent once more after some seconds."""
    return refusal.startswith("busy")


def isLeaving(line: bytes) -> bool:
    """Whether a client's line leaves; an answer it is not, lest it become somebody's password."""
    return line.removesuffix(b"\r") == DISCONNECT.encode()


def beginsPaste(line: bytes) -> bool:
    """Whether a client's line makes those behind it text, up to one that L{endsPaste}."""
    command = COMMAND.fullmatch(clean(line.removesuffix(b"\r")))
    return command is not None and command[1].casefold() == "paste"


def endsPaste(line: bytes) -> bool:
    """Whether a client's line is the one that ends a paste."""
    return line.removesuffix(b"\r") == b"."


def _wanted(question: str) -> str:
    """What a question asks for, without what it says before that; no name has a blank in it."""
    return question.rpartition(". ")[2]
