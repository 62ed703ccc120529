"""What README.rst shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest_twisted

from loqui.options import Options
from tests.e2e.processes import Daemon, connect

README = (Path(__file__).parents[2] / "README.rst").read_text("utf-8")


def block(command: str) -> list[str]:
    """The lines that are shown behind a command."""
    _, _, behind = README.partition(f"    $ {command}\n")
    shown = re.match(r"(?:    .*\n)+", behind)
    assert shown is not None, command
    return [line.removeprefix("    ") for line in shown[0].splitlines()]


@pytest_twisted.ensureDeferred
async def test_theConversation(tmp_path: Path) -> None:
    """Alice, with nc, sees what is shown line by line when both type what is shown."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    alice = await connect(port)
    shown = block("nc localhost 32973")
    typed = ("alice", "it is!", "/msg bob and this only you can read", "!DISCONNECT")
    seen = 0
    bob = None
    for line in shown:
        if line in typed:
            alice.say(line.encode())
            continue
        if line == "* bob has joined":
            bob = await connect(port, b"bob")
        if line == "bob: hello, is this on?":
            assert bob is not None
            bob.say(line.removeprefix("bob: ").encode())
        await alice.until(lambda seen=seen: len(alice.lines) > seen)
        assert alice.lines[seen].decode() == line
        seen += 1
    assert bob is not None
    await bob.sees(b"* alice has left")
    for line in block("loqui-connect localhost --name bob")[3:]:
        assert line == "hello, is this on?" or line.encode() in bob.lines
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_thePrivateRoom(tmp_path: Path) -> None:
    """Carol, with nc, sees what is shown of a private room and a direct message."""
    daemon = Daemon(tmp_path)
    port = await daemon.listening()
    dave = await connect(port, b"dave")
    carol = await connect(port)
    _, _, behind = README.partition("    carol\n")
    shown = [line.removeprefix("    ") for line in re.match(r"(?:    .*\n)+", behind)[0].splitlines()]  # type: ignore[index]
    carol.say(b"carol")
    seen = 0
    for line in shown:
        if line == "* 14:02 dave has joined":
            continue
        if not line.startswith(("*", "#", "[")):
            carol.say(line.encode())
            continue
        if line == "* #plans dave has joined":
            dave.say(b"/join #plans")
        await carol.until(lambda line=line, seen=seen: line.encode() in carol.lines[seen:])
        seen += 1
    await dave.sees(b"#plans carol: shall we?")
    await dave.sees(b"[PM from carol] and this stands in no room at all")
    await daemon.stop()


def test_theOptions() -> None:
    """The table has every option, with its default, and no other."""
    shown = dict(re.findall(r"^``--([a-z-]+)(?: [A-Z]+)?``\s+(.*?)  ", README, re.MULTILINE))
    flags = {name.rstrip("=") for name in Options().longOpt} - {"help", "version", "help-auth", "help-auth-type"}
    assert shown.keys() == flags
    for name, _, default, *_ in Options.optParameters:
        if isinstance(default, (int, float)):
            assert shown[name] == str(default).removesuffix(".0")
