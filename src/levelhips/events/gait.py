"""Events of standing, walking and running: what the motion core finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The foot that is on the ground; in a drill the hip that works: the standing leg, or the upper one of two in lying."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
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
    """How far a step may be trusted; only `ok` steps count in figures and may beep. The worst that applies is named."""

    OK = "ok"
    SETTLING = "settling"  # orientation or speed is still settling (start of a run, belt start-up)
    TURNING = "turning"  # on a bend, gravity seems to lean into it
    LOOSE = "clip-loose"  # the clip rattles
    NO_ZERO = "no-standing-zero"  # nobody stood still yet: the drop is from mean running posture
    SLIPPED = "sensor-slipped"  # the clip sits otherwise than in standing
    SATURATED = "saturated"  # the sensor ran into its range
    AFTER_GAP = "after-gap"  # samples are missing in the step, or just before it


@dataclass(frozen=True, slots=True)
class StandingZero:
    """Standing was found (or asked for again) and from now on is the zero of obliquity and tilt.

    `repeat_rad` is the standard error of the zero; `lean_rad` the angle between the new and the previous zero.
    """

    at_s: float
    known_s: float
    duration_s: float
    repeat_rad: float
    lean_rad: float = 0.0


@dataclass(frozen=True, slots=True)
class ModeChange:
    """The wearer began to do something else."""

    at_s: float
    known_s: float
    mode: Mode


@dataclass(frozen=True, slots=True)
class Heading:
    """The clip's turn about the vertical against the pelvis was learned (again): `heading_rad` with its SD."""

    at_s: float
    known_s: float
    heading_rad: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A foot met the ground. `side` is None until sides are sure; `quality` is that of the stance as far as it is known."""

    at_s: float
    known_s: float
    mode: Mode
    side: Side | None
    quality: Quality = Quality.OK


@dataclass(frozen=True, slots=True)
class Step:
    """One stance, from contact to toe-off, and what the pelvis did in it.

    `drop_rad` is the contralateral pelvic drop: the largest amount in stance by which the swing side lies lower than in
    standing. `drop_at_contact_rad`, `drop_excursion_rad` (contact to peak) and `peak_percent` (of stance) tell its course.
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
    step_time_s: float  # since the contact before; NaN for the first
    flight_before_s: float  # since the toe-off before; NaN for the first and in walking
    impact_peak_mps2: float  # largest vertical specific force in the first 60 ms
    vertical_peak_mps2: float
    drop_sd_rad: float  # standard uncertainty of the drop from orientation, zero and heading

    @property
    def contact_s(self) -> float:
        return self.at_s

    @property
    def drop_deg(self) -> float:
        return math.degrees(self.drop_rad)

    @property
    def contact_time_s(self) -> float:
        return self.toe_off_s - self.at_s


@dataclass(frozen=True, slots=True)
class Stride:
    """From a contact to the next one of the same foot."""

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
    turn_radps: float  # mean rate of turn
    asymmetry_rad: float  # right drop less left drop of the stride's two steps
