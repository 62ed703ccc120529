"""Rooms that not everybody may know of."""

from __future__ import annotations

from loqui.chat.room import MAX_INVITED, MAX_KEY
from loqui.events import Invited, KeySet
from tests.chat import NOW, ChatTestCase, Visitor

_NO_ENTRY = "! {0} is not open to you; ask somebody there for an invitation or the key, or /join another room"
_NEW = "* {0} is new, and yours. What you type is said there; /leave leaves it."
_HAS = "* {0} has {1} in it. What you type is said there; /leave leaves it."


class PrivateTestCase(ChatTestCase):
    """Alice owns the private room #den, bob is in it, and eve is an outsider."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.eve = self.here("alice", "bob", "eve")
        self.gather("#den", self.alice, self.bob)
        self.happens(self.alice, "/private on")
        self.read()

    def read(self) -> None:
        """Everybody has read all that they were sent."""
        for visitor in (self.alice, self.bob, self.eve):
            visitor.sees()


class OwningTests(PrivateTestCase):
    """What only the owner may do."""

    def test_whoMakesARoomOwnsIt(self) -> None:
        """Who has made the room may make it private, everybody in it is told."""
        self.assertEqual(self.alice.asks("/private off"), ["* #den alice has made this room public"])
        self.assertEqual(self.bob.sees(), ["* #den alice has made this room public"])
        self.assertEqual(self.eve.sees(), [])

    def test_othersMayNot(self) -> None:
        """Everybody else is refused, for each of it; nothing happens."""
        for line in ("/private off", "/private on", "/key x", "/key -", "/uninvite alice", "/invite eve"):
            self.assertEqual(self.isRefused(self.bob, line), "only who owns #den, or an operator, may do that")
        self.nothingWaits()

    def test_lobbyIsNobodys(self) -> None:
        """Nobody owns the lobby: it stays open, and nobody needs an invitation."""
        for line in ("/private on", "/key x", "/uninvite bob"):
            self.assertEqual(
                self.isRefused(self.eve, line), "the lobby is everybody's; /join #ROOM makes a room of your own"
            )
        self.assertEqual(
            self.isRefused(self.eve, "/invite bob"), "everybody is in the lobby; /join a room first, then invite"
        )

    def test_ownerComesBack(self) -> None:
        """The owner may come back to a room that they have left, and it is still theirs."""
        self.happens(self.alice, "/leave")
        self.assertEqual(self.alice.asks("/join #den"), [_HAS.format("#den", "bob")])
        self.assertEqual(self.alice.asks("/private off"), ["* #den alice has made this room public"])

    def test_ownerMustBeInIt(self) -> None:
        """What an owner changes is changed where they are talking."""
        self.happens(self.alice, "/leave")
        self.assertIn("the lobby is everybody's", self.isRefused(self.alice, "/private off"))

    def test_ownershipFollowsTheNewName(self) -> None:
        """The owner owns it under another name, too; the old name owns nothing."""
        self.happens(self.alice, "/nick alicia")
        self.happens(self.eve, "/nick alice")
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])
        self.assertEqual(self.alice.asks("/private off"), ["* #den alicia has made this room public"])

    def test_ownershipFollowsInOneBatch(self) -> None:
        """Between taking another name and that being told, the old name owns nothing either."""
        self.alice.type("/nick alicia")
        self.eve.type("/nick alice")
        self.assertEqual(
            self.answer(self.eve, "/join #den"),
            [
                "! #den is not open to you; ask somebody there for an invitation or the key, or /join another room",
                "* alice is now alicia",
                "* eve is now alice",
            ],
        )

    def test_neitherOnNorOff(self) -> None:
        """Anything but on and off is refused with the usage."""
        for line in ("/private", "/private yes", "/private on now"):
            self.assertEqual(self.isRefused(self.alice, line), "usage: /private on|off, for example: /private on")

    def test_asItIsAlready(self) -> None:
        """To make it what it is already is refused."""
        self.assertEqual(self.isRefused(self.alice, "/private on"), "#den is private already")
        self.happens(self.alice, "/private off")
        self.assertEqual(self.isRefused(self.alice, "/private off"), "#den is public already")


class OutsiderTests(PrivateTestCase):
    """To who is outside, a private room and one that does not exist are the same."""

    def assertSame(self, visitor: Visitor, *lines: str) -> None:
        """For each line with a room in it, the same answer to C{#den} as to C{#nil}, which does not exist."""
        for line in lines:
            private, missing = (self.answer(visitor, line.format(room)) for room in ("#den", "#nil"))
            self.assertEqual(private, [answer.replace("#nil", "#den") for answer in missing], line)
            self.assertTrue(private[0].startswith("! "), private)
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))

    #: Every line that names a room, but for a bare /join.
    LINES = (
        "/who {0}",
        "/names {0}",
        "/join {0} key",
        "/j {0} another key",
        "/leave {0}",
        "/part {0}",
        "/say {0} hello",
        "/msg {0} hello",
        "/tell {0} hello",
        "/w {0} hello",
        "/paste {0}",
        "/invite bob {0}",
        "/invite alice {0}",
        "/invite nobody {0}",
        "/msg {0}",
        "/say {0}",
        "/whois {0}",
        "/nick {0}",
        "/ignore {0}",
        "/uninvite {0}",
    )

    def test_withoutAKey(self) -> None:
        """A room that has no key."""
        self.assertSame(self.eve, *self.LINES)

    def test_withAKey(self) -> None:
        """A room that has a key, which is not the one that is tried."""
        self.happens(self.alice, "/key swordfish")
        self.bob.sees()
        self.assertSame(self.eve, *self.LINES, "/join {0} Swordfish", "/join {0} swordfish2", "/join {0} swordfis")

    def test_whenSomebodyElseIsInvited(self) -> None:
        """A room that somebody else is invited to."""
        self.here("dave")
        self.happens(self.alice, "/invite dave")
        self.read()
        self.assertSame(self.eve, *self.LINES)

    def test_whenOneWasInvited(self) -> None:
        """A room that one was invited to, but is not any more."""
        self.happens(self.alice, "/invite eve", "/uninvite eve")
        self.read()
        self.assertSame(self.eve, *self.LINES)

    def test_whenOneHasLeftIt(self) -> None:
        """A room that one was in, and has left."""
        self.happens(self.bob, "/leave")
        self.read()
        self.assertSame(self.bob, *self.LINES)

    def test_whenNobodyIsThere(self) -> None:
        """A room that everybody has left."""
        self.happens(self.bob, "/quit")
        self.happens(self.alice, "/quit")
        self.read()
        self.assertSame(self.eve, *(line for line in self.LINES if "alice" not in line and "bob" not in line))

    def test_writtenOtherwise(self) -> None:
        """In another case, and without the hash, it is no more to be found."""
        for line in self.LINES[:4]:
            for den, nil in (("#DEN", "#NIL"), ("den", "nil"), ("\uff24en", "\uff2eil")):
                private, missing = (self.answer(self.eve, line.format(room)) for room in (den, nil))
                self.assertEqual(
                    [answer.casefold() for answer in private],
                    [
                        answer.casefold().replace(nil.casefold(), den.casefold()).replace("nil", "den")
                        for answer in missing
                    ],
                )

    def test_listHasItNot(self) -> None:
        """C{/rooms} does not list it, by no word, nor count it."""
        without = ["* lobby: 3 people, you talk here"]
        self.assertEqual(self.eve.asks("/rooms"), without)
        for word in ("den", "#den", "d"):
            self.assertEqual(self.eve.asks(f"/rooms {word}"), ["* There is no such room; /join #ROOM makes one"])

    def test_whoisHasItNot(self) -> None:
        """C{/whois} of somebody who is in it names it to those only who are in it, too."""
        self.assertTrue(self.eve.asks("/whois alice")[0].endswith("; you share the lobby"))
        self.assertTrue(self.bob.asks("/whois alice")[0].endswith("; you share the lobby, #den"))

    def test_nothingThatHappensThereIsSeen(self) -> None:
        """Whatever is said and done there, an outsider sees nothing of it."""
        other = self.another(self.bob)
        for line in ("hello", "/me waves", "/topic t", "/key k", "/key -", "/private off", "/private on"):
            self.happens(self.alice, line)
        self.happens(self.bob, "/paste", "a", "b", ".", "/leave #den")
        self.happens(other, "/quit")
        self.assertEqual(self.eve.sees(), [])

    def test_bareJoinTells(self) -> None:
        """Only a bare C{/join} tells them apart, since it cannot make a room of that name; it tells nothing else."""
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])
        self.assertEqual(self.answer(self.eve, "/join DEN"), [_NO_ENTRY.format("#DEN")])
        self.assertEqual((self.alice.sees(), self.bob.sees()), ([], []))

    def test_lookAlikeTellsNoMore(self) -> None:
        """A bare C{/join} of a name that looks like its name is answered the same, and does not say which."""
        self.gather("#ill", self.alice)
        self.happens(self.alice, "/private on")
        self.assertEqual(self.answer(self.eve, "/join #iII"), [_NO_ENTRY.format("#iII")])
        self.assertEqual(self.answer(self.eve, "/join #iII key"), ["! there is no room #iII that this key opens"])


class InvitationTests(PrivateTestCase):
    """C{/invite} and C{/uninvite}."""

    def test_guestIsAsked(self) -> None:
        """Who is invited is told by whom, whereto and how to come; those in the room are told, too."""
        told = ["* #den alice has invited eve"]
        self.assertEqual((self.alice.asks("/invite EVE"), self.bob.sees()), (told, told))
        self.assertEqual(self.eve.sees(), ["* alice invites you to #den; /join #den goes there"])

    def test_guestComesIn(self) -> None:
        """Who is invited may come in; before that they find the room and who is in it."""
        self.happens(self.alice, "/topic secrets", "/invite eve")
        self.assertEqual(self.eve.asks("/who #den"), ["* In #den (2): alice, bob"])
        self.assertEqual(self.eve.asks("/rooms den"), ["* #den: 2 people, private, you are invited - secrets"])
        self.assertEqual(self.eve.asks("/join #den"), [_HAS.format("#den", "alice, bob") + " It is about: secrets"])
        self.read()
        self.happens(self.eve, "hello")
        self.assertEqual(self.bob.sees(), ["#den eve: hello"])

    def test_whoIsNot(self) -> None:
        """Its owner, who has left it, and an operator find the room as well, and not because they were invited."""
        self.happens(self.alice, "/leave")
        self.assertEqual(self.alice.asks("/rooms den"), ["* #den: 1 person, private, it is yours"])
        (root,) = self.operators("root")
        self.assertEqual(root.asks("/rooms den"), ["* #den: 1 person, private"])

    def test_guestIsInvitedForGood(self) -> None:
        """Who is invited may go and come back."""
        self.happens(self.alice, "/invite eve")
        self.happens(self.eve, "/join #den", "/leave")
        self.assertIn(_HAS.format("#den", "alice, bob"), self.eve.asks("/join #den"))

    def test_memberComesBackWhenInvitedOnly(self) -> None:
        """Who was there before the room became private, and has left, needs an invitation."""
        self.happens(self.bob, "/leave")
        self.assertEqual(self.answer(self.bob, "/join #den"), [_NO_ENTRY.format("#den")])
        self.happens(self.alice, "/invite bob")
        self.assertEqual(self.bob.asks("/join #den"), [_HAS.format("#den", "alice")])

    def test_fromElsewhere(self) -> None:
        """With a room, one invites there while talking elsewhere."""
        self.gather("#lobby", self.alice)
        self.assertEqual(self.alice.asks("/invite eve #den"), ["* #den alice has invited eve"])

    def test_followsTheNewName(self) -> None:
        """An invitation goes with who is invited when they take another name, and not to who takes the old one."""
        self.happens(self.alice, "/invite eve")
        self.happens(self.eve, "/nick eva")
        (mallory,) = self.here("eve")
        self.assertEqual(self.answer(mallory, "/join #den"), [_NO_ENTRY.format("#den")])
        self.assertEqual(self.eve.asks("/join #den"), [_HAS.format("#den", "alice, bob")])

    def test_followsTheNewNameAgain(self) -> None:
        """It goes with them when they do so several times, also when an hour has passed in between."""
        self.happens(self.alice, "/invite eve")
        self.happens(self.eve, "/nick eva", "/nick ewa")
        self.hub.anHourHasPassed(NOW)
        self.happens(self.eve, "/nick evi")
        self.assertEqual(self.eve.asks("/rooms den"), ["* #den: 2 people, private, you are invited"])
        for name in ("eve", "eva", "ewa"):
            (mallory,) = self.here(name)
            self.assertEqual(self.answer(mallory, "/join #den"), [_NO_ENTRY.format("#den")])
            self.assertEqual(mallory.asks("/rooms den"), ["* There is no such room; /join #ROOM makes one"])

    def test_followsTheNewNameInOneBatch(self) -> None:
        """It does so when both are in one batch, in either order."""
        self.alice.type("/invite eve")
        self.eve.type("/nick eva")
        self.alice.type("/uninvite eva")
        self.alice.type("/invite eva")
        self.journal.commit()
        self.assertEqual(
            [line for line in self.eve.sees() if "invites" in line],
            ["* alice invites you to #den; /join #den goes there"] * 2,
        )
        self.assertEqual(self.eve.asks("/join #den"), [_HAS.format("#den", "alice, bob")])

    def test_followsTheNewNameAsTheHourPasses(self) -> None:
        """It does so when an hour passes before that is told."""
        self.alice.type("/invite eve")
        self.eve.type("/nick eva")
        self.eve.type("/nick eve")
        self.hub.anHourHasPassed(NOW)
        self.journal.commit()
        room = self.hub.rooms.named("#den")
        self.assertEqual((room.told.invited, room.settings.invited), ({"eve"}, {"eve"}))

    def test_takenBack(self) -> None:
        """Who is not invited any more cannot come in; those in the room are told, the guest is not."""
        self.happens(self.alice, "/invite eve")
        self.read()
        told = ["* #den alice has taken back the invitation of eve"]
        self.assertEqual((self.alice.asks("/uninvite eve"), self.bob.sees()), (told, told))
        self.assertEqual(self.eve.sees(), [])
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])

    def test_takenBackFromWhoIsIn(self) -> None:
        """Who is in stays, but does not come back."""
        self.happens(self.alice, "/invite eve")
        self.happens(self.eve, "/join #den")
        self.happens(self.alice, "/uninvite eve")
        self.assertIn("#den eve: hello", self.eve.asks("hello"))
        self.happens(self.eve, "/leave")
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])

    def test_takenBackFromWhoIsNotHere(self) -> None:
        """The invitation of somebody who has left can be taken back."""
        self.happens(self.alice, "/invite eve")
        self.happens(self.eve, "/quit")
        self.happens(self.alice, "/uninvite EVE")
        (eve,) = self.here("eve")
        self.assertEqual(self.answer(eve, "/join #den"), [_NO_ENTRY.format("#den")])

    def test_nothingToTakeBack(self) -> None:
        """What was not given cannot be taken back; what is no name neither."""
        for name in ("eve", "nobody", "***"):
            self.assertEqual(self.isRefused(self.alice, f"/uninvite {name}"), f"{name} is not invited to #den")

    def test_whoIsInAlready(self) -> None:
        """Who is in needs no invitation."""
        self.assertEqual(self.isRefused(self.alice, "/invite bob"), "bob is in #den already")

    def test_somebodyNotHere(self) -> None:
        """Somebody who is not here cannot be invited."""
        self.assertEqual(self.isRefused(self.alice, "/invite dave"), "dave is not here; /who shows who is")

    def test_publicRoom(self) -> None:
        """Everybody may invite to a room that is open."""
        self.happens(self.alice, "/private off")
        self.read()
        self.assertEqual(self.bob.asks("/invite eve"), ["* #den bob has invited eve"])
        self.assertEqual(self.eve.sees(), ["* bob invites you to #den; /join #den goes there"])
        self.assertEqual(
            self.isRefused(self.alice, "/uninvite eve"), "#den is open to everybody; /private on changes that"
        )

    def test_endsWithPrivacy(self) -> None:
        """When the room becomes public and private again, nobody is invited any more."""
        self.happens(self.alice, "/invite eve", "/private off", "/private on")
        self.assertEqual(self.answer(self.eve, "/join #den")[-1], _NO_ENTRY.format("#den"))

    def test_ofThePublicRoomDoesNotHoldForThePrivateOne(self) -> None:
        """Whom somebody invited while the room was open is not let in when it is private."""
        self.happens(self.alice, "/private off")
        self.happens(self.bob, "/invite eve")
        self.happens(self.alice, "/private on")
        self.read()
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])

    def test_bound(self) -> None:
        """So many can be invited, and one more when somebody is not any more."""
        settings = self.hub.rooms.named("#den").settings
        self.assertEqual(settings.invited, frozenset())
        for n in range(MAX_INVITED):
            guest = self.visitor().enter(f"guest{n}")
            self.alice.type(f"/invite guest{n}")
            guest.type("/quit")
        self.journal.commit()
        self.assertEqual(self.isRefused(self.alice, "/invite eve"), "1,000 are invited to #den already")
        self.happens(self.alice, "/uninvite guest7", "/invite eve")
        self.assertIn("eve", self.hub.rooms.named("#den").settings.invited)

    def test_isKept(self) -> None:
        """An invitation is an event with whom it is for, as they write their name."""
        self.happens(self.alice, "/invite EVE")
        self.assertEqual(self.journal.kept[-1], Invited("alice", "#den", "eve", NOW, len(self.journal.kept)))


class KeyTests(PrivateTestCase):
    """C{/key}."""

    def test_opensTheRoom(self) -> None:
        """Who joins with the key comes in; those in the room are told that there is one, but not which."""
        told = ["* #den alice has set a key"]
        self.assertEqual((self.alice.asks("/key swordfish"), self.bob.sees()), (told, told))
        self.assertEqual(self.eve.asks("/join #den swordfish"), [_HAS.format("#den", "alice, bob")])

    def test_isNeverShown(self) -> None:
        """Nobody is shown the key: not those in it, not in its last lines, and not who has set it."""
        self.build(backlog=20)
        alice, bob = self.here("alice", "bob")
        self.gather("#den", alice, bob)
        seen: list[str] = []
        for line in ("/private on", "/key swordfish", "/topic", "/who", "/rooms", "/whois alice", "/join #den"):
            seen += [*alice.asks(line), *bob.sees()]
        (eve,) = self.here("eve")
        seen += [*eve.asks("/join #den swordfish"), *alice.sees(), *bob.sees()]
        self.assertIn("has set a key", "".join(seen))
        self.assertNotIn("swordfish", "".join(seen))

    def test_isNotAnInvitation(self) -> None:
        """Who has come by key and has left needs it again, and finds the room no more in between."""
        self.happens(self.alice, "/key swordfish")
        self.happens(self.eve, "/join #den swordfish", "/leave")
        self.assertEqual(self.eve.asks("/rooms den"), ["* There is no such room; /join #ROOM makes one"])
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])
        self.assertEqual(self.eve.asks("/join #den swordfish"), [_HAS.format("#den", "alice, bob")])

    def test_isComparedExactly(self) -> None:
        """A key has a case, and may have blanks and any letters."""
        for key in ("Swordfish", "two  words", "sch\u00f6n \U0001f41f", "-x"):
            self.happens(self.alice, f"/key {key}")
            self.assertEqual(
                self.answer(self.eve, f"/join #den {key.swapcase()}!"), ["! there is no room #den that this key opens"]
            )
            self.happens(self.eve, f"/join #den {key}", "/leave #den")
        self.assertEqual(sum("has joined" in line for line in self.bob.sees()), 4)

    def test_anotherOne(self) -> None:
        """A new key takes the place of the old one."""
        self.happens(self.alice, "/key old", "/key new")
        self.assertEqual(self.answer(self.eve, "/join #den old"), ["! there is no room #den that this key opens"])
        self.assertEqual(self.eve.asks("/join #den new"), [_HAS.format("#den", "alice, bob")])

    def test_takenAway(self) -> None:
        """Without a key, no word opens the room; those in the room are told."""
        self.happens(self.alice, "/key swordfish")
        self.bob.sees()
        self.assertEqual(self.alice.asks("/key -"), ["* #den alice has removed the key"])
        for key in ("swordfish", "-", "*"):
            self.assertEqual(
                self.answer(self.eve, f"/join #den {key}"), ["! there is no room #den that this key opens"]
            )

    def test_endsWithPrivacy(self) -> None:
        """When the room becomes public and private again, it has no key."""
        self.happens(self.alice, "/key swordfish", "/private off", "/private on")
        self.assertEqual(self.answer(self.eve, "/join #den swordfish"), ["! there is no room #den that this key opens"])

    def test_publicRoomHasNone(self) -> None:
        """A room that is open cannot have a key; and it may be joined with any."""
        self.happens(self.alice, "/private off")
        self.assertEqual(
            self.isRefused(self.alice, "/key swordfish"), "#den is open to everybody; /private on changes that"
        )
        self.assertEqual(self.eve.asks("/join #den whatever"), [_HAS.format("#den", "alice, bob")])

    def test_bound(self) -> None:
        """A key has a bound, and what is too long is not shown either."""
        self.alice.type("/key " + "x" * MAX_KEY)
        self.assertEqual(self.isRefused(self.alice, "/key " + "x" * 65), "a key has at most 64 characters")

    def test_needsAWord(self) -> None:
        """C{/key} alone is refused with its usage."""
        self.assertEqual(self.isRefused(self.alice, "/key"), "usage: /key WORD, for example: /key swordfish")

    def test_newRoomIsNotMadeWithAKey(self) -> None:
        """Who joins with a key is after a room that there is: none is made."""
        self.answer(self.eve, "/join #nil swordfish")
        self.assertEqual(self.eve.asks("/join #nil"), [_NEW.format("#nil")])

    def test_isHeldInTheEvent(self) -> None:
        """The event has the key, for the journal to keep where it is needed."""
        self.happens(self.alice, "/key swordfish")
        self.assertEqual(self.journal.kept[-1], KeySet("alice", "#den", "swordfish", NOW, len(self.journal.kept)))


class RaceTests(PrivateTestCase):
    """What nobody must see, whatever happens between asking and being answered."""

    def test_listAfterNamesHaveChangedHands(self) -> None:
        """Who takes the owner's name before their C{/rooms} is answered is not told of the room."""
        self.eve.type("/rooms den")
        waiting, self.journal.waiting = self.journal.waiting, []
        self.alice.type("/nick alicia")
        self.eve.type("/nick alice")
        self.hub.received(waiting)
        self.assertEqual(self.eve.sees(), ["* There is no such room; /join #ROOM makes one"])

    def test_listWhileNewNamesWaitForTheDisk(self) -> None:
        """Who has the owner's old name, while neither new name can be kept, is told nothing of the room."""
        self.alice.type("/nick alicia")
        self.eve.type("/nick alice")
        self.journal.fail("disk full")
        self.eve.sees()
        for line in ("/rooms den", "/who #den"):
            self.eve.type(line)
            self.journal.fail("disk full")
        self.assertEqual(
            self.eve.sees(),
            [
                "* There is no such room; /join #ROOM makes one",
                "! there is no room #den that you could see; /rooms lists them",
            ],
        )

    def test_openedAndNotKept(self) -> None:
        """Who asks for a room that was made public, which could not be kept, is told nothing of it."""
        self.alice.type("/private off")
        self.eve.type("/who #den")
        self.eve.type("/join #den")
        for line in ("/who", "/topic", "/join #den", "/rooms den", "hello"):
            self.eve.type(line)
        self.journal.fail("disk full")
        self.assertEqual(
            self.eve.sees(),
            [
                "! you are not in #den: it cannot be saved (disk full)",
                "! not said: it cannot be saved (disk full)",
                "! there is no room #den that you could see; /rooms lists them",
                "! you are not in #den; /join it first",
                "! you are not in #den; /join it first",
                "! you are not in #den; /join it first",
                "* There is no such room; /join #ROOM makes one",
            ],
        )
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])

    def test_invitedAndNotKept(self) -> None:
        """An invitation that could not be kept is none, though the guest was quick."""
        self.alice.type("/invite eve")
        self.eve.type("/join #den")
        self.journal.fail("disk full")
        self.read()
        self.assertEqual(self.answer(self.eve, "/join #den"), [_NO_ENTRY.format("#den")])
        self.happens(self.bob, "hello")
        self.assertEqual(self.eve.sees(), [])

    def test_closedJustBefore(self) -> None:
        """Who is a moment too late stays outside."""
        self.happens(self.alice, "/private off")
        self.alice.type("/private on")
        self.assertIn("is not open to you", self.isRefused(self.eve, "/join #den"))

    def test_closedJustBehind(self) -> None:
        """Who has come in a moment before the room becomes private is in, and sees that it does."""
        self.happens(self.alice, "/private off")
        self.eve.type("/join #den")
        self.alice.type("/private on")
        self.journal.commit()
        self.assertEqual(
            self.eve.sees(), [_HAS.format("#den", "alice, bob"), "* #den alice has made this room private"]
        )

    def test_listJustBeforeItIsOpened(self) -> None:
        """Who asks just before the room becomes public is told what was true then."""
        self.eve.type("/rooms den")
        self.alice.type("/private off")
        self.journal.commit()
        self.assertEqual(self.eve.sees(), ["* There is no such room; /join #ROOM makes one"])
        self.assertEqual(self.eve.asks("/rooms den"), ["* #den: 2 people"])

    def test_roomThatIsNotThereYet(self) -> None:
        """A room whose making has been accepted, but not told, does not exist for others; a moment later it does."""
        self.eve.type("/who #new")
        self.bob.type("/join #new")
        self.eve.type("/who #new")
        self.journal.commit()
        self.assertEqual(
            self.eve.sees(),
            ["! there is no room #new that you could see; /rooms lists them", "* In #new (1): bob"],
        )

    def test_roomThatCouldNotBeMade(self) -> None:
        """A room whose making could not be kept does not exist for who asked for it meanwhile."""
        self.bob.type("/join #new")
        self.eve.type("/who #new")
        self.journal.fail("disk full")
        self.assertEqual(self.eve.sees(), ["! there is no room #new that you could see; /rooms lists them"])
