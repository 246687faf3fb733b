"""Quality of steps: monitor of lost or clipped samples, bends, a loose or slipped clip and a cambered road."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from levelhips.events import Mode, Notice, NoticeKind, Quality
from levelhips.motion.smoothing import Butterworth
from levelhips.samples import Array, Samples


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """Thresholds of the quality flags. Source, unless stated otherwise: biomechanics.md 4.3."""

    settle_run_s: float = 5.0  # while the belt speeds up, tilt is 0.5-3 deg off for 2-5 s
    settle_walk_s: float = 1.0  # two steps: the first one starts from standing
    turn_radps: float = math.radians(3.0)  # faster than this is a bend
    turn_steps: int = 8  # four strides; the stride-to-stride spread of the heading (0.5-1.2 deg) is then worth 0.5 deg/s
    turn_memory_strides: float = 2.0  # flagged for this long after its last detection; with 1-4 the share of valid steps changes by 0.3 %
    slip_rad: float = math.radians(2.0)  # difference of the fast and the slow mean: nine times the spread of the fast one
    slip_strides: int = 4  # in a row: a stumble takes only one or two
    skip_strides: int = 6  # 4 s in which tilt and obliquity settle while the belt speeds up; 3-12 give the same notices
    fast_share: float = 0.35  # weight of a new stride: the mean shows 82 % of a slip after 4 strides, and has half the spread of strides
    slow_share: float = 0.02  # 50 strides or 35 s: too slow to follow a slip, fast enough to follow fatigue
    camber_rad: float = math.radians(1.0)  # mean obliquity beyond this ...
    camber_s: float = 300.0  # ... for this long is reported as a cambered road
    loose_hz: float = 25.0  # the pelvis moves little above 20 Hz (see the low-pass filter in contacts.py)
    loose_ratio: float = 2.0  # of the amplitude above `loose_hz` to its baseline
    loose_intervals: int = 20  # update intervals of running for the baseline: about 55 landings; 10-40 give the same notices
    flat_acc_mps2: float = 18.0  # three equal values in a row beyond it are clipped; the smallest range is 2 g, 19.6 m/s2
    flat_gyr_radps: float = 4.0  # the same for the rate; the smallest range is 250 deg/s, 4.4 rad/s
    before_contact_s: float = 0.05  # the shock may precede the computed time of the contact; 0.02-0.1 give the same results
    remember_s: float = 5.0  # longer than any stride
    after_gap_s: float = 0.3  # about one step: a contact may have been missed


@dataclass(frozen=True, slots=True)
class Conditions:
    """State of the measurement at one moment.

    Attributes
    ----------
    known_s : float
        The moment [s]. Later samples must not count, even if they are in the same chunk.
    vertical_sd_rad, heading_sd_rad : float
        Standard uncertainty of the vertical, standing zero included, and of the heading of the clip [rad].
    vertical_sure : bool
        Whether the vertical is accurate enough for a valid step.
    """

    known_s: float
    vertical_sd_rad: float
    heading_sd_rad: float
    vertical_sure: bool


@dataclass(slots=True)
class _State:
    """Everything the monitor remembers between calls."""

    gap_end_s: float = -math.inf
    flat_s: deque[float] = field(default_factory=deque)  # times of clipped samples in the last seconds
    last_acc: Array = field(default_factory=lambda: np.zeros((2, 3)))  # the last two samples
    last_gyr: Array = field(default_factory=lambda: np.zeros((2, 3)))
    headings: list[tuple[float, float]] = field(default_factory=list)  # end and mean heading of the last strides
    turning_from_s: float = math.inf  # when the present or last turn became known
    turning_until_s: float = -math.inf
    corrected_s: float = -math.inf  # when the vertical was last corrected noticeably: angles before it were wrong
    zeroed: bool = False
    slipped: bool = False
    loose: bool = False
    strides: int = 0  # since the standing zero
    slipped_strides: int = 0  # in a row
    fast_rad: float = math.nan  # running means of the obliquity of strides
    slow_rad: float = math.nan
    camber_s: float = 0.0
    camber_reported: bool = False
    rattle: float = 0.0  # baseline of high-frequency energy
    rattle_intervals: int = 0


class QualityMonitor:
    """Monitor of everything that lowers the quality of a step; all times are of the sensor's clock [s].

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, rate_hz: float, settings: QualitySettings = QualitySettings()) -> None:
        self.settings, self._state = settings, _State()
        # Needs signal well above the corner: below 90 Hz, rattling cannot be detected.
        self._high = Butterworth(2, settings.loose_hz, rate_hz, "highpass") if rate_hz >= 90 else None

    def push(self, samples: Samples) -> None:
        """Find samples that are clipped at the range of the sensor."""
        cfg, state = self.settings, self._state
        acc, gyr = np.concatenate([state.last_acc, samples.acc_mps2]), np.concatenate([state.last_gyr, samples.gyr_radps])
        for values, limit in ((acc, cfg.flat_acc_mps2), (gyr, cfg.flat_gyr_radps)):
            if np.maximum.reduce(values, axis=None) > limit or np.minimum.reduce(values, axis=None) < -limit:
                same = (values[2:] == values[1:-1]) & (values[1:-1] == values[:-2]) & (np.abs(values[2:]) > limit)
                state.flat_s.extend(samples.t_s[same.any(axis=1)].tolist())
        while state.flat_s and state.flat_s[0] < samples.t_s[0] - cfg.remember_s:
            state.flat_s.popleft()
        state.last_acc, state.last_gyr = acc[-2:], gyr[-2:]

    def gap(self, to_s: float) -> None:
        """Process a gap in the samples that ends at `to_s`."""
        state = self._state
        state.gap_end_s = to_s
        state.last_acc, state.last_gyr = np.zeros((2, 3)), np.zeros((2, 3))
        state.headings.clear()

    def zero(self) -> None:
        """Process a new or improved standing zero, which removes the effect of an earlier slip."""
        state = self._state
        state.zeroed, state.slipped = True, False
        state.fast_rad = state.slow_rad = math.nan
        state.strides = state.slipped_strides = 0
        state.camber_s, state.camber_reported = 0.0, False

    def vertical_corrected(self, at_s: float) -> None:
        """Process a large correction of the vertical at `at_s`: steps that began before it used a wrong vertical."""
        self._state.corrected_s = at_s

    def turn_heading(self, by_rad: float) -> None:
        """Add an angle to the stored headings, because the mediolateral axis was redefined by it."""
        self._state.headings = [(at_s, heading + by_rad) for at_s, heading in self._state.headings]

    def push_stride(
        self, to_s: float, known_s: float, duration_s: float, obliquity_rad: float | None, heading_rad: float, bout_from_s: float
    ) -> list[Notice]:
        """Process a running stride; return notices of a bend that the run began on, a slipped clip or a cambered road.

        `obliquity_rad` is its mean, None while the vertical is unsure; `heading_rad` is its mean heading, unwrapped.
        """
        notices = self._turning(to_s, known_s, duration_s, heading_rad, bout_from_s)
        state = self._state
        if obliquity_rad is None:
            return notices
        state.strides += 1
        if state.strides > self.settings.skip_strides:
            notices += self._slip(to_s, known_s, obliquity_rad)
            notices += self._camber(to_s, known_s, duration_s)
        return notices

    def push_interval(self, at_s: float, running: bool, acc_mps2: Array) -> list[Notice]:
        """Process the specific force (n, 3) of an update interval; return a notice if the clip has begun to rattle."""
        if self._high is None:
            return []
        cfg, state = self.settings, self._state
        high = self._high.push(np.sqrt((acc_mps2 * acc_mps2).sum(axis=1)))
        if not running:
            return []
        energy = float((high * high).mean())
        if state.rattle_intervals < cfg.loose_intervals:
            state.rattle_intervals += 1
            state.rattle += (energy - state.rattle) / state.rattle_intervals
            return []
        before, state.loose = state.loose, energy > cfg.loose_ratio**2 * state.rattle
        return [Notice(at_s, at_s, NoticeKind.LOOSE, math.sqrt(energy / state.rattle))] if state.loose and not before else []

    def quality(self, from_s: float, mode: Mode, bout_from_s: float, conditions: Conditions) -> Quality:
        """Return the worst quality that applies to a contact, step or stride that began at `from_s`, under these conditions.

        A bend costs little accuracy if the bout began on a straight, because the speed is soon known from it. In a bout that begins
        on a bend, centripetal force and error of the vertical look the same.
        """
        cfg, state = self.settings, self._state
        settle_s = cfg.settle_run_s if mode is Mode.RUNNING else cfg.settle_walk_s
        unsure = mode is Mode.RUNNING and (not conditions.vertical_sure or from_s <= state.corrected_s)
        worst_first = (
            (state.gap_end_s > from_s - cfg.after_gap_s, Quality.AFTER_GAP),
            (self._clipped(from_s - cfg.before_contact_s, conditions.known_s), Quality.SATURATED),
            (state.slipped, Quality.SLIPPED),
            (not state.zeroed, Quality.NO_ZERO),
            (state.loose, Quality.LOOSE),
            (from_s - bout_from_s < settle_s or unsure, Quality.SETTLING),
            (from_s < state.turning_until_s and self._began_on_bend(bout_from_s, settle_s), Quality.TURNING),
        )
        return next((quality for applies, quality in worst_first if applies), Quality.OK)

    def _clipped(self, from_s: float, to_s: float) -> bool:
        return any(from_s <= flat_s <= to_s for flat_s in self._state.flat_s)

    def _turning(self, to_s: float, known_s: float, duration_s: float, heading_rad: float, bout_from_s: float) -> list[Notice]:
        cfg, state = self.settings, self._state
        state.headings.append((to_s, heading_rad))
        del state.headings[: -cfg.turn_steps - 1]
        if len(state.headings) <= cfg.turn_steps:
            return []
        (first_s, first), (last_s, last) = state.headings[0], state.headings[-1]
        if abs(last - first) <= cfg.turn_radps * (last_s - first_s):
            return []
        begins = known_s > state.turning_until_s
        if begins:
            state.turning_from_s = known_s
        state.turning_until_s = known_s + cfg.turn_memory_strides * duration_s
        if not begins or not self._began_on_bend(bout_from_s, cfg.settle_run_s):
            return []
        return [Notice(first_s, known_s, NoticeKind.TURNING, math.degrees((last - first) / (last_s - first_s)))]

    def _began_on_bend(self, bout_from_s: float, settle_s: float) -> bool:
        """Return whether the present or last turn began while the bout was still settling."""
        return self._state.turning_from_s < bout_from_s + settle_s

    def _slip(self, to_s: float, known_s: float, obliquity_rad: float) -> list[Notice]:
        """Compare the mean obliquity of the last strides with that of the whole run."""
        cfg, state = self.settings, self._state
        if math.isnan(state.slow_rad):
            state.fast_rad = state.slow_rad = obliquity_rad
        state.fast_rad += cfg.fast_share * (obliquity_rad - state.fast_rad)
        state.slow_rad += (obliquity_rad - state.slow_rad) * max(cfg.slow_share, 1 / (state.strides - cfg.skip_strides + 1))
        if abs(state.fast_rad - state.slow_rad) <= cfg.slip_rad:
            state.slipped_strides = 0
            return []
        state.slipped_strides += 1
        if state.slipped_strides < cfg.slip_strides or state.slipped:
            return []
        state.slipped = True
        return [Notice(to_s, known_s, NoticeKind.SLIPPED, math.degrees(state.fast_rad - state.slow_rad))]

    def _camber(self, to_s: float, known_s: float, duration_s: float) -> list[Notice]:
        cfg, state = self.settings, self._state
        state.camber_s = state.camber_s + duration_s if abs(state.slow_rad) > cfg.camber_rad else 0.0
        if state.camber_s <= cfg.camber_s or state.camber_reported:
            return []
        state.camber_reported = True
        return [Notice(to_s, known_s, NoticeKind.CAMBER, math.degrees(state.slow_rad))]
