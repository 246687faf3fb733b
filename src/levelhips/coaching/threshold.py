"""How much drop is too much, a side: fixed, or from the runner's own baseline and then shaped."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from levelhips.bounds import bounded, check, choice
from levelhips.events import Baseline, Event, Quality, Side, Step, ThresholdChange, ThresholdReason


@dataclass(frozen=True, slots=True)
class ThresholdSettings:
    """Thresholds of the pelvic drop: fixed, or learned from the runner and lowered with success."""

    mode: Literal["fixed", "auto"] = choice("fixed")
    # A sacral clip starts at 4 deg (science.md); healthy runners are at 1.3-4.6. Below 0.2 deg lies the noise of the sensor,
    # above 30 deg no pelvis drops.
    left_deg: float = bounded(4.0, 0.2, 30.0)
    right_deg: float = bounded(4.0, 0.2, 30.0)
    # A side: 60 steps have 0.1 deg of standard error at a spread of 0.8, 20 have 0.2; 2,000 are 25 min without a threshold.
    baseline_steps: int = bounded(60, 20, 2000)
    # Mean + 0.5 SD beeps on about 30 % of steps, + 0 on half of them, + 3 on one of a thousand.
    baseline_sd: float = bounded(0.5, 0.0, 3.0)
    # Larger steps down than 3 deg undo in one go what retraining took two weeks for; 0 keeps the threshold where it is.
    lower_deg: float = bounded(0.5, 0.0, 3.0)
    under_share: float = bounded(0.8, 0.5, 1.0)
    under_s: float = bounded(180.0, 10.0, 3600.0)
    # Retraining moved the drop by 3.1 deg; nobody's drop is more than 10 deg above what can be reached.
    max_below_deg: float = bounded(3.0, 0.0, 10.0)

    def __post_init__(self) -> None:
        check(self)

    def first(self, mean: float, sd: float) -> float:
        """Return the first threshold after a baseline, in its unit."""
        return mean + self.baseline_sd * sd


# By command: lower than 0.5 deg every step of any runner beeps, over 30 deg none does.
MIN_RAD, MAX_RAD = math.radians(0.5), math.radians(30.0)


def _moved(threshold_rad: float, by_rad: float) -> float:
    """Return a threshold moved within its bounds; one that lies outside already never moves the other way."""
    if not math.isfinite(threshold_rad):
        return threshold_rad
    if by_rad < 0:
        return max(threshold_rad + by_rad, min(threshold_rad, MIN_RAD))
    return min(max(threshold_rad + by_rad, MIN_RAD), max(threshold_rad, MAX_RAD))


@dataclass(slots=True)
class _Side:
    threshold_rad: float = math.inf  # silent until it is known
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    floor_rad: float = 0.0
    recent: deque[tuple[float, bool]] = field(default_factory=deque)

    @property
    def sd(self) -> float:
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0


class Threshold:
    """The drop threshold of each side, and how it changes with the steps."""

    def __init__(self, settings: ThresholdSettings = ThresholdSettings()) -> None:
        self.settings = settings
        self._auto = settings.mode == "auto"
        self._sides = {side: _Side() for side in Side}
        if not self._auto:
            self._sides[Side.LEFT].threshold_rad = math.radians(settings.left_deg)
            self._sides[Side.RIGHT].threshold_rad = math.radians(settings.right_deg)

    def of(self, side: Side) -> float:
        """Return the present threshold of a side [rad]; infinite while the baseline is not known."""
        return self._sides[side].threshold_rad

    def set(self, at_s: float, left_rad: float, right_rad: float, reason: ThresholdReason) -> ThresholdChange:
        """Fix both thresholds; from now on nothing shapes them."""
        self._auto = False
        self._sides[Side.LEFT].threshold_rad, self._sides[Side.RIGHT].threshold_rad = left_rad, right_rad
        return ThresholdChange(at_s, at_s, left_rad, right_rad, reason)

    def move(self, at_s: float, by_rad: float) -> list[Event]:
        """Move each side's threshold by an angle, within the bounds for what a runner may ask; shaping goes on from there.

        A threshold that is not known yet stays unknown.
        """
        before = {side: self.of(side) for side in Side}
        for each in self._sides.values():
            each.threshold_rad = _moved(each.threshold_rad, by_rad)
            each.recent.clear()  # counted against the old threshold
        left, right = self.of(Side.LEFT), self.of(Side.RIGHT)
        if before == {Side.LEFT: left, Side.RIGHT: right}:
            return []
        return [ThresholdChange(at_s, at_s, left, right, ThresholdReason.COMMAND)]

    def step(self, step: Step) -> list[Event]:
        """Learn from a step; only good ones count."""
        if not self._auto or step.quality is not Quality.OK:
            return []
        side = self._sides[step.side]
        if math.isinf(side.threshold_rad):
            return self._gather(step, side)
        return self._shape(step, side)

    def _gather(self, step: Step, side: _Side) -> list[Event]:
        side.count += 1
        off = step.drop_rad - side.mean
        side.mean += off / side.count
        side.squares += off * (step.drop_rad - side.mean)
        if min(s.count for s in self._sides.values()) < self.settings.baseline_steps:
            return []
        for each in self._sides.values():
            each.threshold_rad = self.settings.first(each.mean, each.sd)
            # Half of a baseline of 2 deg is 1 deg: a small drop need not be reduced to zero.
            each.floor_rad = max(each.mean - math.radians(self.settings.max_below_deg), each.mean / 2)
        left, right = self._sides[Side.LEFT], self._sides[Side.RIGHT]
        known = step.known_s
        return [
            Baseline(step.at_s, known, left.mean, left.sd, right.mean, right.sd),
            ThresholdChange(step.at_s, known, left.threshold_rad, right.threshold_rad, ThresholdReason.BASELINE),
        ]

    def _shape(self, step: Step, side: _Side) -> list[Event]:
        cfg, recent = self.settings, side.recent
        recent.append((step.at_s, step.drop_rad <= side.threshold_rad))
        while recent and recent[0][0] < step.at_s - cfg.under_s:
            recent.popleft()
        # Whole: the window is filled from end to end, not just begun.
        if recent[0][0] > step.at_s - cfg.under_s * 0.98 or len(recent) < cfg.baseline_steps:
            return []
        if sum(under for _, under in recent) < cfg.under_share * len(recent):
            return []
        lower = max(side.threshold_rad - math.radians(cfg.lower_deg), side.floor_rad)
        recent.clear()
        if lower >= side.threshold_rad - 1e-9:
            return []
        side.threshold_rad = lower
        left, right = self._sides[Side.LEFT].threshold_rad, self._sides[Side.RIGHT].threshold_rad
        return [ThresholdChange(step.at_s, step.known_s, left, right, ThresholdReason.SHAPING)]
