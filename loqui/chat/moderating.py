"""Commands that keep the peace: for who owns a room, there; for operators, everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from loqui.answers import Answer, Audit, Sanctions
from loqui.chat.command import Command, Context
from loqui.chat.room import Room
from loqui.chat.user import User
from loqui.durations import isDuration, parseDuration
from loqui.errors import LoquiError
from loqui.events import Event
from loqui.names import checkName, keyOrNone, nameKey
from loqui.networks import holdsFor, networkOf
from loqui.settings import Sanction

__all__ = ["ROWS"]

#: Who may.
RULERS = "who owns the room, and operators"

#: The longest ban or mute that is not for ever.
MAX_DURATION = parseDuration("3650d")

#: How many lines /audit shows.
AUDITED = 20


def _kick(context: Context, where: str, name: str, why: str) -> None:
    room = context.ruled(where)
    user = context.hub.find(name)
    if user not in room.members:
        raise LoquiError("no-such-user", f"{user.name} is not in {room}")
    _checkMayHit(context, room, user)
    context.happens(room.moderate(context.user, "kick", user.name, context.now, why))
    context.hub.expel(user, room, _because("kicked", why), context.now)


def _ban(context: Context, where: str, whom: str, rest: str) -> None:
    room = context.ruled(where)
    until, why = _untilAndWhy(rest, context.now)
    network = networkOf(whom)
    if network is None:
        _banName(context, room, whom, until, why)
        return
    if not room.isLobby:
        raise LoquiError("no-such-user", "an address is banned from the whole server; /ban it in the lobby")
    if holdsFor(network, context.session.host):
        raise LoquiError("no-change", f"{network} is where you are; that would ban yourself")
    context.happens(room.moderate(context.user, "ban", network, context.now, why, until))
    for user in tuple(context.hub.users.values()):
        if any(holdsFor(network, session.host) for session in user.sessions) and not room.isRuledBy(user):
            context.hub.expel(user, room, _because("banned", why), context.now)


def _banName(context: Context, room: Room, name: str, until: int, why: str) -> None:
    user = context.hub.users.get(nameKey(checkName(name)))
    if user is not None:
        _checkMayHit(context, room, user)
    elif nameKey(name) in room.settings.owners:
        raise LoquiError("is-owner", f"{name} {_rules(room)}; /deop {context.naming(room)}{name} first")
    context.happens(room.moderate(context.user, "ban", user.name if user else name, context.now, why, until))
    if user is not None and user in room.members:
        context.hub.expel(user, room, _because("banned", why), context.now)


def _mute(context: Context, where: str, name: str, rest: str) -> None:
    room = context.ruled(where)
    until, why = _untilAndWhy(rest, context.now)
    user = context.hub.find(name)
    _checkMayHit(context, room, user)
    context.happens(room.moderate(context.user, "mute", user.name, context.now, why, until))


def _unban(context: Context, where: str, whom: str) -> None:
    room = context.ruled(where)
    _lift(context, room, "unban", room.settings.banned.get(networkOf(whom) or _key(whom)), f"{whom} is not banned")


def _unmute(context: Context, where: str, name: str) -> None:
    room = context.ruled(where)
    _lift(context, room, "unmute", room.settings.muted.get(_key(name)), f"{name} is not muted")


def _lift(context: Context, room: Room, act: str, sanction: Sanction | None, otherwise: str) -> None:
    if sanction is None or not sanction.holds(context.now):
        raise LoquiError("no-change", otherwise)
    context.happens(room.moderate(context.user, act, sanction.to, context.now))


def _bans(context: Context, where: str) -> None:
    room = context.ruled(where)
    context.answer(lambda: _sanctions(room, context.now))


def _sanctions(room: Room, now: int) -> Answer:
    banned, muted = (
        tuple(sanction for sanction in sanctions.values() if sanction.holds(now))
        for sanctions in (room.told.banned, room.told.muted)
    )
    return Sanctions(room.name, banned, muted, now)


def _op(context: Context, where: str, name: str) -> None:
    room = context.ruled(where)
    account = context.hub.accounts.find(_key(name))
    if room.isLobby and not context.hub.registrar.isRegistered(name):
        raise LoquiError("no-such-user", f"{name} has no account, which an operator needs; /register makes one")
    to = account.name if account is not None else name if room.isLobby else context.hub.find(name).name
    if nameKey(to) in room.settings.owners:
        raise LoquiError("no-change", f"{to} {_rules(room)} already")
    context.happens(room.moderate(context.user, "op", to, context.now))


def _deop(context: Context, where: str, name: str) -> None:
    room = context.ruled(where)
    if _key(name) not in room.settings.owners:
        raise LoquiError("no-change", f"{name} is no operator" if room.isLobby else f"{name} does not own {room}")
    context.happens(room.moderate(context.user, "deop", name, context.now))


def _slow(context: Context, where: str, switch: str) -> None:
    room = context.ruled(where)
    if switch != "off" and not isDuration(switch):
        raise LoquiError("usage", f"{switch} is neither a span of time like 5s, nor off")
    every = 0 if switch == "off" else min(parseDuration(switch), parseDuration("1d"))
    if every == room.settings.slow:
        raise LoquiError("no-change", f"that is so in {room} already")
    context.happens(room.moderate(context.user, "slow", "", context.now, until=every))


def _lockdown(context: Context, where: str, switch: str) -> None:
    room = context.ruled(where)
    if (switch == "on") == room.settings.lockdown:
        raise LoquiError("no-change", f"that is so in {room} already")
    context.happens(room.moderate(context.user, "lockdown", switch, context.now))


def _announce(context: Context, where: str, text: str) -> None:
    context.happens(context.ruled(where).announce(context.user, text, context.now))


async def _audit(context: Context, where: str) -> None:
    room = context.ruled(where)
    archive = context.hub.archive
    assert archive is not None
    events: Sequence[Event] = await archive.audit(None if room.isLobby else room.name, AUDITED)
    context.answer(lambda: Audit(tuple(events)))


def _checkMayHit(context: Context, room: Room, user: User) -> None:
    """
    Make sure that somebody does not hit themselves, or another who rules here.

    @raise LoquiError: with code C{no-change} or C{is-owner}.
    """
    if user is context.user:
        raise LoquiError("no-change", "that would hit yourself")
    if not room.isRuledBy(user):
        return
    if not room.isLobby and room.lobby.isRuledBy(user):
        raise LoquiError("is-owner", f"{user.name} is an operator, everywhere")
    raise LoquiError("is-owner", f"{user.name} {_rules(room)}; /deop {context.naming(room)}{user.name} first")


def _rules(room: Room) -> str:
    return "is an operator" if room.isLobby else f"owns {room}"


def _key(name: str) -> str:
    return keyOrNone(name) or ""


def _untilAndWhy(rest: str, now: int) -> tuple[int, str]:
    """
    When it ends, 0 for never, and why: C{2h spam}.

    @raise LoquiError: with code C{usage}, when what looks like a span of time is none.
    """
    first, _, why = rest.partition(" ")
    if not isDuration(first):
        if first[:1].isdigit() and first.isalnum():  # Not for ever because of a slip.
            raise LoquiError("usage", f"{first} is not a span of time like 90s, 10m, 2h or 3d")
        return 0, rest
    return now + min(parseDuration(first), MAX_DURATION), why.strip()


def _because(what: str, why: str) -> str:
    return f"{what}: {why}" if why else what


ROWS = (
    Command(
        "kick", "[#ROOM] NAME [WHY]", "Puts somebody out; they may come back.", "/kick bob spam", _kick, who=RULERS
    ),
    Command(
        "ban",
        "[#ROOM] WHOM [WHY]",
        "Keeps somebody out; WHY may begin with how long: 90s, 10m, 2h, 3d. In the lobby from the whole server,"
        " and WHOM may be an address or network.",
        "/ban bob 2h spam",
        _ban,
        who=RULERS,
    ),
    Command("unban", "[#ROOM] WHOM", "Lets somebody in again.", "/unban bob", _unban, who=RULERS),
    Command("bans", "[#ROOM]", "Lists who is banned or muted.", "/bans", _bans, who=RULERS),
    Command(
        "mute",
        "[#ROOM] NAME [WHY]",
        "Lets somebody read only; WHY may begin with how long, as in /ban.",
        "/mute bob 10m",
        _mute,
        who=RULERS,
    ),
    Command("unmute", "[#ROOM] NAME", "Lets somebody speak again.", "/unmute bob", _unmute, who=RULERS),
    Command("op", "[#ROOM] NAME", "Makes somebody an owner; in the lobby, an operator.", "/op carol", _op, who=RULERS),
    Command(
        "deop",
        "[#ROOM] NAME",
        "Makes somebody no owner any more; in the lobby, no operator.",
        "/deop carol",
        _deop,
        who=RULERS,
    ),
    Command("slow", "[#ROOM] TIME", "Lets everybody say one line in TIME; off for any.", "/slow 5s", _slow, who=RULERS),
    Command("lockdown", "[#ROOM] on|off", "Lets nobody new in.", "/lockdown on", _lockdown, who=RULERS),
    Command("announce", "[#ROOM] TEXT", "Says what all are to notice.", "/announce Back at 8", _announce, who=RULERS),
    Command("audit", "[#ROOM]", "Shows who did what to whom, when and why.", "/audit", _audit, who=RULERS),
)
