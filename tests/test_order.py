"""Everything in one batch: each sees what is theirs, once, in the journal's order, in one write."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from loqui.events import Event, Joined, Left, Said
from tests.chat import NOW, ChatTestCase, NarrowOutlet, Visitor


class OrderTests(ChatTestCase):
    """Rooms and names that change within a batch."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.everybody = self.here("alice", "bob", "carol")

    def all(self, *visitors: Visitor) -> None:
        """Have the journal keep everything, as one batch, and these read what they were sent before."""
        for visitor in visitors:
            visitor.sees()
        self.journal.commit()

    def test_eachEventOnceInOrder(self) -> None:
        """Who sits in several rooms sees all that happens in them in the order in which it happened."""
        for room in ("#a", "#b", "#c"):
            self.gather(room, self.alice, self.bob)
        self.carol.type("0")
        for n, room in enumerate(("#c", "#lobby", "#a", "#b", "#a", "#c", "#lobby"), 1):
            (self.alice, self.bob)[n % 2].type(f"/say {room} {n}")
        self.journal.commit()
        seen = self.alice.sees()
        self.assertEqual([line[-1] for line in seen], list("01234567"))
        self.assertEqual(self.bob.sees(), seen)
        self.assertEqual(self.carol.sees(), ["carol: 0", "alice: 2", "bob: 7"])

    def test_oneWriteOfTheSameBytes(self) -> None:
        """Those who sit in the same rooms are given the same object, in one write each."""
        dave, eve = self.here("dave", "eve")
        self.gather("#a", self.alice, self.bob, dave, eve)
        self.gather("#b", self.alice, self.bob, dave)
        everybody = [*self.everybody, dave, eve]
        for visitor in everybody:
            visitor.sees()
        for room in ("#a", "#b", "#lobby", "#a"):
            self.alice.type(f"/say {room} x")
        self.journal.commit()
        for visitor in everybody:
            self.assertEqual(len(visitor.outlet.chunks), 1)
        (inBoth,) = self.alice.outlet.chunks
        self.assertIs(self.bob.outlet.chunks[0], inBoth)
        self.assertIs(dave.outlet.chunks[0], inBoth)
        self.assertEqual(eve.sees(), ["#a alice: x", "alice: x", "#a alice: x"])
        self.assertEqual(self.carol.sees(), ["alice: x"])

    def test_sameBytesForThoseWhoAreInOneOnly(self) -> None:
        """Those who sit in one of several rooms are given the same object, too."""
        self.gather("#a", self.alice)
        self.happens(self.alice)
        for visitor in self.everybody:
            visitor.sees()
        self.alice.type("in a")
        self.alice.type("/say #lobby in the lobby")
        self.journal.commit()
        self.assertIs(self.bob.outlet.chunks[0], self.carol.outlet.chunks[0])

    def test_oneWriteForWhoIsApart(self) -> None:
        """Who joins, leaves, is spoken to and asks within the batch is written to once, too."""
        self.gather("#a", self.alice, self.bob)
        for visitor, line in (
            (self.alice, "1"),
            (self.bob, "/msg alice 2"),
            (self.alice, "/who"),
            (self.alice, "/leave"),
            (self.bob, "not for alice"),
            (self.alice, "/join #b"),
            (self.alice, "3"),
            (self.carol, "4"),
        ):
            visitor.type(line)
        self.all(*self.everybody)
        self.assertEqual([len(visitor.outlet.chunks) for visitor in self.everybody], [1, 1, 1])
        self.assertEqual(
            self.alice.sees(),
            [
                "#a alice: 1",
                "[PM from bob] 2",
                "* In #a (2): alice, bob",
                "* You have left #a; what you type is said in #b",
                "* #b is new, and yours. What you type is said there; /leave leaves it.",
                "#b alice: 3",
                "carol: 4",
            ],
        )
        self.assertEqual(self.carol.sees(), ["carol: 4"])

    def test_renameLeaveAndMessageInEveryOrder(self) -> None:
        """A new name, a leaving and a line are seen by others as they were asked for, in every order."""
        lines = {"/nick alicia": "* {} is now alicia", "/leave #a": "* #a {} has left", "/say #lobby hi": "{}: hi"}
        for order in permutations(lines):
            self.setUp()
            self.gather("#a", self.alice, self.bob)
            for line in order:
                self.alice.type(line)
            self.all(self.bob, self.carol)
            name, expected = "alice", []
            for line in order:
                expected.append(lines[line].format(name))
                name = "alicia" if line.startswith("/nick") else name
            self.assertEqual(self.bob.sees(), expected, order)
            self.assertEqual(self.carol.sees(), [line for line in expected if "#a" not in line], order)
            self.assertEqual(self.bob.asks("/who #a"), ["* In #a (1): bob"], order)
            self.assertEqual(self.bob.asks("/who #lobby"), ["* Here (3): alicia, bob, carol"], order)

    def test_renameQuitAndSuccessorInEveryOrderThatCanBe(self) -> None:
        """Who takes a name that is given up in the same batch is heard under it, and never mistaken."""
        for line in ("/nick alicia", "/quit"):
            self.setUp()
            self.gather("#a", self.alice, self.bob)
            self.alice.type("1")
            self.alice.type(line)
            self.carol.type("/nick alice")
            self.carol.type("/join #a")
            self.carol.type("2")
            self.all(self.bob)
            gone = "* alice is now alicia" if line != "/quit" else "* alice has left"
            self.assertEqual(
                self.bob.sees(),
                ["#a alice: 1", gone, "* carol is now alice", "* #a alice has joined", "#a alice: 2"],
            )
            there = "bob, alice" if line == "/quit" else "alicia, bob, alice"
            self.assertEqual(self.bob.asks("/who #a"), [f"* In #a ({there.count(',') + 1}): {there}"])

    def test_joinAndLeaveManyTimes(self) -> None:
        """Who comes and goes several times in a batch sees what happens while they are in, and only that."""
        self.gather("#a", self.bob)
        for n in range(3):
            self.alice.type("/join #a")
            self.bob.type(f"in {n}")
            self.alice.type("/leave #a")
            self.bob.type(f"out {n}")
        self.all(self.alice)
        seen = self.alice.sees()
        self.assertEqual([line for line in seen if line.startswith("#a bob")], [f"#a bob: in {n}" for n in range(3)])
        self.assertEqual(self.bob.asks("/who"), ["* In #a (1): bob"])

    def test_comesSpeaksInARoomAndGoes(self) -> None:
        """Who comes, makes a room, speaks in it, takes another name and goes, all in one batch, leaves it behind."""
        dave = self.visitor().enter("dave")
        for line in ("/join #x", "hello", "/nick david", "/topic t", "/quit"):
            dave.type(line)
        self.all(self.alice)
        self.assertEqual(
            dave.sees()[1:],
            [
                "* #x is new, and yours. What you type is said there; /leave leaves it.",
                "#x dave: hello",
                "* dave is now david",
                "* #x david has set the topic: t",
                "* Goodbye, david.",
            ],
        )
        self.assertEqual(self.alice.sees(), ["* dave has joined", "* dave is now david", "* david has left"])
        self.assertEqual(self.alice.asks("/rooms x"), ["* #x: 0 people - t"])

    def test_droppedByBeingToldInSeveralRooms(self) -> None:
        """When being told ends somebody's connection who sits in several rooms, all others are told all the same."""
        outlet = NarrowOutlet()
        slow = Visitor(self.hub, outlet).enter("slow")
        self.journal.commit()
        self.gather("#a", slow, self.alice, self.bob)
        self.gather("#b", slow, self.alice, self.bob)
        outlet.overflow = lambda: self.drop(slow)
        for room in ("#a", "#b", "#lobby"):
            self.alice.type(f"/say {room} x")
        self.all(*self.everybody)
        outlet.overflow = lambda: None
        slow.sees()
        self.journal.commit()
        seen = ["#a alice: x", "#b alice: x", "alice: x", "* slow has left (too slow)"]
        self.assertEqual((self.alice.sees(), self.bob.sees()), (seen, seen))
        self.assertEqual(self.carol.sees(), seen[2:])
        self.assertEqual(slow.sees(), [])
        self.assertEqual(self.alice.asks("/who #a"), ["* In #a (2): alice, bob"])

    def drop(self, visitor: Visitor) -> None:
        """Somebody's connection has to go."""
        self.hub.leave(visitor.session, "too slow", NOW)
        self.hub.drop(visitor.session)

    def test_membersAddUp(self) -> None:
        """Who counts the comings and goings of a room they are in knows who is in it, whatever happens in a batch."""
        self.gather("#a", self.carol)
        known = {"carol"}
        for round in range(3):
            for line in ("/join #a", "/nick x{0}", "/leave #a", "/join #a", "/nick y{0}", "/quit"):
                for n, visitor in enumerate((self.alice, self.bob)):
                    visitor.type(line.format(f"{round}-{n}"))
            self.all(self.carol)
            for line in self.carol.sees():
                known = count(known, line)
            (line,) = self.carol.asks("/who #a")
            self.assertEqual(line, f"* In #a ({len(known)}): {', '.join(sorted(known))}")
            self.alice, self.bob = self.here("alice", "bob")
            self.carol.sees()

    def test_journalHasTheSameOrder(self) -> None:
        """The journal's order of a room's comings and goings is the order in which they are seen."""
        self.gather("#a", self.carol)
        for visitor, line in (
            (self.alice, "/join #a"),
            (self.bob, "/join #a"),
            (self.alice, "/leave #a"),
            (self.alice, "/join #a"),
            (self.bob, "/leave #a"),
        ):
            visitor.type(line)
        kept = len(self.journal.kept)
        self.all(self.carol)
        self.assertEqual(self.carol.sees(), [f"* #a {way}" for way in ways(self.journal.kept[kept:])])


def count(known: set[str], line: str) -> set[str]:
    """Who is in #a, after a line that was seen there."""
    words = line.removeprefix("* ").removeprefix("#a ").split()
    match words:
        case [name, "has", "joined"] if "#a" in line:
            return known | {name}
        case [name, "has", "left"]:
            return known - {name}
        case [name, "is", "now", other] if name in known:
            return known - {name} | {other}
    return known


def ways(events: Sequence[Event]) -> list[str]:
    """Comings and goings, in words."""
    return [
        f"{event.name} has {'joined' if isinstance(event, Joined) else 'left'}"
        for event in events
        if isinstance(event, (Joined, Left))
    ]


class BugTests(ChatTestCase):
    """When something goes wrong with one event of a batch."""

    def test_othersAreTold(self) -> None:
        """Everybody is told the rest of the batch, and then what went wrong is raised."""
        alice, bob = self.here("alice", "bob")
        alice.type("1")
        self.journal.append(Said("zoe", "#nil", "in a room that there is not", NOW))
        alice.type("2")
        self.assertRaises(KeyError, self.journal.commit)
        self.assertEqual((alice.sees(), bob.sees()), (["alice: 1", "alice: 2"],) * 2)


class FilteredTests(ChatTestCase):
    """Those who do not want to see everything, among those who do."""

    def test_onlyTheyAreApart(self) -> None:
        """Others are given the same object though somebody among them filters; all see the same order."""
        alice, bob, carol, dave = self.here("alice", "bob", "carol", "dave")
        self.gather("#a", alice, bob, carol, dave)
        self.happens(dave, "/quiet on", "/ignore bob")
        for visitor in (alice, bob, carol, dave):
            visitor.sees()
        eve = self.visitor().enter("eve")
        eve.type("/join #a")
        bob.type("1")
        alice.type("/say #lobby 2")
        eve.type("3")
        eve.type("/quit")
        self.journal.commit()
        self.assertIs(alice.outlet.chunks[0], bob.outlet.chunks[0])
        self.assertIs(alice.outlet.chunks[0], carol.outlet.chunks[0])
        self.assertEqual(
            carol.sees(),
            ["* eve has joined", "* #a eve has joined", "#a bob: 1", "alice: 2", "#a eve: 3", "* eve has left"],
        )
        self.assertEqual((len(dave.outlet.chunks), dave.sees()), (1, ["alice: 2", "#a eve: 3"]))


class RushTests(ChatTestCase):
    """Comings and goings that are told together, while names change."""

    def setUp(self) -> None:
        super().setUp()
        (self.alice,) = self.here("alice")
        self.gather("#a", self.alice)
        self.guests = self.here(*(f"guest{n:02}" for n in range(30)))
        self.alice.sees()

    def test_renamedBeforeTheyAreTold(self) -> None:
        """Whose coming is held is told by the name they had, before their new one is told."""
        self.gather("#a", *self.guests)
        self.alice.sees()
        self.happens(self.guests[-1], "/nick zoe")
        inTheLobby, inTheRoom, renamed = self.alice.sees()
        self.assertRegex(inTheLobby, r"^\* \d+ people have joined: ")
        self.assertRegex(inTheRoom, r"^\* #a \d+ people have joined: ")
        self.assertEqual(renamed, "* guest29 is now zoe")

    def test_speakerIsHeardThoughTheirComingIsHeld(self) -> None:
        """What somebody says whose coming is held is told at once."""
        self.gather("#a", *self.guests)
        self.alice.sees()
        self.happens(self.guests[-1], "hello")
        self.assertEqual(self.alice.sees(), ["#a guest29: hello"])

    def test_whoComesAndGoesMeanwhileIsNotTold(self) -> None:
        """Who comes and goes while their coming is held is not told of; the room is as it was."""
        self.gather("#a", *self.guests[:-1])
        self.alice.sees()
        self.happens(self.guests[-1], "/join #a", "/leave #a")
        self.assertEqual(self.alice.sees(), [])
        self.assertNotIn("guest29", "".join(self.alice.asks("/who #a")))
