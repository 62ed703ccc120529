"""A thread and a reactor that do nothing before they are told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred


class Worker:
    """A thread that does its work when it is told to, and a reactor that takes its turn when asked for work."""

    def __init__(self) -> None:
        self.turns: list[Callable[[], None]] = []
        self.tasks: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.tasks.append((lambda: function(*arguments), done))
        return done

    def turn(self) -> None:
        """Do what was left for the reactor's next turn."""
        for function in self.turns[:]:
            self.turns.remove(function)
            function()

    def work(self) -> None:
        """Do one task, in a turn."""
        self.turn()
        task, done = self.tasks.pop(0)
        try:
            result = task()
        except Exception:
            done.errback()
        else:
            done.callback(result)
