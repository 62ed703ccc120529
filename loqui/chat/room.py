"""A room: who is in it, who may come in, who is told what is said in it, and what was said last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Set
from secrets import compare_digest
from typing import TYPE_CHECKING, TypeVar

from loqui.answers import Past
from loqui.chat.user import Session, User
from loqui.errors import LoquiError
from loqui.events import (
    LOBBY,
    Acted,
    Created,
    Event,
    Invited,
    Joined,
    KeySet,
    Left,
    PrivacySet,
    Said,
    TopicSet,
    Uninvited,
)
from loqui.names import keyOrNone, nameKey
from loqui.settings import Settings, after

if TYPE_CHECKING:
    from loqui.chat.ports import Render

__all__ = ["Room"]

#: What a room is set to that nobody has made.
UNSET = Settings()

_Setting = TypeVar("_Setting", bound=Event)

#: Characters in a topic, and in a key.
MAX_TOPIC = 300
MAX_KEY = 64

#: How many invitations there may be to a room.
MAX_INVITED = 1000


class Room:
    """
    Members, settings and an audience.

    A I{member} is in the room from the moment that was accepted. Those who are
    I{present} are the members as far as everybody has been told; the I{audience} are
    their sessions, seated when the C{Joined} came out of the journal, so that all see
    the same events from there on. There are two of the settings for the same reason.

    @ivar members: users, those who came first first.
    @ivar settings: as they are from the moment that was accepted.
    @ivar present: the members, as far as has been told.
    @ivar told: the settings, as far as has been told.
    @ivar isKept: whether the room is in the journal.
    @ivar isNew: whether it is in the journal, and nobody has been told that they are in.
    @ivar recent: the last events, oldest first.
    @ivar count: how many things have been said since the start.
    @ivar hours: for how long nobody has been here.
    """

    __slots__ = (
        "_audience",
        "_past",
        "count",
        "hours",
        "isKept",
        "isNew",
        "members",
        "name",
        "present",
        "quiet",
        "recent",
        "settings",
        "told",
    )

    def __init__(self, name: str, remembers: int, settings: Settings = UNSET, isKept: bool = False) -> None:
        self.name = name
        self.members: dict[User, None] = {}
        self.settings = self.told = settings
        self.present: dict[User, None] = {}
        self.isKept = isKept
        self.isNew = False
        self.recent: deque[Event] = deque(maxlen=remembers)
        self.count = 0
        self.hours = 0
        self.quiet: set[Session] = set()
        self._audience: dict[Render, dict[Session, Callable[[bytes], None]]] = {}
        self._past: tuple[Past, ...] | None = None

    def __str__(self) -> str:
        return "the lobby" if self.isLobby else self.name

    @property
    def isLobby(self) -> bool:
        """Whether this is the room everyone is in."""
        return self.name == LOBBY

    # What is asked for. C{now} is UTC in milliseconds since the epoch.

    def create(self, user: User, now: int) -> Created:
        """Make the room somebody's own."""
        return self._set(Created(user.name, self.name, now))

    def say(self, user: User, text: str, now: int) -> Said:
        """Say something."""
        return Said(user.name, self.name, text, now)

    def act(self, user: User, text: str, now: int) -> Acted:
        """Do something, in words."""
        return Acted(user.name, self.name, text, now)

    def admits(self, user: User, key: str = "") -> bool:
        """Whether somebody may come in, with the word they give."""
        settings = self.settings
        if not settings.private or user.key in settings.owners or user.key in settings.invited:
            return True
        return bool(settings.key) and compare_digest(settings.key.encode(), key.encode())

    def join(self, user: User, now: int) -> Joined:
        """Make somebody a member."""
        self.members[user] = None
        self.hours = 0
        user.rooms += (self,)
        return Joined(user.name, self.name, now)

    def leave(self, user: User, why: str, now: int) -> Left:
        """End somebody's membership; their sessions keep their seats until the event is out."""
        self.dismiss(user)
        return Left(user.name, self.name, why, now)

    def dismiss(self, user: User) -> None:
        """Let somebody be no member; they need not be one."""
        self.members.pop(user, None)
        user.rooms = tuple(room for room in user.rooms if room is not self)

    def setTopic(self, user: User, text: str, now: int) -> TopicSet:
        """
        Say what the room is about.

        @raise LoquiError: with code C{not-owner} or C{too-long}.
        """
        if self.isLobby:
            raise LoquiError("not-owner", "the lobby is about everything; /join #ROOM makes a room with a topic")
        if len(text) > MAX_TOPIC:
            raise LoquiError("too-long", f"a topic has at most {MAX_TOPIC} characters, this has {len(text):,}")
        return self._set(TopicSet(user.name, self.name, text, now))

    def setPrivacy(self, user: User, private: bool, now: int) -> PrivacySet:
        """
        Hide the room, or show it again.

        @raise LoquiError: with code C{not-owner} or C{no-change}.
        """
        self._checkOwner(user)
        if private == self.settings.private:
            raise LoquiError("no-change", f"{self.name} is {'private' if private else 'public'} already")
        return self._set(PrivacySet(user.name, self.name, private, now))

    def setKey(self, user: User, key: str, now: int) -> KeySet:
        """
        Have a word open the private room; an empty one for none.

        @raise LoquiError: with code C{not-owner}, C{not-private} or C{too-long}.
        """
        self._checkOwner(user)
        self._checkPrivate()
        if len(key) > MAX_KEY:
            raise LoquiError("too-long", f"a key has at most {MAX_KEY} characters")
        return self._set(KeySet(user.name, self.name, key, now))

    def invite(self, user: User, guest: User, now: int) -> Invited:
        """
        Let somebody come in.

        @raise LoquiError: with code C{not-owner}, C{no-change} or C{too-many-invited}.
        """
        if self.isLobby:
            raise LoquiError("no-change", "everybody is in the lobby; /join a room first, then invite")
        if self.settings.private:
            self._checkOwner(user)
        if guest in self.members:
            raise LoquiError("no-change", f"{guest.name} is in {self.name} already")
        if len(self.settings.invited) >= MAX_INVITED:
            raise LoquiError("too-many-invited", f"{MAX_INVITED:,} are invited to {self.name} already")
        return self._set(Invited(user.name, self.name, guest.name, now))

    def uninvite(self, user: User, guest: str, now: int) -> Uninvited:
        """
        Take an invitation back.

        @raise LoquiError: with code C{not-owner}, C{not-private} or C{no-change}.
        """
        self._checkOwner(user)
        self._checkPrivate()
        if keyOrNone(guest) not in self.settings.invited:
            raise LoquiError("no-change", f"{guest} is not invited to {self.name}")
        return self._set(Uninvited(user.name, self.name, guest, now))

    def _checkOwner(self, user: User) -> None:
        if self.isLobby:
            raise LoquiError("not-owner", "the lobby is everybody's; /join #ROOM makes a room of your own")
        if user.key not in self.settings.owners:
            raise LoquiError("not-owner", f"only who owns {self.name} may do that")

    def _checkPrivate(self) -> None:
        if not self.settings.private:
            raise LoquiError("not-private", f"{self.name} is open to everybody; /private on changes that")

    def _set(self, event: _Setting) -> _Setting:
        self.settings = after(self.settings, event)
        return event

    # What has happened.

    def happened(self, event: Event) -> None:
        """An event of this room has been told."""
        self.recent.append(event)
        self._past = None
        if isinstance(event, (Said, Acted)):
            self.count += 1
        else:
            self.told = after(self.told, event)

    def retell(self, event: Event) -> None:
        """An event has been told that changes the settings of more than one room."""
        self.told = after(self.told, event)

    @property
    def past(self) -> tuple[Past, ...]:
        """The last events, as somebody who comes is shown them; the same objects until there is a new one."""
        if self._past is None:
            self._past = tuple(map(Past, self.recent))
        return self._past

    def isShownTo(self, user: User) -> bool:
        """Whether somebody may know of the room, as far as has been told."""
        told, key = self.told, nameKey(user.shown)
        return user in self.present or not told.private or key in told.owners or key in told.invited

    # Who is told.

    def seat(self, session: Session) -> None:
        """Tell a session everything from now on."""
        self._audience.setdefault(session.render, {})[session] = session.outlet.write
        self.hush(session)

    def unseat(self, session: Session) -> None:
        """Tell a session nothing more; it need not have a seat."""
        self._audience.get(session.render, {}).pop(session, None)
        self.quiet.discard(session)

    def hush(self, session: Session) -> None:
        """Take note of whether a session that has a seat is quiet."""
        if session.quiet and self.isSeated(session):
            self.quiet.add(session)
        else:
            self.quiet.discard(session)

    def isSeated(self, session: Session) -> bool:
        """Whether a session is told what happens here."""
        return session in self._audience.get(session.render, ())

    @property
    def size(self) -> int:
        """How many sessions are told what happens here."""
        return sum(map(len, self._audience.values()))

    def seats(self) -> Collection[dict[Session, Callable[[bytes], None]]]:
        """The sessions with the way to them, apart for each wire; not to be changed."""
        return self._audience.values()

    def tell(self, chunkFor: Callable[[Render], bytes], apart: Set[Session] = frozenset()) -> None:
        """
        Give everybody the same bytes.

        @param chunkFor: makes them for one wire; called once for each.
        @param apart: the sessions that are told in another way.
        """
        for render, seats in tuple(self._audience.items()):
            if seats:
                chunk = chunkFor(render)
                # A copy: somebody may lose their seat by being told.
                told = dict(seats)
                for session in seats.keys() & apart:
                    del told[session]
                for write in told.values():
                    write(chunk)
