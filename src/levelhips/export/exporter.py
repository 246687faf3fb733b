"""Declaration of an exporter: what it writes of an analysis, and how that is read back to check it."""

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
    """Writer of result files. Plug-ins are found by the entry-point group ``levelhips.exporters``.

    Attributes
    ----------
    name, title : str
        For files and options; for people.
    write : callable
        Write the files of an analysis into a folder, made if it is missing, and return their paths. If that fails, it raises a
        LevelHipsError, leaves no new file and changes none that was there.
    writes : tuple of str
        Keys of the metrics whose values it writes, one for each event.
    read : callable or None
        Return these values from the folder, by key, NaN where there is none; None for a format that cannot be read back.
    """

    name: str
    title: str
    write: Callable[[Analysis, Path], list[Path]]
    writes: tuple[str, ...] = ()
    read: Callable[[Path], Values] | None = None


def _write_tables(analysis: Analysis, folder: Path) -> list[Path]:
    write_tables(analysis, folder)
    return [folder / name for name in ("steps.csv", "strides.csv", "angles.csv", "summary.json")]


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
    """Return every exporter by its name: ours, and those of other packages."""
    return {exporter.name: exporter for exporter in (*installed(GROUP, Exporter).values(), *BUILT_IN)}
