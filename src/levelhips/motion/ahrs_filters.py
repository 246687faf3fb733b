"""Classic orientation filters from the package `ahrs`, run chunk by chunk; for comparison with VQF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np

from levelhips.samples import Array

NAMES = ("madgwick", "mahony", "ekf", "complementary")


class _Step(Protocol):
    """One step of a filter: from orientation (4,), angular rate (3,) [rad/s] and specific force (3,) [m/s2], the next orientation (4,)."""

    def __call__(self, q: Array, gyr: Array, acc: Array) -> Array: ...


@dataclass(slots=True)
class _State:
    """The permutation of axes (3, 3) chosen at the first sample, and the last orientation (4,)."""

    swap: Array | None = None
    quaternion: Array | None = None


class AhrsFilter:
    """One of the classic filters, run sample by sample with its default gains. Not accurate in running.

    The sensor axes are first permuted so that the one nearest to the vertical becomes z, as these filters assume.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, name: str, rate_hz: float) -> None:
        self.name, self.rate_hz = name, rate_hz
        self._step, self._state = _step_of(name, rate_hz), _State()

    def push(self, gyr_radps: Array, acc_mps2: Array) -> tuple[Array, Array]:
        """Return world-from-sensor quaternions (n, 4), and zeros (n, 3) for the gyroscope bias: these filters do not estimate it."""
        if not len(gyr_radps):
            return np.empty((0, 4)), np.empty((0, 3))
        state = self._state
        swap = _axes_with_z_up(acc_mps2[0]) if state.swap is None else state.swap
        gyr, acc = gyr_radps @ swap.T, acc_mps2 @ swap.T
        out = np.empty((len(gyr), 4))
        q = state.quaternion
        for i in range(len(gyr)):
            q = self._step(_level(acc[i]) if q is None else q, gyr[i], acc[i])
            out[i] = q
        state.swap, state.quaternion = swap, q
        return _times_each(out, _quaternion_of(swap)), np.zeros((len(gyr), 3))

    def restart(self) -> None:
        """Forget the orientation."""
        self._state.quaternion = None


class _Complementary:
    """Complementary filter on roll and pitch, one sample at a time; `ahrs` itself can only filter whole arrays."""

    def __init__(self, rate_hz: float) -> None:
        from ahrs.filters import Complementary

        self._rate_hz, self._filter = rate_hz, Complementary(frequency=rate_hz)

    def __call__(self, q: Array, gyr: Array, acc: Array) -> Array:
        roll, pitch, yaw = _euler_of(q)
        measured, gain, rate_hz = self._filter.am_estimation(acc), self._filter.gain, self._rate_hz
        roll = (roll + gyr[0] / rate_hz) * gain + measured[0] * (1 - gain)
        pitch = (pitch + gyr[1] / rate_hz) * gain + measured[1] * (1 - gain)
        return _of_euler(roll, pitch, yaw + gyr[2] / rate_hz)


def _step_of(name: str, rate_hz: float) -> _Step:
    from ahrs.filters import EKF, Madgwick, Mahony  # takes 0.3 s to import: only users of these filters should wait for it

    if name == "complementary":
        return _Complementary(rate_hz)
    made: dict[str, Any] = {
        "madgwick": lambda: Madgwick(frequency=rate_hz).updateIMU,
        "mahony": lambda: Mahony(frequency=rate_hz).updateIMU,
        "ekf": lambda: EKF(frequency=rate_hz, frame="NED").update,  # with "ENU" the result is upside down
    }
    return cast(_Step, made[name]())


def _times_each(p: Array, q: Array) -> Array:
    """Return the Hamilton product of each (n, 4) quaternion with one (4,)."""
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
    """Return the permutation of axes (3, 3), a rotation, that makes the largest component of `acc` (3,) point along +z."""
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
    """Return the quaternion (4,) of the smallest rotation that takes the measured vertical to the world's z axis."""
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
