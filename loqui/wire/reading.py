"""What a client makes of a text server's lines, and of those that it is to send."""

from __future__ import annotations

from loqui.wire.cleaning import clean
from loqui.wire.text import COMMAND, DISCONNECT

__all__ = [
    "beginsPaste",
    "endsPaste",
    "isBusy",
    "isGoodbye",
    "isLeaving",
    "isNew",
    "isOfServer",
    "isSecret",
    "isWelcome",
    "question",
    "read",
    "refusal",
]


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
