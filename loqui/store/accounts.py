"""Accounts on the disk: what each event changes there, and what there was when the server stopped."""

from __future__ import annotations

from collections.abc import Iterator

from loqui.events import AccountChanged, CodeGiven, Event
from loqui.identities import Account, Code
from loqui.names import nameKey
from loqui.store.database import Database, Statement

__all__ = ["loadAccounts", "loadCodes", "statements"]

_REGISTER = "INSERT INTO account (key, name, hash, created) VALUES (?, ?, ?, ?)"
_PASSWORD = "UPDATE account SET hash = ? WHERE key = ?"
_SUSPEND = "UPDATE account SET suspended = ? WHERE key = ?"
_DELETE = "DELETE FROM account WHERE key = ?"
_GIVE = "INSERT INTO code (digest, uses, until) VALUES (?, ?, ?)"
_USE = "UPDATE code SET uses = uses - 1 WHERE digest = ?"
_FORGET = "DELETE FROM code WHERE uses < 1 OR until < ?"


def statements(event: Event) -> Iterator[Statement]:
    """What an event changes besides being kept: SQL and its parameters."""
    match event:
        case AccountChanged(change="registered"):
            yield _REGISTER, (nameKey(event.to), event.to, event.hash, event.time)
            yield _USE, (event.code,)
        case AccountChanged(change="password"):
            yield _PASSWORD, (event.hash, nameKey(event.to))
        case AccountChanged(change="suspended" | "restored"):
            yield _SUSPEND, (event.change == "suspended", nameKey(event.to))
        case AccountChanged(change="deleted"):
            yield _DELETE, (nameKey(event.to),)
        case CodeGiven():
            yield _FORGET, (event.time,)
            yield _GIVE, (event.code, event.uses, event.until)


def loadAccounts(database: Database) -> list[Account]:
    """All accounts there are."""
    rows = database.connection.execute("SELECT name, hash, suspended FROM account")
    return [Account(name, hash, bool(suspended)) for name, hash, suspended in rows]


def loadCodes(database: Database) -> dict[str, Code]:
    """All codes there are, by their digests."""
    rows = database.connection.execute("SELECT digest, uses, until FROM code")
    return {digest: Code(uses, until) for digest, uses, until in rows}
