"""Read an export of a phone: a folder or zip file with one CSV file for each sensor, or one for both."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from levelhips.errors import BadInputError, RecordingError
from levelhips.recording.importers import named_units, phyphox, sensor_logger
from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.table import Sensors, parse
from levelhips.samples import Array
from levelhips.text import Text, text

Files = dict[str, Callable[[], bytes]]  # by file name in lower case: a function that returns the bytes
# Files with both sensors: an export of phyphox with one clock for both, and our own.
_BOTH_IN_ONE = ("raw data.csv", "imu.csv")
_GYROSCOPE = ("gyroscope.csv", "gyroscopeuncalibrated.csv")
# Samples are interpolated if the time between them is at most 50 ms (a longer one is a gap for the engine) or, for slow
# sensors, 2.5 of their sampling intervals.
_MAX_STEP_S, _MAX_STEPS = 0.0501, 2.5


def files_of(path: Path) -> Files | None:
    """Return the CSV files in a folder or zip file; None if the path is neither.

    Raises
    ------
    RecordingError
        If the zip file is damaged.
    """
    if path.is_dir():
        return {file.name.lower(): file.read_bytes for file in path.iterdir() if file.suffix.lower() == ".csv"}
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            contents = {Path(name).name.lower(): archive.read(name) for name in archive.namelist() if name.lower().endswith(".csv")}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise RecordingError("damaged-zip", name=path.name, reason=error) from error
    return {name: (lambda data=data: data) for name, data in contents.items()}  # type: ignore[misc]


def files_next_to(path: Path) -> Files:
    """Return the CSV files in the folder of a file."""
    return {file.name.lower(): file.read_bytes for file in path.parent.glob("*.csv")}


def read(path: Path, files: Files) -> Imported:
    """Return the signals of an export, both resampled to even steps of the accelerometer's clock.

    Raises
    ------
    BadInputError, UnitsError
        If the file of a sensor is missing, or its columns or times cannot be right.
    """
    for name in _BOTH_IN_ONE:
        if name in files and (table := parse(name, files[name]())).sensors is Sensors.BOTH:
            return named_units.read(table)
    acc_name = next((name for name in (*sensor_logger.WITH_GRAVITY, *phyphox.WITH_GRAVITY) if name in files), None)
    gyr_name = next((name for name in _GYROSCOPE if name in files), None)
    if acc_name is None or gyr_name is None:
        raise BadInputError("no-accelerometer-file" if acc_name is None else "no-gyroscope-file", name=path.name)
    acc_table, gyr_table = parse(acc_name, files[acc_name]()), parse(gyr_name, files[gyr_name]())
    (acc, acc_unit), (gyr, gyr_unit) = acc_table.axes("acc"), gyr_table.axes("gyr")
    acc_s, gyr_s = acc_table.time_s(), gyr_table.time_s()
    source, notes = phyphox.SOURCE, list[Text]()
    if sensor_logger.recognizes(acc_table):
        source = sensor_logger.SOURCE
        acc_unit, gyr_unit = acc_unit or sensor_logger.ACC_UNIT, gyr_unit or sensor_logger.GYR_UNIT
    if acc_name not in sensor_logger.WITH_GRAVITY and sensor_logger.GRAVITY in files:
        acc = acc + sensor_logger.gravity(parse(sensor_logger.GRAVITY, files[sensor_logger.GRAVITY]()), acc_s)
        notes.append(text("recording.note.gravity-added"))
    t_s, acc, gyr, rate_hz = _on_one_clock(acc_s, acc, gyr_s, gyr)
    notes.append(text("recording.note.one-clock", rate_hz=rate_hz))
    return Imported(t_s, acc, gyr, acc_unit, gyr_unit, source, notes)


def _on_one_clock(acc_s: Array, acc: Array, gyr_s: Array, gyr: Array) -> tuple[Array, Array, Array, float]:
    """Resample both signals to even steps of the accelerometer's clock; return times [s], acc, gyr and rate [Hz].

    Times in a gap of either sensor are left out.
    """
    acc_s, acc = _rising(acc_s, acc)
    gyr_s, gyr = _rising(gyr_s, gyr)
    if min(len(acc_s), len(gyr_s)) < 2 or acc_s[-1] <= gyr_s[0] or gyr_s[-1] <= acc_s[0]:
        raise BadInputError("sensors-at-different-times")
    step_s = float(np.median(np.diff(acc_s)))
    t_s = np.arange(max(acc_s[0], gyr_s[0]), min(acc_s[-1], gyr_s[-1]), step_s)
    inside = np.ones(len(t_s), dtype=bool)
    for times in (acc_s, gyr_s):
        after = np.clip(np.searchsorted(times, t_s), 1, len(times) - 1)
        inside &= times[after] - times[after - 1] <= max(_MAX_STEP_S, _MAX_STEPS * step_s)
    t_s = t_s[inside]
    return t_s, interpolated(t_s, acc_s, acc), interpolated(t_s, gyr_s, gyr), 1.0 / step_s


def _rising(t_s: Array, values: Array) -> tuple[Array, Array]:
    """Return the samples with finite values and increasing time."""
    good = np.isfinite(t_s) & np.isfinite(values).all(axis=1)
    t_s, values = t_s[good], values[good]
    rising = np.concatenate([[True], np.diff(t_s) > 0]) if len(t_s) else good[good]
    return t_s[rising], values[rising]


def interpolated(t_s: Array, times: Array, values: Array) -> Array:
    """Return (n, 3) values at the times `t_s`, interpolated between those at `times`."""
    return np.stack([np.interp(t_s, times, column) for column in values.T], axis=1)
