"""Event loop whose time runs faster than real time, for virtual sensors, tests and benchmarks."""

from __future__ import annotations

import asyncio
import math
import selectors
import time
from typing import Any


class SimulatedTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop with simulated time.

    With a finite `speed`, its seconds are shorter than real ones by this factor. With an infinite speed it never waits: when
    nothing is left to do, its time jumps to the next timer. A minute of radio silence then takes no time, and every run is the
    same.

    Parameters
    ----------
    speed : float
        Simulated seconds per real second; over 0, infinite for as fast as possible.
    """

    def __init__(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"speed is {speed:g}; it must be over 0")
        self._speed, self._began_s, self._skipped_s = speed, time.monotonic(), 0.0
        super().__init__(_SimulatedTimeSelector(self))

    def time(self) -> float:
        """Return the simulated time [s]."""
        if math.isinf(self._speed):
            return self._began_s + self._skipped_s
        return self._began_s + (time.monotonic() - self._began_s) * self._speed

    def wait(self, inner: selectors.BaseSelector, timeout: float | None) -> list[Any]:
        """Wait for files, at most `timeout` simulated seconds."""
        if timeout is None or timeout <= 0:
            return inner.select(timeout)
        if not math.isinf(self._speed):
            return inner.select(timeout / self._speed)
        if ready := inner.select(0):
            return ready
        self._skipped_s += timeout
        return []


class _SimulatedTimeSelector(selectors.BaseSelector):
    """A selector that asks its loop how long to wait."""

    def __init__(self, loop: SimulatedTimeLoop) -> None:
        self._loop, self._inner = loop, selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[Any]:
        return self._loop.wait(self._inner, timeout)

    def close(self) -> None:
        self._inner.close()

    def get_map(self) -> Any:
        return self._inner.get_map()
