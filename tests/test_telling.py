"""Tests for L{loqui.chat.telling}: what somebody sees of a batch in which they go elsewhere."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.user import Session
from loqui.testing import RecordingJournal, RecordingOutlet
from loqui.wire import text


class BatchTests(SynchronousTestCase):
    """One batch, in several rooms."""

    def setUp(self) -> None:
        self.journal = RecordingJournal()
        self.hub = Hub(self.journal, {}, lambda seconds, function: None)
        self.journal.tell(self.hub)
        self.alice, self.bob = self.enter("alice"), self.enter("bob")
        for line in ("/join #one", "/join #two"):
            self.type(self.alice, line)
            self.type(self.bob, line)
        self.commit()

    def enter(self, name: str) -> Session:
        session = Session(text.render, RecordingOutlet())
        self.hub.enter(session, name, 0)
        return session

    def type(self, session: Session, line: str) -> None:
        request = text.parse(line.encode())
        assert request is not None
        commands.run(self.hub, session, request, 0)

    def commit(self) -> list[list[str]]:
        """What Alice and Bob see of the batch."""
        self.journal.commit()
        return [session.outlet.take() for session in (self.alice, self.bob)]  # type: ignore[attr-defined]

    def test_whoSitsInSeveralRoomsSeesAllInOrder(self) -> None:
        """What is said in two rooms and in the lobby comes in the order in which it was said, as one write."""
        self.type(self.alice, "1")
        self.type(self.bob, "/say #one 2")
        self.type(self.alice, "/say #lobby 3")
        self.journal.commit()
        chunks = self.bob.outlet.chunks  # type: ignore[attr-defined]
        self.assertEqual(chunks, [b"#two alice: 1\r\n#one bob: 2\r\nalice: 3\r\n"])

    def test_whoLeavesSeesWhatWasSaidBefore(self) -> None:
        """Who leaves a room within a batch sees what was said there before, and nothing that was said after."""
        self.type(self.alice, "before")
        self.type(self.bob, "/leave #two")
        self.type(self.alice, "after")
        left = "* You have left #two; what you type is said in the lobby"
        self.assertEqual(
            self.commit(),
            [
                ["#two alice: before", "* #two bob has left", "#two alice: after"],
                ["#two alice: before", left],
            ],
        )

    def test_whoComesSeesWhatIsSaidAfter(self) -> None:
        """Who comes to a room within a batch is told nothing twice: the past, and then what is said after."""
        self.type(self.bob, "/leave #two")
        self.commit()
        self.type(self.alice, "before")
        self.type(self.bob, "/join #two")
        self.type(self.alice, "after")
        (toAlice, toBob) = self.commit()
        self.assertEqual(toAlice, ["#two alice: before", "* #two bob has joined", "#two alice: after"])
        self.assertEqual([line for line in toBob if "alice: " in line][-1], "#two alice: after")
        self.assertEqual(sum("before" in line for line in toBob), 1)
