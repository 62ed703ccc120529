"""What is said in a room, and who sees it."""

from __future__ import annotations

from loqui.answers import Answer
from loqui.chat.user import Session
from loqui.events import LOBBY, Acted, Event, Said
from loqui.wire import text
from tests.chat import NOW, ChatTestCase


class SayingTests(ChatTestCase):
    """C{/say} and C{/me}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.here("alice", "bob")

    def test_lineIsSaidToEveryone(self) -> None:
        """A line is seen by everyone, its speaker included."""
        self.alice.type("hello")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["alice: hello"], ["alice: hello"]))

    def test_sayIsTheSameAsALine(self) -> None:
        """C{/say} says what stands behind it."""
        self.alice.type("/say hello you")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["alice: hello you"])

    def test_lineThatBeginsWithAHashIsSaid(self) -> None:
        """A line without a slash is said whole where one is talking, also if it begins like a room."""
        self.gather("#1", self.alice, self.bob)
        self.happens(self.alice, "/leave")
        self.bob.sees()
        for line in ("#1 is the best", "# a comment", "#1"):
            self.assertEqual(self.alice.asks(line), [f"alice: {line}"])

    def test_meTellsWhatSomebodyDoes(self) -> None:
        """C{/me} is seen by everyone as an action."""
        self.alice.type("/me waves  twice")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.bob.sees()), (["** alice waves  twice"],) * 2)

    def test_eventsHaveTheTimeAndTheRoom(self) -> None:
        """What is kept has its speaker, the room and the time it was asked for at."""
        self.alice.type("hello")
        self.alice.type("/me waves")
        self.assertEqual(
            [event for event, _ in self.journal.waiting],
            [Said("alice", LOBBY, "hello", NOW), Acted("alice", LOBBY, "waves", NOW)],
        )

    def test_nothingIsSeenBeforeItIsKept(self) -> None:
        """Nobody sees a line before the journal has it."""
        self.alice.type("hello")
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))

    def test_batchIsSeenInOrder(self) -> None:
        """Lines of one batch are seen in the order in which they were said."""
        self.alice.type("1")
        self.bob.type("2")
        self.alice.type("/me 3")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["alice: 1", "bob: 2", "** alice 3"])

    def test_batchIsOneWriteOfTheSameBytes(self) -> None:
        """Everyone is written to once a batch, and given the same object."""
        self.alice.type("1")
        self.bob.type("2")
        self.journal.commit()
        (toAlice,), (toBob,) = self.alice.outlet.chunks, self.bob.outlet.chunks
        self.assertIs(toAlice, toBob)

    def test_actionWithoutTextIsRefused(self) -> None:
        """C{/me} alone is refused with its usage and an example."""
        self.assertEqual(self.isRefused(self.alice, "/me"), "usage: /me TEXT, for example: /me waves")

    def test_refusedCommandIsNotSaid(self) -> None:
        """What is refused is neither said nor kept."""
        self.isRefused(self.alice, "/me")
        self.isRefused(self.alice, "/nothing of the sort")
        self.nothingWaits()


class WiresTests(ChatTestCase):
    """Sessions with different wires in one room."""

    def test_eachWireIsRenderedOnce(self) -> None:
        """An event is written once for each wire, however many read it, and each sees their own."""
        rendered: list[Event | Answer] = []

        def shout(what: Event | Answer) -> bytes:
            rendered.append(what)
            return text.render(what).upper()

        (alice,) = self.here("alice")
        loud = [self.visitor() for _ in range(3)]
        for n, visitor in enumerate(loud):
            visitor.session = Session(shout, visitor.outlet)
            visitor.enter(f"guest{n}")
        self.journal.commit()
        for visitor in (alice, *loud):
            visitor.sees()
        rendered.clear()
        alice.type("hello")
        self.journal.commit()
        self.assertEqual([visitor.sees() for visitor in (alice, *loud)], [["alice: hello"], *[["ALICE: HELLO"]] * 3])
        self.assertEqual(len(rendered), 1)
