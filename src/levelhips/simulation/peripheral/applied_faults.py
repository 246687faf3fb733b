"""Faults as they act: on the sensor's clock, and on notifications on their way."""

from __future__ import annotations

import numpy as np

from levelhips.simulation.faults import Fault

Notification = tuple[str, bytes]  # characteristic and data

_BOOT_S = 3.0  # what the sensor's clock shows when the stream begins: it was switched on a little before
_WRAP_S = (1 << 32) * 1e-6  # of a 32-bit counter of microseconds
_MAX_GARBAGE_BYTES = 60  # about as long as a notification of four samples


class FaultyClock:
    """The sensor's clock in microseconds, with drift, jumps and an early wrap."""

    def __init__(self, faults: dict[str, Fault]) -> None:
        self.drift = faults["drift"].value * 1e-6 if "drift" in faults else 0.0
        self._boot_s = _WRAP_S - faults["clock-wrap"].value if "clock-wrap" in faults else _BOOT_S
        self._jump_s = 0.0

    def us(self, at_s: float) -> int:
        """Return what the clock shows at a time of the stream [us]; not wrapped."""
        return round((self._boot_s + at_s * (1.0 + self.drift) + self._jump_s) * 1e6)

    def jump(self, by_s: float, at_s: float) -> None:
        """Let the clock jump; one that jumps back too far begins at zero, as after a restart."""
        self._jump_s += by_s
        if self.us(at_s) < 0:
            self._jump_s -= self.us(at_s) * 1e-6


class FaultyAir:
    """What happens to notifications on their way: lost, cut, doubled, reordered, joined, mixed with garbage.

    Parameters
    ----------
    faults : dict
        Faults by name.
    seed : int
        For those that strike at random.
    """

    def __init__(self, faults: dict[str, Fault], seed: int) -> None:
        self._faults, self._random = faults, np.random.default_rng(seed)
        self._late: Notification | None = None

    def forget(self) -> None:
        """Forget the notification that waits for the next one: the link is gone."""
        self._late = None

    def carry(self, name: str, data: bytes) -> list[Notification]:
        """Return what arrives when a notification is sent."""
        late, self._late = self._late, None
        if self._strikes("drop"):
            return [late] if late is not None else []
        out = [(name, data)]
        if self._strikes("truncate"):
            out = [(name, data[: int(self._random.integers(1, len(data)))])]
        if self._strikes("split"):
            at = int(self._random.integers(1, len(data)))
            out = [(name, data[:at]), (name, data[at:])]
        if self._strikes("duplicate"):
            out = out * 2
        if self._strikes("garbage"):
            out.insert(0, (name, self._random.bytes(int(self._random.integers(1, _MAX_GARBAGE_BYTES)))))
        if late is not None:  # the one before waited: it comes after this one, or joined to it
            return [*out, late] if "reorder" in self._faults else [(name, late[1] + data)]
        if self._strikes("reorder") or self._strikes("join"):
            self._late = (name, data)
            return []
        return out

    def _strikes(self, name: str) -> bool:
        fault = self._faults.get(name)
        return fault is not None and bool(self._random.random() < fault.value / 100)
