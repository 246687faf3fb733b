"""Read the CSV export of Movella DOT: SampleTimeFine in microseconds, m/s2 and deg/s (Movella DOT user manual)."""

from __future__ import annotations

from levelhips.errors import BadInputError
from levelhips.recording.importers import named_units
from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.table import Table

SOURCE = "movella-dot"


def recognizes(table: Table) -> bool:
    """Return whether a table is an export of Movella DOT."""
    return table.has("sampletimefine$") or _is_free_acceleration(table)


def read(table: Table) -> Imported:
    """Return the signals of an export.

    Raises
    ------
    BadInputError
        If columns are missing, or the acceleration is without gravity.
    """
    if _is_free_acceleration(table):
        raise BadInputError("only-free-acceleration", name=table.name)
    imported = named_units.read(table)
    imported.source = SOURCE
    imported.acc_unit, imported.gyr_unit = imported.acc_unit or "mps2", imported.gyr_unit or "dps"
    return imported


def _is_free_acceleration(table: Table) -> bool:
    return table.has("freeacc") and not table.has("acc[ _]?x")
