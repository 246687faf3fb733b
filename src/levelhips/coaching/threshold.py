"""Threshold of the pelvic drop on each side: fixed, or learned from the runner's baseline and then lowered with success."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Literal

from levelhips.bounds import bounded, check, choice
from levelhips.events import Baseline, Event, Quality, Side, Step, ThresholdChange, ThresholdReason
from levelhips.learned import Learned


@dataclass(frozen=True, slots=True)
class ThresholdSettings:
    """Thresholds of the pelvic drop: fixed, or learned from the runner and lowered with success."""

    mode: Literal["fixed", "auto"] = choice("fixed")
    # 4 deg is where a sensor at the sacrum may start; healthy runners have a mean drop of 1.3-4.6 deg. Below 0.2 deg is the noise
    # of the sensor; no pelvis drops by 30 deg.
    left_deg: float = bounded(4.0, 0.2, 30.0)
    right_deg: float = bounded(4.0, 0.2, 30.0)
    # On each side. With a spread of 0.8 deg the mean of 60 steps has a standard error of 0.1 deg, that of 20 steps 0.2 deg; 2,000
    # steps take 25 min, in which there is no threshold yet.
    baseline_steps: int = bounded(60, 20, 2000)
    # The first threshold is the mean plus this many SD: 0.5 beeps on about 30 % of steps, 0 on half of them, 3 on one in a thousand.
    baseline_sd: float = bounded(0.5, 0.0, 3.0)
    # By how much the threshold is lowered at once. Two weeks of retraining changed the drop by about 3 deg, so more at once is too
    # much; 0 keeps the threshold as it is.
    lower_deg: float = bounded(0.5, 0.0, 3.0)
    under_share: float = bounded(0.8, 0.5, 1.0)  # share of steps under the threshold for which it is lowered ...
    under_s: float = bounded(180.0, 10.0, 3600.0)  # ... over this time
    # How far below the mean of the baseline the threshold may get. Retraining lowered the drop by 3.1 deg; 10 deg are out of reach.
    max_below_deg: float = bounded(3.0, 0.0, 10.0)

    def __post_init__(self) -> None:
        check(self)

    def first(self, mean: float, sd: float) -> float:
        """Return the first threshold after a baseline with this mean and SD, in their unit."""
        return mean + self.baseline_sd * sd


# Bounds for a threshold moved by command: under 0.5 deg every step of any runner beeps, over 30 deg none does.
MIN_RAD, MAX_RAD = math.radians(0.5), math.radians(30.0)


def _moved(threshold_rad: float, by_rad: float) -> float:
    """Return a threshold moved by an angle, but not out of its bounds.

    One that is outside them already stays, or moves toward them: a command to lower it never raises it.
    """
    if not math.isfinite(threshold_rad):
        return threshold_rad
    if by_rad < 0:
        return max(threshold_rad + by_rad, min(threshold_rad, MIN_RAD))
    return min(max(threshold_rad + by_rad, MIN_RAD), max(threshold_rad, MAX_RAD))


@dataclass(slots=True)
class _Side:
    threshold_rad: float = math.inf  # until it is known no step beeps
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
        """Return the present threshold of a side [rad]; infinite until it is learned."""
        return self._sides[side].threshold_rad

    def set(self, at_s: float, left_rad: float, right_rad: float, reason: ThresholdReason) -> ThresholdChange:
        """Fix both thresholds; from now on they are neither learned nor lowered."""
        self._auto = False
        self._sides[Side.LEFT].threshold_rad, self._sides[Side.RIGHT].threshold_rad = left_rad, right_rad
        return ThresholdChange(at_s, at_s, left_rad, right_rad, reason)

    def move(self, at_s: float, by_rad: float) -> list[Event]:
        """Move the threshold of each side by an angle, within bounds; it is lowered with success from there.

        A threshold that is not known yet stays unknown. Return no event if nothing changed.
        """
        before = {side: self.of(side) for side in Side}
        for each in self._sides.values():
            each.threshold_rad = _moved(each.threshold_rad, by_rad)
            each.recent.clear()  # these steps were compared with the old threshold
        left, right = self.of(Side.LEFT), self.of(Side.RIGHT)
        if before == {Side.LEFT: left, Side.RIGHT: right}:
            return []
        return [ThresholdChange(at_s, at_s, left, right, ThresholdReason.COMMAND)]

    def learned(self, learned: Learned) -> Learned:
        """Add the thresholds, if they are known."""
        left, right = self._sides[Side.LEFT], self._sides[Side.RIGHT]
        if not (math.isfinite(left.threshold_rad) and math.isfinite(right.threshold_rad)):
            return learned
        learned = replace(learned, left_rad=left.threshold_rad, right_rad=right.threshold_rad)
        return replace(learned, left_floor_rad=left.floor_rad, right_floor_rad=right.floor_rad) if self._auto else learned

    def resume(self, learned: Learned) -> list[Event]:
        """Begin with thresholds that are known, and report them; they are lowered with success if they were before."""
        if math.isnan(learned.left_rad) or math.isnan(learned.right_rad):
            return []
        left, right = self._sides[Side.LEFT], self._sides[Side.RIGHT]
        left.threshold_rad, right.threshold_rad = learned.left_rad, learned.right_rad
        self._auto = self._auto and math.isfinite(learned.left_floor_rad) and math.isfinite(learned.right_floor_rad)
        if self._auto:
            left.floor_rad, right.floor_rad = learned.left_floor_rad, learned.right_floor_rad
        reason = ThresholdReason.BASELINE if self._auto else ThresholdReason.FIXED
        return [ThresholdChange(learned.at_s, learned.at_s, left.threshold_rad, right.threshold_rad, reason)]

    def step(self, step: Step) -> list[Event]:
        """Learn from a step of good quality, and return the changes; ignore other steps."""
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
            # Nor below half of the mean: a drop of 2 deg is small already and need not be reduced to zero.
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
        # Wait until the window covers the whole time; 2 % of slack, because no step comes exactly at its beginning.
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
