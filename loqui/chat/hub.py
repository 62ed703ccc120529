"""The hub: users and rooms, what is accepted, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from loqui.answers import Goodbye, Notice, Past, Refusal, Sent, Welcome
from loqui.chat.comings import Comings
from loqui.chat.room import Room
from loqui.chat.telling import Telling
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import LOBBY, Event, Joined, Left, Told
from loqui.names import checkName, nameKey, skeleton

if TYPE_CHECKING:
    from loqui.chat.ports import Entry, Journal

__all__ = ["Hub"]

#: How many of those who are here a welcome names.
NAMED_IN_WELCOME = 20


class Hub:
    """
    Everything that is true of the chat at this moment.

    A request is accepted against the state as it will be after all that were accepted
    before it: C{users} and the rooms' members. What happens then goes into the journal,
    and when it comes out, L{received} decides who is told.

    @ivar users: name keys to users.
    @ivar lobby: the room everyone is in.
    """

    def __init__(
        self,
        journal: Journal,
        users: dict[str, User],
        inASecond: Callable[[Callable[[], None]], object],
        backlog: int = 20,
        motd: Sequence[str] = (),
    ) -> None:
        """
        @param journal: where events go; it must have this hub as its listener.
        @param users: the user map, empty.
        @param inASecond: calls a function after a second.
        @param backlog: how many of the last events somebody who joins is shown.
        @param motd: lines that are shown to everybody after the welcome.
        """
        self.users = users
        self.lobby = Room(LOBBY, backlog)
        self.journal = journal
        self._comings = Comings(self.lobby, inASecond)
        self._motd = motd
        self._looks: dict[str, User] = {}
        # Who is here as far as everybody has been told: names to the sessions that see it.
        self._present: dict[str, list[Session]] = {}

    def remember(self, events: Iterable[Event]) -> None:
        """Take over what was said before the server started, oldest first."""
        self.lobby.recent.extend(events)

    # What is asked for.

    def enter(self, session: Session, text: str, now: int) -> None:
        """
        Let somebody in under a name, which is theirs from this moment.

        @raise LoquiError: when it cannot be a name, or is taken, or looks like one that is.
        """
        name = checkName(text)
        key = nameKey(name)
        looks = skeleton(name)
        if key in self.users:
            raise LoquiError("name-taken", f"{name} is already taken")
        if looks in self._looks:
            raise LoquiError("name-confusable", f"{name} looks too much like {self._looks[looks].name}, who is here")
        user = User(name, key, looks)
        session.user = self.users[key] = self._looks[looks] = user
        self.journal.append(self.lobby.join(user, now), session)

    def leave(self, session: Session, why: str, now: int) -> None:
        """
        Let somebody go: their name is free at once; others are told in the journal's order.

        Does nothing to a session that is not in.

        @param why: what is told behind "has left", or empty.
        """
        user = self._release(session)
        if user is not None:
            self.journal.append(self.lobby.leave(user, why, now), session)

    def drop(self, session: Session) -> None:
        """Tell a session nothing more, because its connection is gone."""
        session.gone = True
        self.lobby.unseat(session)

    def forget(self, session: Session) -> None:
        """Let a session go without telling or keeping it, because the server stops."""
        self._release(session)

    def find(self, name: str) -> User:
        """
        The user of that name.

        @raise LoquiError: with code C{no-such-user}.
        """
        try:
            return self.users[nameKey(name)]
        except (KeyError, LoquiError):
            raise LoquiError("no-such-user", f"{name} is not here; /who shows who is") from None

    # What has happened.

    def received(self, batch: Sequence[Entry]) -> None:
        """Tell everybody what they are to see of these events: one write for each, and in this order."""
        telling = Telling(self.lobby, self._concerned(batch))
        for event, origin in batch:
            if isinstance(event, Told):
                self._whisper(event, origin, telling)
                continue
            if isinstance(event, Left):
                self._depart(event, origin, telling)
            if not (isinstance(event, (Joined, Left)) and self._comings.hold(event)):
                telling.happened(event)
            if isinstance(event, Joined):
                self._arrive(event, origin, telling)
            self.lobby.recent.append(event)
        telling.send()

    def refused(self, batch: Sequence[Entry], why: str) -> list[Entry]:
        """
        Undo what could not be kept, and tell those who asked for it.

        @return: the departures that others must still hear of.
        """
        departures = []
        strangers = set()
        for entry in batch:
            event, session = entry
            if session is None:
                continue
            if isinstance(event, Joined):
                strangers.add(session)
                self._turnAway(session, why)
            elif isinstance(event, Left) and session not in strangers:
                departures.append(entry)
                self._dismiss(session, event.name)
            elif session not in strangers:
                session.tell(Refusal("not-saved", f"not said: it cannot be saved ({why})"))
        return departures

    def _concerned(self, batch: Sequence[Entry]) -> set[Session]:
        """The sessions that are to see another part of the batch than the rest of the room."""
        concerned: set[Session] = set()
        for event, origin in batch:
            if isinstance(event, (Joined, Left, Told)) and origin is not None:
                concerned.add(origin)
            if isinstance(event, Told):
                concerned.update(self._present.get(event.to, ()))
        return concerned

    def _arrive(self, event: Joined, origin: Session | None, telling: Telling) -> None:
        if origin is None or origin.gone:
            return
        named = tuple(islice(self._present, NAMED_IN_WELCOME))
        welcome = Welcome(event.name, named, len(self._present) - len(named))
        held, origin.held = origin.held or (), None
        telling.tell(origin, welcome, *map(Notice, self._motd), *map(Past, self.lobby.recent), *held)
        self._present[event.name] = [origin]
        self.lobby.seat(origin)

    def _depart(self, event: Left, origin: Session | None, telling: Telling) -> None:
        self._present.pop(event.name, None)
        if origin is not None:
            self.lobby.unseat(origin)
            telling.tell(origin, Goodbye(event.name))
            telling.close(origin)

    def _whisper(self, event: Told, origin: Session | None, telling: Telling) -> None:
        listening = [session for session in self._present.get(event.to, ()) if not session.gone]
        for session in listening:
            telling.tell(session, event)
        if origin is not None:
            missed = Refusal("no-such-user", f"{event.to} has gone and has not seen: {event.text}")
            telling.tell(origin, Sent(event) if listening else missed)

    def _turnAway(self, session: Session, why: str) -> None:
        user = self._release(session)
        if user is not None:
            del self.lobby.members[user.key]
        session.tell(Refusal("not-saved", f"you cannot come in: it cannot be saved ({why})"))
        session.outlet.close()

    def _dismiss(self, session: Session, name: str) -> None:
        session.tell(Goodbye(name))
        session.outlet.close()
        self.drop(session)

    def _release(self, session: Session) -> User | None:
        """Free the name of a session; None when it has none."""
        user, session.user = session.user, None
        if user is not None:
            del self.users[user.key]
            del self._looks[user.skeleton]
        return user
