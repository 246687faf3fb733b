"""Progression stage: estimates the direction of progression, and pelvic rotation relative to it."""

from __future__ import annotations

from dataclasses import dataclass

from levelhips.motion.progression import ProgressionHeading
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class ProgressionStageSettings:
    """How the direction follows the pelvis between bouts of walking and running."""

    follow_share: float = 0.4  # of the difference in each update interval: follows within a few seconds; 0.2-0.8 give the same steps


@dataclass(slots=True)
class _State:
    """The direction in use until the next update boundary: a straight line over time."""

    from_s: float = 0.0
    heading_rad: float = 0.0
    rate_radps: float = 0.0


class ProgressionStage:
    """Stage that estimates the direction of progression and measures pelvic rotation from it."""

    def __init__(self, settings: ProgressionStageSettings = ProgressionStageSettings()) -> None:
        self.settings = settings
        self._filter, self._state = ProgressionHeading(), _State()

    def start(self, at_s: float, heading_rad: float) -> None:
        """Start from the heading [rad] of the first sample at `at_s` [s]."""
        self._filter.start(at_s, heading_rad)
        self._state.from_s, self._state.heading_rad = at_s, heading_rad

    def push_stride(self, middle_s: float, mean_heading_rad: float) -> None:
        """Add the mean heading [rad] of a stride centered at `middle_s` [s]."""
        self._filter.push(middle_s, mean_heading_rad)

    def turn_heading(self, by_rad: float) -> None:
        """Add an angle to the estimate, because the mediolateral axis was redefined by it; takes effect in `apply_updates`."""
        self._filter.turn(by_rad)

    def rotation_rad(self, t_s: Array, heading_rad: Array) -> Array:
        """Return the rotation of the pelvis (n,) [rad] at these times and headings. Positive: right side forward."""
        state = self._state
        return heading_rad - (state.heading_rad + state.rate_radps * (t_s - state.from_s))

    def apply_updates(self, now_s: float, heading_rad: Array, *, in_gait: bool, standing: bool) -> None:
        """Set the line for the next interval, given the headings (n,) of the last one.

        In walking and running the direction comes from the strides. In standing it is that of the pelvis, and otherwise it
        follows the pelvis slowly.
        """
        filter_, state = self._filter, self._state
        if not in_gait:
            mean_rad, expected_rad = float(heading_rad.mean()), filter_.at(now_s)
            follow_rad = expected_rad + self.settings.follow_share * (mean_rad - expected_rad)
            filter_.start(now_s, mean_rad if standing else follow_rad)
        state.from_s, state.heading_rad = now_s, filter_.at(now_s)
        state.rate_radps = filter_.at(now_s + 1) - state.heading_rad
