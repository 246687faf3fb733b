"""Angles, specific force and angular rate of the pelvis at each sample, from the orientation of the sensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.motion.rotations import Vector, along, matrix_rows, unwrap
from levelhips.samples import Array


@dataclass(frozen=True, slots=True, eq=False)
class PelvisKinematics:
    """Orientation and motion of the pelvis, as (n,) arrays.

    World axes are east, north and up; without a magnetometer, east is an arbitrary direction that drifts slowly.

    Attributes
    ----------
    obliquity_rad, tilt_rad : array
        Relative to standing [rad]. Positive: right side higher; front down.
    heading_rad : array
        Direction of the mediolateral axis (to the right) in the world, unwrapped [rad].
    force_mps2, rate_radps : Vector
        Specific force [m/s2] and angular rate with the gyroscope bias removed [rad/s], in world axes.
    right_mps2 : array
        Specific force along the mediolateral axis, positive to the right [m/s2].
    roll_radps : array
        Angular rate about the fore-aft axis, gyroscope bias included [rad/s].
    up : Vector
        Vertical in sensor axes, unit length.
    up_in_pelvis : Vector
        Vertical in pelvis axes (forward, up along the spine, right), unit length.
    """

    obliquity_rad: Array
    tilt_rad: Array
    heading_rad: Array
    force_mps2: Vector
    rate_radps: Vector
    right_mps2: Array
    roll_radps: Array
    up: Vector
    up_in_pelvis: Vector


def pelvis_kinematics(
    world_from_sensor: Array,
    pelvis_from_sensor: Array,
    acc_mps2: Array,
    gyr_radps: Array,
    bias_radps: Array,
    *,
    heading_before_rad: float = 0.0,
) -> PelvisKinematics:
    """Compute the kinematics of the pelvis from the orientation and the mounting of the sensor.

    The result is the same to the last bit for any division into chunks: matrix products, whose rounding depends on the length
    of the input, are not used.

    Parameters
    ----------
    world_from_sensor : (n, 4) array
        Unit quaternions w, x, y, z.
    pelvis_from_sensor : (3, 3) array
        Rotation matrix of the mounting, to pelvis axes X forward, Y up, Z right.
    acc_mps2, gyr_radps, bias_radps : (n, 3) array
        Specific force, angular rate and the estimated bias of the gyroscope, in sensor axes.
    heading_before_rad : float
        Unwrapped heading of the sample before the first [rad].
    """
    rows = matrix_rows(world_from_sensor)
    east, north, up = rows
    acc, gyr = np.ascontiguousarray(acc_mps2.T), np.ascontiguousarray((gyr_radps - bias_radps).T)
    m = pelvis_from_sensor
    forward, upward, right = (m[i, 0] * up[0] + m[i, 1] * up[1] + m[i, 2] * up[2] for i in range(3))
    right_east, right_north = (rows[i][0] * m[2, 0] + rows[i][1] * m[2, 1] + rows[i][2] * m[2, 2] for i in range(2))
    return PelvisKinematics(
        obliquity_rad=np.arcsin(np.minimum(np.maximum(right, -1.0), 1.0)),  # the vertical component of the mediolateral axis: Baker 2001
        tilt_rad=-np.arctan2(forward, upward),
        heading_rad=unwrap(np.arctan2(right_north, right_east), heading_before_rad),
        force_mps2=(along(east, acc), along(north, acc), along(up, acc)),
        rate_radps=(along(east, gyr), along(north, gyr), along(up, gyr)),
        right_mps2=_component(acc_mps2, m[2]),
        roll_radps=_component(gyr_radps, m[0]),
        up=up,
        up_in_pelvis=(forward, upward, right),
    )


def _component(vectors: Array, axis: Array) -> Array:
    """Return the component (n,) of (n, 3) vectors along one axis (3,)."""
    return np.asarray(vectors[:, 0] * axis[0] + vectors[:, 1] * axis[1] + vectors[:, 2] * axis[2])
