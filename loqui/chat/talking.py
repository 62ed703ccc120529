"""Commands that say something."""

from __future__ import annotations

from loqui.chat.command import Command, Context
from loqui.chat.drafts import END, Draft
from loqui.chat.user import User
from loqui.errors import LoquiError
from loqui.events import Told

__all__ = ["ROWS"]


def _say(context: Context, room: str, text: str) -> None:
    context.happens(context.room(room).say(context.user, text, context.now))


def _act(context: Context, text: str) -> None:
    context.happens(context.room().act(context.user, text, context.now))


def _tell(context: Context, name: str, text: str) -> None:
    if name.startswith("#"):
        _say(context, name, text)
    else:
        _whisper(context, context.hub.find(name), text)


def _reply(context: Context, text: str) -> None:
    user = context.session.correspondent
    if user is None:
        raise LoquiError("no-such-user", "there is nobody to reply to; /msg NAME TEXT tells somebody something")
    _whisper(context, user, text)


def _whisper(context: Context, user: User, text: str) -> None:
    if context.hub.users.get(user.key) is not user:
        # Not to whoever has the name now.
        raise LoquiError("no-such-user", f"{user.name} has left and has not seen: {text}")
    context.hub.rooms.lobby.checkNotMuted(context.user, context.now, "not said")
    context.happens(Told(context.user.name, user.name, text, context.now))
    if user.away is not None:
        context.notice(f"{user.name} is away{f': {user.away}' if user.away else ''}")


def _paste(context: Context, where: str) -> None:
    session, room = context.session, context.session.room
    user = context.hub.find(where) if where and not where.startswith("#") else None
    if user is None and where:
        room = context.room(where)

    def say(text: str, now: int) -> None:
        later = Context(context.hub, session, context.user, now)
        if user is None:
            _say(later, room.name, text)
        else:
            _whisper(later, user, text)

    session.draft = Draft(say)
    context.notice(f"Paste now, to {user.name if user else room}: nothing is a command, until a line with only {END}")


ROWS = (
    Command("say", "[#ROOM] TEXT", "Says something, as a line without a slash does.", "/say #dev hello", _say),
    Command("me", "TEXT", "Says what you do.", "/me waves", _act),
    Command(
        "msg",
        "NAME TEXT",
        "Tells one person something in private; #ROOM for NAME says it there.",
        "/msg bob have you a minute?",
        _tell,
        ("m", "tell", "w"),
    ),
    Command("reply", "TEXT", "Answers in private who last told you something.", "/reply of course", _reply, ("r",)),
    Command(
        "paste",
        "[WHERE]",
        f"Says all lines up to one with only {END} as one message; WHERE is a #ROOM or a NAME.",
        "/paste",
        _paste,
        inside=True,
    ),
)
