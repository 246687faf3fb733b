"""Store the history in an SQLite file in the user's data folder, filled from recordings.

Sessions, drills and figures are computed from recordings and can be rebuilt from them at any time. Pain, shoes and
distances exist only here: they are deleted only on the user's command. Nothing leaves the machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from levelhips.analysis.drill_summary import DrillValues
from levelhips.errors import LevelHipsError, NewerFileError, RecordingError
from levelhips.files import replacing
from levelhips.history.migrations import MIGRATIONS, TABLES
from levelhips.history.session_row import ALL, BOTH, ROW_VERSION, SessionKind, SessionRow, SideRow, local_day, session_row
from levelhips.text import tr

log = logging.getLogger(__name__)

LOAD_WINDOW_DAYS = 30  # the window of "the longest run lately": Frandsen 2025 (programme/hints.py)

# A recovered copy does not count beside its original (the same start, or the file named in the copy); if the original is
# gone or cannot be read, the first of its copies counts.
_IS_COPY = """(s.recovered_from <> '' AND EXISTS (
    SELECT 1 FROM sessions AS o WHERE o.file <> s.file AND (o.started = s.started OR o.file = s.recovered_from)
    AND (o.recovered_from = '' OR o.file < s.file)))"""
_ORIGINALS = f"(SELECT * FROM sessions AS s WHERE NOT {_IS_COPY})"


@dataclass(frozen=True, slots=True)
class FigureOfSession:
    """Mean of a metric in one session, for a plot over weeks."""

    file: str
    started: str  # ISO, UTC
    kind: SessionKind
    n: int
    mean: float
    sd: float | None


def _try(path: Path) -> SessionRow | str:
    """Summarize a recording, or say why that is not possible."""
    try:
        return session_row(path)
    except LevelHipsError as error:
        return f"{path.name}: {error.what}"


@dataclass(slots=True)
class Rebuilt:
    """Numbers of recordings after a rebuild."""

    taken: int = 0  # new, changed, or computed by an earlier version
    known: int = 0
    gone: int = 0
    troubles: list[str] = field(default_factory=list)  # of files that could not be read


class History:
    """The history in its file; a context manager.

    Parameters
    ----------
    path : Path
        The SQLite file; created if it does not exist.

    Raises
    ------
    RecordingError
        If it cannot be opened, is not a history, or was written by a later version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._useless(error) from error
        try:
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode=WAL")  # a reader (the window) never waits for a writer (the end of a run)
            self._db.execute("PRAGMA foreign_keys=ON")
            self._migrate()
        except sqlite3.Error as error:
            self._db.close()
            raise self._useless(error) from error
        except RecordingError:
            self._db.close()
            raise

    def _useless(self, error: Exception) -> RecordingError:
        return RecordingError("unusable-history", path=self.path, reason=error)

    def _migrate(self) -> None:
        while (version := self._version()) < len(MIGRATIONS):
            with self._changing():
                if self._version() != version:  # another program has migrated the file in the meantime
                    continue
                for statement in MIGRATIONS[version].split(";"):
                    if statement.strip():
                        self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={version + 1}")
        if version > len(MIGRATIONS):
            raise NewerFileError(str(self.path))

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
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:  # the disk is full, or another program holds the file
            raise self._useless(error) from error

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # ---- from recordings

    def add(self, path: Path) -> SessionRow:
        """Add a recording; one that was known is replaced.

        Raises
        ------
        RecordingError, BadInputError
            If nothing can be found in it.
        """
        found = session_row(path)
        with self._changing():
            self._put(found)
        return found

    def rebuild(self, folder: Path, progress: Callable[[float], None] | None = None, *, reread_all: bool = False) -> Rebuilt:
        """Update the history from a folder and its subfolders: add new and changed recordings, remove those that are gone.

        Parameters
        ----------
        folder : Path
        progress : callable or None
            Called with the share that is done.
        reread_all : bool
            Read unchanged recordings again, too.

        Raises
        ------
        RecordingError
            If the folder does not exist.
        """
        if not folder.is_dir():
            raise RecordingError("no-folder-of-recordings", path=folder)
        files = sorted(path.resolve() for path in folder.rglob("*.mcap"))
        query = "SELECT file, size, changed_ns, row_version FROM sessions"
        known = {file: tuple(rest) for file, *rest in self._db.execute(query)}
        done, new = Rebuilt(), []
        for path in files:
            stat = path.stat()
            if not reread_all and known.get(str(path)) == (stat.st_size, stat.st_mtime_ns, ROW_VERSION):
                done.known += 1
            else:
                new.append(path)
        gone = [file for file in known if Path(file).is_relative_to(folder.resolve()) and not Path(file).exists()]
        with self._changing():
            self._db.executemany("DELETE FROM sessions WHERE file = ?", [(file,) for file in gone])
        done.gone = len(gone)
        for number, found in enumerate(_rows(new), start=1):
            if isinstance(found, str):
                done.troubles.append(found)
            else:
                with self._changing():
                    self._put(found)
                done.taken += 1
            if progress is not None:
                progress(number / len(new))
        return done

    def _put(self, found: SessionRow) -> None:
        self._db.execute("DELETE FROM sessions WHERE file = ?", (found.file,))
        drill = found.drill
        elsewhere = ("sides", "drill", "figures")  # in tables of their own
        self._insert("sessions", {f.name: getattr(found, f.name) for f in fields(found) if f.name not in elsewhere})
        for side in found.sides.values():
            self._insert("sides", {"file": found.file, **asdict(side)})
        for figure in found.figures:
            self._insert("figures", {"file": found.file, **asdict(figure)})
        if drill is not None:
            row: dict[str, Any] = {"name": drill["name"], "side": drill["side"], "reps": drill["reps"], "good": drill["good"]}
            row |= {"held_s": drill["held_s"], "range_deg": drill["range_deg"]["mean"], "tempo_s": drill["tempo_s"]["mean"]}
            self._insert("drills", {"file": found.file, **row, "values_json": json.dumps(drill)})

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        names = ", ".join(values)
        self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))

    def forget(self, file: Path | None) -> int:
        """Remove one session from the history, or all of them (None), and return how many. The recordings stay."""
        with self._changing():
            if file is None:
                return self._db.execute("DELETE FROM sessions").rowcount
            return self._db.execute("DELETE FROM sessions WHERE file = ?", (str(file.resolve()),)).rowcount

    # ---- queries

    def sessions(self, last: int | None = None) -> list[SessionRow]:
        """Return sessions, the newest first, each with its sides and its drill; a recovered copy has the kind COPY."""
        query = f"SELECT s.*, {_IS_COPY} AS copy FROM sessions AS s ORDER BY started DESC, file LIMIT ?"
        rows = self.rows(query, -1 if last is None else last)
        sides: dict[str, dict[str, SideRow]] = {}
        for values in self.rows("SELECT * FROM sides"):
            file = values.pop("file")
            sides.setdefault(file, {})[values["side"]] = SideRow(**values)
        drills = {row["file"]: json.loads(row["values_json"]) for row in self.rows("SELECT file, values_json FROM drills")}
        out = []
        for row in rows:
            kind = SessionKind.COPY if row.pop("copy") else SessionKind(row["kind"])
            note = tr("session-note.recovered", name=Path(row["recovered_from"]).name) if kind is SessionKind.COPY else row["note"]
            file = row["file"]
            out.append(SessionRow(**row | {"kind": kind, "note": note}, sides=sides.get(file, {}), drill=drills.get(file)))
        return out

    def figures(self, metric: str, side: str = BOTH, feedback: str = ALL) -> list[FigureOfSession]:
        """Return the means of a metric, session by session, the oldest first; recovered copies are left out."""
        rows = self.rows(
            f"SELECT file, started, kind, n, mean, sd FROM figures JOIN {_ORIGINALS} USING (file) "
            "WHERE metric = ? AND side = ? AND feedback = ? ORDER BY started, file",
            metric,
            side,
            feedback,
        )
        return [FigureOfSession(**row | {"kind": SessionKind(row["kind"])}) for row in rows]

    def last_drill(self, name: str, side: str, before: str | None = None) -> DrillValues | None:
        """Return the last result of a drill of one side (before a moment)."""
        rows = self.rows(
            f"SELECT values_json FROM drills JOIN {_ORIGINALS} USING (file) WHERE name = ? AND side = ? AND started < ? "
            "ORDER BY started DESC LIMIT 1",
            name,
            side,
            before or "9999",
        )
        found: DrillValues | None = json.loads(rows[0]["values_json"]) if rows else None
        return found

    def drills_on(self, day: dt.date) -> list[tuple[str, str, int]]:
        """Return name, side and repetitions (1 for a completed hold) of the drills of a local day."""
        rows = self.rows(f"SELECT started, name, side, reps FROM drills JOIN {_ORIGINALS} USING (file)")
        return [(row["name"], row["side"], row["reps"]) for row in rows if local_day(row["started"]) == day]

    def ran_on(self, day: dt.date) -> bool:
        """Return whether there was a run on a local day."""
        return any(local_day(row["started"]) == day for row in self.rows(f"SELECT started FROM {_ORIGINALS} WHERE kind = 'run'"))

    def longest_min(self, before: str, days: int = LOAD_WINDOW_DAYS) -> float:
        """Return the longest run of the days before a moment [min]; 0 if there was none."""
        since = (dt.datetime.fromisoformat(before) - dt.timedelta(days=days)).isoformat(timespec="seconds")
        query = f"SELECT max(moving_s) AS longest FROM {_ORIGINALS} WHERE kind = 'run' AND started >= ? AND started < ?"
        rows = self.rows(query, since, before)
        return float(rows[0]["longest"] or 0.0) / 60

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Return the rows that a query finds."""
        try:
            return [dict(row) for row in self._db.execute(query, values)]
        except sqlite3.Error as error:
            raise self._useless(error) from error

    def change(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """Change the tables of the diary; return the number of rows."""
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._useless(error) from error

    # ---- export

    def export(self, folder: Path) -> list[Path]:
        """Write everything as CSV files, one for each table; return their paths.

        Raises
        ------
        RecordingError
            If the folder cannot be written.
        """
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for table in TABLES:
                cursor = self._db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
                path = folder / f"{table}.csv"
                with replacing(path) as part, open(part, "w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    writer.writerow([column[0] for column in cursor.description])
                    writer.writerows(tuple(row) for row in cursor)
                written.append(path)
        except OSError as error:
            raise RecordingError("cannot-write", path=folder, reason=error.strerror) from error
        return written


def _rows(files: list[Path]) -> Iterator[SessionRow | str]:
    """Summarize recordings; in several processes if there are enough of them to be worth starting those."""
    if len(files) < 8:
        yield from map(_try, files)
        return
    with ProcessPoolExecutor() as pool:
        yield from pool.map(_try, files, chunksize=2)
