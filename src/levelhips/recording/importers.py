"""Tables of other programs: ours and any with named units, Movella DOT, phyphox and Sensor Logger exports.

Nothing is guessed in silence: units that are not named are refused unless given, and numbers that belie their unit too.
The forms of the three programs are taken from their public documentation and exports; see docs/recording-format.md.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from levelhips.errors import BadInputError, RecordingError, UnitsError
from levelhips.recording.reader import Recording, nominal_rate
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Samples

ACC_UNITS = {"mps2": 1.0, "g": STANDARD_GRAVITY_MPS2, "mg": STANDARD_GRAVITY_MPS2 / 1000}
GYR_UNITS = {"radps": 1.0, "dps": np.pi / 180}
_TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_UNIT_WORDS = {
    "mps2": "mps2",
    "m/s2": "mps2",
    "m/s^2": "mps2",
    "m/s²": "mps2",
    "ms-2": "mps2",
    "g": "g",
    "mg": "mg",
    "radps": "radps",
    "rad/s": "radps",
    "rads": "radps",
    "dps": "dps",
    "degps": "dps",
    "deg/s": "dps",
    "°/s": "dps",
}
_AXIS = re.compile(
    r"^(?P<kind>acc|accel|acceleration|accelerometer|total ?acceleration|a|gyr|gyro|gyroscope|angular ?(?:rate|velocity)|w|g)?"
    r"[ _.\-]*(?P<axis>[xyz])(?:[ _.\-]*[(\[]?(?P<unit>[^)\]]*)[)\]]?)?$"
)
_TIME = re.compile(
    r"^(?P<name>time|t|timestamp|seconds_elapsed|sampletimefine|elapsed)(?:[ _.\-]*[(\[]?(?P<unit>s|ms|us|µs|ns|sec|seconds)?[)\]]?)$"
)
FIX_UNITS = "Say what they are with --acc-unit g|mps2|mg and --gyr-unit dps|radps"


@dataclass(slots=True)
class _Table:
    """Columns by name, as they were read."""

    name: str
    columns: list[str]
    values: Array  # (rows, columns)
    first_row: int  # line of the file on which the numbers begin


def read_table(path: Path, acc_unit: str | None, gyr_unit: str | None) -> Recording:
    """Read a table, or the folder or zip of a phone's export.

    Raises
    ------
    RecordingError
        If it is no table at all.
    BadInputError, UnitsError
        If its columns, units, times or numbers cannot be right.
    """
    for name, value, known in (("acc", acc_unit, ACC_UNITS), ("gyr", gyr_unit, GYR_UNITS)):
        if value is not None and value not in known:
            raise UnitsError(f"--{name}-unit {value} is not known", fix=f"Use one of {', '.join(known)}")
    files = _files_of(path)
    if files is not None:
        return _read_export(path, files, acc_unit, gyr_unit)
    table = _parse(path.name, path.read_bytes())
    if _kind_of(table) == "half":
        files = {other.name.lower(): other.read_bytes for other in path.parent.glob("*.csv")}
        return _read_export(path, files, acc_unit, gyr_unit)
    return _from_one(path, table, acc_unit, gyr_unit)


def _files_of(path: Path) -> dict[str, Callable[[], bytes]] | None:
    if path.is_dir():
        return {file.name.lower(): file.read_bytes for file in path.iterdir() if file.suffix.lower() == ".csv"}
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                contents = {Path(name).name.lower(): archive.read(name) for name in archive.namelist() if name.lower().endswith(".csv")}
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise RecordingError(f"{path.name} is a damaged zip ({error})", fix="Export it again") from error
        return {name: (lambda data=data: data) for name, data in contents.items()}  # type: ignore[misc]
    return None


def _read_export(path: Path, files: dict[str, Callable[[], bytes]], acc_unit: str | None, gyr_unit: str | None) -> Recording:
    """A phone's export: accelerometer and gyroscope in files of their own, or all in one."""
    for single in ("raw data.csv", "imu.csv"):
        if single in files and _kind_of(table := _parse(single, files[single]())) == "whole":
            return _from_one(path, table, acc_unit, gyr_unit)
    gyr_name = next((name for name in ("gyroscope.csv", "gyroscopeuncalibrated.csv") if name in files), None)
    gravity = None
    if "totalacceleration.csv" in files:
        acc_name: str | None = "totalacceleration.csv"
    elif "gravity.csv" in files and "accelerometer.csv" in files:
        # Sensor Logger: its "Accelerometer" has gravity taken out; the two add up to specific force.
        acc_name, gravity = "accelerometer.csv", _parse("gravity.csv", files["gravity.csv"]())
    else:
        acc_name = "accelerometer.csv" if "accelerometer.csv" in files else None
    if acc_name is None or gyr_name is None:
        what = "accelerometer" if acc_name is None else "gyroscope"
        raise BadInputError(
            f"{path.name} holds no {what} data",
            fix="Export accelerometer (with gravity) and gyroscope, both, as CSV into one folder or zip",
        )
    acc_table, gyr_table = _parse(acc_name, files[acc_name]()), _parse(gyr_name, files[gyr_name]())
    acc_t, acc, named_acc = _three(acc_table, "acc")
    gyr_t, gyr, named_gyr = _three(gyr_table, "gyr")
    sensor_logger = "seconds_elapsed" in acc_table.columns
    if sensor_logger:  # its files name no units; its documentation does: m/s2 and rad/s
        named_acc, named_gyr = named_acc or "mps2", named_gyr or "radps"
    notes = []
    if gravity is not None:
        g_t, g, _ = _three(gravity, "acc")
        acc = acc + np.stack([np.interp(acc_t, g_t, g[:, i]) for i in range(3)], axis=1)
        notes.append("Gravity was added to the accelerometer again")
    t_s, acc, gyr, rate = _merge(acc_t, acc, gyr_t, gyr)
    notes.append(f"Accelerometer and gyroscope were brought onto one clock of {rate:.4g} Hz")
    kind = "sensor-logger" if sensor_logger else "phyphox"
    return _finish(path, t_s, acc, gyr, acc_unit or named_acc, gyr_unit or named_gyr, notes, kind, 2, (acc_unit, gyr_unit))


def _from_one(path: Path, table: _Table, acc_unit: str | None, gyr_unit: str | None) -> Recording:
    lower = table.columns
    if any(name.startswith("freeacc") for name in lower) and not any(re.match(r"^acc[ _]?x", name) for name in lower):
        raise BadInputError(
            f"{table.name} has only free acceleration, from which gravity was taken out",
            fix="Export with 'Acceleration' (raw) and 'Angular velocity'",
        )
    t_s, acc, named_acc = _three(table, "acc")
    _, gyr, named_gyr = _three(table, "gyr")
    kind = "csv"
    if "sampletimefine" in lower:
        kind = "movella-dot"
        named_acc, named_gyr = named_acc or "mps2", named_gyr or "dps"  # Movella DOT user manual: m/s2, deg/s
    notes: list[str] = []
    return _finish(path, t_s, acc, gyr, acc_unit or named_acc, gyr_unit or named_gyr, notes, kind, table.first_row, (acc_unit, gyr_unit))


def _finish(
    path: Path,
    t_s: Array,
    acc: Array,
    gyr: Array,
    acc_unit: str | None,
    gyr_unit: str | None,
    notes: list[str],
    kind: str,
    first_row: int,
    given: tuple[str | None, str | None],
) -> Recording:
    name = path.name
    if len(t_s) < 2:
        raise BadInputError(f"{name} has no samples", fix="Choose another recording")
    good = np.isfinite(t_s) & np.isfinite(acc).all(axis=1) & np.isfinite(gyr).all(axis=1)
    bad = int((~good).sum())
    if bad:
        if bad > len(t_s) // 2:
            raise BadInputError(f"{bad} of {len(t_s)} rows of {name} have values that are no numbers", fix="Export it again")
        first = int(np.flatnonzero(~good)[0])
        notes.append(
            f"{bad} rows with values that are no numbers were left out, the first on line {first + first_row}; they count as lost samples"
        )
        t_s, acc, gyr = t_s[good], acc[good], gyr[good]
    steps = np.diff(t_s)
    if (steps < 0).any():
        row = int(np.flatnonzero(steps < 0)[0])
        raise BadInputError(
            f"Time goes back in {name}: {t_s[row]:.3f} s, then {t_s[row + 1]:.3f} s",
            fix="Sort the rows, or split the file there into two recordings",
        )
    if (steps == 0).any():
        keep = np.concatenate([[True], steps > 0])
        notes.append(f"{int((~keep).sum())} rows with the time of the row before were left out")
        t_s, acc, gyr = t_s[keep], acc[keep], gyr[keep]
        if len(t_s) < 2:
            raise BadInputError(f"Time stands still in {name}", fix="Export it again with a time column in seconds")
    acc_factor, gyr_factor = _units(name, acc, gyr, acc_unit, gyr_unit, given)
    rate = nominal_rate(t_s)
    samples = Samples.checked(t_s, acc * acc_factor, gyr * gyr_factor)
    return Recording(path, samples, rate, {"source": kind, "rate_hz": f"{rate:.6g}"}, notes=notes)


def _units(
    name: str, acc: Array, gyr: Array, acc_unit: str | None, gyr_unit: str | None, given: tuple[str | None, str | None]
) -> tuple[float, float]:
    size = float(np.median(np.sqrt((acc * acc).sum(axis=1))))
    looks = "g" if 0.5 < size < 2.0 else "mg" if 500 < size < 2000 else "mps2" if 5.0 < size < 20.0 else None
    if acc_unit is None:
        hint = f"; with a median of {size:.3g} they look like {looks}" if looks else ""
        raise UnitsError(f"{name} does not say in which unit its accelerations are{hint}", fix=FIX_UNITS)
    if looks is not None and looks != acc_unit and given[0] is None:
        raise UnitsError(
            f"The accelerations in {name} are named {acc_unit}, but with a median of {size:.3g} they look like {looks}", fix=FIX_UNITS
        )
    # 20 rad/s is 1,150 deg/s: three times what a running sacrum reaches, and a small step of one in deg/s.
    fast = float(np.quantile(np.abs(gyr).max(axis=1), 0.99))
    if gyr_unit is None:
        hint = "; they look like dps" if fast > 20 else ""
        raise UnitsError(f"{name} does not say in which unit its angular rates are{hint}", fix=FIX_UNITS)
    if gyr_unit == "radps" and fast > 20 and given[1] is None:
        raise UnitsError(f"The angular rates in {name} are named radps, but with {fast:.3g} they look like dps", fix=FIX_UNITS)
    return ACC_UNITS[acc_unit], float(GYR_UNITS[gyr_unit])


def _kind_of(table: _Table) -> str:
    """Whole (both sensors), half (one of two), or none."""
    kinds = {(match.group("kind") or "")[:1] for name in table.columns if (match := _AXIS.match(name))}
    if "a" in kinds and kinds & {"g", "w"}:
        return "whole"
    return "half" if kinds == {""} else "whole" if kinds else "none"


def _three(table: _Table, kind: str) -> tuple[Array, Array, str | None]:
    """Time [s], the three axes of a kind, and the unit that their names give."""
    starts = ("a", "t") if kind == "acc" else ("g", "w")
    axes: dict[str, int] = {}
    unit = None
    for i, name in enumerate(table.columns):
        match = _AXIS.match(name)
        if match is None or name.startswith("freeacc"):
            continue
        said = match.group("kind")
        angular = said is not None and said.startswith("angular")  # rate or velocity: it begins like acceleration
        if said is None or (kind == "gyr" if angular else said.startswith(starts)):
            word = (match.group("unit") or "").replace(" ", "")
            if word and word not in _UNIT_WORDS:
                continue
            axes.setdefault(match.group("axis"), i)
            unit = _UNIT_WORDS.get(word) or unit
    if set(axes) != {"x", "y", "z"}:
        what = "acceleration" if kind == "acc" else "angular rate"
        raise BadInputError(
            f"{table.name} has no columns for the {what} (found: {', '.join(table.columns[:8])[:120]})",
            fix="Name them time_s, acc_x_mps2 (or acc_x_g) ... and gyr_x_radps (or gyr_x_dps) ...",
        )
    if (unit in ACC_UNITS and kind == "gyr") or (unit in GYR_UNITS and kind == "acc"):
        unit = None
    return _time_of(table), table.values[:, [axes["x"], axes["y"], axes["z"]]], unit


def _time_of(table: _Table) -> Array:
    found = [(i, match) for i, name in enumerate(table.columns) if (match := _TIME.match(name))]
    if not found:
        raise BadInputError(f"{table.name} has no time column (found: {', '.join(table.columns[:8])[:120]})", fix="Name it time_s")
    named = {match.group("name"): i for i, match in found}
    if "seconds_elapsed" in named:
        return table.values[:, named["seconds_elapsed"]]
    i, match = found[0]
    values = table.values[:, i]
    if match.group("name") == "sampletimefine":  # microseconds in 32 bits: unwrap
        steps = np.diff(values)
        # A step back by most of the range is the counter beginning anew; after 71.6 minutes it does.
        return (values + 2.0**32 * np.concatenate([[0.0], np.cumsum(steps < -(2.0**31))])) * 1e-6
    unit = (match.group("unit") or "").replace("µs", "us").replace("seconds", "s").replace("sec", "s")
    if unit:
        return values * _TIME_UNITS[unit]
    finite = values[np.isfinite(values)]
    step = float(np.median(np.diff(finite))) if len(finite) > 1 else 0.0
    for factor in (1.0, 1e-3, 1e-6, 1e-9):  # 20-2000 Hz is unmistakable: the ranges do not touch
        if 0.0005 <= step * factor <= 0.05:
            return (values - finite[0]) * factor if factor < 1 else values
    raise UnitsError(f"{table.name} does not say in which unit its time is", fix="Name the column time_s, time_ms, time_us or time_ns")


def _merge(acc_t: Array, acc: Array, gyr_t: Array, gyr: Array) -> tuple[Array, Array, Array, float]:
    """Two streams onto one even clock, that of the accelerometer; where either has a hole, so has the result."""
    streams = []
    for t, values in ((acc_t, acc), (gyr_t, gyr)):
        good = np.isfinite(t) & np.isfinite(values).all(axis=1)
        t, values = t[good], values[good]
        order = np.concatenate([[True], np.diff(t) > 0]) if len(t) else good[good]
        streams.append((t[order], values[order]))
    (acc_t, acc), (gyr_t, gyr) = streams
    if min(len(acc_t), len(gyr_t)) < 2 or acc_t[-1] <= gyr_t[0] or gyr_t[-1] <= acc_t[0]:
        raise BadInputError("Accelerometer and gyroscope were not recorded at the same time", fix="Export both from the same recording")
    dt = float(np.median(np.diff(acc_t)))
    t = np.arange(max(acc_t[0], gyr_t[0]), min(acc_t[-1], gyr_t[-1]), dt)
    keep = np.ones(len(t), dtype=bool)
    for times in (acc_t, gyr_t):
        after = np.clip(np.searchsorted(times, t), 1, len(times) - 1)
        keep &= times[after] - times[after - 1] <= max(0.0501, 2.5 * dt)
    t = t[keep]
    out = [np.stack([np.interp(t, times, values[:, i]) for i in range(3)], axis=1) for times, values in ((acc_t, acc), (gyr_t, gyr))]
    return t, out[0], out[1], 1.0 / dt


def _parse(name: str, data: bytes) -> _Table:
    try:
        text = data.decode("utf-8-sig")
        if "\x00" in text[:4096]:
            raise ValueError("text has no zero bytes")
    except ValueError as error:  # UnicodeDecodeError is one
        raise RecordingError(
            f"{name} is no recording of levelhips and no table", fix="Choose an .mcap of levelhips or a CSV with named units"
        ) from error
    head = text[:20000].splitlines()[:60]
    for row, line in enumerate(head):
        for delimiter in (",", ";", "\t"):
            cells = [cell.strip().strip('"').strip().lower() for cell in line.split(delimiter)]
            if len(cells) >= 4 and any(_TIME.match(cell) for cell in cells):
                values = _numbers(name, text, row, delimiter, len(cells))
                return _Table(name, cells, values, row + 2)
    if not text.strip():
        raise RecordingError(f"{name} is empty", fix="Copy it again from where it came from; nothing was recorded in it")
    raise BadInputError(
        f"{name} has no header with a time column and sensor columns",
        fix="Its first line should be like time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps",
    )


def _numbers(name: str, text: str, header_row: int, delimiter: str, columns: int) -> Array:
    decimal_comma = delimiter != "," and "," in text[:20000].split("\n", header_row + 1)[-1]
    if not any(line.strip() for line in text.splitlines()[header_row + 1 :][:1000]):
        raise BadInputError(f"{name} has a header but no rows", fix="Export it again; nothing was recorded in it")
    body = io.StringIO(text.replace(",", ".") if decimal_comma else text)
    try:
        values = np.loadtxt(body, delimiter=delimiter, skiprows=header_row + 1, ndmin=2, comments=None)
        if values.size and values.shape[1] != columns:
            raise ValueError
        return np.asarray(values.reshape(-1, columns), dtype=np.float64)
    except ValueError:
        pass
    # Slowly, for tables with holes, words, quotes or a last line that was cut.
    body.seek(0)
    rows = []
    for cells in list(csv.reader(body, delimiter=delimiter))[header_row + 1 :]:
        if not cells:
            continue
        row = [_number(cell) for cell in cells[:columns]]
        rows.append(row + [np.nan] * (columns - len(row)))
    return np.array(rows, dtype=np.float64)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
