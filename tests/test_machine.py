"""
The chat as a whole, driven at random against a simple model of it.

The hub and the command table are the real ones; C{tests/model.py} says what everybody is
to see. After every step all that every session has been sent is compared, and what the hub
knows with what is true. One of those who are here is an intruder, who tries everything and
has his own checks.

A run takes a few seconds and is the same every time. Another one, of at least 100,000 steps::

    LOQUI_STEPS=100000 trial tests.test_machine
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test
from twisted.trial.unittest import SynchronousTestCase

from tests.machine import Machine
from tests.machine_accounts import Identities
from tests.machine_intruder import Intruder
from tests.machine_peace import Keepers
from tests.machine_people import People
from tests.machine_rooms import Visits
from tests.machine_silence import Silenced
from tests.model_fate import DAY

#: How many steps there are in all, and in one life of a hub.
STEPS = int(os.environ.get("LOQUI_STEPS", "0"))
LIFE = 100


class ChatMachine(People, Visits, Identities, Keepers, Silenced, Intruder):
    """People who do everything, at any moment."""

    @initialize(access=st.sampled_from(("open", "open", "open", "registered", "closed")), isSlow=st.booleans())
    def begins(self, access: str, isSlow: bool) -> None:
        """There are an operator, some people, a private room with two of them and a guest, and an open one."""
        self.opens(access, isSlow)
        for name in ("olga", *(() if access == "open" else ("alice", "bob", "carol", "mallory"))):
            self.types(self.admin, "/user", self.register.user, "add", name)
            self.types(self.admin, self.password(), self.register.user)
            self.answers()
            self.comesWith(name, self.passwordOf(name))
            self.answers()
        self.types(self.admin, "/op", self.peace.op, "#lobby", "olga")
        for name in ("alice", "bob", "carol", "mallory") if access == "open" else ():
            self.enters(name)
        for number in range(2):
            self.attaches(number)
        _, alice, bob, carol, *_ = self.visitors
        for visitor, room in ((alice, "#red"), (bob, "#red"), (carol, "#green")):
            self.types(visitor, "/join", self.model.join, room)
        self.types(alice, "/private", self.model.private, "on")
        self.types(alice, "/invite", self.model.invite, "carol")
        self.commits()

    def teardown(self) -> None:
        """When all have gone, nobody has an account or is banned, and a day after that, nothing is left."""
        if not self.isWell:
            return
        self.answers()
        while self.visitors:
            self.drops(0, "")
            self.allIsWell()
        self.commits()
        self.clears()
        self.hoursPass(DAY, True)
        self.commits()
        self.hoursPass(1, True)
        audience, rooms = self.hub.audience, self.hub.rooms
        assert not (
            self.hub.users or self.hub.roster.looks or audience.present or audience.ignoring or audience._comings
        )
        assert [*rooms._byKey.values()] == [*audience.rooms.values()] == [*rooms._looks.values()] == [rooms.lobby]
        assert not rooms._concerning
        assert not (rooms.lobby.members or rooms.lobby.present or rooms.lobby.seats)

    def clears(self) -> None:
        """The admin takes all back that holds for ever."""
        self.allIsWell()
        lobby = self.model.accepted.lobby
        if self.admin.view.question is not None:
            self.types(self.admin, "short", self.register.user)
            self.answers()
        for owner in sorted(lobby.owners):
            self.types(self.admin, "/deop", self.peace.deop, "#lobby", owner)
        for account in tuple(self.model.accepted.accounts.values()):
            self.types(self.admin, "/user", self.register.user, "delete", account.name)
        for whom in tuple(lobby.banned.values()):
            self.types(self.admin, "/unban", self.peace.unban, "#lobby", whom.to)
        for whom in tuple(lobby.muted.values()):
            self.types(self.admin, "/unmute", self.peace.unmute, "#lobby", whom.to)
        self.commits()
        self.allIsWell()


class MachineTests(SynchronousTestCase):
    """The chat as a whole."""

    def test_everybodySeesWhatTheyAreToSee(self) -> None:
        """Whatever people do, all see what the model says, and the intruder sees no secret."""
        Machine.steps = 0
        lives = settings(
            max_examples=150,
            stateful_step_count=LIFE,
            derandomize=STEPS == 0,
            database=None,
            deadline=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(ChatMachine, settings=lives)
        while Machine.steps < STEPS:
            run_state_machine_as_test(ChatMachine, settings=lives)
