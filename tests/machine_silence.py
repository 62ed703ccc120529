"""Rules of the machine: those who are muted, kicked and banned try to be heard, and to come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine import NAMES, Machine, numbers
from tests.machine_secrets import INTRUDER
from tests.machine_visitor import Visitor
from tests.view import View

__all__ = ["Silenced"]


@dataclass(frozen=True)
class Words:
    """What there may be in a line: a word that was never said, somebody's name, a room, a name that is free."""

    word: str
    name: str
    room: str
    free: str


#: Lines by which one is heard, and what they are to the model.
LINES: dict[str, Callable[[Machine, View, Words], None]] = {
    "{word}": lambda machine, view, its: machine.model.say(view, "", its.word),
    ".": lambda machine, view, its: machine.model.say(view, "", "."),
    "/say {word}": lambda machine, view, its: machine.model.say(view, "", its.word),
    "/say {room} {word}": lambda machine, view, its: machine.model.say(view, its.room, its.word),
    "/me {word}": lambda machine, view, its: machine.model.act(view, its.word),
    "/msg {name} {word}": lambda machine, view, its: machine.model.tell(view, its.name, its.word),
    "/msg {room} {word}": lambda machine, view, its: machine.model.say(view, its.room, its.word),
    "/r {word}": lambda machine, view, its: machine.model.reply(view, its.word),
    "/paste": lambda machine, view, its: machine.model.paste(view, ""),
    "/paste {name}": lambda machine, view, its: machine.model.paste(view, its.name),
    "/topic {word}": lambda machine, view, its: machine.model.topic(view, its.word),
    "/invite {name}": lambda machine, view, its: machine.model.invite(view, its.name),
    "/nick {free}": lambda machine, view, its: machine.model.nick(view, its.free),
    "/away {word}": lambda machine, view, its: machine.model.away(view, its.word),
    "/announce {word}": lambda machine, view, its: machine.peace.announce(view, "", its.word),
    "/kick {name} {word}": lambda machine, view, its: machine.peace.kick(view, "", its.name, its.word),
    "/ban {name} 1s {word}": lambda machine, view, its: machine.peace.ban(view, "", its.name, f"1s {its.word}"),
    "/mute {name} 1s {word}": lambda machine, view, its: machine.peace.mute(view, "", its.name, f"1s {its.word}"),
}

#: Ways of being heard.
WAYS = (
    *((line,) for line in LINES if line[:6] not in (".", "/paste")),
    ("/paste", "{word}", "."),
    ("/paste {name}", "{word}", "."),
)


class Silenced(Machine):
    """
    Those who have just been told to be quiet, or to go.

    What the model makes of their lines it says elsewhere; here it is only looked for, whatever
    the model says, that nobody hears a word of them: see L{tests.machine_secrets.Secrets}.
    """

    def victim(self, number: int) -> Visitor | None:
        """Whom something is done to: one who can type a command; as often as not, the intruder."""
        visitors = [visitor for visitor in self.visitors if self.canType(visitor)]
        intruders = [visitor for visitor in visitors if visitor.isIntruder]
        known = intruders if intruders and number % 2 else visitors
        return known[number // 2 % len(known)] if known else None

    def canType(self, visitor: Visitor) -> bool:
        """Whether what somebody types is a command."""
        view = visitor.view
        return view.isIn and view.draft is None and view.question is None and not visitor.isBusy

    @rule(number=numbers, other=numbers, way=st.sampled_from(WAYS), when=st.sampled_from(("", "kept", "failed")))
    def gags(self, number: int, other: int, way: tuple[str, ...], when: str) -> None:
        """Somebody says something, is muted everywhere, and tries to be heard; also with what they had begun."""
        visitor = self.victim(number)
        if visitor is None or self.admin.isBusy:
            return
        begun, rest = (way[:-1], way[-1:]) if other % 2 else ((), way)
        self.types(visitor, "", self.model.say, "", self.word())
        self.tries(visitor, begun, other)
        self.types(self.admin, "/mute", self.peace.mute, "#lobby", self.model.name(visitor.view), "2m")
        if when:
            (self.commits if when == "kept" else self.fails)()
        self.tries(visitor, rest, other)
        self.allIsWell()
        if number % 3:
            self.types(self.admin, "/unmute", self.peace.unmute, "#lobby", self.model.name(visitor.view))

    @rule(number=numbers, other=numbers, way=st.sampled_from(WAYS), act=st.sampled_from(("kick", "ban")))
    def removes(self, number: int, other: int, way: tuple[str, ...], act: str) -> None:
        """Somebody says something, has to leave, tries to be heard, and to come back."""
        visitor = self.victim(number)
        if visitor is None or self.admin.isBusy:
            return
        name = self.model.name(visitor.view)
        self.types(visitor, "", self.model.say, "", self.word())
        do = self.peace.kick if act == "kick" else self.peace.ban
        self.types(self.admin, f"/{act}", do, "#lobby", name, "" if act == "kick" else "5s")
        self.tries(visitor, way, other)
        self.returns(visitor, name)
        self.allIsWell()

    def returns(self, visitor: Visitor, name: str) -> None:
        """Somebody comes in again, as they did before."""
        again = self.connects(visitor.isIntruder)
        again.session.host = again.view.host = visitor.view.host
        self.does(again, lambda: self.hub.enter(again.session, name, self.model.now))
        self.predicts(again, lambda: self.model.enter(again.view, name))
        self.admits(again)

    def tries(self, visitor: Visitor, way: Iterable[str], number: int) -> None:
        """Somebody tries to be heard."""
        names = INTRUDER if visitor.isIntruder else NAMES
        for line in way:
            room = self.where(number, visitor) or "#red"
            its = Words(self.word(), self.name(number), room, self.free(number, names))
            self.types(visitor, line.format(**vars(its)), partial(LINES[line], self, its=its))
