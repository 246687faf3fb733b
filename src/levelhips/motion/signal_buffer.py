"""The last seconds of some signals, for looking back over a step or a stride; constant memory."""

from __future__ import annotations

import numpy as np

from levelhips.samples import Array


class History:
    """Signals over time, in rows by name; the oldest samples fall out.

    Parameters
    ----------
    names : tuple of str
        The signals. The first must be the time [s], rising.
    keep : int
        Samples that are kept at the least.
    """

    def __init__(self, names: tuple[str, ...], keep: int) -> None:
        self._row = {name: i for i, name in enumerate(names)}
        self._keep = keep
        self._data = np.empty((len(names), 4 * keep))
        self._end = 0

    def __len__(self) -> int:
        return self._end

    def clear(self) -> None:
        self._end = 0

    def push(self, signals: tuple[Array, ...]) -> None:
        """Append one array of the same length to each row."""
        count = len(signals[0])
        if self._end + count > self._data.shape[1]:
            kept = min(self._keep, self._end)
            self._data[:, :kept] = self._data[:, self._end - kept : self._end].copy()
            self._end = kept
            if self._end + count > self._data.shape[1]:  # more at once than fits: make room
                self._data = np.concatenate([self._data, np.empty((len(self._data), count))], axis=1)
        for row, values in zip(self._data, signals, strict=True):
            row[self._end : self._end + count] = values
        self._end += count

    def between(self, from_s: float, to_s: float) -> slice:
        """Where the samples from `from_s` to `to_s` (both inclusive) lie."""
        times = self._data[0, : self._end]
        return slice(int(times.searchsorted(from_s, "left")), int(times.searchsorted(to_s, "right")))

    def __getitem__(self, name: str) -> Array:
        return self._data[self._row[name], : self._end]
