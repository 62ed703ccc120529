"""C{loqui-admin} against a real server: in a pipe, and in a pseudo-terminal."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import pytest_twisted

from tests.e2e.processes import Client, Daemon, Process, admin, connect, programOf

ADMIN = programOf("loqui-admin")

SECRET = b"correct-horse"


def session(state: Path, *command: str) -> Process:
    """The command at a terminal."""
    return Process(ADMIN, "--state", str(state), *command, terminal=True)


async def login(port: int, name: bytes, password: bytes = SECRET) -> Client:
    """Somebody who has said their name and password; whatever comes of it."""
    client = await connect(port)
    client.say(name)
    await client.sees(b"? %s is registered. Password:" % name)
    client.say(password)
    await client.until(lambda: len(client.lines) > 1)
    return client


async def serve(state: Path) -> tuple[Daemon, int]:
    """A server where Alice has an account; gives it and its port."""
    daemon = Daemon(state)
    port = await daemon.listening()
    assert await admin(state, "user", "add", "alice", typed=SECRET + b"\n") == (0, b"alice: registered\n", b"")
    return daemon, port


@pytest_twisted.ensureDeferred
async def test_addInAPipe(tmp_path: Path) -> None:
    """The password is the first line of the input; its owner can log in, and nobody sees it."""
    daemon, port = await serve(tmp_path)
    alice = await login(port, b"alice")
    assert alice.lines[1].startswith(b"* Welcome to Loqui, alice.")
    await daemon.stop()
    assert SECRET not in daemon.output
    assert not [path for path in tmp_path.iterdir() if path.is_file() and SECRET in path.read_bytes()]


@pytest_twisted.ensureDeferred
async def test_addAtATerminal(tmp_path: Path) -> None:
    """At a terminal, the password is typed twice, and not shown."""
    daemon, port = await serve(tmp_path)
    person = session(tmp_path, "user", "add", "bob")
    for question, answer in (
        (b"Password for bob: ", "battery-staple"),
        (b"Once more: ", "battery-stable"),
        (b"loqui-admin: these are not the same\r\nPassword for bob: ", "battery-staple"),
    ):
        await person.shows(question)
        assert not person.hasEcho
        person.type(answer)
    await person.shows(b"Once more: ", 2)
    person.type("battery-staple")
    assert await person.ended == 0
    assert person.output.endswith(b"bob: registered\r\n")
    assert b"battery" not in person.output
    assert (await login(port, b"bob", b"battery-staple")).lines[1].startswith(b"* Welcome")
    await daemon.stop()


@pytest.mark.parametrize("key", ["\x03", "\x04"])
@pytest_twisted.ensureDeferred
async def test_leavingInsteadOfAPassword(key: str, tmp_path: Path) -> None:
    """Ctrl-C and Ctrl-D end the command, change nothing, and leave no traceback."""
    daemon, _ = await serve(tmp_path)
    person = session(tmp_path, "user", "add", "bob")
    await person.shows(b"Password for bob: ")
    person.type(key, end="")
    assert await person.ended == 130
    assert b"Traceback" not in person.output
    assert (await admin(tmp_path, "user", "list"))[1] == b"alice\n"
    await daemon.stop()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        (b"", b"a password is not empty, and valid UTF-8 without control characters\n"),
        (b"\n", b"a password is not empty, and valid UTF-8 without control characters\n"),
        (b"correct\x00horse\n", b"a password is not empty, and valid UTF-8 without control characters\n"),
        (b"correct\xff\xfehorse\n", b"a password is not empty, and valid UTF-8 without control characters\n"),
        (b"short\n", b"a password has at least 8 characters\n"),
        (b"x" * 257 + b"\n", b"a password has at most 256 characters\n"),
        (b"x" * 3_000_000, b"a password has at most 256 characters\n"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_unfitPasswords(password: bytes, sentence: bytes, tmp_path: Path) -> None:
    """What cannot be a password is refused with a sentence and status 1, and nothing is changed."""
    daemon, port = await serve(tmp_path)
    assert await admin(tmp_path, "user", "add", "bob", typed=password) == (1, b"", sentence)
    assert await admin(tmp_path, "user", "passwd", "alice", typed=password) == (1, b"", sentence)
    assert (await admin(tmp_path, "user", "list"))[1] == b"alice\n"
    assert (await login(port, b"alice")).lines[1].startswith(b"* Welcome")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_wrongCommand(tmp_path: Path) -> None:
    """What is refused goes to standard error, with status 1; also bytes that are no text."""
    daemon, port = await serve(tmp_path)
    bob = await connect(port, b"bob")
    assert await admin(tmp_path, "kcik", "eve") == (
        1,
        b"",
        b"no command /kcik; did you mean /kick? To say it, begin with //\n",
    )
    status, output, errors = await admin(tmp_path, "\udcff\udcfe")
    assert (status, output, errors.count(b"\n")) == (1, b"", 1)
    assert len(bob.lines) == 1
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_json(tmp_path: Path) -> None:
    """With --json every line is an object, also a refusal, and no secret is in any."""
    daemon, _ = await serve(tmp_path)
    status, output, errors = await admin(tmp_path, "--json", "audit")
    (audit,) = [json.loads(line) for line in output.splitlines()]
    assert (status, errors, audit["type"]) == (0, b"", "audit")
    assert [(event["to"], event["change"]) for event in audit["events"]] == [("alice", "registered")]
    assert b"argon2" not in output
    assert await admin(tmp_path, "--json", "kick", "eve") == (
        1,
        b'{"type":"error","text":"eve is not here; /who shows who is","code":"no-such-user"}\n',
        b"",
    )
    assert await admin(tmp_path, "--json", "user", "add", "bob", typed=SECRET) == (
        0,
        b'{"type":"notice","text":"bob: registered"}\n',
        b"",
    )
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_severalCommandsInAPipe(tmp_path: Path) -> None:
    """Without a command the input has them, one a line, and the answers to what they ask; one refused is status 1."""
    daemon, _ = await serve(tmp_path)
    typed = b"user add bob\n%s\n\nkick eve\n/user list\nquit\nstats\n" % SECRET
    assert await admin(tmp_path, typed=typed) == (
        1,
        b"bob: registered\nalice\nbob\n",
        b"eve is not here; /who shows who is\n",
    )
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_sessionAtATerminal(tmp_path: Path) -> None:
    """At a terminal there is a prompt, until Ctrl-D or quit."""
    daemon, _ = await serve(tmp_path)
    person = session(tmp_path)
    await person.shows(b"loqui> ")
    person.type("user list")
    await person.shows(b"alice\r\n")
    person.type("user add bob")
    for question in (b"Password for bob: ", b"Once more: "):
        await person.shows(question)
        person.type(SECRET.decode())
    await person.shows(b"bob: registered\r\n")
    person.type("quit")
    assert await person.ended == 0
    assert SECRET not in person.output
    person = session(tmp_path)
    await person.shows(b"loqui> ")
    person.type("\x04", end="")
    assert await person.ended == 0
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_noServer(tmp_path: Path) -> None:
    """Where no server is, or it ends meanwhile, it is status 2 and one sentence."""
    assert await admin(tmp_path, "who") == (
        2,
        b"",
        f"loqui-admin: no server answers at {tmp_path}/admin.sock: No such file or directory\n".encode(),
    )
    long = tmp_path / ("x" * 120)
    assert (await admin(long, "who"))[2].endswith(b"/admin.sock: AF_UNIX path too long\n")
    daemon, _ = await serve(tmp_path)
    person = session(tmp_path)
    await person.shows(b"loqui> ")
    await daemon.stop(signal.SIGKILL)
    assert (await admin(tmp_path, "who"))[2].endswith(b"/admin.sock: Connection refused\n")
    person.type("who")
    assert await person.ended == 2
    assert b"loqui-admin: the server has ended the connection" in person.output


@pytest_twisted.ensureDeferred
async def test_onlyTheOwnerOfTheStateCanUseIt(tmp_path: Path) -> None:
    """The socket is 0600 in a folder that is 0700; one of a server that was killed is replaced."""
    state = tmp_path / "state"
    daemon, _ = await serve(state)
    socket = state / "admin.sock"
    assert socket.is_socket()
    assert (socket.stat().st_mode & 0o777, state.stat().st_mode & 0o777) == (0o600, 0o700)
    await daemon.stop(signal.SIGKILL)
    assert socket.exists()
    again = Daemon(state)
    await again.listening()
    assert await admin(state, "user", "list") == (0, b"alice\n", b"")
    assert socket.stat().st_mode & 0o777 == 0o600
    await again.stop()
    assert not socket.exists()


@pytest_twisted.ensureDeferred
async def test_firstOperator(tmp_path: Path) -> None:
    """Who is made an operator while they are on is one at once, and also after a restart."""
    daemon, port = await serve(tmp_path)
    alice = await login(port, b"alice")
    alice.say(b"/lockdown on")
    await alice.sees(b"! only an operator may do that")
    assert await admin(tmp_path, "op", "bob") == (
        1,
        b"",
        b"bob has no account, which an operator needs; /register makes one\n",
    )
    assert await admin(tmp_path, "op", "alice") == (0, b"@admin has made alice an operator\n", b"")
    await alice.sees(b"* @admin has made alice an operator")
    alice.say(b"/announce I am it")
    await alice.sees(b"* Announcement by alice: I am it")
    await daemon.stop(signal.SIGKILL)
    again = Daemon(tmp_path)
    alice = await login(await again.listening(), b"alice")
    alice.say(b"/announce I still am")
    await alice.sees(b"* Announcement by alice: I still am")
    await again.stop()


@pytest_twisted.ensureDeferred
async def test_suspend(tmp_path: Path) -> None:
    """Who is suspended while they are on is put out, told why, and let in again only when that is over."""
    daemon, port = await serve(tmp_path)
    alice, other, bob = await login(port, b"alice"), await login(port, b"alice"), await connect(port, b"bob")
    assert await admin(tmp_path, "user", "suspend", "alice") == (0, b"alice: suspended\n", b"")
    for gone in (alice, other):
        await gone.gone()
        assert gone.lines[-2:] == [b"* You have to leave (suspended)", b"* Goodbye, alice."]
    await bob.sees(b"* alice has left (suspended)")
    refused = await login(port, b"alice")
    await refused.gone()
    assert refused.lines[-1] == b"! alice is suspended; ask an operator"
    assert await admin(tmp_path, "user", "list") == (0, b"alice (suspended)\n", b"")
    assert (await admin(tmp_path, "user", "restore", "alice"))[0] == 0
    assert (await login(port, b"alice")).lines[1].startswith(b"* Welcome")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_delete(tmp_path: Path) -> None:
    """Whose account is deleted while they are on becomes a guest, and the name is free when they leave."""
    daemon, port = await serve(tmp_path)
    alice = await login(port, b"alice")
    assert await admin(tmp_path, "user", "delete", "alice") == (0, b"alice: deleted\n", b"")
    await alice.sees(b"* @admin has deleted your account; you are a guest")
    alice.say(b"still here")
    await alice.sees(b"alice: still here")
    alice.say(b"/passwd correct-horse battery-staple")
    await alice.sees(b"! alice is not registered; /register PASSWORD makes it yours")
    taken = await connect(port)
    taken.say(b"alice")
    await taken.sees(b"! alice is already taken; connect again with another name")
    alice.say(b"/quit")
    await alice.gone()
    await connect(port, b"alice")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_keepingThePeace(tmp_path: Path) -> None:
    """Bans, their list and the audit work from here, are seen by those who are on, and are there after a restart."""
    daemon, port = await serve(tmp_path)
    bob, carol = await connect(port, b"bob"), await connect(port, b"carol")
    assert await admin(tmp_path, "ban", "bob", "2h", "spam") == (0, b"@admin has banned bob for 2 h: spam\n", b"")
    await bob.gone()
    assert bob.lines[-1] == b"* Goodbye, bob."
    await carol.sees(b"* @admin has banned bob for 2 h: spam")
    assert (await admin(tmp_path, "ban", "192.0.2.0/24"))[:2] == (0, b"@admin has banned 192.0.2.0/24\n")
    assert (await admin(tmp_path, "announce", "back", "at", "8"))[:2] == (0, b"Announcement by @admin: back at 8\n")
    await carol.sees(b"* Announcement by @admin: back at 8")
    await daemon.stop(signal.SIGKILL)
    again = Daemon(tmp_path)
    port = await again.listening()
    _, bans, _ = await admin(tmp_path, "bans")
    assert {*bans.splitlines()} == {
        b"bob: banned for another 2 h by @admin: spam",
        b"192.0.2.0/24: banned by @admin",
    }
    bob = await connect(port)
    bob.say(b"bob")
    await bob.gone()
    assert bob.lines == [b"! you are banned for another 2 h: spam"]
    assert (await admin(tmp_path, "unban", "bob"))[:2] == (0, b"@admin has lifted the ban of bob\n")
    await connect(port, b"bob")
    _, audit, _ = await admin(tmp_path, "audit")
    assert [line[17:] for line in audit.splitlines()] == [
        b"@admin has changed the account of alice: registered",
        b"@admin has banned bob for 2 h: spam",
        b"@admin has banned 192.0.2.0/24",
        b"Announcement by @admin: back at 8",
        b"@admin has lifted the ban of bob",
    ]
    await again.stop()


@pytest_twisted.ensureDeferred
async def test_inviteCode(tmp_path: Path) -> None:
    """A code from here lets one more account be made where the server is closed, and no second."""
    daemon = Daemon(tmp_path, "--access", "closed")
    port = await daemon.listening()
    status, output, _ = await admin(tmp_path, "invite-code")
    assert status == 0
    code = output.splitlines()[-1].split(b" ")[0]
    bob = await connect(port)
    bob.say(b"/register bob correct-horse " + code)
    await bob.until(lambda: bool(bob.lines))
    assert bob.lines[0].startswith(b"* Welcome to Loqui, bob.")
    carol = await connect(port)
    carol.say(b"/register carol correct-horse " + code)
    await carol.sees(b"! that invitation code is not valid (2 tries left)")
    assert code not in (await admin(tmp_path, "audit"))[1]
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_nobodyReadsTheOutput(tmp_path: Path) -> None:
    """When nobody reads what it prints, it ends without a traceback."""
    daemon, _ = await serve(tmp_path)
    shell = Process("/bin/sh", "-c", f"{ADMIN} --state {tmp_path} help | head -1")
    assert await shell.ended == 0
    assert (shell.output, shell.errors) == (b"Talking:\n", b"")
    await daemon.stop()
