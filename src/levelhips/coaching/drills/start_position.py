"""Find the posture of the pelvis from gravity; the start positions of drills, and the angles that gravity shows in each."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np

from levelhips.events import Pose, Posture, Side
from levelhips.samples import Array

Vector = tuple[float, float, float]
Up = tuple[Array, Array, Array]  # (n,) components
DIRECTIONS: dict[Posture, Vector] = {
    Posture.UPRIGHT: (0.0, 1.0, 0.0),
    Posture.LEFT_SIDE: (0.0, 0.0, 1.0),  # lying on the left, the right side is up
    Posture.RIGHT_SIDE: (0.0, 0.0, -1.0),
    Posture.SUPINE: (1.0, 0.0, 0.0),
    Posture.PRONE: (-1.0, 0.0, 0.0),
}
CLEAR = math.cos(math.radians(40))  # a posture is clear within 40 deg of its axis, which is at least 50 deg from all others
SETTLE_S = 0.4  # longer than a posture lasts that is only passed through when rolling over


def posture_of(up: Vector) -> Posture:
    """Return the posture in which the upward vertical has these components in pelvis axes (a unit vector)."""
    for posture, (x, y, z) in DIRECTIONS.items():
        if x * up[0] + y * up[1] + z * up[2] > CLEAR:
            return posture
    return Posture.UNCLEAR


class PostureDetector:
    """Detector of the posture; a new posture counts once it has lasted `SETTLE_S`."""

    def __init__(self) -> None:
        self.posture = Posture.UNCLEAR
        self._seen, self._since_s = Posture.UNCLEAR, -math.inf

    def push(self, t_s: float, up: Vector) -> bool:
        """Process one sample; return whether the posture changed."""
        seen = posture_of(up)
        if seen is not self._seen:
            self._seen, self._since_s = seen, t_s
        if seen is self.posture or t_s - self._since_s < SETTLE_S:
            return False
        self.posture = seen
        return True


def onto(up: Vector, goal: Vector) -> Array:
    """Return the shortest rotation (3, 3) that takes one unit vector to another; they must not be opposite.

    With the vertical of the start position as `up`, it removes the tilt of the clip on the body, which gravity shows.
    """
    a, b = np.array(up), np.array(goal)
    a = a / math.sqrt(a @ a)
    v, c = np.cross(a, b), float(a @ b)
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + c))


class StartPosition(ABC):
    """Position in which a drill starts, with the angles that gravity shows in it.

    To add a position, write one subclass.

    Attributes
    ----------
    name : str
        Name in error messages for authors of drills.
    signals : tuple of str
        The angles and other signals that a drill can use in it.
    postures : tuple of Posture
        The postures of the pelvis that belong to it.
    """

    name: str
    signals: tuple[str, ...]
    postures: tuple[Posture, ...]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def posture(self, side: Side) -> Posture | None:
        """Return the posture in which the hip of `side` works; None: any will do."""
        return self.postures[0]

    def shown_in(self, posture: Posture) -> StartPosition:
        """Return the start position whose angles are used while the wearer is in this posture."""
        return self

    @abstractmethod
    def angles(self, up: Up, posture: Posture, side: Side) -> dict[str, Array]:
        """Return the (n,) angles that gravity shows [deg] by name, from the vertical relative to the start position."""

    @abstractmethod
    def anatomical(self, angles: dict[str, Array], posture: Posture, side: Side, turn_deg: Array) -> Up:
        """Return obliquity, tilt and rotation relative to the start [rad], each (n,); NaN if they cannot be known."""


class Upright(StartPosition):
    """Standing: drop (free side lower), tilt (front down), turn (free side forward, from the gyroscope), jolt (a push)."""

    name, signals, postures = "upright", ("drop", "tilt", "turn", "jolt"), (Posture.UPRIGHT,)

    def angles(self, up: Up, posture: Posture, side: Side) -> dict[str, Array]:
        """Return the angles of the drill [deg] by name, from the vertical in pelvis axes."""
        x, y, z = up
        return {"drop": np.degrees(side.sign * _level(z)), "tilt": np.degrees(-np.arctan2(x, y))}

    def anatomical(self, angles: dict[str, Array], posture: Posture, side: Side, turn_deg: Array) -> Up:
        """Return obliquity, tilt and rotation of the pelvis [rad] from the drill's angles [deg]."""
        return np.radians(side.sign * angles["drop"]), np.radians(angles["tilt"]), np.radians(-side.sign * turn_deg)


class SideLying(StartPosition):
    """Lying on the side that does not work: roll (upper hip forward), hike (upper hip to the head)."""

    name, signals, postures = "side-lying", ("roll", "hike"), (Posture.LEFT_SIDE, Posture.RIGHT_SIDE)

    def posture(self, side: Side) -> Posture:
        """Return the posture that the drill starts from; None if any will do."""
        return Posture.RIGHT_SIDE if side is Side.LEFT else Posture.LEFT_SIDE

    def angles(self, up: Up, posture: Posture, side: Side) -> dict[str, Array]:
        """Return the angles of the drill [deg] by name, from the vertical in pelvis axes."""
        x, y, z = up
        upward = z if posture is Posture.LEFT_SIDE else -z
        return {"roll": np.degrees(-np.arctan2(x, upward)), "hike": np.degrees(-np.arctan2(y, upward))}

    def anatomical(self, angles: dict[str, Array], posture: Posture, side: Side, turn_deg: Array) -> Up:
        """Return obliquity, tilt and rotation of the pelvis [rad] from the drill's angles [deg]."""
        sign = 1.0 if posture is Posture.LEFT_SIDE else -1.0
        # Rolled forward, the upper side is in front.
        return np.radians(sign * angles["hike"]), _nothing(turn_deg), np.radians(sign * angles["roll"])


class Supine(StartPosition):
    """Lying on the back: height (pelvis lifted), drop (free side lower)."""

    name, signals, postures = "supine", ("height", "drop"), (Posture.SUPINE,)

    def angles(self, up: Up, posture: Posture, side: Side) -> dict[str, Array]:
        """Return the angles of the drill [deg] by name, from the vertical in pelvis axes."""
        x, y, z = up
        return {"drop": np.degrees(side.sign * _level(z)), "height": np.degrees(-np.arctan2(y, x))}

    def anatomical(self, angles: dict[str, Array], posture: Posture, side: Side, turn_deg: Array) -> Up:
        """Return obliquity, tilt and rotation of the pelvis [rad] from the drill's angles [deg]."""
        return _nothing(turn_deg), -np.radians(angles["height"]), np.radians(side.sign * angles["drop"])


class AnyPosition(StartPosition):
    """Any position that the wearer takes: lean (angle away from it, in any direction)."""

    name, signals, postures = "any", ("lean",), ()

    def posture(self, side: Side) -> None:
        """Return None: any posture will do."""

    def shown_in(self, posture: Posture) -> StartPosition:
        """Return the start position whose angles describe this posture."""
        return next((position for position in (UPRIGHT, SIDE_LYING, SUPINE) if posture in position.postures), self)

    def angles(self, up: Up, posture: Posture, side: Side) -> dict[str, Array]:
        """Return the angles of the drill [deg] by name, from the vertical in pelvis axes."""
        return {}

    def anatomical(self, angles: dict[str, Array], posture: Posture, side: Side, turn_deg: Array) -> Up:
        """Return obliquity, tilt and rotation of the pelvis [rad] from the drill's angles [deg]."""
        nothing = _nothing(turn_deg)
        return nothing, nothing, nothing


UPRIGHT, SIDE_LYING, SUPINE, ANY_POSITION = Upright(), SideLying(), Supine(), AnyPosition()


def _level(z: Array) -> Array:
    return np.asarray(np.arcsin(np.clip(z, -1.0, 1.0)))


def _nothing(like: Array) -> Array:
    return np.full(len(like), math.nan)


def relative(up: Up, zero: Array) -> Up:
    """Return the (n,) components of the vertical relative to the start, whose rotation is `zero` (3, 3)."""
    x, y, z = (zero[i, 0] * up[0] + zero[i, 1] * up[1] + zero[i, 2] * up[2] for i in range(3))
    return x, y, z


def lean_deg(pose: Pose, start: Vector) -> Array:
    """Return the angle (n,) between the vertical and the vertical in the start position [deg]."""
    cosine = pose.up[0] * start[0] + pose.up[1] * start[1] + pose.up[2] * start[2]
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
