"""Estimate the turn about the vertical, with the gyroscope drift learned while at the start."""

from __future__ import annotations

import math

SWAY = 0.4  # deg2 s: half a degree of sway that changes every 1.5 s
WANDER = 0.06  # deg2/s: at rest between repetitions the feet and hips stand half a degree otherwise each time
DRIFT_DPS = 0.5  # what a zero-rate level may be off before anything was learned
DRIFT_WANDER = 1e-4  # (deg/s)2/s: a sensor that warms up
TURNED_DEG = 5.0  # beyond, it is a turn and hardly drift


class YawTracker:
    """The turn from the start posture; the drift is learned while the wearer is back in it (a Kalman filter of two states)."""

    def __init__(self) -> None:
        self._drift, self._pp = 0.0, DRIFT_DPS**2
        self.restart(math.nan, 0.0)

    def restart(self, t_s: float, turn_deg: float) -> None:
        """Set zero here; what is known of the drift stays."""
        self._t_s, self._ref = t_s, turn_deg
        self._p, self._pd = 0.25, 0.0

    def lose(self) -> None:
        """Restart at the next sample: the turn during missing samples is unknown."""
        self._t_s = math.nan

    def push(self, t_s: float, turn_deg: float, *, home: bool) -> float:
        """Take one moment; `home`: the wearer should be where it began. Gives the turn to the left [deg]."""
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
