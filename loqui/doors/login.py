"""What is said between a client's first line and its welcome, when a name alone is not enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from loqui.answers import Refusal
from loqui.chat.hub import Hub
from loqui.chat.registering import PLAINTEXT
from loqui.chat.user import Session
from loqui.errors import LoquiError
from loqui.events import AccountChanged
from loqui.identities import digestCode
from loqui.names import checkName, nameKey
from loqui.requests import Request

if TYPE_CHECKING:
    from loqui.accounts import Passwords

__all__ = ["RETRY", "Login"]

#: Wrong passwords and codes that one connection may send.
TRIES = 3

#: What may be tried again, and is no reason to end the connection.
RETRY = frozenset({"wrong-password", "wrong-code", "password-unfit", "busy", "usage"})


class Login:
    """
    One client that is not in yet.

    It says its name, and is asked for the password that belongs to it; for that of the
    server, if that has one; for a new one, if everybody needs an account.
    """

    def __init__(
        self,
        hub: Hub,
        passwords: Passwords | None,
        session: Session,
        now: Callable[[], int],
        ask: Callable[[str], Awaitable[str]],
    ) -> None:
        """
        @param ask: asks the client something; what it gives is the next line.
        """
        self._hub = hub
        self._passwords = passwords
        self._session = session
        self._now = now
        self._ask = ask

    async def come(self, request: Request) -> None:
        """
        Let somebody in, after all the answers it takes.

        @param request: C{enter} with a name, C{login} or C{register}.

        @raise LoquiError: when they cannot come in. When it may be tried again, its code
            is one of L{RETRY}.
        """
        self._hub.checkEntry(None, self._session.host, self._now())
        if request.command == "enter":
            await self._enter(request.arguments)
            return
        words = request.arguments.split(None, 2 if request.command == "register" else 1)
        if len(words) < 2:
            usage = "NAME PASSWORD" if request.command == "login" else "NAME PASSWORD [CODE]"
            raise LoquiError("usage", f"usage: /{request.command} {usage}")
        passwords = self._needPasswords()
        if request.command == "login":
            await self._prove(passwords, words[0], words[1])
        else:
            await self._passGate(passwords)
            await self._register(passwords, checkName(words[0]), words[1], "".join(words[2:]))

    async def _enter(self, name: str) -> None:
        if self._passwords is not None:
            if self._hub.isRegistered(name):
                passwords = self._needPasswords(f"{name} is registered, and ")
                await self._askUntil(
                    f"{name} is registered. Password:", lambda line: self._prove(passwords, name, line)
                )
                return
            checkName(name)
            await self._passGate(self._passwords)
            if self._hub.accounts.access != "open":
                await self._makeAccount(checkName(name))
                return
        self._hub.enter(self._session, name, self._now())

    async def _passGate(self, passwords: Passwords) -> None:
        if passwords.hasGate:
            self._needPasswords()
            host = self._session.host
            await self._askUntil("Password of this server:", lambda line: passwords.checkGate(line, host))

    async def _makeAccount(self, name: str) -> None:
        passwords = self._needPasswords("this server is for people with an account, and ")
        code = ""
        if self._hub.accounts.access == "closed":
            code = await self._askUntil(f"{name} has no account. Invitation code:", self._checkCode)
        await self._askUntil(
            f"{name} has no account yet. Choose a password for it:",
            lambda line: self._register(passwords, name, line, code),
        )

    async def _checkCode(self, code: str) -> None:
        self._hub.accounts.checkCode(digestCode(code), self._now())

    async def _prove(self, passwords: Passwords, name: str, password: str) -> None:
        name = await passwords.check(name, password, self._session.host)
        if not self._session.gone:
            self._hub.login(self._session, name, self._now())

    async def _register(self, passwords: Passwords, name: str, password: str, code: str) -> None:
        digest = digestCode(code) if code else ""
        self._checkFree(name, digest)
        hash = await passwords.hash(password, self._session.host)
        if self._session.gone:
            return
        self._checkFree(name, digest)
        now = self._now()
        self._hub.change(AccountChanged(name, name, "registered", hash, digest, now), self._session)
        self._hub.login(self._session, name, now)

    def _checkFree(self, name: str, code: str) -> None:
        self._hub.checkNew()
        self._hub.checkEntry(nameKey(name), self._session.host, self._now())
        self._hub.checkFree(name)
        self._hub.accounts.checkCode(code, self._now())

    async def _askUntil(self, question: str, take: Callable[[str], Awaitable[None]]) -> str:
        """Ask until the answer is good; what that was."""
        while True:
            answer = await self._ask(question)
            try:
                await take(answer)
            except LoquiError as refusal:
                if refusal.code not in RETRY:
                    raise
                counted = self.count(self._session, refusal)
                self._session.tell(Refusal(counted.code, counted.sentence))
            else:
                return answer

    @staticmethod
    def count(session: Session, refusal: LoquiError) -> LoquiError:
        """
        Count what was wrong; what is to be told then.

        @raise LoquiError: with code C{too-many-tries}, when it is once too often.
        """
        if refusal.code not in ("wrong-password", "wrong-code"):
            return refusal
        session.wrong += 1
        left = TRIES - session.wrong
        if left < 1:
            raise LoquiError("too-many-tries", refusal.sentence)
        return LoquiError(refusal.code, f"{refusal.sentence} ({left} {'try' if left == 1 else 'tries'} left)")

    def _needPasswords(self, why: str = "") -> Passwords:
        """
        Who knows passwords, if they may be sent.

        @raise LoquiError: with code C{plaintext} or C{no-accounts}.
        """
        if self._passwords is None:
            raise LoquiError("no-accounts", "there are no accounts here")
        if not self._session.takesPasswords:
            raise LoquiError("plaintext", why + PLAINTEXT)
        return self._passwords
