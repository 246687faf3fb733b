"""Read an export of a phone: a folder or zip file with one CSV file for each sensor, or one for both."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from levelhips.errors import BadInputError, RecordingError
from levelhips.files import read_limited
from levelhips.recording.importers import named_units, phyphox, sensor_logger
from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.table import Sensors, parse
from levelhips.samples import Array
from levelhips.text import Text, text
from levelhips.untrusted import MAX_TABLE_BYTES, MAX_ZIP_EXPANSION, MAX_ZIP_LIST_BYTES, SPARE_ZIP_BYTES

Files = dict[str, Callable[[], bytes]]  # by file name in lower case: a function that returns the bytes
# Files with both sensors: an export of phyphox with one clock for both, and our own.
_BOTH_IN_ONE = ("raw data.csv", "imu.csv")
_GYROSCOPE = ("gyroscope.csv", "gyroscopeuncalibrated.csv")
# Samples are interpolated if the time between them is at most 50 ms (a longer one is a gap for the engine) or, for slow
# sensors, 2.5 of their sampling intervals.
_MAX_STEP_S, _MAX_STEPS = 0.0501, 2.5
# A phone that was paused leaves a gap: up to 20 times as long as what it recorded, which is 10 hours in half an hour.
_MAX_GAP_SHARE = 20
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
# How phones compress. Other ways are refused: the head of LZMA data names the memory that it needs, up to 4 GB.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_END_BYTES = (1 << 16) + 22 + 20  # the last record of a zip file with its longest comment, and the mark of a 64-bit one


def files_of(path: Path) -> Files | None:
    """Return the CSV files in a folder or zip file; None if the path is neither.

    Raises
    ------
    RecordingError
        If the zip file is damaged.
    """
    if path.is_dir():
        return _csv_files(path)
    if not zipfile.is_zipfile(path):
        return None
    try:
        with open(path, "rb") as file:
            _check_list(path.name, file)
            with zipfile.ZipFile(file) as archive:
                entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".csv")]
    except _ZIP_ERRORS as error:
        raise RecordingError("damaged-zip", name=path.name, reason=error) from error
    return {Path(entry.filename).name.lower(): partial(_unzipped, path, entry) for entry in entries}


def _check_list(name: str, file: BinaryIO) -> None:
    """Check the size of the list of names at the end of a zip file, which `zipfile` reads as a whole."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _ZIP_END_BYTES))
    tail = file.read()
    # Above 4 GB or 65,535 files there is a second, 64-bit end record. No phone export is that large.
    at = tail.rfind(b"PK\5\6")
    if b"PK\6\7" in tail or at < 0 or int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_ZIP_LIST_BYTES:
        raise RecordingError("expands-too-much", name=name)


def _unzipped(path: Path, entry: zipfile.ZipInfo) -> bytes:
    """Return a file of a zip file if it is not larger than a table of numbers can be."""
    limit = min(MAX_TABLE_BYTES, SPARE_ZIP_BYTES + MAX_ZIP_EXPANSION * path.stat().st_size)
    if entry.compress_type not in _COMPRESSIONS:
        raise RecordingError("unusual-zip", name=path.name)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as file:
            # `zipfile` never yields more than the size in the list.
            if entry.file_size > limit:
                raise RecordingError("expands-too-much", name=path.name)
            return file.read()
    except _ZIP_ERRORS as error:
        raise RecordingError("damaged-zip", name=path.name, reason=error) from error


def files_next_to(path: Path) -> Files:
    """Return the CSV files in the folder of a file."""
    return _csv_files(path.parent)


def _csv_files(folder: Path) -> Files:
    return {file.name.lower(): partial(read_limited, file, MAX_TABLE_BYTES) for file in folder.iterdir() if file.suffix.lower() == ".csv"}


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
    if min(acc_s[-1], gyr_s[-1]) - max(acc_s[0], gyr_s[0]) > _MAX_GAP_SHARE * step_s * (len(acc_s) + len(gyr_s)):
        raise BadInputError("mostly-gaps")
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
