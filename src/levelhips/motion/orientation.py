"""Orientation filters: world-from-sensor quaternions from angular rate and specific force, chunk by chunk.

The z axis of the world points up. Its heading is arbitrary and drifts slowly, because no magnetometer is used: treadmills
distort the magnetic field.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from vqf import VQF

from levelhips.errors import SettingsError
from levelhips.motion import ahrs_filters
from levelhips.motion.rotations import sensor_from_world, upright
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array

BIAS_CLIP_DPS = 10.0  # zero-rate level of common gyroscopes; the 2 deg/s that VQF assumes hold for calibrated ones
REST_ACC_MPS2 = 0.2  # quiet stance stays below 0.15; the default 0.5 mistakes a slow lean in a drill for rest
FILTERS = ("vqf", *ahrs_filters.NAMES)


class OrientationFilter(Protocol):
    """Interface of an orientation filter, as the pipeline uses it."""

    def push(self, gyr_radps: Array, acc_mps2: Array) -> tuple[Array, Array]:
        """Process the next angular rates (n, 3) [rad/s] and specific forces (n, 3) [m/s2].

        Returns
        -------
        world_from_sensor : (n, 4) array
            Unit quaternions w, x, y, z.
        bias_radps : (n, 3) array
            Estimated bias of the gyroscope at each sample.
        """

    def restart(self) -> None:
        """Forget the orientation and keep the bias, after a long gap."""


class VqfFilter:
    """VQF filter without magnetometer, with methods to correct its vertical and bias from outside.

    While `inertial` is set, VQF gets no specific force and only integrates the angular rate. The code that set the flag must
    then correct the drift with `turn_world` and `add_world_bias`.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    tau_acc_s : float
        Time constant of the accelerometer correction [s].
    learn_at_rest : bool
        Whether VQF estimates the bias of the gyroscope at rest; without it, use `set_bias`.

    References
    ----------
    Laidig & Seel 2023, doi 10.1016/j.inffus.2022.10.014.
    """

    def __init__(self, rate_hz: float, tau_acc_s: float = 2.0, *, learn_at_rest: bool = True) -> None:
        self.rate_hz, self.tau_acc_s, self.learn_at_rest = rate_hz, tau_acc_s, learn_at_rest
        self._filter = self._new_filter()
        self.inertial = False

    def _new_filter(self) -> VQF:
        return VQF(
            1.0 / self.rate_hz,
            tauAcc=self.tau_acc_s,
            biasClip=BIAS_CLIP_DPS,
            restThAcc=REST_ACC_MPS2,
            restBiasEstEnabled=self.learn_at_rest,
        )

    def __getstate__(self) -> dict[str, Any]:
        # VQF is compiled and cannot be pickled, but its whole state is a plain dictionary.
        return {**self.__dict__, "_filter": self._filter.state}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._filter = self._new_filter()
        self._filter.state = state["_filter"]

    def push(self, gyr_radps: Array, acc_mps2: Array) -> tuple[Array, Array]:
        """Process the next samples; see `OrientationFilter.push`."""
        # VQF skips its correction and its rest detection on a specific force of exactly zero (tests/test_canaries.py).
        acc = np.zeros(acc_mps2.shape) if self.inertial else np.ascontiguousarray(acc_mps2)
        out = self._filter.updateBatch(np.ascontiguousarray(gyr_radps), acc)
        return np.asarray(out["quat6D"]), np.asarray(out["bias"])

    def bias_sd_radps(self) -> float:
        """Return the standard uncertainty of the gyroscope's bias [rad/s]."""
        return float(np.asarray(self._filter.getBiasEstimate()[1]).max())

    def set_bias(self, bias_radps: Array, sd_radps: float) -> None:
        """Set the bias (3,) of the gyroscope and its standard uncertainty [rad/s]."""
        self._filter.setBiasEstimate(np.ascontiguousarray(bias_radps), sd_radps)

    def restart(self) -> None:
        """Forget the orientation, keep the bias of the gyroscope."""
        bias, sd = np.array(self._filter.state["bias"]), self.bias_sd_radps()
        self._filter.resetState()
        self._filter.setBiasEstimate(bias, sd)

    def turn_world(self, east: float, north: float) -> None:
        """Turn the world so that its direction (east, north, 1) becomes vertical; `east` and `north` are small angles [rad]."""
        state = self._filter.state
        state["accQuat"] = upright(state["accQuat"], east, north)
        self._filter.state = state

    def add_world_bias(self, bias_radps: Array) -> None:
        """Add a bias (3,), given in world axes [rad/s], to the estimated bias of the gyroscope."""
        state = self._filter.state
        state["bias"] = np.array(state["bias"]) + sensor_from_world(self._filter.getQuat6D()) @ bias_radps
        self._filter.state = state

    def trust_force_again(self) -> None:
        """Clear `inertial`, and start the low-pass filter of the specific force settled at the present vertical."""
        self.inertial = False
        state = self._filter.state
        # That filter works in the frame of the integrated rate, in which `accQuat` has not yet corrected the vertical.
        w, x, y, z = state["accQuat"]
        up = STANDARD_GRAVITY_MPS2 * np.array([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)])
        b, a = np.array(self._filter.coeffs["accLpB"]), np.array(self._filter.coeffs["accLpA"])
        state["accLpState"] = np.concatenate([self._filter.filterInitialState(value, b, a) for value in up])
        state["lastAccLp"] = up
        self._filter.state = state


def orientation_filter(name: str, rate_hz: float, tau_acc_s: float = 2.0, *, learn_at_rest: bool = True) -> OrientationFilter:
    """Return a new filter by its name in `FILTERS`. Only VQF uses `tau_acc_s` and `learn_at_rest` (see `VqfFilter`).

    Raises
    ------
    SettingsError
        If the name is not in `FILTERS`.
    """
    if name == "vqf":
        return VqfFilter(rate_hz, tau_acc_s, learn_at_rest=learn_at_rest)
    if name in FILTERS:
        return ahrs_filters.AhrsFilter(name, rate_hz)
    raise SettingsError("no-such-filter", name=name, known=", ".join(FILTERS))
