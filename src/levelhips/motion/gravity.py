"""Stride-synchronous gravity correction: keeps the vertical accurate to a tenth of a degree in running, also on bends.

The gyroscope alone keeps the orientation accurate to some hundredths of a degree for a few seconds. After that its drift
shows in the horizontal velocity: if the vertical is wrong by the angle `e`, the integral of the horizontal specific force
grows by g e each second. The forces of the landings cancel over a whole stride, so the mean velocity of strides shows this
growth, unless the runner's own velocity changes. On a treadmill it does not. On a road its size changes slowly, and its
direction changes with the heading of the pelvis: on a bend, speed times turn rate is a force that is not gravity.

A Kalman filter therefore estimates, for each horizontal axis, velocity, error of the vertical and drift of that error, and
with them the runner's speed along the direction of travel and across it. Nobody drifts sideways, so the error across the
direction of travel, which is the one that matters for the pelvic drop, is always well known. If the speed along it changes
more, or less, than expected, the filter learns how much it does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.motion.travel import Travel
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array

G = STANDARD_GRAVITY_MPS2

# The state: velocity that the integrals started with [m/s], error of the vertical [rad] and its drift [rad/s], (east, north) each,
# and the runner's speed along and across the direction of travel [m/s].
VELOCITY, TILT, DRIFT = slice(0, 2), slice(2, 4), slice(4, 6)
ALONG, ACROSS = 6, 7


@dataclass(frozen=True, slots=True)
class GravitySettings:
    """Standard deviations of the model's noise, and the reaction to strides that contradict the model.

    Halving or doubling one of the numbers changes the drop error by less than 10 % in the mean of 27 road runs (three real treadmill
    runs, each with bends, corners, U-turns and changes of speed added), and that of a single one by up to 60 %, unless stated otherwise.
    """

    stride_velocity_mps: float = 0.05  # stride-to-stride spread of the mean velocity on a treadmill: 3 cm of drift in 0.7 s
    speed_mps: float = 4.0  # speed along the direction of travel, before it is known: 0 on a treadmill, 2-6 on a road
    sideways_mps: float = 0.15  # the same across it: 2-3 deg between the clip and the direction of travel
    # Change of speed along, per root second: that of somebody who starts to run; with half of it, one road run is 86 % worse ...
    speed_wander_mps_rts: float = 0.3
    min_wander_share: float = 0.01  # ... down to this share of the variance when strides show a steady speed: 0.03 m/s, a treadmill ...
    max_wander_share: float = 10.0  # ... or up to this one: 1 m/s per root second, traffic lights
    sideways_wander_mps_rts: float = 0.01  # a treadmill is 0.5 m wide; 0 gives the same, 0.03 20 % worse results on bends
    tilt_wander_rad_rts: float = 2e-4  # gyroscope noise, and its scale error over the swing of a step: 0.01 deg per root second
    # A gyroscope that warms up: its bias changes by 1 deg/s within five minutes, 0.003 deg/s2, which this reaches in four seconds.
    drift_wander_radps_rts: float = 1e-4
    first_tilt_rad: float = 0.009  # error of VQF after standing and the first steps: 0.5 deg
    first_drift_radps: float = 0.002  # remaining bias after standing still: 0.1 deg/s
    unknown_velocity_mps: float = 100.0  # the integral starts at an arbitrary value, so the velocity is unknown
    learn_wander: float = 0.4  # change in the logarithm of that variance for each unit of surprise: a treadmill is known after 15 steps
    learn_distrust: float = 0.1  # change in the logarithm of the noise per step: ten surprising steps more than double the noise
    max_surprise: float = 5.0  # caps the effect of one stumble, so that four steps undo it; 3-10 change the mean drop error by 1 %
    max_distrust: float = 4.0  # of the variance of a stride: ten strides in a row that are twice as far off as usual; 2-10 give the same
    gap_distrust: float = 7.4  # the filled samples of a gap have errors too: with this factor, steps are valid again a second later ...
    doubt_from_rad: float = 0.007  # ... used if the gap added 0.4 deg or more to the uncertainty
    lost_surprise: float = 12.0  # mean over two axes, expected value 1: this large is not chance ...
    lost_steps: int = 4  # ... this often in a row: it is not a change of speed, the vertical is wrong
    lost_rad: float = 0.06  # new uncertainty of 3.4 deg, so that the next strides correct it; 0.03-0.12 give the same results
    remember_turns_s: float = 3.0  # longer than any stride: the effect of a correction is removed from the whole stride it falls in


@dataclass(slots=True)
class _State:
    """Everything the filter remembers between calls."""

    covariance: Array  # (8, 8)
    mean: Array = field(default_factory=lambda: np.zeros(8))
    at_s: float | None = None  # time of the estimate
    travel: Travel | None = None  # at the last stride
    distrust: float = 0.0  # logarithm of the factor on the noise of strides across the direction of travel
    unsteadiness: float = 0.0  # logarithm of the factor on the change of speed along it
    errors: tuple[float, float] | None = None  # see `_errors`, computed when needed
    lost_steps: int = 0  # strides in a row that contradict the vertical
    turns: list[tuple[float, Array]] = field(default_factory=list)  # time and angles (2,) of the last corrections


class GravityCorrection:
    """Kalman filter that estimates the error of the vertical (two small angles) and its drift from the mean velocities of strides."""

    def __init__(self, settings: GravitySettings = GravitySettings()) -> None:
        self.settings = settings
        self.start(settings.first_tilt_rad, settings.first_drift_radps)

    def start(self, tilt_sd_rad: float, drift_sd_radps: float) -> None:
        """Restart with these standard deviations of the vertical and of its drift, and an unknown velocity and speed."""
        cfg = self.settings
        sd = [cfg.unknown_velocity_mps] * 2 + [tilt_sd_rad] * 2 + [drift_sd_radps] * 2 + [cfg.speed_mps, cfg.sideways_mps]
        self._state = _State(np.diag(np.square(sd)))

    def widen(self, tilt_sd_rad: float, velocity_sd_mps: float = math.inf) -> None:
        """Add uncertainty to the vertical and the velocity after lost samples; by default, the velocity becomes unknown."""
        state = self._state
        state.errors = None
        if tilt_sd_rad > self.settings.doubt_from_rad:
            state.distrust = max(state.distrust, math.log(self.settings.gap_distrust))
        diagonal = _diagonal(state.covariance)
        diagonal[TILT] += tilt_sd_rad**2
        if math.isfinite(velocity_sd_mps):
            diagonal[VELOCITY] += velocity_sd_mps**2
            return
        state.covariance[VELOCITY] = 0.0
        state.covariance[:, VELOCITY] = 0.0
        diagonal[VELOCITY] = self.settings.unknown_velocity_mps**2
        state.at_s = None

    @property
    def error_rad(self) -> float:
        """Expected error of the vertical in use [rad], in its worst direction.

        It is made of the uncertainty and of the estimated error that is not yet corrected.
        """
        return self._errors()[0]

    @property
    def sideways_error_rad(self) -> float:
        """The same across the direction of travel [rad]: the part that changes the obliquity of the pelvis."""
        return self._errors()[1]

    def _errors(self) -> tuple[float, float]:
        """Return the expected error in its worst direction, and across the direction of travel [rad]."""
        state = self._state
        if state.errors is None:
            x, y = state.mean[TILT].tolist()
            (xx, xy), (_, yy) = state.covariance[TILT, TILT].tolist()
            xx, xy, yy = max(xx, 0.0) + x * x, xy + x * y, max(yy, 0.0) + y * y
            worst = math.sqrt((xx + yy) / 2 + math.hypot((xx - yy) / 2, xy))
            if state.travel is None:
                return worst, worst
            c, s = math.cos(state.travel.heading_rad), math.sin(state.travel.heading_rad)
            state.errors = (worst, math.sqrt(max(c * c * xx + 2 * c * s * xy + s * s * yy, 0.0)))
        return state.errors

    def push(self, at_s: float, stride_s: float, velocity_mps: tuple[float, float], travel: Travel) -> None:
        """Add a stride of duration `stride_s` [s] that ended at `at_s` [s], with its mean velocity (east, north) [m/s]."""
        cfg, state = self.settings, self._state
        if state.at_s is not None:
            self._predict(at_s - state.at_s)
        state.at_s, state.travel, state.errors = at_s, travel, None
        c, s = math.cos(travel.heading_rad), math.sin(travel.heading_rad)  # to the right is (c, s), forward (-s, c)
        # Mean velocity of a stride of duration T that ended with velocity v, tilt e and drift d: v - g e T/2 + g d T^2/6.
        tilt, drift = -G * stride_s / 2, G * stride_s**2 / 6
        model = np.array([[1.0, 0.0, tilt, 0.0, drift, 0.0, -s, c], [0.0, 1.0, 0.0, tilt, 0.0, drift, c, s]])
        # An error of the direction of travel turns speed into a velocity across it.
        speed_square = float(state.mean[ALONG]) ** 2 + float(state.covariance[ALONG, ALONG])
        across = cfg.stride_velocity_mps**2 * math.exp(state.distrust) + speed_square * travel.sd_rad**2
        along = cfg.stride_velocity_mps**2 * math.exp(max(state.distrust, state.unsteadiness))
        projected = model @ state.covariance
        (ee, en), (_, nn) = (projected @ model.T).tolist()
        ee, en, nn = ee + s * s * along + c * c * across, en + s * c * (across - along), nn + c * c * along + s * s * across
        error = self._as_if_turned_throughout(at_s, stride_s, velocity_mps) - model @ state.mean
        gain = projected.T @ (np.array([[nn, -en], [-en, ee]]) / (ee * nn - en * en))
        state.mean = state.mean + gain @ error
        covariance = state.covariance - gain @ projected
        state.covariance = (covariance + covariance.T) / 2
        east, north = error.tolist()
        surprise_along = (north * c - east * s) ** 2 / (ee * s * s - 2 * en * s * c + nn * c * c)
        surprise_across = (east * c + north * s) ** 2 / (ee * c * c + 2 * en * s * c + nn * s * s)
        self._learn(surprise_along, surprise_across)

    def take(self, at_s: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the errors of the vertical at `at_s` [rad] and their drifts [rad/s], (east, north) each, and set them to zero.

        The caller must correct the vertical by them.
        """
        state = self._state
        if state.at_s is not None and at_s > state.at_s:
            self._predict(at_s - state.at_s)
            state.at_s = at_s
        state.turns = [turn for turn in state.turns if turn[0] > at_s - self.settings.remember_turns_s]
        state.turns.append((at_s, state.mean[TILT].copy()))
        (east, north), (drift_east, drift_north) = state.mean[TILT].tolist(), state.mean[DRIFT].tolist()
        state.errors = None
        state.mean[TILT] = state.mean[DRIFT] = 0.0
        return (east, north), (drift_east, drift_north)

    def turn_heading(self, by_rad: float) -> None:
        """Process that the mediolateral axis of the pelvis was redefined by an angle.

        The estimated speeds are kept for the new direction of travel. The velocity takes up the difference, so that their sum is the
        same as before.
        """
        state = self._state
        if state.travel is None:
            return
        before, state.travel = state.travel, Travel(state.travel.heading_rad + by_rad, state.travel.sd_rad)
        turn = np.eye(8)
        turn[VELOCITY, ALONG] = before.forward - state.travel.forward
        turn[VELOCITY, ACROSS] = before.right - state.travel.right
        state.errors = None
        state.mean = turn @ state.mean
        state.covariance = turn @ state.covariance @ turn.T

    def _learn(self, surprise_along: float, surprise_across: float) -> None:
        """Raise the noises if strides differ from the prediction more than they explain, otherwise lower them; expected value 1."""
        cfg, state = self.settings, self._state
        state.lost_steps = state.lost_steps + 1 if (surprise_along + surprise_across) / 2 > cfg.lost_surprise else 0
        if state.lost_steps >= cfg.lost_steps:
            self.widen(cfg.lost_rad)
            state.distrust = state.unsteadiness = 0.0
            state.lost_steps = 0
            return
        along = cfg.learn_wander * (min(surprise_along, cfg.max_surprise) - 1.0)
        across = cfg.learn_distrust * (min(surprise_across, cfg.max_surprise) - 1.0)
        low, high = math.log(cfg.min_wander_share), math.log(cfg.max_wander_share)
        state.unsteadiness = min(max(state.unsteadiness + along, low), high)
        state.distrust = min(max(state.distrust + across, 0.0), max(math.log(cfg.max_distrust), state.distrust))

    def _as_if_turned_throughout(self, at_s: float, stride_s: float, velocity_mps: tuple[float, float]) -> Array:
        """Return the mean velocity (2,) as if the corrections inside the stride had been made before it."""
        # A correction removes its effect on the velocity from the rest of the stride only; remove it from the part before, too.
        from_s, velocity = at_s - stride_s, np.array(velocity_mps)
        for turned_s, tilt in self._state.turns:
            if turned_s > from_s:
                velocity += G * (turned_s - from_s) ** 2 / (2 * stride_s) * tilt
        return velocity

    def _predict(self, dt: float) -> None:
        """Advance the state by `dt` [s]: the error of the vertical grows by its drift, and the velocity with both."""
        cfg, state = self.settings, self._state
        advance = np.eye(8)
        advance[0, 2] = advance[1, 3] = G * dt
        advance[0, 4] = advance[1, 5] = G * dt * dt / 2
        advance[2, 4] = advance[3, 5] = dt
        state.mean = advance @ state.mean
        state.covariance = advance @ state.covariance @ advance.T
        tilt, drift = cfg.tilt_wander_rad_rts**2 * dt, cfg.drift_wander_radps_rts**2 * dt
        speed = cfg.speed_wander_mps_rts**2 * math.exp(state.unsteadiness) * dt
        _diagonal(state.covariance)[:] += [0.0, 0.0, tilt, tilt, drift, drift, speed, cfg.sideways_wander_mps_rts**2 * dt]


def _diagonal(matrix: Array) -> Array:
    """Return the diagonal of a square matrix, as a view."""
    return matrix.reshape(-1)[:: len(matrix) + 1]
