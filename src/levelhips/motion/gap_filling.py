"""Reconstruction of the samples in a short gap, from the same phase of the strides before it."""

from __future__ import annotations

import math

import numpy as np

from levelhips.motion.signal_buffer import RAW_SIGNALS, SignalBuffer
from levelhips.samples import Array, Gap, Samples

STRIDES = 3  # number averaged: the error is then 1.15 times the stride-to-stride spread; with one stride it is 1.4 times


def straight_line(before: Samples, after: Samples, count: int) -> Samples:
    """Return `count` samples on a straight line between the last sample of `before` and the first of `after`."""
    start, end = before[-1:], after[:1]
    share = (np.arange(1, count + 1) / (count + 1))[:, None]
    return Samples(
        start.t_s[0] + share[:, 0] * (end.t_s[0] - start.t_s[0]),
        start.acc_mps2 + share * (end.acc_mps2 - start.acc_mps2),
        start.gyr_radps + share * (end.gyr_radps - start.gyr_radps),
    )


def reconstruct_gap(gap: Gap, before: Samples, after: Samples, signals: SignalBuffer, stride_s: float, rate_hz: float) -> Samples:
    """Return the reconstructed samples of a gap.

    They lie on a straight line across the gap. In running, the mean deviation of the last strides from such a line at the
    same phase is added: strides differ by 10 deg/s, but a straight line alone is off by 100 deg/s after a tenth of a second.

    Parameters
    ----------
    gap : Gap
    before, after : Samples
        Samples around the gap, at least one on each side.
    signals : SignalBuffer
        Holds the signals `RAW_SIGNALS` up to the gap.
    stride_s : float
        Usual duration of a stride [s]; NaN if the wearer is not running.
    rate_hz : float
        Sampling rate [Hz].
    """
    count = round((gap.to_s - gap.from_s) * rate_hz) - 1
    if count < 1:
        return Samples.join([])
    share = np.arange(1, count + 1) / (count + 1)
    t_s = gap.from_s + share * (gap.to_s - gap.from_s)
    first = np.concatenate([before.acc_mps2[-1], before.gyr_radps[-1]])
    last = np.concatenate([after.acc_mps2[0], after.gyr_radps[0]])
    values = first + share[:, None] * (last - first)
    times = signals["t_s"]
    around = np.concatenate([[gap.from_s], t_s, [gap.to_s]])
    if math.isfinite(stride_s) and len(times):
        strides = [k for k in range(1, STRIDES + 1) if times[0] <= gap.from_s - k * stride_s]
        for k in strides:
            earlier = np.stack([np.interp(around - k * stride_s, times, signals[name]) for name in RAW_SIGNALS], axis=1)
            values += _deviation_from_line(earlier, share) / len(strides)
    return Samples(t_s, np.ascontiguousarray(values[:, :3]), np.ascontiguousarray(values[:, 3:]))


def _deviation_from_line(values: Array, share: Array) -> Array:
    """Return the inner rows (n, 6) of `values` (n + 2, 6) minus the straight line from its first to its last row."""
    return np.asarray(values[1:-1] - (values[0] + share[:, None] * (values[-1] - values[0])))
