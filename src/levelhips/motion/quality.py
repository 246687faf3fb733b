"""What spoils a measurement: samples lost or cut off, bends, a loose or slipped clip, a cambered road."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from levelhips.events import Mode, Notice, NoticeKind, Quality
from levelhips.motion.smoothing import Butterworth
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """Limits, with biomechanics.md 4.3 as their source unless said."""

    settle_run_s: float = 5.0  # belt start-up: tilt is 0.5-3 deg off for 2-5 s
    settle_walk_s: float = 1.0
    unsure_rad: float = math.radians(0.6)  # a vertical less sure than a runner's own spread (0.5-1.1 deg) settles still
    turn_radps: float = math.radians(3.0)
    turn_steps: int = 8  # four strides; mean heading differs by 0.5-1.2 deg from stride to stride: over four that is 0.5 deg/s
    slip_rad: float = math.radians(2.0)
    slip_strides: int = 4
    camber_rad: float = math.radians(1.0)
    camber_s: float = 300.0
    loose_hz: float = 25.0
    loose_ratio: float = 2.0
    loose_bars: int = 20  # of running make the baseline
    flat_acc_mps2: float = 18.0  # three equal values beyond 1.8 g, or 4 rad/s, in a row: the sensor is at its end
    flat_gyr_radps: float = 4.0
    remember_s: float = 5.0  # longer than any stride
    after_gap_s: float = 0.3  # a foot may have come down unseen


class Watch:
    """Keep an eye on everything that lowers quality; every `*_s` on the sensor's clock.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, rate_hz: float, settings: WatchSettings = WatchSettings()) -> None:
        self.settings = settings
        self._gap_s = -math.inf
        self._flats_s: deque[float] = deque()  # of the last seconds
        self._turning_until_s = -math.inf
        self._ends: list[tuple[float, float]] = []  # time and mean heading of the last strides, which begin with every step
        self._fast = self._slow = math.nan
        self._strides = self._slipped_strides = 0
        self.slipped = self.loose = False
        self.corrected_s = -math.inf  # when the vertical was last put right by more than a little: angles before it were wrong
        self.zeroed = False
        self._camber_s, self._camber_said = 0.0, False
        self._high = Butterworth(2, settings.loose_hz, rate_hz, "highpass") if rate_hz >= 90 else None
        self._baseline, self._baseline_n = 0.0, 0
        self._tail_acc: Array | None = None
        self._tail_gyr: Array | None = None

    def samples(self, t_s: Array, acc_mps2: Array, gyr_radps: Array) -> None:
        """Look at every sample for values cut off at the sensor's range."""
        cfg = self.settings
        if self._tail_acc is None or self._tail_gyr is None:
            self._tail_acc, self._tail_gyr = np.zeros((2, 3)), np.zeros((2, 3))
        acc, gyr = np.concatenate([self._tail_acc, acc_mps2]), np.concatenate([self._tail_gyr, gyr_radps])
        for values, limit in ((acc, cfg.flat_acc_mps2), (gyr, cfg.flat_gyr_radps)):
            if values.max() > limit or values.min() < -limit:
                same = (values[2:] == values[1:-1]) & (values[1:-1] == values[:-2]) & (np.abs(values[2:]) > limit)
                self._flats_s.extend(t_s[same.any(axis=1)].tolist())
        while self._flats_s and self._flats_s[0] < t_s[0] - cfg.remember_s:
            self._flats_s.popleft()
        self._tail_acc, self._tail_gyr = acc[-2:], gyr[-2:]

    def gap(self, to_s: float) -> None:
        """Samples are missing up to `to_s`."""
        self._gap_s = to_s
        self._tail_acc = None
        self._ends.clear()

    def zero(self) -> None:
        """A new standing zero: whatever slipped is where it is now."""
        self.zeroed, self.slipped = True, False
        self._fast = self._slow = math.nan
        self._strides = self._slipped_strides = 0
        self._camber_s, self._camber_said = 0.0, False

    def turn(self, by_rad: float) -> None:
        """The axis whose heading is watched was redefined by this much."""
        self._ends = [(at_s, heading + by_rad) for at_s, heading in self._ends]

    def stride(self, to_s: float, known_s: float, duration_s: float, obliquity_rad: float | None, heading_rad: float) -> list[Notice]:
        """A running stride with its mean obliquity (None while the vertical is unsure) and its mean heading, unwrapped."""
        cfg = self.settings
        out: list[Notice] = []
        self._ends.append((to_s, heading_rad))
        del self._ends[: -cfg.turn_steps - 1]
        if len(self._ends) > cfg.turn_steps:
            (a_s, a), (b_s, b) = self._ends[0], self._ends[-1]
            if abs(b - a) > cfg.turn_radps * (b_s - a_s):
                if known_s > self._turning_until_s:
                    out.append(Notice(a_s, known_s, NoticeKind.TURNING, math.degrees((b - a) / (b_s - a_s))))
                self._turning_until_s = known_s + 2 * duration_s
        if obliquity_rad is None:
            return out
        self._strides += 1
        if self._strides <= 6:  # a runner finds his form
            return out
        if math.isnan(self._slow):
            self._fast = self._slow = obliquity_rad
        self._fast += 0.35 * (obliquity_rad - self._fast)
        self._slow += (obliquity_rad - self._slow) * max(0.02, 1 / (self._strides - 5))
        if abs(self._fast - self._slow) > cfg.slip_rad:
            self._slipped_strides += 1
            if self._slipped_strides >= cfg.slip_strides and not self.slipped:
                self.slipped = True
                out.append(Notice(to_s, known_s, NoticeKind.SLIPPED, math.degrees(self._fast - self._slow)))
        else:
            self._slipped_strides = 0
        self._camber_s = self._camber_s + duration_s if abs(self._slow) > cfg.camber_rad else 0.0
        if self._camber_s > cfg.camber_s and not self._camber_said:
            self._camber_said = True
            out.append(Notice(to_s, known_s, NoticeKind.CAMBER, math.degrees(self._slow)))
        return out

    def bar(self, at_s: float, running: bool, acc_mps2: Array) -> list[Notice]:
        """At the end of each bar with its (n, 3) forces: has the clip begun to rattle?"""
        cfg = self.settings
        out: list[Notice] = []
        if self._high is None:
            return out
        rattle = self._high.push(np.sqrt((acc_mps2 * acc_mps2).sum(axis=1)))
        if running:
            energy = float((rattle * rattle).mean())
            if self._baseline_n < cfg.loose_bars:
                self._baseline_n += 1
                self._baseline += (energy - self._baseline) / self._baseline_n
            else:
                loose = energy > cfg.loose_ratio**2 * self._baseline
                if loose and not self.loose:
                    out.append(Notice(at_s, at_s, NoticeKind.LOOSE, math.sqrt(energy / self._baseline)))
                self.loose = loose
        return out

    def quality(self, from_s: float, known_s: float, mode: Mode, bout_from_s: float, vertical_sd_rad: float) -> Quality:
        """The worst that applies to what began at `from_s`, with what could be known at `known_s`."""
        cfg = self.settings
        if self._gap_s > from_s - cfg.after_gap_s:
            return Quality.AFTER_GAP
        # A chunk may hold samples that are later than what is judged here.
        if any(from_s - 0.05 <= flat_s <= known_s for flat_s in self._flats_s):
            return Quality.SATURATED
        if self.slipped:
            return Quality.SLIPPED
        if not self.zeroed:
            return Quality.NO_ZERO
        if self.loose:
            return Quality.LOOSE
        settle = cfg.settle_run_s if mode is Mode.RUNNING else cfg.settle_walk_s
        unsure = mode is Mode.RUNNING and (vertical_sd_rad > cfg.unsure_rad or from_s <= self.corrected_s)
        if from_s - bout_from_s < settle or unsure:
            return Quality.SETTLING
        if from_s < self._turning_until_s:
            return Quality.TURNING
        return Quality.OK
