"""The direction of travel in the drifting world of a filter without magnetometer: what pelvic rotation is measured against."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TravelSettings:
    """SDs of a two-state Kalman filter."""

    stride_rad: float = math.radians(0.8)  # mean heading of a stride about the direction of travel: 0.5-1.2 deg
    wander_rad_rts: float = math.radians(0.1)  # on a belt the direction stays; the gyroscope's noise does not
    drift_radps: float = math.radians(0.05)  # bias about the vertical after standing still
    drift_wander_radps_rts: float = math.radians(0.003)
    turned_rad: float = math.radians(12.0)  # farther off than any stride: the runner turned


class TravelHeading:
    """Direction of travel [rad] and its drift, from the mean headings of whole strides."""

    def __init__(self, settings: TravelSettings = TravelSettings()) -> None:
        self.settings = settings
        self.start(0.0, 0.0)

    def start(self, at_s: float, heading_rad: float, sd_rad: float = math.radians(5.0)) -> None:
        """Begin anew at a heading."""
        self._at_s, self._heading, self._drift = at_s, heading_rad, 0.0
        self._p = (sd_rad**2, 0.0, self.settings.drift_radps**2)

    def push(self, at_s: float, heading_rad: float) -> None:
        """Take the mean heading of a stride (centred at `at_s`)."""
        cfg = self.settings
        dt = at_s - self._at_s
        hh, hd, dd = self._p
        predicted = self._heading + self._drift * dt
        hh = hh + 2 * dt * hd + dt * dt * dd + cfg.wander_rad_rts**2 * dt
        hd, dd = hd + dt * dd, dd + cfg.drift_wander_radps_rts**2 * dt
        error = heading_rad - predicted
        if abs(error) > max(cfg.turned_rad, 3 * math.sqrt(hh)):
            self.start(at_s, heading_rad, cfg.stride_rad)
            return
        s = hh + cfg.stride_rad**2
        self._at_s, self._heading, self._drift = at_s, predicted + hh / s * error, self._drift + hd / s * error
        self._p = (hh - hh * hh / s, hd - hh * hd / s, dd - hd * hd / s)

    def turn(self, by_rad: float) -> None:
        """The axis that is looked at was redefined by this much."""
        self._heading += by_rad

    def at(self, at_s: float) -> float:
        """The direction of travel foretold for `at_s` [rad]."""
        return self._heading + self._drift * (at_s - self._at_s)
