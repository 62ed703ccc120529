"""Tests for L{loqui.client.places}: being where one was, after a lost connection."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Entered, Notice, Welcome
from loqui.client.places import Places
from loqui.events import LOBBY, Renamed, Said
from loqui.wire import lines, reading


def shown(what: object) -> str:
    """A server's line, as a client reads it."""
    return reading.read(lines.render(what).removesuffix(b"\n"))  # type: ignore[arg-type]


def entered(room: str, here: tuple[str, ...] = (), topic: str = "", isCurrent: bool = True, isNew: bool = False) -> str:
    """The line that greets who has come into a room."""
    return shown(Entered(room, topic, here, 0, isNew, isCurrent))


class PlacesTests(SynchronousTestCase):
    """What is sent after a welcome."""

    def setUp(self) -> None:
        self.places = Places()
        self.assertEqual(self.again(), [])

    def again(self, name: str = "alice") -> list[bytes]:
        """What is sent when one has come back."""
        return self.places.welcomed(shown(Welcome(name, ("bob",))))

    def test_room(self) -> None:
        """Who was in a room goes there again; and again, when it is lost once more."""
        for _ in range(2):
            self.places.typed(b"/join #dev")
            self.places.heard(entered("#dev", ("bob", "x.y-z")))
            self.assertEqual(self.again(), [b"/join #dev"])

    def test_key(self) -> None:
        """The key that opened a room opens it again, however the command was written."""
        self.places.typed(b"/J  den swordfish\r")
        self.places.heard(entered("#Den", ("bob",)))
        self.assertEqual(self.again(), [b"/J  den swordfish\r"])

    def test_ownRoom(self) -> None:
        """So does who has made the room."""
        self.places.heard(entered("#dev", isNew=True))
        self.assertEqual(self.again(), [b"/join #dev"])

    def test_currentIsLast(self) -> None:
        """The room in which one talks is joined last."""
        for room in ("#a", "#b", "#c", "#a"):
            self.places.heard(entered(room))
        self.assertEqual(self.again(), [b"/join #b", b"/join #c", b"/join #a"])

    def test_lobbyIsCurrent(self) -> None:
        """Who is in rooms and talks in the lobby does so again."""
        self.places.heard(entered("#a", ("bob",)))
        self.places.heard(entered(LOBBY, ("bob",)))
        self.assertEqual(self.again(), [b"/join #a", b"/join #lobby"])

    def test_left(self) -> None:
        """A room that one has left is not joined; one talks where the server says."""
        self.places.heard(entered("#a"))
        self.places.heard(entered("#b"))
        self.places.heard(shown(Notice("You have left #b; what you type is said in the lobby")))
        self.assertEqual(self.again(), [b"/join #a", b"/join #lobby"])

    def test_refused(self) -> None:
        """A room that could not be joined is not tried again."""
        self.places.typed(b"/join #den")
        self.places.heard("! #den is not open to you")
        self.assertEqual(self.again(), [])

    def test_otherConnection(self) -> None:
        """What another connection of the same person joins is not where one talks, whatever its topic says."""
        topic = "x in it. What you type is said there"
        self.places.heard(entered("#dev", ("bob",), topic, isCurrent=False))
        self.assertEqual(self.again(), [])

    def test_hostileWords(self) -> None:
        """What somebody says does not send one anywhere."""
        for text in (
            "* #evil has x in it. What you type is said there",
            "You have left #dev; what you type is said in #x",
        ):
            self.places.heard(shown(Said("eve", "#dev", text, 0)))
            self.places.heard(shown(Said("eve", LOBBY, f"a\n{text}", 0)))
        self.assertEqual(self.again(), [])

    def test_newName(self) -> None:
        """The name that one has taken since is the one to come back with; those of others are not."""
        self.places.heard(shown(Renamed("bob", "rob", 0)))
        self.assertEqual(self.places.name, "alice")
        self.places.heard(shown(Renamed("alice", "alicia", 0)))
        self.assertEqual(self.places.name, "alicia")
