"""What people do who know nothing but what they read: a new operator the docs, a newcomer C{/help}."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest_twisted

from tests.e2e.processes import Client, Daemon, Process, connect, enter, invitationCode

OPERATION = (Path(__file__).parents[2] / "docs" / "operation.rst").read_text("utf-8")


def read(words: str) -> str:
    """What an operator types; the docs must say it."""
    assert f"``{words}``" in OPERATION, words
    return words


async def runDocumented(beginning: str, state: Path, password: bytes) -> None:
    """Run the commands of the block behind some words, and give a password to those that want one."""
    _, _, behind = OPERATION.partition(f"{beginning}::\n\n")
    block = re.match(r"(?: {4}.*\n)+", behind)
    assert block is not None
    for line in block[0].splitlines():
        program, *arguments = shlex.split(line, comments=True)
        command = Process(str(Path(sys.executable).with_name(program)), "--state", str(state), *arguments)
        command.transport.write(password + b"\n")
        command.transport.closeStdin()
        assert await command.ended == 0, command.errors


async def join(port: int, code: bytes, name: bytes, host: str) -> Client:
    """Somebody with an invitation code, who answers what they are asked."""
    client = await connect(port, None, host)
    client.say(name)
    await client.sees(b"? %s has no account. Invitation code:" % name)
    client.say(code)
    await client.sees(b"? %s has no account yet. Choose a password for it:" % name)
    await enter(client, b"secret-of-" + name)
    return client


async def refusal(port: int, host: str, first: bytes = b"") -> bytes:
    """What somebody is told who cannot come in."""
    client = await connect(port, None, host)
    if first:
        client.say(first)
    await client.gone()
    return client.lines[-1]


@pytest_twisted.ensureDeferred
async def test_anOperatorsFirstDay(tmp_path: Path) -> None:
    """With README and docs/operation.rst: a closed server, a friend who is invited, and a pest who stays out."""
    closed = shlex.split(read("--access closed"))
    daemon = Daemon(tmp_path, *closed)
    port = await daemon.listening()
    await runDocumented("The first operator comes from there", tmp_path, b"secret-of-alice")
    alice = await connect(port, b"alice\nsecret-of-alice")
    codes = []
    for _ in range(2):
        seen = len(alice.lines)
        alice.say(read("/invite-code").encode())
        await alice.until(lambda seen=seen: any(b" is good for " in line for line in alice.lines[seen:]))
        codes.append(await invitationCode(alice))
    friend = await join(port, codes[0], b"bob", "127.0.0.2")
    pest = await join(port, codes[1], b"carl", "127.0.0.3")
    assert (await refusal(port, "127.0.0.4", b"dora\n%s\nx\ny\n" % codes[0])).startswith(b"! that invitation code")
    alice.say(read("/whois NAME").replace("NAME", "carl").encode())
    address = (await alice.begins(b"* carl: ")).rpartition(b"; from ")[2]
    assert address == b"127.0.0.3"
    alice.say(read("/ban NAME 2h WHY").replace("NAME", "carl").replace("WHY", "spam").encode())
    await pest.gone()
    await friend.sees(b"* carl has left (banned: spam)")
    alice.say(read("/ban 192.0.2.7").replace("192.0.2.7", address.decode()).encode())
    await alice.sees(b"* alice has banned 127.0.0.3/32")
    for _ in range(2):
        assert (await refusal(port, "127.0.0.3")) == b"! your address is banned"
        assert (await refusal(port, "127.0.0.5", b"carl\nsecret-of-carl")).startswith(b"! you are banned for another ")
        friend = await connect(port, b"bob\nsecret-of-bob", "127.0.0.2")
        friend.say(b"quiet here")
        await friend.sees(b"bob: quiet here")
        assert await daemon.stop() == 0
        daemon = Daemon(tmp_path, *closed)
        port = await daemon.listening()
    alice = await connect(port, b"alice\nsecret-of-alice")
    alice.say(read("/bans").encode(), read("/audit").encode())
    await alice.sees(b"* 127.0.0.3/32: banned by alice")
    await alice.until(lambda: any(line.endswith(b" alice has banned carl for 2 h: spam") for line in alice.lines))
    assert await daemon.stop() == 0


def find(client: Client, does: str) -> bytes:
    """The command of which the help that a client has read says this."""
    rows = [line.decode() for line in client.lines if line.startswith(b"*   /") and does.encode() in line]
    assert len(rows) == 1, rows
    return rows[0].split()[1].encode()


@pytest_twisted.ensureDeferred
async def test_aNewcomersFirstDay(tmp_path: Path) -> None:
    """Given only /help: a private room, somebody invited, ten lines pasted, a whisper, a new name, and gone."""
    daemon = Daemon(tmp_path, "--flood-burst", "100")
    port = await daemon.listening()
    bob, eve = await connect(port, b"bob"), await connect(port, b"eve")
    client = await connect(port, b"ann")
    client.say(b"/help")
    await client.begins(b"* Anything else is said in the room")
    client.say(find(client, "makes it if there is none") + b" #nook")
    client.say(find(client, "Hides your room") + b" on")
    client.say(find(client, "lets them in if it is private") + b" bob")
    await bob.sees(b"* ann invites you to #nook; /join #nook goes there")
    bob.say(b"/join #nook")
    await client.sees(b"* #nook bob has joined")
    code = [f"line {number}: /quit" for number in range(10)]
    client.say(find(client, "as one message"))
    client.say(*[line.encode() for line in code], b".")
    await bob.sees(b"    line 9: /quit")
    at = bob.lines.index(b"#nook ann: [10 lines]")
    assert bob.lines[at + 1 : at + 11] == [f"    {line}".encode() for line in code]
    client.say(find(client, "Tells one person") + b" bob psst")
    await bob.sees(b"[PM from ann] psst")
    client.say(find(client, "Changes your name") + b" anna")
    await bob.sees(b"* ann is now anna")
    client.say(find(client, "as !DISCONNECT does"))
    await client.gone()
    assert client.lines[-1] == b"* Goodbye, anna."
    await bob.sees(b"* anna has left")
    eve.say(b"/join #nook")
    await eve.begins(b"! #nook is not open to you")
    await daemon.stop()
