"""People, and the connections they are here with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loqui.answers import Answer

if TYPE_CHECKING:
    from loqui.chat.ports import Outlet, Render

__all__ = ["Session", "User"]


class User:
    """
    A person who is here.

    @ivar name: as they write it.
    @ivar key: the folded name, by which they are found.
    @ivar skeleton: what the name looks like; no two users have the same.
    """

    __slots__ = ("key", "name", "skeleton")

    def __init__(self, name: str, key: str, skeleton: str) -> None:
        self.name = name
        self.key = key
        self.skeleton = skeleton


class Session:
    """
    One connection, as the rules see it.

    @ivar user: who it is, or None before a name is accepted and after the session has left.
    @ivar gone: true once nothing more can be told to it.
    @ivar held: what is told before its welcome, which is to come first; None after that.
    """

    __slots__ = ("gone", "held", "outlet", "render", "user")

    def __init__(self, render: Render, outlet: Outlet) -> None:
        self.render = render
        self.outlet = outlet
        self.user: User | None = None
        self.held: list[Answer] | None = []
        self.gone = False

    def tell(self, *answers: Answer) -> None:
        """Tell this session, and nobody else, something that is not kept."""
        if self.user is not None and self.held is not None:
            self.held += answers
        elif not self.gone:
            self.outlet.write(b"".join(map(self.render, answers)))
