"""What spoils a measurement: lost or clipped samples, bends, a loose or slipped clip, a cambered road."""

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
    """Limits; biomechanics.md 4.3 is their source unless stated."""

    settle_run_s: float = 5.0  # belt start-up: tilt is 0.5-3 deg off for 2-5 s
    settle_walk_s: float = 1.0  # two steps: the first one of a bout sets off
    turn_radps: float = math.radians(3.0)
    turn_steps: int = 8  # four strides; mean heading differs by 0.5-1.2 deg from stride to stride: over four that is 0.5 deg/s
    turn_memory_strides: float = 2.0  # a bend is found again in each stride; with 1-4 the share of valid steps changes by 0.3 %
    slip_rad: float = math.radians(2.0)  # nine times the spread of the fast mean
    slip_strides: int = 4  # in a row: a stumble lasts one or two
    skip_strides: int = 6  # the first 4 s of a run: tilt and obliquity settle (belt start-up); 3-12 give the same notices
    fast_share: float = 0.35  # of a new stride: after 4 strides it shows 82 % of a slip, and spreads by half of what strides do
    slow_share: float = 0.02  # 50 strides, 35 s: slow enough not to follow a slip, fast enough to follow fatigue
    camber_rad: float = math.radians(1.0)
    camber_s: float = 300.0
    loose_hz: float = 25.0  # the pelvis itself has little above 20 Hz (see the low-pass of the contacts)
    loose_ratio: float = 2.0  # of amplitudes
    loose_intervals: int = 20  # of running make the baseline: some 55 landings; 10-40 give the same notices
    flat_acc_mps2: float = 18.0  # three equal values in a row beyond it: the sensor is at its range; the smallest range is 2 g
    flat_gyr_radps: float = 4.0  # the same; the smallest range is 250 deg/s, 4.4 rad/s
    before_contact_s: float = 0.05  # the shock may arrive before the contact as it is computed; 0.02-0.1 give the same results
    remember_s: float = 5.0  # longer than any stride
    after_gap_s: float = 0.3  # a step: a foot may have come down unobserved


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known about the measurement at one moment.

    Attributes
    ----------
    known_s : float
        The moment [s]: what came later must not count, even if the same chunk of samples contains it.
    vertical_sd_rad, heading_sd_rad : float
        Standard uncertainty of the vertical, standing zero included, and of the heading of the clip [rad].
    vertical_sure : bool
        Whether the vertical is good enough for a step to count.
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
        # Needs some octaves above the corner: under 90 Hz the rattle of a clip is not seen.
        self._high = Butterworth(2, settings.loose_hz, rate_hz, "highpass") if rate_hz >= 90 else None

    def push(self, samples: Samples) -> None:
        """Look for values that are clipped at the range of the sensor."""
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
        """Note that samples are missing up to `to_s`."""
        state = self._state
        state.gap_end_s = to_s
        state.last_acc, state.last_gyr = np.zeros((2, 3)), np.zeros((2, 3))
        state.headings.clear()

    def zero(self) -> None:
        """Note a new standing zero: it takes in whatever had slipped."""
        state = self._state
        state.zeroed, state.slipped = True, False
        state.fast_rad = state.slow_rad = math.nan
        state.strides = state.slipped_strides = 0
        state.camber_s, state.camber_reported = 0.0, False

    def vertical_corrected(self, at_s: float) -> None:
        """Note that the vertical was corrected noticeably at `at_s`: steps that began earlier used a wrong one."""
        self._state.corrected_s = at_s

    def turn_heading(self, by_rad: float) -> None:
        """Turn the remembered headings: the axis they belong to was redefined by this angle."""
        self._state.headings = [(at_s, heading + by_rad) for at_s, heading in self._state.headings]

    def push_stride(self, to_s: float, known_s: float, duration_s: float, obliquity_rad: float | None, heading_rad: float) -> list[Notice]:
        """Take a running stride: its mean obliquity (None while the vertical is unsure) and its mean heading, unwrapped."""
        notices = self._turning(to_s, known_s, duration_s, heading_rad)
        state = self._state
        if obliquity_rad is None:
            return notices
        state.strides += 1
        if state.strides > self.settings.skip_strides:
            notices += self._slip(to_s, known_s, obliquity_rad)
            notices += self._camber(to_s, known_s, duration_s)
        return notices

    def push_interval(self, at_s: float, running: bool, acc_mps2: Array) -> list[Notice]:
        """Take the specific force (n, 3) of an update interval; return a notice if the clip has begun to rattle."""
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
        """Return the worst that applies to what began at `from_s`, as far as it can be known under these conditions."""
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
            (from_s < state.turning_until_s, Quality.TURNING),
        )
        return next((quality for applies, quality in worst_first if applies), Quality.OK)

    def _clipped(self, from_s: float, to_s: float) -> bool:
        return any(from_s <= flat_s <= to_s for flat_s in self._state.flat_s)

    def _turning(self, to_s: float, known_s: float, duration_s: float, heading_rad: float) -> list[Notice]:
        cfg, state = self.settings, self._state
        state.headings.append((to_s, heading_rad))
        del state.headings[: -cfg.turn_steps - 1]
        if len(state.headings) <= cfg.turn_steps:
            return []
        (first_s, first), (last_s, last) = state.headings[0], state.headings[-1]
        if abs(last - first) <= cfg.turn_radps * (last_s - first_s):
            return []
        begins = known_s > state.turning_until_s
        state.turning_until_s = known_s + cfg.turn_memory_strides * duration_s
        return [Notice(first_s, known_s, NoticeKind.TURNING, math.degrees((last - first) / (last_s - first_s)))] if begins else []

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
