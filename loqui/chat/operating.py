"""Commands for operators: accounts, and how the server is."""

from __future__ import annotations

from loqui.answers import Question
from loqui.chat.command import Command, Context
from loqui.chat.registering import changeAccount, passwordsOf
from loqui.durations import isDuration, parseDuration, sayDuration
from loqui.errors import LoquiError
from loqui.events import CodeGiven
from loqui.identities import Account, digestCode, makeCode
from loqui.names import checkName, keyOrNone, nameKey

__all__ = ["ROWS"]

OPERATORS = "operators"

#: How many accounts are listed.
LISTED = 200

#: How many accounts one code can be good for, and for how long it is, unless something else is said.
MAX_USES = 1000
DEFAULT_SPAN = "7d"


def _user(context: Context, action: str, name: str) -> None:
    _checkOperator(context)
    if action == "list":
        context.answerAll(lambda: _listed(context, name))
    elif not name:
        raise LoquiError("usage", f"usage: /user {action} NAME")
    elif action == "add":
        _add(context, checkName(name))
    elif action == "passwd":
        _checkMaySet(context, name)
        _askPassword(context, _account(context, name).name, "password")
    elif action == "delete":
        _change(context, _account(context, name), "deleted")
    elif action == "suspend":
        _change(context, _account(context, name), "suspended")
    else:
        _change(context, _account(context, name), "restored")


def _listed(context: Context, part: str) -> list[str]:
    operators = context.hub.rooms.lobby.told.owners
    lines = []
    for account in context.hub.accounts.all():
        key = nameKey(account.name)
        if part.casefold() in key:
            marks = [
                *(["operator"] if key in operators else []),
                *(["suspended"] if account.suspended else []),
                *(["here"] if key in context.hub.users else []),
            ]
            lines.append(account.name + (f" ({', '.join(marks)})" if marks else ""))
    more = len(lines) - LISTED
    return [*lines[:LISTED], f"and {more:,} more; /user list PART lists some"] if more > 0 else lines or ["nobody"]


def _add(context: Context, name: str) -> None:
    _checkNew(context, name)
    _askPassword(context, name, "registered")


def _checkNew(context: Context, name: str) -> None:
    if context.hub.registrar.isRegistered(name):
        raise LoquiError("no-change", f"{name} is registered already")
    context.hub.accounts.checkLooks(name)


def _askPassword(context: Context, name: str, change: str) -> None:
    passwords = passwordsOf(context)

    def check(later: Context) -> None:
        _checkOperator(later)  # They may be none any more.
        if change == "registered":
            _checkNew(later, name)
        else:
            _checkMaySet(later, name)

    async def answered(password: str, now: int) -> None:
        later = Context(context.hub, context.session, context.user, now)
        check(later)
        hash = await passwords.hash(password, context.session.host)
        if context.session.isIn:
            check(later)
            changeAccount(later, name, change, hash)
            later.confirm(f"{name}: {change}")

    context.session.question = answered
    context.answer(lambda: Question(f"Password for {name}:"))


def _checkMaySet(context: Context, name: str) -> None:
    """
    Make sure that no operator gets to be another by setting their password; who is at the server's own machine may.

    @raise LoquiError: with codes C{no-such-user} and C{is-owner}.
    """
    key = nameKey(_account(context, name).name)
    lobby = context.hub.rooms.lobby
    if key in lobby.settings.owners and key != context.user.key and not context.user.operates:
        sentence = (
            f"{name} is an operator; /deop {context.naming(lobby)}{name} first, or loqui-admin user passwd {name}"
        )
        raise LoquiError("is-owner", sentence)


def _change(context: Context, account: Account, change: str) -> None:
    if nameKey(account.name) == context.user.key:
        raise LoquiError("no-change", "that would hit yourself")
    if change != "deleted" and account.suspended == (change == "suspended"):
        raise LoquiError("no-change", f"{account.name} is {change} already")
    lobby, name = context.hub.rooms.lobby, account.name
    if change != "restored" and nameKey(name) in lobby.settings.owners:
        raise LoquiError("is-owner", f"{name} is an operator; /deop {context.naming(lobby)}{name} first")
    changeAccount(context, account.name, change)
    context.confirm(f"{account.name}: {change}")


def _account(context: Context, name: str) -> Account:
    account = context.hub.accounts.find(keyOrNone(name) or "")
    if account is None:
        raise LoquiError("no-such-user", f"there is no account {name}")
    return account


def _code(context: Context, uses: str, span: str) -> None:
    _checkOperator(context)
    if isDuration(uses) and not span:
        uses, span = "", uses
    uses, span = uses or "1", span or DEFAULT_SPAN
    if not (uses.isascii() and uses.isdigit() and 0 < int(uses[:9]) <= MAX_USES) or not isDuration(span):
        raise LoquiError(
            "usage", f"usage: /invite-code [USES] [TIME], with USES up to {MAX_USES:,} and TIME like 2h or 7d"
        )
    code = makeCode()
    until = context.now + min(parseDuration(span), parseDuration("365d"))
    event = context.hub.accounts.give(CodeGiven(context.user.name, digestCode(code), int(uses), until, context.now))
    context.happens(event)
    accounts = "one account" if uses == "1" else f"{int(uses):,} accounts"
    context.confirm(
        f"{code} is good for {accounts} within {sayDuration(until - context.now)}: /register PASSWORD {code}"
    )


def _stats(context: Context) -> None:
    _checkOperator(context)
    context.answerAll(lambda: [f"{name}: {count():,}" for name, count in context.hub.gauges.items()])


def _checkOperator(context: Context) -> None:
    context.hub.rooms.lobby.checkRuler(context.user)


ROWS = (
    Command(
        "user",
        "add|list|passwd|suspend|restore|delete [NAME]",
        "Makes, lists and changes accounts; a password is asked for.",
        "/user list",
        _user,
        who=OPERATORS,
    ),
    Command(
        "invite-code",
        "[USES] [TIME]",
        f"Gives a code with which accounts can be made; one, within {DEFAULT_SPAN}, if nothing is said.",
        "/invite-code 3 2d",
        _code,
        who=OPERATORS,
    ),
    Command("stats", "", "Counts what there is.", "/stats", _stats, who=OPERATORS),
)
