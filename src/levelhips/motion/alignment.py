"""Alignment of the sensor with the pelvis, and an estimator of the clip's heading from the symmetry of running.

Standing gives the vertical. The outward face of the clip gives a rough heading, which running refines: running is
bilaterally symmetric, so one step later pitch motion repeats and roll motion changes sign. Over a stride, the even
harmonics of the horizontal angular rate therefore lie along the mediolateral axis and the odd ones along the fore-aft axis,
except for the runner's own asymmetry. Each harmonic is weighted by its amplitude relative to a typical asymmetry, with a
heavy-tailed distribution, because some runners are very asymmetric in one harmonic. The prior is that people clip the
sensor on nearly straight. The posterior, computed on a grid of headings, gives the estimate and its uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from levelhips.errors import SettingsError
from levelhips.samples import Array

AXES = {
    "+x": (1.0, 0.0, 0.0),
    "-x": (-1.0, 0.0, 0.0),
    "+y": (0.0, 1.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "+z": (0.0, 0.0, 1.0),
    "-z": (0.0, 0.0, -1.0),
}


def outward_axis(name: str) -> Array:
    """Return the unit vector (3,) of a sensor axis given by name, such as "+z".

    Raises
    ------
    SettingsError
        If the name is not one of +x, -x, +y, -y, +z, -z.
    """
    try:
        return np.array(AXES[name])
    except KeyError:
        raise SettingsError("no-such-axis", name=name, known=", ".join(AXES)) from None


def pelvis_from_sensor(up: Array, outward: Array, heading_rad: float = 0.0) -> Array:
    """Return the rotation (3, 3) from sensor to pelvis axes (X forward, Y up, Z right).

    Parameters
    ----------
    up : (3,) array
        Vertical (unit vector) in sensor axes, from standing.
    outward : (3,) array
        Unit vector in sensor axes that points away from the body; must not be parallel to `up`.
    heading_rad : float
        Angle by which the pelvis points further to the right than the clip [rad].
    """
    back = outward - (outward @ up) * up
    x = -back / math.sqrt(back @ back)
    z = np.array([x[1] * up[2] - x[2] * up[1], x[2] * up[0] - x[0] * up[2], x[0] * up[1] - x[1] * up[0]])
    c, s = math.cos(heading_rad), math.sin(heading_rad)
    return np.stack([c * x + s * z, up, c * z - s * x])


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """Prior of the heading, and weights of the harmonics of a stride."""

    prior_sd_deg: float = 6.0  # most clips are within 5 deg of straight (science.md); the shape of the sacrum adds to that
    prior_dof: float = 6.0  # heavy tails: a few people clip the sensor on at a large angle
    # Typical asymmetry in harmonics 1 to 4: of pitch in the odd ones, of roll in the even ones. Pitch: 7.5 and 3 deg/s in four
    # optical runs. Roll: the second harmonic of obliquity at the sacrum is 0-0.5 deg (biomechanics.md 5.2), or 0-9 deg/s at 1.4
    # strides/s. The first harmonic contains left-right differences of posture. The fifth and higher ones contain the landing
    # shocks and are not used.
    asymmetry_dps: tuple[float, ...] = (8.0, 7.0, 3.5, 5.0)
    asymmetry_dof: float = 4.0
    stride_noise_dps: float = 7.0  # spread of one harmonic from stride to stride (3-6 in three optical runners)
    memory_strides: int = 150  # every other stride is used, so this is about five minutes: short enough to follow a clip that creeps
    grid_deg: float = 30.0  # five standard deviations of the prior
    grid_points: int = 121  # one each half degree: a sixth of the smallest uncertainty in real runs (3 deg)
    points: int = 32  # per stride: enough for four harmonics without aliasing of the landing shocks


@dataclass(slots=True)
class _State:
    """Mean harmonics (2, 4) of the forward and right angular rate over the strides so far [rad/s], and the last estimate."""

    harmonics: NDArray[np.complex128]
    heading_rad: float
    sd_rad: float
    strides: int = 0


class HeadingEstimator:
    """Estimator of the pelvis heading relative to the leveled clip, from whole strides."""

    def __init__(self, settings: AlignmentSettings = AlignmentSettings()) -> None:
        self.settings = settings
        self._grid = np.radians(np.linspace(-settings.grid_deg, settings.grid_deg, settings.grid_points))
        self._c, self._s = np.cos(self._grid), np.sin(self._grid)
        scaled = (self._grid / math.radians(settings.prior_sd_deg)) ** 2 / settings.prior_dof
        self._log_prior = -(settings.prior_dof + 1) / 2 * np.log1p(scaled)
        self._usual = np.radians(np.array(settings.asymmetry_dps)) ** 2
        self._odd = np.arange(1, 1 + len(self._usual)) % 2 == 1
        self.restart()

    def restart(self) -> None:
        """Forget all strides, because the clip was moved."""
        harmonics = np.zeros((2, len(self._usual)), dtype=np.complex128)
        self._state = _State(harmonics, 0.0, math.radians(self.settings.prior_sd_deg))

    @property
    def strides(self) -> int:
        """Number of strides so far."""
        return self._state.strides

    @property
    def heading_rad(self) -> float:
        """Last estimate of the heading [rad]."""
        return self._state.heading_rad

    @property
    def sd_rad(self) -> float:
        """Standard uncertainty of `heading_rad` [rad]."""
        return self._state.sd_rad

    def push(self, forward_radps: Array, right_radps: Array) -> None:
        """Add a stride: its angular rates [rad/s], (points,) each, about the forward and right axes of the leveled clip."""
        state = self._state
        spectrum = np.fft.rfft(np.stack([forward_radps, right_radps]), axis=1)
        new = spectrum[:, 1 : 1 + len(self._usual)] * (2 / len(forward_radps))
        # A stride may begin with either foot, which flips the sign of the odd harmonics. Make all begin with the same foot.
        if state.strides and float(np.real(np.vdot(state.harmonics[:, self._odd], new[:, self._odd]))) < 0:
            new = np.where(self._odd, -new, new)
        state.strides += 1
        state.harmonics += (new - state.harmonics) / min(state.strides, self.settings.memory_strides)

    def estimate(self) -> tuple[float, float]:
        """Estimate the heading from the strides so far and the prior; return it and its standard uncertainty [rad]."""
        state = self._state
        if not state.strides:
            return state.heading_rad, state.sd_rad
        x, z = state.harmonics
        xx, zz, xz = np.abs(x) ** 2, np.abs(z) ** 2, np.real(x * np.conj(z))
        c, s = self._c[:, None], self._s[:, None]
        # If the pelvis is turned by h, forward = c x + s z and right = c z - s x. Odd harmonics should be in forward, even ones in
        # right; this is the power in the other axis.
        misplaced = np.where(
            self._odd,
            c * c * zz + s * s * xx - 2 * c * s * xz,
            c * c * xx + s * s * zz + 2 * c * s * xz,
        )
        noise = self._usual + math.radians(self.settings.stride_noise_dps) ** 2 / min(state.strides, self.settings.memory_strides)
        dof = self.settings.asymmetry_dof
        log_p = self._log_prior - ((dof + 2) / 2 * np.log1p(misplaced / (dof * noise))).sum(axis=1)
        p = np.exp(log_p - log_p.max())
        p /= p.sum()
        state.heading_rad = float(p @ self._grid)
        state.sd_rad = math.sqrt(float(p @ (self._grid - state.heading_rad) ** 2))
        return state.heading_rad, state.sd_rad
