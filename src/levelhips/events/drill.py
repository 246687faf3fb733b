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

    STAND = "stand"  # stand still, which shows how the clip is tilted
    BOW = "bow"  # bow once on both feet, which shows how the clip is turned about the vertical
    TAKE = "take"  # take the start posture and hold still: that pose is the zero
    WORK = "work"  # repetitions or a hold
    REST = "rest"  # between two sets
    PAUSED = "paused"
    DONE = "done"


class PhaseReason(StrEnum):
    """Why a drill entered a phase."""

    NONE = ""  # the usual order
    ASKED = "asked"  # by a command
    RESUMED = "resumed"  # after a pause
    REST_OVER = "rest-over"
    POSTURE_LOST = "posture-lost"  # the wearer left the start posture
    FELL_OFF = "fell-off"  # the clip came off


class PromptKind(StrEnum):
    """What is prompted by sound in a drill."""

    STAND = "stand"  # reminder: stand still
    BOW = "bow"  # reminder: bow once
    UP = "up"  # paced repetition: move out
    HOLD = "hold"  # paced repetition: stay there
    DOWN = "down"  # paced repetition: move back
    REACHED = "reached"  # far enough
    TEN = "ten"  # ten more seconds held
    CLOCK_ON = "clock-on"  # the time counts as held
    CLOCK_OFF = "clock-off"  # the time stops: the wearer moved
    REST_OVER = "rest-over"
    WRONG_POSTURE = "wrong-posture"  # not the start position
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
    SHORT = "short"  # half a repetition: not far enough
    NOT_BACK = "not-back"  # half a repetition: not all the way back
    NO_MOVEMENT = "no-movement"  # a paced repetition in which nobody moved


_FAULT_NAMES = frozenset(FormFault)


@dataclass(frozen=True, slots=True)
class DrillBegin:
    """The start of a drill: which one, for which hip, and its dose.

    `posture` is None if any posture will do. `instruction` is the sentence that the wearer heard; recordings keep it because
    a drill may come from another package.
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
    low_rad: float  # where the leading angle should be
    high_rad: float
    lead: str  # which angle that is
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
    `out_s`, `hold_s` and `back_s` are its tempo. `full` is False for half a repetition, which does not count. `form_faults` has the
    form faults in it as recordings keep them, separated by blanks; use `faults`. `confidence` (0-1) is low if only the pace
    says that the repetition was done.
    """

    at_s: float
    known_s: float
    to_s: float
    number: int  # in its set, from 1; half a repetition has the number of the one it should have been
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
        """Range of the repetition [deg]."""
        return math.degrees(self.range_rad)

    @property
    def tempo_s(self) -> float:
        """Duration of the whole repetition."""
        return self.out_s + self.hold_s + self.back_s

    @property
    def faults(self) -> tuple[FormFault, ...]:
        """What went wrong in it; a fault that only a newer version knows is left out, but stays in `form_faults`."""
        return tuple(FormFault(name) for name in self.form_faults.split() if name in _FAULT_NAMES)

    @property
    def good(self) -> bool:
        """Whether it counts and has no form fault."""
        return self.full and not self.form_faults and self.quality is Quality.OK


@dataclass(frozen=True, slots=True)
class FormFaultDetected:
    """A form fault: the angle and the limit that it crossed [rad], NaN if the fault is not an angle."""

    at_s: float
    known_s: float
    fault: FormFault
    value_rad: float = math.nan
    limit_rad: float = math.nan


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt by sound in a drill."""

    at_s: float
    known_s: float
    kind: PromptKind
    number: int = 0  # of the repetition, or of seconds held
