"""The building blocks of drills: a band, a repetition by excursion and return, a pace, a hold, steps to the side.

Each is a small declaration, and `start()` gives what watches it: sample by sample, causal, indifferent to how the input
is cut. Angles are degrees here, for drills are declared by people; what comes out is radians.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

# Slow reaching follows the minimum-jerk profile (Flash & Hogan 1985, doi 10.1523/JNEUROSCI.05-07-01688.1985): from where a
# movement crosses two levels, its whole duration follows.
_WAY = np.linspace(0.0, 1.0, 201)
_JERK = _WAY**3 * (10 - 15 * _WAY + 6 * _WAY**2)


def share_of_time(share: float) -> float:
    """When in a movement (0-1) that share of its way (0-1) is done."""
    return float(np.interp(share, _JERK, _WAY))


@dataclass(frozen=True, slots=True)
class Seen:
    """One moment: time [s], the leading angle smoothed for ranges and for haste [deg], turning [deg/s], push to the side [m/s2]."""

    t_s: float
    slow_deg: float
    quick_deg: float
    rate_dps: float
    lateral_mps2: float
    inside: bool  # all bands kept


@dataclass(frozen=True, slots=True)
class Done:
    """A repetition, or half of one (`why`: short, not-back, no-movement)."""

    from_s: float
    range_deg: float
    mean_deg: float
    sd_deg: float
    out_s: float
    hold_s: float
    back_s: float
    full: bool = True
    why: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """Something to hear: a beat, or (`cheat`) what the wearer did wrong."""

    what: str
    number: int = 0
    cheat: bool = False


class Watch(Protocol):
    """What a counting block puts to work."""

    def push(self, seen: Seen) -> list[Done | Said]:
        """Take one moment."""

    def interrupt(self) -> None:
        """Samples are missing, or the wearer paused: what was begun is void."""


class Counting(Protocol):
    """A block that counts."""

    @property
    def signal(self) -> str: ...

    def start(self, still_dps: float) -> Watch:
        """Begin a set; `still_dps` is how much the wearer turned while being still."""


@dataclass(frozen=True, slots=True)
class Band:
    """An angle that must stay between two limits; leaving it is a cheat, named `below` or `above`."""

    signal: str
    low_deg: float = -math.inf
    high_deg: float = math.inf
    below: str = ""
    above: str = ""
    linger_s: float = 0.02  # a shorter visit outside is tissue, not pelvis: a fifth of its period at 9-12 Hz
    again_deg: float = 1.0  # so far inside before it may be left again

    def start(self) -> BandWatch:
        return BandWatch(self)


class BandWatch:
    """Say when a band is left."""

    def __init__(self, band: Band) -> None:
        self.band = band
        self._since_s = math.nan
        self.outside = False

    def push(self, t_s: float, value_deg: float) -> str:
        """The name of the cheat that begins now, or nothing."""
        band = self.band
        over = value_deg > band.high_deg
        if over or value_deg < band.low_deg:
            if math.isnan(self._since_s):
                self._since_s = t_s
            if not self.outside and t_s - self._since_s >= band.linger_s - 1e-9:
                self.outside = True
                return band.above if over else band.below
            return ""
        self._since_s = math.nan
        if self.outside and band.low_deg + band.again_deg <= value_deg <= band.high_deg - band.again_deg:
            self.outside = False
        return ""


@dataclass(frozen=True, slots=True)
class Jolt:
    """A push that nobody makes who keeps the foot off the ground: a cheat of that name."""

    name: str
    above_mps2: float = 1.5  # sway on one leg stays under 0.5; a foot that is set down gives 2 and more
    linger_s: float = 0.01  # one sample may be a rattle
    signal: str = "jolt"

    def start(self) -> BandWatch:
        band = Band(self.signal, -math.inf, self.above_mps2, above=self.name, linger_s=self.linger_s, again_deg=self.above_mps2 / 3)
        return BandWatch(band)


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


@dataclass(frozen=True, slots=True)
class Metronome:
    """A repetition is one turn of the pace, for what moves (the knee) is not seen; the pelvis' own ripple confirms it."""

    signal: str
    out_s: float = 1.5
    hold_s: float = 1.5
    back_s: float = 1.5
    rest_s: float = 0.5
    lead_in_s: float = 2.0

    def start(self, still_dps: float) -> Watch:
        return _PaceWatch(self, still_dps)


class _PaceWatch:
    def __init__(self, spec: Metronome, still_dps: float) -> None:
        self._spec, self._still_dps = spec, max(still_dps, 0.2)  # 0.2 deg/s: noise and breath
        self._turn = 0
        self._ripples: list[float] = []
        self.interrupt()

    def interrupt(self) -> None:
        self._from_s = math.nan
        self._said = 0
        self._n, self._sum, self._squares, self._rates = 0, 0.0, 0.0, 0.0
        self._low, self._high = math.inf, -math.inf

    def push(self, seen: Seen) -> list[Done | Said]:
        spec = self._spec
        if math.isnan(self._from_s):
            self._from_s = seen.t_s + spec.lead_in_s
        into = seen.t_s - self._from_s
        if into < 0:
            return []
        marks = (0.0, spec.out_s, spec.out_s + spec.hold_s, spec.out_s + spec.hold_s + spec.back_s)
        out: list[Done | Said] = []
        while self._said < 3 and into >= marks[self._said] - 1e-9:
            out.append(Said(("up", "hold", "down")[self._said], self._turn + 1))
            self._said += 1
        self._n += 1
        self._sum += seen.slow_deg
        self._squares += seen.slow_deg**2
        self._rates += seen.rate_dps**2
        self._low, self._high = min(self._low, seen.slow_deg), max(self._high, seen.slow_deg)
        if into >= marks[3] + spec.rest_s - 1e-9:
            out.append(self._finish())
            begin = self._from_s + marks[3] + spec.rest_s
            self.interrupt()
            self._from_s = begin
        return out

    def _finish(self) -> Done:
        spec = self._spec
        mean = self._sum / self._n
        sd = math.sqrt(max(self._squares / self._n - mean**2, 0.0))
        ripple = math.sqrt(self._rates / self._n)
        # Who is seen to move in other turns, and does not in this one, did not do it: he answers the telephone.
        usual = float(np.median(self._ripples)) if self._ripples else 0.0
        idle = len(self._ripples) >= 2 and usual > 3 * self._still_dps and ripple < max(1.5 * self._still_dps, 0.3 * usual)
        values = (self._from_s, max(abs(self._low), abs(self._high)), mean, sd, spec.out_s, spec.hold_s, spec.back_s)
        if idle:
            return Done(*values, full=False, why="no-movement", confidence=0.0)
        self._turn += 1
        self._ripples.append(ripple)
        del self._ripples[:-8]
        return Done(*values, confidence=1.0 if ripple > 2 * self._still_dps else 0.5)


@dataclass(frozen=True, slots=True)
class Hold:
    """Time counts while all bands are kept and, if `still_dps` is given, the pelvis is still; at `seconds` it is done."""

    signal: str
    seconds: float = 30.0
    still_dps: float = math.inf
    patience_s: float = 0.2  # a twitch does not stop the clock

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
        self._n, self._sum, self._squares, self._peak = 0, 0.0, 0.0, 0.0
        self._stopped, self._restless_s = False, 0.0
        self._told = 0

    def interrupt(self) -> None:
        self._before_s = math.nan  # what was held stays held

    def push(self, seen: Seen) -> list[Done | Said]:
        spec, out = self._spec, []
        if math.isnan(self._from_s):
            self._from_s = seen.t_s
        dt = 0.0 if math.isnan(self._before_s) else seen.t_s - self._before_s
        self._before_s = seen.t_s
        self._restless_s = self._restless_s + dt if seen.rate_dps > spec.still_dps else 0.0
        kept = seen.inside and self._restless_s <= spec.patience_s
        if kept == self._stopped:
            self._stopped = not kept
            out.append(Said("clock-on" if kept else "clock-off"))
        if not kept:
            return list(out)
        self._held_s += dt
        self._n += 1
        self._sum += seen.slow_deg
        self._squares += seen.slow_deg**2
        if abs(seen.slow_deg) > abs(self._peak):
            self._peak = seen.slow_deg
        said: list[Done | Said] = list(out)
        if self._held_s >= spec.seconds - 1e-9:
            mean = self._sum / self._n
            sd = math.sqrt(max(self._squares / self._n - mean**2, 0.0))
            said.append(Done(self._from_s, self._peak, mean, sd, 0.0, self._held_s, 0.0))
            self._begin()
        elif self._held_s >= self.tell_every_s * (self._told + 1):
            self._told += 1
            said.append(Said("ten", round(self._held_s)))
        return said


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps to the side: the pelvis is pushed that way when a foot opens, and again when the other one closes.

    With `alternate` (a walk forward on a zigzag) every push to the other side is a step.
    """

    signal: str
    alternate: bool = False
    push_mps: float = 0.08  # a step of 0.3 m in 1.5 s reaches 0.2-0.4 m/s; sway stays under 0.04
    snap_ratio: float = 2.0  # the closing step jerks so much more than the opening one

    def start(self, still_dps: float) -> Watch:
        return _StepWatch(self)


class _StepWatch:
    # Between two pushes the pelvis rests; there the speed is nothing, and what the acceleration still shows is an error of
    # the vertical. In the middle of a push acceleration passes zero too, but with a jerk.
    quiet_mps2, quiet_mps3, quiet_s = 0.2, 0.8, 0.08
    rest_s, error_s, leak_s = 0.1, 2.0, 6.0
    shortest_s = 0.15

    def __init__(self, spec: Steps) -> None:
        self._spec = spec
        self.interrupt()

    def interrupt(self) -> None:
        self._before: tuple[float, float] | None = None
        self._mps = self._error = self._quiet_s = 0.0
        self._sign = 0  # of the push that is under way
        self._armed, self._least_mps = True, self._spec.push_mps
        self._peak = self._jerk = 0.0
        self._from_s = 0.0
        self._opened: tuple[float, float, float] | None = None  # begin, end and jerk of the opening step
        self._direction = 0
        self._snapped = False
        self._lead: list[float] = []

    def push(self, seen: Seen) -> list[Done | Said]:
        spec, t_s, acc = self._spec, seen.t_s, seen.lateral_mps2
        if self._before is None:
            self._before, self._error = (t_s, acc), acc
            return []
        dt = t_s - self._before[0]
        jerk = abs(acc - self._before[1]) / dt
        self._before = (t_s, acc)
        off = acc - self._error
        self._quiet_s = self._quiet_s + dt if abs(off) < self.quiet_mps2 and jerk < self.quiet_mps3 else 0.0
        quiet = self._quiet_s >= self.quiet_s
        if quiet:
            self._error += off * dt / self.error_s
        self._mps += (off - self._mps / (self.rest_s if quiet else self.leak_s)) * dt
        self._lead.append(seen.slow_deg)
        if not self._sign:
            self._jerk = jerk if quiet else max(self._jerk, jerk)
            self._armed |= abs(self._mps) < 0.5 * spec.push_mps
            if self._armed and abs(self._mps) > self._least_mps:
                sign = 1 if self._mps > 0 else -1
                if not self._direction or sign == self._direction:
                    self._sign, self._peak, self._from_s = sign, abs(self._mps), t_s
                    self._armed = False
            return []
        self._peak = max(self._peak, self._sign * self._mps)
        self._jerk = max(self._jerk, jerk)
        out: list[Done | Said] = []
        if self._opened is not None and not self._snapped and self._jerk > spec.snap_ratio * self._opened[2]:
            self._snapped = True
            out.append(Said("snapped", cheat=True))
        if self._sign * self._mps < 0.4 * self._peak and t_s - self._from_s >= self.shortest_s:
            out += self._landed(t_s)
        return out

    def _landed(self, t_s: float) -> list[Done | Said]:
        spec, sign, jerk = self._spec, self._sign, self._jerk
        self._sign, self._jerk = 0, 0.0
        if not self._direction:
            self._direction = sign
        if spec.alternate:
            self._direction = -sign  # the next one goes the other way, and is more than the swing back of this one
            self._least_mps = max(spec.push_mps, 0.5 * self._peak)
            return [self._step(self._from_s, t_s, t_s)]
        if self._opened is None:
            self._opened = (self._from_s, t_s, jerk)
            return []
        begin, landed, _ = self._opened
        self._opened, self._snapped = None, False
        return [self._step(begin, landed, t_s)]

    def _step(self, begin_s: float, landed_s: float, end_s: float) -> Done:
        lead = np.array(self._lead)
        self._lead = []
        return Done(begin_s, float(np.abs(lead).max()), float(lead.mean()), float(lead.std()), landed_s - begin_s, 0.0, end_s - landed_s)
