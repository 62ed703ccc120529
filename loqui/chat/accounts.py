"""The accounts there are, and the codes for making more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from loqui.errors import LoquiError
from loqui.events import AccountChanged, CodeGiven
from loqui.identities import Account, Code
from loqui.names import nameKey, skeleton

__all__ = ["Accounts"]


class Accounts:
    """
    Accounts and codes, as accepted and as told: like a room's settings.

    @ivar access: C{open}: guests are welcome; C{registered}: everybody needs an account,
        and may make one; C{closed}: making one needs a code.
    """

    def __init__(self, access: str = "open") -> None:
        self.access = access
        self._accepted: dict[str, Account] = {}
        self._told: dict[str, Account] = {}
        self._looks: dict[str, str] = {}
        self._codes: dict[str, Code] = {}
        self._toldCodes: dict[str, Code] = {}

    def restore(self, accounts: Iterable[Account], codes: Mapping[str, Code]) -> None:
        """Take over what was there before the start."""
        for account in accounts:
            key = nameKey(account.name)
            self._told[key] = account
            self._set(key, account)
        self._codes.update(codes)
        self._toldCodes.update(codes)

    def __len__(self) -> int:
        return len(self._told)

    def all(self) -> list[Account]:
        """All accounts, as far as told, by name."""
        return [self._told[key] for key in sorted(self._told)]

    def find(self, key: str) -> Account | None:
        """The account of a name key, from the moment that was accepted."""
        return self._accepted.get(key)

    def checkLooks(self, name: str) -> None:
        """
        Make sure that a name does not look like that of another account.

        @raise LoquiError: with code C{name-confusable}.
        """
        other = self._looks.get(skeleton(name))
        if other is not None and other != nameKey(name):
            shown = self._accepted[other].name
            raise LoquiError("name-confusable", f"{name} looks too much like {shown}, which is registered")

    def checkCode(self, code: str, now: int) -> None:
        """
        Make sure that an account can be made with a code, if one is needed or given.

        @param code: its digest; empty for none.
        @param now: UTC in milliseconds since the epoch.

        @raise LoquiError: with code C{wrong-code}.
        """
        found = self._codes.get(code)
        isValid = found is not None and found.uses > 0 and now < found.until
        if self.access == "closed" and not isValid:
            raise LoquiError("wrong-code", "that invitation code is not valid")
        if code and not isValid:
            # Perhaps it is the second word of a password, which would be wrong without it next time.
            raise LoquiError("wrong-code", "that invitation code is not valid; a password is one word here")

    def change(self, event: AccountChanged) -> AccountChanged:
        """Something is different from now on."""
        key = nameKey(event.to)
        self._set(key, _changed(self._accepted.get(key), event))
        self._codes = _usedUp(self._codes, event)
        return event

    def give(self, event: CodeGiven) -> CodeGiven:
        """There is a code from now on."""
        self._codes[event.code] = Code(event.uses, event.until)
        return event

    def happened(self, event: AccountChanged | CodeGiven) -> None:
        """This has been told."""
        if isinstance(event, CodeGiven):
            self._toldCodes[event.code] = Code(event.uses, event.until)
            return
        key = nameKey(event.to)
        account = _changed(self._told.get(key), event)
        if account is None:
            self._told.pop(key, None)
        else:
            self._told[key] = account
        self._toldCodes = _usedUp(self._toldCodes, event)

    def reset(self, key: str) -> None:
        """Have an account, and all codes, be what has been told that they are."""
        self._set(key, self._told.get(key))
        self.resetCodes()

    def resetCodes(self) -> None:
        """Have all codes be what has been told that they are."""
        self._codes = dict(self._toldCodes)

    def forgetCodes(self, now: int) -> None:
        """Forget the codes that no account can be made with any more."""
        for codes in (self._codes, self._toldCodes):
            for digest in [digest for digest, code in codes.items() if now >= code.until or not code.uses]:
                del codes[digest]

    def _set(self, key: str, account: Account | None) -> None:
        old = self._accepted.pop(key, None)
        if old is not None and self._looks.get(skeleton(old.name)) == key:
            del self._looks[skeleton(old.name)]
        if account is not None:
            self._accepted[key] = account
            # A newer Unicode may find that two look like each other which did not before.
            self._looks.setdefault(skeleton(account.name), key)


def _changed(account: Account | None, event: AccountChanged) -> Account | None:
    match event.change:
        case "registered":
            return Account(event.to, event.hash)
        case "password" if account is not None:
            return Account(account.name, event.hash, account.suspended)
        case "suspended" | "restored" if account is not None:
            return Account(account.name, account.hash, event.change == "suspended")
        case _:
            return None


def _usedUp(codes: dict[str, Code], event: AccountChanged) -> dict[str, Code]:
    code = codes.get(event.code)
    if event.change != "registered" or code is None:
        return codes
    return {**codes, event.code: Code(code.uses - 1, code.until)}
