"""Those who try to log in: some who guess, and the owner, who knows."""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from types import TracebackType

__all__ = ["NAME", "PASSWORD", "STRANGER", "Guessers", "Tries", "guess"]

#: The account that there is, and its password; and a name of the same length that has none.
NAME, PASSWORD, STRANGER = "owner", "correct-horse", "nobod"

#: Where they connect from; the owner from where everybody else does.
_GUESSERS, _OWNER = "127.0.0.2", "127.0.0.1"

#: What a server that takes no more guesses says of it.
_SENTENCES = {
    "! wrong name or password": "evaluated",
    "! busy": "busy",
    "! too many wrong passwords": "refused",
}

#: Seconds between two logins of the owner, and in which any answer must have come.
_PAUSE = 1.0
_PATIENCE = 60.0


@dataclass(frozen=True)
class Tries:
    """
    What came of it.

    @ivar answers: how many guesses were C{evaluated}, C{busy} and C{refused}.
    @ivar seconds: from the first guess to the last answer.
    @ivar logins: seconds from the owner's connecting to their welcome, for each time.
    """

    answers: dict[str, int]
    seconds: float
    logins: list[float]


class Guessers:
    """
    A process, so that the load's own latency is not theirs, in which many connections guess
    and the owner logs in again and again meanwhile.
    """

    def __init__(self, port: int, guesses: int, connections: int, seconds: float) -> None:
        """
        @param seconds: over which the guesses are spread, if they are answered as fast.
        """
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, port, guesses, connections, seconds), daemon=True)
        self._process.start()
        self._ours.recv()  # It is ready.
        self._tries: Tries | None = None

    def __enter__(self) -> Guessers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()

    def begin(self) -> None:
        """Let them guess."""
        self._ours.send(None)

    @property
    def areDone(self) -> bool:
        """Whether every guess has been answered."""
        return self._tries is not None or self._ours.poll()

    def result(self) -> Tries:
        """What came of it, when they are done."""
        if self._tries is None:
            self._tries = self._ours.recv()
        return self._tries


class _Caller:
    """A connection of somebody who has no time."""

    def __init__(self, port: int, host: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), _PATIENCE, (host, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")

    def say(self, line: str) -> str:
        """Send a line; its answer, which is empty when the connection is gone."""
        try:
            self._socket.sendall(line.encode() + b"\r\n")
            return self._lines.readline().decode()
        except ConnectionError:
            return ""

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def guess(port: int, name: str) -> tuple[float, str]:
    """Guess once, on a connection of its own; how many seconds the answer took, and what it was."""
    caller = _Caller(port, _GUESSERS)
    began = time.perf_counter()
    answer = caller.say(f"/login {name} incorrect-horse")
    seconds = time.perf_counter() - began
    caller.close()
    return seconds, answer


def _work(pipe: Connection, port: int, guesses: int, connections: int, seconds: float) -> None:
    os.nice(19)  # Chat's latency is to be the server's, and not what we take of the load's core.
    with ThreadPoolExecutor(connections + 1) as pool:
        pipe.send(None)
        pipe.recv()
        began = time.monotonic()
        numbers: SimpleQueue[tuple[int, float]] = SimpleQueue()
        for number in range(guesses):
            numbers.put((number, began + seconds * number / guesses))
        guessing = [pool.submit(_guess, port, numbers) for _ in range(connections)]
        owner = pool.submit(_logIn, port, guessing)
        answers = sum((one.result() for one in guessing), Counter())
        pipe.send(Tries(dict(answers), time.monotonic() - began, owner.result()))


def _guess(port: int, numbers: SimpleQueue[tuple[int, float]]) -> Counter[str]:
    """Guess as long as there are guesses; the connection is a new one when the server has ended it."""
    answers: Counter[str] = Counter()
    caller: _Caller | None = None
    for number in _taken(numbers):
        answer = ""
        while not answer:
            caller = caller or _Caller(port, _GUESSERS)
            answer = caller.say(f"/login {NAME} incorrect-{number}")
            if not answer:
                caller.close()
                caller = None
        answers[_kind(answer)] += 1
    if caller is not None:
        caller.close()
    return answers


def _logIn(port: int, guessing: Sequence[Future[Counter[str]]]) -> list[float]:
    logins = []
    while not (logins and all(one.done() for one in guessing)):
        began = time.monotonic()
        owner = _Caller(port, _OWNER)
        answer = owner.say(f"/login {NAME} {PASSWORD}")
        logins.append(time.monotonic() - began)
        owner.close()
        if not answer.startswith("* Welcome"):
            raise RuntimeError(f"the owner is not let in: {answer.strip()}")
        time.sleep(_PAUSE)
    return logins


def _taken(numbers: SimpleQueue[tuple[int, float]]) -> Iterator[int]:
    """Numbers, none before its time."""
    with suppress(Empty):
        while True:
            number, when = numbers.get_nowait()
            time.sleep(max(0.0, when - time.monotonic()))
            yield number


def _kind(answer: str) -> str:
    for sentence, kind in _SENTENCES.items():
        if answer.startswith(sentence):
            return kind
    raise RuntimeError(f"not the answer to a guess: {answer.strip()}")
