"""Keeping the peace: what each command does, and who may."""

from __future__ import annotations

from loqui.errors import LoquiError
from loqui.events import LOBBY, Moderated
from tests.chat import NOW, AccountsTestCase, Visitor, passwordOf

HOUR = 3_600_000


class ModeratingTestCase(AccountsTestCase):
    """Alice owns C{#dev}, in which bob and carol are, too; root is an operator, and in the lobby."""

    def setUp(self) -> None:
        super().setUp()
        (self.root,) = self.operators("root")
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")
        self.gather("#dev", self.alice, self.bob, self.carol)
        self.people = [self.alice, self.bob, self.carol]
        self.settle()

    def settle(self) -> None:
        """Have everybody read all that they were sent."""
        for visitor in (self.root, *self.people):
            visitor.sees()

    def later(self, milliseconds: int) -> None:
        """Have time go by."""
        for visitor in (self.root, *self.people):
            visitor.now += milliseconds


class WhoMayTests(ModeratingTestCase):
    """Owners in their rooms, operators everywhere, others plainly told."""

    lines = (
        "kick {} bob",
        "ban {} bob",
        "unban {} bob",
        "bans {}",
        "mute {} bob",
        "unmute {} bob",
        "op {} bob",
        "deop {} bob",
        "slow {} 5s",
        "lockdown {} on",
        "announce {} hear",
        "audit {}",
    )

    def refusals(self, visitor: Visitor, room: str) -> set[str]:
        """All that somebody is told who tries everything."""
        return {self.isRefused(visitor, "/" + " ".join(line.format(room).split())) for line in self.lines}

    def test_members(self) -> None:
        """Who is in a room and does not own it may do nothing of this there."""
        sentence = "only who owns #dev, or an operator, may do that"
        self.assertEqual(self.refusals(self.carol, "#dev"), {sentence})
        self.assertEqual(self.refusals(self.carol, ""), {sentence})
        self.nothingWaits()

    def test_ownersInTheLobby(self) -> None:
        """Nor who owns a room, in the lobby."""
        self.assertEqual(self.refusals(self.alice, "#lobby"), {"only an operator may do that"})
        self.happens(self.alice, "/leave")
        self.assertEqual(self.refusals(self.alice, ""), {"only an operator may do that"})

    def test_elsewhere(self) -> None:
        """Of a room that they are not in they are told the same, whether there is one or not."""
        self.gather("#den", self.carol)
        self.happens(self.carol, "/private on")
        for room in ("#den", "#nothing"):
            self.assertEqual(self.refusals(self.alice, room), {f"you are not in {room}; /join it first"})

    def test_ownersWhoHaveLeft(self) -> None:
        """Who owns a room keeps the peace there from elsewhere."""
        self.happens(self.alice, "/leave")
        self.happens(self.alice, "/kick #dev bob")
        self.assertEqual(self.bob.sees()[-1], "* You have left #dev; what you type is said in the lobby")

    def test_operators(self) -> None:
        """Operators do all of it everywhere, in rooms where they are not, too."""
        for line in ("/kick #dev bob", "/slow #dev 5s", "/bans #dev", "/announce #dev hear", "/lockdown #dev on"):
            self.answer(self.root, line)
        self.assertIn("* #dev root has kicked bob", self.carol.sees())

    def test_operatorWhoHasNotLoggedIn(self) -> None:
        """Whoever has an operator's name, and not their account, is none."""
        self.happens(self.admin(), "/op #dev bob")
        self.passwords.others["carol"] = "carols-password"
        self.happens(self.admin(), "/op carol")
        self.assertEqual(self.isRefused(self.carol, "/kick #lobby bob"), "only an operator may do that")

    def test_atTheServer(self) -> None:
        """From the server's own machine all can be done, and what was done is shown there."""
        admin = self.admin()
        self.assertEqual(admin.asks("/kick #dev bob spam"), ["* #dev @admin has kicked bob: spam"])
        self.assertIn("* #dev @admin has kicked bob: spam", self.carol.sees())

    def test_nobodyIsCalledAsTheAdmin(self) -> None:
        """Nobody can have the name under which that is told."""
        for name in ("@admin", "@server"):
            self.assertRaises(LoquiError, self.visitor().enter, name)


class KickTests(ModeratingTestCase):
    """C{/kick}."""

    def test_room(self) -> None:
        """Who is kicked is out of the room, told why, and may come back."""
        self.assertEqual(self.alice.asks("/kick bob too loud")[0], "* #dev alice has kicked bob: too loud")
        self.assertEqual(
            self.bob.sees(),
            ["* #dev alice has kicked bob: too loud", "* You have left #dev; what you type is said in the lobby"],
        )
        self.assertIn("* #dev bob has left (kicked: too loud)", self.carol.sees())
        self.assertEqual(self.bob.asks("hello"), ["bob: hello"])
        self.assertIn("#dev has", self.bob.asks("/join #dev")[-1])

    def test_lobby(self) -> None:
        """Who is kicked by an operator in the lobby is out, and may come back."""
        self.root.type("/kick bob too loud")
        self.journal.commit()
        self.assertEqual(
            self.bob.sees(),
            ["* root has kicked bob: too loud", "* You have to leave (kicked: too loud)", "* Goodbye, bob."],
        )
        self.assertTrue(self.bob.outlet.closed)
        self.assertEqual(self.carol.sees(), ["* root has kicked bob: too loud", "* bob has left (kicked: too loud)"])
        self.here("bob")

    def test_nothingAfterIt(self) -> None:
        """What was accepted before is told; nothing that comes after it is."""
        self.bob.type("1")
        self.alice.type("/kick bob")
        self.assertEqual(self.isRefused(self.bob, "/say #dev 2"), "you are not in #dev; /join it first")
        self.bob.type("3")
        self.journal.commit()
        self.assertEqual(
            self.carol.sees(),
            ["#dev bob: 1", "* #dev alice has kicked bob", "* #dev bob has left (kicked)", "bob: 3"],
        )

    def test_nothingFromOutsideAfterIt(self) -> None:
        """Who is kicked from the lobby is not heard any more, from the moment that was accepted."""
        self.bob.type("1")
        self.root.type("/kick bob")
        self.bob.type("2")
        self.bob.type("/nick zoe")
        self.journal.commit()
        self.assertNotIn("2", " ".join(self.carol.sees()))
        self.assertNotIn("zoe", self.users)

    def test_paste(self) -> None:
        """What they are pasting at that moment is not said there."""
        self.happens(self.bob, "/paste", "one", "two")
        self.happens(self.alice, "/kick bob")
        self.carol.sees()
        self.assertEqual(self.isRefused(self.bob, "."), "you are not in #dev; /join it first")

    def test_whoIsNotThere(self) -> None:
        """Only who is there can be kicked."""
        self.assertEqual(self.isRefused(self.alice, "/kick root"), "root is not in #dev")
        self.assertEqual(self.isRefused(self.alice, "/kick nobody"), "nobody is not here; /who shows who is")

    def test_themselves(self) -> None:
        """Nobody kicks, bans or mutes themselves."""
        for line in ("/kick alice", "/ban ALICE", "/mute alice"):
            self.assertEqual(self.isRefused(self.alice, line), "that would hit yourself")

    def test_operatorsAndOwners(self) -> None:
        """Nobody kicks, bans or mutes who rules there: neither operators nor owners each other."""
        self.gather("#dev", self.root)
        self.happens(self.alice, "/op bob")
        for act in ("kick", "ban", "mute"):
            self.assertEqual(self.isRefused(self.alice, f"/{act} bob"), "bob owns #dev; /deop bob first")
            self.assertEqual(self.isRefused(self.bob, f"/{act} root"), "root is an operator, everywhere")
        self.addAccounts("other")
        other = self.visitor().login("other")
        self.happens(self.admin(), "/op other")
        for act in ("kick", "ban", "mute"):
            sentence = "root is an operator; /deop root first"
            self.assertEqual(self.isRefused(other, f"/{act} #lobby root"), sentence)

    def test_twoAtOnce(self) -> None:
        """Two who kick one in the same batch kick once."""
        self.alice.type("/kick bob")
        self.assertEqual(self.isRefused(self.alice, "/kick bob"), "bob is not in #dev")
        self.root.type("/kick bob")
        self.assertEqual(self.isRefused(self.root, "/kick bob"), "bob is not here; /who shows who is")
        self.journal.commit()
        self.assertEqual(self.bob.sees()[-1], "* Goodbye, bob.")

    def test_whileComing(self) -> None:
        """Who has not been told yet that they are in can be kicked."""
        zoe = self.visitor().enter("zoe")
        zoe.type("/join #dev")
        self.alice.type("/kick zoe")
        self.root.type("/kick zoe")
        self.journal.commit()
        self.assertEqual(zoe.sees()[-1], "* Goodbye, zoe.")
        self.assertNotIn("zoe", self.users)

    def test_fromElsewhere(self) -> None:
        """Who does this in a room that they are not in is told that it is done, once."""
        for line, done in {
            "/kick #dev bob spam": "#dev root has kicked bob: spam",
            "/ban #dev zoe": "#dev root has banned zoe",
            "/slow #dev 5s": "#dev root lets everybody say one line in 5 s",
            "/announce #dev hear": "#dev Announcement by root: hear",
        }.items():
            self.assertEqual(self.root.asks(line), [f"* {done}"])
        self.gather("#lobby", self.alice)
        self.assertEqual(self.alice.asks("/op #dev carol"), ["* #dev alice has made carol an owner"])

    def test_fromElsewhereWhenItCannotBeKept(self) -> None:
        """They are not told that it is done before it is kept."""
        self.root.type("/ban #dev zoe")
        self.journal.fail("disk full")
        self.assertEqual(self.root.sees(), ["! others are told later: it cannot be saved (disk full)"])

    def test_whereToDeop(self) -> None:
        """What is to be done first is said so that it can be done where they are talking."""
        self.happens(self.alice, "/op bob")
        self.assertEqual(self.isRefused(self.root, "/kick #dev bob"), "bob owns #dev; /deop #dev bob first")
        self.addAccounts("other")
        self.happens(self.admin(), "/op other")
        self.gather("#dev", self.root)
        sentence = "other is an operator; /deop #lobby other first"
        self.assertEqual(self.isRefused(self.root, "/ban #lobby other"), sentence)
        self.assertEqual(self.isRefused(self.root, "/user delete other"), sentence)
        self.happens(self.root, "/deop #lobby other")

    def test_tooMuch(self) -> None:
        """A reason has at most 300 characters."""
        for line in (f"/kick bob {'x' * 301}", f"/ban bob {'x' * 301}", f"/mute bob 2h {'x' * 301}"):
            self.assertEqual(self.isRefused(self.alice, line), "a reason has at most 300 characters, this has 301")
        self.nothingWaits()
        self.happens(self.alice, f"/mute bob 2h {'x' * 300}", f"/kick bob {'x' * 300}")


class OwnersTests(ModeratingTestCase):
    """C{/op} and C{/deop}."""

    def test_owner(self) -> None:
        """An owner makes another, who may do the same."""
        self.assertEqual(self.alice.asks("/op bob"), ["* #dev alice has made bob an owner"])
        self.assertEqual(self.bob.asks("/op carol")[-1], "* #dev bob has made carol an owner")
        self.assertEqual(self.carol.asks("/deop ALICE")[-1], "* #dev carol says that ALICE is an owner no more")
        self.assertEqual(self.owners("#dev"), {"bob", "carol"})

    def test_operator(self) -> None:
        """An operator makes another, of who has an account; from then on they are one where they are logged in."""
        self.assertEqual(
            self.isRefused(self.root, "/op bob"), "bob has no account, which an operator needs; /register makes one"
        )
        self.happens(self.bob, "/register correct-horse")
        self.assertEqual(self.root.asks("/op bob"), ["* root has made bob an operator"])
        self.assertTrue(self.isOperator(self.bob))
        self.assertIn("an operator", self.carol.asks("/whois bob")[0])

    def test_needNotBeHere(self) -> None:
        """Who has an account need not be here to get rights; a guest must."""
        self.addAccounts("Zoe")
        self.assertEqual(self.alice.asks("/op zoe"), ["* #dev alice has made Zoe an owner"])
        self.assertEqual(self.isRefused(self.alice, "/op ghost"), "ghost is not here; /who shows who is")

    def test_noChange(self) -> None:
        """Twice is once too often."""
        self.happens(self.alice, "/op bob")
        self.assertEqual(self.isRefused(self.alice, "/op bob"), "bob owns #dev already")
        self.assertEqual(self.isRefused(self.root, "/op root"), "root is an operator already")
        self.assertEqual(self.isRefused(self.alice, "/deop carol"), "carol does not own #dev")
        self.assertEqual(self.isRefused(self.root, "/deop carol"), "carol is no operator")
        self.assertEqual(self.isRefused(self.root, "/deop a b"), "a b is no operator")

    def test_rightsEndAtOnce(self) -> None:
        """Who is an operator no more is none from the moment that was accepted."""
        (other,) = self.operators("other")
        self.root.type("/deop other")
        self.assertEqual(self.isRefused(other, "/kick bob"), "only an operator may do that")
        other.type("/rooms")
        self.journal.commit()

    def test_operatorNoMoreDoesNotSeePrivateRooms(self) -> None:
        """Nor do they see private rooms any more, which operators do."""
        self.happens(self.alice, "/private on")
        self.assertIn("#dev", " ".join(self.root.asks("/rooms")))
        self.assertIn("In #dev (3): alice, bob, carol", self.root.asks("/who #dev")[0])
        self.happens(self.admin(), "/deop root")
        self.assertNotIn("#dev", " ".join(self.root.asks("/rooms")))
        self.assertIn("! there is no room #dev", self.answer(self.root, "/who #dev")[0])
        self.assertIn("is not open to you", self.isRefused(self.root, "/join #dev"))

    def test_theLastOperator(self) -> None:
        """The last operator may stop being one; the server's own machine makes the next."""
        self.happens(self.root, "/deop root")
        self.assertEqual(self.owners(), set())
        self.happens(self.admin(), "/op root")
        self.assertTrue(self.isOperator(self.root))

    def test_bound(self) -> None:
        """A room has at most 1,000 owners."""
        names = [f"user{number}" for number in range(1000)]
        self.addAccounts(*names)
        for name in names[:999]:
            self.alice.type(f"/op {name}")
        self.assertEqual(self.isRefused(self.alice, f"/op {names[999]}"), "there are 1,000 already; lift one first")


class SlowTests(ModeratingTestCase):
    """C{/slow}."""

    def setUp(self) -> None:
        super().setUp()
        self.happens(self.alice, "/slow 30s")
        self.settle()

    def test_told(self) -> None:
        """Everybody is told when it begins and when it ends."""
        self.happens(self.alice, "/slow off")
        self.alice.type("/slow 5s")
        self.journal.commit()
        self.assertEqual(
            self.bob.sees(), ["* #dev alice has ended slow mode", "* #dev alice lets everybody say one line in 5 s"]
        )

    def test_oneLine(self) -> None:
        """Everybody may say one line in that time, and is told how long to wait for the next."""
        self.happens(self.bob, "one")
        self.later(10_000)
        self.assertEqual(self.isRefused(self.bob, "two"), "not said: everybody says one line in 30 s here; wait 20 s")
        self.happens(self.carol, "one")
        self.later(20_000)
        self.assertEqual(self.bob.asks("two")[-1], "#dev bob: two")

    def test_everyWayToSpeak(self) -> None:
        """Whatever way they say it, also by another connection, and as a topic."""
        self.happens(self.bob, "/me waves")
        self.happens(self.bob, "/paste", "one")
        for line in (".", "/say two", "/msg #dev three", "/me waves", "/topic five"):
            self.assertIn("not said: everybody says one line in", self.isRefused(self.bob, line), line)

    def test_topicCounts(self) -> None:
        """A topic is a line."""
        self.happens(self.bob, "/topic hear")
        self.assertIn("not said: everybody says one line in", self.isRefused(self.bob, "one"))

    def test_leavingAndComingBack(self) -> None:
        """Who leaves and comes back does not get round it; nor does a new name."""
        self.happens(self.bob, "one", "/leave", "/join #dev")
        self.assertIn("wait 30 s", self.isRefused(self.bob, "two"))
        self.happens(self.bob, "/nick bobby")
        self.assertIn("wait 30 s", self.isRefused(self.bob, "two"))

    def test_connectingAgain(self) -> None:
        """Who connects again does not get round it either."""
        self.happens(self.bob, "one", "/quit")
        (bob,) = self.here("BOB")
        self.gather("#dev", bob)
        self.assertIn("wait 30 s", self.isRefused(bob, "two"))

    def test_owners(self) -> None:
        """Who owns the room may say as much as they like, and operators too."""
        self.gather("#dev", self.root)
        self.happens(self.alice, "one", "two")
        self.happens(self.root, "/say #dev one", "/say #dev two")
        self.assertEqual(len([line for line in self.carol.sees() if line.endswith(("one", "two"))]), 4)

    def test_elsewhere(self) -> None:
        """It holds in that room only; in the lobby, it holds for the lobby."""
        self.happens(self.bob, "one", "/say #lobby one", "/say #lobby two")
        self.happens(self.root, "/slow 1h")
        self.happens(self.bob, "/say #lobby three")
        self.assertIn("one line in 60 min here; wait 60 min", self.isRefused(self.bob, "/say #lobby four"))

    def test_clockThatSteps(self) -> None:
        """When the wall clock is set back, nobody waits longer than that for it; when it is set on, less."""
        self.happens(self.bob, "one")
        self.later(-24 * HOUR)
        self.assertEqual(self.bob.asks("two")[-1], "#dev bob: two")
        self.assertIn("wait 30 s", self.isRefused(self.bob, "three"))
        self.later(48 * HOUR)
        self.happens(self.bob, "three")

    def test_nonsense(self) -> None:
        """What is no time is refused, and what is so already."""
        for switch in ("5", "soon", "-5s", "5w", "on"):
            self.assertEqual(
                self.isRefused(self.alice, f"/slow {switch}"), f"{switch} is neither a span of time like 5s, nor off"
            )
        self.assertEqual(self.isRefused(self.alice, "/slow 30s"), "that is so in #dev already")
        self.assertEqual(self.isRefused(self.root, "/slow off"), "that is so in the lobby already")

    def test_aDayAtMost(self) -> None:
        """A day is the most that anybody waits."""
        self.alice.type("/slow 999999d")
        self.journal.commit()
        self.assertEqual(self.carol.sees(), ["* #dev alice lets everybody say one line in 24 h"])

    def test_memory(self) -> None:
        """Who spoke when is forgotten when it does not matter any more."""
        room = self.hub.rooms.named("#dev")
        self.happens(self.bob, "one", "/quit")
        self.hub.anHourHasPassed(NOW + HOUR)
        self.assertEqual(room._spoke, {})


class LockdownTests(ModeratingTestCase):
    """C{/lockdown}."""

    def test_server(self) -> None:
        """In the lobby, no guest comes in, and nobody registers; owners of accounts do."""
        self.addAccounts("zoe")
        self.root.type("/lockdown on")
        self.journal.commit()
        self.assertEqual(self.carol.sees(), ["* root lets nobody new in"])
        refusal = self.assertRaises(LoquiError, self.visitor().enter, "dave")
        self.assertEqual(refusal.sentence, "this server takes nobody new at the moment; try again later")
        self.visitor().login("zoe")
        self.happens(self.root, "/lockdown off")
        self.here("dave")

    def test_room(self) -> None:
        """In a room, nobody comes in but its owners and operators, not even who is invited."""
        (dave,) = self.here("dave")
        self.happens(self.alice, "/invite dave", "/lockdown on")
        self.assertEqual(self.isRefused(dave, "/join #dev"), "#dev takes nobody new at the moment; try again later")
        self.happens(self.alice, "/leave", "/join #dev")
        self.happens(self.root, "/join #dev")
        self.happens(self.alice, "/lockdown off")
        self.happens(dave, "/join #dev")

    def test_noChange(self) -> None:
        """Twice is once too often, and only on and off are understood."""
        self.assertEqual(self.isRefused(self.alice, "/lockdown off"), "that is so in #dev already")
        self.assertIn("usage: /lockdown", self.isRefused(self.alice, "/lockdown maybe"))

    def test_privateRoomIsNoOracle(self) -> None:
        """Who may not know of a private room is not told that it takes nobody, nor that they are banned there."""
        (dave,) = self.here("dave")
        self.happens(self.alice, "/private on", "/lockdown on", "/ban dave")
        self.assertIn("#dev is not open to you", self.isRefused(dave, "/join #dev"))


class AnnounceTests(ModeratingTestCase):
    """C{/announce}."""

    def test_room(self) -> None:
        """Everybody in the room sees it, as what it is, who ignores the owner too."""
        self.happens(self.bob, "/ignore alice")
        self.alice.type("/announce Back at 8")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* #dev Announcement by alice: Back at 8"])
        self.assertEqual(self.root.sees(), [])

    def test_server(self) -> None:
        """In the lobby, everybody sees it."""
        self.admin().type("/announce Restart at 8")
        self.journal.commit()
        for visitor in (self.root, *self.people):
            self.assertEqual(visitor.sees(), ["* Announcement by @admin: Restart at 8"])

    def test_inABadBatch(self) -> None:
        """What cannot be kept is not announced."""
        self.alice.type("/announce Back at 8")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! not said: it cannot be saved (disk full)"])
        self.assertEqual(self.bob.sees(), [])


class AuditTests(ModeratingTestCase):
    """C{/audit}."""

    def test_room(self) -> None:
        """Owners see what was done in their room, by whom, to whom and why, and nothing else."""
        self.happens(self.root, "/mute bob 10m noise", "/ban 192.0.2.0/24 pests")
        self.happens(self.alice, "/mute carol 1h chatter", "/kick bob spam")
        seen = self.answer(self.alice, "/audit")
        self.assertEqual(
            [line[len("* 2026-11-22 12:00 ") :] for line in seen],
            ["#dev alice has muted carol for 60 min: chatter", "#dev alice has kicked bob: spam"],
        )

    def test_server(self) -> None:
        """Operators see what was done anywhere, the last twenty."""
        self.happens(self.alice, "/mute carol")
        self.happens(self.root, "/ban 192.0.2.0/24 pests")
        self.happens(self.carol, "/register correct-horse")
        seen = [line[len("* 2026-11-22 12:00 ") :] for line in self.answer(self.root, "/audit")]
        self.assertEqual(
            seen[-3:],
            [
                "#dev alice has muted carol",
                "root has banned 192.0.2.0/24: pests",
                "carol has changed the account of carol: registered",
            ],
        )
        self.assertEqual(self.archive.asked, [(None, 20)])

    def test_inItsTurn(self) -> None:
        """The answer comes after what was accepted before it, and has only what was kept when it was asked."""
        self.alice.type("/mute bob")
        self.alice.type("/audit")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* #dev alice has muted bob", "* Nothing has been done"])


class WhoisTests(ModeratingTestCase):
    """C{/whois}, for who keeps the peace."""

    def setUp(self) -> None:
        super().setUp()
        self.zoe = self.visitor("192.0.2.7").enter("zoe")
        self.journal.commit()
        self.settle()

    def test_operators(self) -> None:
        """Operators see where somebody connects from, each address once."""
        self.assertTrue(self.root.asks("/whois zoe")[0].endswith("; from 192.0.2.7"))
        self.assertTrue(self.admin().asks("/whois bob")[0].endswith("; from this machine"))

    def test_others(self) -> None:
        """Nobody else does, whatever room they own; nor do they see the address in what is told of a ban."""
        self.gather("#dev", self.zoe)
        self.assertNotIn("192.0.2.7", " ".join(self.alice.asks("/whois zoe")))
        self.happens(self.root, "/ban 192.0.2.7 pest")
        seen = " ".join([*self.alice.sees(), *self.bob.sees(), *self.zoe.sees()])
        self.assertIn("zoe has left (banned: pest)", seen)
        self.assertNotIn("192.0.2", seen)

    def test_registered(self) -> None:
        """Everybody sees who is registered, an operator, or a guest."""
        self.assertIn("an operator", self.bob.asks("/whois root")[0])
        self.assertIn("a guest", self.bob.asks("/whois alice")[0])
        self.addAccounts("dave")
        self.happens(self.visitor().login("dave"))
        self.assertIn("registered", self.bob.asks("/whois dave")[-1])

    def test_severalAddresses(self) -> None:
        """All connections of somebody are shown."""
        self.addAccounts("dave")
        for host in ("192.0.2.8", "2001:db8::1", "192.0.2.8"):
            self.visitor(host).login("dave")
        self.journal.commit()
        self.root.sees()
        self.assertTrue(self.root.asks("/whois dave")[0].endswith("; from 192.0.2.8, 2001:db8::1"))


class EventTests(ModeratingTestCase):
    """What the journal is given."""

    def test_events(self) -> None:
        """Each deed is an event with who, what, to whom, why and until when, before the leaving that it makes."""
        kept = len(self.journal.kept)
        self.happens(self.alice, "/ban bob 2h spam", "/unban BOB", "/slow 5s")
        events = [event for event in self.journal.kept[kept:] if isinstance(event, Moderated)]
        self.assertEqual(
            events,
            [
                Moderated("alice", "#dev", "ban", "bob", "spam", NOW + 2 * HOUR, NOW, kept + 1),
                Moderated("alice", "#dev", "unban", "bob", "", 0, NOW, kept + 3),
                Moderated("alice", "#dev", "slow", "", "", 5000, NOW, kept + 4),
            ],
        )

    def test_lobby(self) -> None:
        """In the lobby it is of the lobby, wherever the operator is."""
        self.happens(self.root, "/join #dev", "/ban #lobby bob")
        self.assertEqual([event.room for event in self.journal.kept if isinstance(event, Moderated)][-1], LOBBY)
        self.assertNotIn("bob", self.users)

    def test_passwordsAreNotShown(self) -> None:
        """Nothing of this tells a password."""
        self.happens(self.carol, f"/register {passwordOf('carol')}")
        seen = " ".join(self.answer(self.root, "/audit"))
        self.assertNotIn(passwordOf("carol"), seen)
