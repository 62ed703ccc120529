"""A terminal that shows nothing of what is typed, for as long as a password takes."""

from __future__ import annotations

import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["Terminal"]

#: What ends or stops a process without asking it: Ctrl-Z and Ctrl-\.
_SIGNALS = (signal.SIGTSTP, signal.SIGQUIT)

_LOCAL = 3  # Where the local modes are in what tcgetattr gives.


class Terminal:
    """
    The terminal that somebody types at. Whoever has it after us finds it as it was.
    """

    def __init__(self, descriptor: int, reactor: Any) -> None:
        self._descriptor = descriptor
        self._reactor = reactor
        self._isHidden = False
        self._echo = 0
        self._again: Callable[[], None] = lambda: None
        self._before: dict[int, Any] = {}

    def hide(self, again: Callable[[], None]) -> None:
        """
        Show nothing of what is typed from now on; what has been typed and not read is forgotten.

        @param again: called when we have been stopped, and go on.
        """
        with suppress(termios.error):  # It is gone, and who was there is, too.
            modes = termios.tcgetattr(self._descriptor)
            self._echo = modes[_LOCAL] & termios.ECHO
            modes[_LOCAL] ^= self._echo
            termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)
            termios.tcflush(self._descriptor, termios.TCIFLUSH)
            self._isHidden = True
            self._again = again
            self._before = {number: signal.signal(number, self._signaled) for number in _SIGNALS}

    def show(self) -> None:
        """Show what is typed; does nothing if that is so already."""
        if not self._isHidden:
            return
        self._isHidden = False
        with suppress(termios.error):
            modes = termios.tcgetattr(self._descriptor)
            modes[_LOCAL] |= self._echo
            termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)
        for number, before in self._before.items():
            signal.signal(number, before)

    def _signaled(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._obey, number)

    def _obey(self, number: int) -> None:
        """Do what the signal is for, with the terminal as it was."""
        if self._isHidden:
            self.show()
            signal.raise_signal(number)
            # We have been stopped, and it goes on.
            self.hide(self._again)
            self._again()
