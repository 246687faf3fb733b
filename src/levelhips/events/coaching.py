"""Events of coaching in a run: thresholds, cues and the blocks of a run protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levelhips.events.gait import Side


class ThresholdReason(StrEnum):
    """Why the thresholds changed."""

    FIXED = "fixed"  # chosen before the run
    BASELINE = "baseline"  # computed from the runner's own baseline
    SHAPING = "shaping"  # lowered because most steps stayed below it
    COMMAND = "command"  # changed by the runner


@dataclass(frozen=True, slots=True)
class Baseline:
    """The runner's own drop: mean and standard deviation for each stance side, from at least 60 steps per side [rad]."""

    at_s: float
    known_s: float
    left_mean_rad: float
    left_sd_rad: float
    right_mean_rad: float
    right_sd_rad: float


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """New drop thresholds for the two stance sides [rad], and the reason."""

    at_s: float
    known_s: float
    left_rad: float
    right_rad: float
    reason: ThresholdReason


@dataclass(frozen=True, slots=True)
class Cue:
    """A drop above the threshold, which the runner is to hear as a beep. `side` is the leg on the ground.

    `severity` is how far above the threshold the drop is expected to go, from 0 (just above) to 1.
    """

    at_s: float  # the drop crossed the threshold
    known_s: float
    contact_s: float
    side: Side
    severity: float
    drop_rad: float
    threshold_rad: float
    forecast: bool = False  # the cue came before the drop crossed the threshold, because it was predicted to


class BlockPurpose(StrEnum):
    """What a block of a run protocol is for."""

    UNSTATED = ""  # in recordings of version 0.1
    MEASURE = "measure"  # run as usual, no sound: the baseline
    FEEDBACK = "feedback"  # run with beeps
    RETENTION = "retention"  # run as learned, without beeps
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class BlockChange:
    """The start of a block of the run protocol, to run or walk, with or without feedback; or the end of the protocol (`over`)."""

    at_s: float
    known_s: float
    number: int  # of the block, from 1
    count: int  # of all blocks
    walk: bool
    feedback: bool
    over: bool
    until_s: float  # planned end of the block; NaN at the end of the protocol
    purpose: BlockPurpose = BlockPurpose.UNSTATED


@dataclass(frozen=True, slots=True)
class Pace:
    """A new target cadence [steps/min], 0 for none. If `ticks`, a metronome plays it."""

    at_s: float
    known_s: float
    spm: float
    ticks: bool = True
