"""People who are put out, or whose account is taken from them: they are told why."""

from __future__ import annotations

from loqui.chat.user import Session, User
from loqui.events import AccountChanged
from loqui.wire import text
from tests.chat import NOW, ChatTestCase, Visitor


class PutOutTests(ChatTestCase):
    """Bob has an account and is here with it; Alice is a guest; an admin does something."""

    def setUp(self) -> None:
        super().setUp()
        (self.alice,) = self.here("alice")
        self.change("registered")
        self.bob = self.visitor()
        self.hub.registrar.login(self.bob.session, "bob", NOW)
        self.admin = self.visitor()
        self.admin.session.user = User("@admin", "@admin", "@admin", NOW, operates=True)
        self.admin.session.room = self.hub.rooms.lobby
        self.admin.session.held = None
        self.journal.commit()
        for visitor in (self.alice, self.bob):
            visitor.sees()

    def change(self, change: str, by: str = "@admin") -> None:
        """Something is done with Bob's account."""
        self.hub.registrar.change(AccountChanged(by, "bob", change, "hash", "", NOW), None)

    def isOut(self, *lines: str) -> None:
        """Assert that Bob is told this, and is disconnected; and that Alice sees him leave."""
        self.assertEqual(self.bob.sees(), [*lines, "* Goodbye, bob."])
        self.assertTrue(self.bob.outlet.closed)

    def test_suspended(self) -> None:
        """Who is suspended is told so, before the goodbye."""
        self.change("suspended")
        self.journal.commit()
        self.isOut("* You have to leave (suspended)")
        self.assertEqual(self.alice.sees(), ["* bob has left (suspended)"])

    def test_kicked(self) -> None:
        """Who is kicked sees who did it, and why."""
        self.assertEqual(self.admin.asks("/kick bob spam"), ["* @admin has kicked bob: spam"])
        self.isOut("* @admin has kicked bob: spam", "* You have to leave (kicked: spam)")

    def test_addressBanned(self) -> None:
        """Whose address is banned is told, though not by whom."""
        self.bob.session.host = "192.0.2.7"
        self.admin.asks("/ban 192.0.2.0/24 2h spam")
        self.isOut("* You have to leave (banned: spam)")

    def test_guestHasTheNameOfAnAccount(self) -> None:
        """A guest whose name is that of a new account is told why they leave when its owner comes."""
        self.hub.registrar.change(AccountChanged("@admin", "alice", "registered", "hash", "", NOW), None)
        self.hub.registrar.login(Session(text.render, Visitor(self.hub).outlet), "alice", NOW)
        self.journal.commit()
        self.assertEqual(self.alice.sees(), ["* You have to leave (the name is somebody else's)", "* Goodbye, alice."])

    def test_leavingNeedsNoReason(self) -> None:
        """Who leaves is told nothing but goodbye."""
        self.bob.type("/quit")
        self.journal.commit()
        self.isOut()

    def test_deleted(self) -> None:
        """Whose account is deleted stays as a guest, and is told so."""
        self.change("deleted")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), ["* @admin has deleted your account; you are a guest"])
        self.assertEqual((self.bob.outlet.closed, self.alice.sees()), (False, []))
        self.assertIn("a guest", self.answer(self.alice, "/whois bob")[0])

    def test_deletedByTheirOwner(self) -> None:
        """Who gives their account up is told of that by the command."""
        self.change("deleted", by="bob")
        self.journal.commit()
        self.assertEqual(self.bob.sees(), [])
