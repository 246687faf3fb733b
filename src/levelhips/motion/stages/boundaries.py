"""Update boundaries: the samples at which what was learned slowly takes effect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoundarySettings:
    """How often updates take effect."""

    interval_s: float = 1.0  # one to three steps: fresh enough, and a mean over it is hardly moved by a single step
    settled_intervals: int = 4  # the gyroscope alone holds the vertical to 0.01 deg for that long; an hour costs a quarter less


@dataclass(slots=True)
class _State:
    """Samples since the first of the session, and the number of samples at which the next boundary lies."""

    next_at: int
    count: int = 0


class UpdateBoundaries:
    """Counter of samples that tells where the next update boundary lies.

    Boundaries are whole intervals of samples, counted from the first sample of the session. They do not depend on chunks:
    a chunk is an hour in a file and 20 ms on the air.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, rate_hz: float, settings: BoundarySettings = BoundarySettings()) -> None:
        self.settings = settings
        self.interval_samples = max(round(rate_hz * settings.interval_s), 1)
        self._state = _State(self.interval_samples)

    @property
    def to_next(self) -> int:
        """Samples up to the next boundary, 1 or more."""
        return self._state.next_at - self._state.count

    @property
    def intervals(self) -> float:
        """Intervals since the first sample of the session."""
        return self._state.count / self.interval_samples

    def push(self, count: int) -> bool:
        """Take `count` samples, at most `to_next`; return whether they end at the boundary."""
        self._state.count += count
        return self._state.count == self._state.next_at

    def schedule(self, *, settled: bool = False) -> None:
        """Set the next boundary, at a boundary: one interval on, or several when nothing new is urgent."""
        self._state.next_at = self._state.count + self.interval_samples * (self.settings.settled_intervals if settled else 1)

    def hurry(self) -> None:
        """Bring the next boundary forward to the next whole interval: something changed."""
        whole = (self._state.count // self.interval_samples + 1) * self.interval_samples
        self._state.next_at = min(self._state.next_at, whole)
