"""Measurement of a step from the signals of its stance, and of a stride from its signals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.events import Mode, Quality, Side, Step, Stride
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.samples import Array

MIN_STANCE_SAMPLES = 3  # the shortest stance of a sprinter (0.09 s) has four at 40 Hz
MIN_STRIDE_SAMPLES = 8  # the shortest stride (0.42 s) has seventeen at 40 Hz: with fewer than eight, most are missing
IMPACT_S = 0.06  # from contact: the impact peak comes after 10-50 ms, the active peak in mid-stance


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """Measurements of a stance whose side may not be known yet; `t_s` and `obliquity_rad` are (n,) arrays of its samples."""

    contact_s: float
    toe_off_s: float  # NaN in walking
    mode: Mode
    quality: Quality
    t_s: Array
    obliquity_rad: Array
    tilt_mean_rad: float
    tilt_range_rad: float
    rotation_range_rad: float
    step_time_s: float
    flight_before_s: float
    impact_peak_mps2: float
    vertical_peak_mps2: float
    vertical_sd_rad: float  # standard uncertainty of the vertical, standing zero included
    heading_sd_rad: float

    def step(self, side: Side, confidence: float, known_s: float) -> Step:
        """Return the step on a side, which became known at `known_s` [s] with this confidence (0.5 to 1)."""
        drop_rad = side.sign * self.obliquity_rad
        peak = int(drop_rad.argmax())
        duration = self.t_s[-1] - self.t_s[0]
        return Step(
            at_s=self.contact_s,
            known_s=known_s,
            toe_off_s=self.toe_off_s,
            side=side,
            side_confidence=confidence,
            mode=self.mode,
            quality=self.quality,
            drop_rad=float(drop_rad[peak]),
            drop_at_contact_rad=float(drop_rad[0]),
            drop_excursion_rad=float(drop_rad[peak] - drop_rad[0]),
            peak_percent=float(100 * (self.t_s[peak] - self.t_s[0]) / duration) if duration > 0 else math.nan,
            obliquity_mean_rad=mean(self.obliquity_rad),
            rotation_range_rad=self.rotation_range_rad,
            tilt_range_rad=self.tilt_range_rad,
            tilt_mean_rad=self.tilt_mean_rad,
            step_time_s=self.step_time_s,
            flight_before_s=self.flight_before_s,
            impact_peak_mps2=self.impact_peak_mps2,
            vertical_peak_mps2=self.vertical_peak_mps2,
            # A heading error of d [rad] changes obliquity by d times tilt.
            drop_sd_rad=math.hypot(self.vertical_sd_rad, self.heading_sd_rad * self.tilt_mean_rad),
        )


def mean(values: Array) -> float:
    """Return the mean of (n,) values; three times as fast as `ndarray.mean` on a stance."""
    return float(np.add.reduce(values)) / len(values)


def value_range(values: Array) -> float:
    """Return the largest value minus the smallest."""
    return float(np.maximum.reduce(values) - np.minimum.reduce(values))


def stance(
    signals: SignalBuffer,
    from_s: float,
    to_s: float,
    *,
    toe_off_s: float,
    mode: Mode,
    quality: Quality,
    step_time_s: float,
    flight_before_s: float,
    vertical_sd_rad: float,
    heading_sd_rad: float,
) -> Stance | None:
    """Measure a stance; return None if the signals have too few samples of it."""
    at = signals.between(from_s, to_s)
    if at.stop - at.start < MIN_STANCE_SAMPLES:
        return None
    t_s, vertical = signals["t_s"][at], signals["vertical_mps2"][at]
    tilt, heading = signals["tilt_rad"][at], signals["heading_rad"][at]
    first = int(t_s.searchsorted(t_s[0] + IMPACT_S, "right"))
    return Stance(
        contact_s=from_s,
        toe_off_s=toe_off_s,
        mode=mode,
        quality=quality,
        t_s=t_s.copy(),
        obliquity_rad=signals["obliquity_rad"][at].copy(),
        tilt_mean_rad=mean(tilt),
        tilt_range_rad=value_range(tilt),
        rotation_range_rad=value_range(heading),
        step_time_s=step_time_s,
        flight_before_s=flight_before_s,
        impact_peak_mps2=float(np.maximum.reduce(vertical[:first])),
        vertical_peak_mps2=float(np.maximum.reduce(vertical)),
        vertical_sd_rad=vertical_sd_rad,
        heading_sd_rad=heading_sd_rad,
    )


def running_side_cues(signals: SignalBuffer, from_s: float, to_s: float) -> tuple[float, float, float]:
    """Return three cues of a running stance, each larger on the right foot than on the left.

    1. Mean roll rate in the second half of stance [rad/s], when the abductors lift the swing side.
    2. Mean mediolateral specific force [m/s2].
    3. Obliquity at contact minus its mean over the stance and an equal time before it [rad].

    In most of 13 trials of 9 runners, they are correct in 100 %, 54-100 % and 100 % of the steps. All three fail in none.
    """
    late = signals.between((from_s + to_s) / 2, to_s)
    roll = mean(signals["roll_radps"][late]) if late.stop > late.start else math.nan
    at = signals.between(from_s, to_s)
    obliquity = signals["obliquity_rad"]
    around = obliquity[max(at.start - (at.stop - at.start), 0) : at.stop]
    return roll, mean(signals["right_mps2"][at]), float(obliquity[at.start] - mean(around))


def walking_side_cues(signals: SignalBuffer, from_s: float, to_s: float) -> tuple[float, float]:
    """Return two cues of a walking step, each larger on the right foot than on the left; NaN if samples are missing.

    1. Mean mediolateral specific force in single support, sign reversed [m/s2]: the body is pushed away from the foot.
    2. Turn of the pelvis to the right late in the step [rad]: the swing side comes forward.
    """
    length = to_s - from_s
    support = signals.between(from_s + 0.4 * length, from_s + 0.75 * length)
    late = signals.between(from_s + 0.6 * length, to_s)
    if support.stop <= support.start or late.stop - late.start < 2:
        return math.nan, math.nan
    heading = signals["heading_rad"][late]
    return -mean(signals["right_mps2"][support]), float(heading[0] - heading[-1])


def stride(
    signals: SignalBuffer, from_s: float, to_s: float, known_s: float, side: Side, mode: Mode, quality: Quality, asymmetry_rad: float
) -> Stride | None:
    """Measure a stride; return None if the signals have too few samples of it."""
    at = signals.between(from_s, to_s)
    if at.stop - at.start < MIN_STRIDE_SAMPLES:
        return None
    obliquity, tilt, heading = (signals[name][at] for name in ("obliquity_rad", "tilt_rad", "heading_rad"))
    duration = to_s - from_s
    return Stride(
        at_s=from_s,
        known_s=known_s,
        side=side,
        mode=mode,
        quality=quality,
        duration_s=duration,
        cadence_spm=120 / duration,
        obliquity_mean_rad=mean(obliquity),
        obliquity_range_rad=value_range(obliquity),
        tilt_mean_rad=mean(tilt),
        tilt_range_rad=value_range(tilt),
        rotation_range_rad=value_range(heading),
        vertical_oscillation_m=vertical_oscillation(signals["vertical_mps2"][at], duration / (at.stop - at.start)),
        turn_radps=float((heading[-1] - heading[0]) / duration),
        asymmetry_rad=asymmetry_rad,
    )


def vertical_oscillation(force_mps2: Array, dt_s: float) -> float:
    """Return the peak-to-peak height over one stride [m] from its vertical specific force (n,) [m/s2] and the sampling interval [s].

    The force is integrated twice, and the mean is removed each time: over a whole stride, height and velocity return to their
    initial values, so the means are the integration constants.
    """
    speed = (force_mps2 - mean(force_mps2)).cumsum() * dt_s
    height = (speed - mean(speed)).cumsum() * dt_s
    return value_range(height)
