"""Bans and mutes: whom they hold for, for how long, and what does not get round them."""

from __future__ import annotations

import contextlib

from loqui.errors import LoquiError
from loqui.events import LOBBY
from tests.chat import NOW, Visitor, passwordOf
from tests.test_moderating import HOUR, ModeratingTestCase


class RoomBanTests(ModeratingTestCase):
    """C{/ban} in a room."""

    def test_ban(self) -> None:
        """Who is banned is out, and does not come in again; elsewhere they do what they like."""
        self.assertEqual(self.alice.asks("/ban bob too loud")[0], "* #dev alice has banned bob: too loud")
        self.assertEqual(
            self.bob.sees(),
            ["* #dev alice has banned bob: too loud", "* You have left #dev; what you type is said in the lobby"],
        )
        self.assertEqual(self.isRefused(self.bob, "/join #dev"), "you are banned: too loud")
        self.assertEqual(self.bob.asks("hello"), ["bob: hello"])

    def test_invited(self) -> None:
        """Who is banned does not come in by an invitation, or a key, either."""
        self.happens(self.alice, "/ban bob", "/invite bob", "/private on", "/invite bob", "/key swordfish")
        self.assertEqual(self.isRefused(self.bob, "/join #dev"), "you are banned")
        self.assertEqual(self.isRefused(self.bob, "/join #dev swordfish"), "you are banned")

    def test_inAdvance(self) -> None:
        """Who is not there, or not here, can be banned."""
        (dave,) = self.here("dave")
        self.happens(self.alice, "/ban dave", "/ban Nobody")
        self.assertEqual(self.isRefused(dave, "/join #dev"), "you are banned")
        nobody = self.visitor().enter("nobody")
        self.assertEqual(self.isRefused(nobody, "/join #dev"), "you are banned")

    def test_runsOut(self) -> None:
        """A ban ends when its time is over, also when the server has been asleep meanwhile."""
        self.happens(self.alice, "/ban bob 2h noise")
        self.assertEqual(self.isRefused(self.bob, "/join #dev"), "you are banned for another 2 h: noise")
        self.later(2 * HOUR - 1000)
        self.assertEqual(self.isRefused(self.bob, "/join #dev"), "you are banned for another 1 s: noise")
        self.later(1000)
        self.assertIn("* #dev has alice, carol in it", self.bob.asks("/join #dev")[-1])

    def test_unban(self) -> None:
        """A ban that is lifted holds no more, however the name is written."""
        self.happens(self.alice, "/ban bob")
        self.assertEqual(self.alice.asks("/unban BOB"), ["* #dev alice has lifted the ban of bob"])
        self.happens(self.bob, "/join #dev")
        self.assertEqual(self.isRefused(self.alice, "/unban bob"), "bob is not banned")
        self.assertEqual(self.isRefused(self.alice, "/unban a b"), "a b is not banned")

    def test_runOut(self) -> None:
        """A ban or mute that has run out is none that could be lifted, as none is listed."""
        self.happens(self.alice, "/mute carol 1h", "/ban bob 1h")
        self.later(HOUR)
        self.assertEqual(self.alice.asks("/bans"), ["* Nobody is banned or muted"])
        self.assertEqual(self.isRefused(self.alice, "/unban bob"), "bob is not banned")
        self.assertEqual(self.isRefused(self.alice, "/unmute carol"), "carol is not muted")
        self.nothingWaits()

    def test_newName(self) -> None:
        """A ban goes along to a new name, and can be lifted under it; the old one is free of it."""
        self.happens(self.alice, "/ban bob")
        self.happens(self.bob, "/nick robert")
        self.assertEqual(self.isRefused(self.bob, "/join #dev"), "you are banned")
        self.happens(self.alice, "/unban robert")
        self.happens(self.bob, "/join #dev")

    def test_bans(self) -> None:
        """Those who may lift them see them, with who, why and for how long."""
        self.happens(self.alice, "/ban bob 2h noise", "/mute carol", "/ban zoe 1s")
        self.later(1000)
        self.assertEqual(
            self.alice.asks("/bans"),
            ["* bob: banned for another 2 h by alice: noise", "* carol: muted by alice"],
        )
        self.assertEqual(self.root.asks("/bans"), ["* Nobody is banned or muted"])

    def test_address(self) -> None:
        """Addresses are banned from the server, not from a room."""
        for whom in ("192.0.2.7", "2001:db8::/32"):
            self.assertEqual(
                self.isRefused(self.alice, f"/ban {whom}"),
                "an address is banned from the whole server; /ban it in the lobby",
            )

    def test_again(self) -> None:
        """A second ban of somebody takes the place of the first."""
        self.happens(self.alice, "/ban bob 2h noise")
        self.happens(self.alice, "/ban bob 1h spam")
        self.assertEqual(self.alice.asks("/bans"), ["* bob: banned for another 60 min by alice: spam"])

    def test_bound(self) -> None:
        """A room has at most 1,000 bans, and 1,000 mutes; those that have run out are forgotten each hour."""
        for number in range(1000):
            self.alice.type(f"/ban user{number} 1h")
        self.assertEqual(self.isRefused(self.alice, "/ban bob"), "there are 1,000 already; lift one first")
        self.happens(self.alice, "/ban user7 for ever")
        self.hub.anHourHasPassed(NOW + HOUR)
        self.happens(self.alice, "/ban bob")
        self.assertEqual(set(self.hub.rooms.named("#dev").settings.banned), {"user7", "bob"})


class SlipTests(ModeratingTestCase):
    """Spans of time that are none."""

    def test_isNoBan(self) -> None:
        """What looks like a span of time and is none bans nobody, least of all for ever."""
        self.assertEqual(
            self.isRefused(self.root, "/ban bob 2w spam"), "2w is not a span of time like 90s, 10m, 2h or 3d"
        )
        self.assertEqual(self.root.asks("/bans"), ["* Nobody is banned or muted"])


class ServerBanTests(ModeratingTestCase):
    """C{/ban} in the lobby."""

    def refusal(self, name: str, host: str | None = None, now: int = NOW) -> str:
        """The sentence with which somebody is not let in."""
        visitor = self.visitor(host)
        visitor.now = now
        return self.assertRaises(LoquiError, visitor.enter, name).sentence

    def test_name(self) -> None:
        """Who is banned is out, with all connections, and nobody comes in under that name."""
        (zoe,) = self.registered("zoe")
        other = self.another(zoe)
        self.settle()
        self.happens(self.root, "/ban zoe 2h spam")
        for visitor in (zoe, other):
            self.assertEqual(
                visitor.sees(),
                ["* root has banned zoe for 2 h: spam", "* You have to leave (banned: spam)", "* Goodbye, zoe."],
            )
        self.assertEqual(self.bob.sees()[-1], "* zoe has left (banned: spam)")
        refusal = self.assertRaises(LoquiError, self.visitor().login, "zoe")
        self.assertEqual(refusal.sentence, "you are banned for another 2 h: spam")

    def test_guestsName(self) -> None:
        """A guest's name that is banned is nobody's to come in with, or change into."""
        self.happens(self.root, "/ban bob", "/ban Dave")
        self.assertEqual(self.refusal("BOB"), "you are banned")
        self.assertEqual(self.isRefused(self.carol, "/nick dave"), "you are banned")

    def test_nothingAfterIt(self) -> None:
        """A line that was accepted before the ban is told, before it; none after is."""
        self.bob.type("1")
        self.root.type("/ban bob")
        self.bob.type("2")
        self.bob.type("/msg carol 3")
        self.journal.commit()
        self.assertEqual(self.carol.sees(), ["#dev bob: 1", "* root has banned bob", "* bob has left (banned)"])

    def test_address(self) -> None:
        """Whose address is banned is out, whatever their name, and comes in under none."""
        zoe, yan = (self.visitor("192.0.2.7").enter(name) for name in ("zoe", "yan"))
        other = self.visitor("192.0.2.8").enter("xia")
        self.journal.commit()
        self.settle()
        self.happens(self.root, "/ban 192.0.2.7 2h pests")
        self.assertEqual((self.isHere(zoe), self.isHere(yan), self.isHere(other)), (False, False, True))
        self.assertEqual(self.bob.sees(), ["* zoe has left (banned: pests)", "* yan has left (banned: pests)"])
        self.assertEqual(self.refusal("wes", "192.0.2.7"), "your address is banned for another 2 h: pests")
        self.visitor("192.0.2.7").hub.checkEntry(None, "192.0.2.9", NOW)
        self.assertRaises(LoquiError, self.hub.checkEntry, None, "192.0.2.7", NOW)
        self.hub.checkEntry(None, "192.0.2.7", NOW + 2 * HOUR)

    def test_network(self) -> None:
        """A network is banned as a whole, IPv6 by /64 at least, IPv4 that came by IPv6 too."""
        for whom, inside, outside in (
            ("10.1.0.0/16", "10.1.255.9", "10.2.0.1"),
            ("10.1.2.3/16", "::ffff:10.1.9.9", "::ffff:10.2.9.9"),
            ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"),
            ("2001:db8::/32", "2001:db8:99::1", "2001:db9::1"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ):
            self.happens(self.root, f"/ban {whom}")
            self.assertRaises(LoquiError, self.hub.checkEntry, None, inside, NOW)
            self.hub.checkEntry(None, outside, NOW)
            self.happens(self.root, f"/unban {whom}")
            self.hub.checkEntry(None, inside, NOW)

    def test_oneOfSeveral(self) -> None:
        """Who has one connection of several from there is out."""
        self.addAccounts("zoe")
        for host in ("192.0.2.7", "198.51.100.1"):
            self.visitor(host).login("zoe")
        self.journal.commit()
        self.happens(self.root, "/ban 198.51.100.0/24")
        self.assertNotIn("zoe", self.users)

    def test_themselves(self) -> None:
        """Nobody bans the address that they come from, in any spelling, nor everybody's."""
        self.root.session.host = "192.0.2.1"
        for whom in ("192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "::ffff:192.0.2.1"):
            self.assertIn("is where you are; that would ban yourself", self.isRefused(self.root, f"/ban {whom}"))
        self.root.session.host = "2001:db8::1"
        self.assertIn("that would ban yourself", self.isRefused(self.root, "/ban 2001:db8::2"))
        self.nothingWaits()

    def test_otherOperators(self) -> None:
        """An operator who is here is not put out by a ban of their address, but does not come in again from there."""
        self.root.session.host = "192.0.2.1"
        other = self.visitor("192.0.2.7")
        self.addAccounts("other")
        self.happens(self.admin(), "/op other")
        other.login("other")
        self.happens(self.root, "/ban 192.0.2.7")
        self.assertTrue(self.isHere(other))
        self.assertRaises(LoquiError, self.visitor("192.0.2.7").login, "other")

    def test_operatorsName(self) -> None:
        """An operator's name is not banned, here or not."""
        self.addAccounts("other")
        self.happens(self.admin(), "/op other")
        self.assertEqual(self.isRefused(self.root, "/ban other"), "other is an operator; /deop other first")

    def test_nameThatIsAnAddress(self) -> None:
        """Nobody can be called as an address, and have that banned instead of themselves."""
        self.assertEqual(self.refusal("192.0.2.1"), "a name cannot be an address: who keeps the peace would hit that")
        self.assertIn("a name cannot be an address", self.isRefused(self.bob, "/nick 10.0.0.1"))
        self.here("1.2.3", "1.2.3.4.5", "256.1.1.1", "2001")

    def test_shownToOperators(self) -> None:
        """Bans of addresses are told to operators who are in the lobby, and listed for them, and for nobody else."""
        self.root.sees()
        self.assertEqual(self.root.asks("/ban 10.1.2.3/16 2h pests"), ["* root has banned 10.1.0.0/16 for 2 h: pests"])
        self.assertEqual(self.root.asks("/bans"), ["* 10.1.0.0/16: banned for another 2 h by root: pests"])
        self.assertEqual(self.root.asks("/unban 10.1.0.0/16"), ["* root has lifted the ban of 10.1.0.0/16"])
        for visitor in self.people:
            self.assertEqual(visitor.sees(), [])

    def test_notInTheBacklog(self) -> None:
        """Nor does who comes later see them among what was before."""
        self.build(backlog=20)
        root, *_ = self.operators("root")
        self.happens(root, "/ban 10.1.0.0/16", "/ban zoe")
        dave = self.visitor().enter("dave")
        self.journal.commit()
        seen = " ".join(dave.sees())
        self.assertIn("root has banned zoe", seen)
        self.assertNotIn("10.1", seen)

    def test_unbanOfANetwork(self) -> None:
        """A ban is lifted as it was written, not for a part of a network."""
        self.happens(self.root, "/ban 10.1.0.0/16")
        self.assertEqual(self.isRefused(self.root, "/unban 10.1.2.3"), "10.1.2.3 is not banned")

    def test_whoIsTurnedAway(self) -> None:
        """Who is banned while their coming is being kept is out when it is."""
        zoe = self.visitor().enter("zoe")
        self.root.type("/ban zoe")
        self.journal.commit()
        self.assertEqual(zoe.sees()[-1], "* Goodbye, zoe.")
        self.assertNotIn("zoe", self.users)


class MuteTests(ModeratingTestCase):
    """C{/mute}."""

    def test_room(self) -> None:
        """Who is muted in a room reads only there, is told why and how long, and speaks elsewhere."""
        self.happens(self.alice, "/mute bob 10m noise")
        self.assertEqual(self.bob.sees()[-1], "* #dev alice has muted bob for 10 min: noise")
        self.assertEqual(self.isRefused(self.bob, "hello"), "not said: you are muted in #dev for another 10 min: noise")
        self.assertEqual(self.bob.asks("/say #lobby hello"), ["bob: hello"])
        self.happens(self.carol, "hello")
        self.assertEqual(self.bob.sees()[-1], "#dev carol: hello")

    def test_everywhere(self) -> None:
        """Who is muted in the lobby is muted everywhere, in rooms of their own, too."""
        self.happens(self.root, "/mute alice")
        for line in ("hello", "/me waves", "/say #lobby hello", "/announce hear"):
            self.assertEqual(self.isRefused(self.alice, line), "not said: you are muted", line)
        for line in ("/kick bob hear", "/mute bob hear", "/ban bob 2h hear", "/ban #dev nobody hear"):
            self.assertEqual(self.isRefused(self.alice, line), "not done: you are muted", line)
        self.happens(self.alice, "/mute bob 10m", "/kick bob")

    def test_noWayAround(self) -> None:
        """Nothing else that others would see gets round it: private messages, topics, names, invitations, pastes."""
        self.happens(self.bob, "/paste", "hello")
        self.happens(self.root, "/mute bob 1h noise")
        self.gather("#own", self.bob)
        for line in (".", "/msg carol hi", "/msg #dev hi", "/reply hi", "/topic hi", "/me hi"):
            refusal = self.isRefused(self.bob, line)
            self.assertTrue("muted" in refusal or "nobody to reply to" in refusal, (line, refusal))
        for line in ("/nick hello", "/invite root", "/away hello"):
            self.assertEqual(self.isRefused(self.bob, line), "not done: you are muted for another 60 min: noise", line)
        self.nothingWaits()
        self.happens(self.bob, "/away", "/back")

    def test_noWayAroundInARoom(self) -> None:
        """Nor in a room, for who is muted there."""
        self.happens(self.alice, "/mute bob")
        for line in ("hi", "/me hi", "/say #dev hi", "/msg #dev hi", "/topic hi", "/invite root"):
            self.assertIn("you are muted in #dev", self.isRefused(self.bob, line), line)
        self.happens(self.bob, "/paste", "one", "two")
        self.assertIn("you are muted in #dev", self.isRefused(self.bob, "."))
        self.happens(self.bob, "/msg carol psst")

    def test_reply(self) -> None:
        """A reply is a private message."""
        self.happens(self.carol, "/msg bob hi")
        self.happens(self.root, "/mute bob")
        self.assertEqual(self.isRefused(self.bob, "/reply hi"), "not said: you are muted")

    def test_nothingAfterIt(self) -> None:
        """A line that was accepted before is told; none after it is, in the same batch."""
        self.bob.type("1")
        self.alice.type("/mute bob")
        self.assertIn("you are muted", self.isRefused(self.bob, "2"))
        self.alice.type("/unmute bob")
        self.bob.type("3")
        self.journal.commit()
        self.assertEqual(
            self.carol.sees(),
            ["#dev bob: 1", "* #dev alice has muted bob", "* #dev alice lets bob speak again", "#dev bob: 3"],
        )

    def test_runsOut(self) -> None:
        """A mute ends when its time is over."""
        self.happens(self.alice, "/mute bob 10m")
        self.later(600_000 - 1)
        self.assertIn("you are muted", self.isRefused(self.bob, "1"))
        self.later(1)
        self.assertEqual(self.bob.asks("2")[-1], "#dev bob: 2")

    def test_comingBack(self) -> None:
        """Who leaves and comes back, or connects again, is muted as before."""
        self.happens(self.root, "/mute bob")
        self.happens(self.bob, "/leave", "/join #dev")
        self.assertIn("you are muted", self.isRefused(self.bob, "hello"))
        self.happens(self.bob, "/quit")
        (bob,) = self.here("BOB")
        self.assertIn("you are muted", self.isRefused(bob, "hello"))

    def test_case(self) -> None:
        """Another way to write the same name changes nothing."""
        self.happens(self.alice, "/mute bob")
        self.happens(self.bob, "/nick BOB")
        self.assertIn("you are muted", self.isRefused(self.bob, "hello"))

    def test_newNameInTheSameBatch(self) -> None:
        """A mute goes along to a name that is changed in the same batch, before or after."""
        self.bob.type("/nick robert")
        self.alice.type("/mute robert")
        self.bob.type("/nick rob")
        self.journal.commit()
        self.assertEqual(self.isRefused(self.bob, "hello"), "not said: you are muted in #dev")
        self.assertEqual(self.alice.asks("/bans")[-1], "* rob: muted by alice")
        self.happens(self.alice, "/unmute rob")
        self.happens(self.bob, "hello")

    def test_operators(self) -> None:
        """An operator who is muted in a room by nobody who may is not; one who was muted before speaks."""
        self.addAccounts("zoe")
        zoe = self.visitor().login("zoe")
        self.gather("#dev", zoe)
        self.happens(self.alice, "/mute zoe")
        self.assertIn("you are muted", self.isRefused(zoe, "hello"))
        self.happens(self.admin(), "/op zoe")
        self.assertEqual(zoe.asks("hello")[-1], "#dev zoe: hello")

    def test_unmute(self) -> None:
        """Who is not muted cannot be unmuted."""
        self.assertEqual(self.isRefused(self.alice, "/unmute bob"), "bob is not muted")
        self.assertEqual(self.isRefused(self.alice, "/mute nobody"), "nobody is not here; /who shows who is")

    def test_roomsDoNotMeet(self) -> None:
        """A mute in one room is lifted there, and holds nowhere else."""
        self.gather("#den", self.carol, self.bob)
        self.happens(self.carol, "/mute bob")
        self.happens(self.bob, "/say #dev hello")
        self.assertEqual(self.isRefused(self.alice, "/unmute #dev bob"), "bob is not muted")

    def test_notByNobody(self) -> None:
        """A muted owner of a room lifts the mute that they have there only by what an operator does."""
        self.happens(self.root, "/mute #dev carol")
        self.assertIn("you are muted in #dev", self.isRefused(self.carol, "hello"))
        self.assertIn("only who owns #dev", self.isRefused(self.carol, "/unmute #dev carol"))


class FailedTests(ModeratingTestCase):
    """Moderation in batches that cannot be kept: it stands, and is told and kept later."""

    def tries(self, visitor: Visitor, line: str) -> None:
        """Send a line that may be refused."""
        with contextlib.suppress(LoquiError):
            visitor.type(line)

    def test_stands(self) -> None:
        """Who is muted is, though nobody has been told; they are when it can be kept."""
        self.alice.type("/mute bob")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! others are told later: it cannot be saved (disk full)"])
        self.assertIn("you are muted", self.isRefused(self.bob, "hello"))
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), [])
        self.assertIn("you are muted", self.isRefused(self.bob, "hello"))
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* #dev alice has muted bob"])

    def test_ban(self) -> None:
        """Who is banned is out, and stays so."""
        self.root.type("/ban bob")
        self.journal.fail("disk full")
        self.assertRaises(LoquiError, self.visitor().enter, "bob")
        self.assertEqual(self.bob.sees(), ["* Goodbye, bob."])
        self.journal.commit()
        self.assertEqual(self.carol.sees(), ["* root has banned bob", "* bob has left (banned)"])

    def test_kickFromARoom(self) -> None:
        """Who is kicked from a room is out of it."""
        self.alice.type("/kick bob")
        self.journal.fail("disk full")
        self.assertEqual(self.isRefused(self.bob, "/say #dev hello"), "you are not in #dev; /join it first")
        self.journal.commit()
        self.assertIn("* #dev bob has left (kicked)", self.carol.sees())

    def test_roomThatIsNot(self) -> None:
        """What was done in a room that could not be made is forgotten with it, and nothing waits for ever."""
        self.carol.type("/join #den")
        self.bob.type("/join #den")
        for line in ("/op bob", "/mute bob", "/slow 5s", "/kick root", "/ban zoe"):
            self.tries(self.carol, line)
        self.journal.fail("disk full")
        self.nothingWaits()
        self.assertIsNone(self.hub.rooms.find("#den"))
        self.assertIn("* #den is new, and yours", self.bob.asks("/join #den")[-1])
        self.assertEqual(self.owners("#den"), {"bob"})

    def test_roomThatIsForgotten(self) -> None:
        """What an operator did in a room that was to be forgotten in that batch stands, as the room does."""
        for visitor in self.people:
            self.happens(visitor, "/quit")
        for _ in range(23):
            self.hub.anHourHasPassed(NOW)
        self.root.type("/ban #dev zoe")
        self.hub.anHourHasPassed(NOW)
        self.journal.fail("disk full")
        self.assertEqual(len(self.journal.waiting), 1)
        self.journal.commit()
        self.assertIn("zoe", self.hub.rooms.named("#dev").settings.banned)
        self.assertEqual(self.hub.rooms.named("#dev").told, self.hub.rooms.named("#dev").settings)

    def test_roomThatIsForgottenInTheSameBatch(self) -> None:
        """What an operator did in a room that is forgotten before that is told is told nevertheless, and kept."""
        for visitor in self.people:
            self.happens(visitor, "/quit")
        for _ in range(23):
            self.hub.anHourHasPassed(NOW)
        self.root.type("/ban #dev zoe")
        self.hub.anHourHasPassed(NOW)
        self.happens(self.root, "hello")
        self.assertNotIn("#dev", self.hub.audience.rooms)
        self.assertEqual(self.root.asks("still here"), ["root: still here"])

    def test_byWhoWasTurnedAway(self) -> None:
        """What somebody did who could not come in after all is undone."""
        self.addAccounts("zoe")
        self.happens(self.admin(), "/op zoe")
        zoe = self.visitor().login("zoe")
        zoe.type("/mute #lobby bob")
        zoe.type("/lockdown on")
        self.journal.fail("disk full")
        self.happens(self.bob, "hello")
        self.here("dave")

    def test_ofWhoWasTurnedAway(self) -> None:
        """What was done to somebody who could not come in after all stands."""
        self.visitor().enter("zoe")
        self.root.type("/ban zoe")
        self.journal.fail("disk full")
        self.assertRaises(LoquiError, self.visitor().enter, "zoe")
        self.journal.commit()
        self.assertEqual(self.carol.sees()[:1], ["* root has banned zoe"])

    def test_everyDeed(self) -> None:
        """Everything that was done stands, as accepted and, when it is kept, as told."""
        room = self.hub.rooms.named("#dev")
        deeds = ("/op bob", "/deop alice", "/ban zoe 2h", "/mute carol", "/slow 5s", "/lockdown on")
        for deed in deeds:
            self.root.type(deed.replace(" ", " #dev ", 1))
        self.journal.fail("disk full")
        settings = room.settings
        self.assertEqual((settings.owners, settings.slow, settings.lockdown), ({"bob"}, 5000, True))
        self.assertEqual((set(settings.banned), set(settings.muted)), ({"zoe"}, {"carol"}))
        self.assertNotEqual(room.told, settings)
        self.journal.commit()
        self.assertEqual(room.told, settings)


class NewNameTests(ModeratingTestCase):
    """Names, and what was said of them."""

    def test_sanctionsMeet(self) -> None:
        """When a muted name becomes another that is muted, the mute that lasts longer remains."""
        for first, second, remains in (
            ("10m", "1h", "60 min"),
            ("1h", "10m", "60 min"),
            ("", "10m", ""),
            ("10m", "", ""),
        ):
            self.setUp()
            self.happens(self.alice, f"/mute carol {second}", f"/mute bob {first}")
            self.happens(self.carol, "/quit")
            self.happens(self.bob, "/nick carol")
            span = f" for another {remains}" if remains else ""
            self.assertEqual(self.isRefused(self.bob, "hello"), f"not said: you are muted in #dev{span}")
            self.owners("#dev")
            room = self.hub.rooms.named("#dev")
            self.assertEqual(room.settings, room.told)

    def test_banOfAName(self) -> None:
        """Who takes the name of who was renamed is not banned for them."""
        self.happens(self.alice, "/ban bob")
        self.happens(self.bob, "/nick robert")
        (bob,) = self.here("bob")
        self.happens(bob, "/join #dev")
        self.assertIn("bob", [user.name for user in self.hub.rooms.named("#dev").members])

    def test_account(self) -> None:
        """A mute of an account holds when its owner logs in, from the first line."""
        self.addAccounts("zoe")
        zoe = self.visitor().login("zoe")
        self.journal.commit()
        self.happens(self.root, "/mute zoe")
        self.happens(zoe, "/quit")
        self.assertIn("muted", self.isRefused(self.visitor().login("zoe"), "hello"))

    def test_guestWhoLogsInInARoom(self) -> None:
        """Who is banned from a room under their name, and came in as a guest, is kicked by that name as by any."""
        self.addAccounts("zoe")
        self.happens(self.alice, "/ban zoe")
        (guest,) = self.here("guest")
        self.gather("#dev", guest)
        self.happens(guest, f"/login zoe {passwordOf('zoe')}")
        self.happens(self.alice, "/kick zoe")
        self.assertIn("you are banned", self.isRefused(guest, "/join #dev"))

    def test_lobbySettings(self) -> None:
        """What holds in the lobby is of the lobby's settings, accepted and told."""
        self.happens(self.root, "/ban zoe", "/mute bob")
        lobby = self.hub.rooms.named(LOBBY)
        self.assertEqual(lobby.settings, lobby.told)
        self.assertEqual((set(lobby.told.banned), set(lobby.told.muted)), ({"zoe"}, {"bob"}))
