"""Commands about people: oneself and others."""

from __future__ import annotations

from loqui.answers import Answer, Notice, Whois
from loqui.chat.command import Command, Context
from loqui.chat.user import User
from loqui.errors import LoquiError
from loqui.names import keyOrNone, nameKey

__all__ = ["ROWS"]

#: Characters in the reason for being away.
MAX_AWAY = 100

#: How many people one session can ignore.
MAX_IGNORED = 100


def _whois(context: Context, name: str) -> None:
    user = context.hub.find(name)
    context.answer(lambda: _describe(context, user, name))


def _describe(context: Context, user: User, name: str) -> Answer:
    if context.hub.audience.present.get(user.shown) is not user:
        raise LoquiError("no-such-user", f"{name} is not here; /who shows who is")
    lobby = context.hub.rooms.lobby
    hosts = [session.host or "this machine" for session in user.sessions] if lobby.isRuledBy(context.user) else []
    return Whois(
        user.shown,
        user.since,
        max(0, context.now - user.active),
        user.away,
        tuple(room.name for room in user.seats if room in context.user.seats),
        user.registered,
        lobby.isRuledBy(user),
        tuple(dict.fromkeys(hosts)),
    )


def _nick(context: Context, name: str) -> None:
    context.hub.rename(context.session, context.user, name, context.now)


def _away(context: Context, why: str) -> None:
    if len(why) > MAX_AWAY:
        raise LoquiError("too-long", f"a reason has at most {MAX_AWAY} characters, this has {len(why):,}")
    if why:
        context.hub.rooms.lobby.checkNotMuted(context.user, context.now)
    context.user.away = why
    context.notice("You are away, and who tells you something in private is told so; /back ends that")


def _back(context: Context) -> None:
    if context.user.away is None:
        raise LoquiError("no-change", "you are not away")
    context.user.away = None
    context.notice("You are back")


# Whom somebody ignores changes in turn, as names do: somebody else may have had this one a moment before.


def _ignore(context: Context, name: str) -> None:
    if not name:
        context.answer(lambda: Notice(f"You ignore {', '.join(sorted(context.session.ignored)) or 'nobody'}"))
        return
    user = context.hub.find(name)
    if user is context.user:
        raise LoquiError("no-change", "you cannot ignore yourself")
    context.answer(lambda: _ignored(context, user, name))


def _ignored(context: Context, user: User, name: str) -> Answer:
    session, audience = context.session, context.hub.audience
    if audience.present.get(user.shown) is not user:
        raise LoquiError("no-such-user", f"{name} is not here; /who shows who is")
    if len(session.ignored) >= MAX_IGNORED:
        raise LoquiError("too-many-ignored", f"you ignore {MAX_IGNORED} people; /unignore one first")
    audience.ignore(session, session.ignored | {nameKey(user.shown)})
    return Notice(
        f"You see nothing of what {user.shown} says, as long as you are here; /unignore {user.shown} ends that"
    )


def _unignore(context: Context, name: str) -> None:
    context.answer(lambda: _unignored(context, name))


def _unignored(context: Context, name: str) -> Answer:
    session, key = context.session, keyOrNone(name)
    if key is None or key not in session.ignored:
        raise LoquiError("no-change", f"you do not ignore {name}; /ignore shows whom you do")
    context.hub.audience.ignore(session, session.ignored - {key})
    return Notice(f"You see what {name} says again")


def _quiet(context: Context, switch: str) -> None:
    isQuiet = switch == "on"
    context.hub.audience.quiet(context.session, isQuiet)
    context.notice("You do not see who comes and goes" if isQuiet else "You see who comes and goes")


ROWS = (
    Command(
        "nick", "NAME", "Changes your name; the old one is free at once.", "/nick alicia", _nick, ("name",), inside=True
    ),
    Command("whois", "NAME", "Says who somebody is, and what rooms you share.", "/whois bob", _whois),
    Command("away", "[WHY]", "Says that you do not answer.", "/away lunch", _away, inside=True),
    Command("back", "", "Says that you answer again.", "/back", _back, inside=True),
    Command("ignore", "[NAME]", "Hides what somebody says, or lists whom you ignore.", "/ignore bob", _ignore),
    Command("unignore", "NAME", "Shows what somebody says again.", "/unignore bob", _unignore),
    Command("quiet", "on|off", "Hides who comes and goes, or shows it again.", "/quiet on", _quiet),
)
