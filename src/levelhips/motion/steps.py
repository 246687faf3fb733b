"""From the signals of a stance to the figures of a step; from those of a stride to the figures of a stride."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.events import Mode, Quality, Side, Step, Stride
from levelhips.motion.signal_buffer import History
from levelhips.samples import Array

RAW = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")  # as they came: what a gap is filled in from
SIGNALS = (
    "t_s",
    "vertical_mps2",
    "obliquity_rad",
    "tilt_rad",
    "heading_rad",
    "east_radps",
    "north_radps",
    "roll_radps",
    "right_mps2",
    "east_m",
    "north_m",
    *RAW,
)


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """A stance whose side may still be open: what has to be kept of it."""

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
    vertical_sd_rad: float  # of the vertical, standing zero included
    heading_sd_rad: float

    def step(self, side: Side, confidence: float, known_s: float) -> Step:
        """The step, once its side is known."""
        low = side.sign * self.obliquity_rad
        peak = int(low.argmax())
        duration = self.t_s[-1] - self.t_s[0]
        return Step(
            at_s=self.contact_s,
            known_s=known_s,
            toe_off_s=self.toe_off_s,
            side=side,
            side_confidence=confidence,
            mode=self.mode,
            quality=self.quality,
            drop_rad=float(low[peak]),
            drop_at_contact_rad=float(low[0]),
            drop_excursion_rad=float(low[peak] - low[0]),
            peak_percent=float(100 * (self.t_s[peak] - self.t_s[0]) / duration) if duration > 0 else math.nan,
            obliquity_mean_rad=mean(self.obliquity_rad),
            rotation_range_rad=self.rotation_range_rad,
            tilt_range_rad=self.tilt_range_rad,
            tilt_mean_rad=self.tilt_mean_rad,
            step_time_s=self.step_time_s,
            flight_before_s=self.flight_before_s,
            impact_peak_mps2=self.impact_peak_mps2,
            vertical_peak_mps2=self.vertical_peak_mps2,
            # A heading that is wrong by d leaks d x tilt into obliquity.
            drop_sd_rad=math.hypot(self.vertical_sd_rad, self.heading_sd_rad * self.tilt_mean_rad),
        )


def mean(values: Array) -> float:
    """The mean; `ndarray.mean` costs three times as much on a stance."""
    return float(np.add.reduce(values)) / len(values)


def spread(values: Array) -> float:
    """The largest value less the smallest."""
    return float(np.maximum.reduce(values) - np.minimum.reduce(values))


def stance(
    history: History,
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
    """Look back over the samples of a stance; None if they are too few to say anything."""
    at = history.between(from_s, to_s)
    if at.stop - at.start < 3:
        return None
    t_s, vertical = history["t_s"][at], history["vertical_mps2"][at]
    tilt, heading = history["tilt_rad"][at], history["heading_rad"][at]
    first = int(t_s.searchsorted(t_s[0] + 0.06, "right"))
    return Stance(
        contact_s=from_s,
        toe_off_s=toe_off_s,
        mode=mode,
        quality=quality,
        t_s=t_s.copy(),
        obliquity_rad=history["obliquity_rad"][at].copy(),
        tilt_mean_rad=mean(tilt),
        tilt_range_rad=spread(tilt),
        rotation_range_rad=spread(heading),
        step_time_s=step_time_s,
        flight_before_s=flight_before_s,
        impact_peak_mps2=float(np.maximum.reduce(vertical[:first])),
        vertical_peak_mps2=float(np.maximum.reduce(vertical)),
        vertical_sd_rad=vertical_sd_rad,
        heading_sd_rad=heading_sd_rad,
    )


def roll_rate_late(history: History, from_s: float, to_s: float) -> float:
    """Mean roll rate in the second half of stance [rad/s]: the abductors lift the swing side again, + in right stance."""
    at = history.between((from_s + to_s) / 2, to_s)
    return mean(history["roll_radps"][at]) if at.stop > at.start else math.nan


def stride(
    history: History, from_s: float, to_s: float, known_s: float, side: Side, mode: Mode, quality: Quality, asymmetry_rad: float
) -> Stride | None:
    """Look back over a whole stride; None if its samples are too few."""
    at = history.between(from_s, to_s)
    if at.stop - at.start < 8:
        return None
    obliquity, tilt, heading = (history[name][at] for name in ("obliquity_rad", "tilt_rad", "heading_rad"))
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
        obliquity_range_rad=spread(obliquity),
        tilt_mean_rad=mean(tilt),
        tilt_range_rad=spread(tilt),
        rotation_range_rad=spread(heading),
        vertical_oscillation_m=vertical_oscillation(history["vertical_mps2"][at], duration / (at.stop - at.start)),
        turn_radps=float((heading[-1] - heading[0]) / duration),
        asymmetry_rad=asymmetry_rad,
    )


def vertical_oscillation(force_mps2: Array, dt_s: float) -> float:
    """Peak-to-peak height over one stride [m]: twice integrated, with the stride's mean taken out each time.

    Over a whole stride height and velocity come back, so that the means are the integration constants.
    """
    speed = (force_mps2 - mean(force_mps2)).cumsum() * dt_s
    height = (speed - mean(speed)).cumsum() * dt_s
    return spread(height)
