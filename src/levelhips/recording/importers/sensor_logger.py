"""Column names and units of Sensor Logger exports: none in the headers, and an accelerometer without gravity."""

from __future__ import annotations

import numpy as np

from levelhips.recording.importers.table import Table
from levelhips.samples import Array

SOURCE = "sensor-logger"
ACC_UNIT, GYR_UNIT = "mps2", "radps"  # its documentation; the files name none
WITH_GRAVITY = ("totalacceleration.csv",)
GRAVITY = "gravity.csv"  # what was taken out of accelerometer.csv; both add up to specific force


def recognizes(table: Table) -> bool:
    """Whether a table is from Sensor Logger."""
    return table.has("seconds_elapsed$")


def gravity(table: Table, t_s: Array) -> Array:
    """Return gravity (n, 3) at the times of the accelerometer, in the table's unit."""
    values, _ = table.axes("acc")
    times = table.time_s()
    return np.stack([np.interp(t_s, times, column) for column in values.T], axis=1)
