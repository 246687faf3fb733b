"""Direction of progression: the heading that pelvic rotation is measured from.

Without a magnetometer the heading of the world drifts slowly, so the direction is estimated together with its drift.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from levelhips.motion.heading_covariance import HeadingCovariance


@dataclass(frozen=True, slots=True)
class ProgressionSettings:
    """Standard deviations of the Kalman filter, and when the runner is taken to have turned."""

    stride_rad: float = math.radians(0.8)  # mean heading of a stride about the direction of progression: 0.5-1.2 deg
    wander_rad_rts: float = math.radians(0.1)  # gyroscope noise only: on a treadmill the direction does not change
    drift_radps: float = math.radians(0.05)  # bias about the vertical after standing still
    drift_wander_radps_rts: float = math.radians(0.003)  # change of that bias, per root second
    start_rad: float = math.radians(5.0)  # a single heading while the wearer stands or sets off
    turned_rad: float = math.radians(12.0)  # a stride that is further off means that the runner turned ...
    turned_sd: float = 3.0  # ... if it is also outside 99.7 % of what the filter expects: an unsure heading is not discarded early


@dataclass(slots=True)
class _State:
    """Heading [rad] and drift [rad/s] at `at_s`, and their covariance."""

    at_s: float
    heading_rad: float
    drift_radps: float
    covariance: HeadingCovariance


class ProgressionHeading:
    """Kalman filter that estimates the direction of progression [rad] and its drift from the mean headings of strides."""

    def __init__(self, settings: ProgressionSettings = ProgressionSettings()) -> None:
        self.settings = settings
        self.start(0.0, 0.0)

    def start(self, at_s: float, heading_rad: float, sd_rad: float | None = None) -> None:
        """Restart at `at_s` [s] from a heading and its standard deviation [rad], by default `start_rad`."""
        cfg = self.settings
        sd_rad = cfg.start_rad if sd_rad is None else sd_rad
        self._state = _State(at_s, heading_rad, 0.0, HeadingCovariance(sd_rad**2, 0.0, cfg.drift_radps**2))

    def push(self, at_s: float, heading_rad: float) -> None:
        """Add the mean heading [rad] of a stride centered at `at_s` [s]."""
        cfg, state = self.settings, self._state
        dt = at_s - state.at_s
        predicted = state.heading_rad + state.drift_radps * dt
        covariance = state.covariance.after(dt, heading_noise=cfg.wander_rad_rts**2 * dt, rate_noise=cfg.drift_wander_radps_rts**2 * dt)
        error = heading_rad - predicted
        if abs(error) > max(cfg.turned_rad, cfg.turned_sd * math.sqrt(covariance.heading)):
            self.start(at_s, heading_rad, cfg.stride_rad)
            return
        heading_gain, drift_gain, state.covariance = covariance.measured(cfg.stride_rad**2)
        state.at_s, state.heading_rad, state.drift_radps = at_s, predicted + heading_gain * error, state.drift_radps + drift_gain * error

    def turn(self, by_rad: float) -> None:
        """Add an angle to the estimate, because the axis whose heading is observed was redefined by it."""
        self._state.heading_rad += by_rad

    def at(self, at_s: float) -> float:
        """Return the direction of progression expected at `at_s` [rad]."""
        state = self._state
        return state.heading_rad + state.drift_radps * (at_s - state.at_s)
