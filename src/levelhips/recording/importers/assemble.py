"""Check imported signals, convert them to SI units and build a recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from levelhips.errors import BadInputError
from levelhips.recording.importers.units import acc_factor, gyr_factor
from levelhips.recording.recording import Recording, nominal_rate
from levelhips.samples import Array, Samples
from levelhips.text import Text, text


@dataclass(frozen=True, slots=True)
class GivenUnits:
    """Units that the user gave, for a table without units or with wrong ones."""

    acc: str | None = None
    gyr: str | None = None


@dataclass(slots=True)
class Imported:
    """Signals of accelerometer and gyroscope as they are in a table.

    Attributes
    ----------
    t_s : (n,) array
        Time [s].
    acc, gyr : (n, 3) array
        Acceleration with gravity and angular rate, in the units of the table.
    acc_unit, gyr_unit : str or None
        Units that the table names; None if it names none.
    source : str
        Short name of the program that wrote the table.
    notes : list of Text
        Sentences for people about what was done to the signals.
    first_line : int
        Line of the file, from 1, on which the numbers begin.
    """

    t_s: Array
    acc: Array
    gyr: Array
    acc_unit: str | None
    gyr_unit: str | None
    source: str
    notes: list[Text] = field(default_factory=list)
    first_line: int = 2

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Keep only the rows where a boolean array (n,) is true."""
        self.t_s, self.acc, self.gyr = self.t_s[rows], self.acc[rows], self.gyr[rows]


def assemble(path: Path, imported: Imported, given: GivenUnits) -> Recording:
    """Build a recording from imported signals.

    Raises
    ------
    BadInputError, UnitsError
        If there are fewer than two samples, or times, values or units cannot be right.
    """
    name = path.name
    if len(imported.t_s) < 2:
        raise BadInputError("no-samples", name=name)
    _skip_missing_values(name, imported)
    _skip_repeated_times(name, imported)
    acc = imported.acc * acc_factor(name, imported.acc, imported.acc_unit, given.acc)
    gyr = imported.gyr * gyr_factor(name, imported.gyr, imported.gyr_unit, given.gyr)
    rate_hz = nominal_rate(imported.t_s)
    metadata = {"source": imported.source, "rate_hz": f"{rate_hz:.6g}"}
    return Recording(path, Samples.checked(imported.t_s, acc, gyr), rate_hz, metadata, notes=imported.notes)


def _skip_missing_values(name: str, imported: Imported) -> None:
    good = np.isfinite(imported.t_s) & np.isfinite(imported.acc).all(axis=1) & np.isfinite(imported.gyr).all(axis=1)
    missing = int((~good).sum())
    if not missing:
        return
    if missing > len(good) // 2:
        raise BadInputError("mostly-missing-values", name=name, missing=missing, rows=len(good))
    first = int(np.flatnonzero(~good)[0]) + imported.first_line
    imported.notes.append(text("recording.note.missing-values", n=missing, line=first))
    imported.keep(good)


def _skip_repeated_times(name: str, imported: Imported) -> None:
    steps = np.diff(imported.t_s)
    if (steps < 0).any():
        row = int(np.flatnonzero(steps < 0)[0])
        raise BadInputError("time-goes-back", name=name, before_s=imported.t_s[row], after_s=imported.t_s[row + 1])
    if not (steps == 0).any():
        return
    fresh = np.concatenate([[True], steps > 0])
    imported.notes.append(text("recording.note.repeated-times", n=int((~fresh).sum()), rows=len(fresh)))
    imported.keep(fresh)
    if len(imported.t_s) < 2:
        raise BadInputError("time-never-changes", name=name)
