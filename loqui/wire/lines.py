"""How the text wire writes events and answers, for people to read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Union

from loqui.answers import (
    Answer,
    Audit,
    End,
    Entered,
    Gathering,
    Goodbye,
    Invitation,
    Members,
    Notice,
    Past,
    Question,
    Refusal,
    RoomLine,
    Rooms,
    Sanctions,
    Sent,
    Welcome,
    Whois,
)
from loqui.durations import sayDuration
from loqui.events import (
    LOBBY,
    AccountChanged,
    Acted,
    Announced,
    CodeGiven,
    Created,
    Event,
    Forgotten,
    Invited,
    Joined,
    KeySet,
    Left,
    Moderated,
    PrivacySet,
    Renamed,
    Said,
    Told,
    TopicSet,
    Uninvited,
)

__all__ = ["render"]

#: How many names one line lists.
NAMES_IN_A_LINE = 20


def render(what: Event | Answer) -> bytes:
    """Write one event or answer as the line or lines a client sees, line ends included."""
    return f"{_WRITERS[type(what)](what)}\r\n".encode()


def _place(room: str) -> str:
    return "" if room == LOBBY else f"{room} "


def _block(text: str) -> str:
    """Text of several lines: indented, so that none of them can look like anything else."""
    if "\n" not in text:
        return text
    lines = text.count("\n") + 1
    return f"[{lines} lines]\r\n    {_indented(text)}"


def _indented(text: str) -> str:
    return text.replace("\n", "\r\n    ")


def _said(event: Said) -> str:
    return f"{_place(event.room)}{event.name}: {_block(event.text)}"


def _acted(event: Acted) -> str:
    return f"{_place(event.room)}** {event.name} {event.text}"


def _told(event: Told) -> str:
    return f"[PM from {event.name}] {_block(event.text)}"


def _joined(event: Joined) -> str:
    return f"* {_place(event.room)}{event.name} has joined"


def _left(event: Left) -> str:
    why = f" ({event.why})" if event.why else ""
    return f"* {_place(event.room)}{event.name} has left{why}"


def _welcome(answer: Welcome) -> str:
    here = _count(answer.here, answer.more)
    return (
        f"* Welcome to Loqui, {answer.name}. {f'Here: {here}.' if here else 'Nobody else is here.'} "
        f"/help lists the commands, !DISCONNECT leaves."
    )


def _past(answer: Past) -> str:
    line = _WRITERS[type(answer.event)](answer.event)
    return f"* {_clock(answer.event.time)} {line.removeprefix('* ')}"


def _gathering(answer: Gathering) -> str:
    names = _count(answer.names, answer.count - len(answer.names))
    return f"* {_place(answer.room)}{answer.count:,} people have {'joined' if answer.joined else 'left'}: {names}"


def _topicSet(event: TopicSet) -> str:
    if not event.text:
        return f"* {_place(event.room)}{event.name} has cleared the topic"
    return f"* {_place(event.room)}{event.name} has set the topic: {event.text}"


def _privacySet(event: PrivacySet) -> str:
    return f"* {_place(event.room)}{event.name} has made this room {'private' if event.private else 'public'}"


def _entered(answer: Entered) -> str:
    here = _count(answer.here, answer.more)
    others = f"has {here} in it" if here else "has nobody else in it"
    who = "is new, and yours" if answer.isNew else others
    if answer.room == LOBBY:
        return f"* The lobby {others}. What you type is said there."
    topic = f" It is about: {answer.topic}" if answer.topic else ""
    where = "What you type is said there" if answer.isCurrent else f"/join {answer.room} to talk there"
    return f"* {answer.room} {who}. {where}; /leave leaves it.{topic}"


def _members(answer: Members) -> str:
    names = [f"{name} (away)" if name in answer.away else name for name in answer.names]
    lines = [", ".join(names[at : at + NAMES_IN_A_LINE]) for at in range(0, len(names), NAMES_IN_A_LINE)] or ["nobody"]
    where = "Here" if answer.room == LOBBY else f"In {answer.room}"
    lines[0] = f"{where} ({len(names):,}): {lines[0]}"
    return "\r\n".join([f"* {line}" for line in lines])


def _rooms(answer: Rooms) -> str:
    lines = list(map(_roomLine, answer.lines)) or ["There is no such room; /join #ROOM makes one"]
    if answer.more:
        lines.append(f"and {answer.more:,} more; /rooms WORD lists those with WORD in their name")
    return "\r\n".join([f"* {line}" for line in lines])


def _roomLine(line: RoomLine) -> str:
    marks = [
        *(["private"] if line.private else []),
        *([_STANDINGS[line.standing]] if line.standing else []),
        *([f"{line.unread:,} unread"] if line.unread else []),
    ]
    people = "1 person" if line.count == 1 else f"{line.count:,} people"
    topic = f" - {line.topic}" if line.topic else ""
    return f"{line.room}: {', '.join([people, *marks])}{topic}"


def _whois(answer: Whois) -> str:
    parts = [f"here since {_clock(answer.since)}", f"idle for {sayDuration(answer.idle)}"]
    if answer.away is not None:
        parts.append(f"away ({answer.away})" if answer.away else "away")
    parts.append("an operator" if answer.operator else "registered" if answer.registered else "a guest")
    rooms = ", ".join("the lobby" if room == LOBBY else room for room in answer.rooms)
    shared = f"; you share {rooms}" if rooms else ""
    hosts = f"; from {', '.join(answer.addresses)}" if answer.addresses else ""
    return f"* {answer.name}: {', '.join(parts)}{shared}{hosts}"


def _clock(when: int) -> str:
    """The server's local time of day, for milliseconds since the epoch."""
    return time.strftime("%H:%M", time.localtime(when / 1000))


def _moderated(event: Moderated) -> str:
    return f"* {_place(event.room)}{_deed(event)}"


def _deed(event: Moderated) -> str:
    why = f": {event.why}" if event.why else ""
    span = f" for {sayDuration(event.until - event.time)}" if event.until and event.act in ("ban", "mute") else ""
    office = "an operator" if event.room == LOBBY else "an owner"
    deeds = {
        "kick": f"has kicked {event.to}",
        "ban": f"has banned {event.to}{span}",
        "unban": f"has lifted the ban of {event.to}",
        "mute": f"has muted {event.to}{span}",
        "unmute": f"lets {event.to} speak again",
        "op": f"has made {event.to} {office}",
        "deop": f"says that {event.to} is {office} no more",
        "slow": f"lets everybody say one line in {sayDuration(event.until)}" if event.until else "has ended slow mode",
        "lockdown": "lets nobody new in" if event.to == "on" else "lets people in again",
    }
    return f"{event.name} {deeds[event.act]}{why}"


def _sanctions(answer: Sanctions) -> str:
    lines = [
        f"{sanction.to}: {what}"
        + (f" for another {sayDuration(sanction.until - answer.now)}" if sanction.until else "")
        + f" by {sanction.by}"
        + (f": {sanction.why}" if sanction.why else "")
        for what, sanctions in (("banned", answer.banned), ("muted", answer.muted))
        for sanction in sanctions
    ]
    return "\r\n".join([f"* {line}" for line in lines or ["Nobody is banned or muted"]])


def _audit(answer: Audit) -> str:
    lines = []
    for event in answer.events:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(event.time / 1000))
        lines.append(f"{when} {_WRITERS[type(event)](event).removeprefix('* ')}")
    return "\r\n".join([f"* {line}" for line in lines or ["Nothing has been done"]])


def _account(event: AccountChanged) -> str:
    return f"* {event.name} has changed the account of {event.to}: {event.change}"


def _codeGiven(event: CodeGiven) -> str:
    accounts = "one account" if event.uses == 1 else f"{event.uses:,} accounts"
    return f"* {event.name} has given a code for {accounts}"


def _count(names: Sequence[str], more: int) -> str:
    return ", ".join(names) + (f" and {more:,} more" if more else "")


_STANDINGS = {"here": "you talk here", "in": "you are in it", "owner": "it is yours", "invited": "you are invited"}

_WRITERS: dict[type[Union[Event, Answer]], Callable[[Any], str]] = {
    Said: _said,
    Acted: _acted,
    Told: _told,
    Joined: _joined,
    Left: _left,
    Welcome: _welcome,
    Goodbye: lambda answer: f"* Goodbye, {answer.name}.",
    Notice: lambda answer: f"* {answer.text}",
    Refusal: lambda answer: f"! {_indented(answer.text)}",  # What was not said may have several lines.
    End: lambda answer: ".",
    Question: lambda answer: f"? {answer.text}",
    Past: _past,
    Gathering: _gathering,
    Sent: lambda answer: f"[PM to {answer.event.to}] {_block(answer.event.text)}",
    Renamed: lambda event: f"* {event.name} is now {event.to}",
    Created: lambda event: f"* {_place(event.room)}{event.name} has made this room",
    Forgotten: lambda event: f"* {_place(event.room)}is no more",
    TopicSet: _topicSet,
    PrivacySet: _privacySet,
    KeySet: lambda event: f"* {_place(event.room)}{event.name} has {'set a' if event.key else 'removed the'} key",
    Invited: lambda event: f"* {_place(event.room)}{event.name} has invited {event.to}",
    Uninvited: lambda event: f"* {_place(event.room)}{event.name} has taken back the invitation of {event.to}",
    Moderated: _moderated,
    Announced: lambda event: f"* {_place(event.room)}Announcement by {event.name}: {event.text}",
    AccountChanged: _account,
    CodeGiven: _codeGiven,
    Sanctions: _sanctions,
    Audit: _audit,
    Entered: _entered,
    Invitation: lambda answer: (
        f"* {answer.event.name} invites you to {answer.event.room}; /join {answer.event.room} goes there"
    ),
    Members: _members,
    Rooms: _rooms,
    Whois: _whois,
}
