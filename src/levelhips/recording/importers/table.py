"""Parse a CSV file: find its header, read its numbers, and find time and axes by the names of their columns."""

from __future__ import annotations

import csv
import itertools
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from levelhips.errors import BadInputError, RecordingError, UnitsError
from levelhips.recording.importers.units import ACC_UNITS, GYR_UNITS, TIME_UNITS, UNIT_WORDS
from levelhips.samples import Array
from levelhips.untrusted import MAX_TABLE_LINE

_AXIS = re.compile(
    r"^(?P<kind>acc|accel|acceleration|accelerometer|total ?acceleration|a|gyr|gyro|gyroscope|angular ?(?:rate|velocity)|w|g)?"
    r"[ _.\-]*(?P<axis>[xyz])(?:[ _.\-]*[(\[]?(?P<unit>[^)\]]*)[)\]]?)?$"
)
_TIME = re.compile(
    r"^(?P<name>time|t|timestamp|seconds_elapsed|sampletimefine|elapsed)(?:[ _.\-]*[(\[]?(?P<unit>s|ms|us|µs|ns|sec|seconds)?[)\]]?)$"
)
# How far the header is searched: some programs write two dozen lines of information before it.
_HEAD_LETTERS, _HEAD_LINES = 20000, 60
# Sampling intervals at 20 to 2,000 Hz [s]. Written in s, ms, us and ns, these ranges do not overlap: the interval shows the unit.
_STEP_RANGE_S = (0.0005, 0.05)


class Sensors(Enum):
    """Which sensors the columns of a table are from."""

    BOTH = auto()
    ONE = auto()  # x, y and z without the name of a sensor: a file for each sensor
    NONE = auto()


@dataclass(slots=True)
class Table:
    """The columns of a CSV file as numbers.

    Attributes
    ----------
    name : str
        Name of the file.
    columns : list of str
        Names in lower case.
    values : (rows, columns) array
        NaN where a cell is not a number.
    first_line : int
        Line of the file, from 1, on which the numbers begin.
    """

    name: str
    columns: list[str]
    values: Array
    first_line: int

    @property
    def sensors(self) -> Sensors:
        """Which sensors the columns are from."""
        kinds = {(match.group("kind") or "")[:1] for name in self.columns if (match := _AXIS.match(name))}
        if kinds == {""}:
            return Sensors.ONE
        return Sensors.BOTH if kinds else Sensors.NONE

    def has(self, pattern: str) -> bool:
        """Return whether the beginning of a column name matches a regular expression."""
        return any(re.match(pattern, name) for name in self.columns)

    def axes(self, sensor: str) -> tuple[Array, str | None]:
        """Return x, y and z (n, 3) of a sensor, ``acc`` or ``gyr``, and the unit that their columns name.

        Raises
        ------
        BadInputError
            If there are no such columns.
        """
        columns: dict[str, int] = {}
        unit = None
        for i, name in enumerate(self.columns):
            match = _AXIS.match(name)
            if match is None or name.startswith("freeacc") or not _is_of(match.group("kind"), sensor):
                continue
            word = (match.group("unit") or "").replace(" ", "")
            if word and word not in UNIT_WORDS:
                continue
            columns.setdefault(match.group("axis"), i)
            unit = UNIT_WORDS.get(word) or unit
        if set(columns) != {"x", "y", "z"}:
            raise BadInputError(f"columns-missing-{sensor}", name=self.name, found=self._column_list)
        if unit in (GYR_UNITS if sensor == "acc" else ACC_UNITS):
            unit = None
        return self.values[:, [columns[axis] for axis in "xyz"]], unit

    def time_s(self) -> Array:
        """Return the times (n,) [s].

        Raises
        ------
        BadInputError, UnitsError
            If there is no column of time, or its unit cannot be determined.
        """
        found = [(i, match) for i, name in enumerate(self.columns) if (match := _TIME.match(name))]
        if not found:
            raise BadInputError("no-time-column", name=self.name, found=self._column_list)
        # Sensor Logger has a column of wall-clock nanoseconds, too, which can jump; seconds_elapsed does not.
        i, match = next(((i, match) for i, match in found if match.group("name") == "seconds_elapsed"), found[0])
        values = self.values[:, i]
        if match.group("name") == "seconds_elapsed":
            return values
        if match.group("name") == "sampletimefine":
            # 32-bit microseconds overflow after 71.6 minutes: a step back by more than half the range is an overflow.
            return (values + 2.0**32 * np.concatenate([[0.0], np.cumsum(np.diff(values) < -(2.0**31))])) * 1e-6
        if match.group("unit"):
            return values * TIME_UNITS[match.group("unit")]
        return self._time_of_unknown_unit(values)

    def _time_of_unknown_unit(self, values: Array) -> Array:
        """Return times [s] in the unit for which the sampling interval is plausible."""
        finite = values[np.isfinite(values)]
        step = float(np.median(np.diff(finite))) if len(finite) > 1 else 0.0
        low, high = _STEP_RANGE_S
        for factor in (1.0, 1e-3, 1e-6, 1e-9):
            if low <= step * factor <= high:
                return (values - finite[0]) * factor if factor < 1 else values
        raise UnitsError("time-without-unit", name=self.name)

    @property
    def _column_list(self) -> str:
        return ", ".join(self.columns[:8])[:120]


def _is_of(kind: str | None, sensor: str) -> bool:
    """Return whether the first word of a column name means this sensor; without such a word, the file is of one sensor."""
    if kind is None:
        return True
    if kind.startswith("angular"):  # angular rate or velocity: begins with "a" like acceleration
        return sensor == "gyr"
    return kind.startswith(("a", "t") if sensor == "acc" else ("g", "w"))


def parse(name: str, data: bytes) -> Table:
    """Parse a CSV file with commas, semicolons or tabs between the cells; with the latter two, decimal commas are read, too.

    Raises
    ------
    RecordingError
        If the file is not UTF-8 text, or is empty.
    BadInputError
        If no header is found.
    """
    try:
        if b"\0" in data[:4096]:
            raise ValueError("text has no zero bytes")
        text = data.decode("utf-8-sig")
    except ValueError as error:  # UnicodeDecodeError is a ValueError
        raise RecordingError("not-a-recording", name=name) from error
    for row, line in enumerate(text[:_HEAD_LETTERS].splitlines()[:_HEAD_LINES]):
        for delimiter in (",", ";", "\t"):
            cells = [cell.strip().strip('"').strip().lower() for cell in line.split(delimiter)]
            if len(cells) >= 4 and any(_TIME.match(cell) for cell in cells):
                values = _numbers(name, text, row, delimiter, len(cells))
                return Table(name, cells, values, row + 2)
    if not text.strip():
        raise RecordingError("empty-file", name=name)
    raise BadInputError("no-header", name=name)


def _numbers(name: str, text: str, header_row: int, delimiter: str, columns: int) -> Array:
    decimal_comma = delimiter != "," and "," in text[:_HEAD_LETTERS].split("\n", header_row + 1)[-1]
    first = itertools.islice(_lines(name, text), header_row + 1, header_row + 1001)
    if not any(line.strip() for line in first):
        raise BadInputError("header-without-rows", name=name)
    try:
        values = np.loadtxt(
            _lines(name, text, decimal_comma=decimal_comma), delimiter=delimiter, skiprows=header_row + 1, ndmin=2, comments=None
        )
        if values.size and values.shape[1] != columns:
            raise ValueError("the rows are not as long as the header")
        return np.asarray(values.reshape(-1, columns), dtype=np.float64)
    except ValueError:
        pass
    # Slower, but it reads tables with empty cells, words, quotes or a truncated last line.
    numbers = array("d")  # a tenth of the memory of a list of lists
    for cells in itertools.islice(csv.reader(_lines(name, text, decimal_comma=decimal_comma), delimiter=delimiter), header_row + 1, None):
        if cells:
            numbers.extend(_number(cell) for cell in cells[:columns])
            numbers.extend([math.nan] * (columns - len(cells)))
    return np.frombuffer(numbers, dtype=np.float64).reshape(-1, columns).copy()


def _lines(name: str, text: str, *, decimal_comma: bool = False) -> Iterator[str]:
    """Yield the lines of a table, each of which has a length that a row of numbers can have."""
    start = 0
    while start < len(text):
        end = text.find("\n", start, start + MAX_TABLE_LINE) + 1 or len(text)
        if end - start > MAX_TABLE_LINE:
            raise RecordingError("not-a-recording", name=name)
        yield text[start:end].replace(",", ".") if decimal_comma else text[start:end]
        start = end


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
