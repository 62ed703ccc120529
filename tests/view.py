"""What somebody is to see: one connection, what it waits for, and how values are compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from loqui.answers import Invitation, Notice, Past, Refusal, Sanctions, Welcome, Whois
from loqui.events import LOBBY, Acted, Event, Joined, Left, Said, Told
from tests.world import Person, fold

__all__ = ["NO", "TOKEN", "Entry", "Refused", "Task", "View", "notice", "plain"]

#: A word that is said once in all, so that it is known wherever it turns up.
TOKEN = re.compile(r"\bt\d+\b")

#: What waits for a password to be looked at, each time it yields.
Task = Iterator[None]

#: A code for making accounts, which may have such words in it.
_CODE = re.compile(r"\b\w{4}-\w{4}-\w{4}\b")

_COMINGS = (Joined, Left)
_WORDS = (Said, Acted, Told)

NO = Refusal("", "")


class Refused(Exception):
    """This is not allowed."""


def plain(what: Any) -> Any:
    """A value as it is compared: without sentences but for the tokens in them, and without the order of a crowd."""
    match what:
        case Refusal():
            return NO
        case Notice():
            return notice(_CODE.sub("", what.text))
        case Welcome():
            return replace(what, here=tuple(sorted(what.here)))
        case Whois():
            return replace(what, rooms=tuple(sorted(what.rooms)))
        case Sanctions():
            banned, muted = (tuple(sorted(some, key=lambda one: one.to)) for some in (what.banned, what.muted))
            return replace(what, banned=banned, muted=muted)
        case _:
            return what


def notice(text: str = "") -> Notice:
    """A notice, as it is compared."""
    return Notice(" ".join(TOKEN.findall(text)))


class View:
    """
    One connection.

    @ivar host: where it comes from.
    @ivar room: the key of the room where its lines are said.
    @ivar isIn: whether what comes from it counts.
    @ivar isOver: whether it is to see nothing more.
    @ivar held: what it is told after its welcome; None when it has been welcomed.
    @ivar question: what becomes of the next line, which is an answer.
    @ivar looked: how much had been said in a room, by key, when it last looked.
    @ivar lines: what it is to see, and has not been looked for yet.
    """

    def __init__(self, host: str | None = None) -> None:
        self.host = host
        self.person: Person | None = None
        self.room = self.before = LOBBY
        self.isIn = False
        self.isOver = False
        self.held: list[Any] | None = []
        self.ignored: set[str] = set()
        self.quiet = False
        self.correspondent: Person | None = None
        self.draft: tuple[Callable[[str], None], list[str]] | None = None
        self.question: Callable[[str], Task] | None = None
        self.looked: dict[str, int] = {}
        self.lines: list[Any] = []

    @property
    def isListening(self) -> bool:
        """Whether it has been welcomed and sees what happens."""
        return self.held is None and not self.isOver

    def wants(self, what: Any) -> bool:
        """Whether it is quiet, or ignores who said this."""
        if isinstance(what, Invitation):
            return fold(what.event.name) not in self.ignored
        event = what.event if isinstance(what, Past) else what
        if self.quiet and isinstance(event, _COMINGS):
            return False
        return not (isinstance(event, _WORDS) and fold(event.name) in self.ignored)

    def sees(self, *what: Any) -> None:
        """It is told something in turn."""
        if self.isListening:
            self.lines += [plain(one) for one in what if self.wants(one)]

    def hears(self, what: Any) -> None:
        """It is told something at once."""
        if self.isOver:
            return
        if self.isListening or self.person is None:
            self.lines.append(plain(what))
        elif self.held is not None:
            self.held.append(what)

    def ends(self) -> None:
        """It has seen its last."""
        self.isIn, self.isOver, self.draft = False, True, None


@dataclass(eq=False)
class Entry:
    """
    Something that is pending.

    @ivar what: an event, or what gives an answer when it is its turn.
    @ivar view: who asked for it.
    @ivar to: whom it is told to, or who is invited.
    @ivar isPromised: whether it could not be kept before.
    @ivar always: whether an answer is given, too, when what was before it could not be kept.
    """

    what: Event | Callable[[], list[Any]]
    view: View | None = None
    to: Person | None = None
    isPromised: bool = False
    always: bool = True

    @property
    def person(self) -> Person | None:
        """Whose doing it is."""
        return self.view.person if self.view else None
