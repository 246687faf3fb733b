"""Contacts and toe-offs from the specific force at the sacrum: one detector for running, one for walking.

Both are causal, of constant memory and indifferent to how their input is cut. What they say carries the index of the
sample at which it could be said, so that whoever listens can keep the same order at any cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from levelhips.motion.smoothing import Butterworth
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class FootEvent:
    """A contact or a toe-off at `at_s`, which sample `index` of the pushed chunk made known."""

    kind: Literal["contact", "toe-off"]
    at_s: float
    index: int


@dataclass(frozen=True, slots=True)
class RunningSettings:
    """Levels in g of low-passed vertical specific force, and times.

    The lead of contact and the course of toe-off are fitted to measured ground force: 16 runners with a real sacral
    accelerometer at 2.5-4.2 m/s and -10..10 deg (Alcantara 2022, doi 10.7717/peerj.12752) and two treadmill runs of a
    virtual one (Fukuchi 2017, doi 10.7717/peerj.3298). docs/accuracy.md has the spread.
    """

    low_pass_hz: float = 20.0  # keeps the rise of the load, drops the ringing of the clip
    contact_g: float = 0.5  # 0.5-0.7 finds every contact
    arm_g: float = 0.4  # flight must have been before: walking stays above
    confirm_g: float = 0.75  # a contact is said when the load gets here: at 4.5 m/s some rise to 0.6 and fall again before it
    body_weight_g: float = 1.0
    contact_lead_s: float = 0.019  # shock and load take this long from the foot up: 8 ms (accelerometers) to 27 (markers)
    # Toe-off lies behind the last fall through body weight by a + b x (time over body weight), kept between two limits.
    toe_off_offset_s: float = -0.064
    toe_off_slope: float = 0.684
    toe_off_min_s: float = 0.020
    toe_off_max_s: float = 0.090
    shortest_stance_s: float = 0.09  # sprinters: 0.09-0.1
    longest_stance_s: float = 0.45  # a jog at 2 m/s: 0.35-0.38
    refractory: float = 0.6  # of the median step time
    shortest_step_s: float = 0.21  # 4.75 steps/s


@dataclass(slots=True)
class _RunningState:
    before_s: float = 0.0
    before_g: float = math.inf  # nothing can rise out of the time before the first sample
    armed: bool = False
    rise_s: float = math.nan  # the last rise through the level of contact that was not taken back
    contact_s: float = -math.inf
    in_stance: bool = False
    over_s: float = math.nan  # first rise through body weight in this stance
    under_s: float = math.nan  # last fall through it
    due_s: float = math.inf  # when the toe-off will have been
    steps_s: list[float] = field(default_factory=list)


class RunningContacts:
    """Contacts and toe-offs in running: crossings of the low-passed vertical specific force, brought back to the ground.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].

    References
    ----------
    The idea of a level on a force model: Patoz et al. 2022, doi 10.3390/s22030784.
    """

    def __init__(self, rate_hz: float, settings: RunningSettings = RunningSettings()) -> None:
        self.settings, self._state = settings, _RunningState()
        low_pass_hz = min(settings.low_pass_hz, 0.38 * rate_hz)
        self._low_pass = Butterworth(2, low_pass_hz, rate_hz)
        self.delay_s = math.sqrt(2) / (2 * math.pi * low_pass_hz)  # of a second-order Butterworth, well below its corner
        self._levels = (settings.arm_g, settings.contact_g, settings.confirm_g, settings.body_weight_g)

    def restart(self) -> None:
        """Samples were lost: forget the stance."""
        self._state = _RunningState(steps_s=self._state.steps_s)
        self._low_pass.restart()

    def push(self, t_s: Array, vertical_g: Array) -> list[FootEvent]:
        """Take (n,) times [s] and (n,) vertical specific forces [g]; give the contacts and toe-offs they decide."""
        if not len(t_s):
            return []
        state = self._state
        g, s = np.concatenate([[state.before_g], self._low_pass.push(vertical_g)]), np.concatenate([[state.before_s], t_s])
        state.before_s, state.before_g = float(s[-1]), float(g[-1])
        arm, contact, confirm, weight = self._levels
        level = (g >= arm).view(np.int8) + (g >= contact) + (g >= confirm) + (g >= weight)
        changes = (level[1:] != level[:-1]).nonzero()[0]
        out: list[FootEvent] = []
        for i in changes.tolist():
            self._settle_toe_off(float(s[i]), t_s, out)
            self._cross(int(level[i]), int(level[i + 1]), g, s, i, out)
        self._settle_toe_off(float(s[-1]), t_s, out)
        return out

    def _cross(self, low: int, high: int, g: Array, s: Array, i: int, out: list[FootEvent]) -> None:
        state, cfg = self._state, self.settings

        def at(level: float) -> float:
            if not math.isfinite(g[i]):
                return float(s[i + 1]) - self.delay_s
            return float(s[i] + (s[i + 1] - s[i]) * (level - g[i]) / (g[i + 1] - g[i])) - self.delay_s

        if high > low:
            if low < 2 <= high:
                state.rise_s = at(cfg.contact_g)
            if low < 3 <= high and state.armed:
                at_s = state.rise_s - cfg.contact_lead_s
                if at_s - state.contact_s >= self._refractory_s():
                    if state.in_stance and math.isfinite(state.due_s):  # the next foot is down before the toe-off was due
                        out.append(FootEvent("toe-off", min(state.due_s, at_s), i))
                    self._note_step(at_s - state.contact_s)
                    state.contact_s, state.in_stance, state.armed = at_s, True, False
                    state.over_s = state.under_s = math.nan
                    state.due_s = math.inf
                    out.append(FootEvent("contact", at_s, i))
            if high == 4 and state.in_stance:
                state.due_s = math.inf  # it was a dip, not the end
                if math.isnan(state.over_s):
                    state.over_s = at(cfg.body_weight_g)
        else:
            if low == 4 and state.in_stance:
                state.under_s = at(cfg.body_weight_g)
            was_loaded = math.isfinite(state.under_s - state.over_s) and state.under_s - state.contact_s >= cfg.shortest_stance_s
            if high < 2 <= low and state.in_stance and was_loaded:
                lag = cfg.toe_off_offset_s + cfg.toe_off_slope * (state.under_s - state.over_s)
                state.due_s = state.under_s + min(max(lag, cfg.toe_off_min_s), cfg.toe_off_max_s)
                if state.due_s <= s[i + 1]:
                    out.append(FootEvent("toe-off", state.due_s, i))
                    state.in_stance, state.due_s = False, math.inf
            if high == 0:
                state.armed = True

    def _settle_toe_off(self, now_s: float, t_s: Array, out: list[FootEvent]) -> None:
        state = self._state
        if not state.in_stance:
            return
        if now_s >= state.due_s:  # known with the first sample at or after it
            out.append(FootEvent("toe-off", state.due_s, int(t_s.searchsorted(state.due_s, "left"))))
            state.in_stance, state.due_s = False, math.inf
        elif now_s - state.contact_s > self.settings.longest_stance_s + 0.1:
            state.in_stance, state.due_s = False, math.inf  # that was no step

    def _refractory_s(self) -> float:
        steps = self._state.steps_s
        usual = sorted(steps)[len(steps) // 2] if len(steps) >= 4 else 0.0
        return max(self.settings.shortest_step_s, self.settings.refractory * usual)

    def _note_step(self, step_s: float) -> None:
        if step_s < 0.6:
            self._state.steps_s.append(step_s)
            del self._state.steps_s[:-9]


@dataclass(frozen=True, slots=True)
class WalkingSettings:
    """Walking at the lower back: at contact the body is braked and loaded, so vertical less forward force rises through its mean."""

    low_hz: float = 0.7  # posture and turning lie below
    high_hz: float = 3.0  # the step and its first overtone; heel shocks differ from person to person
    threshold_g: float = 0.04  # a slow step in a room still has 0.05-0.1 g; standing sway stays under 0.02
    crossing_lag_s: float = 0.035  # of the crossing behind the contact, filters included (three insole recordings)
    shortest_step_s: float = 0.3
    longest_rise_s: float = 0.4  # a slower rise through the mean is no step


@dataclass(slots=True)
class _WalkingState:
    before_s: float = 0.0
    before_g: float = 0.0
    armed: bool = False
    candidate_s: float = math.nan
    contact_s: float = -math.inf


class WalkingContacts:
    """Contacts in walking and shuffling: rises of vertical less forward specific force, band-passed.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, rate_hz: float, settings: WalkingSettings = WalkingSettings()) -> None:
        self.settings, self._state = settings, _WalkingState()
        self._high = Butterworth(1, settings.low_hz, rate_hz, "highpass")
        self._low = Butterworth(2, settings.high_hz, rate_hz)

    def restart(self) -> None:
        """Samples were lost: begin afresh."""
        self._state = _WalkingState()
        self._high.restart()
        self._low.restart()

    def push(self, t_s: Array, vertical_g: Array, forward_g: Array) -> list[FootEvent]:
        """Take (n,) times [s], vertical and forward specific forces [g]; give the contacts they decide."""
        if not len(t_s):
            return []
        state, cfg = self._state, self.settings
        smooth = self._low.push(self._high.push(vertical_g - forward_g))
        g, s = np.concatenate([[state.before_g], smooth]), np.concatenate([[state.before_s], t_s])
        state.before_s, state.before_g = float(s[-1]), float(g[-1])
        level = (g >= -cfg.threshold_g).view(np.int8) + (g >= 0) + (g >= cfg.threshold_g)
        out: list[FootEvent] = []
        for i in (level[1:] != level[:-1]).nonzero()[0].tolist():
            low, high = int(level[i]), int(level[i + 1])
            if high == 0:
                state.armed, state.candidate_s = True, math.nan
            if low < 2 <= high and state.armed:
                state.candidate_s = float(s[i] - (s[i + 1] - s[i]) * g[i] / (g[i + 1] - g[i]))
            if high == 3 and math.isfinite(state.candidate_s):
                at_s = state.candidate_s - cfg.crossing_lag_s
                quick = float(s[i + 1]) - state.candidate_s <= cfg.longest_rise_s
                if quick and at_s - state.contact_s >= cfg.shortest_step_s:
                    out.append(FootEvent("contact", at_s, i))
                    state.contact_s = at_s
                state.armed, state.candidate_s = False, math.nan
        return out
