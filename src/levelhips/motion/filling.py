"""Filling a short gap: running repeats itself, so what is missing looks like the stride before."""

from __future__ import annotations

import math

import numpy as np

from levelhips.motion.signal_buffer import History
from levelhips.motion.steps import RAW
from levelhips.samples import Array, Gap, Samples

STRIDES = 3  # averaged: the filling differs from the truth by 1.15 times the spread of a stride, with one by 1.4


def fill_in(gap: Gap, after: Samples, history: History, last: Samples, stride_s: float, rate_hz: float) -> Samples:
    """The samples that a gap swallowed, as far as anyone can tell.

    In running: those of the last strides, averaged, and shifted along a straight line so that they meet what is known on
    both sides. Strides differ by 10 deg/s; a straight line alone errs by 100 in a tenth of a second. Without a stride: the
    line.

    Parameters
    ----------
    gap : Gap
    after : Samples
        What came behind it; one sample is enough.
    history : History
        With the signals `RAW`, up to the gap.
    last : Samples
        The last sample before it.
    stride_s : float
        Usual time of a stride [s]; NaN if nobody runs.
    rate_hz : float
        Sampling rate [Hz].
    """
    count = round((gap.to_s - gap.from_s) * rate_hz) - 1
    if count < 1:
        return Samples.join([])
    share = np.arange(1, count + 1) / (count + 1)
    t_s = gap.from_s + share * (gap.to_s - gap.from_s)
    before = np.concatenate([last.acc_mps2[0], last.gyr_radps[0]])
    behind = np.concatenate([after.acc_mps2[0], after.gyr_radps[0]])
    values = before + share[:, None] * (behind - before)
    times = history["t_s"]
    around = np.concatenate([[gap.from_s], t_s, [gap.to_s]])
    if math.isfinite(stride_s) and len(times):
        back = [k for k in range(1, STRIDES + 1) if times[0] <= gap.from_s - k * stride_s]
        for k in back:
            then = np.stack([np.interp(around - k * stride_s, times, history[name]) for name in RAW], axis=1)
            values += _bent(then, share) / len(back)
    return Samples(t_s, np.ascontiguousarray(values[:, :3]), np.ascontiguousarray(values[:, 3:]))


def _bent(then: Array, share: Array) -> Array:
    """What the stride before was beyond the straight line between its own two ends."""
    return np.asarray(then[1:-1] - (then[0] + share[:, None] * (then[-1] - then[0])))
