"""Rotations of many samples, computed without matrix products, whose rounding depends on the number of samples."""

from __future__ import annotations

import math

import numpy as np

from levelhips.samples import Array

Vector = tuple[Array, Array, Array]
"""The x, y and z components of n vectors, (n,) each."""


def matrix_rows(quaternions: Array) -> tuple[Vector, Vector, Vector]:
    """Return the three rows of the rotation matrices of (n, 4) unit quaternions w, x, y, z; each element is (n,)."""
    q = np.ascontiguousarray(quaternions.T)
    w, x, y, z = q
    ww, xx, yy, zz = q * q
    xy, xz, yz, wx, wy, wz = x * y, x * z, y * z, w * x, w * y, w * z
    return (
        (ww + xx - yy - zz, 2 * (xy - wz), 2 * (xz + wy)),
        (2 * (xy + wz), ww - xx + yy - zz, 2 * (yz - wx)),
        (2 * (xz - wy), 2 * (yz + wx), ww - xx - yy + zz),
    )


def along(direction: Vector, vector: Array) -> Array:
    """Return the component (n,) of (3, n) vectors along n directions."""
    x, y, z = direction
    return np.asarray(x * vector[0] + y * vector[1] + z * vector[2])


def sensor_from_world(quaternion: Array) -> Array:
    """Return the matrix (3, 3) that takes world vectors to the sensor, from one world-from-sensor quaternion (4,)."""
    w, x, y, z = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
            [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
            [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def upright(quaternion: Array, east: float, north: float) -> Array:
    """Return a world-from-sensor quaternion (4,) whose world was turned so that its direction (east, north, 1) became vertical.

    `east` and `north` are small angles [rad].
    """
    size = math.sqrt(1.0 + 0.25 * (north * north + east * east))
    w, x, y = 1.0 / size, 0.5 * north / size, -0.5 * east / size
    a, b, c, d = quaternion
    return np.array((w * a - x * b - y * c, w * b + x * a + y * d, w * c - x * d + y * a, w * d + x * c - y * b))


def unwrap(angle_rad: Array, before_rad: float) -> Array:
    """Return (n,) angles [rad] without their jumps of 2 pi, continuing from the unwrapped angle before them."""
    chain = np.concatenate(([before_rad], angle_rad))
    turns = np.rint((chain[1:] - chain[:-1]) / (2 * np.pi))
    # Only the first difference is to an unwrapped angle; the cumulative sum passes its turns on to all others.
    return np.asarray(angle_rad - 2 * np.pi * turns.cumsum())
