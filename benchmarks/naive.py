"""A reference: the broadcast that everybody writes first with Twisted. C{python naive.py PORT}"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet import reactor
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

users: dict[bytes, LineReceiver] = {}


class Chat(LineReceiver):
    """One connection: its first line is a name, all others are said to everyone."""

    delimiter = b"\n"
    name = b""
    transport: Any

    def connectionMade(self) -> None:
        # As the others do; else Nagle's algorithm would be what is measured.
        self.transport.setTcpNoDelay(True)

    def lineReceived(self, line: bytes) -> None:
        line = line.removesuffix(b"\r")
        if self.name:
            for user in users.values():
                user.sendLine(self.name + b": " + line + b"\r")
            return
        self.name = line
        users[line] = self
        self.sendLine(b"* Welcome " + line + b"\r")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        users.pop(self.name, None)


if __name__ == "__main__":
    reactor.listenTCP(int(sys.argv[1]), Factory.forProtocol(Chat), backlog=1024, interface="127.0.0.1")
    reactor.run()
