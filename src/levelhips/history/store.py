"""What was done over weeks: an SQLite file in the user's data folder, filled from recordings and rebuilt from them at will.

Sessions and drills are derived, and may be thrown away; pain, shoes and kilometres are the wearer's own words and are
only ever deleted when asked. Nothing leaves the machine.
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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from levelhips.errors import LevelHipsError, RecordingError
from levelhips.history.session_row import Digest, digest, local_day

log = logging.getLogger(__name__)

LONGEST_DAYS = 30  # the window of "the longest run lately": Frandsen 2025 (programme/hints.py)

# One step up a version; never changed once released, only added to.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sessions (
        file TEXT PRIMARY KEY, size INTEGER NOT NULL, changed_ns INTEGER NOT NULL, started TEXT NOT NULL, kind TEXT NOT NULL,
        duration_s REAL NOT NULL, moving_s REAL NOT NULL, steps INTEGER NOT NULL, counted INTEGER NOT NULL, cadence_spm REAL,
        cues INTEGER NOT NULL, plan TEXT NOT NULL, plan_session INTEGER NOT NULL, camber_deg REAL, note TEXT NOT NULL
    );
    CREATE INDEX sessions_started ON sessions(started);
    CREATE TABLE sides (
        file TEXT NOT NULL REFERENCES sessions(file) ON DELETE CASCADE, side TEXT NOT NULL, n INTEGER NOT NULL, mean_deg REAL,
        sd_deg REAL, limit_deg REAL, with_n INTEGER NOT NULL, with_deg REAL, without_n INTEGER NOT NULL, without_deg REAL,
        PRIMARY KEY (file, side)
    );
    CREATE TABLE drills (
        file TEXT PRIMARY KEY REFERENCES sessions(file) ON DELETE CASCADE, name TEXT NOT NULL, side TEXT NOT NULL, reps INTEGER NOT NULL,
        good INTEGER NOT NULL, range_deg REAL, tempo_s REAL, held_s REAL NOT NULL, values_json TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE pain (
        at TEXT PRIMARY KEY, moment TEXT NOT NULL, score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10), note TEXT NOT NULL
    );
    CREATE TABLE shoes (name TEXT PRIMARY KEY, first_km REAL NOT NULL, retired INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE distances (
        at TEXT PRIMARY KEY, km REAL NOT NULL CHECK (km > 0), shoe TEXT REFERENCES shoes(name) ON UPDATE CASCADE, file TEXT
    );
    """,
)


def _try(path: Path) -> Digest | str:
    try:
        return digest(path)
    except LevelHipsError as error:
        return f"{path.name}: {error.what}"


@dataclass(slots=True)
class Rebuilt:
    """What a rebuilding came to."""

    taken: int = 0
    known: int = 0
    gone: int = 0
    troubles: list[str] = field(default_factory=list)


class History:
    """The history's file; a context.

    Parameters
    ----------
    path : Path
        The SQLite file; made if it is not there.

    Raises
    ------
    RecordingError
        If it cannot be opened, is no history, or of a later version.
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
        return RecordingError(
            f"The history {self.path} cannot be used ({error})",
            fix="Move it aside and run: levelhips history rebuild (pain and shoes are only in that file: keep it)",
        )

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise RecordingError(f"{self.path} was made by a later version of levelhips", fix="Update levelhips")
        for number in range(version, len(MIGRATIONS)):
            with self._changing():
                for statement in MIGRATIONS[number].split(";"):
                    if statement.strip():
                        self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={number + 1}")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """All of it, or nothing."""
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
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # ---- from recordings

    def add(self, path: Path) -> Digest:
        """Take a recording in; one that was known is replaced.

        Raises
        ------
        RecordingError, BadInputError
            If nothing can be found in it.
        """
        found = digest(path)
        with self._changing():
            self._put(found)
        return found

    def rebuild(self, folder: Path, progress: Callable[[float], None] | None = None, *, anew: bool = False) -> Rebuilt:
        """Bring the history up to what lies in a folder (and below): new and changed recordings in, those that are gone out.

        Parameters
        ----------
        folder : Path
        progress : callable or None
            Told the share that is done.
        anew : bool
            Look at recordings that did not change, too.
        """
        if not folder.is_dir():
            raise RecordingError(f"There is no folder {folder}", fix="Name the one in which your recordings are")
        files = sorted(path.resolve() for path in folder.rglob("*.mcap"))
        known = {row["file"]: (row["size"], row["changed_ns"]) for row in self._db.execute("SELECT file, size, changed_ns FROM sessions")}
        done, new = Rebuilt(), []
        for path in files:
            stat = path.stat()
            if not anew and known.get(str(path)) == (stat.st_size, stat.st_mtime_ns):
                done.known += 1
            else:
                new.append(path)
        gone = [file for file in known if Path(file).is_relative_to(folder.resolve()) and not Path(file).exists()]
        with self._changing():
            self._db.executemany("DELETE FROM sessions WHERE file = ?", [(file,) for file in gone])
        done.gone = len(gone)
        for number, found in enumerate(_digests(new), start=1):
            if isinstance(found, str):
                done.troubles.append(found)
            else:
                with self._changing():
                    self._put(found)
                done.taken += 1
            if progress is not None:
                progress(number / len(new))
        return done

    def _put(self, found: Digest) -> None:
        self._db.execute("DELETE FROM sessions WHERE file = ?", (found.file,))
        values = asdict(found)
        sides, drill = values.pop("sides"), values.pop("drill")
        self._insert("sessions", values)
        for side in sides:
            self._insert("sides", {"file": found.file, **side})
        if drill is not None:
            row = {name: drill[name] for name in ("name", "side", "reps", "good", "held_s")}
            row |= {"range_deg": drill["range_deg"]["mean"], "tempo_s": drill["tempo_s"]["mean"], "values_json": json.dumps(drill)}
            self._insert("drills", {"file": found.file, **row})

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        names = ", ".join(values)
        self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))

    def forget(self, file: Path | None) -> int:
        """Strike one session out of the history, or (None) all of them; the recordings stay. Gives how many there were."""
        with self._changing():
            if file is None:
                return self._db.execute("DELETE FROM sessions").rowcount
            return self._db.execute("DELETE FROM sessions WHERE file = ?", (str(file.resolve()),)).rowcount

    # ---- what it knows

    def sessions(self, last: int | None = None) -> list[dict[str, Any]]:
        """Sessions, the newest first, each with its sides and its drill."""
        rows = self.rows("SELECT * FROM sessions ORDER BY started DESC, file LIMIT ?", -1 if last is None else last)
        by_file = {row["file"]: row | {"sides": {}, "drill": None} for row in rows}
        for side in self.rows("SELECT * FROM sides"):
            if side["file"] in by_file:
                by_file[side["file"]]["sides"][side.pop("side")] = side
        for drill in self.rows("SELECT file, values_json FROM drills"):
            if drill["file"] in by_file:
                by_file[drill["file"]]["drill"] = json.loads(drill["values_json"])
        return list(by_file.values())

    def last_drill(self, name: str, side: str, before: str | None = None) -> dict[str, Any] | None:
        """What that drill of that side came to the last time (before a moment)."""
        rows = self.rows(
            "SELECT values_json FROM drills JOIN sessions USING (file) WHERE name = ? AND side = ? AND started < ? "
            "ORDER BY started DESC LIMIT 1",
            name,
            side,
            before or "9999",
        )
        return json.loads(rows[0]["values_json"]) if rows else None

    def drills_on(self, day: dt.date) -> list[tuple[str, str, int]]:
        """Name, side and repetitions (or 1 of a hold that was done) of the drills of a day, in local time."""
        rows = self.rows("SELECT started, name, side, reps FROM drills JOIN sessions USING (file)")
        return [(row["name"], row["side"], row["reps"]) for row in rows if local_day(row["started"]) == day]

    def ran_on(self, day: dt.date) -> bool:
        """Whether somebody ran on a day, in local time."""
        return any(local_day(row["started"]) == day for row in self.rows("SELECT started FROM sessions WHERE kind = 'run'"))

    def longest_min(self, before: str, days: int = LONGEST_DAYS) -> float:
        """The longest run of the days before a moment [min]; 0 if there was none."""
        since = (dt.datetime.fromisoformat(before) - dt.timedelta(days=days)).isoformat(timespec="seconds")
        rows = self.rows("SELECT max(moving_s) AS longest FROM sessions WHERE kind = 'run' AND started >= ? AND started < ?", since, before)
        return float(rows[0]["longest"] or 0.0) / 60

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What a query finds."""
        try:
            return [dict(row) for row in self._db.execute(query, values)]
        except sqlite3.Error as error:
            raise self._useless(error) from error

    def change(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """Change the wearer's own tables; gives how many rows."""
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._useless(error) from error

    # ---- out of it

    def export(self, folder: Path) -> list[Path]:
        """Write everything as CSV files, a table each; give them.

        Raises
        ------
        RecordingError
            If the folder cannot be written.
        """
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for table in ("sessions", "sides", "drills", "pain", "shoes", "distances"):
                cursor = self._db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
                path = folder / f"{table}.csv"
                with open(path, "w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    writer.writerow([column[0] for column in cursor.description])
                    writer.writerows(tuple(row) for row in cursor)
                written.append(path)
        except OSError as error:
            raise RecordingError(f"{folder} cannot be written ({error.strerror})", fix="Choose another folder") from error
        return written


def _digests(files: list[Path]) -> Iterator[Digest | str]:
    """Each file's digest, in any order; by several processes where that is worth their start."""
    if len(files) < 8:
        yield from map(_try, files)
        return
    with ProcessPoolExecutor() as pool:
        yield from pool.map(_try, files, chunksize=2)
