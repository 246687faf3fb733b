"""Sample-by-sample results: pelvic angles in a run and the pose in a drill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from levelhips.samples import Array


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """The pelvis against standing, sample by sample; read-only arrays of one length.

    Attributes
    ----------
    t_s : (n,) array
        Sensor clock [s].
    obliquity_rad, tilt_rad, rotation_rad : (n,) array
        Right side higher, front down, right side forward are positive [rad].
    drop_rad : (n,) array
        In a stance whose side is known: the contralateral drop; NaN elsewhere. Its first value in a stance is the
        largest since the contact, which becomes known some 30 ms late [rad]. In a drill: its leading angle.
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
        return cls(*(np.empty(0) for _ in fields(cls)))

    @classmethod
    def join(cls, parts: Iterable[Angles]) -> Angles:
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
    """How the pelvis lies to gravity and moves, sample by sample; what drills are judged by. (n,) arrays, pelvis axes.

    Attributes
    ----------
    t_s : array
        Sensor clock [s].
    up : tuple of three arrays
        The vertical: forward, upward (to the head) and right component; smoothed lightly (9 Hz), for what must be said at once.
    slow_up : tuple of three arrays
        The same smoothed more (2.5 Hz), for ranges.
    turn_rad : array
        Heading of the right-pointing axis about the vertical, unwrapped; it drifts slowly [rad].
    rate_radps, jolt_mps2 : array
        Sizes of the angular rate, and of the acceleration without gravity.
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
