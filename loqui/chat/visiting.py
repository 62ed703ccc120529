"""Commands for rooms."""

from __future__ import annotations

from heapq import nsmallest

from loqui.answers import Answer, Entered, Members, Notice, RoomLine, Rooms
from loqui.chat.audience import NAMED
from loqui.chat.command import Command, Context
from loqui.chat.room import Room
from loqui.errors import LoquiError
from loqui.names import nameKey

__all__ = ["PRIVATE_ROWS", "ROWS"]

#: How many rooms a list has.
LISTED = 50

#: What takes something away where something else would be set.
NOTHING = "-"


def _join(context: Context, name: str, key: str) -> None:
    room, events = context.hub.rooms.enter(context.user, name, key, context.now)
    context.session.turnTo(room)
    context.happens(*events)
    if not events:
        context.answer(lambda: _entered(context, context.stillIn(room)))


def _entered(context: Context, room: Room) -> Answer:
    others = [user.shown for user in room.present if user is not context.user]
    return Entered(room.name, room.told.topic, tuple(others[:NAMED]), len(others[NAMED:]), False, True)


def _leave(context: Context, name: str) -> None:
    room = context.room(name)
    if room.isLobby:
        raise LoquiError("no-change", "the lobby cannot be left; /quit leaves Loqui")
    for session in context.user.sessions:
        if session.room is room:
            session.turnTo(context.hub.rooms.lobby)
    context.happens(room.leave(context.user, "", context.now))


def _rooms(context: Context, word: str) -> None:
    context.answer(lambda: _listed(context, word.casefold()))


def _listed(context: Context, word: str) -> Rooms:
    user = context.user
    rooms = [
        room for room in context.hub.audience.rooms.values() if word in room.name.casefold() and room.isShownTo(user)
    ]
    first = nsmallest(LISTED, rooms, key=lambda room: (user not in room.present, -len(room.present), room.name))
    return Rooms(tuple(_line(context, room) for room in first), len(rooms) - len(first))


def _line(context: Context, room: Room) -> RoomLine:
    session = context.session
    standing = "here" if room is session.room else "in" if context.user in room.present else ""
    if not standing and room.told.private:
        key = nameKey(context.user.shown)
        standing = "owner" if key in room.told.owners else "invited" if key in room.told.invited else ""
    topic, private = room.told.topic, room.told.private
    return RoomLine(room.name, len(room.present), topic, private, session.unread(room), standing)


def _who(context: Context, name: str) -> None:
    room = context.session.room
    if name:
        context.answer(lambda: _members(context.hub.audience.visibleTo(context.user, name)))
    else:
        context.answer(lambda: _members(context.stillIn(room)))


def _members(room: Room) -> Members:
    away = frozenset(user.shown for user in room.present if user.away is not None)
    return Members(room.name, tuple(user.shown for user in room.present), away)


def _topic(context: Context, text: str) -> None:
    room = context.room()
    if text:
        context.happens(room.setTopic(context.user, "" if text == NOTHING else text, context.now))
    else:
        context.answer(lambda: Notice(_about(context.stillIn(room))))


def _about(room: Room) -> str:
    return f"The topic of {room}: {room.told.topic}" if room.told.topic else f"There is no topic of {room}"


def _invite(context: Context, name: str, where: str) -> None:
    room = context.room(where)
    context.happens(room.invite(context.user, context.hub.find(name), context.now))


def _uninvite(context: Context, name: str) -> None:
    context.happens(context.room().uninvite(context.user, name, context.now))


def _private(context: Context, switch: str) -> None:
    context.happens(context.room().setPrivacy(context.user, switch == "on", context.now))


def _key(context: Context, word: str) -> None:
    context.happens(context.room().setKey(context.user, "" if word == NOTHING else word, context.now))


ROWS = (
    Command(
        "join",
        "#ROOM [KEY]",
        "Goes to a room, and makes it if there is none: from then on what you type is said there.",
        "/join #dev",
        _join,
        ("j",),
        inside=True,
    ),
    Command(
        "leave",
        "[#ROOM]",
        "Leaves a room, or the one you are talking in.",
        "/leave #dev",
        _leave,
        ("part",),
        inside=True,
    ),
    Command("rooms", "[WORD]", "Lists the rooms, or those with WORD in their name.", "/rooms", _rooms, ("list",)),
    Command("who", "[#ROOM]", "Lists who is in a room, or where you are talking.", "/who #dev", _who, ("names",)),
    Command(
        "topic",
        "[TEXT]",
        f"Shows what the room is about, or sets it; /topic {NOTHING} clears it.",
        "/topic Release on Friday",
        _topic,
    ),
    Command(
        "invite",
        "NAME [#ROOM]",
        "Asks somebody into the room, and lets them in if it is private.",
        "/invite bob",
        _invite,
    ),
)

PRIVATE_ROWS = (
    Command(
        "private", "on|off", "Hides your room: only who is invited, or has the key, comes in.", "/private on", _private
    ),
    Command("key", "WORD", f"Lets in who joins with this word; /key {NOTHING} ends that.", "/key swordfish", _key),
    Command("uninvite", "NAME", "Takes an invitation back.", "/uninvite bob", _uninvite),
)
