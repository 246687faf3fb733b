"""Events of a drill: postures, phases, repetitions and form faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from levelhips.events.gait import Quality, Side


class Posture(StrEnum):
    """How the pelvis lies to gravity."""

    UNCLEAR = "unclear"
    UPRIGHT = "upright"
    LEFT_SIDE = "left-side"  # lying on it
    RIGHT_SIDE = "right-side"
    SUPINE = "supine"
    PRONE = "prone"


class Phase(StrEnum):
    """Where a drill stands."""

    STAND = "stand"  # stand still, so that it is known how the clip sits
    BOW = "bow"  # bow once on both feet, so that it is known how askew the clip sits
    TAKE = "take"  # take the start posture and be still in it: the zero
    WORK = "work"
    REST = "rest"
    PAUSED = "paused"
    DONE = "done"


class PhaseReason(StrEnum):
    """Why a drill went to another phase."""

    NONE = ""  # the usual order
    ASKED = "asked"  # by a command
    RESUMED = "resumed"
    REST_OVER = "rest-over"
    POSTURE_LOST = "posture-lost"
    FELL_OFF = "fell-off"  # the clip came off


class PromptKind(StrEnum):
    """Moments of a drill that are heard."""

    STAND = "stand"  # reminder: stand still
    BOW = "bow"  # reminder: bow once
    UP = "up"  # paced repetition: out
    HOLD = "hold"
    DOWN = "down"
    REACHED = "reached"  # far enough
    TEN = "ten"  # ten more seconds held
    CLOCK_ON = "clock-on"  # the time of a hold counts
    CLOCK_OFF = "clock-off"
    REST_OVER = "rest-over"
    WRONG_POSTURE = "wrong-posture"
    WRONG_SIDE = "wrong-side"


class FormFault(StrEnum):
    """What can go wrong in a drill: the pelvis leaves its band, or a repetition is not a whole one."""

    ROLLED_BACK = "rolled-back"
    ROLLED_FORWARD = "rolled-forward"
    TURNED = "turned"
    LEANED = "leaned"
    HIKED = "hiked"
    DIPPED = "dipped"
    TOO_FAR = "too-far"
    TOO_FAST = "too-fast"
    WADDLED = "waddled"
    OPENED = "opened"
    SNAPPED = "snapped"
    TOUCHED_DOWN = "touched-down"
    LEFT_BAND = "left-band"
    SHORT = "short"  # half a repetition: not far enough
    NOT_BACK = "not-back"  # half a repetition: not all the way back
    NO_MOVEMENT = "no-movement"  # a paced repetition in which nobody moved


_FAULT_NAMES = frozenset(FormFault)


@dataclass(frozen=True, slots=True)
class DrillBegin:
    """The start of a drill: which one, for which hip, and its dose.

    `posture` is None if any posture will do. `instruction` is the sentence that the wearer was told; recordings keep it because
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
    seconds: float  # of a hold, else NaN
    low_rad: float  # where the leading angle should be
    high_rad: float
    lead: str  # which angle that is
    instruction: str


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A drill enters another phase. `set_n` counts from 1."""

    at_s: float
    known_s: float
    phase: Phase
    set_n: int
    why: PhaseReason = PhaseReason.NONE


@dataclass(frozen=True, slots=True)
class PostureChange:
    """The wearer lies or stands otherwise than before."""

    at_s: float
    known_s: float
    posture: Posture


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition, from `at_s` to `to_s`; of a hold, the whole of it.

    `range_rad` is the largest value of the drill's leading angle, `mean_rad` and `sd_rad` its mean and spread. `out_s`,
    `hold_s` and `back_s` are its tempo. `full` is False of half a rep, which does not count. `cheats` names what went
    wrong in it, separated by blanks; `confidence` (0-1) is low where nothing but the pace says that it was done.
    """

    at_s: float
    known_s: float
    to_s: float
    number: int  # in its set, from 1; of half a rep that of the one it should have been
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
    cheats: str = ""
    confidence: float = 1.0

    @property
    def range_deg(self) -> float:
        return math.degrees(self.range_rad)

    @property
    def tempo_s(self) -> float:
        """Duration of the whole repetition."""
        return self.out_s + self.hold_s + self.back_s

    @property
    def faults(self) -> tuple[FormFault, ...]:
        """What went wrong in it; a fault that only a newer version knows is left out, but stays in `cheats`."""
        return tuple(FormFault(name) for name in self.cheats.split() if name in _FAULT_NAMES)

    @property
    def good(self) -> bool:
        """Whether it counts, and nothing was wrong in it."""
        return self.full and not self.cheats and self.quality is Quality.OK


@dataclass(frozen=True, slots=True)
class Cheat:
    """A form fault: the angle and the limit that it passed [rad], NaN where the fault is not an angle."""

    at_s: float
    known_s: float
    what: FormFault
    value_rad: float = math.nan
    limit_rad: float = math.nan


@dataclass(frozen=True, slots=True)
class Beat:
    """A moment of a drill that is heard."""

    at_s: float
    known_s: float
    what: PromptKind
    number: int = 0  # of the repetition, or of seconds
