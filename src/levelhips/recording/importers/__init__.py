"""Read tables of other programs: any CSV with units in its column names, and exports of Movella DOT, phyphox and Sensor Logger.

Units are never guessed: a table without units is refused unless the user gives them, and so is a table whose values
contradict its units. The three exports are read as their public documentation describes them (docs/recording-format.md).
"""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from levelhips.errors import LevelHipsError, RecordingError, UnitsError
from levelhips.plugins import installed
from levelhips.recording.importers.assemble import GivenUnits, Imported, assemble
from levelhips.recording.importers.built_in import BUILT_IN
from levelhips.recording.importers.importer import GROUP, Importer, Source
from levelhips.recording.importers.units import ACC_UNITS, GYR_UNITS
from levelhips.recording.recording import Recording

__all__ = ["ACC_UNITS", "BUILT_IN", "GROUP", "GYR_UNITS", "Importer", "Source", "check_units", "importers", "read_table"]

log = logging.getLogger(__name__)


@cache
def importers() -> tuple[Importer, ...]:
    """Return all importers in the order in which they are tried: plug-ins first, then ours, and general ones last."""
    ours = {importer.name for importer in BUILT_IN}
    found = [*(importer for importer in installed(GROUP, Importer).values() if importer.name not in ours), *BUILT_IN]
    return tuple(sorted(found, key=lambda importer: importer.general))


def read_table(path: Path, acc_unit: str | None, gyr_unit: str | None) -> Recording:
    """Read a table, or an export of a phone as a folder or zip file.

    Raises
    ------
    RecordingError
        If it is not a table, or the importer of another package fails.
    BadInputError, UnitsError
        If columns, units, times or values are missing or cannot be right.
    """
    check_units(acc_unit, gyr_unit)
    source = Source(path)
    importer = next(importer for importer in importers() if _recognizes(importer, source))
    return assemble(path, _read(importer, source), GivenUnits(acc_unit, gyr_unit))


def _recognizes(importer: Importer, source: Source) -> bool:
    """Return whether an importer recognizes a file: a plug-in that fails does not; an error of a built-in one is about the file."""
    try:
        return importer.recognizes(source)
    except (LevelHipsError, OSError):
        if importer in BUILT_IN:
            raise
    except Exception as error:
        if importer in BUILT_IN:
            raise
        # A bug in a plug-in must not disable all other importers.
        log.warning("Importer %s is left out: %r", importer.name, error)
    return False


def _read(importer: Importer, source: Source) -> Imported:
    try:
        return importer.read(source)
    except (LevelHipsError, OSError):
        raise
    except Exception as error:
        if importer in BUILT_IN:
            raise
        raise RecordingError("importer-failed", importer=importer.title, name=source.path.name, reason=repr(error)) from error


def check_units(acc_unit: str | None, gyr_unit: str | None) -> None:
    """Check units that the user gave; None: not given.

    Raises
    ------
    UnitsError
        If one of them is not known.
    """
    for name, unit, known in (("acc", acc_unit, ACC_UNITS), ("gyr", gyr_unit, GYR_UNITS)):
        if unit is not None and unit not in known:
            raise UnitsError("unknown-unit", option=f"--{name}-unit", unit=unit, known=", ".join(known))
