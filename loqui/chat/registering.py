"""Commands for one's own account."""

from __future__ import annotations

from loqui.chat.command import Command, Context
from loqui.chat.ports import Passwords
from loqui.errors import LoquiError
from loqui.events import AccountChanged
from loqui.identities import digestCode

__all__ = ["PLAINTEXT", "ROWS", "changeAccount", "passwordsOf"]

PLAINTEXT = (
    "passwords are not taken over an unencrypted connection from another machine, where others may read along; "
    "connect on the server itself, by ssh say, or have it started with --allow-plaintext-passwords"
)


def passwordsOf(context: Context) -> Passwords:
    """
    Who knows passwords, if they may be sent.

    @raise LoquiError: with code C{plaintext} or C{no-accounts}.
    """
    if not context.session.takesPasswords:
        raise LoquiError("plaintext", PLAINTEXT)
    if context.hub.passwords is None:
        raise LoquiError("no-accounts", "there are no accounts here")
    return context.hub.passwords


def changeAccount(context: Context, name: str, change: str, hash: str = "", code: str = "") -> None:
    """An account is made, or changed."""
    event = AccountChanged(context.user.name, name, change, hash, code, context.now)
    context.hub.change(event, context.session)


async def _register(context: Context, password: str, code: str) -> None:
    passwords = passwordsOf(context)
    name, key = context.user.name, context.user.key
    digest = digestCode(code) if code else ""
    _checkNew(context, digest)
    hash = await passwords.hash(password, context.session.host)
    if not context.session.isIn:
        return
    _checkNew(context, digest)
    if context.user.key != key:
        raise LoquiError("no-change", f"not done: you are not {name} any more")
    changeAccount(context, context.user.name, "registered", hash, digest)
    context.confirm(f"{name} is yours: next time, it is asked for your password")


def _checkNew(context: Context, code: str) -> None:
    user = context.user
    if user.registered:
        raise LoquiError("no-change", f"{user.name} is yours already; /passwd changes your password")
    if context.hub.isRegistered(user.name):
        raise LoquiError("name-registered", f"{user.name} is registered; /nick changes your name")
    context.hub.accounts.checkCode(code, context.now)
    context.hub.checkNew()


async def _login(context: Context, name: str, password: str) -> None:
    passwords = passwordsOf(context)
    if context.user.registered:
        raise LoquiError("no-change", f"you are logged in as {context.user.name}; to be somebody else, connect again")
    name = await passwords.check(name, password, context.session.host)
    if context.session.isIn:
        context.hub.become(context.session, context.user, name, context.now)
        context.confirm(f"You are logged in as {name}")


async def _passwd(context: Context, old: str, new: str) -> None:
    passwords = passwordsOf(context)
    _checkHasAccount(context)
    await passwords.check(context.user.name, old, context.session.host)
    hash = await passwords.hash(new, context.session.host)
    if context.session.isIn:
        _checkHasAccount(context)
        changeAccount(context, context.user.name, "password", hash)
        context.confirm("Your password is changed")


def _logout(context: Context) -> None:
    if not context.user.registered:
        raise LoquiError("no-change", "you are not logged in; /quit leaves")
    context.hub.leave(context.session, "", context.now)


async def _unregister(context: Context, password: str) -> None:
    passwords = passwordsOf(context)
    _checkHasAccount(context)
    await passwords.check(context.user.name, password, context.session.host)
    if context.session.isIn:
        _checkHasAccount(context)
        changeAccount(context, context.user.name, "deleted")
        if context.session.isIn:  # Guests are welcome.
            context.confirm(f"The account {context.user.name} is no more; you are a guest")


def _checkHasAccount(context: Context) -> None:
    if not context.user.registered:
        raise LoquiError("no-change", f"{context.user.name} is not registered; /register PASSWORD makes it yours")
    if context.hub.accounts.find(context.user.key) is None:
        raise LoquiError("no-change", f"{context.user.name} is an account of another system, and is changed there")


ROWS = (
    Command(
        "register",
        "PASSWORD [CODE]",
        "Makes your name yours: nobody else gets it. CODE is an invitation, where one is needed.",
        "/register correct-horse",
        _register,
        inside=True,
    ),
    Command(
        "login",
        "NAME PASSWORD",
        "Makes you who you are; also as a first line.",
        "/login alice secret",
        _login,
        inside=True,
    ),
    Command(
        "passwd", "OLD NEW", "Changes your password.", "/passwd correct-horse battery-staple", _passwd, inside=True
    ),
    Command("logout", "", "Leaves with this connection.", "/logout", _logout, inside=True),
    Command("unregister", "PASSWORD", "Gives your name up.", "/unregister correct-horse", _unregister, inside=True),
)
