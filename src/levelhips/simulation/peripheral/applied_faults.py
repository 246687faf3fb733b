"""Apply the faults of the virtual sensor to its clock and to its notifications."""

from __future__ import annotations

import numpy as np

from levelhips.simulation.faults import Fault

Notification = tuple[str, bytes]  # characteristic and data

_BOOT_S = 3.0  # time of the sensor's clock when the stream begins: it was switched on this long before
_WRAP_S = (1 << 32) * 1e-6  # of a 32-bit counter of microseconds
_MAX_GARBAGE_BYTES = 60  # about as long as a notification of four samples


class FaultyClock:
    """The sensor's clock in microseconds, with drift, jumps and an early wrap."""

    def __init__(self, faults: dict[str, Fault]) -> None:
        self.drift = faults["drift"].value * 1e-6 if "drift" in faults else 0.0
        self._boot_s = _WRAP_S - faults["clock-wrap"].value if "clock-wrap" in faults else _BOOT_S
        self._jump_s = 0.0

    def time_us(self, at_s: float) -> int:
        """Return what the clock shows at a time of the stream [us]; not wrapped."""
        return round((self._boot_s + at_s * (1.0 + self.drift) + self._jump_s) * 1e6)

    def jump(self, by_s: float, at_s: float) -> None:
        """Let the clock jump by `by_s`. If it would become negative, it starts again at zero, as after a restart."""
        self._jump_s += by_s
        if self.time_us(at_s) < 0:
            self._jump_s -= self.time_us(at_s) * 1e-6


class FaultyAir:
    """Radio path on which notifications are lost, cut, doubled, reordered, joined or mixed with garbage.

    Parameters
    ----------
    faults : dict
        Faults by name.
    seed : int
        Seed of the faults that occur at random.
    """

    def __init__(self, faults: dict[str, Fault], seed: int) -> None:
        self._faults, self._random = faults, np.random.default_rng(seed)
        self._delayed: Notification | None = None

    def forget(self) -> None:
        """Drop the notification that waits for the next one, because the link is lost."""
        self._delayed = None

    def carry(self, name: str, data: bytes) -> list[Notification]:
        """Return the notifications that arrive when this one is sent."""
        delayed, self._delayed = self._delayed, None
        if self._occurs("drop"):
            return [delayed] if delayed is not None else []
        out = [(name, data)]
        if self._occurs("truncate"):
            out = [(name, data[: int(self._random.integers(1, len(data)))])]
        if self._occurs("split"):
            at = int(self._random.integers(1, len(data)))
            out = [(name, data[:at]), (name, data[at:])]
        if self._occurs("duplicate"):
            out = out * 2
        if self._occurs("garbage"):
            out.insert(0, (name, self._random.bytes(int(self._random.integers(1, _MAX_GARBAGE_BYTES)))))
        if delayed is not None:  # the previous one waited: it arrives after this one, or joined to it
            return [*out, delayed] if "reorder" in self._faults else [(name, delayed[1] + data)]
        if self._occurs("reorder") or self._occurs("join"):
            self._delayed = (name, data)
            return []
        return out

    def _occurs(self, name: str) -> bool:
        fault = self._faults.get(name)
        return fault is not None and bool(self._random.random() < fault.value / 100)
