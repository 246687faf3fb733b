"""Events of coaching in a run: thresholds, cues and the blocks of a run protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levelhips.events.gait import Side


class ThresholdReason(StrEnum):
    """Why the thresholds are what they are now."""

    FIXED = "fixed"  # chosen before the run
    BASELINE = "baseline"  # computed from the runner's own baseline
    SHAPING = "shaping"  # lowered because most steps stayed below
    COMMAND = "command"  # changed by the runner


@dataclass(frozen=True, slots=True)
class Baseline:
    """The runner's own drop, from at least 60 steps a side, and the thresholds that follow [rad]."""

    at_s: float
    known_s: float
    left_mean_rad: float
    left_sd_rad: float
    right_mean_rad: float
    right_sd_rad: float


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """New drop thresholds of the two stance sides [rad], and the reason for them."""

    at_s: float
    known_s: float
    left_rad: float
    right_rad: float
    why: ThresholdReason


@dataclass(frozen=True, slots=True)
class Cue:
    """A beep for a drop over the threshold: when, in which stance, and how far over its peak is expected to be (`severity` 0-1)."""

    at_s: float  # the drop went over the threshold
    known_s: float
    contact_s: float
    side: Side
    severity: float
    drop_rad: float
    threshold_rad: float
    forecast: bool = False


class BlockPurpose(StrEnum):
    """What a block of a run protocol is for."""

    UNSTATED = ""  # in recordings of version 0.1
    MEASURE = "measure"  # run as usual, no sound: the baseline
    FEEDBACK = "feedback"  # run with beeps
    RETENTION = "retention"  # run as learned, without beeps
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block of a run protocol begins: run or walk, with feedback or without; or all are `over`."""

    at_s: float
    known_s: float
    number: int  # from 1
    count: int
    walk: bool
    feedback: bool
    over: bool
    until_s: float
    purpose: BlockPurpose = BlockPurpose.UNSTATED


@dataclass(frozen=True, slots=True)
class Pace:
    """So many steps a minute are asked for from now on (0: no more); with `ticks` a metronome gives them."""

    at_s: float
    known_s: float
    spm: float
    ticks: bool = True
