"""Vertical stage: corrects the vertical from the strides of a run (see `motion.gravity`)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.motion.gait import StrideSpan
from levelhips.motion.gravity import GravityCorrection
from levelhips.motion.orientation import VqfFilter
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.motion.travel import TravelDirection
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class VerticalSettings:
    """Uncertainty of the vertical in different situations, and the largest that is acceptable."""

    max_sd_rad: float = math.radians(0.6)  # steps are valid below it; the step-to-step spread is 0.5-1.1 deg
    # Share of max_sd_rad: below it, a correction every few seconds is enough; 1/6 gives the same, 2/3 loses 1 % of valid steps.
    settled_share: float = 1 / 3
    noticeable_share: float = 0.5  # of max_sd_rad: a larger correction means that earlier angles were wrong; 1/4 loses 1 % of valid steps
    untracked_sd_rad: float = math.radians(0.5)  # of VQF alone in walking and standing (0.26-0.36 deg, more on bends)
    cold_tilt_rad: float = math.radians(3.0)  # if the recording begins in a run; 1.5-6 give the same results
    cold_drift_radps: float = math.radians(0.5)  # remaining bias at the start, the initial value of VQF
    # The drift is at least this share of the usual one: VQF may be too sure of the bias; 0.1 gives the same results.
    min_drift_share: float = 0.25
    rate_bend_radps3: float = 500.0  # second derivative of the angular rate in running, which a straight line ignores
    stride_rate_sd_radps: float = 0.15  # 8.6 deg/s: stride-to-stride spread, and so the error of a filled gap
    stride_force_sd_mps2: float = 1.0  # the same for the specific force
    gap_tilt_rad: float = math.radians(8.0)  # after a gap that is not filled: the movement in it is unknown; 16 gives the same
    forget_s: float = 10.0  # after a longer gap, the wearer may be in any posture


@dataclass(slots=True)
class _State:
    """Integrals of the horizontal specific force, and whether the correction is active."""

    velocity_mps: tuple[float, float] = (0.0, 0.0)  # east, north
    position_m: tuple[float, float] = (0.0, 0.0)
    tracking: bool = False  # the vertical is corrected from strides, not from the specific force
    from_s: float = math.inf  # strides that begin before this time are not used


class VerticalStage:
    """Stage that corrects the vertical from the strides of a run, from the first landing to the end of the run.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    vqf : VqfFilter or None
        Orientation filter to correct; None: only integrate the specific force.
    """

    def __init__(self, rate_hz: float, vqf: VqfFilter | None, settings: VerticalSettings = VerticalSettings()) -> None:
        self.settings = settings
        self._dt = 1.0 / rate_hz
        self._vqf, self._correction, self._travel, self._state = vqf, GravityCorrection(), TravelDirection(), _State()

    @property
    def tracking(self) -> bool:
        """Whether the vertical is being corrected from strides."""
        return self._state.tracking

    @property
    def sd_rad(self) -> float:
        """Standard uncertainty of the vertical to the sides [rad], which is that of the obliquity."""
        return self._correction.sideways_error_rad if self._state.tracking else self.settings.untracked_sd_rad

    @property
    def sure(self) -> bool:
        """Whether the vertical is accurate enough for valid steps."""
        return not self._state.tracking or self._correction.sideways_error_rad < self.settings.max_sd_rad

    @property
    def settled(self) -> bool:
        """Whether the vertical is so accurate that a correction every few seconds is enough."""
        return self._state.tracking and self._correction.sideways_error_rad < self.settings.max_sd_rad * self.settings.settled_share

    def push(self, east_mps2: Array, north_mps2: Array) -> tuple[Array, Array]:
        """Integrate the horizontal specific force (n,) twice, continuing from the last chunk; return east and north (n,) [m]."""
        state = self._state
        velocities = [_integral(force, self._dt, start) for force, start in zip((east_mps2, north_mps2), state.velocity_mps, strict=True)]
        east, north = (_integral(velocity, self._dt, start) for velocity, start in zip(velocities, state.position_m, strict=True))
        state.velocity_mps = (float(velocities[0][-1]), float(velocities[1][-1]))
        state.position_m = (float(east[-1]), float(north[-1]))
        return east, north

    def push_stride(self, span: StrideSpan, signals: SignalBuffer, near: slice, mean_heading_rad: float) -> None:
        """Process a running stride; `near` is the slice of its samples and one more on either side."""
        travel = self._travel.push(span.middle_s, mean_heading_rad)
        if not self._state.tracking or span.from_s < self._state.from_s:
            return
        ends, t_s = (span.from_s, span.to_s), signals["t_s"][near]
        e0, e1 = np.interp(ends, t_s, signals["east_m"][near]).tolist()
        n0, n1 = np.interp(ends, t_s, signals["north_m"][near]).tolist()
        duration_s = span.duration_s
        self._correction.push(span.to_s, duration_s, ((e1 - e0) / duration_s, (n1 - n0) / duration_s), travel)

    def turn_heading(self, by_rad: float) -> None:
        """Process that the mediolateral axis of the pelvis was redefined by an angle [rad]."""
        self._travel.turn_heading(by_rad)
        self._correction.turn_heading(by_rad)

    def gap_filled(self, missing_s: float) -> None:
        """Increase the uncertainty after a gap of `missing_s` [s] that is filled."""
        if not self._state.tracking:
            return
        cfg = self.settings
        # The error of a straight line grows with the cube of the time; that of earlier strides is the stride-to-stride spread.
        tilt_sd_rad = min(cfg.rate_bend_radps3 * missing_s**3 / 12, cfg.stride_rate_sd_radps * missing_s)
        self._correction.widen(tilt_sd_rad, cfg.stride_force_sd_mps2 * missing_s)

    def gap(self, missing_s: float, to_s: float) -> None:
        """Increase the uncertainty after a gap that is not filled; after a long gap, restart the correction."""
        state = self._state
        if not state.tracking:
            return
        self._correction.widen(self.settings.gap_tilt_rad)
        state.from_s = to_s
        if missing_s > self.settings.forget_s and self._vqf is not None:
            self._vqf.inertial = state.tracking = False

    def apply_updates(self, now_s: float, *, running: bool, warm: bool) -> bool:
        """Correct the vertical, or start or stop correcting it; return whether there was a large correction.

        Parameters
        ----------
        now_s : float
            Time of the last sample [s].
        running : bool
            Whether a bout of running has begun, counted from the first landing, because VQF mistakes the acceleration at the start
            for gravity. After a single jump the bout ends soon.
        warm : bool
            Whether the orientation filter has settled on the vertical and the gyroscope bias.
        """
        vqf, state = self._vqf, self._state
        if vqf is None:
            return False
        if running and not vqf.inertial:
            vqf.inertial = state.tracking = True
            # The displacement continues: a stride that begins between the last sample and the next is interpolated across both.
            state.from_s, state.velocity_mps = now_s, (0.0, 0.0)
            self._travel.restart()
            self._correction.start(*self._start_sd(vqf, warm))
        elif not running and vqf.inertial:
            vqf.trust_force_again()
            state.tracking, state.from_s = False, math.inf
        elif vqf.inertial:
            (east, north), (drift_east, drift_north) = self._correction.take(now_s)
            vqf.turn_world(east, north)
            # An error (e, n) of the vertical is a rotation of the world about (-n, e), and its drift is gyroscope bias.
            vqf.add_world_bias(np.array([-drift_north, drift_east, 0.0]))
            return math.hypot(east, north) > self.settings.max_sd_rad * self.settings.noticeable_share
        return False

    def _start_sd(self, vqf: VqfFilter, warm: bool) -> tuple[float, float]:
        """Return the standard uncertainty of the vertical [rad] and of its drift [rad/s] when running begins."""
        cfg, usual = self.settings, self._correction.settings
        if not warm:
            return cfg.cold_tilt_rad, cfg.cold_drift_radps
        return usual.first_tilt_rad, max(vqf.bias_sd_radps(), usual.first_drift_radps * cfg.min_drift_share)


def _integral(values: Array, dt_s: float, start: float) -> Array:
    """Return the running integral (n,), one addition after the other so that chunks do not change its rounding."""
    return np.asarray(np.concatenate(([start], values * dt_s)).cumsum()[1:])
