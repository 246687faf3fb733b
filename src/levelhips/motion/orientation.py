"""Orientation filters, each made incremental: angular rate and specific force in, world-from-sensor quaternions out.

The world's z axis points up; its heading is arbitrary and drifts slowly (no magnetometer: treadmills distort the field).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

import numpy as np
from vqf import VQF

from levelhips.errors import SettingsError
from levelhips.motion.rotations import sensor_from_world, upright
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array

BIAS_CLIP_DPS = 10.0  # the zero-rate level of common parts; VQF's own 2 deg/s is for calibrated ones
REST_ACC_MPS2 = 0.2  # VQF's own 0.5 takes a slow lean, as in a drill, for rest and its rate for bias; quiet stance stays under 0.15
FILTERS = ("vqf", "madgwick", "mahony", "ekf", "complementary")


class OrientationFilter(Protocol):
    """What the pipeline asks of an orientation filter."""

    def push(self, gyr_radps: Array, acc_mps2: Array) -> tuple[Array, Array]:
        """Take (n, 3) angular rates [rad/s] and specific forces [m/s2].

        Give (n, 4) quaternions w, x, y, z and the (n, 3) bias of the gyroscope as it was estimated at each sample.
        """

    def restart(self) -> None:
        """Forget the orientation, keep the bias: samples were lost for long."""


class VqfFilter:
    """VQF without magnetometer, and a way to lead it by hand.

    While `inertial` is set, the specific force is kept from it: the orientation is then the integral of the angular
    rate alone, and whoever set the flag corrects the drift with `turn_world` and `add_world_bias`.

    References
    ----------
    Laidig & Seel 2023, doi 10.1016/j.inffus.2022.10.014.
    """

    def __init__(self, rate_hz: float, tau_acc_s: float = 2.0, *, learn_at_rest: bool = True) -> None:
        self._filter = VQF(
            1.0 / rate_hz, tauAcc=tau_acc_s, biasClip=BIAS_CLIP_DPS, restThAcc=REST_ACC_MPS2, restBiasEstEnabled=learn_at_rest
        )
        self.inertial = False

    def push(self, gyr_radps: Array, acc_mps2: Array) -> tuple[Array, Array]:
        # VQF skips its correction and its rest detection on a specific force of exactly zero (a canary test holds it to that).
        acc = np.zeros(acc_mps2.shape) if self.inertial else np.ascontiguousarray(acc_mps2)
        out = self._filter.updateBatch(np.ascontiguousarray(gyr_radps), acc)
        return np.asarray(out["quat6D"]), np.asarray(out["bias"])

    def bias_sd_radps(self) -> float:
        """Standard uncertainty of the bias of the gyroscope [rad/s]."""
        return float(np.asarray(self._filter.getBiasEstimate()[1]).max())

    def set_bias(self, bias_radps: Array, sd_radps: float) -> None:
        """Somebody knows the bias (3,) of the gyroscope better."""
        self._filter.setBiasEstimate(np.ascontiguousarray(bias_radps), sd_radps)

    def restart(self) -> None:
        bias, sd = np.array(self._filter.state["bias"]), self.bias_sd_radps()
        self._filter.resetState()
        self._filter.setBiasEstimate(bias, sd)

    def turn_world(self, east: float, north: float) -> None:
        """Turn the world so that the direction (east, north, 1) becomes its vertical; both small [rad]."""
        state = self._filter.state
        state["accQuat"] = upright(state["accQuat"], east, north)
        self._filter.state = state

    def add_world_bias(self, bias_radps: Array) -> None:
        """Add to the estimate of the gyroscope's bias (3,), given in world axes [rad/s]."""
        state = self._filter.state
        state["bias"] = np.array(state["bias"]) + sensor_from_world(self._filter.getQuat6D()) @ bias_radps
        self._filter.state = state

    def trust_force_again(self) -> None:
        """End the inertial spell: the filter of the specific force starts in balance, with the present vertical."""
        self.inertial = False
        state = self._filter.state
        # The filter works in the frame of the integrated rate, before `accQuat` sets its vertical right.
        w, x, y, z = state["accQuat"]
        up = STANDARD_GRAVITY_MPS2 * np.array([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)])
        b, a = np.array(self._filter.coeffs["accLpB"]), np.array(self._filter.coeffs["accLpA"])
        state["accLpState"] = np.concatenate([self._filter.filterInitialState(value, b, a) for value in up])
        state["lastAccLp"] = up
        self._filter.state = state


class AhrsFilter:
    """One of the classic filters of the package `ahrs`, fed sample by sample; far from right in running, for comparison.

    The sensor's axes are first exchanged so that the one nearest to up is z, where these filters are at home.
    """

    def __init__(self, name: str, rate_hz: float) -> None:
        self.name, self.rate_hz = name, rate_hz
        self._swap: Array | None = None
        self._q: Array | None = None
        self._step = _ahrs_step(name, rate_hz)

    def push(self, gyr_radps: Array, acc_mps2: Array) -> tuple[Array, Array]:
        if not len(gyr_radps):
            return np.empty((0, 4)), np.empty((0, 3))
        if self._swap is None:
            self._swap = _axes_with_z_up(acc_mps2[0])
        gyr, acc = gyr_radps @ self._swap.T, acc_mps2 @ self._swap.T
        out = np.empty((len(gyr), 4))
        q = self._q
        for i in range(len(gyr)):
            q = self._step(_level(acc[i]) if q is None else q, gyr[i], acc[i])
            out[i] = q
        self._q = q
        half = _quaternion_of(self._swap)
        return _times_each(out, half), np.zeros((len(gyr), 3))

    def restart(self) -> None:
        self._q = None


def orientation_filter(name: str, rate_hz: float, tau_acc_s: float = 2.0, *, learn_at_rest: bool = True) -> OrientationFilter:
    """Make the named filter for a sampling rate; without `learn_at_rest` VQF leaves the bias at rest to others.

    Raises
    ------
    SettingsError
        If there is no filter of that name.
    """
    if name == "vqf":
        return VqfFilter(rate_hz, tau_acc_s, learn_at_rest=learn_at_rest)
    if name in FILTERS:
        return AhrsFilter(name, rate_hz)
    raise SettingsError(f"There is no orientation filter {name!r}", fix=f"Choose one of {', '.join(FILTERS)}")


def _ahrs_step(name: str, rate_hz: float) -> Callable[[Array, Array, Array], Array]:
    from ahrs.filters import EKF, Complementary, Madgwick, Mahony  # 0.3 s to import: only who asks for it waits

    if name == "madgwick":
        return cast(Callable[[Array, Array, Array], Array], Madgwick(frequency=rate_hz).updateIMU)
    if name == "mahony":
        return cast(Callable[[Array, Array, Array], Array], Mahony(frequency=rate_hz).updateIMU)
    if name == "ekf":
        return cast(Callable[[Array, Array, Array], Array], EKF(frequency=rate_hz, frame="NED").update)  # with "ENU" it stands on its head
    complementary = Complementary(frequency=rate_hz)

    def step(q: Array, gyr: Array, acc: Array) -> Array:
        # The package has this filter for whole arrays only; its recursion on roll and pitch, one sample at a time.
        roll, pitch, yaw = _euler_of(q)
        measured = complementary.am_estimation(acc)
        gain = complementary.gain
        roll = (roll + gyr[0] / rate_hz) * gain + measured[0] * (1 - gain)
        pitch = (pitch + gyr[1] / rate_hz) * gain + measured[1] * (1 - gain)
        return _of_euler(roll, pitch, yaw + gyr[2] / rate_hz)

    return step


def _times_each(p: Array, q: Array) -> Array:
    """The Hamilton product of each (n, 4) quaternion with one (4,)."""
    w, x, y, z = p[:, 0], p[:, 1], p[:, 2], p[:, 3]
    a, b, c, d = q
    return np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ],
        axis=1,
    )


def _axes_with_z_up(acc: Array) -> Array:
    """A proper exchange of axes (3, 3) after which the largest component of `acc` points along +z."""
    axis = int(np.argmax(np.abs(acc)))
    swap = np.stack([np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3], np.eye(3)[axis]])
    if acc[axis] < 0:
        swap = np.diag([1.0, -1.0, -1.0]) @ swap
    return swap


def _quaternion_of(matrix: Array) -> Array:
    from scipy.spatial.transform import Rotation

    x, y, z, w = Rotation.from_matrix(matrix).as_quat()
    return np.array([w, x, y, z])


def _level(acc: Array) -> Array:
    """The quaternion that turns the measured up onto the world's z by the shortest way."""
    up = acc / np.sqrt(acc @ acc)
    q = np.array([1.0 + up[2], up[1], -up[0], 0.0])
    return np.asarray(q / np.sqrt(q @ q))


def _euler_of(q: Array) -> tuple[float, float, float]:
    w, x, y, z = q
    return (
        float(np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))),
        float(np.arcsin(np.clip(2 * (w * y - z * x), -1, 1))),
        float(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))),
    )


def _of_euler(roll: float, pitch: float, yaw: float) -> Array:
    from scipy.spatial.transform import Rotation

    x, y, z, w = Rotation.from_euler("ZYX", [yaw, pitch, roll]).as_quat()
    return np.array([w, x, y, z])
