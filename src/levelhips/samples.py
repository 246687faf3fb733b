"""Samples of an inertial sensor, and gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from levelhips.errors import BadInputError

Array = NDArray[np.float64]
STANDARD_GRAVITY_MPS2 = 9.80665


class GapReason(StrEnum):
    """Why samples are missing."""

    LOST = "lost"  # none arrived for a while
    CLOCK_JUMP = "clock-jump"  # the sensor's clock went backward
    BRIDGED = "bridged"  # so short that samples are filled in; never an event


BRIDGED = GapReason.BRIDGED


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Consecutive IMU samples in sensor axes (read-only).

    Attributes
    ----------
    t_s : (n,) array
        Sensor clock, strictly increasing [s].
    acc_mps2, gyr_radps : (n, 3) array
        Specific force, so +9.81 upward at rest [m/s2]; angular rate [rad/s].
    """

    t_s: Array
    acc_mps2: Array
    gyr_radps: Array

    @classmethod
    def checked(cls, t_s: ArrayLike, acc_mps2: ArrayLike, gyr_radps: ArrayLike) -> Self:
        """Copy, check and freeze numbers from outside: shapes must fit, values be finite, and time increase.

        Raises
        ------
        BadInputError
            If a shape is wrong, a value is not finite, or time does not increase.
        """
        samples = cls(*(np.array(values, dtype=np.float64, order="C") for values in (t_s, acc_mps2, gyr_radps)))
        _check(samples)
        for array in (samples.t_s, samples.acc_mps2, samples.gyr_radps):
            array.flags.writeable = False  # a frozen dataclass does not freeze its arrays
        return samples

    def __len__(self) -> int:
        return len(self.t_s)

    def __getitem__(self, part: slice) -> Samples:
        return Samples(self.t_s[part], self.acc_mps2[part], self.gyr_radps[part])

    @staticmethod
    def join(parts: list[Samples]) -> Samples:
        """Concatenate samples in the order given, without a check."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Samples(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
        return Samples(
            np.concatenate([part.t_s for part in parts]),
            np.concatenate([part.acc_mps2 for part in parts]),
            np.concatenate([part.gyr_radps for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """A period of missing samples that is too long to fill in. Filters are reset after it.

    Attributes
    ----------
    from_s, to_s : float
        Time of the last sample before it and of the first one after it [s].
    reason : GapReason
        Why the samples are missing.
    """

    from_s: float
    to_s: float
    reason: GapReason = GapReason.LOST


def _check(samples: Samples) -> None:
    t_s, acc, gyr = samples.t_s, samples.acc_mps2, samples.gyr_radps
    if t_s.ndim != 1 or acc.shape != (len(t_s), 3) or gyr.shape != (len(t_s), 3):
        raise BadInputError("wrong-shapes", time=str(t_s.shape), acceleration=str(acc.shape), rate=str(gyr.shape))
    for name, values in (("time", t_s), ("acceleration", acc), ("angular-rate", gyr)):
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values).reshape(len(t_s), -1).all(axis=1))[0])
            raise BadInputError(f"not-finite-{name}", sample=row)
    if len(t_s) > 1 and not (rising := np.diff(t_s) > 0).all():
        row = int(np.flatnonzero(~rising)[0])
        raise BadInputError("time-does-not-increase", sample=row + 1, before_s=t_s[row], after_s=t_s[row + 1])
