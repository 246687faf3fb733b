"""Postures from gravity, the start posture as the zero, and the angles that each posture shows."""

from __future__ import annotations

import math

import numpy as np

from levelhips.events import Pose, Posture, Side
from levelhips.samples import Array

Vector = tuple[float, float, float]
DIRECTIONS: dict[Posture, Vector] = {
    Posture.UPRIGHT: (0.0, 1.0, 0.0),
    Posture.LEFT_SIDE: (0.0, 0.0, 1.0),  # lying on the left, the right side is up
    Posture.RIGHT_SIDE: (0.0, 0.0, -1.0),
    Posture.SUPINE: (1.0, 0.0, 0.0),
    Posture.PRONE: (-1.0, 0.0, 0.0),
}
CLEAR = math.cos(math.radians(40))  # nearer than that to one axis, and so further than 50 deg from all others
SETTLE_S = 0.4  # rolling over takes longer


def posture_of(up: Vector) -> Posture:
    """The posture in which this vertical (pelvis axes) is felt."""
    for posture, (x, y, z) in DIRECTIONS.items():
        if x * up[0] + y * up[1] + z * up[2] > CLEAR:
            return posture
    return Posture.UNCLEAR


class PostureWatch:
    """The posture, once it has lasted."""

    def __init__(self) -> None:
        self.posture = Posture.UNCLEAR
        self._seen, self._since_s = Posture.UNCLEAR, -math.inf

    def push(self, t_s: float, up: Vector) -> bool:
        """Take one moment; whether the posture changed."""
        seen = posture_of(up)
        if seen is not self._seen:
            self._seen, self._since_s = seen, t_s
        if seen is self.posture or t_s - self._since_s < SETTLE_S:
            return False
        self.posture = seen
        return True


def onto(up: Vector, goal: Vector) -> Array:
    """The shortest rotation (3, 3) that takes one unit vector to another; they must not be opposite.

    With the start posture's vertical as `up` it takes the clip's error out as far as gravity shows it.
    """
    a, b = np.array(up), np.array(goal)
    a = a / math.sqrt(a @ a)
    v, c = np.cross(a, b), float(a @ b)
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + c))


def angles_of(up: tuple[Array, Array, Array], zero: Array, posture: Posture, side: Side) -> dict[str, Array]:
    """The angles that gravity shows in a posture [deg], from (n,) components of the vertical and the zero (3, 3)."""
    x, y, z = (zero[i, 0] * up[0] + zero[i, 1] * up[1] + zero[i, 2] * up[2] for i in range(3))
    level = np.arcsin(np.clip(z, -1.0, 1.0))
    if posture is Posture.UPRIGHT:
        return {"drop": np.degrees(side.sign * level), "tilt": np.degrees(-np.arctan2(x, y))}
    if posture is Posture.SUPINE:
        return {"drop": np.degrees(side.sign * level), "height": np.degrees(-np.arctan2(y, x))}
    if posture in (Posture.LEFT_SIDE, Posture.RIGHT_SIDE):
        upward = z if posture is Posture.LEFT_SIDE else -z
        return {"roll": np.degrees(-np.arctan2(x, upward)), "hike": np.degrees(-np.arctan2(y, upward))}
    return {}


def anatomical(angles: dict[str, Array], posture: Posture, side: Side, turn_deg: Array) -> tuple[Array, Array, Array]:
    """Obliquity, tilt and rotation against the start posture [rad]; NaN where nothing shows them."""
    nothing = np.full(len(turn_deg), math.nan)
    if posture is Posture.UPRIGHT:
        return np.radians(side.sign * angles["drop"]), np.radians(angles["tilt"]), np.radians(-side.sign * turn_deg)
    if posture is Posture.SUPINE:
        return nothing, -np.radians(angles["height"]), np.radians(side.sign * angles["drop"])
    if posture in (Posture.LEFT_SIDE, Posture.RIGHT_SIDE):
        sign = 1.0 if posture is Posture.LEFT_SIDE else -1.0
        # Rolled forward, the upper side is in front.
        return np.radians(sign * angles["hike"]), nothing, np.radians(sign * angles["roll"])
    return nothing, nothing, nothing


def lean_deg(pose: Pose, start: Vector) -> Array:
    """How far (n,) the vertical is from where it was in the start posture [deg]."""
    cosine = pose.up[0] * start[0] + pose.up[1] * start[1] + pose.up[2] * start[2]
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
