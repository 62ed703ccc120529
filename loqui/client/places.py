"""Where somebody is on the server, so that they are there again after a lost connection."""

from __future__ import annotations

from loqui.wire import reading

__all__ = ["Places"]


class Places:
    """
    The rooms that one is in, and the name that one has, as the server has told them.

    Without this, what somebody types who was in a private room when the connection was lost
    would be said in the lobby.

    @ivar name: empty until there has been a welcome.
    """

    def __init__(self) -> None:
        self.name = ""
        self._asked: dict[str, bytes] = {}
        self._rooms: dict[str, bytes] = {}
        self._current = reading.LOBBY

    def typed(self, line: bytes) -> None:
        """Take note of how somebody has asked for a room: there may be a key in it."""
        room = reading.joined(line)
        if room:
            self._asked[room.casefold()] = line

    def heard(self, line: str) -> None:
        """Take note of what a line of the server says about where one is."""
        if entered := reading.entered(line):
            self._current = entered
            self._rooms.pop(entered, None)  # To be the last.
            asked = self._asked.get(entered.casefold(), f"/join {entered}".encode())
            self._rooms[entered] = asked
        elif left := reading.left(line):
            self._rooms.pop(left[0], None)
            self._current = left[1]
        elif (renamed := reading.renamed(line)) and renamed[0] == self.name:
            self.name = renamed[1]

    def welcomed(self, line: str) -> list[bytes]:
        """
        One is in, by this line.

        @return: what to send, to be where one was.
        """
        self.name = reading.welcomed(line)
        rooms, self._rooms, current = self._rooms, {}, self._current
        self._current = reading.LOBBY
        rooms.pop(reading.LOBBY, None)
        last = [rooms.pop(current)] if current in rooms else [f"/join #{reading.LOBBY}".encode()] if rooms else []
        return [*rooms.values(), *last]
