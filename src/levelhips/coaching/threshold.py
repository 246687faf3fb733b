"""How much drop is too much, a side: fixed, or from the runner's own baseline and then shaped."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from levelhips.events import Baseline, Event, Quality, Side, Step, ThresholdChange, ThresholdReason


@dataclass(frozen=True, slots=True)
class ThresholdSettings:
    """Degrees, for they are set by people."""

    mode: Literal["fixed", "auto"] = "fixed"
    left_deg: float = 4.0  # where a sacral clip starts (science.md); healthy runners are at 1.3-4.6
    right_deg: float = 4.0
    baseline_steps: int = 60  # a side: 0.1 deg of standard error at a spread of 0.8
    baseline_sd: float = 0.5  # mean + 0.5 SD beeps on about 30 % of steps
    lower_deg: float = 0.5  # shaping: so much lower ...
    under_share: float = 0.8  # ... when so many steps stayed under it ...
    under_s: float = 180.0  # ... for so long
    most_below_deg: float = 3.0  # never ask for more below the baseline: retraining moved 3.1 deg

    def __post_init__(self) -> None:
        within("left_deg", self.left_deg, 0.2, 30.0)
        within("right_deg", self.right_deg, 0.2, 30.0)
        within("baseline_steps", self.baseline_steps, 20, 2000)
        within("under_share", self.under_share, 0.5, 1.0)
        within("under_s", self.under_s, 10.0, 3600.0)
        within("lower_deg", self.lower_deg, 0.0, 3.0)

    def first(self, mean: float, sd: float) -> float:
        """The first threshold after a baseline, in its unit."""
        return mean + self.baseline_sd * sd


def within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; it must be from {low:g} to {high:g}")


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
        """The present threshold of a side [rad]; infinite while the baseline is not known."""
        return self._sides[side].threshold_rad

    @property
    def baseline_share(self) -> float:
        """How much of the baseline has been gathered, 0 to 1 (1 with a fixed threshold)."""
        if not self._auto:
            return 1.0
        return min(min(side.count for side in self._sides.values()) / self.settings.baseline_steps, 1.0)

    def set(self, at_s: float, left_rad: float, right_rad: float, why: ThresholdReason) -> ThresholdChange:
        """Fix both thresholds; from now on nothing shapes them."""
        self._auto = False
        self._sides[Side.LEFT].threshold_rad, self._sides[Side.RIGHT].threshold_rad = left_rad, right_rad
        return ThresholdChange(at_s, at_s, left_rad, right_rad, why)

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
            # Half of a baseline of 2 deg is 1 deg: of a small drop not all must go.
            each.floor_rad = max(each.mean - math.radians(self.settings.most_below_deg), each.mean / 2)
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
