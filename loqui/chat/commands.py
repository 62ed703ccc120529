"""The command table: every word a client may say to the server, and what it does."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from loqui.answers import Notice
from loqui.chat.hub import Hub
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import Told
from loqui.requests import Request

__all__ = ["COMMANDS", "TABLE", "Command", "Context", "run"]

#: How many names /who puts in one line.
NAMES_IN_A_LINE = 20


@dataclass(frozen=True)
class Context:
    """Who asks for something, where, and when: milliseconds since the epoch."""

    hub: Hub
    session: Session
    user: User
    now: int


@dataclass(frozen=True)
class Command:
    """
    One row of the table.

    @ivar name: the word, without the slash.
    @ivar usage: its arguments, as /help shows them: one word for each; optional
        ones in brackets. The last one takes the rest of the line.
    @ivar help: what it does, in one line.
    @ivar example: how it is used.
    @ivar aliases: other words for it.
    @ivar run: called with the context and the arguments, one string for each word of
        C{usage}; an optional one that is missing is empty.
    """

    name: str
    usage: str
    help: str
    example: str
    run: Callable[..., None]
    aliases: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The command with its arguments: C{/msg NAME TEXT}."""
        return f"/{self.name} {self.usage}".rstrip()

    @property
    def explanation(self) -> str:
        """All there is to say about it."""
        others = f"Also: {', '.join(f'/{alias}' for alias in self.aliases)}. " if self.aliases else ""
        return f"{self.line} - {self.help} {others}For example: {self.example}"

    def split(self, arguments: str) -> list[str]:
        """
        Take a line apart as C{usage} says.

        @raise LoquiError: with code C{usage}, when one is missing or there is one too many.
        """
        wanted = self.usage.split()
        if len(wanted) == 1 and arguments:
            return [arguments]  # As it was typed, blanks and all.
        given = arguments.split(None, len(wanted) - 1) if wanted else []
        needed = sum(not word.startswith("[") for word in wanted)
        if len(given) < needed or (arguments and not wanted):
            raise LoquiError("usage", f"usage: {self.line}, for example: {self.example}")
        return given + [""] * (len(wanted) - len(given))


def run(hub: Hub, session: Session, request: Request, now: int) -> None:
    """
    Do what a client asks for.

    @param now: UTC in milliseconds since the epoch.

    @raise LoquiError: when it is refused.
    """
    if session.user is None:
        return  # It has left; what it said after that does not count.
    command = TABLE.get(request.command)
    if command is None:
        raise LoquiError("no-such-command", _didYouMean(request.command))
    context = Context(hub, session, session.user, now)
    command.run(context, *command.split(request.arguments))


def _didYouMean(word: str) -> str:
    near = difflib.get_close_matches(word, TABLE, n=1)
    hint = f"; did you mean /{near[0]}?" if near else "; /help lists them."
    return f"no command /{word}{hint} To say it, begin with //"


def _say(context: Context, text: str) -> None:
    context.hub.journal.append(context.hub.lobby.say(context.user, text, context.now), context.session)


def _act(context: Context, text: str) -> None:
    context.hub.journal.append(context.hub.lobby.act(context.user, text, context.now), context.session)


def _tell(context: Context, name: str, text: str) -> None:
    told = Told(context.user.name, context.hub.find(name).name, text, context.now)
    context.hub.journal.append(told, context.session)


def _who(context: Context) -> None:
    names = [user.name for user in context.hub.lobby.members.values()]
    lines = [", ".join(names[at : at + NAMES_IN_A_LINE]) for at in range(0, len(names), NAMES_IN_A_LINE)]
    lines[0] = f"Here ({len(names):,}): {lines[0]}"
    context.session.tell(*map(Notice, lines))


def _help(context: Context, word: str) -> None:
    if not word:
        rows = [Notice(f"{command.line} - {command.help}") for command in COMMANDS]
        context.session.tell(*rows, Notice("Anything else is said to everyone; /help NAME shows an example."))
        return
    command = TABLE.get(word.removeprefix("/").casefold())
    if command is None:
        raise LoquiError("no-such-command", _didYouMean(word.removeprefix("/")))
    context.session.tell(Notice(command.explanation))


def _quit(context: Context) -> None:
    context.hub.leave(context.session, "", context.now)


COMMANDS = (
    Command("say", "TEXT", "Says something to everyone, as a line without a slash does.", "/say hello", _say),
    Command("me", "TEXT", "Says what you do.", "/me waves", _act),
    Command(
        "msg",
        "NAME TEXT",
        "Tells one person something in private.",
        "/msg bob have you a minute?",
        _tell,
        ("m", "tell", "w"),
    ),
    Command("who", "", "Lists who is here.", "/who", _who, ("names",)),
    Command("help", "[NAME]", "Lists the commands, or explains one.", "/help msg", _help),
    Command("quit", "", "Leaves, as !DISCONNECT does.", "/quit", _quit, ("exit", "bye")),
)

#: The table: every word that is understood, and its row.
TABLE: dict[str, Command] = {word: command for command in COMMANDS for word in (command.name, *command.aliases)}
