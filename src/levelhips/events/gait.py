"""Events of standing, walking and running, which `levelhips.motion` detects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The leg on the ground; in a drill the working hip: of the standing leg or, lying on the side, of the upper leg."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT

    @property
    def sign(self) -> int:
        """+1 for right stance, where a drop of the swing side is positive obliquity; -1 for left stance."""
        return 1 if self is Side.RIGHT else -1


class Mode(StrEnum):
    """What the wearer is doing."""

    UNKNOWN = "unknown"
    STANDING = "standing"
    WALKING = "walking"
    RUNNING = "running"
    OTHER = "other"


class Quality(StrEnum):
    """Whether a step can be trusted, and if not, the most serious reason. Only `ok` steps count in means and may beep."""

    OK = "ok"
    SETTLING = "settling"  # orientation or speed is still settling (start of a run, belt start-up)
    TURNING = "turning"  # on a bend that the run began on, where the vertical seems to lean into it
    LOOSE = "clip-loose"  # the clip rattles
    NO_ZERO = "no-standing-zero"  # nobody has stood still yet: the drop is relative to the mean running posture
    SLIPPED = "sensor-slipped"  # the clip has moved since the standing zero
    SATURATED = "saturated"  # a value exceeded the range of the sensor
    AFTER_GAP = "after-gap"  # samples are missing in the step or just before it


@dataclass(frozen=True, slots=True)
class StandingZero:
    """A new zero of obliquity and tilt from standing still.

    `repeat_rad` is the standard error of the zero, `lean_rad` the angle between the new and the previous zero.
    """

    at_s: float
    known_s: float
    duration_s: float
    repeat_rad: float
    lean_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class ModeChange:
    """A change of what the wearer is doing."""

    at_s: float
    known_s: float
    mode: Mode


@dataclass(frozen=True, slots=True)
class Heading:
    """A new estimate of the heading of the clip, the angle about the vertical between clip and pelvis, and its standard deviation."""

    at_s: float
    known_s: float
    heading_rad: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class Contact:
    """An initial contact. `side` is None until left and right are certain; `quality` is what is known of the stance by then."""

    at_s: float
    known_s: float
    mode: Mode
    side: Side | None
    quality: Quality = Quality.OK


@dataclass(frozen=True, slots=True)
class Step:
    """One stance, from contact to toe-off, and what the pelvis did in it.

    `drop_rad` is the contralateral pelvic drop: the largest amount in stance by which the swing side is lower than in
    standing. `drop_at_contact_rad` is the drop at contact, `drop_excursion_rad` its increase from contact to the peak, and
    `peak_percent` the time of the peak in percent of stance.
    """

    at_s: float
    known_s: float
    toe_off_s: float  # NaN in walking: not measured
    side: Side
    side_confidence: float
    mode: Mode
    quality: Quality
    drop_rad: float
    drop_at_contact_rad: float
    drop_excursion_rad: float
    peak_percent: float
    obliquity_mean_rad: float
    rotation_range_rad: float
    tilt_range_rad: float
    tilt_mean_rad: float
    step_time_s: float  # since the previous contact; NaN for the first
    flight_before_s: float  # since the previous toe-off; NaN for the first and in walking
    impact_peak_mps2: float  # largest vertical specific force in the first 60 ms
    vertical_peak_mps2: float
    drop_sd_rad: float  # standard uncertainty of the drop from orientation, zero and heading

    @property
    def contact_s(self) -> float:
        """Time of the contact [s]."""
        return self.at_s

    @property
    def drop_deg(self) -> float:
        """Pelvic drop [deg]."""
        return math.degrees(self.drop_rad)

    @property
    def contact_time_s(self) -> float:
        """Time from contact to toe-off [s]."""
        return self.toe_off_s - self.at_s


@dataclass(frozen=True, slots=True)
class Stride:
    """One stride, from a contact to the next one of the same foot."""

    at_s: float
    known_s: float
    side: Side
    mode: Mode
    quality: Quality
    duration_s: float
    cadence_spm: float
    obliquity_mean_rad: float
    obliquity_range_rad: float
    tilt_mean_rad: float
    tilt_range_rad: float
    rotation_range_rad: float
    vertical_oscillation_m: float
    turn_radps: float  # mean rate of turn about the vertical
    asymmetry_rad: float  # right drop minus left drop of the two steps
