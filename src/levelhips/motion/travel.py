"""Direction of travel, from the mean headings of strides: followed on bends and around corners within a stride or two.

`motion.progression` estimates the same direction for the pelvic rotation, with other aims: it is smooth, and slow to take a
change for a turn. Here a lag would cost more than noise, because the runner's speed times the lag looks like a velocity
across the direction of travel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.motion.heading_covariance import HeadingCovariance
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class Travel:
    """Direction of travel at the middle of a stride: the heading of the pelvis's right side, and its standard uncertainty [rad]."""

    heading_rad: float
    sd_rad: float

    @property
    def forward(self) -> Array:
        """Unit vector (east, north) of the direction of travel."""
        return np.array([-math.sin(self.heading_rad), math.cos(self.heading_rad)])

    @property
    def right(self) -> Array:
        """Unit vector (east, north) to the right of the direction of travel."""
        return np.array([math.cos(self.heading_rad), math.sin(self.heading_rad)])


@dataclass(frozen=True, slots=True)
class TravelSettings:
    """Standard deviations of the Kalman filter, and how fast it learns that the runner turns.

    Halving or doubling one of the numbers changes the drop error in the mean of 27 road runs (see `GravitySettings`) by less than 5 %;
    doubling `stride_rad` by 14 %.
    """

    stride_rad: float = math.radians(0.8)  # mean heading of a stride about the direction of travel: 0.5-1.2 deg
    turn_radps: float = math.radians(1.0)  # turn rate at the first stride
    turn_wander_radps_rts: float = math.radians(0.3)  # change of the turn rate on a straight road, per root second ...
    max_turning: float = 1e4  # ... up to this multiple of its variance: 30 deg/s per root second, a corner in one stride
    learn_turning: float = 0.5  # change in the logarithm of that multiple for each unit of surprise (expected value 1)
    max_surprise: float = 10.0  # caps it: a corner is found in two strides


@dataclass(slots=True)
class _State:
    """Heading [rad] and turn rate [rad/s] at `at_s`, and their covariance."""

    at_s: float
    heading_rad: float
    rate_radps: float
    covariance: HeadingCovariance
    turning: float = 0.0  # logarithm of the factor on the variance of the turn rate's change


class TravelDirection:
    """Kalman filter that estimates the direction of travel and its turn rate from the mean headings of strides."""

    def __init__(self, settings: TravelSettings = TravelSettings()) -> None:
        self.settings = settings
        self._state: _State | None = None

    def restart(self) -> None:
        """Forget the direction."""
        self._state = None

    def push(self, middle_s: float, heading_rad: float) -> Travel:
        """Add the mean heading [rad] of a stride centered at `middle_s` [s]; return the direction of travel then."""
        cfg, state = self.settings, self._state
        if state is None:
            state = self._state = _State(middle_s, heading_rad, 0.0, HeadingCovariance(cfg.stride_rad**2, 0.0, cfg.turn_radps**2))
            return Travel(heading_rad, cfg.stride_rad)
        dt = middle_s - state.at_s
        noise = cfg.turn_wander_radps_rts**2 * math.exp(state.turning)
        predicted = state.covariance.after(dt, heading_noise=noise * dt**3 / 3, cross_noise=noise * dt**2 / 2, rate_noise=noise * dt)
        error = heading_rad - (state.heading_rad + state.rate_radps * dt)
        heading_gain, rate_gain, state.covariance = predicted.measured(cfg.stride_rad**2)
        state.at_s = middle_s
        state.heading_rad += state.rate_radps * dt + heading_gain * error
        state.rate_radps += rate_gain * error
        surprise = min(error * error / (predicted.heading + cfg.stride_rad**2), cfg.max_surprise)
        state.turning = min(max(state.turning + cfg.learn_turning * (surprise - 1.0), 0.0), math.log(cfg.max_turning))
        return Travel(state.heading_rad, math.sqrt(state.covariance.heading))

    def turn_heading(self, by_rad: float) -> None:
        """Add an angle to the heading, because the mediolateral axis of the pelvis was redefined by it."""
        if self._state is not None:
            self._state.heading_rad += by_rad
