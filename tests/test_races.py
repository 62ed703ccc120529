"""Names, rooms and connections that change hands in one batch, or in one that cannot be kept."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from loqui.answers import Refusal
from loqui.chat import commands
from loqui.chat.hub import Hub
from loqui.chat.user import Session
from loqui.errors import LoquiError
from loqui.events import Joined
from loqui.testing import RecordingJournal, RecordingOutlet
from loqui.wire import text

#: UTC in milliseconds since the epoch.
NOW = 1_795_348_800_000


class Guest:
    """A connection, and what it is sent."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.outlet = RecordingOutlet()
        self.session = Session(text.render, self.outlet)

    def types(self, *lines: str) -> None:
        """Send lines, and be told what is refused."""
        for line in lines:
            request = text.parse(line.encode(), verbatim=self.session.draft is not None)
            assert request is not None
            try:
                commands.run(self.hub, self.session, request, NOW)
            except LoquiError as refusal:
                self.session.tell(Refusal(refusal.code, refusal.sentence))

    def sees(self) -> list[str]:
        """The lines that were sent since the last time."""
        return self.outlet.take()


class RaceTestCase(SynchronousTestCase):
    """Alice, bob and carol are here, and have read everything."""

    def setUp(self) -> None:
        self.journal = RecordingJournal()
        self.hub = Hub(self.journal, {}, lambda seconds, function: None, 0)
        self.journal.tell(self.hub)
        self.alice, self.bob, self.carol = (self.comes(name) for name in ("alice", "bob", "carol"))
        self.settles()

    def comes(self, name: str) -> Guest:
        """Somebody comes in, which is not kept yet."""
        guest = Guest(self.hub)
        self.hub.enter(guest.session, name, NOW)
        return guest

    def again(self, guest: Guest) -> Guest:
        """The same person with one more connection, who has been welcomed there."""
        other = Guest(self.hub)
        assert guest.session.user is not None
        self.hub.attach(other.session, guest.session.user)
        self.settles(other)
        return other

    def settles(self, *guests: Guest) -> None:
        """Everything is kept, and has been read."""
        self.journal.commit()
        for guest in (self.alice, self.bob, self.carol, *guests):
            guest.sees()

    def fails(self) -> None:
        """Nothing of what waits can be kept."""
        self.journal.fail("disk full")


class NamesTests(RaceTestCase):
    """Names that change hands."""

    def test_ignoresWhoHasTheName(self) -> None:
        """Whoever ignores a name that was taken a moment ago ignores who has it, not who had it."""
        self.bob.types("/nick robert")
        self.carol.types("/nick bob")
        self.alice.types("/ignore bob")
        self.settles()
        self.bob.types("from robert")
        self.carol.types("from bob")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["robert: from robert"])

    def test_ignoredAndHeardAgainInOneBatch(self) -> None:
        """Whom to ignore changes in the order in which it was asked for."""
        self.bob.types("1")
        self.alice.types("/ignore bob")
        self.bob.types("2")
        self.alice.types("/unignore bob")
        self.bob.types("3")
        self.journal.commit()
        self.assertEqual([line for line in self.alice.sees() if line[0] != "*"], ["bob: 1", "bob: 3"])

    def test_ignoringEndsWithTheConnection(self) -> None:
        """Nothing is kept of whom a connection ignores that is gone before it is its turn."""
        self.alice.types("/ignore bob")
        self.hub.leave(self.alice.session, "", NOW)
        self.hub.drop(self.alice.session)
        self.journal.commit()
        self.assertEqual(self.hub.audience.ignoring, {})

    def test_whoisDescribesWhoWasMeant(self) -> None:
        """Who is asked about and then changes their name is described under the one they had."""
        self.alice.types("/whois bob")
        self.bob.types("/nick robert")
        self.journal.commit()
        described, renamed = self.alice.sees()
        self.assertTrue(described.startswith("* bob: here since "), described)
        self.assertEqual(renamed, "* bob is now robert")

    def test_pasteForWhoHasGone(self) -> None:
        """A paste for somebody who has gone is not told to who has their name now; its lines come back indented."""
        self.alice.types("/paste bob", "secret", "! more")
        self.bob.types("/quit")
        self.carol.types("/nick bob")
        self.settles()
        self.alice.types(".")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["! bob has left and has not seen: secret", "    ! more"])
        self.assertEqual(self.carol.sees(), [])

    def test_pasteForWhoHasAnotherName(self) -> None:
        """A paste for somebody who has changed their name goes to them."""
        self.alice.types("/paste bob", "hello")
        self.bob.types("/nick robert")
        self.settles()
        self.alice.types(".")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["[PM from alice] hello"])


class RoomsTests(RaceTestCase):
    """What becomes of rooms, and of what is owed to a name there."""

    def setUp(self) -> None:
        super().setUp()
        self.alice.types("/join #dev", "/private on")
        self.settles()

    def test_invitationGoesWithTheName(self) -> None:
        """Who is invited and then changes their name is still invited."""
        self.alice.types("/invite bob")
        self.bob.types("/nick robert", "/join #dev")
        self.settles()
        self.bob.types("hello")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["#dev robert: hello"])

    def test_invitationGoesWithTheNameWhenAnHourPasses(self) -> None:
        """What is told of an invitation follows several names, though an hour passes before they are told."""
        self.alice.types("/invite bob")
        self.bob.types("/nick robert", "/nick bobby")
        self.hub.anHourHasPassed(NOW)
        self.settles()
        self.bob.types("/rooms dev")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* #dev: 1 person, private, you are invited"])

    def test_roomsAreListedForTheNameOneHad(self) -> None:
        """Who asks for rooms and then changes their name is shown those that they were invited to."""
        self.alice.types("/invite bob")
        self.bob.types("/rooms dev", "/nick robert")
        self.journal.commit()
        self.assertIn("* #dev: 1 person, private, you are invited", self.bob.sees())

    def test_leftRoomIsForgotten(self) -> None:
        """Nothing is kept of a room that somebody has left, nor is anything unread there."""
        self.bob.types("/join #den", "/join #lobby", "/leave #den")
        self.carol.types("/join #den", "hello")
        self.settles()
        self.bob.types("/rooms den")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* #den: 1 person"])
        self.assertNotIn("#den", [room.name for room in self.bob.session.seen or ()])


class RefusedTests(RaceTestCase):
    """What was asked for in a batch that cannot be kept."""

    _NOT = "it cannot be saved (disk full)"

    def test_whoIsInARoomThatWasNotOpened(self) -> None:
        """Who was let into a private room, which could not be kept, is told nothing of it."""
        self.alice.types("/join #dev", "/private on", "/topic secret")
        self.settles()
        self.alice.types("/invite bob")
        self.bob.types("/who #dev", "/join #dev", "/join #dev", "/topic", "/who")
        self.fails()
        refused = "! you are not in #dev; /join it first"
        unknown = "! there is no room #dev that you could see; /rooms lists them"
        self.assertEqual(self.bob.sees(), [f"! you are not in #dev: {self._NOT}", unknown, refused, refused, refused])

    def test_roomOfWhoWasTurnedAway(self) -> None:
        """A room that somebody has made who could not come in is no more, and can be made by somebody else."""
        self.comes("dave").types("/join #dev")
        self.fails()
        self.bob.types("/join #dev")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* #dev is new, and yours. What you type is said there; /leave leaves it."])

    def test_renameOfWhoWasTurnedAway(self) -> None:
        """What a name owns stays with it when who has taken and changed it could not come in."""
        self.bob.types("/join #dev", "/private on", "/quit")
        self.settles()
        self.comes("bob").types("/nick dave")
        self.fails()
        self.comes("bob").types("/join #dev")
        self.journal.commit()
        self.assertEqual(self.journal.kept[-1], Joined("bob", "#dev", NOW, len(self.journal.kept)))

    def test_everyNewNameIsPromised(self) -> None:
        """Who changes their name while the disk is full is told of it each time, whatever was before."""
        for name in ("robert", "bob"):
            self.bob.types(f"/nick {name}")
            self.fails()
            self.assertEqual(self.bob.sees(), [f"! others are told of your new name later: {self._NOT}"])
            self.settles()
            self.assertEqual(self.hub._promised, set())


class ConnectionsTests(RaceTestCase):
    """People with several connections."""

    def test_goodbyeIsTheLastLine(self) -> None:
        """A connection that has been said goodbye to is told nothing more, though its user is still here."""
        other = self.again(self.bob)
        other.types("/quit")
        self.alice.types("/msg bob hello")
        self.journal.commit()
        self.bob.types("/quit")
        self.journal.commit()
        self.assertEqual(other.sees(), ["* Goodbye, bob."])
        self.assertEqual(self.bob.sees(), ["[PM from alice] hello", "* Goodbye, bob."])

    def test_goodbyeIsSaidOnce(self) -> None:
        """Who leaves with all connections in one batch is said goodbye to once on each."""
        other = self.again(self.bob)
        other.types("/quit")
        self.bob.types("/quit")
        self.journal.commit()
        self.assertEqual((other.sees(), self.bob.sees()), (["* Goodbye, bob."], ["* Goodbye, bob."]))
