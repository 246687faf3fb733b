"""A repetition by excursion and return."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from levelhips.coaching.drills.counters.base import Done, Said, Seen, Watch

# Slow reaching follows the minimum-jerk profile (Flash & Hogan 1985, doi 10.1523/JNEUROSCI.05-07-01688.1985): from where a
# movement crosses two levels, its whole duration follows.
_WAY = np.linspace(0.0, 1.0, 201)
_JERK = _WAY**3 * (10 - 15 * _WAY + 6 * _WAY**2)


def share_of_time(share: float) -> float:
    """When in a movement (0-1) that share of its way (0-1) is done."""
    return float(np.interp(share, _JERK, _WAY))


@dataclass(frozen=True, slots=True)
class Excursion:
    """A repetition is a way out to at least `low_deg` and back to within `back_deg` of the start."""

    signal: str
    low_deg: float
    high_deg: float
    back_deg: float
    fastest_s: float = 1.5

    def start(self, still_dps: float) -> Watch:
        return _ExcursionWatch(self)


class _ExcursionWatch:
    remember_s = 2.0  # of the time before a repetition: where it set out from

    def __init__(self, spec: Excursion) -> None:
        self._spec = spec
        self._leave = max(spec.back_deg, 0.3 * spec.low_deg)
        self.interrupt()

    def interrupt(self) -> None:
        self._out = self._home = False
        self._trace: deque[tuple[float, float]] = deque()
        self._peak = self._trough = 0.0
        self._reached = False

    def push(self, seen: Seen) -> list[Done | Said]:
        spec, t_s, x = self._spec, seen.t_s, seen.slow_deg
        self._trace.append((t_s, x))
        if not self._out:
            while self._trace[0][0] < t_s - self.remember_s:
                self._trace.popleft()
            self._home |= x <= self._leave
            if x > self._leave and self._home:  # one whose beginning was not seen is none
                self._out, self._reached = True, False
                self._peak = self._trough = x
            return []
        said: list[Done | Said] = []
        if x > self._peak:
            self._peak = self._trough = x
        self._trough = min(self._trough, x)
        if x >= spec.low_deg and not self._reached:
            self._reached = True
            said.append(Said("reached"))
        if x < spec.back_deg:
            said += self._finish()
        elif self._trough < 0.6 * self._peak and x > self._trough + max(2.5, 0.3 * spec.low_deg):
            said.append(Done(self._trace[0][0], self._peak, 0.0, 0.0, 0.0, 0.0, 0.0, full=False, why="not-back"))
            self._trace = deque([(t_s, x)])
            self._peak = self._trough = x
            self._reached = x >= spec.low_deg
        return said

    def _finish(self) -> list[Done | Said]:
        spec, peak = self._spec, self._peak
        t, x = np.array(self._trace).T
        self._out = False
        self._trace = deque([self._trace[-1]])
        if peak < spec.low_deg:
            # A shallow wobble is no attempt; half of the way is.
            return [Done(float(t[0]), peak, 0.0, 0.0, 0.0, 0.0, 0.0, full=False, why="short")] if peak > 0.5 * spec.low_deg else []
        high = np.flatnonzero(x >= 0.9 * peak)
        first, last = int(high[0]), int(high[-1])
        below = np.flatnonzero(x[:first] <= 0.1 * peak)
        at = int(below[-1]) if len(below) else int(x[: first + 1].argmin())
        low = share_of_time(min(max(x[at] / peak, 0.0), 0.8))
        ninety = share_of_time(0.9)
        out_s = float(t[first] - t[at]) / (ninety - low)
        home = share_of_time(min(max(x[-1] / peak, 0.0), 0.8))
        back_s = float(t[-1] - t[last]) / (ninety - home)
        hold_s = max(0.0, float(t[last] - t[first]) - (1 - ninety) * (out_s + back_s))
        began_s = float(t[first]) - ninety * out_s
        inside = x[at:]
        done = Done(began_s, peak, float(inside.mean()), float(inside.std()), out_s, hold_s, back_s)
        hasty = out_s + hold_s + back_s < spec.fastest_s
        return [Said("too-fast", cheat=True), done] if hasty else [done]
