"""How to join a server and speak there: as much of each wire as the load needs."""

from __future__ import annotations

import re

__all__ = ["Irc", "Text", "Wire"]


class Text:
    """
    Lines: the first is a name, its answer a welcome, all others are said to everyone.

    @ivar pings: whether a server may send lines to one member alone that must be answered.
    """

    pings = False

    def hello(self, name: str) -> bytes:
        """What a client sends first."""
        return f"{name}\r\n".encode()

    def answer(self, line: bytes) -> bytes:
        """What a client that joins sends when it gets this line; nothing, mostly."""
        return b""

    def isIn(self, line: bytes) -> bool:
        """Whether the line says that the client has joined."""
        return b"welcome" in line.lower()

    def isRefusal(self, line: bytes) -> bool:
        """Whether the line says that the client cannot join."""
        return line.startswith(b"! ")

    def say(self, payload: bytes) -> bytes:
        """A message to everyone."""
        return payload + b"\r\n"

    def separate(self, data: bytes) -> tuple[bytes, bytes]:
        """Split what was received into what all members get, and the answer to what only one does."""
        return data, b""


class Irc:
    """IRC (RFC 2812), in one channel."""

    pings = True

    _PING = re.compile(rb"^(?::\S+ )?PING ([^\r\n]*)\r?\n", re.MULTILINE)

    def hello(self, name: str) -> bytes:
        """What a client sends first."""
        return f"NICK {name}\r\nUSER {name} 0 * :{name}\r\n".encode()

    def answer(self, line: bytes) -> bytes:
        """What a client that joins sends when it gets this line: the channel follows the message of the day."""
        if line.startswith(b"PING "):
            return b"PONG " + line[5:].rstrip() + b"\r\n"
        return b"JOIN #bench\r\n" if _numeric(line) in (b"376", b"422") else b""

    def isIn(self, line: bytes) -> bool:
        """Whether the line ends the list of who is in the channel."""
        return _numeric(line) == b"366"

    def isRefusal(self, line: bytes) -> bool:
        """Whether the line says that the client cannot join."""
        return line.startswith(b"ERROR") or _numeric(line) in (b"405", b"432", b"433", b"471")

    def say(self, payload: bytes) -> bytes:
        """A message to the channel."""
        return b"PRIVMSG #bench :" + payload + b"\r\n"

    def separate(self, data: bytes) -> tuple[bytes, bytes]:
        """Split what was received into what all members get, and the answer to what only one does."""
        answer = b"".join(b"PONG " + token + b"\r\n" for token in self._PING.findall(data))
        return (self._PING.sub(b"", data), answer) if answer else (data, answer)


Wire = Text | Irc


def _numeric(line: bytes) -> bytes:
    return line.split(b" ", 2)[1] if line.startswith(b":") and b" " in line else b""
