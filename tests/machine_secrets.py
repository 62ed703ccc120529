"""What nobody, or not the intruder, must read, looked for in every line that is written."""

from __future__ import annotations

import re

from loqui.events import AccountChanged, Event, KeySet, Moderated, PrivacySet, Told
from tests.view import TOKEN, Entry, View
from tests.world import Person, World, fold

__all__ = ["INTRUDER", "Secrets"]

#: The names of the intruder.
INTRUDER = ("mallory", "Mallory", "trudy")

_CODE = re.compile(r"/register PASSWORD (\w{4}-\w{4}-\w{4})\b")
_ADDRESS = re.compile(r"192\.0\.2\.|2001:db8:")


class Secrets:
    """
    Words that were meant for others, and lines of people who may say nothing.

    @ivar words: those that the intruder must not read: of others, and of rooms where he cannot be; with the room.
    @ivar keys: those that nobody must: keys of rooms, passwords.
    @ivar codes: with which accounts can be made.
    @ivar unheard: words of people who were muted, or out, when they sent them.
    """

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.keys: set[str] = set()
        self.codes: dict[str, None] = {}
        self.unheard: dict[str, Person] = {}

    def takes(self, event: Event, entry: Entry, world: World) -> None:
        """Something has been accepted that may have words in it."""
        words = TOKEN.findall(getattr(event, "text", ""))
        if isinstance(event, KeySet):
            self.keys.add(event.key)
        elif isinstance(event, AccountChanged):
            self.keys.update(TOKEN.findall(event.hash[::-1]))
        elif isinstance(event, PrivacySet) and not event.private:
            # Who comes in now is shown what was said last.
            self.words = {word: room for word, room in self.words.items() if room != event.room}
        elif isinstance(event, Told):
            isHis = any(self._isIntruder(person, world) for person in (entry.person, entry.to))
            self.words.update({} if isHis else dict.fromkeys(words, ""))
        elif isinstance(event, Moderated) and fold(event.to) not in map(fold, INTRUDER):
            words = TOKEN.findall(event.why)
        if words and not isinstance(event, Told) and self._isHidden(event.room, world):
            self.words.update(dict.fromkeys(words, event.room))

    def silences(self, view: View, line: str, world: World, now: int) -> None:
        """
        Somebody sends a line, or ends what they paste.

        Nobody is to hear of it if they are muted everywhere, or have had to go.
        """
        person = view.person
        if view.isIn and (not world.lobby.mutes(world.key(person), now) or world.operates(person)):
            return
        said = line
        if view.draft is not None:
            said = " ".join(view.draft[1]) if line == "." else ""
        self.unheard.update(dict.fromkeys(TOKEN.findall(said), person))

    def check(self, line: str, view: View, isIntruder: bool) -> None:
        """Somebody reads a line."""
        words = TOKEN.findall(line)
        assert self.keys.isdisjoint(words), line
        assert all(self.unheard.get(word, view.person) is view.person for word in words), line
        if isIntruder:
            assert self.words.keys().isdisjoint(words), line
            assert not _ADDRESS.search(line), line
            assert not any(code in line for code in self.codes), line
        else:
            self.codes.update(dict.fromkeys(_CODE.findall(line)))

    def _isIntruder(self, person: Person | None, world: World) -> bool:
        return world.names.get(person) in INTRUDER

    def _isHidden(self, room: str, world: World) -> bool:
        """Whether the intruder may not come into a room, if he is here at all."""
        intruders = [person for person in world.names if self._isIntruder(person, world)]
        isKnown = any(world.shows(fold(room), person) for person in intruders)
        return world.rooms[fold(room)].private and not isKnown
