"""The peak of a drop, foretold 40 ms after contact: two radio intervals are won, and it may be wrong."""

from __future__ import annotations

import math

import numpy as np

from levelhips.events import Side
from levelhips.samples import Array


class PeakForecast:
    """A straight line per side from the drop and its rate at one early instant to the peak, learned from each step.

    With it 0.37-0.52 deg of a runner's 0.65-1.09 deg of spread stay unexplained at 40 ms (biomechanics.md 2.4).
    """

    steps_needed = 30  # a side, for three coefficients

    def __init__(self) -> None:
        self._normal = {side: np.zeros((3, 3)) for side in Side}
        self._moment = {side: np.zeros(3) for side in Side}
        self._count = dict.fromkeys(Side, 0)

    def learn(self, side: Side, drop_rad: float, rate_radps: float, peak_rad: float) -> None:
        """A step is over: what was seen early, and what it came to."""
        x = self._features(drop_rad, rate_radps)
        self._normal[side] += np.outer(x, x)
        self._moment[side] += x * peak_rad
        self._count[side] += 1

    def peak(self, side: Side, drop_rad: float, rate_radps: float) -> float:
        """The foretold peak [rad]; NaN while too few steps were seen."""
        if self._count[side] < self.steps_needed:
            return math.nan
        ridge = np.diag([0.0, 1e-4, 1e-4])
        line = np.linalg.solve(self._normal[side] + ridge, self._moment[side])
        return float(line @ self._features(drop_rad, rate_radps))

    @staticmethod
    def _features(drop_rad: float, rate_radps: float) -> Array:
        return np.array([1.0, drop_rad, rate_radps / 10])  # of like size, so that the ridge is fair to both
