"""Results for each sample: the angles of the pelvis, and its pose, by which drills are evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from levelhips.samples import Array


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """Angles of the pelvis relative to standing, for each sample; read-only arrays of equal length.

    Attributes
    ----------
    t_s : (n,) array
        Sensor clock [s].
    obliquity_rad, tilt_rad, rotation_rad : (n,) array
        Angles [rad], positive if the right side is higher, the front lower, the right side further forward.
    drop_rad : (n,) array
        Contralateral drop in a stance whose side is known, NaN elsewhere [rad]. A contact is detected some 30 ms late, so
        the first value in a stance is the largest one since the contact. In a drill: the leading angle.
    side_sign : (n,) array
        +1 in right stance, -1 in left stance, 0 elsewhere.
    """

    t_s: Array
    obliquity_rad: Array
    tilt_rad: Array
    rotation_rad: Array
    drop_rad: Array
    side_sign: Array

    def __len__(self) -> int:
        return len(self.t_s)

    @classmethod
    def none(cls) -> Angles:
        """Return empty arrays."""
        return cls(*(np.empty(0) for _ in fields(cls)))

    @classmethod
    def join(cls, parts: Iterable[Angles]) -> Angles:
        """Concatenate the angles of consecutive samples."""
        kept = [part for part in parts if len(part)]
        if len(kept) == 1:
            return kept[0]
        if not kept:
            return cls.none()
        return cls(*(np.concatenate([getattr(part, f.name) for part in kept]) for f in fields(cls)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Angles):
            return NotImplemented
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name), equal_nan=True) for f in fields(self))


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Orientation of the pelvis relative to gravity, and its movement, for each sample; (n,) arrays in pelvis axes.

    Attributes
    ----------
    t_s : array
        Sensor clock [s].
    up : tuple of three arrays
        Forward, upward (toward the head) and right component of the vertical, low-passed at 9 Hz: for form faults, which are
        reported at once.
    slow_up : tuple of three arrays
        The same, low-passed at 2.5 Hz: for ranges of movement.
    turn_rad : array
        Heading of the axis that points to the right, unwrapped; it drifts slowly [rad].
    rate_radps, jolt_mps2 : array
        Magnitudes of the angular rate and of the acceleration without gravity.
    lateral_mps2 : array
        Acceleration to the right, without gravity.
    """

    t_s: Array
    up: tuple[Array, Array, Array]
    slow_up: tuple[Array, Array, Array]
    turn_rad: Array
    rate_radps: Array
    jolt_mps2: Array
    lateral_mps2: Array
