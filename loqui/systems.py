"""Accounts of other systems: C{--auth unix}, C{--auth file:PATH} and what else L{twisted.cred.strcred} knows."""

from __future__ import annotations

import pwd
from collections.abc import Iterable
from typing import Any

from twisted.cred.checkers import FilePasswordDB, ICredentialsChecker, InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.credentials import IUsernamePassword, UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.internet.defer import Deferred, maybeDeferred
from zope.interface import implementer

from loqui.errors import LoquiError
from loqui.names import checkName, keyOrNone

__all__ = ["OtherSystem"]


@implementer(ICredentialsChecker)
class OtherSystem:
    """
    The checker of another system, whose names are one when ours are: C{Alice} is C{alice}.
    """

    credentialInterfaces = (IUsernamePassword,)

    def __init__(self, checker: Any) -> None:
        self._checker = checker
        if isinstance(checker, InMemoryUsernamePasswordDatabaseDontUse):
            # From the command line, Twisted gives it str, which it never finds.
            checker.users = {_bytes(name): _bytes(password) for name, password in checker.users.items()}

    def knows(self, name: str) -> bool:
        """Whether a name is one of theirs, as far as that can be asked; any may be while it cannot."""
        try:
            return self._find(name) is not None
        except UnauthorizedLogin:  # The password file cannot be read, which Twisted has logged.
            return True

    def requestAvatarId(self, credentials: Any) -> Deferred[bytes | tuple[()]]:
        """Fires with the name as it is written there."""
        return Deferred.fromCoroutine(self._check(credentials.username.decode(), credentials.password))

    async def _check(self, name: str, password: bytes) -> bytes | tuple[()]:
        theirs = (self._find(name) or name).encode()
        found: Any = await maybeDeferred(self._checker.requestAvatarId, UsernamePassword(theirs, password))
        try:
            return checkName(_bytes(found).decode()).encode()
        except (LoquiError, UnicodeDecodeError):
            raise UnauthorizedLogin from None  # Nobody can have that name here.

    def _find(self, name: str) -> str | None:
        """A name as it is written there."""
        key = keyOrNone(name)
        return next((theirs for theirs in self._candidates(name) if key and keyOrNone(theirs) == key), None)

    def _candidates(self, name: str) -> Iterable[str]:
        """Names that there are, and that may be another spelling of one."""
        if isinstance(self._checker, FilePasswordDB):
            # What is public gives only the one spelling that was asked for.
            return [theirs.decode("utf-8", "replace") for theirs, _ in self._checker._loadCredentials()]
        if isinstance(self._checker, InMemoryUsernamePasswordDatabaseDontUse):
            return [theirs.decode("utf-8", "replace") for theirs in self._checker.users]
        if hasattr(self._checker, "checkPwd"):  # UNIXChecker.
            return [theirs for theirs in (name, keyOrNone(name) or "") if _isOnThisMachine(theirs)]
        return []


def _isOnThisMachine(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):
        return False
    return True


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
