"""Time held."""

from __future__ import annotations

import math
from dataclasses import dataclass

from levelhips.coaching.drills.counters.base import Done, Said, Seen, Spread, Watch


@dataclass(frozen=True, slots=True)
class Hold:
    """Time counts while all bands are kept and, if `still_dps` is given, the pelvis is still; at `seconds` it is done."""

    signal: str
    seconds: float = 30.0
    still_dps: float = math.inf
    patience_s: float = 0.2  # a twitch does not stop the clock
    strict: bool = True  # False: a test, in which time runs whatever happens, and all of it is measured

    def start(self, still_dps: float) -> Watch:
        return _HoldWatch(self)


class _HoldWatch:
    tell_every_s = 10.0

    def __init__(self, spec: Hold) -> None:
        self._spec = spec
        self._begin()

    def _begin(self) -> None:
        self._from_s = self._before_s = math.nan
        self._held_s = 0.0
        self._spread = Spread()
        self._stopped, self._restless_s = False, 0.0
        self._told = 0

    def interrupt(self) -> None:
        self._before_s = math.nan  # what was held stays held

    def push(self, seen: Seen) -> list[Done | Said]:
        spec = self._spec
        out: list[Done | Said] = []
        if math.isnan(self._from_s):
            self._from_s = seen.t_s
        dt = 0.0 if math.isnan(self._before_s) else seen.t_s - self._before_s
        self._before_s = seen.t_s
        self._restless_s = self._restless_s + dt if seen.rate_dps > spec.still_dps else 0.0
        kept = not spec.strict or (seen.inside and self._restless_s <= spec.patience_s)
        if kept == self._stopped:
            self._stopped = not kept
            out.append(Said("clock-on" if kept else "clock-off"))
        if not kept:
            return out
        self._held_s += dt
        self._spread.add(seen.slow_deg)
        if self._held_s >= spec.seconds - 1e-9:
            seen_deg = self._spread
            out.append(Done(self._from_s, seen_deg.farthest, seen_deg.mean, seen_deg.sd, 0.0, self._held_s, 0.0))
            self._begin()
        elif self._held_s >= self.tell_every_s * (self._told + 1):
            self._told += 1
            out.append(Said("ten", round(self._held_s)))
        return out
