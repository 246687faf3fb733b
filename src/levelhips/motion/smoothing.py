"""Streaming low-pass and high-pass filters, whose output does not depend on the division into chunks."""

from __future__ import annotations

from typing import Literal

import numpy as np

from levelhips.samples import Array


class Butterworth:
    """Causal Butterworth filter of first or second order that starts settled at its first sample.

    It uses `lfilter`, which is exact for such low orders and five times as fast as `sosfilt` (5 us per call instead of 26).

    Parameters
    ----------
    order : int
        1 or 2; higher orders would need second-order sections.
    corner_hz, rate_hz : float
        Corner frequency and sampling rate [Hz].
    kind : str
        ``lowpass`` or ``highpass``.

    Raises
    ------
    ValueError
        If `order` is not 1 or 2.
    """

    def __init__(self, order: int, corner_hz: float, rate_hz: float, kind: Literal["lowpass", "highpass"] = "lowpass") -> None:
        from scipy.signal import butter, lfilter, lfilter_zi  # takes half a second: commands that filter nothing should not wait for it

        if order not in (1, 2):
            raise ValueError(f"order is {order}; it must be 1 or 2")
        self._b, self._a = butter(order, corner_hz, kind, fs=rate_hz)
        self._settled_at_one, self._lfilter = lfilter_zi(self._b, self._a), lfilter
        self._state: Array | None = None

    def restart(self) -> None:
        """Forget all samples; the next one is the first."""
        self._state = None

    def push(self, values: Array) -> Array:
        """Return the next (n,) values, filtered."""
        if not len(values):
            return values
        if self._state is None:
            # Start from the first sample, not the mean of the first chunk: chunk length depends on the radio.
            self._state = self._settled_at_one * values[0]
        out, self._state = self._lfilter(self._b, self._a, values, zi=self._state)
        return np.asarray(out)
