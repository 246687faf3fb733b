"""Count repetitions that go out and come back."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from levelhips.coaching.drills.counters.base import Counter, CountingBlock, DrillSample, Found, PromptRequest, Repetition
from levelhips.events import FormFault, PromptKind

# Slow reaching follows the minimum-jerk profile (Flash & Hogan 1985, doi 10.1523/JNEUROSCI.05-07-01688.1985): the
# times at which a movement crosses two levels give its whole duration.
_WAY = np.linspace(0.0, 1.0, 201)
_JERK = _WAY**3 * (10 - 15 * _WAY + 6 * _WAY**2)


def share_of_time(share: float) -> float:
    """Return the share of a movement's duration (0-1) after which a share of its way (0-1) is done."""
    return float(np.interp(share, _JERK, _WAY))


MIN_LOW_DEG = 1.0  # with a range from 0 deg, half a degree of sway would count as a repetition
LEAVE_SHARE = 0.3  # share of the lower end of the range: beyond it a movement has begun; sway stays below, every attempt goes beyond
TURN_SHARE, TURN_DEG = 0.6, 2.5  # turned round half way: back to 0.6 of the peak, then out again by 2.5 deg (five times sway)
ATTEMPT_SHARE = 0.5  # a movement of less than half of the lower end is a wobble and not an attempt
TOP_SHARE = 0.9  # beyond 0.9 of the peak the pelvis holds; a minimum-jerk movement spends a quarter of its time there
MAX_HOME_SHARE = 0.8  # at least the last fifth of a way must be seen: to extrapolate from less multiplies the error by four
REMEMBER_S = 2.0  # samples kept before a repetition: a slow one leaves the start this long before it is recognized


def _half(from_s: float, peak_deg: float, fault: FormFault) -> Repetition:
    return Repetition(from_s, peak_deg, 0.0, 0.0, 0.0, 0.0, 0.0, full=False, fault=fault)


@dataclass(frozen=True, slots=True)
class Excursion(CountingBlock):
    """Declaration that counts a repetition when the angle went out to at least `low_deg` and came back to less than `back_deg`."""

    signal: str
    low_deg: float
    high_deg: float
    back_deg: float
    min_rep_s: float = 1.5  # slow repetitions take 2 s and more; faster ones are swung, not controlled

    def start(self, still_dps: float) -> Counter:
        """Return a new counter of repetitions."""
        return _ExcursionCounter(self)

    def adapted(self, low_deg: float, high_deg: float, seconds: float | None, pace_s: float | None) -> Excursion:
        """Return these settings with what the user chose: range [deg], hold time [s] and pace [s]."""
        low_deg = max(low_deg, MIN_LOW_DEG)
        return replace(self, low_deg=low_deg, high_deg=high_deg, back_deg=min(self.back_deg, 0.5 * low_deg))

    def band(self, low_deg: float, high_deg: float) -> tuple[float | None, float | None]:
        """Return the ends of the band that are form limits [deg]; None where an end is not one."""
        return None, high_deg  # the lower end is the target and not a form limit

    @property
    def opposite_deg(self) -> float:
        """Size of an excursion to the other side that shows that the wearer stands on the wrong leg [deg]."""
        return self.low_deg if self.signal == "drop" else math.inf

    def is_home(self, lead_deg: float) -> bool:
        """Return whether an angle [deg] is back at the start of a repetition."""
        return abs(lead_deg) < self.back_deg


class _ExcursionCounter:
    def __init__(self, spec: Excursion) -> None:
        self._spec = spec
        self._leave = max(spec.back_deg, LEAVE_SHARE * spec.low_deg)
        self.interrupt()

    def interrupt(self) -> None:
        self._out = self._home = False
        self._trace: deque[tuple[float, float]] = deque()
        self._peak = self._trough = 0.0
        self._reached = False

    def push(self, sample: DrillSample) -> list[Found]:
        spec, t_s, x = self._spec, sample.t_s, sample.slow_deg
        self._trace.append((t_s, x))
        if not self._out:
            while self._trace[0][0] < t_s - REMEMBER_S:
                self._trace.popleft()
            self._home |= x <= self._leave
            if x > self._leave and self._home:  # ignore a repetition whose start was missed
                self._out, self._reached = True, False
                self._peak = self._trough = x
            return []
        found: list[Found] = []
        if x > self._peak:
            self._peak = self._trough = x
        self._trough = min(self._trough, x)
        if x >= spec.low_deg and not self._reached:
            self._reached = True
            found.append(PromptRequest(PromptKind.REACHED))
        if x < spec.back_deg:
            found += self._finish()
        elif self._trough < TURN_SHARE * self._peak and x > self._trough + max(TURN_DEG, LEAVE_SHARE * spec.low_deg):
            found.append(_half(self._trace[0][0], self._peak, FormFault.NOT_BACK))
            self._trace = deque([(t_s, x)])
            self._peak = self._trough = x
            self._reached = x >= spec.low_deg
        return found

    def _finish(self) -> list[Found]:
        spec, peak = self._spec, self._peak
        t, x = np.array(self._trace).T
        self._out = False
        self._trace = deque([self._trace[-1]])
        if peak < spec.low_deg:
            return [_half(float(t[0]), peak, FormFault.SHORT)] if peak > ATTEMPT_SHARE * spec.low_deg else []
        high = np.flatnonzero(x >= TOP_SHARE * peak)
        first, last = int(high[0]), int(high[-1])
        below = np.flatnonzero(x[:first] <= (1 - TOP_SHARE) * peak)
        at = int(below[-1]) if len(below) else int(x[: first + 1].argmin())
        low = share_of_time(min(max(x[at] / peak, 0.0), MAX_HOME_SHARE))
        ninety = share_of_time(TOP_SHARE)
        out_s = float(t[first] - t[at]) / (ninety - low)
        home = share_of_time(min(max(x[-1] / peak, 0.0), MAX_HOME_SHARE))
        back_s = float(t[-1] - t[last]) / (ninety - home)
        hold_s = max(0.0, float(t[last] - t[first]) - (1 - ninety) * (out_s + back_s))
        began_s = float(t[first]) - ninety * out_s
        inside = x[at:]
        done = Repetition(began_s, peak, float(inside.mean()), float(inside.std()), out_s, hold_s, back_s)
        hasty = out_s + hold_s + back_s < spec.min_rep_s
        return [FormFault.TOO_FAST, done] if hasty else [done]
