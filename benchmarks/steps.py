"""What one message costs, step by step, without sending it: C{python -m benchmarks.steps}."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from twisted.internet.task import Clock

from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.ports import Entry
from loqui.doors.limits import Doorkeeper, Limits
from loqui.doors.outbox import Unsent
from loqui.doors.port import ChatFactory
from loqui.events import Event, Said, place
from loqui.store.database import openDatabase
from loqui.store.events import INSERT, toRows
from loqui.testing import MemoryTransport, RecordingJournal
from loqui.wire import text

#: Bytes of a message.
LINE = b"x" * 64

#: Messages in what is received, committed or told at once.
BATCH = 500

#: Times that every step is timed.
TIMES = 7


def microseconds(step: Callable[[], object], messages: int) -> list[float]:
    """Time a step several times; gives microseconds a message."""
    figures = []
    for _ in range(TIMES):
        began = time.perf_counter()
        step()
        figures.append((time.perf_counter() - began) / messages * 1e6)
    return figures


class Steps:
    """A door in memory with one person inside, whose messages are followed."""

    def __init__(self) -> None:
        self.journal = RecordingJournal()
        hub = Hub(self.journal, {}, lambda seconds, function: None)
        self.journal.tell(hub)
        clock = Clock()
        factory = ChatFactory(hub, clock, lambda: 0, Limits(flood=0.0), Unsent(), Doorkeeper(10, 10))
        self.hub = hub
        self.chat = factory.buildProtocol(None)
        self.transport = MemoryTransport()
        self.chat.makeConnection(self.transport)
        self.chat.dataReceived(b"alice\n")
        self.journal.commit()
        self.request: Any = text.parse(LINE)
        self.said: list[Event] = [Said("alice", "lobby", LINE.decode(), 0) for _ in range(BATCH)]
        self.batch = [Entry(event, self.chat.session) for event in self.said]

    def receive(self) -> None:
        """All of it: from bytes to the journal's batch."""
        self.chat.dataReceived((LINE + b"\r\n") * BATCH)
        self.journal.waiting.clear()

    def parse(self) -> None:
        """Clean and parse."""
        for _ in range(BATCH):
            text.parse(LINE)

    def run(self) -> None:
        """Find the command and make an event."""
        for _ in range(BATCH):
            commands.run(self.hub, self.chat.session, self.request, 0)
        self.journal.waiting.clear()

    def write(self) -> str:
        """Number events, and write them as the insert statement takes them."""
        for number, event in enumerate(self.said):
            place(event, number)
        return toRows(self.said)

    def tell(self) -> None:
        """Render and join, for one reader."""
        self.hub.received(self.batch)
        self.transport.clear()


def commits(size: int) -> list[float]:
    """Time commits of so many messages; gives microseconds a message."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        database = openDatabase(Path(folder))
        events: list[Event] = [Said("alice", "lobby", LINE.decode(), 0) for _ in range(size)]
        last = 0

        def commit() -> None:
            nonlocal last
            for event in events:
                last += 1
                place(event, last)
            database.write((INSERT, (toRows(events),)))

        try:
            return microseconds(lambda: [commit() for _ in range(20)], size * 20)
        finally:
            database.close()


def main() -> int:
    """Time every step and print a table."""
    steps = Steps()
    rows = {
        "received, parsed, run: from bytes to the journal": microseconds(steps.receive, BATCH),
        "  of that: cleaned and parsed": microseconds(steps.parse, BATCH),
        "  of that: command found and run": microseconds(steps.run, BATCH),
        "numbered and written as JSON": microseconds(steps.write, BATCH),
        "rendered and joined": microseconds(steps.tell, BATCH),
        **{f"all of a commit of {size}, disk included": commits(size) for size in (1, 64, 1024)},
    }
    print(f"microseconds a message of {len(LINE)} bytes: median (least..most) of {TIMES}\n")
    for name, figures in rows.items():
        print(f"{name:50} {median(figures):8.2f} ({min(figures):.2f}..{max(figures):.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
