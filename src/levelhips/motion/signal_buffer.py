"""Buffer of the last seconds of all signals, for steps, strides and gap filling; constant memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from levelhips.samples import Array

RAW_SIGNALS = ("acc_x_mps2", "acc_y_mps2", "acc_z_mps2", "gyr_x_radps", "gyr_y_radps", "gyr_z_radps")
"""Raw samples in sensor axes, which gaps are filled from."""

SIGNALS = (
    "t_s",  # sensor clock; first, because `between` searches it
    "vertical_mps2",  # specific force along the vertical
    "obliquity_rad",
    "tilt_rad",
    "heading_rad",  # of the mediolateral axis in the world, unwrapped
    "east_radps",  # horizontal angular rate, world axes
    "north_radps",
    "roll_radps",  # angular rate about the fore-aft axis of the pelvis
    "right_mps2",  # specific force along the mediolateral axis of the pelvis
    "east_m",  # horizontal specific force integrated twice, world axes
    "north_m",
    *RAW_SIGNALS,
)

CAPACITY = 4  # times `keep`: samples are moved to the front once every 3 x `keep` samples, not in every chunk


@dataclass(slots=True)
class _State:
    """The buffer, one row for each signal, and the number of columns that are filled."""

    data: Array
    end: int = 0


class SignalBuffer:
    """Buffer of named signals over time; the oldest samples are dropped.

    Parameters
    ----------
    keep : int
        Number of last samples that are always available; there may be more.
    names : tuple of str
        Names of the signals. The first must be the time [s], strictly increasing.
    """

    def __init__(self, keep: int, names: tuple[str, ...] = SIGNALS) -> None:
        self._row = {name: i for i, name in enumerate(names)}
        self._keep = keep
        self._state = _State(np.zeros((len(names), CAPACITY * keep)))

    def __len__(self) -> int:
        return self._state.end

    def clear(self) -> None:
        """Forget all samples."""
        self._state.end = 0

    def push(self, signals: Mapping[str, Array]) -> None:
        """Append the next samples: an array for each name, all of the same length."""
        state = self._state
        count = len(signals["t_s"])
        if state.end + count > state.data.shape[1]:
            kept = min(self._keep, state.end)
            state.data[:, :kept] = state.data[:, state.end - kept : state.end].copy()
            state.end = kept
            if state.end + count > state.data.shape[1]:  # one chunk is larger than the buffer
                state.data = np.concatenate([state.data, np.empty((len(state.data), count))], axis=1)
        after = state.end + count
        for row, name in zip(state.data, self._row, strict=True):
            row[state.end : after] = signals[name]
        state.end = after

    def shift(self, name: str, by: float) -> None:
        """Add a constant to all stored values of a signal."""
        self[name][:] += by

    def between(self, from_s: float, to_s: float) -> slice:
        """Return the slice of the samples from `from_s` to `to_s`, both inclusive."""
        times = self._state.data[0, : self._state.end]
        return slice(int(times.searchsorted(from_s, "left")), int(times.searchsorted(to_s, "right")))

    def __getitem__(self, name: str) -> Array:
        """Return a signal, oldest sample first, as a view that the next `push` may overwrite."""
        return self._state.data[self._row[name], : self._state.end]
