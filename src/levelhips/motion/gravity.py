"""The stride-synchronous correction of gravity: what keeps the vertical true to a tenth of a degree in running.

The gyroscope alone carries the orientation over a few seconds to some hundredths of a degree. What it drifts shows up
in the horizontal velocity: with a vertical that is wrong by `e` the integral of the specific force runs away by g e.
A runner on a treadmill has a mean velocity of nothing over every whole stride, so the run-away is seen against the few
centimetres per second by which strides really differ, instead of against the 3 g of every landing. A Kalman filter of
three states an axis (run-away velocity, error of the vertical, its rate) weighs that against the gyroscope. Off the
treadmill runners do change their speed: the filter watches how surprised it is and trusts the strides less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from levelhips.samples import STANDARD_GRAVITY_MPS2

G = STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class GravitySettings:
    """Noise of the model; SDs."""

    stride_velocity_mps: float = 0.05  # spread of the mean velocity of a stride on a treadmill: 3 cm of wander in 0.7 s
    speed_wander_mps_rts: float = 0.02  # slow change of speed, per root second
    tilt_wander_rad_rts: float = 2e-4  # gyroscope noise and scale error over a step's swing: 0.01 deg per root second
    drift_wander_radps_rts: float = 2e-5  # bias instability, warming up: 0.001 deg/s per root second
    first_tilt_rad: float = 0.009  # VQF after standing and the first steps: 0.5 deg
    first_drift_radps: float = 0.002  # bias after standing still: 0.1 deg/s
    learn_distrust: float = 0.1  # of the logarithm of the noise, a step: ten steps of surprise double it and more
    gap_distrust: float = 7.4  # behind a gap a stride's filled part errs too: with this a step is called good a second later ...
    doubt_from_rad: float = 0.007  # ... if the gap cost 0.4 deg or more
    lost_surprise: float = 12.0  # of two axes whose mean is 1: it does not come by chance ...
    lost_steps: int = 4  # ... so often in a row: not the speed changed, but the vertical was lost
    lost_rad: float = 0.06
    most_distrust: float = 100.0  # ten times the SD: a speed that changes by 0.5 m/s from stride to stride


@dataclass(slots=True)
class _Axis:
    velocity: float = 0.0
    tilt: float = 0.0
    drift: float = 0.0


class GravityCorrection:
    """Estimate the error of the vertical (two small angles) and its drift from the strides' mean velocities."""

    def __init__(self, settings: GravitySettings = GravitySettings()) -> None:
        self.settings = settings
        self.start(settings.first_tilt_rad, settings.first_drift_radps)

    def start(self, tilt_sd_rad: float, drift_sd_radps: float) -> None:
        """Begin anew: nothing known of the velocity, the vertical and its drift to within these SDs."""
        self._axes = (_Axis(), _Axis())
        # Covariance of (velocity, tilt, drift), the same for both axes: vv, vt, vd, tt, td, dd.
        self._p = [1e4, 0.0, 0.0, tilt_sd_rad**2, 0.0, drift_sd_radps**2]
        self._lost = 0
        self._distrust = 0.0  # logarithm of what the noise is multiplied with
        self._at_s: float | None = None
        self._turned: list[tuple[float, float, float]] = []

    def widen(self, tilt_sd_rad: float, velocity_sd_mps: float = math.inf) -> None:
        """Samples were lost: the vertical is less sure, and so is the velocity; behind a long gap nothing is known of it."""
        if tilt_sd_rad > self.settings.doubt_from_rad:
            self._distrust = max(self._distrust, math.log(self.settings.gap_distrust))
        if math.isfinite(velocity_sd_mps):
            self._p[3] += tilt_sd_rad**2
            self._p[0] += velocity_sd_mps**2
            return
        _, _, _, tt, _, dd = self._p
        self._p = [1e4, 0.0, 0.0, tt + tilt_sd_rad**2, 0.0, dd]
        self._at_s = None

    @property
    def tilt_sd_rad(self) -> float:
        """Present standard uncertainty of the vertical, an axis [rad]."""
        return math.sqrt(max(self._p[3], 0.0))

    @property
    def error_rad(self) -> float:
        """How far the vertical in use may be off: its uncertainty, and what is known but waits for the bar line [rad]."""
        x, y = self._axes
        return math.sqrt(max(self._p[3], 0.0) + x.tilt * x.tilt + y.tilt * y.tilt)

    def push(self, at_s: float, stride_s: float, velocity_mps: tuple[float, float]) -> None:
        """Take the mean horizontal velocity of the stride of length `stride_s` that ended at `at_s`, in world axes."""
        cfg = self.settings
        if self._at_s is not None:
            self._predict(at_s - self._at_s)
        self._at_s = at_s
        vv, vt, vd, tt, td, dd = self._p
        # The mean over the stride is the velocity half a stride ago: v - g e T/2 + g d T^2/6.
        h1, h2 = -G * stride_s / 2, G * stride_s**2 / 6
        pv = vv + h1 * vt + h2 * vd
        pt = vt + h1 * tt + h2 * td
        pd = vd + h1 * td + h2 * dd
        noise = cfg.stride_velocity_mps**2 * math.exp(self._distrust)
        s = pv + h1 * pt + h2 * pd + noise
        kv, kt, kd = pv / s, pt / s, pd / s
        surprise = 0.0
        for axis, measured in zip(self._axes, self._as_if_turned_before(at_s, stride_s, velocity_mps), strict=True):
            error = measured - (axis.velocity + h1 * axis.tilt + h2 * axis.drift)
            surprise += error * error / s / 2
            axis.velocity += kv * error
            axis.tilt += kt * error
            axis.drift += kd * error
        self._p = [vv - kv * pv, vt - kv * pt, vd - kv * pd, tt - kt * pt, td - kt * pd, dd - kd * pd]
        # More surprise than the noise explains raises it, less lowers it: it settles where both agree.
        most = math.log(cfg.most_distrust)
        self._lost = self._lost + 1 if surprise > cfg.lost_surprise else 0
        if self._lost >= cfg.lost_steps:
            self.widen(cfg.lost_rad)
            self._distrust, self._lost = 0.0, 0
            return
        self._distrust = min(max(self._distrust + cfg.learn_distrust * (min(surprise, 5.0) - 1.0), 0.0), most)

    def take(self, at_s: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Give the error of the vertical at `at_s` and its rate, per axis, and start from none: they are being corrected."""
        if self._at_s is not None and at_s > self._at_s:
            self._predict(at_s - self._at_s)
            self._at_s = at_s
        (x, y), self._turned = self._axes, [turn for turn in self._turned if turn[0] > at_s - 3.0]
        tilts, drifts = (x.tilt, y.tilt), (x.drift, y.drift)
        self._turned.append((at_s, *tilts))
        for axis in self._axes:
            axis.tilt = axis.drift = 0.0
        return tilts, drifts

    def _as_if_turned_before(self, at_s: float, stride_s: float, velocity_mps: tuple[float, float]) -> tuple[float, float]:
        # A correction inside the stride took its run-away out of the later part only; take it out of the earlier too.
        from_s, (x, y) = at_s - stride_s, velocity_mps
        for turned_s, tilt_x, tilt_y in self._turned:
            if turned_s > from_s:
                still = G * (turned_s - from_s) ** 2 / (2 * stride_s)
                x, y = x + still * tilt_x, y + still * tilt_y
        return x, y

    def _predict(self, dt: float) -> None:
        for axis in self._axes:
            axis.velocity += G * (axis.tilt * dt + axis.drift * dt * dt / 2)
            axis.tilt += axis.drift * dt
        self._predict_covariance(dt)

    def _predict_covariance(self, dt: float) -> None:
        cfg = self.settings
        vv, vt, vd, tt, td, dd = self._p
        a, b = G * dt, G * dt * dt / 2
        vv, vt, vd, tt, td = (
            vv + 2 * a * vt + 2 * b * vd + a * a * tt + 2 * a * b * td + b * b * dd,
            vt + dt * vd + a * (tt + dt * td) + b * (td + dt * dd),
            vd + a * td + b * dd,
            tt + 2 * dt * td + dt * dt * dd,
            td + dt * dd,
        )
        self._p = [
            vv + cfg.speed_wander_mps_rts**2 * math.exp(self._distrust) * dt,
            vt,
            vd,
            tt + cfg.tilt_wander_rad_rts**2 * dt,
            td,
            dd + cfg.drift_wander_radps_rts**2 * dt,
        ]
