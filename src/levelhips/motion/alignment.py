"""Alignment of the sensor with the pelvis, and the heading of the clip learned from the symmetry of running.

Standing gives the vertical; the outward face of the clip gives its heading roughly; the run itself refines it. Running is
bilaterally symmetric: shifted by one step, pitch motion repeats and roll motion changes sign. So over a stride the even
harmonics of the horizontal angular rate lie along the mediolateral axis and the odd ones along the fore-aft axis, except
for the runner's own asymmetry. Each harmonic is weighted by its amplitude against a usual asymmetry, with heavy tails,
because some runners are quite asymmetric in one harmonic. The harmonics are combined with the prior that people clip a
sensor on nearly straight, on a grid of headings whose posterior gives the estimate and its uncertainty.
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
    """Return a named sensor axis as a unit vector (3,).

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
        The vertical in sensor axes, from standing; unit length.
    outward : (3,) array
        The axis in which the clip faces away from the body, in sensor axes; must not be parallel to `up`.
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
    """Prior of the heading, and how much the harmonics of a stride are worth."""

    prior_sd_deg: float = 6.0  # people clip a sensor on within about 5 deg of straight (science.md), the shape of the sacrum adds to it
    prior_dof: float = 6.0  # heavy tails: some clip it on at a large angle
    # Usual asymmetry of pitch (in odd harmonics) and of roll (in even ones), harmonics 1 to 4. Pitch: four optical runs give
    # 7.5 and 3. Roll: a second harmonic of obliquity of 0-0.5 deg at the sacrum (biomechanics.md 5.2) is 0-9 deg/s at 1.4
    # strides/s. The first carries left-right differences of posture, the fifth and above the shocks of landing: not used.
    asymmetry_dps: tuple[float, ...] = (8.0, 7.0, 3.5, 5.0)
    asymmetry_dof: float = 4.0
    stride_noise_dps: float = 7.0  # spread of one harmonic from stride to stride (3-6 in three optical runners)
    memory_strides: int = 150  # every other stride is taken, so five minutes or so: a clip that creeps is followed
    grid_deg: float = 30.0  # five standard deviations of the prior
    grid_points: int = 121  # every half degree, a sixth of the smallest uncertainty seen on real runs (3 deg)
    points: int = 32  # per stride: harmonics up to 4 without aliasing from the landing shocks


@dataclass(slots=True)
class _State:
    """Mean harmonics (2, 4) of the forward and right angular rate over the strides so far [rad/s], and the last estimate."""

    harmonics: NDArray[np.complex128]
    heading_rad: float
    sd_rad: float
    strides: int = 0


class HeadingEstimator:
    """Estimator of the heading of the pelvis in the leveled frame of the clip, from whole strides."""

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
        """Forget the strides: the clip was moved."""
        harmonics = np.zeros((2, len(self._usual)), dtype=np.complex128)
        self._state = _State(harmonics, 0.0, math.radians(self.settings.prior_sd_deg))

    @property
    def strides(self) -> int:
        """Strides so far."""
        return self._state.strides

    @property
    def heading_rad(self) -> float:
        """The heading as last estimated [rad]."""
        return self._state.heading_rad

    @property
    def sd_rad(self) -> float:
        """Standard uncertainty of that heading [rad]."""
        return self._state.sd_rad

    def push(self, forward_radps: Array, right_radps: Array) -> None:
        """Take the horizontal angular rate of one stride, (points,) each, in the leveled frame of the clip [rad/s]."""
        state = self._state
        spectrum = np.fft.rfft(np.stack([forward_radps, right_radps]), axis=1)
        new = spectrum[:, 1 : 1 + len(self._usual)] * (2 / len(forward_radps))
        # A stride begins with either foot, and half a stride later the odd harmonics change sign: make all begin alike.
        if state.strides and float(np.real(np.vdot(state.harmonics[:, self._odd], new[:, self._odd]))) < 0:
            new = np.where(self._odd, -new, new)
        state.strides += 1
        state.harmonics += (new - state.harmonics) / min(state.strides, self.settings.memory_strides)

    def estimate(self) -> tuple[float, float]:
        """Return the heading and its standard uncertainty [rad], from the strides so far and the prior."""
        state = self._state
        if not state.strides:
            return state.heading_rad, state.sd_rad
        x, z = state.harmonics
        xx, zz, xz = np.abs(x) ** 2, np.abs(z) ** 2, np.real(x * np.conj(z))
        c, s = self._c[:, None], self._s[:, None]
        # With the pelvis turned by h, forward = c x + s z and right = c z - s x; odd harmonics belong forward, even ones right.
        wrong = np.where(
            self._odd,
            c * c * zz + s * s * xx - 2 * c * s * xz,
            c * c * xx + s * s * zz + 2 * c * s * xz,
        )
        noise = self._usual + math.radians(self.settings.stride_noise_dps) ** 2 / min(state.strides, self.settings.memory_strides)
        dof = self.settings.asymmetry_dof
        log_p = self._log_prior - ((dof + 2) / 2 * np.log1p(wrong / (dof * noise))).sum(axis=1)
        p = np.exp(log_p - log_p.max())
        p /= p.sum()
        state.heading_rad = float(p @ self._grid)
        state.sd_rad = math.sqrt(float(p @ (self._grid - state.heading_rad) ** 2))
        return state.heading_rad, state.sd_rad
