"""Estimates of the peak of a drop before it comes: 40 ms after contact, or when the threshold is crossed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.events import Side, Step
from levelhips.samples import Array


class PeakForecast:
    """Estimate of the peak from the drop and its rate at one early instant: a straight line per side, learned step by step.

    With it 0.37-0.52 deg of a runner's 0.65-1.09 deg of spread stay unexplained at 40 ms (biomechanics.md 2.4).
    """

    steps_needed = 30  # a side, for three coefficients

    def __init__(self) -> None:
        self._normal = {side: np.zeros((3, 3)) for side in Side}
        self._moment = {side: np.zeros(3) for side in Side}
        self._count = dict.fromkeys(Side, 0)

    def learn(self, side: Side, drop_rad: float, rate_radps: float, peak_rad: float) -> None:
        """Learn from a finished step: drop and rate at the early instant, and the peak."""
        x = self._features(drop_rad, rate_radps)
        self._normal[side] += np.outer(x, x)
        self._moment[side] += x * peak_rad
        self._count[side] += 1

    def peak(self, side: Side, drop_rad: float, rate_radps: float) -> float:
        """Return the expected peak [rad]; NaN while too few steps were seen."""
        if self._count[side] < self.steps_needed:
            return math.nan
        ridge = np.diag([0.0, 1e-4, 1e-4])
        line = np.linalg.solve(self._normal[side] + ridge, self._moment[side])
        return float(line @ self._features(drop_rad, rate_radps))

    @staticmethod
    def _features(drop_rad: float, rate_radps: float) -> Array:
        return np.array([1.0, drop_rad, rate_radps / 10])  # of like size, so that the ridge is fair to both


@dataclass(frozen=True, slots=True)
class Crossing:
    """The moment in a stance at which the drop went over the threshold.

    Attributes
    ----------
    drop_rad : float
        The drop then [rad].
    parabola_rad : float
        How far it would rise from there at a constant deceleration that ends at the runner's usual peak [rad].
    """

    drop_rad: float
    parabola_rad: float


# Before anything is learned: the parabola itself, as if three crossings with a rise of 0.5 deg each had said so.
PRIOR_CROSSINGS = 3.0
PRIOR_RISE_RAD = math.radians(0.5)
FIRST_PEAK_S = 0.1  # contact to peak; the runners of docs/accuracy.md have theirs at 27-45 % of 0.26-0.30 s, 0.07-0.13 s
PEAK_GAIN = 0.1  # of each step on the usual time of the peak: ten steps, 7 s of running
KEEP = 0.97  # of what was learned, at each crossing: the last thirty count most, and a runner who tires is followed


@dataclass(slots=True)
class _RiseState:
    normal: Array = field(default_factory=lambda: PRIOR_CROSSINGS * np.diag([PRIOR_RISE_RAD**2, PRIOR_RISE_RAD**2]))
    moment: Array = field(default_factory=lambda: PRIOR_CROSSINGS * np.array([0.0, PRIOR_RISE_RAD**2]))
    peak_s: float = FIRST_PEAK_S


class RiseForecast:
    """Estimate of how far a drop still rises after it crossed the threshold.

    The rate at the crossing and the time left to the runner's usual peak give a parabola; a straight line per side, learned
    from each crossing, takes it to the rise that came. docs/sounds.md has the figures.
    """

    def __init__(self) -> None:
        self._sides = {side: _RiseState() for side in Side}

    def crossing(self, side: Side, since_contact_s: float, drop_rad: float, rate_radps: float) -> Crossing:
        """Describe a crossing: time since contact [s], drop [rad] and its rate [rad/s]."""
        left_s = max(self._sides[side].peak_s - since_contact_s, 0.0)
        return Crossing(drop_rad, max(rate_radps, 0.0) * left_s / 2)

    def peak(self, side: Side, crossing: Crossing) -> float:
        """Return the expected peak [rad], no lower than the drop at the crossing."""
        state = self._sides[side]
        line = np.linalg.solve(state.normal, state.moment)
        return crossing.drop_rad + max(float(line @ self._features(crossing)), 0.0)

    def learn(self, step: Step, crossing: Crossing | None) -> None:
        """Learn from a finished step and the crossing in it, if there was one."""
        state = self._sides[step.side]
        if crossing is not None:
            x = self._features(crossing)
            state.normal = KEEP * state.normal + np.outer(x, x)
            state.moment = KEEP * state.moment + x * (step.drop_rad - crossing.drop_rad)
        peak_s = step.peak_percent / 100 * step.contact_time_s
        if math.isfinite(peak_s):
            state.peak_s += PEAK_GAIN * (peak_s - state.peak_s)

    @staticmethod
    def _features(crossing: Crossing) -> Array:
        return np.array([PRIOR_RISE_RAD, crossing.parabola_rad])  # of like size: the first is a constant rise
