"""The command table: every word a client may say to the server, and what it does."""

from __future__ import annotations

import difflib
from collections.abc import Coroutine
from typing import Any

from loqui.chat import moderating, operating, people, registering, talking, visiting
from loqui.chat.command import Command, Context
from loqui.chat.drafts import END
from loqui.chat.hub import Hub
from loqui.chat.user import Session
from loqui.errors import LoquiError
from loqui.requests import Request

__all__ = ["COMMANDS", "GROUPS", "TABLE", "run"]


def run(hub: Hub, session: Session, request: Request, now: int) -> Coroutine[Any, Any, None] | None:
    """
    Do what a client asks for.

    @param now: UTC in milliseconds since the epoch.

    @return: what is to be finished before the client is heard again, if it takes time.

    @raise LoquiError: when it is refused.
    """
    user = session.user
    if user is None or session.left:
        return None  # It has left; what it said after that does not count.
    user.active = now
    if session.question is not None:
        answered, session.question = session.question, None
        return answered(request.arguments, now)
    if session.draft is not None:
        _addToDraft(session, request.arguments, now)
        return None
    context = Context(hub, session, user, now)
    if not request.command:
        context.happens(session.room.say(user, request.arguments, now))
        return None
    command = TABLE.get(request.command)
    if command is None:
        raise LoquiError("no-such-command", _didYouMean(request.command))
    if user.operates and command.inside:
        raise LoquiError("not-here", f"/{command.name} is for people who are here")
    return command.run(context, *command.split(request.arguments))


def _addToDraft(session: Session, line: str, now: int) -> None:
    draft = session.draft
    assert draft is not None
    if line == END:
        session.draft = None
        draft.finish(now)
    else:
        draft.add(line)


def _didYouMean(word: str) -> str:
    near = difflib.get_close_matches(word, TABLE, n=1)
    hint = f"; did you mean /{near[0]}?" if near else "; /help lists them."
    return f"no command /{word}{hint} To say it, begin with //"


def _help(context: Context, word: str) -> None:
    if word:
        command = TABLE.get(word.removeprefix("/").casefold())
        if command is None:
            raise LoquiError("no-such-command", _didYouMean(word.removeprefix("/")))
        context.notice(command.explanation)
        return
    lines = []
    for title, rows in GROUPS.items():
        lines += [f"{title}:", *(f"  {row.line} - {row.help} For example: {row.example}" for row in rows)]
    context.notice(*lines, "Anything else is said in the room you are talking in; /help NAME tells more.")


def _quit(context: Context) -> None:
    context.hub.leave(context.session, "", context.now)


#: The rows, as /help shows them.
GROUPS = {
    "Talking": talking.ROWS,
    "Rooms": visiting.ROWS,
    "Your private room": visiting.PRIVATE_ROWS,
    "People": people.ROWS,
    "Your account": registering.ROWS,
    "Keeping the peace, in your room or as an operator": moderating.ROWS,
    "Operators": operating.ROWS,
    "Loqui": (
        Command("help", "[NAME]", "Lists the commands, or explains one.", "/help msg", _help),
        Command("quit", "", "Leaves, as !DISCONNECT does.", "/quit", _quit, ("exit", "bye")),
    ),
}

COMMANDS = tuple(row for rows in GROUPS.values() for row in rows)

#: The table: every word that is understood, and its row.
TABLE: dict[str, Command] = {word: command for command in COMMANDS for word in (command.name, *command.aliases)}
