"""Alignment stage: the mounting of the sensor, from the vertical and the heading of the clip learned in the run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.events import Heading, Quality
from levelhips.motion.alignment import HeadingEstimator, pelvis_from_sensor
from levelhips.motion.gait import StrideSpan
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.samples import Array

TEACHING = (Quality.OK, Quality.SETTLING, Quality.NO_ZERO, Quality.LOOSE)
"""Strides of these qualities teach the heading: in the others samples are wrong, or the runner turns."""


@dataclass(frozen=True, slots=True)
class AlignmentStageSettings:
    """When a new heading takes effect and is reported."""

    min_strides: int = 2  # one stride may begin with a stumble; 1 gives the same results
    early_strides: int = 12  # up to here each stride tells much: its noise falls with the root of their number ...
    late_every: int = 4  # ... later four together are soon enough; 2-8 move the drop error by under 0.1 %
    report_rad: float = math.radians(0.5)  # of heading or its uncertainty: less cannot be seen in any figure
    face_cos: float = 0.98  # outward face within 11 deg of the vertical (lying on it): it tells no heading; 0.95-0.995 are the same
    face_tilt: float = 0.3  # then any horizontal axis will do until the clip is upright: far enough (17 deg) to be well defined


@dataclass(slots=True)
class _State:
    """The heading in use and what was reported of it."""

    heading_rad: float = 0.0  # of the pelvis, to the right of where the clip points
    sd_rad: float = math.nan
    offered: int = 0  # strides that could have taught
    applied: int = 0  # strides that were known when the heading was last applied
    reported: tuple[float, float] = (math.inf, math.inf)  # heading and its standard uncertainty
    mounted: tuple[Array | None, float] = (None, 0.0)  # the vertical and the heading that the mounting was made from
    mounting: Array = field(default_factory=lambda: np.eye(3))


class AlignmentStage:
    """Learns the heading of the clip and provides the mounting, the rotation from sensor to pelvis.

    Parameters
    ----------
    outward : (3,) array
        The sensor axis that faces away from the body.
    learn : bool
        Whether the run may refine the heading.
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

    def restart(self) -> None:
        """Forget the strides: the clip was moved. The heading stays in use until new strides tell better."""
        self._estimator.restart()
        self._state.applied = 0

    def teaches(self) -> bool:
        """Return whether the stride that comes now may teach.

        Strides overlap by a step, so every other one contains all there is to learn.
        """
        self._state.offered += 1
        return self._learn and self._state.offered % 2 == 1

    def push_stride(self, span: StrideSpan, signals: SignalBuffer, near: slice, mean_heading_rad: float) -> None:
        """Take the horizontal angular rate of a stride; `near` are its samples and one more on either side."""
        points = self._estimator.settings.points
        phases, t_s = span.from_s + span.duration_s * np.arange(points) / points, signals["t_s"][near]
        east = np.interp(phases, t_s, signals["east_radps"][near])
        north = np.interp(phases, t_s, signals["north_radps"][near])
        clip_rad = mean_heading_rad + self._state.heading_rad  # where the clip alone would put the mediolateral axis
        c, s = math.cos(clip_rad), math.sin(clip_rad)
        self._estimator.push(north * c - east * s, east * c + north * s)

    def apply_updates(self, now_s: float, *, running: bool) -> tuple[float, list[Heading]]:
        """Apply the heading learned so far; return by how much the mediolateral axis turned [rad], and the event if any."""
        state, cfg, strides = self._state, self.settings, self._estimator.strides
        due = strides - state.applied >= (1 if strides < cfg.early_strides else cfg.late_every)
        if not self._learn or not running or strides < cfg.min_strides or not due:
            return 0.0, []
        state.applied = strides
        heading, sd = self._estimator.estimate()
        turned_rad = state.heading_rad - heading
        state.heading_rad, state.sd_rad = heading, sd
        if all(abs(now - said) < cfg.report_rad for now, said in zip((heading, sd), state.reported, strict=True)):
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
