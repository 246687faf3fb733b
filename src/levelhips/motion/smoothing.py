"""Recursive filters that remember: the same output however the input is cut."""

from __future__ import annotations

from typing import Literal

import numpy as np

from levelhips.samples import Array


class Butterworth:
    """A causal Butterworth filter of first or second order, in balance with its first sample.

    `lfilter` is used as it is: of so low an order it is exact, and a call costs a fifth of `sosfilt`'s (5 against 26 us).

    Parameters
    ----------
    order : int
        1 or 2; a higher order would need sections.
    corner_hz, rate_hz : float
        Corner and sampling rate [Hz].
    kind : str
        ``lowpass`` or ``highpass``.
    """

    def __init__(self, order: int, corner_hz: float, rate_hz: float, kind: Literal["lowpass", "highpass"] = "lowpass") -> None:
        from scipy.signal import butter, lfilter, lfilter_zi  # half a second, which no settings file and no window should wait for

        if order not in (1, 2):
            raise ValueError(f"order is {order}; 1 and 2 are exact in this form")
        self._b, self._a = butter(order, corner_hz, kind, fs=rate_hz)
        self._balance, self._lfilter = lfilter_zi(self._b, self._a), lfilter
        self._state: Array | None = None

    def restart(self) -> None:
        """Forget the past: the next sample is the first."""
        self._state = None

    def push(self, values: Array) -> Array:
        """Take and give (n,) values."""
        if not len(values):
            return values
        if self._state is None:
            # From the first sample, never from the first chunk: how long a chunk is, is the radio's whim.
            self._state = self._balance * values[0]
        out, self._state = self._lfilter(self._b, self._a, values, zi=self._state)
        return np.asarray(out)
