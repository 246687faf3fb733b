"""Events of a drill: postures, phases, repetitions and form faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from levelhips.events.gait import Quality, Side


class Posture(StrEnum):
    """The orientation of the pelvis to gravity."""

    UNCLEAR = "unclear"
    UPRIGHT = "upright"
    LEFT_SIDE = "left-side"  # lying on the left side
    RIGHT_SIDE = "right-side"
    SUPINE = "supine"
    PRONE = "prone"


class Phase(StrEnum):
    """The phase of a drill."""

    STAND = "stand"  # stand still: measures the tilt of the clip
    BOW = "bow"  # bow once, standing on both feet: measures the heading of the clip
    TAKE = "take"  # get into the start position and hold still: that pose is the zero
    WORK = "work"  # repetitions or a hold
    REST = "rest"  # between two sets
    PAUSED = "paused"
    DONE = "done"


class PhaseReason(StrEnum):
    """Why a drill entered a phase."""

    NONE = ""  # the usual sequence
    ASKED = "asked"  # by a command
    RESUMED = "resumed"  # after a pause
    REST_OVER = "rest-over"
    POSTURE_LOST = "posture-lost"  # the wearer left the start position
    FELL_OFF = "fell-off"  # the clip came off


class PromptKind(StrEnum):
    """What a tone or word prompts in a drill."""

    STAND = "stand"  # reminder: stand still
    BOW = "bow"  # reminder: bow once
    UP = "up"  # paced repetition: move out
    HOLD = "hold"  # paced repetition: stay there
    DOWN = "down"  # paced repetition: move back
    REACHED = "reached"  # far enough
    TEN = "ten"  # ten more seconds held
    CLOCK_ON = "clock-on"  # the hold time runs
    CLOCK_OFF = "clock-off"  # the hold time stops: the wearer moved
    REST_OVER = "rest-over"
    WRONG_POSTURE = "wrong-posture"  # the wearer is not in the start position
    WRONG_SIDE = "wrong-side"  # lying on the wrong side, or working with the wrong leg


class FormFault(StrEnum):
    """What can go wrong in a drill: the pelvis leaves its range, or a repetition is incomplete."""

    ROLLED_BACK = "rolled-back"  # lying on the side: the upper hip rolled backward
    ROLLED_FORWARD = "rolled-forward"  # lying on the side: the upper hip rolled forward
    TURNED = "turned"  # the pelvis turned about the vertical
    LEANED = "leaned"  # the pelvis tilted forward or backward
    HIKED = "hiked"  # the free side, or the upper hip, rose
    DIPPED = "dipped"  # the free side, or the upper hip, sank
    TOO_FAR = "too-far"  # further than the drill asks
    TOO_FAST = "too-fast"  # faster than the drill asks
    WADDLED = "waddled"  # walking: the pelvis swung from side to side
    OPENED = "opened"  # hinging: the free hip opened outward
    SNAPPED = "snapped"  # walking sideways: the trailing foot followed with a jerk
    TOUCHED_DOWN = "touched-down"  # the free foot touched the ground
    LEFT_BAND = "left-band"  # the pelvis left the range it should keep
    SHORT = "short"  # incomplete repetition: not far enough
    NOT_BACK = "not-back"  # incomplete repetition: not all the way back
    NO_MOVEMENT = "no-movement"  # paced repetition without movement


_FAULT_NAMES = frozenset(FormFault)


@dataclass(frozen=True, slots=True)
class DrillBegin:
    """The start of a drill: its name, working hip, start position and dose.

    `posture` is None if the drill starts in any posture. `instruction` is the sentence that the wearer heard. Recordings keep
    it because the drill may be from a plug-in that is no longer installed.
    """

    at_s: float
    known_s: float
    name: str
    title: str
    side: Side
    posture: Posture | None
    sets: int
    reps: int
    rest_s: float
    seconds: float  # hold time of the dose; NaN for drills that count repetitions
    low_rad: float  # range that the leading angle should reach or keep
    high_rad: float
    lead: str  # name of the leading angle
    instruction: str


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """The start of a phase of a drill. `set_n` counts from 1."""

    at_s: float
    known_s: float
    phase: Phase
    set_n: int
    reason: PhaseReason = PhaseReason.NONE


@dataclass(frozen=True, slots=True)
class PostureChange:
    """A change of the wearer's posture."""

    at_s: float
    known_s: float
    posture: Posture


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition, or a whole hold, from `at_s` to `to_s`.

    `range_rad` is the largest value of the drill's leading angle, `mean_rad` and `sd_rad` its mean and standard deviation.
    `out_s`, `hold_s` and `back_s` are the times of the way out, the hold and the way back. `full` is False for an incomplete
    repetition, which does not count. `form_faults` has the form faults as in recordings, separated by spaces; `faults` has them
    as enums. `confidence` (0 to 1) is low if the repetition was only inferred from the pace.
    """

    at_s: float
    known_s: float
    to_s: float
    number: int  # in its set, from 1; an incomplete one has the number that it would have had
    set_n: int
    side: Side
    quality: Quality
    full: bool
    range_rad: float
    mean_rad: float
    sd_rad: float
    out_s: float
    hold_s: float
    back_s: float
    form_faults: str = ""
    confidence: float = 1.0

    @property
    def range_deg(self) -> float:
        """Largest value of the leading angle [deg]."""
        return math.degrees(self.range_rad)

    @property
    def tempo_s(self) -> float:
        """Duration of the whole repetition [s]."""
        return self.out_s + self.hold_s + self.back_s

    @property
    def faults(self) -> tuple[FormFault, ...]:
        """The form faults in it, without those that only a newer version knows; `form_faults` has all."""
        return tuple(FormFault(name) for name in self.form_faults.split() if name in _FAULT_NAMES)

    @property
    def good(self) -> bool:
        """Whether it counts, is of quality ok and has no form fault."""
        return self.full and not self.form_faults and self.quality is Quality.OK


@dataclass(frozen=True, slots=True)
class FormFaultDetected:
    """A form fault. `value_rad` is the angle and `limit_rad` the bound that it crossed; NaN if the fault is not about an angle."""

    at_s: float
    known_s: float
    fault: FormFault
    value_rad: float = math.nan
    limit_rad: float = math.nan


@dataclass(frozen=True, slots=True)
class Prompt:
    """A tone or word of a drill that tells the wearer what to do next, or what was counted."""

    at_s: float
    known_s: float
    kind: PromptKind
    number: int = 0  # of the repetition, or number of seconds held
