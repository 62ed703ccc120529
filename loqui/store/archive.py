"""The archive: what has happened, for those who ask; reading never waits for writing, nor writing for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock

from loqui.events import Event
from loqui.store.database import Database
from loqui.store.events import toEvent

__all__ = ["Archive"]

_AUDIT = """
    SELECT kind, id, time, name, room, "to", text, until FROM event
    WHERE until IS NOT NULL
    AND room IS coalesce(?1, room)
    AND id >= coalesce((SELECT since FROM room WHERE room.name = ?1), 0)  -- before that, it was another room
    ORDER BY id DESC LIMIT ?2
"""


class Archive:
    """
    A connection of its own to the database, only for reading; one question at a time.
    """

    def __init__(self, database: Database, inThread: Callable[..., Deferred[Any]]) -> None:
        """
        @param inThread: calls a function with arguments in a thread.
        """
        self._connection = database.reader()
        self._inThread = inThread
        self._lock = DeferredLock()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    async def audit(self, room: str | None, count: int) -> list[Event]:
        """
        The last events that kept the peace, oldest first.

        @param room: the room they were in; None for any.
        """
        rows = await self._lock.run(self._inThread, self._read, _AUDIT, (room, count))
        return [toEvent(*row) for row in reversed(rows)]

    def _read(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        return self._connection.execute(sql, parameters).fetchall()
