"""Stride-synchronous gravity correction: keeps the vertical accurate to a tenth of a degree in running.

The gyroscope alone keeps the orientation accurate to some hundredths of a degree for a few seconds. After that its drift
shows in the horizontal velocity: if the vertical is wrong by the angle `e`, the integral of the horizontal specific force
grows by g e each second. On a treadmill the mean velocity of every whole stride is zero, and the forces of the landings
cancel over it. So this growth is visible above the stride-to-stride spread of a few centimeters per second. A Kalman filter
with three states for each axis (velocity, error of the vertical, drift of that error) weights the strides against the
gyroscope. Outdoors runners change their speed: if strides differ from the prediction more than expected, the filter
assumes more noise in them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from levelhips.samples import STANDARD_GRAVITY_MPS2

G = STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class GravitySettings:
    """Standard deviations of the model's noise, and the reaction to strides that contradict the model."""

    stride_velocity_mps: float = 0.05  # stride-to-stride spread of the mean velocity on a treadmill: 3 cm of drift in 0.7 s
    speed_wander_mps_rts: float = 0.02  # slow change of speed, per root second
    tilt_wander_rad_rts: float = 2e-4  # gyroscope noise, and its scale error over the swing of a step: 0.01 deg per root second
    drift_wander_radps_rts: float = 2e-5  # bias instability and warm-up: 0.001 deg/s per root second
    first_tilt_rad: float = 0.009  # error of VQF after standing and the first steps: 0.5 deg
    first_drift_radps: float = 0.002  # remaining bias after standing still: 0.1 deg/s
    unknown_velocity_mps: float = 100.0  # the integral starts at an arbitrary value, so the velocity is unknown
    learn_distrust: float = 0.1  # change in the logarithm of the noise per step: ten surprising steps more than double the noise
    max_surprise: float = 5.0  # caps the effect of one stumble, so that four steps undo it; 3-10 change the drop error by 0.3 %
    max_distrust: float = 100.0  # of the variance, so ten times the SD: speed that changes by 0.5 m/s from stride to stride
    gap_distrust: float = 7.4  # the filled samples of a gap have errors too: with this factor, steps are valid again a second later ...
    doubt_from_rad: float = 0.007  # ... used if the gap added 0.4 deg or more to the uncertainty
    lost_surprise: float = 12.0  # mean over two axes, expected value 1: this large is not chance ...
    lost_steps: int = 4  # ... this often in a row: it is not a change of speed, the vertical is wrong
    lost_rad: float = 0.06  # new uncertainty of 3.4 deg, so that the next strides correct it; 0.03-0.12 give the same results
    remember_turns_s: float = 3.0  # longer than any stride: the effect of a correction is removed from the whole stride it falls in


@dataclass(slots=True)
class _Axis:
    """State of one horizontal axis: velocity [m/s], error of the vertical [rad] and drift of that error [rad/s]."""

    velocity: float = 0.0
    tilt: float = 0.0
    drift: float = 0.0


@dataclass(slots=True)
class _State:
    """Everything the filter remembers between calls."""

    # Covariance of (velocity, tilt, drift), the same for both axes: vv, vt, vd, tt, td, dd.
    covariance: list[float]
    axes: tuple[_Axis, _Axis] = field(default_factory=lambda: (_Axis(), _Axis()))
    at_s: float | None = None  # time of the estimate
    distrust: float = 0.0  # logarithm of the factor on the noise of strides
    lost_steps: int = 0  # strides in a row that contradict the vertical
    turns: list[tuple[float, float, float]] = field(default_factory=list)  # time and angles of the last corrections


class GravityCorrection:
    """Kalman filter that estimates the error of the vertical (two small angles) and its drift from the mean velocities of strides."""

    def __init__(self, settings: GravitySettings = GravitySettings()) -> None:
        self.settings = settings
        self.start(settings.first_tilt_rad, settings.first_drift_radps)

    def start(self, tilt_sd_rad: float, drift_sd_radps: float) -> None:
        """Restart with these standard deviations of the vertical and of its drift, and an unknown velocity."""
        velocity = self.settings.unknown_velocity_mps**2
        self._state = _State([velocity, 0.0, 0.0, tilt_sd_rad**2, 0.0, drift_sd_radps**2])

    def widen(self, tilt_sd_rad: float, velocity_sd_mps: float = math.inf) -> None:
        """Add uncertainty to the vertical and the velocity after lost samples; by default, the velocity becomes unknown."""
        state = self._state
        if tilt_sd_rad > self.settings.doubt_from_rad:
            state.distrust = max(state.distrust, math.log(self.settings.gap_distrust))
        if math.isfinite(velocity_sd_mps):
            state.covariance[3] += tilt_sd_rad**2
            state.covariance[0] += velocity_sd_mps**2
            return
        _, _, _, tt, _, dd = state.covariance
        state.covariance = [self.settings.unknown_velocity_mps**2, 0.0, 0.0, tt + tilt_sd_rad**2, 0.0, dd]
        state.at_s = None

    @property
    def tilt_sd_rad(self) -> float:
        """Standard uncertainty of the estimated error of the vertical, per axis [rad]."""
        return math.sqrt(max(self._state.covariance[3], 0.0))

    @property
    def error_rad(self) -> float:
        """Expected error of the vertical in use [rad]: its uncertainty and the estimated error that is not yet corrected."""
        x, y = self._state.axes
        return math.sqrt(max(self._state.covariance[3], 0.0) + x.tilt * x.tilt + y.tilt * y.tilt)

    def push(self, at_s: float, stride_s: float, velocity_mps: tuple[float, float]) -> None:
        """Add a stride of duration `stride_s` [s] that ended at `at_s` [s], with its mean velocity (east, north) [m/s]."""
        cfg, state = self.settings, self._state
        if state.at_s is not None:
            self._predict(at_s - state.at_s)
        state.at_s = at_s
        vv, vt, vd, tt, td, dd = state.covariance
        # Mean velocity of a stride of duration T that ended with velocity v, tilt e and drift d: v - g e T/2 + g d T^2/6.
        h1, h2 = -G * stride_s / 2, G * stride_s**2 / 6
        pv = vv + h1 * vt + h2 * vd
        pt = vt + h1 * tt + h2 * td
        pd = vd + h1 * td + h2 * dd
        noise = cfg.stride_velocity_mps**2 * math.exp(state.distrust)
        s = pv + h1 * pt + h2 * pd + noise
        kv, kt, kd = pv / s, pt / s, pd / s
        surprise = 0.0
        for axis, measured in zip(state.axes, self._as_if_turned_throughout(at_s, stride_s, velocity_mps), strict=True):
            error = measured - (axis.velocity + h1 * axis.tilt + h2 * axis.drift)
            surprise += error * error / s / 2
            axis.velocity += kv * error
            axis.tilt += kt * error
            axis.drift += kd * error
        state.covariance = [vv - kv * pv, vt - kv * pt, vd - kv * pd, tt - kt * pt, td - kt * pd, dd - kd * pd]
        # Raise the noise if strides differ from the prediction more than it explains, otherwise lower it.
        max_log = math.log(cfg.max_distrust)
        state.lost_steps = state.lost_steps + 1 if surprise > cfg.lost_surprise else 0
        if state.lost_steps >= cfg.lost_steps:
            self.widen(cfg.lost_rad)
            state.distrust, state.lost_steps = 0.0, 0
            return
        state.distrust = min(max(state.distrust + cfg.learn_distrust * (min(surprise, cfg.max_surprise) - 1.0), 0.0), max_log)

    def take(self, at_s: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the errors of the vertical at `at_s` [rad] and their drifts [rad/s], (east, north) each, and set them to zero.

        The caller must correct the vertical by them.
        """
        state = self._state
        if state.at_s is not None and at_s > state.at_s:
            self._predict(at_s - state.at_s)
            state.at_s = at_s
        x, y = state.axes
        state.turns = [turn for turn in state.turns if turn[0] > at_s - self.settings.remember_turns_s]
        tilts, drifts = (x.tilt, y.tilt), (x.drift, y.drift)
        state.turns.append((at_s, *tilts))
        for axis in state.axes:
            axis.tilt = axis.drift = 0.0
        return tilts, drifts

    def _as_if_turned_throughout(self, at_s: float, stride_s: float, velocity_mps: tuple[float, float]) -> tuple[float, float]:
        """Return the mean velocity as if the corrections inside the stride had been made before it."""
        # A correction removes its effect on the velocity from the rest of the stride only; remove it from the part before, too.
        from_s, (x, y) = at_s - stride_s, velocity_mps
        for turned_s, tilt_x, tilt_y in self._state.turns:
            if turned_s > from_s:
                still = G * (turned_s - from_s) ** 2 / (2 * stride_s)
                x, y = x + still * tilt_x, y + still * tilt_y
        return x, y

    def _predict(self, dt: float) -> None:
        for axis in self._state.axes:
            axis.velocity += G * (axis.tilt * dt + axis.drift * dt * dt / 2)
            axis.tilt += axis.drift * dt
        self._predict_covariance(dt)

    def _predict_covariance(self, dt: float) -> None:
        cfg, state = self.settings, self._state
        vv, vt, vd, tt, td, dd = state.covariance
        a, b = G * dt, G * dt * dt / 2
        vv, vt, vd, tt, td = (
            vv + 2 * a * vt + 2 * b * vd + a * a * tt + 2 * a * b * td + b * b * dd,
            vt + dt * vd + a * (tt + dt * td) + b * (td + dt * dd),
            vd + a * td + b * dd,
            tt + 2 * dt * td + dt * dt * dd,
            td + dt * dd,
        )
        state.covariance = [
            vv + cfg.speed_wander_mps_rts**2 * math.exp(state.distrust) * dt,
            vt,
            vd,
            tt + cfg.tilt_wander_rad_rts**2 * dt,
            td,
            dd + cfg.drift_wander_radps_rts**2 * dt,
        ]
