"""Read the tables of other programs: any CSV with named units, and the exports of Movella DOT, phyphox and Sensor Logger.

Units are never guessed: a table without them is refused unless they are given, and so are numbers that contradict their
unit. The three exports are read as their public documentation describes them; see docs/recording-format.md.
"""

from __future__ import annotations

from pathlib import Path

from levelhips.errors import UnitsError
from levelhips.recording.importers import movella_dot, named_units, phone_export
from levelhips.recording.importers.assemble import GivenUnits, assemble
from levelhips.recording.importers.table import Sensors, parse
from levelhips.recording.importers.units import ACC_UNITS, GYR_UNITS
from levelhips.recording.recording import Recording

__all__ = ["ACC_UNITS", "GYR_UNITS", "read_table"]


def read_table(path: Path, acc_unit: str | None, gyr_unit: str | None) -> Recording:
    """Read a table, or the folder or zip of a phone's export.

    Raises
    ------
    RecordingError
        If it is not a table.
    BadInputError, UnitsError
        If its columns, units, times or numbers cannot be right.
    """
    for name, unit, known in (("acc", acc_unit, ACC_UNITS), ("gyr", gyr_unit, GYR_UNITS)):
        if unit is not None and unit not in known:
            raise UnitsError("unknown-unit", option=f"--{name}-unit", unit=unit, known=", ".join(known))
    given = GivenUnits(acc_unit, gyr_unit)
    files = phone_export.files_of(path)
    if files is None:
        table = parse(path.name, path.read_bytes())
        if table.sensors is not Sensors.ONE:
            read = movella_dot.read if movella_dot.recognizes(table) else named_units.read
            return assemble(path, read(table), given)
        files = phone_export.files_beside(path)  # the other sensor is in a file of its own
    return assemble(path, phone_export.read(path, files), given)
