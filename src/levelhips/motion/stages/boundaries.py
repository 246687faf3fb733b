"""Update boundaries: the moments at which slowly learned values take effect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoundarySettings:
    """How often updates take effect."""

    interval_s: float = 1.0  # one to three steps: frequent, but a single step hardly changes a mean over it
    settled_intervals: int = 4  # the gyroscope alone keeps the vertical to 0.01 deg that long; analysis takes a quarter less time


@dataclass(slots=True)
class _State:
    """Number of samples since the start of the session, and their number at the next boundary."""

    next_at: int
    count: int = 0


class UpdateBoundaries:
    """Counter of samples up to the next update boundary.

    Boundaries are at whole intervals, counted in samples from the start of the session. So they do not depend on chunks: a
    chunk may be an hour of a file or 20 ms of a live stream.

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
        """Number of samples up to the next boundary, 1 or more."""
        return self._state.next_at - self._state.count

    @property
    def intervals(self) -> float:
        """Number of intervals since the start of the session; not always whole."""
        return self._state.count / self.interval_samples

    def push(self, count: int) -> bool:
        """Count samples, at most `to_next`; return whether the boundary is reached."""
        self._state.count += count
        return self._state.count == self._state.next_at

    def schedule(self, *, settled: bool = False) -> None:
        """Set the next boundary; call it at a boundary. It is one interval away, or `settled_intervals` if settled."""
        self._state.next_at = self._state.count + self.interval_samples * (self.settings.settled_intervals if settled else 1)

    def bring_forward(self) -> None:
        """Move the next boundary to the next whole interval, for a change that should take effect soon."""
        whole = (self._state.count // self.interval_samples + 1) * self.interval_samples
        self._state.next_at = min(self._state.next_at, whole)
