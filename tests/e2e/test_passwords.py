"""C{loqui-connect} where a name is not enough: passwords, codes, and whoever sees them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import pytest_twisted

from tests.e2e.processes import Daemon, Process, admin, connect, programOf

CONNECT = programOf("loqui-connect")

SECRET = "correct-horse"


async def serve(state: Path, *options: str) -> tuple[Daemon, int]:
    """A server where Alice has an account; gives it and its port."""
    daemon = Daemon(state, *options)
    port = await daemon.listening()
    status, _, errors = await admin(state, "user", "add", "alice", typed=SECRET.encode() + b"\n")
    assert (status, errors) == (0, b"")
    return daemon, port


def person(port: int, *arguments: str) -> Process:
    """Somebody at a terminal."""
    return Process(CONNECT, f"127.0.0.1:{port}", *arguments, terminal=True)


async def pipe(text: bytes, port: int, *arguments: str) -> tuple[int, bytes, bytes]:
    """Run the client in a pipe; gives its status, output and remarks."""
    client = Process(CONNECT, f"127.0.0.1:{port}", *arguments)
    client.transport.write(text)
    client.transport.closeStdin()
    status = await client.ended
    return status, client.output, client.errors


def passwordFile(folder: Path, content: bytes, mode: int = 0o600) -> str:
    """A file with a password in it."""
    path = folder / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest_twisted.ensureDeferred
async def test_passwordIsNeverShown(tmp_path: Path) -> None:
    """A wrong password is asked for again, a right one lets in; neither is echoed, and echo is back after each."""
    daemon, port = await serve(tmp_path)
    alice = person(port)
    await alice.shows(b"Your name: ")
    alice.type("alice")
    await alice.shows(b"alice is registered. Password: ")
    assert not alice.hasEcho
    alice.type("not-it-at-all")
    await alice.shows(b"loqui-connect: wrong name or password (2 tries left); an empty line asks for another name\r\n")
    await alice.shows(b"Password: ", 2)
    alice.type(SECRET)
    await alice.shows(b"* Welcome to Loqui, alice.")
    assert alice.hasEcho
    alice.type("hello")
    await alice.shows(b"hello\r\nalice: hello\r\n")
    alice.type("/quit")
    assert await alice.ended == 0
    assert SECRET.encode() not in alice.output
    assert b"not-it" not in alice.output
    assert SECRET.encode() not in daemon.output
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_whatIsTypedTooEarlyIsNoPassword(tmp_path: Path) -> None:
    """Lines that were typed, and shown, before the question are forgotten."""
    daemon, port = await serve(tmp_path)
    alice = person(port)
    await alice.shows(b"Your name: ")
    alice.type(f"alice\n{SECRET}\nmore")
    await alice.shows(b"Password: ")
    alice.type(SECRET)
    await alice.shows(b"* Welcome to Loqui, alice.")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_threeWrongPasswords(tmp_path: Path) -> None:
    """After three wrong passwords, or an empty line, another name is asked for."""
    daemon, port = await serve(tmp_path)
    alice = person(port, "--name", "alice")
    for number in range(3):
        await alice.shows(b"Password: ", number + 1)
        alice.type("not-it-at-all")
    await alice.shows(b"loqui-connect: wrong name or password\r\nYour name: ")
    alice.type("alice")
    await alice.shows(b"Password: ", 4)
    alice.type("")
    await alice.shows(b"Your name: ", 2)
    assert alice.hasEcho
    alice.type("bob")
    await alice.shows(b"* Welcome to Loqui, bob.")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_comingBackNeedsNoTyping(tmp_path: Path) -> None:
    """A password that worked is used again after a lost connection; when it has been changed, it is asked for."""
    daemon, port = await serve(tmp_path)
    alice = person(port, "--name", "alice")
    await alice.shows(b"Password: ")
    alice.type(SECRET)
    await alice.shows(b"* Welcome")
    await daemon.stop(signal.SIGKILL)
    await alice.shows(b"trying again in ")
    again = Daemon(tmp_path, port=port)
    await alice.shows(b"loqui-connect: connected again")
    assert alice.output.count(b"Password: ") == 1
    assert (await admin(tmp_path, "user", "passwd", "alice", typed=b"battery-staple\n"))[0] == 0
    await again.stop(signal.SIGKILL)
    await alice.shows(b"trying again in ", 2)
    once = Daemon(tmp_path, port=port)
    await alice.shows(b"wrong name or password (2 tries left)")
    await alice.shows(b"Password: ", 2)
    assert not alice.hasEcho
    alice.type("battery-staple")
    await alice.shows(b"loqui-connect: connected again", 2)
    assert alice.hasEcho
    await once.stop()


@pytest_twisted.ensureDeferred
async def test_connectionLostWhileAsked(tmp_path: Path) -> None:
    """When the server goes while a password is typed, the terminal is as it was, and the client ends."""
    daemon, port = await serve(tmp_path)
    alice = person(port, "--name", "alice")
    await alice.shows(b"Password: ")
    alice.type("half-of-it", end="")
    await daemon.stop(signal.SIGKILL)
    await alice.shows(b"is lost")
    assert alice.hasEcho
    assert await alice.ended == 1
    assert b"half-of-it" not in alice.output


@pytest.mark.parametrize("how", [b"\x03", b"\x04", b"/quit\n", signal.SIGTERM, signal.SIGINT])
@pytest_twisted.ensureDeferred
async def test_leavingInsteadOfAPassword(how: bytes | signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, Ctrl-D, /quit and signals leave, and the terminal is as it was."""
    daemon, port = await serve(tmp_path)
    command = f"trap : INT; {CONNECT} 127.0.0.1:{port} -n alice; echo status $?; read x"
    terminal = Process("/bin/sh", "-c", command, terminal=True)
    await terminal.shows(b"Password: ")
    assert not terminal.hasEcho
    if isinstance(how, bytes):
        terminal.transport.write(how)
    else:
        children = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split()
        os.kill(int(children[0]), how)
    await terminal.shows(b"\r\nstatus 0")
    assert terminal.hasEcho
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_stoppedWhileAsked(tmp_path: Path) -> None:
    """Ctrl-Z gives the shell its terminal as it was; in the foreground again, the question is asked again."""
    daemon, port = await serve(tmp_path)
    shell = Process("/bin/sh", "-i", terminal=True)
    shell.type(f"{CONNECT} 127.0.0.1:{port} --name alice")
    await shell.shows(b"Password: ")
    shell.type("\x1a", end="")
    await shell.shows(b"Stopped")
    shell.type("echo sto''pped; stty -a")
    await shell.shows(b"stopped")
    await shell.until(lambda: b" echo " in shell.output.partition(b"stopped\r\n")[2])
    shell.type("fg")
    await shell.shows(b"Password: ", 2)
    assert not shell.hasEcho
    shell.type(SECRET)
    await shell.shows(b"* Welcome to Loqui, alice.")
    assert shell.hasEcho
    assert SECRET.encode() not in shell.output
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_codeAndNewPassword(tmp_path: Path) -> None:
    """A code is shown as it is typed; a new password is not, and is typed twice; coming back asks for neither."""
    daemon, port = await serve(tmp_path, "--access", "closed")
    _, output, _ = await admin(tmp_path, "invite-code")
    code = output.split(b" is good for ")[0].split(b"\n")[-1].decode()
    bob = person(port, "--name", "bob")
    await bob.shows(b"bob has no account. Invitation code: ")
    assert bob.hasEcho
    bob.type("no-such-code")
    await bob.shows(b"that invitation code is not valid (2 tries left)")
    await bob.shows(b"code: ", 2)
    bob.type(code)
    await bob.shows(b"bob has no account yet. Choose a password for it: ")
    assert not bob.hasEcho
    bob.type(SECRET)
    await bob.shows(b"Once more: ")
    bob.type("something-else")
    await bob.shows(b"loqui-connect: these are not the same\r\nbob has no account yet. Choose a password for it: ")
    bob.type(SECRET)
    await bob.shows(b"Once more: ", 2)
    bob.type(SECRET)
    await bob.shows(b"* Welcome to Loqui, bob.")
    assert code.encode() in bob.output
    assert SECRET.encode() not in bob.output
    await daemon.stop(signal.SIGKILL)
    await bob.shows(b"trying again in ")
    again = Daemon(tmp_path, "--access", "closed", port=port)
    await bob.shows(b"loqui-connect: connected again")
    await again.stop()


@pytest_twisted.ensureDeferred
async def test_passwordOfTheServer(tmp_path: Path) -> None:
    """A server with a password asks guests for it: at a terminal, and from a file."""
    gate = passwordFile(tmp_path, b"open sesame\n")
    daemon, port = await serve(tmp_path / "state", "--password-file", gate)
    bob = person(port, "--name", "bob")
    await bob.shows(b"Password of this server: ")
    assert not bob.hasEcho
    bob.type("open sesame")
    await bob.shows(b"* Welcome to Loqui, bob.")
    status, output, remarks = await pipe(b"hi\n", port, "--name", "bot", "--password-file", gate)
    assert (status, remarks) == (0, b"")
    assert output.endswith(b"bot: hi\n* Goodbye, bot.\n")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_operatorAddsAnAccount(tmp_path: Path) -> None:
    """An operator is asked for somebody's password while they are in, likewise without echo."""
    daemon, port = await serve(tmp_path)
    assert (await admin(tmp_path, "op", "alice"))[0] == 0
    alice = person(port, "--name", "alice", "--password-file", passwordFile(tmp_path, SECRET.encode()))
    await alice.shows(b"* Welcome")
    alice.type("/user add bob")
    await alice.shows(b"Password for bob: ")
    assert not alice.hasEcho
    alice.type("battery-staple")
    await alice.shows(b"Once more: ")
    alice.type("battery-staple")
    await alice.shows(b"* bob: registered")
    assert alice.hasEcho
    alice.type("/user add carol")
    await alice.shows(b"Password for carol: ")
    alice.type("\x03", end="")
    assert await alice.ended == 0
    assert b"battery" not in alice.output
    assert (await admin(tmp_path, "user", "list"))[1] == b"alice (operator)\nbob\n"
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_passwordInAPipe(tmp_path: Path) -> None:
    """A pipe takes the password from a file; only the first line of that counts."""
    daemon, port = await serve(tmp_path)
    path = passwordFile(tmp_path, SECRET.encode() + b"\r\nsecond line\n")
    status, output, remarks = await pipe(b"hi\n", port, "--name", "alice", "--password-file", path)
    assert (status, remarks) == (0, b"")
    assert output.endswith(b"alice: hi\n* Goodbye, alice.\n")
    assert SECRET.encode() not in output
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_noPasswordInAPipe(tmp_path: Path) -> None:
    """Without a file, or with a wrong one, it is status 3 and a sentence, and no line is taken for the password."""
    daemon, port = await serve(tmp_path)
    assert await pipe(SECRET.encode() + b"\n", port, "--name", "alice") == (
        3,
        b"",
        b"loqui-connect: the server asks: alice is registered. Password: "
        b"Give --password-file FILE, with the answer in its first line\n",
    )
    path = passwordFile(tmp_path, b"not-it-at-all\n")
    assert await pipe(b"hi\n", port, "--name", "alice", "--password-file", path) == (
        3,
        b"",
        b"loqui-connect: the password of --password-file is refused: wrong name or password (2 tries left)\n",
    )
    assert await pipe(b"", port, "--name", "/login alice wrong-word") == (
        3,
        b"",
        b"loqui-connect: wrong name or password (2 tries left)\n",
    )
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_newPasswordInAPipe(tmp_path: Path) -> None:
    """A pipe does not make accounts: a slip in a script's --name would become one."""
    daemon, port = await serve(tmp_path, "--access", "registered")
    path = passwordFile(tmp_path, SECRET.encode())
    status, output, remarks = await pipe(b"hi\n", port, "--name", "alcie", "--password-file", path)
    assert (status, output) == (3, b"")
    assert remarks.endswith(b"Choose a password for it: That can only be answered at a terminal\n")
    assert (await admin(tmp_path, "user", "list"))[1] == b"alice\n"
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_passwordFiles(tmp_path: Path) -> None:
    """A file that others can read is remarked on; one that cannot be read or says nothing is wrong usage."""
    daemon, port = await serve(tmp_path)
    path = passwordFile(tmp_path, SECRET.encode(), 0o644)
    status, _, remarks = await pipe(b"", port, "--name", "alice", "--password-file", path)
    assert status == 0
    assert remarks == f"loqui-connect: others can read {path}; chmod 600 {path} keeps it to you\n".encode()
    for wrong, why in (
        (passwordFile(tmp_path, b"\nsecond\n"), "its first line is empty"),
        (str(tmp_path / "nowhere"), "No such file or directory"),
        (str(tmp_path), "Is a directory"),
    ):
        status, _, remarks = await pipe(b"", port, "--name", "alice", "--password-file", wrong)
        assert status == 2
        assert remarks.endswith(f"error: --password-file {wrong}: {why}\n".encode())
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_leavingWordsInAPaste(tmp_path: Path) -> None:
    """In a paste, /quit and !DISCONNECT are text; behind it they leave."""
    daemon, port = await serve(tmp_path)
    bob = await connect(port, b"bob")
    carol = person(port, "--name", "carol")
    await carol.shows(b"* Welcome")
    for line in ("/paste", "one", "/quit", "!DISCONNECT", "."):
        carol.type(line)
    await carol.shows(b"carol: [3 lines]\r\n    one\r\n    /quit\r\n    !DISCONNECT\r\n")
    carol.type("/nick eve")
    await carol.shows(b"* carol is now eve")
    carol.type("/quit")
    assert await carol.ended == 0
    await bob.sees(b"* eve has left")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_pasteThatEndsWithTheInput(tmp_path: Path) -> None:
    """A paste in a pipe needs no dot at its end; one that is refused leaves no dot behind."""
    daemon, port = await serve(tmp_path)
    status, output, _ = await pipe(b"/paste\none\n!DISCONNECT\n", port, "--name", "bot")
    assert status == 0
    assert output.endswith(b"bot: [2 lines]\n    one\n    !DISCONNECT\n* Goodbye, bot.\n")
    status, output, _ = await pipe(b"/paste #nowhere\nsaid\n", port, "--name", "bot")
    assert status == 0
    assert output.endswith(b"bot: said\n* Goodbye, bot.\n")
    await daemon.stop()


@pytest_twisted.ensureDeferred
async def test_ctrlCForgetsAPaste(tmp_path: Path) -> None:
    """Ctrl-C in a paste leaves, and nothing of it is said."""
    daemon, port = await serve(tmp_path)
    bob = await connect(port, b"bob")
    carol = person(port, "--name", "carol")
    await carol.shows(b"* Welcome")
    carol.type("/paste\nnever mind")
    await carol.shows(b"* Paste now")
    carol.type("\x03", end="")
    assert await carol.ended == 0
    await bob.until(lambda: any(line.startswith(b"* carol has left") for line in bob.lines))
    assert not any(b"never mind" in line for line in bob.lines)
    await daemon.stop()


@pytest.mark.parametrize("leaving", ["/exit", "/bye", "/logout", "/QUIT"])
@pytest_twisted.ensureDeferred
async def test_otherWordsThatLeave(leaving: str, tmp_path: Path) -> None:
    """When the server says goodbye, the client ends with status 0."""
    daemon, port = await serve(tmp_path)
    alice = person(port, "-n", "alice", "--password-file", passwordFile(tmp_path, SECRET.encode()))
    await alice.shows(b"* Welcome")
    alice.type(leaving)
    assert await alice.ended == 0
    assert alice.output.endswith(b"* Goodbye, alice.\r\n")
    await daemon.stop()


@pytest.mark.parametrize("deed", ["kick", "ban"])
@pytest_twisted.ensureDeferred
async def test_putOut(deed: str, tmp_path: Path) -> None:
    """Who is kicked or banned sees why; the client ends, and does not come back."""
    daemon, port = await serve(tmp_path)
    bob = person(port, "--name", "bob")
    await bob.shows(b"* Welcome")
    assert (await admin(tmp_path, deed, "bob", "spam"))[0] == 0
    assert await bob.ended == 0
    assert bob.output.endswith(b": spam)\r\n* Goodbye, bob.\r\n")
    await daemon.stop()
