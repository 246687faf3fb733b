"""Read a CSV of both sensors whose column names include the units."""

from __future__ import annotations

from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.table import Table

SOURCE = "csv"


def read(table: Table) -> Imported:
    """Return the signals of a table of both sensors.

    Raises
    ------
    BadInputError, UnitsError
        If columns are missing, or the unit of time cannot be determined.
    """
    (acc, acc_unit), (gyr, gyr_unit) = table.axes("acc"), table.axes("gyr")
    return Imported(table.time_s(), acc, gyr, acc_unit, gyr_unit, SOURCE, first_line=table.first_line)
