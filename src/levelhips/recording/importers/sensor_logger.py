"""File names and units of Sensor Logger exports: headers without units, and Accelerometer.csv without gravity."""

from __future__ import annotations

import numpy as np

from levelhips.recording.importers.table import Table
from levelhips.samples import Array

SOURCE = "sensor-logger"
ACC_UNIT, GYR_UNIT = "mps2", "radps"  # from its documentation; the files have no units
WITH_GRAVITY = ("totalacceleration.csv",)
GRAVITY = "gravity.csv"  # accelerometer.csv is without gravity: the sum of both is the specific force


def recognizes(table: Table) -> bool:
    """Return whether a table is from Sensor Logger."""
    return table.has("seconds_elapsed$")


def gravity(table: Table, t_s: Array) -> Array:
    """Return gravity, (n, 3), at the times of the accelerometer, (n,) [s], in the unit of the table."""
    values, _ = table.axes("acc")
    times = table.time_s()
    return np.stack([np.interp(t_s, times, column) for column in values.T], axis=1)
