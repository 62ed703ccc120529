"""Who may not come in, by name or by where they connect from."""

from __future__ import annotations

from loqui.durations import sayDuration
from loqui.errors import LoquiError
from loqui.networks import holdsFor
from loqui.settings import Sanction, Settings

__all__ = ["checkEntry", "sentence"]


def sentence(what: str, sanction: Sanction, now: int) -> str:
    """What somebody is told who is banned or muted."""
    span = f" for another {sayDuration(sanction.until - now)}" if sanction.until else ""
    why = f": {sanction.why}" if sanction.why else ""
    return f"{what}{span}{why}"


def checkEntry(settings: Settings, key: str | None, host: str | None, now: int) -> None:
    """
    Make sure that somebody is not banned.

    @param settings: those of the room; the lobby's, for the server.
    @param key: the key of their name; None when it is not known yet.
    @param host: their address; None for who comes from no network.
    @param now: UTC in milliseconds since the epoch.

    @raise LoquiError: with code C{banned}.
    """
    for target, sanction in settings.banned.items():
        if sanction.holds(now) and (holdsFor(target, host) if "/" in target else target == key):
            who = "your address is" if "/" in target else "you are"
            raise LoquiError("banned", sentence(f"{who} banned", sanction, now))
