"""The database file: one owner, a schema with a version, and what its errors mean in words."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Any

from loqui.errors import StartError

__all__ = ["Database", "Statement", "openDatabase", "sayWhy"]

# By primary result code, https://www.sqlite.org/rescode.html
#: SQL and its parameters.
Statement = tuple[str, tuple[Any, ...]]

_REASONS = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_IOERR: "disk error",
    sqlite3.SQLITE_READONLY: "the disk cannot be written to",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened",
    sqlite3.SQLITE_BUSY: "another program holds the database",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged",
    sqlite3.SQLITE_NOTADB: "the database file is not a database",
}


def sayWhy(error: BaseException | None) -> str:
    """Give a few words for people: C{"disk full"}."""
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "journal error")


#: The first version with what the journal's statements need: STRICT tables and C{->>}.
MINIMUM = (3, 38)


class Database:
    """
    A connection that one thread at a time may use, and the lock that keeps other daemons out.

    Every statement, or L{write} of several, is a transaction of its own: there is no commit to forget.
    """

    def __init__(self, path: str, lock: int | None = None) -> None:
        """
        @param path: of the database file, or C{":memory:"}.
        @param lock: a file descriptor that holds the lock, to be closed with the database.

        @raise sqlite3.Error: when it cannot be opened.
        @raise StartError: when its schema is newer than this program, or SQLite too old.
        """
        if sqlite3.sqlite_version_info < MINIMUM:
            raise StartError(f"loqui: SQLite {sqlite3.sqlite_version} is too old; 3.38 is the first that will do")
        self._lock = lock
        self._path = path
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        self.connection.execute("PRAGMA journal_mode=WAL")
        # FULL: in WAL mode, what is committed survives a power failure, too.
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA foreign_keys=ON")
        try:
            self._migrate()
        except BaseException:
            self.connection.close()
            raise

    def reader(self) -> sqlite3.Connection:
        """Another connection, which can only read, and which another thread may use at the same time."""
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=1.0)
        connection.execute("PRAGMA query_only=ON")
        return connection

    def write(self, *statements: Statement) -> None:
        """
        Do all of these statements with their parameters, or none.

        @raise sqlite3.Error: when that cannot be done; the database is as before.
        """
        if len(statements) == 1:
            self.connection.execute(*statements[0])
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for sql, parameters in statements:
                self.connection.execute(sql, parameters)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file and of the lock."""
        self.connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _migrate(self) -> None:
        """Bring the schema to the newest version: file C{0007.sql} makes version 7 of version 6."""
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        steps = sorted(
            (int(step.name.removesuffix(".sql")), step)
            for step in files("loqui.store").joinpath("schema").iterdir()
            if step.name.endswith(".sql")
        )
        newest = steps[-1][0]
        if version > newest:
            raise StartError(
                f"loqui: the state was written by a newer Loqui (schema {version}, this one knows {newest})"
            )
        for number, step in steps:
            if number > version:
                sql = step.read_text("utf-8")
                self.connection.executescript(f"BEGIN; {sql} PRAGMA user_version={number}; COMMIT;")


def openDatabase(folder: Path) -> Database:
    """
    Open the database in the state folder, which is made if need be, and become its only daemon.

    The folder is for its owner only (0700), the files in it too (0600).

    @raise StartError: when that cannot be done; it says why in one sentence.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartError(f"loqui: cannot write to {folder}: {error.strerror}") from error
    try:
        # Unlike a pid file, it is gone with its process, however that ended.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise StartError(f"loqui: another daemon uses {folder}") from error
    try:
        return Database(str(_touch(folder / "loqui.sqlite")), lock)
    except (OSError, sqlite3.Error, StartError) as error:
        os.close(lock)
        if isinstance(error, StartError):
            raise
        why = error.strerror if isinstance(error, OSError) else sayWhy(error)
        raise StartError(f"loqui: cannot use {folder / 'loqui.sqlite'}: {why}") from error


def _touch(path: Path) -> Path:
    """Make a private file, if need be; SQLite gives those beside it the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return path
