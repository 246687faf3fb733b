"""Count the time for which a position is held."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from levelhips.coaching.drills.counters.base import Counter, CountingBlock, DrillSample, Found, PromptRequest, Repetition, Spread
from levelhips.events import PromptKind


@dataclass(frozen=True, slots=True)
class Hold(CountingBlock):
    """Counts time while every form limit is kept and, if `still_dps` is given, the pelvis is still; done at `seconds`."""

    signal: str
    seconds: float = 30.0
    still_dps: float = math.inf
    patience_s: float = 0.2  # movement that is shorter is a twitch and does not stop the clock
    strict: bool = True  # False for a test: the clock never stops, so that all of the time is measured

    def start(self, still_dps: float) -> Counter:
        """Return a new counter of the time held."""
        return _HoldCounter(self)

    def adapted(self, low_deg: float, high_deg: float, seconds: float | None, pace_s: float | None) -> Hold:
        """Return these settings with what the user chose: range [deg], hold time [s] and pace [s]."""
        return self if seconds is None else replace(self, seconds=seconds)

    @property
    def timed_s(self) -> float:
        """Time to hold [s]."""
        return self.seconds

    @property
    def counts_over_gaps(self) -> bool:
        """Whether the hold goes on after samples were lost; its quality is then `AFTER_GAP`."""
        return True


class _HoldCounter:
    announce_every_s = 10.0  # often enough to know how much time is left, seldom enough not to disturb

    def __init__(self, spec: Hold) -> None:
        self._spec = spec
        self._begin()

    def _begin(self) -> None:
        self._from_s = self._before_s = math.nan
        self._held_s = 0.0
        self._spread = Spread()
        self._stopped, self._restless_s = False, 0.0
        self._announced = 0  # how many times the time held was announced

    def interrupt(self) -> None:
        self._before_s = math.nan  # the time held so far is kept

    def push(self, sample: DrillSample) -> list[Found]:
        spec = self._spec
        out: list[Found] = []
        if math.isnan(self._from_s):
            self._from_s = sample.t_s
        dt = 0.0 if math.isnan(self._before_s) else sample.t_s - self._before_s
        self._before_s = sample.t_s
        self._restless_s = self._restless_s + dt if sample.rate_dps > spec.still_dps else 0.0
        kept = not spec.strict or (sample.inside and self._restless_s <= spec.patience_s)
        if kept == self._stopped:
            self._stopped = not kept
            out.append(PromptRequest(PromptKind.CLOCK_ON if kept else PromptKind.CLOCK_OFF))
        if not kept:
            return out
        self._held_s += dt
        self._spread.add(sample.slow_deg)
        if self._held_s >= spec.seconds - 1e-9:
            angle = self._spread
            out.append(Repetition(self._from_s, angle.farthest, angle.mean, angle.sd, 0.0, self._held_s, 0.0))
            self._begin()
        elif self._held_s >= self.announce_every_s * (self._announced + 1):
            self._announced += 1
            out.append(PromptRequest(PromptKind.TEN, round(self._held_s)))
        return out
