"""Contacts and toe-offs from the specific force at the sacrum: one detector for running, one for walking.

Both are causal and need constant memory; the result does not depend on how the input is divided into chunks. Each event
contains the index of the sample at which it was detected, so that the events of both detectors can be sorted.
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
    """A contact or toe-off at `at_s` [s]; `index` is the sample of the chunk at which it was detected."""

    kind: Literal["contact", "toe-off"]
    at_s: float
    index: int


@dataclass(frozen=True, slots=True)
class RunningSettings:
    """Levels of the low-passed vertical specific force [g], and times [s].

    The contact lead and the toe-off parameters are fitted to measured ground force: 16 runners with a sacral accelerometer at
    2.5-4.2 m/s and slopes of -10 to 10 deg (Alcantara 2022, doi 10.7717/peerj.12752), and two treadmill runs with accelerations
    computed from markers (Fukuchi 2017, doi 10.7717/peerj.3298). The spread is in docs/accuracy.md.
    """

    low_pass_hz: float = 20.0  # passes the rise of the load, removes the ringing of the clip
    contact_g: float = 0.5  # 0.5-0.7 finds every contact
    arm_g: float = 0.4  # in flight the force is below it; in walking it is above, except for 9-40 ms (science.md)
    confirm_g: float = 0.75  # a contact is reported at this level: at 4.5 m/s the force sometimes rises to 0.6 g and falls again first
    body_weight_g: float = 1.0  # by definition
    contact_lead_s: float = 0.019  # delay from foot to sacrum: 8 ms with accelerometers, 27 ms with markers
    # Toe-off = last fall through body weight + offset + slope x (time above body weight); the sum of the last two is clamped.
    toe_off_offset_s: float = -0.064
    toe_off_slope: float = 0.684
    toe_off_min_s: float = 0.020
    toe_off_max_s: float = 0.090
    min_stance_s: float = 0.09  # the shortest stance, in sprinting, is 0.09-0.1 s
    max_stance_s: float = 0.45  # a jog at 2 m/s has 0.35-0.38 s
    stance_grace_s: float = 0.1  # toe-off may follow up to 0.09 s after the longest stance; 0.05-0.2 give the same results
    refractory: float = 0.6  # of the median step time; 0.5-0.7 give the same results
    min_step_s: float = 0.21  # 4.75 steps/s
    max_step_s: float = 0.6  # 100 steps/min: a longer one is a pause or a missed contact; 0.5-0.75 give the same results
    step_memory: int = 9  # odd, so that the median is one of them; 5-15 give the same results
    min_steps: int = 4  # with fewer, a single unusual step could be the median
    max_corner_share: float = 0.38  # of the sampling rate; keeps the corner below Nyquist at under 53 Hz; 0.3-0.45 give the same


ABOVE_CONTACT, ABOVE_CONFIRM, ABOVE_WEIGHT = 2, 3, 4
"""Number of levels, in the order arm, contact, confirm, body weight, that the force has reached."""


@dataclass(slots=True)
class _RunningState:
    """Everything the detector remembers between calls."""

    before_s: float = 0.0  # the last sample of the chunk before
    before_g: float = math.inf  # no rise can begin before the first sample
    armed: bool = False  # the force was below `arm_g` since the last contact
    rise_s: float = math.nan  # the last rise through the level of a contact
    contact_s: float = -math.inf
    in_stance: bool = False
    over_s: float = math.nan  # first rise through body weight in this stance
    under_s: float = math.nan  # last fall through body weight
    due_s: float = math.inf  # predicted time of the toe-off
    steps_s: list[float] = field(default_factory=list)  # the last step times


class RunningContacts:
    """Streaming detector of contacts and toe-offs in running.

    A contact is a rise of the low-passed vertical specific force through a level, corrected for the delay from the foot to
    the sacrum.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].

    References
    ----------
    Patoz et al. 2022, doi 10.3390/s22030784, for the idea of detecting contacts by a level of the vertical force.
    """

    def __init__(self, rate_hz: float, settings: RunningSettings = RunningSettings()) -> None:
        self.settings, self._state = settings, _RunningState()
        low_pass_hz = min(settings.low_pass_hz, settings.max_corner_share * rate_hz)
        self._low_pass = Butterworth(2, low_pass_hz, rate_hz)
        self.delay_s = math.sqrt(2) / (2 * math.pi * low_pass_hz)  # of a second-order Butterworth filter, well below its corner
        self._levels = (settings.arm_g, settings.contact_g, settings.confirm_g, settings.body_weight_g)

    def restart(self) -> None:
        """Forget the present stance, because samples were lost; keep the step times."""
        self._state = _RunningState(steps_s=self._state.steps_s)
        self._low_pass.restart()

    def push(self, t_s: Array, vertical_g: Array) -> list[FootEvent]:
        """Process the next times [s] and vertical specific forces [g], (n,) each; return the contacts and toe-offs detected."""
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
            out += self._due_toe_off(float(s[i]), t_s)
            out += (self._rise if level[i + 1] > level[i] else self._fall)(int(level[i]), int(level[i + 1]), g, s, i)
        return out + self._due_toe_off(float(s[-1]), t_s)

    def _crossing_s(self, level_g: float, g: Array, s: Array, i: int) -> float:
        """Return when the unfiltered force crossed a level [s]; the filtered one crosses it between the samples `i` and `i + 1`."""
        if not math.isfinite(g[i]):
            return float(s[i + 1]) - self.delay_s
        return float(s[i] + (s[i + 1] - s[i]) * (level_g - g[i]) / (g[i + 1] - g[i])) - self.delay_s

    def _rise(self, low: int, high: int, g: Array, s: Array, i: int) -> list[FootEvent]:
        """Process a rise from `low` reached levels to `high`."""
        state, cfg = self._state, self.settings
        out: list[FootEvent] = []
        if low < ABOVE_CONTACT <= high:
            state.rise_s = self._crossing_s(cfg.contact_g, g, s, i)
        if low < ABOVE_CONFIRM <= high and state.armed:
            out = self._begin_stance(state.rise_s - cfg.contact_lead_s, i)
        if high == ABOVE_WEIGHT and state.in_stance:
            state.due_s = math.inf  # the force had dipped only briefly: the stance continues
            if math.isnan(state.over_s):
                state.over_s = self._crossing_s(cfg.body_weight_g, g, s, i)
        return out

    def _begin_stance(self, at_s: float, i: int) -> list[FootEvent]:
        """Begin a stance with a contact at `at_s`, unless that is too soon after the contact before."""
        state = self._state
        if at_s - state.contact_s < self._refractory_s():
            return []
        out = []
        if state.in_stance and math.isfinite(state.due_s):  # the next foot landed before the predicted toe-off
            out.append(FootEvent("toe-off", min(state.due_s, at_s), i))
        self._note_step(at_s - state.contact_s)
        state.contact_s, state.in_stance, state.armed = at_s, True, False
        state.over_s = state.under_s = math.nan
        state.due_s = math.inf
        return [*out, FootEvent("contact", at_s, i)]

    def _fall(self, low: int, high: int, g: Array, s: Array, i: int) -> list[FootEvent]:
        """Process a fall from `low` reached levels to `high`."""
        state, cfg = self._state, self.settings
        out: list[FootEvent] = []
        if low == ABOVE_WEIGHT and state.in_stance:
            state.under_s = self._crossing_s(cfg.body_weight_g, g, s, i)
        was_loaded = math.isfinite(state.under_s - state.over_s) and state.under_s - state.contact_s >= cfg.min_stance_s
        if high < ABOVE_CONTACT <= low and state.in_stance and was_loaded:
            lag = cfg.toe_off_offset_s + cfg.toe_off_slope * (state.under_s - state.over_s)
            state.due_s = state.under_s + min(max(lag, cfg.toe_off_min_s), cfg.toe_off_max_s)
            if state.due_s <= s[i + 1]:
                out.append(FootEvent("toe-off", state.due_s, i))
                state.in_stance, state.due_s = False, math.inf
        if high == 0:
            state.armed = True
        return out

    def _due_toe_off(self, now_s: float, t_s: Array) -> list[FootEvent]:
        """Return the toe-off if it was due by `now_s`; discard a stance that is too long."""
        state, cfg = self._state, self.settings
        if not state.in_stance:
            return []
        if now_s >= state.due_s:  # detected at the first sample at or after `due_s`
            toe_off = FootEvent("toe-off", state.due_s, int(t_s.searchsorted(state.due_s, "left")))
            state.in_stance, state.due_s = False, math.inf
            return [toe_off]
        if now_s - state.contact_s > cfg.max_stance_s + cfg.stance_grace_s:
            state.in_stance, state.due_s = False, math.inf  # it was not a step
        return []

    def _refractory_s(self) -> float:
        steps = self._state.steps_s
        usual = sorted(steps)[len(steps) // 2] if len(steps) >= self.settings.min_steps else 0.0
        return max(self.settings.min_step_s, self.settings.refractory * usual)

    def _note_step(self, step_s: float) -> None:
        if step_s < self.settings.max_step_s:
            self._state.steps_s.append(step_s)
            del self._state.steps_s[: -self.settings.step_memory]


@dataclass(frozen=True, slots=True)
class WalkingSettings:
    """Band [Hz] and levels [g] of the difference: vertical minus forward specific force.

    At a contact in walking the body is braked and loaded, so this difference rises through its mean.
    """

    low_hz: float = 0.7  # posture and turning are slower
    high_hz: float = 3.0  # passes the step frequency and its first overtone; removes heel shocks, which differ from person to person
    threshold_g: float = 0.04  # slow steps indoors reach 0.05-0.1 g, sway in standing stays below 0.02
    crossing_lag_s: float = 0.035  # from contact to crossing, filters included (three recordings with insoles)
    min_step_s: float = 0.3  # 200 steps/min, faster than anyone walks
    max_rise_s: float = 0.4  # a slower rise through the mean is not a step


ABOVE_MEAN, ABOVE_ALL = 2, 3
"""Number of levels, in the order minus threshold, zero, threshold, that the signal has reached."""


@dataclass(slots=True)
class _WalkingState:
    """Everything the detector remembers between calls."""

    before_s: float = 0.0
    before_g: float = 0.0
    armed: bool = False  # since the last contact, the signal has been below minus the threshold
    candidate_s: float = math.nan  # the last rise through zero
    contact_s: float = -math.inf


class WalkingContacts:
    """Streaming detector of contacts in walking and shuffling.

    A contact is a rise of the band-passed difference "vertical minus forward specific force" through zero.

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
        """Forget everything: samples were lost."""
        self._state = _WalkingState()
        self._high.restart()
        self._low.restart()

    def push(self, t_s: Array, vertical_g: Array, forward_g: Array) -> list[FootEvent]:
        """Process the next times [s], vertical and forward specific forces [g], (n,) each; return the contacts detected."""
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
            if low < ABOVE_MEAN <= high and state.armed:
                state.candidate_s = float(s[i] - (s[i + 1] - s[i]) * g[i] / (g[i + 1] - g[i]))
            if high == ABOVE_ALL and math.isfinite(state.candidate_s):
                at_s = state.candidate_s - cfg.crossing_lag_s
                quick = float(s[i + 1]) - state.candidate_s <= cfg.max_rise_s
                if quick and at_s - state.contact_s >= cfg.min_step_s:
                    out.append(FootEvent("contact", at_s, i))
                    state.contact_s = at_s
                state.armed, state.candidate_s = False, math.nan
        return out
