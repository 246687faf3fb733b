"""Write an analysis as CSV files and summary.json into a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from levelhips.analysis import Analysis, summarize
from levelhips.analysis.drill_summary import drill_values
from levelhips.analysis.installed_metrics import metrics
from levelhips.coaching.drills.result import DrillResult
from levelhips.errors import RecordingError
from levelhips.events import Rep, Step, Stride
from levelhips.files import make_folder, replacing_all
from levelhips.metrics import CSV, Measured, Metric
from levelhips.recording.angles_csv import write_angles


def write_tables(analysis: Analysis, folder: Path) -> dict[str, Any]:
    """Write steps.csv, strides.csv, angles.csv and summary.json, and for a drill reps.csv; return the summary.

    All files are written into a temporary folder first and then moved, summary.json last: if it is there, all tables next to it
    are of the same analysis. For a recording that is not of a drill, the reps.csv of an earlier analysis is removed.

    Raises
    ------
    RecordingError
        If the folder cannot be written or the disk is full; no partly written file is left.
    LevelHipsError
        If a folder or a device is in the place of a file.
    """
    summary = summarize(analysis)
    if (result := DrillResult.of(analysis.events)) is not None:
        summary["drill"] = drill_values(result)
    try:
        make_folder(folder)
    except OSError as error:
        raise RecordingError("cannot-write", path=folder, reason=error.strerror) from error
    try:
        with replacing_all(folder, last="summary.json") as staging:
            _write_csv(analysis, staging, with_reps=result is not None)
            (staging / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
            if result is None:
                _remove_earlier_reps(folder / "reps.csv")
    except OSError as error:
        raise RecordingError("cannot-write-results", folder=folder, reason=error.strerror) from error
    return summary


def _write_csv(analysis: Analysis, folder: Path, *, with_reps: bool) -> None:
    """Write the tables of an analysis into a folder."""
    tables: list[tuple[str, type[Measured], Sequence[Measured]]] = [
        ("steps.csv", Step, analysis.steps),
        ("strides.csv", Stride, analysis.strides),
    ]
    if with_reps:
        tables.append(("reps.csv", Rep, analysis.reps))
    for name, kind, events in tables:
        with open(folder / name, "w", encoding="utf-8", newline="") as file:
            write_rows(file, metrics().of(kind, CSV), events)
    write_angles(folder / "angles.csv", analysis.angles)


def _remove_earlier_reps(path: Path) -> None:
    """Remove a reps.csv that an earlier analysis wrote; a file with another header is not ours and stays."""
    ours = ",".join(metric.column for metric in metrics().of(Rep, CSV)[:3])
    try:
        with open(path, encoding="utf-8") as file:
            if not file.readline().startswith(ours):
                return
    except (FileNotFoundError, UnicodeDecodeError):
        return
    path.unlink()


def write_rows(file: TextIO, columns: Sequence[Metric], events: Sequence[Measured]) -> None:
    """Write a header and a row for each event; the cell of a value that was not measured is empty."""
    file.write(",".join(metric.column for metric in columns) + "\n")
    # Column by column, then joined by rows: twice as fast as row by row.
    cells = [_cells(metric, events) for metric in columns]
    file.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))


def _cells(metric: Metric, events: Sequence[Measured]) -> list[str]:
    """Return the cells of a column. As an hour has a quarter of a million cells, numbers are not checked for quotes."""
    if metric.digits is None:
        return [_quoted(metric.cell(event)) for event in events]
    form = f"%.{metric.digits}f"
    # For NaN and infinity, value - value is NaN: one comparison finds both.
    return [form % value if value - value == 0.0 else "" for value in map(metric.value, events)]  # type: ignore[operator]


def _quoted(cell: str) -> str:
    """Quote a word that contains a comma, a quote or a line break (only plug-ins have such words)."""
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n\r') else cell
