"""Units of imported tables: names, factors to SI units, and a check that the values are plausible in their unit."""

from __future__ import annotations

import numpy as np

from levelhips.errors import UnitsError
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array

ACC_UNITS = {"mps2": 1.0, "g": STANDARD_GRAVITY_MPS2, "mg": STANDARD_GRAVITY_MPS2 / 1000}
GYR_UNITS = {"radps": 1.0, "dps": np.pi / 180}
TIME_UNITS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
UNIT_WORDS = {
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
# The median magnitude of the acceleration is near 1 g, even in running. The ranges are wide and do not overlap.
_GRAVITY_RANGES = {"g": (0.5, 2.0), "mg": (500.0, 2000.0), "mps2": (5.0, 20.0)}
# Larger rates must be in deg/s: 20 rad/s is three times what the sacrum reaches in running, 20 deg/s is slow walking.
_MAX_RADPS = 20.0


def acc_factor(name: str, acc: Array, named: str | None, given: str | None) -> float:
    """Return the factor to m/s2 of (n, 3) accelerations; `named` is the unit in the table, `given` the user's.

    Raises
    ------
    UnitsError
        If neither names a unit, or the values contradict the unit in the table.
    """
    size = float(np.median(np.sqrt((acc * acc).sum(axis=1))))
    likely = next((unit for unit, (low, high) in _GRAVITY_RANGES.items() if low < size < high), None)
    unit = given or named
    if unit is None:
        raise UnitsError(
            "acceleration-without-unit" if likely is None else "acceleration-without-unit-likely", name=name, median=size, likely=likely
        )
    if likely is not None and likely != unit and given is None:
        raise UnitsError("wrong-acceleration-unit", name=name, unit=unit, median=size, likely=likely)
    return ACC_UNITS[unit]


def gyr_factor(name: str, gyr: Array, named: str | None, given: str | None) -> float:
    """Return the factor to rad/s of (n, 3) angular rates; see `acc_factor`.

    Raises
    ------
    UnitsError
        If neither names a unit, or the values contradict the unit in the table.
    """
    fast = float(np.quantile(np.abs(gyr).max(axis=1), 0.99))
    unit = given or named
    if unit is None:
        raise UnitsError("rate-without-unit-likely" if fast > _MAX_RADPS else "rate-without-unit", name=name, fastest=fast)
    if unit == "radps" and fast > _MAX_RADPS and given is None:
        raise UnitsError("wrong-rate-unit", name=name, fastest=fast)
    return float(GYR_UNITS[unit])
