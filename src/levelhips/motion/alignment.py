"""Sensor to pelvis: standing gives the vertical, the clip's outward face the rough heading, the run itself the fine one.

Running is bilaterally symmetric: shifted by one step, pitch motion repeats and roll motion changes sign. So over a
stride the even harmonics of the horizontal angular rate lie along the mediolateral axis and the odd ones along the
fore-aft axis, but for the runner's own asymmetry. How large that is decides what a harmonic is worth: its direction is
weighed by its amplitude against a usual asymmetry, with heavy tails, for some runners are quite lopsided in one
harmonic. The votes meet the prior that people clip a sensor on nearly straight, on a grid of headings whose posterior
gives the estimate and its uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

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
    """The sensor axis that faces away from the body, as a unit vector (3,).

    Raises
    ------
    SettingsError
        If the name is not one of +x, -x, +y, -y, +z, -z.
    """
    try:
        return np.array(AXES[name])
    except KeyError:
        raise SettingsError(f"{name!r} is no sensor axis", fix=f"Name the axis that faces away from the body: {', '.join(AXES)}") from None


def pelvis_from_sensor(up: Array, outward: Array, heading_rad: float = 0.0) -> Array:
    """The rotation (3, 3) from sensor to pelvis axes (X forward, Y up, Z right).

    Parameters
    ----------
    up : (3,) array
        The vertical in sensor axes, from standing; unit length.
    outward : (3,) array
        The clip's outward face in sensor axes.
    heading_rad : float
        By how much the fore-aft axis lies further to the right than the clip says [rad].
    """
    back = outward - (outward @ up) * up
    x = -back / math.sqrt(back @ back)
    z = np.array([x[1] * up[2] - x[2] * up[1], x[2] * up[0] - x[0] * up[2], x[0] * up[1] - x[1] * up[0]])
    c, s = math.cos(heading_rad), math.sin(heading_rad)
    return np.stack([c * x + s * z, up, c * z - s * x])


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """What a stride's harmonics are worth."""

    prior_sd_deg: float = 6.0  # people clip a sensor on within about 5 deg of straight (science.md), the sacrum adds its own
    prior_dof: float = 6.0  # heavy tails: some clip it on quite askew
    # Usual asymmetry of pitch (in odd harmonics) and of roll (in even ones), harmonics 1 to 4. Pitch: four optical runs give
    # 7.5 and 3. Roll: a second harmonic of obliquity of 0-0.5 deg at the sacrum (biomechanics.md 5.2) is 0-9 deg/s at 1.4
    # strides/s. The first carries left-right differences of posture, the fifth and above the shocks of landing: not used.
    asymmetry_dps: tuple[float, ...] = (8.0, 7.0, 3.5, 5.0)
    asymmetry_dof: float = 4.0
    stride_noise_dps: float = 7.0  # spread of one harmonic from stride to stride (3-6 in three optical runners)
    memory_strides: int = 150  # two minutes: a clip that creeps is followed
    grid_deg: float = 30.0
    points: int = 32  # a stride: the harmonics up to 4 without aliasing from the shocks


class HeadingEstimator:
    """Learn the heading of the pelvis in the levelled frame of the clip, stride by stride."""

    def __init__(self, settings: AlignmentSettings = AlignmentSettings()) -> None:
        self.settings = settings
        self._grid = np.radians(np.linspace(-settings.grid_deg, settings.grid_deg, 121))
        self._c, self._s = np.cos(self._grid), np.sin(self._grid)
        scaled = (self._grid / math.radians(settings.prior_sd_deg)) ** 2 / settings.prior_dof
        self._log_prior = -(settings.prior_dof + 1) / 2 * np.log1p(scaled)
        self._usual = np.radians(np.array(settings.asymmetry_dps)) ** 2
        self._odd = np.arange(1, 1 + len(self._usual)) % 2 == 1
        self.restart()

    def restart(self) -> None:
        """Forget the strides: the clip was moved."""
        self.strides = 0
        self._mean = np.zeros((2, len(self._usual)), dtype=np.complex128)
        self.heading_rad, self.sd_rad = 0.0, math.radians(self.settings.prior_sd_deg)

    def push(self, forward_radps: Array, right_radps: Array) -> None:
        """Take the horizontal angular rate of one stride, (points,) each, in the clip's levelled frame [rad/s]."""
        spectrum = np.fft.rfft(np.stack([forward_radps, right_radps]), axis=1)
        new = spectrum[:, 1 : 1 + len(self._usual)] * (2 / len(forward_radps))
        # A stride begins with either foot: turn each so that they add up (half a stride later the odd harmonics change sign).
        if self.strides and float(np.real(np.vdot(self._mean[:, self._odd], new[:, self._odd]))) < 0:
            new = np.where(self._odd, -new, new)
        self.strides += 1
        self._mean += (new - self._mean) / min(self.strides, self.settings.memory_strides)

    def estimate(self) -> tuple[float, float]:
        """The heading and its standard uncertainty [rad], from the strides so far and the prior."""
        if not self.strides:
            return self.heading_rad, self.sd_rad
        x, z = self._mean
        xx, zz, xz = np.abs(x) ** 2, np.abs(z) ** 2, np.real(x * np.conj(z))
        c, s = self._c[:, None], self._s[:, None]
        # With the pelvis turned by h, forward = c x + s z and right = c z - s x; odd harmonics belong forward, even ones right.
        wrong = np.where(
            self._odd,
            c * c * zz + s * s * xx - 2 * c * s * xz,
            c * c * xx + s * s * zz + 2 * c * s * xz,
        )
        noise = self._usual + math.radians(self.settings.stride_noise_dps) ** 2 / min(self.strides, self.settings.memory_strides)
        dof = self.settings.asymmetry_dof
        log_p = self._log_prior - ((dof + 2) / 2 * np.log1p(wrong / (dof * noise))).sum(axis=1)
        p = np.exp(log_p - log_p.max())
        p /= p.sum()
        self.heading_rad = float(p @ self._grid)
        self.sd_rad = math.sqrt(float(p @ (self._grid - self.heading_rad) ** 2))
        return self.heading_rad, self.sd_rad
