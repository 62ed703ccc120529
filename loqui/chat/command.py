"""What a row of the command table is, and what its function is given."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from loqui.answers import Answer, Notice
from loqui.chat.hub import Hub
from loqui.chat.ports import Turn
from loqui.chat.room import Room
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import Announced, Event, Moderated

__all__ = ["Command", "Context"]

#: An argument that stands before the others, or is left out.
ROOM = "[#ROOM]"


@dataclass(frozen=True)
class Context:
    """Who asks for something, and when: milliseconds since the epoch."""

    hub: Hub
    session: Session
    user: User
    now: int

    def room(self, name: str = "") -> Room:
        """
        The room of that name, which they are in; the one they are talking in for no name.

        @raise LoquiError: with code C{not-in-room}.
        """
        return self.hub.rooms.of(self.user, name) if name else self.session.room

    def stillIn(self, room: Room) -> Room:
        """
        A room that they are in, as far as has been told: they may have been let in, and it could not be kept.

        @raise LoquiError: with code C{not-in-room}.
        """
        if self.user not in room.present and not self.user.operates:
            raise LoquiError("not-in-room", f"you are not in {room}; /join it first")
        return room

    def happens(self, *events: Event) -> None:
        """This has been accepted."""
        for event in events:
            self.hub.happens(event, self.session)
            if self.user.operates or self._isElsewhere(event):  # Who sees nothing of it otherwise.
                self._confirm(event)

    def answer(self, makeAnswer: Callable[[], Answer]) -> None:
        """
        Answer when all that was accepted before has been told.

        @param makeAnswer: called at that moment; it may raise a L{LoquiError}.
        """
        self.hub.inTurn(self.session, lambda telling: telling.tell(self.session, makeAnswer()))

    def answerAll(self, makeSentences: Callable[[], Iterable[str]]) -> None:
        """
        Answer with some sentences when all that was accepted before has been told.

        @param makeSentences: called at that moment.
        """
        self.hub.inTurn(self.session, lambda telling: telling.tell(self.session, *map(Notice, makeSentences())))

    def confirm(self, *sentences: str) -> None:
        """Answer with a line for each sentence, if what happened before could be kept."""

        self._confirm(*map(Notice, sentences))

    def ruled(self, name: str) -> Room:
        """
        The room of that name, or the one they are talking in for no name, in which they keep the peace.

        @raise LoquiError: with codes C{not-in-room} and C{not-owner}.
        """
        room = self.hub.rooms.find(name) if name else self.session.room
        if room is None or not room.isRuledBy(self.user):
            room = self.room(name)
            room.checkRuler(self.user)
        return room

    def naming(self, room: Room) -> str:
        """What stands before a name in a command, so that a room is meant: nothing, if they are talking there."""
        return "" if room is self.session.room else f"#{room.name.removeprefix('#')} "

    def _isElsewhere(self, event: Event) -> bool:
        """Whether they have kept the peace in a room that they are not in."""
        return isinstance(event, (Moderated, Announced)) and self.user not in self.hub.rooms.named(event.room).members

    def _confirm(self, *what: Event | Answer) -> None:
        self.hub.journal.append(Turn(lambda telling: telling.tell(self.session, *what), always=False), self.session)

    def notice(self, *sentences: str) -> None:
        """Answer with a line for each sentence, in its turn."""
        self.hub.inTurn(self.session, lambda telling: telling.tell(self.session, *map(Notice, sentences)))


@dataclass(frozen=True)
class Command:
    """
    One row of the table.

    @ivar name: the word, without the slash.
    @ivar usage: its arguments, as /help shows them: one word for each, or the words
        it may be with C{|} between them; optional ones in brackets. The last one takes
        the rest of the line; C{[#ROOM]} in the first place is there if what is written
        begins with C{#}.
    @ivar help: what it does, in one line.
    @ivar example: how it is used.
    @ivar aliases: other words for it.
    @ivar run: called with the context and the arguments, one string for each word of
        C{usage}; an optional one that is missing is empty. A coroutine that it returns is
        to be finished before the client is heard again.
    @ivar who: who may; empty for everybody.
    @ivar inside: whether it is only for people who are here, and not for C{loqui-admin}.
    """

    name: str
    usage: str
    help: str
    example: str
    run: Callable[..., Coroutine[Any, Any, None] | None]
    aliases: tuple[str, ...] = ()
    who: str = ""
    inside: bool = False

    @property
    def line(self) -> str:
        """The command with its arguments: C{/msg NAME TEXT}."""
        return f"/{self.name} {self.usage}".rstrip()

    @property
    def explanation(self) -> str:
        """All there is to say about it."""
        others = f"Also: {', '.join(f'/{alias}' for alias in self.aliases)}. " if self.aliases else ""
        may = f"For {self.who}. " if self.who else ""
        return f"{self.line} - {self.help} {may}{others}For example: {self.example}"

    def split(self, arguments: str) -> list[str]:
        """
        Take a line apart as C{usage} says.

        @raise LoquiError: with code C{usage}, when one is missing or there is one too many.
        """
        wanted = self.usage.split()
        room = []
        if wanted[:1] == [ROOM]:
            del wanted[0]
            if arguments.startswith("#"):
                name, *rest = arguments.split(None, 1)
                room, arguments = [name], "".join(rest)
            else:
                room = [""]
        if len(wanted) == 1 and arguments:
            return [*room, self._checked(wanted[0], arguments)]  # As it was typed, blanks and all.
        given = arguments.split(None, len(wanted) - 1) if wanted else []
        given = [self._checked(word, argument) for word, argument in zip(wanted, given, strict=False)]
        needed = sum(not word.startswith("[") for word in wanted)
        if len(given) < needed or (arguments and not wanted):
            raise self.misused()
        return [*room, *given, *[""] * (len(wanted) - len(given))]

    def _checked(self, word: str, argument: str) -> str:
        """An argument, folded where it is one of some words."""
        if "|" not in word:
            return argument
        if argument.casefold() not in word.split("|"):
            raise self.misused()
        return argument.casefold()

    def misused(self) -> LoquiError:
        """What to raise when the arguments make no sense."""
        return LoquiError("usage", f"usage: {self.line}, for example: {self.example}")
