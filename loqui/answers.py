"""What the server tells besides events; nothing here is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from loqui.events import Event, Told

__all__ = ["Answer", "Gathering", "Goodbye", "Notice", "Past", "Question", "Refusal", "Sent", "Welcome"]


@dataclass(frozen=True)
class Welcome:
    """You are in, under C{name}; C{here} are the first of the others, C{more} is how many are not listed."""

    name: str
    here: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class Goodbye:
    """You have left, and this is the last line."""

    name: str


@dataclass(frozen=True)
class Notice:
    """The server tells something, in one line."""

    text: str


@dataclass(frozen=True)
class Refusal:
    """What you asked for is refused: a code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True)
class Question:
    """The server wants an answer to C{text}."""

    text: str


@dataclass(frozen=True)
class Past:
    """An event from before you came, shown so that nobody takes it for a new one."""

    event: Event


@dataclass(frozen=True)
class Sent:
    """Your own direct message, echoed when it has gone out."""

    event: Told


@dataclass(frozen=True)
class Gathering:
    """
    Many have joined a room, or left it, within a second.

    @ivar joined: false when they have left.
    @ivar names: the first of them.
    @ivar count: how many they are.
    """

    room: str
    joined: bool
    names: tuple[str, ...]
    count: int


Answer = Union[Welcome, Goodbye, Notice, Refusal, Question, Past, Sent, Gathering]
