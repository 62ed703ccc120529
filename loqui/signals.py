"""Taking signals as wishes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

__all__ = ["onStopSignals"]


def onStopSignals(reactor: Any, wish: Callable[[], None]) -> None:
    """
    From the reactor's next turn on, SIGTERM and Ctrl-C call C{wish} in the reactor's thread.

    Twisted's own handlers, which are in place by then, would stop the reactor and have
    the process end by the signal, not with a status of ours. Where Twisted has none,
    because it was told so, we have none either.
    """

    def install() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) not in (signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler):
                signal.signal(number, lambda *_: reactor.callFromThread(wish))

    reactor.callLater(0, install)
