"""Vertical stage: corrects the vertical once a stride by what the strides show of it (see `motion.gravity`)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.motion.gait import StrideSpan
from levelhips.motion.gravity import GravityCorrection
from levelhips.motion.orientation import VqfFilter
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class VerticalSettings:
    """How sure the vertical is in different situations, and how sure it must be."""

    max_sd_rad: float = math.radians(0.6)  # steps count below it: a runner's own spread is 0.5-1.1 deg (biomechanics.md 4.3)
    settled_share: float = 1 / 3  # of it: a correction every few seconds is enough; 1/6 gives the same, 2/3 loses 1 % of valid steps
    noticeable_share: float = 0.5  # of it: a larger correction means that the angles before it were wrong; 1/4 loses 1 % of valid steps
    untracked_sd_rad: float = math.radians(0.5)  # VQF alone in walking and standing (science.md: 0.26-0.36 deg, and bends)
    cold_tilt_rad: float = math.radians(3.0)  # a recording that begins in mid-run; 1.5-6 give the same results
    cold_drift_radps: float = math.radians(0.5)  # what VQF has not yet found of the bias (its own initial value)
    min_drift_share: float = 0.25  # of the usual drift: VQF's own figure for the bias may be optimistic; 0.1 gives the same results
    rate_bend_radps3: float = 500.0  # second derivative of a runner's angular rate, which a straight line ignores
    stride_rate_sd_radps: float = 0.15  # 10 deg/s: by this strides differ from each other, and a filled gap from the truth
    stride_force_sd_mps2: float = 1.0  # the same for the specific force
    gap_tilt_rad: float = math.radians(8.0)  # after a longer gap: the swing of the pelvis that was not observed; 16 gives the same
    forget_s: float = 10.0  # a wearer who was gone for this long may come back in any posture


@dataclass(slots=True)
class _State:
    """Integrals of the horizontal specific force, and whether the correction is running."""

    velocity_mps: tuple[float, float] = (0.0, 0.0)  # east, north
    way_m: tuple[float, float] = (0.0, 0.0)
    tracking: bool = False  # the vertical follows the strides instead of the specific force
    from_s: float = math.inf  # strides that begin earlier are not used


class VerticalStage:
    """Stride-synchronous correction of the vertical, from the first landing until the run ends.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    vqf : VqfFilter or None
        The orientation filter to correct; None: correct nothing, only integrate.
    """

    def __init__(self, rate_hz: float, vqf: VqfFilter | None, settings: VerticalSettings = VerticalSettings()) -> None:
        self.settings = settings
        self._dt = 1.0 / rate_hz
        self._vqf, self._correction, self._state = vqf, GravityCorrection(), _State()

    @property
    def tracking(self) -> bool:
        """Whether the vertical is being corrected by the strides."""
        return self._state.tracking

    @property
    def sd_rad(self) -> float:
        """Standard uncertainty of the vertical [rad]."""
        return self._correction.error_rad if self._state.tracking else self.settings.untracked_sd_rad

    @property
    def sure(self) -> bool:
        """Whether the vertical is good enough for steps to count."""
        return not self._state.tracking or self._correction.error_rad < self.settings.max_sd_rad

    @property
    def settled(self) -> bool:
        """Whether the vertical is so sure that a correction every few seconds is enough."""
        return self._state.tracking and self._correction.error_rad < self.settings.max_sd_rad * self.settings.settled_share

    def push(self, east_mps2: Array, north_mps2: Array) -> tuple[Array, Array]:
        """Integrate the horizontal specific force (n,) twice [m], sample by sample from where the last chunk ended."""
        state = self._state
        velocities = [_integral(force, self._dt, start) for force, start in zip((east_mps2, north_mps2), state.velocity_mps, strict=True)]
        east, north = (_integral(velocity, self._dt, start) for velocity, start in zip(velocities, state.way_m, strict=True))
        state.velocity_mps = (float(velocities[0][-1]), float(velocities[1][-1]))
        state.way_m = (float(east[-1]), float(north[-1]))
        return east, north

    def push_stride(self, span: StrideSpan, signals: SignalBuffer, near: slice) -> None:
        """Take a running stride; `near` are its samples and one more on either side."""
        if not self._state.tracking or span.from_s < self._state.from_s:
            return
        ends, t_s = (span.from_s, span.to_s), signals["t_s"][near]
        e0, e1 = np.interp(ends, t_s, signals["east_m"][near]).tolist()
        n0, n1 = np.interp(ends, t_s, signals["north_m"][near]).tolist()
        duration_s = span.duration_s
        self._correction.push(span.to_s, duration_s, ((e1 - e0) / duration_s, (n1 - n0) / duration_s))

    def gap_filled(self, missing_s: float) -> None:
        """Widen the uncertainty after a gap that is filled in."""
        if not self._state.tracking:
            return
        cfg = self.settings
        # A straight line between the rates errs with the cube of the time, the strides before by what strides differ.
        tilt_sd_rad = min(cfg.rate_bend_radps3 * missing_s**3 / 12, cfg.stride_rate_sd_radps * missing_s)
        self._correction.widen(tilt_sd_rad, cfg.stride_force_sd_mps2 * missing_s)

    def gap(self, missing_s: float, to_s: float) -> None:
        """Take a gap that is not filled: assume that a swing of the pelvis was missed; after a long one start afresh."""
        state = self._state
        if not state.tracking:
            return
        self._correction.widen(self.settings.gap_tilt_rad)
        state.from_s = to_s
        if missing_s > self.settings.forget_s and self._vqf is not None:
            self._vqf.inertial = state.tracking = False

    def apply_updates(self, now_s: float, *, running: bool, warm: bool) -> bool:
        """Correct the vertical, or begin or end correcting it; return whether the correction was noticeable.

        Parameters
        ----------
        now_s : float
            Time of the last sample [s].
        running : bool
            From the first landing on: whoever sets off accelerates, and that is not gravity. A jump ends it again soon.
        warm : bool
            Whether the orientation filter knows the vertical and the bias of the gyroscope.
        """
        vqf, state = self._vqf, self._state
        if vqf is None:
            return False
        if running and not vqf.inertial:
            vqf.inertial = state.tracking = True
            state.from_s, state.velocity_mps, state.way_m = now_s, (0.0, 0.0), (0.0, 0.0)
            self._correction.start(*self._start_sd(vqf, warm))
        elif not running and vqf.inertial:
            vqf.trust_force_again()
            state.tracking, state.from_s = False, math.inf
        elif vqf.inertial:
            (east, north), (drift_east, drift_north) = self._correction.take(now_s)
            vqf.turn_world(east, north)
            # An error (e, n) of the vertical is a turn of the world about (-n, e); its rate is bias.
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
