"""What a room is set to, and what each event makes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from loqui.events import (
    AccountChanged,
    Created,
    Event,
    Invited,
    KeySet,
    Moderated,
    PrivacySet,
    Renamed,
    TopicSet,
    Uninvited,
)
from loqui.names import nameKey

__all__ = ["Sanction", "Settings", "after", "targetKey"]

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sanction:
    """
    Why somebody may not come in, or not speak.

    @ivar to: the name or network as it was written.
    @ivar until: UTC in milliseconds since the epoch; 0 for ever.
    @ivar by: who has decided it.
    """

    to: str
    until: int
    why: str
    by: str

    def holds(self, now: int) -> bool:
        """Whether it has not run out."""
        return not self.until or now < self.until

    def outlasts(self, other: Sanction) -> bool:
        """Whether it runs out no sooner than another."""
        return not self.until or 0 < other.until <= self.until


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What a room is about, who may come in, and who may speak. Those of the lobby hold
    everywhere; its owners are the operators.

    @ivar private: whether it is hidden from everybody who is not in or invited.
    @ivar key: the word that opens it, if it is private; empty for none.
    @ivar owners: name keys of those who may change all this.
    @ivar invited: name keys of those who may come in, if it is private.
    @ivar banned: name keys, and networks in the lobby, to why they may not come in.
    @ivar muted: name keys to why they may not speak.
    @ivar slow: milliseconds that must be between two lines of one user; 0 for any.
    @ivar lockdown: whether nobody new comes in.
    """

    topic: str = ""
    private: bool = False
    key: str = ""
    owners: frozenset[str] = _NOBODY
    invited: frozenset[str] = _NOBODY
    banned: Mapping[str, Sanction] = field(default_factory=dict)
    muted: Mapping[str, Sanction] = field(default_factory=dict)
    slow: int = 0
    lockdown: bool = False

    @property
    def keys(self) -> set[str]:
        """All name keys and networks that something is said of."""
        return {*self.owners, *self.invited, *self.banned, *self.muted}

    def concern(self, key: str) -> bool:
        """Whether a name key or network is one of L{keys}."""
        return key in self.owners or key in self.invited or key in self.banned or key in self.muted


def after(settings: Settings, event: Event) -> Settings:
    """The settings of a room when an event that concerns it, or somebody's rename, has happened."""
    match event:
        case Created():
            return Settings(owners=frozenset([nameKey(event.name)]))
        case TopicSet():
            return replace(settings, topic=event.text)
        case PrivacySet():
            return replace(settings, private=event.private, key="", invited=_NOBODY)
        case KeySet():
            return replace(settings, key=event.key)
        case Invited():
            return replace(settings, invited=settings.invited | {nameKey(event.to)})
        case Uninvited():
            return replace(settings, invited=settings.invited - {nameKey(event.to)})
        case Renamed():
            old, new = nameKey(event.name), nameKey(event.to)
            return replace(
                settings,
                owners=_moved(settings.owners, old, new),
                invited=_moved(settings.invited, old, new),
                banned=_renamed(settings.banned, old, event.to),
                muted=_renamed(settings.muted, old, event.to),
            )
        case Moderated():
            return _moderated(settings, event)
        case AccountChanged(change="deleted"):
            # The name may be anybody's now.
            key = nameKey(event.to)
            return replace(settings, owners=settings.owners - {key}, invited=settings.invited - {key})
        case _:
            return settings


def targetKey(to: str) -> str:
    """What somebody, or a network, that is moderated is known by."""
    return to if "/" in to else nameKey(to)


def _moderated(settings: Settings, event: Moderated) -> Settings:
    match event.act:
        case "ban":
            return replace(settings, banned={**settings.banned, targetKey(event.to): _sanction(event)})
        case "unban":
            return replace(settings, banned=_without(settings.banned, targetKey(event.to)))
        case "mute":
            return replace(settings, muted={**settings.muted, targetKey(event.to): _sanction(event)})
        case "unmute":
            return replace(settings, muted=_without(settings.muted, targetKey(event.to)))
        case "op":
            return replace(settings, owners=settings.owners | {nameKey(event.to)})
        case "deop":
            return replace(settings, owners=settings.owners - {nameKey(event.to)})
        case "slow":
            return replace(settings, slow=event.until)
        case "lockdown":
            return replace(settings, lockdown=event.to == "on")
        case _:
            return settings


def _sanction(event: Moderated) -> Sanction:
    return Sanction(event.to, event.until, event.why, event.name)


def _without(sanctions: Mapping[str, Sanction], key: str) -> Mapping[str, Sanction]:
    return {other: sanction for other, sanction in sanctions.items() if other != key}


def _renamed(sanctions: Mapping[str, Sanction], old: str, name: str) -> Mapping[str, Sanction]:
    new = nameKey(name)
    if old == new or old not in sanctions:
        return sanctions
    moved, there = replace(sanctions[old], to=name), sanctions.get(new)
    others = _without(sanctions, old)
    return others if there is not None and there.outlasts(moved) else {**others, new: moved}


def _moved(keys: frozenset[str], old: str, new: str) -> frozenset[str]:
    return (keys - {old}) | {new} if old in keys else keys
