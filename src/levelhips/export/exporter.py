"""Declaration of an exporter: how it writes an analysis, and how its files are read back to check it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from levelhips.analysis import Analysis
from levelhips.events import Step, Stride
from levelhips.export.plot import plot_drops
from levelhips.export.tables import write_tables
from levelhips.metrics import BUILT_IN as METRICS
from levelhips.metrics import CSV
from levelhips.plugins import installed

GROUP = "levelhips.exporters"
Values = Mapping[str, Sequence[float | str]]


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writer of result files. Plug-ins use the entry-point group ``levelhips.exporters``.

    Attributes
    ----------
    name, title : str
        Name in files and options; name for people.
    write : callable
        Writes the files of an analysis into a folder, which it creates if it is missing, and returns their paths. On failure it
        raises a LevelHipsError and leaves the files of the folder as they were.
    writes : tuple of str
        Keys of the metrics whose values it writes for each event.
    read : callable or None
        Reads these values from the folder, by key, with NaN where there is no value; None if the format cannot be read back.
    """

    name: str
    title: str
    write: Callable[[Analysis, Path], list[Path]]
    writes: tuple[str, ...] = ()
    read: Callable[[Path], Values] | None = None


def _write_tables(analysis: Analysis, folder: Path) -> list[Path]:
    summary = write_tables(analysis, folder)
    names = ["steps.csv", "strides.csv", *(["reps.csv"] if "drill" in summary else []), "angles.csv", "summary.json"]
    return [folder / name for name in names]


def _read_tables(folder: Path) -> Values:
    out: dict[str, list[float | str]] = {}
    for name, kind in (("steps.csv", Step), ("strides.csv", Stride)):
        with open(folder / name, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for metric in METRICS.of(kind, CSV):
            cells = [row[metric.column] for row in rows]
            out[metric.key] = list(cells) if metric.digits is None else [float(cell or "nan") for cell in cells]
    return out


def _write_plot(analysis: Analysis, folder: Path) -> list[Path]:
    path = folder / "drops.png"
    plot_drops(analysis, path)
    return [path]


TABLES = Exporter(
    name="tables",
    title="CSV tables and summary.json",
    write=_write_tables,
    writes=tuple(metric.key for kind in (Step, Stride) for metric in METRICS.of(kind, CSV)),
    read=_read_tables,
)
PLOT = Exporter(name="plot", title="Plot of the drops", write=_write_plot)
BUILT_IN = (TABLES, PLOT)


@cache
def exporters() -> dict[str, Exporter]:
    """Return all exporters by name: those of other packages, and ours, which they cannot replace."""
    return {exporter.name: exporter for exporter in (*installed(GROUP, Exporter).values(), *BUILT_IN)}
