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
