"""Resample and rotate a recording, as if a sensor with another rate and mounting had measured it."""

from __future__ import annotations

import numpy as np

from levelhips.motion.alignment import outward_axis
from levelhips.recording import Recording
from levelhips.samples import Samples

# Batches and samples lie on one grid: half a microsecond keeps rounding errors from moving a sample to the next batch.
_GRID_TOLERANCE_S = 5e-7


class Motion:
    """The samples of a recording in pieces, played again from the start until a time has passed.

    Parameters
    ----------
    source : Samples
        Samples whose times begin at 0.
    loop_for_s : float
        How long to play [s].
    """

    def __init__(self, source: Samples, loop_for_s: float) -> None:
        self._source, self._loop_for_s = source, loop_for_s
        self._rate_hz, self._at_rate = 0.0, source

    def between(self, from_s: float, to_s: float, rate_hz: float) -> Samples | None:
        """Return the samples from `from_s` to before `to_s` at a sampling rate; None after the end."""
        if rate_hz != self._rate_hz:
            self._rate_hz, self._at_rate = rate_hz, resampled(self._source, rate_hz)
        lap_s = float(self._source.t_s[-1]) + 1.0 / rate_hz
        if from_s >= self._loop_for_s:
            return None
        laps = int(from_s // lap_s)
        t_s = self._at_rate.t_s
        first, last = np.searchsorted(t_s, np.array([from_s, to_s]) - laps * lap_s - _GRID_TOLERANCE_S, "left")
        part = self._at_rate[int(first) : int(last)]
        part = Samples(part.t_s + laps * lap_s, part.acc_mps2, part.gyr_radps)
        next_s = (laps + 1) * lap_s
        if next_s < min(to_s - _GRID_TOLERANCE_S, self._loop_for_s) and next_s > from_s:  # the recording begins again in this piece
            rest = self.between(next_s + 1e-7, to_s, rate_hz)
            return part if rest is None else Samples.join([part, rest])
        return part


def resampled(samples: Samples, rate_hz: float) -> Samples:
    """Return samples at another rate on an even grid from time 0, low-passed if that rate is lower; gaps stay gaps."""
    from scipy.interpolate import make_interp_spline
    from scipy.signal import butter, sosfiltfilt

    steps = np.diff(samples.t_s)
    usual = float(np.median(steps))
    grid = np.arange(0.0, samples.t_s[-1] + 0.5 / rate_hz, 1.0 / rate_hz)
    if abs(usual * rate_hz - 1.0) < 1e-3 and np.abs(steps - usual).max() < 1e-3 * usual:
        return samples  # it has this rate already
    rows = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
    t_s = np.minimum(grid, samples.t_s[-1])
    even_s = np.arange(0.0, samples.t_s[-1] + usual, usual)
    even = np.stack([np.interp(even_s, samples.t_s, column) for column in rows.T], axis=1)
    if rate_hz < 0.9 / usual and len(even) > 30:
        even = sosfiltfilt(butter(2, 0.45 * rate_hz, fs=1.0 / usual, output="sos"), even, axis=0)
    values = make_interp_spline(even_s, even, k=3)(t_s)
    index = np.clip(np.searchsorted(samples.t_s, t_s, "left"), 1, len(samples) - 1)
    kept = samples.t_s[index] - samples.t_s[index - 1] < 2.5 * usual
    return Samples(grid[kept], values[kept, :3], values[kept, 3:])


def turned(recording: Recording, outward: str) -> Samples:
    """Return the samples from time 0 in the axes of a sensor whose `outward` axis faces away from the body."""
    samples = recording.samples
    before, after = outward_axis(recording.outward or "+z"), outward_axis(outward)
    turn = np.eye(3)
    if not np.array_equal(before, after):
        # Any rotation from one axis to the other will do, because the clip may be turned about the outward axis in any way.
        axis = np.cross(before, after)
        if not axis.any():
            axis = np.roll(before, 1)
            turn = 2 * np.outer(axis, axis) - np.eye(3)
        else:
            cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
            turn = np.eye(3) + cross + cross @ cross
    return Samples(samples.t_s - samples.t_s[0], samples.acc_mps2 @ turn.T, samples.gyr_radps @ turn.T)
