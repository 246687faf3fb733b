"""Estimate the turn about the vertical, corrected for the drift of the gyroscope."""

from __future__ import annotations

import math

SWAY = 0.4  # noise of the turn while at the start [deg2 s]: 0.5 deg of sway that changes every 1.5 s
WANDER = 0.06  # random walk of the start [deg2/s]: after each repetition feet and hips come back half a degree off
DRIFT_DPS = 0.5  # SD of the drift before anything was learned [deg/s]: error of the zero of a gyroscope
DRIFT_WANDER = 1e-4  # random walk of the drift [(deg/s)2/s]: a sensor that warms up
TURNED_DEG = 5.0  # a larger angle is a real turn and hardly drift: nothing is learned from it


class YawTracker:
    """Estimator of the turn from the start position.

    A Kalman filter with two states, the heading of the start and the drift; it learns both while the wearer is at the start.
    """

    def __init__(self) -> None:
        self._drift, self._pp = 0.0, DRIFT_DPS**2
        self.restart(math.nan, 0.0)

    def restart(self, t_s: float, turn_deg: float) -> None:
        """Make the present heading the zero; keep what is known about the drift."""
        self._t_s, self._ref = t_s, turn_deg
        self._p, self._pd = 0.25, 0.0

    def lose(self) -> None:
        """Restart at the next sample: the turn during missing samples is unknown."""
        self._t_s = math.nan

    def push(self, t_s: float, turn_deg: float, *, home: bool) -> float:
        """Process the heading of one sample [deg]; return the turn to the left from the start [deg].

        `home` is whether the wearer should be at the start, so that a turn there is drift.
        """
        if math.isnan(self._t_s):
            self.restart(t_s, turn_deg)
        dt, self._t_s = t_s - self._t_s, t_s
        self._ref += self._drift * dt
        self._p += (2 * self._pd + WANDER) * dt + self._pp * dt * dt
        self._pd += self._pp * dt
        self._pp += DRIFT_WANDER * dt
        off = turn_deg - self._ref
        if home and abs(off) < TURNED_DEG and dt:
            room = self._p + SWAY / dt
            gain, learn = self._p / room, self._pd / room
            self._ref += gain * off
            self._drift += learn * off
            self._pp -= learn * self._pd
            self._pd -= gain * self._pd
            self._p -= gain * self._p
        return off
