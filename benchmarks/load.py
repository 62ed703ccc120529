"""The load: messages are sent, and everything that every member receives is checked and timed."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.crowd import Client, Crowd
from benchmarks.stream import Stream, payload
from benchmarks.wires import Wire

__all__ = ["Closed", "Load", "Outcome", "Paced", "Pour", "Source", "Speaker", "seat"]

#: Seconds without a byte after which what is missing is lost.
STALL = 10.0

#: At how many members latency is measured.
SAMPLED = 8

#: Clients that speak besides the members.
SPEAKERS = 8


class Speaker:
    """
    Somebody who speaks.

    @ivar client: the connection; what it receives is not looked at.
    @ivar sent: how many messages it has sent.
    """

    def __init__(self, client: Client, number: int, size: int) -> None:
        """
        @param number: tells it from all other speakers.
        @param size: bytes of a message.
        """
        self.client = client
        self.sent = 0
        self._number = number
        self._size = size

    def say(self, count: int, wire: Wire) -> bool:
        """
        Send messages, with one send for all of them.

        @return: False when some of it has to wait.
        """
        now = time.monotonic_ns()
        numbers = range(self.sent, self.sent + count)
        self.sent += count
        return self.client.send(b"".join([wire.say(payload(self._number, n, now, self._size)) for n in numbers]))


class Source(Protocol):
    """
    Says when how many messages are sent.

    @ivar wait: seconds after which it wants to be asked again.
    """

    wait: float

    def due(self, elapsed: float, sent: int, seen: int) -> int:
        """
        How many are to be sent now.

        @param elapsed: seconds since the beginning.
        @param seen: how many messages the last member to join has received.
        """

    def isOver(self, elapsed: float, sent: int) -> bool:
        """Whether no more will be sent."""


class Closed:
    """For some seconds, always as many messages on their way as there may be."""

    wait = 0.05

    def __init__(self, inFlight: int, seconds: float) -> None:
        self._inFlight = inFlight
        self._seconds = seconds

    def due(self, elapsed: float, sent: int, seen: int) -> int:
        return 0 if self.isOver(elapsed, sent) else self._inFlight - (sent - seen)

    def isOver(self, elapsed: float, sent: int) -> bool:
        return elapsed > self._seconds


class Paced:
    """So many messages a second, whatever the server does."""

    wait = 0.002

    def __init__(self, rate: float, total: int) -> None:
        self._rate = rate
        self._total = total

    def due(self, elapsed: float, sent: int, seen: int) -> int:
        return min(self._total, 1 + int(elapsed * self._rate)) - sent

    def isOver(self, elapsed: float, sent: int) -> bool:
        return sent >= self._total


@dataclass(frozen=True)
class Pour:
    """What one speaker says all at once at the beginning, as fast as the server takes it."""

    speaker: Speaker
    messages: int


@dataclass(frozen=True)
class Outcome:
    """
    What came of a load; latencies in milliseconds.

    @ivar seconds: until the last member had the last message.
    @ivar lost: deliveries that did not happen.
    @ivar disorder: messages out of their order, and members who received anything else than the others.
    @ivar strays: lines that were no messages.
    @ivar busy: the share of the time in which the load itself was computing.
    """

    members: int
    messages: int
    seconds: float
    p50: float
    p99: float
    lost: int
    disorder: int
    strays: int
    busy: float

    @property
    def deliveries(self) -> int:
        """How many times a message reached a member."""
        return self.messages * self.members - self.lost

    @property
    def isSound(self) -> bool:
        """Whether nothing was lost, doubled or out of order."""
        return not self.lost and not self.disorder


class Load:
    """One measurement with a crowd that is in and quiet."""

    def __init__(self, crowd: Crowd, members: Sequence[Client], speakers: Sequence[Speaker], source: Source) -> None:
        """
        @param members: those who are to receive everything; the last one says what is in flight.
        """
        self.stream = Stream()
        self._crowd = crowd
        self._source = source
        self._all = members
        self._speakers = speakers
        self._members = {member.fd: member for member in members}
        self._observer = members[-1]
        step = max(1, (len(members) - 1) / (SAMPLED - 1))
        self._sampled = {members[-1 - int(n * step)].fd for n in range(min(SAMPLED, len(members)))}
        self._latencies: list[int] = []
        self._ignored: int | None = None
        self._waiting: list[Client] = []
        self._count = len(members)
        self._received = self._sent = self._differing = self._turn = 0
        self._last = 0.0
        for member in members:
            member.offset = member.counted = 0
        for speaker in speakers:
            speaker.sent = 0

    def run(self, pour: Pour | None = None) -> Outcome:
        """
        Send everything, and wait until everybody has it or it is lost.

        @raise Trouble: when the server closes a connection.
        """
        gc.collect()
        gc.disable()
        try:
            return self._run(pour)
        finally:
            gc.enable()

    def _run(self, pour: Pour | None) -> Outcome:
        began, cpu = time.monotonic(), time.process_time()
        self._last = began
        if pour is not None:
            self._pour(pour)
        while not self._isDone(now := time.monotonic(), now - began):
            self._speak(now - began)
            self._listen()
        return self._outcome(self._last - began, time.process_time() - cpu)

    def _pour(self, pour: Pour) -> None:
        """Its own latency is nobody's: it is delayed on purpose."""
        self._ignored = len(self._speakers)
        self._speakers = [*self._speakers, pour.speaker]
        pour.speaker.sent = 0
        self._say(pour.speaker, pour.messages)

    def _isDone(self, now: float, elapsed: float) -> bool:
        if now - self._last > STALL:
            return True
        if not self._source.isOver(elapsed, self._sent):
            return False
        return self._received == self._count * len(self.stream.data) and self._seesAll()

    def _seesAll(self) -> bool:
        return self.stream.complete(len(self.stream.data)) == sum(speaker.sent for speaker in self._speakers)

    def _speak(self, elapsed: float) -> None:
        if self._waiting:
            self._waiting = [client for client in self._waiting if not client.send(b"")]
        due = self._source.due(elapsed, self._sent, self._observer.counted)
        if due > 0:
            self._sent += due
            self._share(due, self._speakers[: self._ignored])

    def _share(self, due: int, speakers: Sequence[Speaker]) -> None:
        """One send for each message, because people send one line at a time."""
        for turn in range(self._turn, self._turn + due):
            self._say(speakers[turn % len(speakers)], 1)
        self._turn += due

    def _say(self, speaker: Speaker, count: int) -> None:
        if not speaker.say(count, self._crowd.wire):
            self._waiting.append(speaker.client)

    def _listen(self) -> None:
        """The path that is as short as can be: it is walked once for each delivery or few."""
        crowd, buffer, matches, before = self._crowd, self._crowd.buffer, self.stream.matches, self._received
        for fd, _ in crowd.poller.poll(self._source.wait):
            member = self._members.get(fd)
            if member is None:
                crowd.discard(crowd.clients[fd])
                continue
            size = crowd.read(member)
            if not matches(member.offset, buffer[:size]):
                size = self._mend(member, bytes(buffer[:size]))
            member.offset += size
            self._received += size
            if fd in self._sampled:
                self._clock(member)
        if self._received != before:
            self._last = time.monotonic()

    def _mend(self, member: Client, received: bytes) -> int:
        """
        A member has received what others have not: something for it alone, or something wrong.

        @return: how many of the bytes count.
        """
        common, answer = self._crowd.wire.separate(received)
        member.send(answer)
        if answer and self.stream.matches(member.offset, memoryview(common)):
            return len(common)
        self._differing += 1
        self._count -= 1
        self._received -= member.offset
        del self._members[member.fd]
        return 0

    def _clock(self, member: Client) -> None:
        now = time.monotonic_ns()
        seen, stream = member.counted, self.stream
        member.counted = stream.complete(member.offset)
        new = slice(seen, member.counted)
        if self._ignored is None:
            self._latencies += [now - sent for sent in stream.times[new]]
            return
        both = zip(stream.times[new], stream.senders[new], strict=True)
        self._latencies += [now - sent for sent, sender in both if sender < self._ignored]

    def _outcome(self, seconds: float, cpu: float) -> Outcome:
        sent = sum(speaker.sent for speaker in self._speakers)
        latencies = sorted(self._latencies) or [0]
        return Outcome(
            members=len(self._all),
            messages=sent,
            seconds=seconds,
            p50=latencies[len(latencies) // 2] / 1e6,
            p99=latencies[len(latencies) * 99 // 100] / 1e6,
            lost=sum(max(0, sent - self.stream.complete(member.offset)) for member in self._all),
            disorder=self.stream.disorder + self._differing,
            strays=self.stream.strays.total(),
            busy=cpu / seconds if seconds else 0.0,
        )


def seat(crowd: Crowd, members: int, size: int, seconds: float = 120.0) -> tuple[list[Client], list[Speaker]]:
    """
    Let members and speakers join, and wait until that has been told to everybody.

    The last member to join is likely to be told last: messages count as on their way until
    it has them.

    @param size: bytes of a message.
    @param seconds: in which the members must have joined.

    @raise TooSlow: when they have not.

    @raise Trouble: when the server does not let them in.
    """
    speaking = crowd.join([f"s{n}" for n in range(SPEAKERS)])
    listening = crowd.join([f"m{n}" for n in range(members)], seconds)
    crowd.hush()
    return listening, [Speaker(client, number, size) for number, client in enumerate(speaking)]
