"""Accounts and the codes they are made with."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

__all__ = ["Account", "Code", "digestCode", "makeCode"]

# Without what can be taken for something else: 0 and O, 1, I and L.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Account:
    """
    A name that belongs to somebody.

    @ivar name: as they write it.
    @ivar hash: of the password, in the form of argon2; it says how it was made.
    @ivar suspended: whether nobody may log in.
    """

    name: str
    hash: str
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """
    What lets somebody make an account on a server that is closed.

    @ivar uses: how many accounts can still be made with it.
    @ivar until: UTC in milliseconds since the epoch.
    """

    uses: int
    until: int


def makeCode() -> str:
    """A code that cannot be guessed: 60 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def digestCode(code: str) -> str:
    """What is kept of a code: it has too many bits for anybody to find it by trying."""
    return hashlib.sha256(code.strip().casefold().encode()).hexdigest()
