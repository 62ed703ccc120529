"""What a room is set to, and what each event makes of that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from loqui.events import Created, Event, Invited, KeySet, PrivacySet, Renamed, TopicSet, Uninvited
from loqui.names import nameKey

__all__ = ["Settings", "after"]

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What a room is about, and who may come in.

    @ivar private: whether it is hidden from everybody who is not in or invited.
    @ivar key: the word that opens it, if it is private; empty for none.
    @ivar owners: name keys of those who may change all this.
    @ivar invited: name keys of those who may come in, if it is private.
    """

    topic: str = ""
    private: bool = False
    key: str = ""
    owners: frozenset[str] = _NOBODY
    invited: frozenset[str] = _NOBODY


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
            owners, invited = _moved(settings.owners, old, new), _moved(settings.invited, old, new)
            return replace(settings, owners=owners, invited=invited)
        case _:
            return settings


def _moved(keys: frozenset[str], old: str, new: str) -> frozenset[str]:
    return (keys - {old}) | {new} if old in keys else keys
