"""Detect a start position that is held still, a bow that shows how the clip is turned, and a wearer who left the position."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np

from levelhips.coaching.drills.drill_angles import Moment
from levelhips.coaching.drills.start_position import Vector
from levelhips.samples import Array

# Half of the time that a first-time user stays still when asked to; the mean over 1.5 s of sway is right to 0.2 deg.
STILL_S = 1.5
RESTLESS_S = 0.3  # the rate is averaged over a third of a second: tremor does not count as movement
PATIENT_S, MAX_RESTLESS = 5.0, 3.0  # after 5 s the limit of stillness begins to rise, up to three times its value
BOW_DEG = 25.0  # so deep that a degree of sway changes the direction of the bow by only 2 deg
MAX_ASKEW_DEG = 25.0  # a larger angle is not a bow, or the clip is not at the sacrum
FALL_MPS2, FALL_DPS = 30.0, 400.0  # 3 g in addition to gravity, 400 deg/s: far above any drill; a falling clip reaches both
FALL_S = 1.0  # longest time from the jolt of a fall until the clip lies in another orientation
LOST_S = 0.7  # longer than a stumble takes the wearer out of the start position


class Stillness:
    """Detector of a start position that is held still for `STILL_S`; averages its vertical."""

    def __init__(self, still_dps: float) -> None:
        self._still_dps = still_dps
        self.right_since_s = self.since_s = math.nan
        self._restless = 0.0  # running mean of the squared rate over `RESTLESS_S` [(deg/s)2]
        self._sum, self._count = [0.0] * 4, 0  # of the three components of the vertical, and of the squared rate

    def restart(self) -> None:
        """Start again: the wearer is not in the right posture."""
        self.right_since_s = self.since_s = math.nan

    def interrupt(self) -> None:
        """Start the averaging again: samples are missing."""
        self.since_s = math.nan

    def push(self, now: Moment, dt: float, since_s: float, ready_s: float, *, blind: bool) -> bool:
        """Process one sample in the right posture; return whether the position was held still long enough.

        Parameters
        ----------
        now : Moment
        dt : float
            Time since the sample before [s].
        since_s : float
            Time at which the phase began [s].
        ready_s : float
            Time after it from which on the position may be taken, because the instruction is over [s].
        blind : bool
            Whether the vertical is still settling after lost samples.
        """
        t_s = now.t_s
        if math.isnan(self.right_since_s):
            self.right_since_s, self._restless = t_s, 0.0
        self._restless += (now.rate_dps**2 - self._restless) * min(dt / RESTLESS_S, 1.0)
        # Raise the limit slowly: otherwise someone who sways much could never begin.
        waited_s = max(0.0, t_s - max(self.right_since_s, since_s + ready_s) - PATIENT_S)
        limit_dps = self._still_dps * min(1.0 + waited_s / PATIENT_S, MAX_RESTLESS)
        if math.sqrt(self._restless) > limit_dps or t_s - since_s < ready_s or blind:
            self.since_s = math.nan
            return False
        if math.isnan(self.since_s):
            self.since_s, self._sum, self._count = t_s, [0.0] * 4, 0
        for k, value in enumerate((*now.up, now.rate_dps**2)):
            self._sum[k] += value
        self._count += 1
        return t_s - self.since_s >= STILL_S

    @property
    def up(self) -> Vector:
        """Mean vertical of the held position (pelvis axes)."""
        x, y, z = (value / self._count for value in self._sum[:3])
        size = math.sqrt(x * x + y * y + z * z)
        return x / size, y / size, z / size

    @property
    def rate_dps(self) -> float:
        """Root mean square of the angular rate in the held position [deg/s]."""
        return math.sqrt(self._sum[3] / self._count)


def about_vertical(angle_rad: float) -> Array:
    """Return the rotation (3, 3) about the vertical of pelvis axes by an angle."""
    c, d = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[c, 0.0, d], [0.0, 1.0, 0.0], [-d, 0.0, c]])


class HipHinge:
    """Detector of a bow on both feet, and of its direction.

    A bow is a rotation about the mediolateral axis, so in pelvis axes the vertical moves straight to the back. Where it moves to a
    side, too, the clip is turned.
    """

    def __init__(self) -> None:
        self._back, self._right, self._deepest_deg = 0.0, 0.0, 0.0

    def push(self, up: Vector) -> Array | None:
        """Process the vertical of one sample. When a bow is over, return the rotation (3, 3) from clip to pelvis about the vertical.

        Return None otherwise, also for a bow that is too shallow or in a direction that no clip at the sacrum has.
        """
        lean = math.degrees(math.acos(max(-1.0, min(1.0, up[1]))))
        if lean > BOW_DEG / 2:
            self._back -= up[0]
            self._right -= up[2]
            self._deepest_deg = max(self._deepest_deg, lean)
            return None
        if lean >= BOW_DEG / 4 or not self._deepest_deg > 0:
            return None
        askew, deepest = math.atan2(self._right, self._back), self._deepest_deg
        self.restart()
        if deepest < BOW_DEG or abs(askew) >= math.radians(MAX_ASKEW_DEG):
            return None
        return about_vertical(askew)

    def restart(self) -> None:
        """Discard the bow that has begun."""
        self._back, self._right, self._deepest_deg = 0.0, 0.0, 0.0


class Presence(Enum):
    """Whether the pelvis is within reach of the start position."""

    HERE = "here"
    AWAY = "away"  # out of reach, but not for `LOST_S` yet
    LOST = "lost"  # the wearer left the position
    FELL_OFF = "fell-off"  # the clip fell off


class ReachMonitor:
    """Detector of a wearer who left the position, or a clip that fell off."""

    def __init__(self, reach_deg: float) -> None:
        self._reach_deg = reach_deg
        self._away_since_s, self._jolted_s = math.nan, -math.inf

    def restart(self) -> None:
        """Forget how long the pelvis has been out of reach."""
        self._away_since_s = math.nan

    def jolt(self, now: Moment) -> None:
        """Remember the time of a sample with a jolt that is too large for any drill."""
        if now.jolt_mps2 > FALL_MPS2 or now.rate_dps > FALL_DPS:
            self._jolted_s = now.t_s

    def push(self, t_s: float, lean_deg: float) -> Presence:
        """Process the angle between the vertical and that of the start position [deg]."""
        if lean_deg <= self._reach_deg:
            self._away_since_s = math.nan
            return Presence.HERE
        if math.isnan(self._away_since_s):
            self._away_since_s = t_s
        if self._away_since_s - self._jolted_s <= FALL_S:
            return Presence.FELL_OFF
        return Presence.LOST if t_s - self._away_since_s >= LOST_S else Presence.AWAY
