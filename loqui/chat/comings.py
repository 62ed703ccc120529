"""Comings and goings: told one by one, or together when there are too many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Union

from loqui.answers import Gathering
from loqui.chat.room import Room
from loqui.events import Joined, Left

__all__ = ["Comings"]

#: In a room with more members than this, comings and goings of a second are told together.
CROWD = 200

#: When more than this many come or go within a second, the rest of them are told together.
RUSH = 20

#: How many are named when many are told together.
NAMED = 3


class Comings:
    """
    Who has come to a room and gone from it within a second.

    To tell everybody of everybody takes as many bytes as there are pairs of them; so
    past a bound they are held, and a line a second tells of all.
    """

    __slots__ = ("_count", "_held", "_room")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._count = 0
        self._held: list[Union[Joined, Left]] = []

    def hold(self, event: Union[Joined, Left]) -> bool:
        """Keep somebody's coming or going to be told with that of others; false when it is to be told now."""
        self._count += 1
        if self._count <= RUSH and len(self._room.present) <= CROWD:
            return False
        self._held.append(event)
        return True

    def isHeld(self, name: str) -> bool:
        """Whether somebody's coming or going is yet to be told."""
        return any(event.name == name for event in self._held)

    def drop(self, name: str) -> None:
        """Tell nothing of somebody who has gone altogether."""
        self._held = [event for event in self._held if event.name != name]

    def take(self) -> list[Union[Joined, Left, Gathering]]:
        """What is to be told of those who are held: at most one line for each way."""
        held, self._held = self._held, []
        # Who came and went, or went and came back, is as before.
        times = Counter(event.name for event in held)
        changed = {event.name: event for event in held if times[event.name] % 2}.values()
        return [
            *_gather([event for event in changed if isinstance(event, Joined)]),
            *_gather([event for event in changed if isinstance(event, Left)]),
        ]


def _gather(events: Sequence[Union[Joined, Left]]) -> Sequence[Union[Joined, Left, Gathering]]:
    """One line for all of these, which are of one kind; none for none."""
    if len(events) < 2:
        return events
    names = tuple(event.name for event in events[:NAMED])
    return [Gathering(events[0].room, isinstance(events[0], Joined), names, len(events))]
