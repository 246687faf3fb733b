"""From orientation to the pelvis: its angles, its vertical and horizontal load, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.samples import Array


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """What a run of orientations says of the pelvis, (n,) each, world axes with z up.

    Attributes
    ----------
    obliquity_rad, tilt_rad, heading_rad : array
        Right side higher and front down positive, from standing; heading of the mediolateral axis in the world, -pi to pi.
    force_mps2, rate_radps : tuple of three arrays
        Specific force and angular rate in world axes.
    up : tuple of three arrays
        The vertical in sensor axes.
    """

    obliquity_rad: Array
    tilt_rad: Array
    heading_rad: Array
    force_mps2: tuple[Array, Array, Array]
    rate_radps: tuple[Array, Array, Array]
    up: tuple[Array, Array, Array]


def posture(world_from_sensor: Array, pelvis_from_sensor: Array, acc_mps2: Array, gyr_radps: Array) -> Posture:
    """Turn (n, 4) quaternions, the mounting (3, 3), (n, 3) forces and (n, 3) bias-free rates into the pelvis' posture.

    Every operation works sample by sample (no products of matrices: their rounding depends on the length of the input),
    so that any cut gives the same bits.
    """
    q = np.ascontiguousarray(world_from_sensor.T)
    w, x, y, z = q
    ww, xx, yy, zz = q * q
    xy, xz, yz, wx, wy, wz = x * y, x * z, y * z, w * x, w * y, w * z
    rows = (
        (ww + xx - yy - zz, 2 * (xy - wz), 2 * (xz + wy)),
        (2 * (xy + wz), ww - xx + yy - zz, 2 * (yz - wx)),
        (2 * (xz - wy), 2 * (yz + wx), ww - xx - yy + zz),
    )
    acc, gyr = np.ascontiguousarray(acc_mps2.T), np.ascontiguousarray(gyr_radps.T)
    east, north, up = rows
    m = pelvis_from_sensor
    forward, upward, right = (m[i, 0] * up[0] + m[i, 1] * up[1] + m[i, 2] * up[2] for i in range(3))
    right_east, right_north = (rows[i][0] * m[2, 0] + rows[i][1] * m[2, 1] + rows[i][2] * m[2, 2] for i in range(2))
    return Posture(
        obliquity_rad=np.arcsin(np.clip(right, -1.0, 1.0)),  # the vertical component of the mediolateral axis: Baker 2001
        tilt_rad=-np.arctan2(forward, upward),
        heading_rad=np.arctan2(right_north, right_east),
        force_mps2=(_along(east, acc), _along(north, acc), _along(up, acc)),
        rate_radps=(_along(east, gyr), _along(north, gyr), _along(up, gyr)),
        up=up,
    )


def _along(direction: tuple[Array, Array, Array], vector: Array) -> Array:
    """The component of (3, n) vectors along directions that change with them."""
    x, y, z = direction
    return np.asarray(x * vector[0] + y * vector[1] + z * vector[2])
