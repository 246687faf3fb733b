"""Keep the history of sessions in an SQLite file in the user's data folder.

Sessions, drills and figures are computed from recordings and can be rebuilt from them at any time. Pain, shoes and
distances exist only here: they are deleted only on the user's command. Nothing is sent anywhere.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import NoneType
from typing import Any, cast

from levelhips.analysis.drill_summary import DrillValues
from levelhips.bounds import shown
from levelhips.errors import LevelHipsError, RecordingError
from levelhips.events import Part, Side
from levelhips.events.codec import json_object
from levelhips.files import make_folder, replacing
from levelhips.history.database import Database
from levelhips.history.heard import FaultRow
from levelhips.history.leftovers import remove_leftovers
from levelhips.history.migrations import TABLES
from levelhips.history.session_row import (
    ALL,
    BOTH,
    ROW_VERSION,
    FigureOfSession,
    SessionKind,
    SessionRow,
    SideRow,
    extent,
    local_day,
)
from levelhips.history.summaries import summaries, summary
from levelhips.recording.parts import by_session, session_files
from levelhips.text import tr

LOAD_WINDOW_DAYS = 30  # a run is compared with the longest one of these days: Frandsen 2025 (programme/hints.py)

# A recovered copy does not count if its original is in the history, too: a session with the same start, or of the file that
# the copy names. If the original is missing or cannot be read, the first of its copies counts.
_IS_COPY = """(s.recovered_from <> '' AND EXISTS (
    SELECT 1 FROM sessions AS o WHERE o.file <> s.file AND (o.started = s.started OR o.file = s.recovered_from)
    AND (o.recovered_from = '' OR o.file < s.file)))"""
_ORIGINALS = f"(SELECT * FROM sessions AS s WHERE NOT {_IS_COPY})"


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did, in numbers of recordings, and the errors of the files that could not be read."""

    added: int = 0  # new ones, changed ones, and those whose row an earlier version computed
    unchanged: int = 0
    removed: int = 0
    leftovers: int = 0  # files without any data that were deleted
    errors: list[str] = field(default_factory=list)


_NUMBER = (int, float, NoneType)
_DRILL_KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("name", "side"), str),
    **dict.fromkeys(("asked.sets", "asked.reps", "reps", "good", "halves"), int),
    **dict.fromkeys(("asked.seconds", "held_s", "mean_deg", "sway_deg", "range_deg.mean", "range_deg.sd"), _NUMBER),
    **dict.fromkeys(("tempo_s.mean", "tempo_s.sd"), _NUMBER),
    "form_faults": dict,
}
"""Types of the values of a drill; a point leads into a group."""


class History(Database):
    """Database of the past sessions and of the diary; a context manager that closes it.

    Parameters
    ----------
    path : Path
        The SQLite file; created if it does not exist.

    Raises
    ------
    RecordingError
        If it cannot be opened, is not a history, or was written by a later version. Every method raises it, too, if the file
        cannot be read or written.
    """

    damaged: Sequence[RecordingError] = ()
    """The damaged sessions that the last call of `sessions` left out."""

    # ---- recordings

    def add(self, path: Path) -> SessionRow:
        """Add the summary of a recording and return it. If the history has that session already, replace its summary.

        Raises
        ------
        RecordingError, BadInputError
            If the recording cannot be read, or contains neither standing nor steps.
        """
        found = summary(path)
        with self._changing():
            self._delete(session_files(path))
            self._put(found)
        return found

    def rebuild(self, folder: Path, progress: Callable[[float], None] | None = None, *, reread_all: bool = False) -> Rebuilt:
        """Update the history from a folder and its subfolders: add new and changed recordings, remove missing ones.

        A recording that was moved counts once: its row at the old place is removed. It is known by its start and its size.
        Recordings without any data, which a session that was killed at its start leaves, are deleted after an hour.

        Parameters
        ----------
        folder : Path
        progress : callable or None
            Called with the fraction done, 0 to 1.
        reread_all : bool
            Read unchanged recordings again, too.

        Raises
        ------
        RecordingError
            If the folder does not exist.
        """
        if not folder.is_dir():
            raise RecordingError("no-folder-of-recordings", path=folder)
        # No folders, and no pipes: opening one would wait for ever. A link to nothing is named when it is read.
        sessions = by_session(sorted(path.resolve() for path in folder.rglob("*.mcap") if path.is_file() or not path.exists()))
        rows = self.rows("SELECT file, size, changed_ns, row_version FROM sessions")
        known = {row["file"]: (row["size"], row["changed_ns"], row["row_version"]) for row in rows}
        done, changed = Rebuilt(), list[list[Path]]()
        for files in sessions:
            there = all(file.exists() for file in files)  # if not, it is a link to a disk that is not connected: reading it says so
            if there and not reread_all and known.get(str(files[0])) == (*extent(files), ROW_VERSION):
                done.unchanged += 1
            else:
                changed.append(files)
        later = {str(file) for files in sessions for file in files[1:]}  # they had a row while the first file was missing
        missing = [file for file in known if file in later or (Path(file).is_relative_to(folder.resolve()) and not Path(file).exists())]
        with self._changing():
            self._db.executemany("DELETE FROM sessions WHERE file = ?", [(file,) for file in missing])
        done.removed = len(missing)
        alone, done.leftovers = remove_leftovers([files[0] for files in changed if len(files) == 1])
        new = sorted(alone + [files[0] for files in changed if len(files) > 1])
        for number, (path, found) in enumerate(summaries(new), start=1):
            if isinstance(found, LevelHipsError):
                done.errors.append(found.what if path.name in found.what else f"{path.name}: {found.what}")
            else:
                with self._changing():
                    self._put(found)
                done.added += 1
            if progress is not None:
                progress(number / len(new))
        moved = self._moved()
        with self._changing():
            self._db.executemany("DELETE FROM sessions WHERE file = ?", [(file,) for file in moved])
        done.removed += len(moved)
        done.errors.sort()
        return done

    def _moved(self) -> list[str]:
        """Return the files that are gone and whose recording is also in the history at another place, where the file is."""
        same = "SELECT s.file, o.file AS other FROM sessions AS s JOIN sessions AS o USING (started, size) WHERE s.file <> o.file"
        rows = self.rows(same)
        return sorted({row["file"] for row in rows if not Path(row["file"]).exists() and Path(row["other"]).exists()})

    def _put(self, found: SessionRow) -> None:
        """Write the rows of a session into all tables, in place of those of the same file."""
        self._db.execute("DELETE FROM sessions WHERE file = ?", (found.file,))
        drill = found.drill
        other_tables = ("sides", "drill", "faults", "figures")
        self._insert("sessions", {f.name: getattr(found, f.name) for f in fields(found) if f.name not in other_tables})
        for side in found.sides.values():
            self._insert("sides", {"file": found.file, **asdict(side)})
        for fault in found.faults.values():
            self._insert("faults", {"file": found.file, **asdict(fault)})
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
        """Remove one session from the history, whichever of its files is given, or all (None); return how many. The recordings stay."""
        with self._changing():
            if file is None:
                return self._db.execute("DELETE FROM sessions").rowcount
            return self._delete([file, *session_files(file)])

    def _delete(self, files: list[Path]) -> int:
        """Remove the rows of these files, and return how many there were."""
        found = {str(file.resolve()) for file in files}
        return sum(self._db.execute("DELETE FROM sessions WHERE file = ?", (file,)).rowcount for file in found)

    # ---- queries

    def sessions(self, last: int | None = None) -> list[SessionRow]:
        """Return all sessions, or the `last` ones, the newest first. A recovered copy that does not count has the kind COPY.

        A session with a value that we cannot have written is left out, and named in `damaged`.
        """
        query = f"SELECT s.*, {_IS_COPY} AS copy FROM sessions AS s ORDER BY started DESC, file LIMIT ?"
        rows = self.rows_as_found(query, -1 if last is None else last)
        tables = {table: self._by_file(table) for table in ("sides", "faults", "drills")}
        out, damaged = [], list[RecordingError]()
        for row in rows:
            of_file = {table: found.get(row["file"], []) for table, found in tables.items()}
            try:
                out.append(self._session(row, **of_file))
            except (ValueError, TypeError, KeyError) as error:
                damaged.append(RecordingError("history-row-damaged", path=Path(str(row["file"])), reason=error))
        self.damaged = damaged
        return out

    def _session(
        self, row: dict[str, Any], sides: list[dict[str, Any]], faults: list[dict[str, Any]], drills: list[dict[str, Any]]
    ) -> SessionRow:
        """Return a session from its row and those of the other tables.

        Raises
        ------
        ValueError, TypeError
            If they have a value that we cannot have written.
        """
        for one in (row, *sides, *faults, *drills):
            if reason := self.wrong_value(one):
                raise ValueError(reason)
        kind = SessionKind.COPY if row.pop("copy") else SessionKind(row["kind"])
        note = tr("session-note.recovered", name=Path(row["recovered_from"]).name) if kind is SessionKind.COPY else row["note"]
        tables = {
            "sides": {Side(values["side"]).value: SideRow(**values) for values in sides},
            "faults": {Part(values["part"]).value: FaultRow(**values) for values in faults},
            "drill": _drill(drills[0]["values_json"]) if drills else None,
        }
        return SessionRow(**row | {"kind": kind, "note": note} | tables)

    def _drill(self, values_json: str) -> DrillValues:
        try:
            return _drill(values_json)
        except ValueError as error:
            raise RecordingError("history-damaged", path=self.path, reason=error) from error

    def _by_file(self, table: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for values in self.rows_as_found(f"SELECT * FROM {table}"):
            found.setdefault(values.pop("file"), []).append(values)
        return found

    def figures(self, metric: str, side: str = BOTH, feedback: str = ALL) -> list[FigureOfSession]:
        """Return the mean of a metric in each session that has one, the oldest first, without recovered copies.

        `side` and `feedback` are those of a `FigureRow`.
        """
        rows = self.rows(
            f"SELECT file, started, kind, n, mean, sd FROM figures JOIN {_ORIGINALS} USING (file) "
            "WHERE metric = ? AND side = ? AND feedback = ? ORDER BY started, file",
            metric,
            side,
            feedback,
        )
        return [FigureOfSession(**row | {"kind": SessionKind(row["kind"])}) for row in rows if row["kind"] in set(SessionKind)]

    def last_drill(self, name: str, side: str, before: str | None = None) -> DrillValues | None:
        """Return the result of a drill when it was last done with one side; None if it never was.

        With `before` (ISO, UTC), only sessions that began before that moment are searched.
        """
        rows = self.rows(
            f"SELECT values_json FROM drills JOIN {_ORIGINALS} USING (file) WHERE name = ? AND side = ? AND started < ? "
            "ORDER BY started DESC LIMIT 1",
            name,
            side,
            before or "9999",
        )
        found: DrillValues | None = self._drill(rows[0]["values_json"]) if rows else None
        return found

    def drills_on(self, day: dt.date) -> list[tuple[str, str, int]]:
        """Return name, side and number of repetitions of each drill done on a local day; a completed hold is one repetition."""
        rows = self.rows(f"SELECT started, name, side, reps FROM drills JOIN {_ORIGINALS} USING (file)")
        return [(row["name"], row["side"], row["reps"]) for row in rows if local_day(row["started"]) == day]

    def ran_on(self, day: dt.date) -> bool:
        """Return whether the wearer ran on a local day."""
        return any(local_day(row["started"]) == day for row in self.rows(f"SELECT started FROM {_ORIGINALS} WHERE kind = 'run'"))

    def longest_min(self, before: str, days: int = LOAD_WINDOW_DAYS) -> float:
        """Return the duration of the longest run in the `days` before a moment (ISO, UTC) [min]; 0 if there was none."""
        since = (dt.datetime.fromisoformat(before) - dt.timedelta(days=days)).isoformat(timespec="seconds")
        query = f"SELECT max(moving_s) AS longest FROM {_ORIGINALS} WHERE kind = 'run' AND started >= ? AND started < ?"
        rows = self.rows(query, since, before)
        return float(rows[0]["longest"] or 0.0) / 60

    # ---- export

    def export(self, folder: Path) -> list[Path]:
        """Write everything as CSV files, one for each table; return their paths.

        Raises
        ------
        RecordingError
            If the folder cannot be written, or the history cannot be read.
        """
        written = []
        try:
            make_folder(folder)
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
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return written


def _drill(values_json: str) -> DrillValues:
    """Return the result of a drill.

    Raises
    ------
    ValueError
        If it is not JSON, or values are missing or wrong.
    """
    found = json_object(values_json.encode())
    for name, kinds in _DRILL_KINDS.items():
        of: Any = found
        *groups, last = name.split(".")
        for group in groups:
            of = of.get(group) if isinstance(of.get(group), dict) else {}
        if not isinstance(of.get(last), kinds):
            raise ValueError(f"values_json, {name}: {shown(of.get(last))}")
    Side(found["side"])
    return cast(DrillValues, found)
