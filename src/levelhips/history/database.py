"""Open the SQLite file of the history, bring it to the newest version, change it in transactions, and explain its errors."""

from __future__ import annotations

import datetime as dt
import errno
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from levelhips.bounds import shown
from levelhips.errors import NewerFileError, RecordingError
from levelhips.files import PRIVATE_FILE, make_folder
from levelhips.history.migrations import MIGRATIONS

TIMEOUT_S = 10.0  # to wait for another program: adding a session takes some milliseconds
RETRY_S = 0.01  # between attempts to choose the journal, where SQLite does not wait by itself
MIN_FREE_BYTES = 100_000  # with less, SQLite may report an I/O error where its shared memory (32 kB) has no room

# Errors by the result code of SQLite (https://www.sqlite.org/rescode.html); only those of DAMAGED say that the file is not whole.
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
REFUSED = (sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


KINDS: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (float, int)}  # of values, by the type of a column
MOMENTS = ("started", "at")  # columns of moments, in ISO


class Database:
    """SQLite file of the history; a context manager that closes it.

    Parameters
    ----------
    path : Path
        The file; created, for its owner only, if it does not exist.

    Raises
    ------
    RecordingError
        If it cannot be opened, is not a history, or was written by a later version. Every method raises it, too, if the file
        cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            make_folder(path.parent)
            self._db = sqlite3.connect(path, timeout=TIMEOUT_S, isolation_level=None)  # creates the file
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            _make_private(path)
            self._db.row_factory = sqlite3.Row
            self._kinds: dict[str, tuple[type, ...]] = {}
            self._write_ahead()
            self._db.execute("PRAGMA foreign_keys=ON")
            self._migrate()
            self._kinds = self._kinds_of_columns()
        except (OSError, sqlite3.Error) as error:
            self._db.close()
            raise self._unusable(error) from error
        except RecordingError:
            self._db.close()
            raise

    def _write_ahead(self) -> None:
        """Choose the journal with which readers, like the window, do not wait while a session is added."""
        end_s = time.monotonic() + TIMEOUT_S
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                # Here SQLite does not wait by itself if two programs open a new file at the same moment.
                if _code(error) not in LOCKED or time.monotonic() > end_s:
                    raise
                time.sleep(RETRY_S)

    def _unusable(self, error: Exception) -> RecordingError:
        """Return what happened to the database, and what to do about it."""
        code = _code(error)
        no_room = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if no_room or code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(self.path.parent)):
            return RecordingError("history-disk-full", path=self.path)
        if code in LOCKED:
            return RecordingError("history-in-use", path=self.path)
        if code == sqlite3.SQLITE_IOERR:
            return RecordingError("history-disk-failed", path=self.path, reason=error)
        if code in DAMAGED:
            return RecordingError("history-damaged", path=self.path, reason=error)
        if isinstance(error, OSError) or code in REFUSED:
            return RecordingError("history-not-permitted", path=self.path, reason=getattr(error, "strerror", None) or error)
        return RecordingError("unusable-history", path=self.path, reason=error)

    def _migrate(self) -> None:
        while (version := self._version()) < len(MIGRATIONS):
            with self._changing():
                if self._version() != version:  # another program has migrated the file in the meantime
                    continue
                if version == 0 and self.rows("SELECT name FROM sqlite_master"):
                    raise RecordingError("not-a-history", path=self.path)
                for statement in MIGRATIONS[version].split(";"):
                    if statement.strip():
                        self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={version + 1}")
        if version > len(MIGRATIONS):
            raise NewerFileError(str(self.path))

    def _kinds_of_columns(self) -> dict[str, tuple[type, ...]]:
        """Return the types that a value can have, by the name of its column, which has the same type in all tables."""
        tables = [name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = [tuple(column) for table in tables for column in self._db.execute(f"PRAGMA table_info({table})")]
        return {name: KINDS[kind] for _, name, kind, *_ in columns if kind in KINDS}

    def _version(self) -> int:
        """Return the number of migrations that the file has had."""
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        return int(version)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Open a transaction: all changes in it are made, or none."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # after some errors, such as a full disk, SQLite has already rolled back
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Run a query and return its rows, each a dict by column.

        Raises
        ------
        RecordingError
            If the file cannot be read, or has a value that we cannot have written: SQLite has no checksums.
        """
        found = self.rows_as_found(query, *values)
        for row in found:
            if reason := self.wrong_value(row):
                raise RecordingError("history-damaged", path=self.path, reason=reason)
        return found

    def rows_as_found(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Run a query and return its rows, whatever values they have.

        Raises
        ------
        RecordingError
            If the file cannot be read.
        """
        try:
            return [dict(row) for row in self._db.execute(query, values)]
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def wrong_value(self, row: dict[str, Any]) -> str:
        """Return which value of a row we cannot have written; empty if there is none."""
        wrong = (f"{name}: {shown(value)}" for name, value in row.items() if not _can_be(name, value, self._kinds))
        return next(wrong, "")

    def change(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """Run a statement that changes the diary; return the number of changed rows."""
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _can_be(name: str, value: Any, kinds: dict[str, tuple[type, ...]]) -> bool:
    """Return whether a column of this name can have a value."""
    if value is None or name not in kinds:
        return True
    if not isinstance(value, kinds[name]):
        return False
    if name in MOMENTS:
        try:
            dt.datetime.fromisoformat(str(value)).astimezone()
        except (ValueError, OverflowError):
            return False
    return True


def _code(error: Exception) -> int:
    """Return the result code of SQLite, without the details of an extended code."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _make_private(path: Path) -> None:
    """Let only the owner read the file; SQLite gives its two other files (-wal, -shm) the same mode."""
    # Never open the file here: closing it would end the locks of every other connection of this process (POSIX).
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        with suppress(PermissionError):  # the file belongs to somebody else, who shares it
            path.chmod(mode & PRIVATE_FILE)


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < MIN_FREE_BYTES
    except OSError:
        return False
