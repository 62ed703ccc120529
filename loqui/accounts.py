"""Who somebody is: a portal of L{twisted.cred} in front of our accounts and those of other systems."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from secrets import compare_digest
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from precis_i18n import get_profile
from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import IUsernamePassword, UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred, DeferredSemaphore, maybeDeferred
from twisted.logger import Logger
from zope.interface import Interface, implementer

from loqui.errors import LoquiError
from loqui.guesses import Guesses
from loqui.identities import Account
from loqui.names import keyOrNone
from loqui.systems import OtherSystem

__all__ = ["AccountChecker", "Hashing", "IPerson", "Passwords", "Person", "Realm", "makePortal", "prepare"]

#: OWASP's choice for argon2id: 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

#: What a password is compared with when there is none, so that this takes as long.
_NOBODY = _HASHER.hash("nobody has this password")

#: Hashes that are made at once, and that wait.
AT_ONCE = 2
WAITING = 64

SHORTEST, LONGEST = 8, 256

_opaque = get_profile("OpaqueString")


class IPerson(Interface):
    """Somebody who has shown who they are."""


@implementer(IPerson)
class Person:
    """
    Somebody who has shown who they are.

    @ivar name: as they write it.
    """

    def __init__(self, name: str) -> None:
        self.name = name


@implementer(IRealm)
class Realm:
    """Where names are people."""

    def requestAvatar(self, avatarId: bytes | tuple[()], mind: object, *interfaces: Any) -> Any:
        """
        @raise NotImplementedError: when something else than an L{IPerson} is wanted.
        """
        if IPerson not in interfaces:
            raise NotImplementedError("there are only persons here")
        assert isinstance(avatarId, bytes)  # Nobody is let in who does not say who they are.
        return IPerson, Person(avatarId.decode("utf-8", "replace")), lambda: None


class Hashing:
    """
    Passwords to what is kept of them, in threads: two at once, and 64 waiting.
    """

    def __init__(self, inThread: Callable[..., Deferred[Any]]) -> None:
        """
        @param inThread: calls a function with arguments in a thread.
        """
        self._inThread = inThread
        self._semaphore = DeferredSemaphore(AT_ONCE)
        self._count = 0

    async def hash(self, password: str) -> str:
        """
        What is kept of a password, which L{prepare} has prepared.

        @raise LoquiError: with code C{busy}; so do the others.
        """
        hashed: str = await self._run(_HASHER.hash, password)
        return hashed

    async def isRight(self, hash: str, password: str) -> bool:
        """Whether a hash is that of a password."""
        right: bool = await self._run(_verify, hash, password)
        return right

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self._count >= AT_ONCE + WAITING:
            raise LoquiError("busy", "busy, try again in a few seconds")
        self._count += 1
        try:
            return await self._semaphore.run(self._inThread, function, *arguments)
        finally:
            self._count -= 1


@implementer(ICredentialsChecker)
class AccountChecker:
    """Checks passwords against our own accounts."""

    credentialInterfaces = (IUsernamePassword,)

    def __init__(
        self, find: Callable[[str], Account | None], hashing: Hashing, renew: Callable[[str, str], None]
    ) -> None:
        """
        @param find: gives the account of a name key.
        @param renew: called with a name and a hash that is to take the place of an old one.
        """
        self._find = find
        self._hashing = hashing
        self._renew = renew

    def requestAvatarId(self, credentials: Any) -> Deferred[bytes | tuple[()]]:
        """Fires with the name of the account; a name that is none takes as long as a wrong password."""
        name, password = credentials.username.decode(), credentials.password.decode()
        return Deferred.fromCoroutine(self._check(name, password))

    async def _check(self, name: str, password: str) -> bytes | tuple[()]:
        key = keyOrNone(name) or ""
        account = self._find(key)
        isRight = await self._hashing.isRight(account.hash if account is not None else _NOBODY, password)
        if account is None or not isRight or self._find(key) is not account:  # It may be another by now.
            raise UnauthorizedLogin
        if _HASHER.check_needs_rehash(account.hash):
            hash = await self._hashing.hash(password)
            if self._find(key) is not account:
                raise UnauthorizedLogin
            self._renew(account.name, hash)
        return account.name.encode()


@implementer(ICredentialsChecker)
class Checkers:
    """Several checkers, asked one after the other until one is content."""

    credentialInterfaces = (IUsernamePassword,)
    log = Logger()

    def __init__(self, checkers: Sequence[Any]) -> None:
        self._checkers = checkers

    def requestAvatarId(self, credentials: Any) -> Deferred[Any]:
        """Fires with what the first one says that is content."""
        return Deferred.fromCoroutine(self._check(credentials))

    async def _check(self, credentials: Any) -> Any:
        refusal: Exception = UnauthorizedLogin()
        for checker in self._checkers:
            try:
                return await maybeDeferred(checker.requestAvatarId, credentials)
            except UnauthorizedLogin:
                pass
            except LoquiError as busy:
                refusal = busy
            except Exception:  # A password file that is gone, say.
                self.log.failure("While {checker} was asked", checker=type(checker).__name__)
        raise refusal


def makePortal(checkers: Sequence[Any]) -> Portal:
    """The portal that everybody comes through who has a password."""
    return Portal(Realm(), [Checkers(checkers)])


class Passwords:
    """
    What the rest of the house knows of passwords.
    """

    def __init__(
        self,
        portal: Portal,
        hashing: Hashing,
        guesses: Guesses,
        find: Callable[[str], Account | None],
        others: Sequence[OtherSystem] = (),
        gate: str = "",
    ) -> None:
        """
        @param find: gives the account of a name key.
        @param others: whose accounts are taken, too.
        @param gate: the password of the server itself; empty for none.

        @raise LoquiError: with code C{password-unfit}, when that can be none.
        """
        if gate:
            prepare(gate)
        self._portal = portal
        self._hashing = hashing
        self._guesses = guesses
        self._find = find
        self._others = others
        self._gate = gate

    @property
    def hasGate(self) -> bool:
        """Whether the server itself has a password."""
        return bool(self._gate)

    def knows(self, name: str) -> bool:
        """Whether a name is one of another system, as far as that can be asked."""
        return any(other.knows(name) for other in self._others)

    async def hash(self, password: str, host: str | None = None) -> str:
        """
        What can be kept of a new password.

        @param host: the address of whose it is to be; None for no network.

        @raise LoquiError: with codes C{password-unfit}, C{too-many-guesses} and C{busy}.
        """
        prepared = prepare(password)
        if len(prepared) < SHORTEST:
            raise LoquiError("password-unfit", f"a password has at least {SHORTEST} characters")
        self._guesses.begin(host, isNew=True)
        try:
            return await self._hashing.hash(prepared)
        finally:
            self._guesses.end(host, failed=False)

    async def check(self, name: str, password: str, host: str | None) -> str:
        """
        The name as its owner writes it, if the password is theirs.

        @param host: the address of who asks; None for no network.

        @raise LoquiError: with codes C{wrong-password}, C{suspended}, C{too-many-guesses} and C{busy}.
        """
        person = await self._guess(self._login(name, password), host)
        account = self._find(keyOrNone(person) or "")
        if account is not None and account.suspended:
            raise LoquiError("suspended", f"{account.name} is suspended; ask an operator")
        return person

    async def checkGate(self, password: str, host: str | None) -> None:
        """
        Make sure that somebody knows the password of the server.

        @raise LoquiError: with codes C{wrong-password}, C{too-many-guesses} and C{busy}.
        """
        await self._guess(self._compare(password), host)

    async def _guess(self, guess: Coroutine[Any, Any, str], host: str | None) -> str:
        try:
            self._guesses.begin(host)
        except LoquiError:
            guess.close()
            raise
        failed = False
        try:
            return await guess
        except (UnauthorizedLogin, UnicodeError):
            failed = True
            raise LoquiError("wrong-password", "wrong name or password") from None
        finally:
            self._guesses.end(host, failed)

    async def _login(self, name: str, password: str) -> str:
        try:
            prepared = prepare(password)
        except LoquiError:
            prepared = ""  # Which is nobody's, and takes as long.
        credentials = UsernamePassword(name.encode(), prepared.encode())
        person: Any
        _, person, _ = await self._portal.login(credentials, None, IPerson)
        return str(person.name)

    async def _compare(self, password: str) -> str:
        if not compare_digest(_prepared(password), _prepared(self._gate)):
            raise UnauthorizedLogin
        return ""


def prepare(password: str) -> str:
    """
    The one form of all ways to type a password: NFC, with all blanks alike (OpaqueString, RFC 8265).

    @raise LoquiError: with code C{password-unfit}, when it cannot be a password.
    """
    tooLong = LoquiError("password-unfit", f"a password has at most {LONGEST} characters")
    if len(password) > LONGEST * 5:  # As in a name.
        raise tooLong
    try:
        # U+FFFD stands for what was no UTF-8, or a control character: many would be the same.
        if "\ufffd" in password:
            raise UnicodeEncodeError("precis", password, 0, 1, "DISALLOWED")
        prepared: str = _opaque.enforce(password)
    except UnicodeEncodeError:
        raise LoquiError(
            "password-unfit", "a password is not empty, and valid UTF-8 without control characters"
        ) from None
    if len(prepared) > LONGEST:
        raise tooLong
    return prepared


def _prepared(password: str) -> bytes:
    try:
        return prepare(password).encode()
    except LoquiError:
        return b""


def _verify(hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(hash, password)
    except (VerificationError, InvalidHashError):
        return False
