"""What one person tells another."""

from __future__ import annotations

from loqui.events import Told
from tests.chat import NOW, ChatTestCase


class TellingTests(ChatTestCase):
    """C{/msg}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "Bob", "carol")

    def test_onlyTheTwoSeeIt(self) -> None:
        """A direct message is seen by whom it is for, echoed to who sent it, and by nobody else."""
        self.alice.type("/msg Bob psst,  you")
        self.journal.commit()
        self.assertEqual(
            (self.alice.sees(), self.bob.sees(), self.carol.sees()),
            (["[PM to Bob] psst,  you"], ["[PM from alice] psst,  you"], []),
        )

    def test_nameIsFoundInAnyCase(self) -> None:
        """The name may be typed in any case; the echo has it as its owner writes it."""
        self.alice.type("/msg bOB hi")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["[PM to Bob] hi"])

    def test_somebodyNotHere(self) -> None:
        """A message to a name that is not here is refused, and says how to see who is."""
        self.assertEqual(self.isRefused(self.alice, "/msg dave hi"), "dave is not here; /who shows who is")

    def test_whatIsNoNameIsNotHere(self) -> None:
        """A message to what cannot be a name is refused like one to somebody who is not here."""
        self.assertEqual(self.isRefused(self.alice, "/msg *!* hi"), "*!* is not here; /who shows who is")

    def test_withoutTextIsRefused(self) -> None:
        """C{/msg} without a text is refused with its usage and an example."""
        self.assertEqual(
            self.isRefused(self.alice, "/msg bob"), "usage: /msg NAME TEXT, for example: /msg bob have you a minute?"
        )

    def test_toOneself(self) -> None:
        """A message to oneself arrives, and is echoed."""
        self.alice.type("/msg alice note")
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["[PM from alice] note", "[PM to alice] note"])

    def test_keepsItsPlaceAmongOthers(self) -> None:
        """A direct message in a batch stands where it was sent, for both, in one write."""
        self.carol.type("1")
        self.alice.type("/msg bob 2")
        self.carol.type("3")
        self.journal.commit()
        self.assertEqual((len(self.alice.outlet.chunks), len(self.bob.outlet.chunks)), (1, 1))
        self.assertEqual(
            (self.alice.sees(), self.bob.sees(), self.carol.sees()),
            (
                ["carol: 1", "[PM to Bob] 2", "carol: 3"],
                ["carol: 1", "[PM from alice] 2", "carol: 3"],
                ["carol: 1", "carol: 3"],
            ),
        )

    def test_isKept(self) -> None:
        """A direct message is kept with whom it is for."""
        self.alice.type("/msg bob hi")
        self.journal.commit()
        self.assertEqual(self.journal.kept[-1], Told("alice", "Bob", "hi", NOW, 4))

    def test_isNotShownToWhoComesLater(self) -> None:
        """A direct message is no part of the backlog."""
        self.build(backlog=20)
        alice, _ = self.here("alice", "bob")
        alice.type("/msg bob psst")
        self.journal.commit()
        dave = self.visitor().enter("dave")
        self.journal.commit()
        self.assertNotIn("psst", "".join(dave.sees()))

    def test_whoHasJustComeIsReached(self) -> None:
        """A message to somebody whose coming is not out yet arrives after their welcome."""
        dave = self.visitor().enter("dave")
        self.alice.type("/msg dave welcome!")
        self.journal.commit()
        self.assertEqual(dave.sees()[1:], ["[PM from alice] welcome!"])

    def test_nextOwnerOfANameDoesNotSeeIt(self) -> None:
        """A message goes to who had the name when it was sent, not to who takes it afterwards."""
        self.alice.type("/msg bob secret")
        self.bob.type("/quit")
        other = self.visitor().enter("Bob")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["[PM from alice] secret", "* Goodbye, Bob."])
        self.assertNotIn("secret", "".join(other.sees()))


class ReplyTests(ChatTestCase):
    """C{/reply}."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")

    def test_toWhoSpokeLast(self) -> None:
        """A reply goes to who told one something last."""
        self.happens(self.bob, "/msg alice 1")
        self.happens(self.carol, "/msg alice 2")
        self.assertEqual(self.alice.asks("/reply  yes,  3"), ["[PM to carol] yes,  3"])
        self.assertEqual((self.bob.sees(), self.carol.sees()), ([], ["[PM from alice] yes,  3"]))

    def test_notToWhomOneHasWritten(self) -> None:
        """Who has only written to somebody has nobody to reply to."""
        self.happens(self.alice, "/msg bob 1")
        self.assertEqual(
            self.isRefused(self.alice, "/r 2"), "there is nobody to reply to; /msg NAME TEXT tells somebody something"
        )

    def test_toWhomOneHasSeen(self) -> None:
        """A reply goes to whose message one has seen when it is typed, not to who writes at that moment."""
        self.happens(self.bob, "/msg alice 1")
        self.carol.type("/msg alice 2")
        self.alice.type("/r 3")
        self.journal.commit()
        self.assertIn("[PM from alice] 3", self.bob.sees())
        self.assertNotIn("[PM from alice] 3", self.carol.sees())

    def test_followsTheNewName(self) -> None:
        """A reply goes to the person, whatever their name is now."""
        self.happens(self.bob, "/msg alice 1", "/nick rob")
        self.happens(self.carol, "/nick bob")
        self.assertEqual(self.alice.asks("/r 2"), ["[PM to rob] 2"])
        self.assertEqual(self.bob.sees()[-1], "[PM from alice] 2")
        self.assertNotIn("[PM from alice] 2", self.carol.sees())

    def test_followsTheNewNameInOneBatch(self) -> None:
        """It does so, too, when all of it is in one batch."""
        self.happens(self.bob, "/msg alice 1")
        self.bob.type("/nick rob")
        self.carol.type("/nick bob")
        self.alice.type("/r 2")
        self.bob.type("/nick bert")
        self.journal.commit()
        self.assertIn("[PM from alice] 2", self.bob.sees())
        self.assertNotIn("[PM from alice] 2", self.carol.sees())

    def test_notToTheNextHolderOfTheName(self) -> None:
        """When who wrote has left, a reply is refused, whoever has the name now; what was typed is told back."""
        self.happens(self.bob, "/msg alice 1", "/quit")
        (eve,) = self.here("bob")
        self.assertEqual(self.isRefused(self.alice, "/r secret"), "bob has left and has not seen: secret")
        self.assertEqual(eve.sees(), [])
        self.nothingWaits()

    def test_notToWhoCameBack(self) -> None:
        """Who left and came back has to write again, or be written to by name."""
        self.happens(self.bob, "/msg alice 1", "/quit")
        (bob,) = self.here("bob")
        self.isRefused(self.alice, "/r 2")
        self.happens(bob, "/msg alice 3")
        self.assertEqual(self.alice.asks("/r 4"), ["[PM to bob] 4"])

    def test_notToWhoIsIgnored(self) -> None:
        """What one has not seen, one does not reply to."""
        self.happens(self.bob, "/msg alice 1")
        self.happens(self.alice, "/ignore carol")
        self.happens(self.carol, "/msg alice 2")
        self.assertEqual(self.alice.asks("/r 3"), ["[PM to bob] 3"])

    def test_ofTheConnection(self) -> None:
        """Every connection of a person has seen the message, and can reply; one that came later cannot."""
        other = self.another(self.alice)
        self.happens(self.bob, "/msg alice 1")
        later = self.another(self.alice)
        self.assertEqual(other.asks("/r 2")[-1], "[PM to bob] 2")
        self.isRefused(later, "/r 3")

    def test_withoutText(self) -> None:
        """C{/reply} alone is refused with its usage."""
        self.assertEqual(self.isRefused(self.alice, "/reply"), "usage: /reply TEXT, for example: /reply of course")


class SeveralConnectionsTests(ChatTestCase):
    """Direct messages of people with several connections."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob, self.carol = self.here("alice", "bob", "carol")
        self.alice2, self.bob2 = self.another(self.alice), self.another(self.bob)

    def test_allOfBothSeeIt(self) -> None:
        """All connections of both see it, each once."""
        self.happens(self.carol)
        self.alice.type("/msg bob psst")
        self.journal.commit()
        self.assertEqual((self.alice.sees(), self.alice2.sees()), (["[PM to bob] psst"],) * 2)
        self.assertEqual((self.bob.sees(), self.bob2.sees()), (["[PM from alice] psst"],) * 2)
        self.assertEqual(self.carol.sees(), [])

    def test_toOneself(self) -> None:
        """A message to oneself reaches one's other connection."""
        self.happens(self.alice, "/msg alice note")
        self.assertEqual(self.alice2.sees(), ["[PM from alice] note", "[PM to alice] note"])

    def test_whoIsAwayIsToldOfOnce(self) -> None:
        """That somebody is away is told to the connection that wrote."""
        self.happens(self.bob, "/away lunch")
        self.assertEqual(self.alice.asks("/msg bob hi"), ["[PM to bob] hi", "* bob is away: lunch"])
        self.assertEqual(self.alice2.sees(), ["[PM to bob] hi"])

    def test_oneThatIgnores(self) -> None:
        """A connection that ignores somebody does not see it; the other one does."""
        self.happens(self.bob2, "/ignore alice")
        self.happens(self.alice, "/msg bob psst")
        self.assertEqual((self.bob.sees(), self.bob2.sees()), (["[PM from alice] psst"], []))

    def test_oneThatIsGone(self) -> None:
        """When one connection is gone, the other one sees it; who wrote is told that it arrived."""
        self.hub.leave(self.bob.session, "connection lost", NOW)
        self.hub.drop(self.bob.session)
        self.assertEqual(self.alice.asks("/msg bob psst"), ["[PM to bob] psst"])
        self.assertEqual((self.bob.sees(), self.bob2.sees()), ([], ["[PM from alice] psst"]))

    def test_allAreGone(self) -> None:
        """When all are gone before it comes out, who wrote is told that nobody has seen it, where they wrote it."""
        self.alice.type("/msg bob psst")
        for visitor in (self.bob, self.bob2):
            self.hub.leave(visitor.session, "connection lost", NOW)
            self.hub.drop(visitor.session)
        self.journal.commit()
        self.assertEqual(
            self.alice.sees(), ["! bob has gone and has not seen: psst", "* bob has left (connection lost)"]
        )
        self.assertEqual(self.alice2.sees(), ["* bob has left (connection lost)"])

    def test_whileTheDiskIsFull(self) -> None:
        """What cannot be kept is refused to the connection that wrote it, and nobody sees it."""
        self.alice.type("/msg bob psst")
        self.journal.fail("disk full")
        self.assertEqual(self.alice.sees(), ["! not said: it cannot be saved (disk full)"])
        self.assertEqual((self.alice2.sees(), self.bob.sees(), self.bob2.sees()), ([], [], []))


class SecretTests(ChatTestCase):
    """Nobody but the two sees a direct message anywhere."""

    def test_nowhere(self) -> None:
        """No list, answer or last line that anybody else can ask for has a word of it."""
        self.build(backlog=50)
        alice, bob, eve = self.here("alice", "bob", "eve")
        self.gather("#dev", alice, bob, eve)
        self.happens(alice, "/msg bob hush-hush", "/paste bob", "hush-hush", "hush-hush", ".", "/away")
        self.happens(bob, "/r hush-hush", "/msg alice hush-hush")
        lines = ("/who", "/rooms", "/whois alice", "/whois bob", "/topic", "/help", "/join #dev", "/ignore")
        seen = eve.sees()
        for line in lines:
            seen += eve.asks(line)
        late = self.visitor().enter("late")
        self.journal.commit()
        seen += [*late.sees(), *late.asks("/join #dev")]
        self.assertNotIn("hush-hush", "".join(seen))
