"""Rules of the machine: owners keep the peace in their rooms, operators everywhere."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from loqui.events import LOBBY
from tests.machine import Machine, numbers
from tests.machine_secrets import INTRUDER
from tests.machine_visitor import Visitor
from tests.model_peace import SPANS
from tests.view import View
from tests.world import NETWORKS, Place, fold

__all__ = ["Keepers"]

spans = st.sampled_from(("", *SPANS))


class Keepers(Machine):
    """Those who rule a room, and now and then somebody who does not."""

    def keeper(self, number: int) -> Visitor | None:
        """Who is at the server's own machine, or rules some room."""
        if number % 4 == 0:
            return None if self.admin.isBusy else self.admin
        return self.visitor(number, lambda view: len(self.ruled(view)) > 0)

    def ruled(self, view: View) -> list[Place]:
        """The rooms that somebody rules."""
        return [room for room in self.model.accepted.rooms.values() if self.model.accepted.rules(room, view.person)]

    def place(self, number: int, visitor: Visitor | None) -> str:
        """The name of a room that somebody rules, mostly, or none."""
        rooms = self.ruled(visitor.view) if visitor is not None else []
        known = [*(room.name if room.name != LOBBY else "#lobby" for room in rooms), "", "#lobby"]
        return known[number % len(known)]

    def reason(self, span: str) -> str:
        """How long something is to hold, and why."""
        return f"{span} {self.word()}".strip() if self._words % 2 else span

    def target(self, number: int) -> str:
        """Whom something is done to; as often as not, the intruder."""
        intruders = [visitor.view for visitor in self.visitors if visitor.isIntruder and visitor.view.isIn]
        return self.model.name(intruders[0]) if intruders and number % 2 else self.name(number // 2)

    @rule(number=numbers, other=numbers, whom=numbers)
    def kicks(self, number: int, other: int, whom: int) -> None:
        """Somebody is put out."""
        visitor = self.keeper(number)
        self.types(visitor, "/kick", self.peace.kick, self.place(other, visitor), self.target(whom), self.word())

    @rule(number=numbers, other=numbers, whom=numbers, span=spans)
    def bans(self, number: int, other: int, whom: int, span: str) -> None:
        """Somebody is kept out."""
        visitor = self.keeper(number)
        self.types(visitor, "/ban", self.peace.ban, self.place(other, visitor), self.target(whom), self.reason(span))

    @rule(number=numbers, whom=st.sampled_from(tuple(NETWORKS)), span=st.sampled_from(tuple(SPANS)))
    def bansAddress(self, number: int, whom: str, span: str) -> None:
        """All who connect from somewhere are kept out."""
        visitor = self.keeper(number)
        if visitor is not None and not visitor.isIntruder and visitor.view.draft is None:
            self.types(visitor, "/ban", self.peace.ban, "#lobby", whom, self.reason(span))

    @rule(number=numbers, other=numbers, whom=numbers, span=spans)
    def mutes(self, number: int, other: int, whom: int, span: str) -> None:
        """Somebody may only read."""
        visitor = self.keeper(number)
        self.types(visitor, "/mute", self.peace.mute, self.place(other, visitor), self.target(whom), self.reason(span))

    @rule(number=numbers, isBan=st.booleans(), whom=numbers)
    def relents(self, number: int, isBan: bool, whom: int) -> None:
        """Somebody may come in, or speak, again."""
        visitor = self.keeper(number)
        rooms = [room for room in (self.ruled(visitor.view) if visitor else []) if room.banned or room.muted]
        room = rooms[whom % len(rooms)] if rooms else self.model.accepted.lobby
        whole = [sanction.to for sanction in (room.banned if isBan else room.muted).values()]
        name = whole[whom % len(whole)] if whole else self.name(whom)
        command, do = ("/unban", self.peace.unban) if isBan else ("/unmute", self.peace.unmute)
        if visitor is not None and not (visitor.isIntruder and "/" in name):
            self.types(visitor, command, do, room.name if room.name != LOBBY else "#lobby", name)

    @rule(number=numbers, other=numbers, whom=numbers)
    def promotes(self, number: int, other: int, whom: int) -> None:
        """Somebody is made an owner, or an operator; nobody does that with the intruder."""
        visitor = self.keeper(number)
        accounts = [account.name for account in self.model.accepted.accounts.values()]
        known = [*accounts, *accounts, self.name(whom)]
        name = known[whom % len(known)]
        if name not in INTRUDER:
            self.types(visitor, "/op", self.peace.op, self.place(other, visitor), name)

    @rule(number=numbers, other=numbers, whom=numbers)
    def demotes(self, number: int, other: int, whom: int) -> None:
        """Somebody is one no more."""
        visitor = self.keeper(number)
        where = self.place(other, visitor)
        room = self.model.accepted.rooms.get(fold(where), self.model.accepted.lobby)
        known = [*sorted(room.owners), self.name(whom)]
        self.types(visitor, "/deop", self.peace.deop, where, known[whom % len(known)])

    @rule(number=numbers, other=numbers, span=st.sampled_from(("1s", "5s", "off", "off")))
    def slows(self, number: int, other: int, span: str) -> None:
        """Everybody may say one line in a while, or any."""
        visitor = self.keeper(number)
        self.types(visitor, "/slow", self.peace.slow, self.place(other, visitor), span)

    @rule(number=numbers, other=numbers, switch=st.sampled_from(("on", "off", "off")))
    def locksDown(self, number: int, other: int, switch: str) -> None:
        """Nobody new comes in, or somebody does again."""
        visitor = self.keeper(number)
        self.types(visitor, "/lockdown", self.peace.lockdown, self.place(other, visitor), switch)

    @rule(number=numbers, other=numbers)
    def announces(self, number: int, other: int) -> None:
        """All are to notice something."""
        visitor = self.keeper(number)
        self.types(visitor, "/announce", self.peace.announce, self.place(other, visitor), self.word())

    @rule(number=numbers, other=numbers, isAudit=st.booleans())
    def looksBack(self, number: int, other: int, isAudit: bool) -> None:
        """Somebody asks who is banned, or what was done."""
        visitor = self.keeper(number)
        command, do = ("/audit", self.peace.audit) if isAudit else ("/bans", self.peace.bans)
        self.types(visitor, command, do, self.place(other, visitor))

    @rule(number=numbers)
    def asksWhereFrom(self, number: int) -> None:
        """Somebody is asked about by who may know where they connect from."""
        self.types(self.keeper(number), "/whois", self.model.whois, self.name(number))
