"""People, and the connections they are here with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any

from loqui.answers import Answer, Gathering, Invitation, Past
from loqui.events import Acted, Event, Joined, Left, Said, Told
from loqui.names import nameKey

if TYPE_CHECKING:
    from loqui.chat.drafts import Draft
    from loqui.chat.ports import Outlet, Render
    from loqui.chat.room import Room

__all__ = ["Session", "User"]

_COMINGS = (Joined, Left, Gathering)
_WORDS = (Said, Acted, Told)


class User:
    """
    A person who is here.

    @ivar name: as they write it.
    @ivar key: the folded name, by which they are found.
    @ivar skeleton: what the name looks like; no two users have the same.
    @ivar rooms: where they are a member, the lobby first.
    @ivar since: when they came, UTC in milliseconds since the epoch.
    @ivar active: when they last said or asked for anything, likewise.
    @ivar away: why they do not answer; empty when that is not said; None when they are there.
    @ivar registered: whether they have logged in to the account that has their name.
    @ivar operates: whether they are an operator without an account, from the server's own machine.
    @ivar sessions: their connections.
    @ivar shown: their name, as far as others have been told.
    @ivar seats: the rooms whose events their sessions are told.
    """

    __slots__ = (
        "active",
        "away",
        "key",
        "name",
        "operates",
        "registered",
        "rooms",
        "seats",
        "sessions",
        "shown",
        "since",
        "skeleton",
    )

    def __init__(
        self, name: str, key: str, skeleton: str, now: int, registered: bool = False, operates: bool = False
    ) -> None:
        self.name = self.shown = name
        self.key = key
        self.skeleton = skeleton
        self.rooms: tuple[Room, ...] = ()
        self.since = self.active = now
        self.away: str | None = None
        self.registered = registered
        self.operates = operates
        self.sessions: tuple[Session, ...] = ()
        self.seats: tuple[Room, ...] = ()

    @property
    def listening(self) -> list[Session]:
        """The sessions that have been welcomed and can still be told something."""
        return [session for session in self.sessions if session.held is None and not session.gone]

    def lose(self, session: Session) -> None:
        """They are here with this connection no more."""
        self.sessions = tuple(other for other in self.sessions if other is not session)


class Session:
    """
    One connection, as the rules see it.

    @ivar host: the address it comes from; None for no network.
    @ivar takesPasswords: whether nobody can read along.
    @ivar question: what becomes of the next line, which is an answer and no request.
    @ivar user: who it is; None before a name is accepted.
    @ivar left: whether it has left: what comes from it does not count any more.
    @ivar gone: true once nothing more can be told to it.
    @ivar held: what is told before its welcome, which is to come first; None after that.
    @ivar room: where its lines are said.
    @ivar before: where they were said before that.
    @ivar draft: what it is pasting.
    @ivar quiet: whether it does not want to see who comes and goes.
    @ivar ignored: name keys of those it does not want to hear.
    @ivar correspondent: who last told it something in private.
    @ivar wrong: how many passwords it has sent that were wrong.
    @ivar seen: how much had been said in a room when it last looked there.
    """

    __slots__ = (
        "before",
        "correspondent",
        "draft",
        "gone",
        "held",
        "host",
        "ignored",
        "left",
        "outlet",
        "question",
        "quiet",
        "render",
        "room",
        "seen",
        "takesPasswords",
        "user",
        "wrong",
    )

    room: Room

    def __init__(self, render: Render, outlet: Outlet) -> None:
        self.render = render
        self.outlet = outlet
        self.user: User | None = None
        self.left = False
        self.gone = False
        self.held: list[Answer] | None = []
        self.before: Room | None = None
        self.draft: Draft | None = None
        self.quiet = False
        self.ignored: frozenset[str] = frozenset()
        self.correspondent: User | None = None
        self.seen: dict[Room, int] | None = None
        self.host: str | None = None
        self.takesPasswords = False
        self.wrong = 0
        self.question: Callable[[str, int], Coroutine[Any, Any, None] | None] | None = None

    @property
    def isIn(self) -> bool:
        """Whether what comes from it counts: it has a name and has not left."""
        return self.user is not None and not self.left

    def tell(self, *answers: Answer) -> None:
        """Tell this session, and nobody else, something that is not kept."""
        if self.user is not None and self.held is not None:
            self.held += answers
        elif not self.gone:
            self.outlet.write(b"".join(map(self.render, answers)))

    def turnTo(self, room: Room) -> None:
        """Say what comes from now on in a room; the one before it has been looked at until now."""
        if self.room.isLobby or self.user in self.room.present:
            self.look(self.room)
            self.before = self.room
        self.room = room

    def turnBack(self, rooms: Collection[Room], lobby: Room) -> None:
        """Say what comes from now on where it was said before, if that is one of these rooms."""
        if self.room not in rooms:
            self.room = self.before if self.before is not None and self.before in rooms else lobby

    def look(self, room: Room) -> None:
        """What has been said in a room until now has been seen."""
        if self.seen is None:
            self.seen = {}
        self.seen[room] = room.count

    def forget(self, room: Room) -> None:
        """It does not matter any more when this session looked in a room."""
        if self.seen is not None:
            self.seen.pop(room, None)

    def unread(self, room: Room) -> int:
        """How much has been said in a room since this session looked there."""
        return 0 if room is self.room else room.count - (self.seen or {}).get(room, room.count)

    def wants(self, what: Event | Answer) -> bool:
        """Whether it is to see this: it may be quiet, or ignore somebody."""
        if isinstance(what, Invitation):
            return nameKey(what.event.name) not in self.ignored
        if isinstance(what, Past):
            what = what.event
        if self.quiet and isinstance(what, _COMINGS):
            return False
        return not (self.ignored and isinstance(what, _WORDS) and nameKey(what.name) in self.ignored)
