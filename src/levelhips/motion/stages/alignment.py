"""Alignment stage: learns the heading of the clip in running, and computes the mounting from it and the vertical."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.events import Heading, Quality
from levelhips.motion.alignment import HeadingEstimator, pelvis_from_sensor
from levelhips.motion.gait import StrideSpan
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.samples import Array

HEADING_QUALITIES = (Quality.OK, Quality.SETTLING, Quality.NO_ZERO, Quality.LOOSE)
"""Qualities of strides that the heading is learned from; in strides of the others, samples are wrong or the runner turns."""


@dataclass(frozen=True, slots=True)
class AlignmentStageSettings:
    """When a new heading takes effect and is reported."""

    min_strides: int = 2  # a single stride may be a stumble; 1 gives the same results
    early_strides: int = 12  # below this number the heading is applied after each stride, because each improves it a lot ...
    late_every: int = 4  # ... from then on after every fourth; 2-8 change the drop error by less than 0.1 %
    report_rad: float = math.radians(0.5)  # change of the heading or its uncertainty: a smaller one is not visible in any figure
    face_cos: float = 0.98  # the outward axis is within 11 deg of the vertical and gives no heading; 0.95-0.995 give the same
    face_tilt: float = 0.3  # then tilt the vertical by 17 deg until the clip is upright, so that the mounting is well defined


@dataclass(slots=True)
class _State:
    """Everything the stage remembers between calls."""

    heading_rad: float = 0.0  # of the clip, as in `pelvis_from_sensor`
    sd_rad: float = math.nan
    offered: int = 0  # number of strides that were offered
    known_strides: int = 0  # number of strides that an earlier engine learned the heading from
    applied: int = 0  # number of strides when the heading was last applied
    reported: tuple[float, float] = (math.inf, math.inf)  # heading and standard uncertainty of the last event
    mounted: tuple[Array | None, float] = (None, 0.0)  # vertical and heading that `mounting` was computed from
    mounting: Array = field(default_factory=lambda: np.eye(3))


class AlignmentStage:
    """Stage that learns the heading of the clip and provides the mounting (the rotation from sensor to pelvis).

    Parameters
    ----------
    outward : (3,) array
        The sensor axis that faces away from the body.
    learn : bool
        Whether to learn the heading; if not, the clip is taken to be straight.
    """

    def __init__(self, outward: Array, *, learn: bool, settings: AlignmentStageSettings = AlignmentStageSettings()) -> None:
        self.settings, self._outward, self._learn = settings, outward, learn
        self._estimator = HeadingEstimator()
        self._state = _State(sd_rad=self._estimator.sd_rad)

    @property
    def pelvis_from_sensor(self) -> Array:
        """The rotation (3, 3) from sensor to pelvis axes."""
        return self._state.mounting

    @property
    def heading_sd_rad(self) -> float:
        """Standard uncertainty of the heading [rad]."""
        return self._state.sd_rad

    @property
    def heading_rad(self) -> float:
        """Heading of the clip that is in use [rad]."""
        return self._state.heading_rad

    @property
    def strides(self) -> int:
        """Number of strides that the heading was learned from."""
        return max(self._estimator.strides, self._state.known_strides)

    def resume(self, heading_rad: float, sd_rad: float, strides: int) -> None:
        """Begin with a heading that was learned before from some strides, and its standard uncertainty [rad].

        It stays in use until there are as many new strides.
        """
        state = self._state
        state.heading_rad, state.sd_rad = heading_rad, sd_rad
        state.known_strides = min(strides, self._estimator.settings.memory_strides)

    def restart(self) -> None:
        """Forget the strides, because the clip was moved. The heading stays in use until there are new strides."""
        self._estimator.restart()
        self._state.applied = self._state.known_strides = 0

    def wants_stride(self) -> bool:
        """Count one more stride; return whether the heading is to be learned from it.

        Strides overlap by a step, so every other one is enough.
        """
        self._state.offered += 1
        return self._learn and self._state.offered % 2 == 1

    def push_stride(self, span: StrideSpan, signals: SignalBuffer, near: slice, mean_heading_rad: float) -> None:
        """Add the horizontal angular rate of a stride; `near` is the slice of its samples and one more on either side."""
        points = self._estimator.settings.points
        phases, t_s = span.from_s + span.duration_s * np.arange(points) / points, signals["t_s"][near]
        east = np.interp(phases, t_s, signals["east_radps"][near])
        north = np.interp(phases, t_s, signals["north_radps"][near])
        clip_rad = mean_heading_rad + self._state.heading_rad  # heading of the mediolateral axis if the clip were straight
        c, s = math.cos(clip_rad), math.sin(clip_rad)
        self._estimator.push(north * c - east * s, east * c + north * s)

    def apply_updates(self, now_s: float, *, running: bool) -> tuple[float, list[Heading]]:
        """Apply the heading learned so far; return the turn of the mediolateral axis [rad], and the event if there is one."""
        state, cfg, strides = self._state, self.settings, self._estimator.strides
        due = strides - state.applied >= (1 if strides < cfg.early_strides else cfg.late_every)
        if not self._learn or not running or strides < max(cfg.min_strides, state.known_strides) or not due:
            return 0.0, []
        state.applied = strides
        heading, sd = self._estimator.estimate()
        turned_rad = state.heading_rad - heading
        state.heading_rad, state.sd_rad = heading, sd
        if all(abs(now - reported) < cfg.report_rad for now, reported in zip((heading, sd), state.reported, strict=True)):
            return turned_rad, []
        state.reported = (heading, sd)
        return turned_rad, [Heading(now_s, now_s, heading, sd)]

    def mount(self, up: Array) -> None:
        """Set the mounting from the vertical in sensor axes (3,) and the heading in use."""
        state, cfg = self._state, self.settings
        if up is state.mounted[0] and state.heading_rad == state.mounted[1]:
            return
        state.mounted = (up, state.heading_rad)
        if abs(float(up @ self._outward)) > cfg.face_cos:
            up = up + cfg.face_tilt * np.roll(self._outward, 1)
            up = up / math.sqrt(up @ up)
        state.mounting = pelvis_from_sensor(up, self._outward, state.heading_rad)
