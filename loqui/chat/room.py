"""A room: who is in it, who may come in, who is told what is said in it, and what was said last."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace
from secrets import compare_digest
from typing import TYPE_CHECKING, TypeVar

from loqui.answers import Past
from loqui.chat.sanctions import sentence
from loqui.chat.seats import Seats
from loqui.chat.user import User
from loqui.durations import sayDuration
from loqui.errors import LoquiError
from loqui.events import (
    LOBBY,
    Acted,
    Announced,
    Created,
    Event,
    Invited,
    Joined,
    KeySet,
    Left,
    Moderated,
    PrivacySet,
    Said,
    TopicSet,
    Uninvited,
)
from loqui.names import keyOrNone, nameKey
from loqui.settings import Sanction, Settings, after, targetKey

if TYPE_CHECKING:
    pass

__all__ = ["Room"]

#: What a room is set to that nobody has made.
UNSET = Settings()

_Setting = TypeVar("_Setting", bound=Event)

#: Characters in a topic, and in a key.
MAX_TOPIC = 300
MAX_KEY = 64

#: Characters in the reason of a kick, ban or mute.
MAX_WHY = 300

#: Characters of what has been said last that are remembered: as many as somebody may paste at once.
MAX_REMEMBERED = 32 * 1024

#: How many invitations there may be to a room, and how many bans, mutes and owners each.
MAX_INVITED = 1000
MAX_SANCTIONS = 1000


class Room:
    """
    Members, settings and seats.

    A I{member} is in the room from the moment that was accepted. Those who are
    I{present} are the members as far as everybody has been told; their sessions have
    I{seats} since the C{Joined} came out of the journal, so that all see the same events
    from there on. There are two of the settings for the same reason.

    @ivar lobby: the room whose settings hold here, too.
    @ivar members: users, those who came first first.
    @ivar settings: as they are from the moment that was accepted.
    @ivar present: the members, as far as has been told.
    @ivar told: the settings, as far as has been told.
    @ivar isKept: whether the room is in the journal.
    @ivar isNew: whether it is in the journal, and nobody has been told that they are in.
    @ivar seats: the sessions that are told.
    @ivar recent: the last events, oldest first.
    @ivar count: how many things have been said since the start.
    @ivar hours: for how long nobody has been here.
    """

    __slots__ = (
        "_past",
        "_remembered",
        "_remembers",
        "_spoke",
        "count",
        "hours",
        "isKept",
        "isNew",
        "lobby",
        "members",
        "name",
        "present",
        "recent",
        "seats",
        "settings",
        "told",
    )

    def __init__(
        self,
        name: str,
        remembers: int,
        settings: Settings = UNSET,
        isKept: bool = False,
        lobby: Room | None = None,
    ) -> None:
        """
        @param remembers: how many of the last events are remembered.
        """
        self.name = name
        self.lobby = lobby or self
        # By their names, too: somebody may connect again as who they were.
        self._spoke: dict[User | str, int] = {}
        self.members: dict[User, None] = {}
        self.settings = self.told = settings
        self.present: dict[User, None] = {}
        self.isKept = isKept
        self.isNew = False
        self.recent: deque[Event] = deque()
        self._remembers = remembers
        self._remembered = 0
        self.count = 0
        self.hours = 0
        self.seats = Seats()
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

    def isRuledBy(self, user: User) -> bool:
        """Whether somebody may say what happens here: its owners, and operators everywhere."""
        if user.operates or (user.registered and user.key in self.lobby.settings.owners):
            return True
        return not self.isLobby and user.key in self.settings.owners

    def checkRuler(self, user: User) -> None:
        """
        Make sure that somebody may say what happens here.

        @raise LoquiError: with code C{not-owner}.
        """
        if not self.isRuledBy(user):
            who = "an operator" if self.isLobby else f"who owns {self.name}, or an operator,"
            raise LoquiError("not-owner", f"only {who} may do that")

    def checkVoice(self, user: User, now: int) -> None:
        """
        Make sure that somebody may speak here now.

        @raise LoquiError: with code C{muted} or C{slow}.
        """
        self.checkNotMuted(user, now, "not said")
        if self.isRuledBy(user):
            return
        wait = max(self._spoke.get(user, 0), self._spoke.get(user.key, 0)) + self.settings.slow - now
        if 0 < wait <= self.settings.slow:
            every = sayDuration(self.settings.slow)
            raise LoquiError(
                "slow", f"not said: everybody says one line in {every} here; wait {sayDuration(wait + 499)}"
            )

    def checkNotMuted(self, user: User, now: int, what: str = "not done") -> None:
        """
        Make sure that somebody is not muted here, or everywhere; who owns the room may be the latter.

        @param what: what is told them then.

        @raise LoquiError: with code C{muted}.
        """
        for room in (self, self.lobby):
            sanction = room.settings.muted.get(user.key)
            if sanction is not None and sanction.holds(now) and not room.isRuledBy(user):
                where = "" if room.isLobby else f" in {room}"
                raise LoquiError("muted", sentence(f"{what}: you are muted{where}", sanction, now))

    def say(self, user: User, text: str, now: int) -> Said:
        """
        Say something.

        @raise LoquiError: as L{checkVoice}; so does L{act}.
        """
        self._spend(user, now)
        return Said(user.name, self.name, text, now)

    def act(self, user: User, text: str, now: int) -> Acted:
        """Do something, in words."""
        self._spend(user, now)
        return Acted(user.name, self.name, text, now)

    def admits(self, user: User, key: str = "") -> bool:
        """Whether somebody may come in, with the word they give."""
        settings = self.settings
        if not settings.private or user.key in settings.invited or self.isRuledBy(user):
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

        @raise LoquiError: with code C{not-owner} or C{too-long}, or as L{checkVoice}.
        """
        if self.isLobby:
            self.checkRuler(user)
        if len(text) > MAX_TOPIC:
            raise LoquiError("too-long", f"a topic has at most {MAX_TOPIC} characters, this has {len(text):,}")
        self._spend(user, now)
        return self._set(TopicSet(user.name, self.name, text, now))

    def setPrivacy(self, user: User, private: bool, now: int) -> PrivacySet:
        """
        Hide the room, or show it again.

        @raise LoquiError: with code C{not-owner} or C{no-change}.
        """
        self._checkNotLobby()
        self.checkRuler(user)
        if private == self.settings.private:
            raise LoquiError("no-change", f"{self.name} is {'private' if private else 'public'} already")
        return self._set(PrivacySet(user.name, self.name, private, now))

    def setKey(self, user: User, key: str, now: int) -> KeySet:
        """
        Have a word open the private room; an empty one for none.

        @raise LoquiError: with code C{not-owner}, C{not-private} or C{too-long}.
        """
        self._checkNotLobby()
        self.checkRuler(user)
        self._checkPrivate()
        if len(key) > MAX_KEY:
            raise LoquiError("too-long", f"a key has at most {MAX_KEY} characters")
        return self._set(KeySet(user.name, self.name, key, now))

    def invite(self, user: User, guest: User, now: int) -> Invited:
        """
        Let somebody come in.

        @raise LoquiError: with code C{not-owner}, C{no-change}, C{too-many-invited} or C{muted}.
        """
        self.checkNotMuted(user, now)
        if self.isLobby:
            raise LoquiError("no-change", "everybody is in the lobby; /join a room first, then invite")
        if self.settings.private:
            self.checkRuler(user)
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
        self._checkNotLobby()
        self.checkRuler(user)
        self._checkPrivate()
        if keyOrNone(guest) not in self.settings.invited:
            raise LoquiError("no-change", f"{guest} is not invited to {self.name}")
        return self._set(Uninvited(user.name, self.name, guest, now))

    def moderate(self, user: User, act: str, to: str, now: int, why: str = "", until: int = 0) -> Moderated:
        """
        Keep the peace; the parameters are as in L{Moderated}.

        @raise LoquiError: with code C{not-owner}, C{too-long}, C{too-many-sanctions} or C{muted}.
        """
        self.checkRuler(user)
        if why:
            self.checkNotMuted(user, now)  # A reason is read by all.
        if len(why) > MAX_WHY:
            raise LoquiError("too-long", f"a reason has at most {MAX_WHY} characters, this has {len(why):,}")
        settings = self.settings
        there: dict[str, Collection[str]] = {"ban": settings.banned, "mute": settings.muted, "op": settings.owners}
        if len(there.get(act, ())) >= MAX_SANCTIONS and targetKey(to) not in there[act]:
            raise LoquiError("too-many-sanctions", f"there are {MAX_SANCTIONS:,} already; lift one first")
        return self._set(Moderated(user.name, self.name, act, to, why, until, now))

    def takeOffice(self, name: str, by: str, now: int) -> Moderated:
        """
        Have a name own this no more, because it is another's from now on.

        @param by: who gave it away.
        """
        return self._set(Moderated(by, self.name, "deop", name, "it is a new account", 0, now))

    def announce(self, user: User, text: str, now: int) -> Announced:
        """
        Say something that all are to notice.

        @raise LoquiError: with code C{not-owner} or C{muted}.
        """
        self.checkRuler(user)
        self.checkNotMuted(user, now, "not said")
        return Announced(user.name, self.name, text, now)

    def tidy(self, now: int) -> None:
        """Forget the bans and mutes that have run out, and who spoke when: what holds no more anyway."""
        slow = self.settings.slow
        self._spoke = {who: when for who, when in self._spoke.items() if now < when + slow}
        self.settings, self.told = (
            replace(settings, banned=_holding(settings.banned, now), muted=_holding(settings.muted, now))
            for settings in (self.settings, self.told)
        )

    def _spend(self, user: User, now: int) -> None:
        settings, general = self.settings, self.lobby.settings
        if settings.slow or settings.muted or general.muted:
            self.checkVoice(user, now)
            if settings.slow:
                self._spoke[user] = self._spoke[user.key] = now

    def _checkNotLobby(self) -> None:
        if self.isLobby:
            raise LoquiError("no-change", "the lobby is everybody's; /join #ROOM makes a room of your own")

    def _checkPrivate(self) -> None:
        if not self.settings.private:
            raise LoquiError("not-private", f"{self.name} is open to everybody; /private on changes that")

    def _set(self, event: _Setting) -> _Setting:
        self.settings = after(self.settings, event)
        return event

    # What has happened.

    def happened(self, event: Event) -> None:
        """An event of this room has been told."""
        if isinstance(event, PrivacySet) and not event.private:
            self.recent.clear()  # Who comes now was not meant to read it.
            self._remembered = 0
        self.remember(event)
        if isinstance(event, (Said, Acted)):
            self.count += 1
        else:
            self.told = after(self.told, event)

    def remember(self, event: Event) -> None:
        """Show an event to who comes from now on, and of those before it what is not too much."""
        self.recent.append(event)
        self._remembered += _size(event)
        while len(self.recent) > self._remembers or (self._remembered > MAX_REMEMBERED and len(self.recent) > 1):
            self._remembered -= _size(self.recent.popleft())
        self._past = None

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
        if user in self.present or not told.private or key in told.owners or key in told.invited:
            return True
        return user.operates or (user.registered and key in self.lobby.told.owners)


def _size(event: Event) -> int:
    return len(getattr(event, "text", ""))


def _holding(sanctions: Mapping[str, Sanction], now: int) -> Mapping[str, Sanction]:
    return {key: sanction for key, sanction in sanctions.items() if sanction.holds(now)}
