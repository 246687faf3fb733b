"""What the core finds: frozen events of scalars, and the update that carries them.

Every event says when it happened (`at_s`) and when it could first be said (`known_s`), both on the sensor's clock;
the difference is the delay. Angles are radians; the properties and fields that end in `_deg` are for faces.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TypeVar

import numpy as np

from levelhips.samples import Array, Gap


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


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the wearer should know: `what` is one of slipped, loose, camber, turning, saturated.

    A live session adds not-recording and recording-again (`value`: seconds that are missing).
    """

    at_s: float
    known_s: float
    what: str
    value: float = math.nan


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
    """From now on these drops are too much [rad]; `why` is fixed, baseline, shaping or command."""

    at_s: float
    known_s: float
    left_rad: float
    right_rad: float
    why: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A beep for a drop over the threshold: when, in which stance, and how badly (`severity` 0-1)."""

    at_s: float  # the drop went over the threshold
    known_s: float
    contact_s: float
    side: Side
    severity: float
    drop_rad: float
    threshold_rad: float
    forecast: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """A short sound that says where the session is: ready, started, paused, lost or back."""

    at_s: float
    known_s: float
    what: str


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


@dataclass(frozen=True, slots=True)
class DrillBegin:
    """A drill begins: which, for which hip, and what it asks. `posture` is empty where any will do."""

    at_s: float
    known_s: float
    name: str
    title: str
    side: Side
    posture: str
    sets: int
    reps: int
    rest_s: float
    seconds: float  # of a hold, else NaN
    low_rad: float  # where the leading angle should be
    high_rad: float
    lead: str  # which angle that is
    instruction: str


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A stretch of a schedule begins: run or walk, with feedback or without; or all are `over`."""

    at_s: float
    known_s: float
    number: int  # from 1
    count: int
    walk: bool
    feedback: bool
    over: bool
    until_s: float


@dataclass(frozen=True, slots=True)
class Pace:
    """So many steps a minute are asked for from now on (0: no more); with `ticks` a metronome gives them."""

    at_s: float
    known_s: float
    spm: float
    ticks: bool = True


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """A drill goes on to something else. `set_n` counts from 1; `why` is one of the words in docs/drills.md."""

    at_s: float
    known_s: float
    phase: Phase
    set_n: int
    why: str = ""


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
    def good(self) -> bool:
        """Whether it counts, and nothing was wrong in it."""
        return self.full and not self.cheats and self.quality is Quality.OK


@dataclass(frozen=True, slots=True)
class Cheat:
    """The pelvis left its band in a drill: `what` is one of the words in docs/drills.md; NaN where it is no angle."""

    at_s: float
    known_s: float
    what: str
    value_rad: float = math.nan
    limit_rad: float = math.nan


@dataclass(frozen=True, slots=True)
class Beat:
    """A moment of a drill that is heard: up, hold, down, reached, ten, rest-over, or a prompt."""

    at_s: float
    known_s: float
    what: str
    number: int = 0  # of the repetition, or of seconds


class LinkState(StrEnum):
    """How things stand between this computer and the sensor."""

    IDLE = "idle"
    SCANNING = "scanning"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALLED = "stalled"  # the system says connected, but no samples come
    RECONNECTING = "reconnecting"
    FAILED = "failed"  # nothing but the user can help


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The link to the sensor changed. Said by a live session, never by the core; `why` is for people."""

    at_s: float
    known_s: float
    state: LinkState
    why: str = ""


Event = (
    StandingZero
    | ModeChange
    | Heading
    | Contact
    | Step
    | Stride
    | Notice
    | Gap
    | Baseline
    | ThresholdChange
    | Cue
    | Signal
    | LinkChange
    | BlockChange
    | DrillBegin
    | Pace
    | PhaseChange
    | PostureChange
    | Rep
    | Cheat
    | Beat
)


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """The pelvis against standing, sample by sample; read-only arrays of one length.

    Attributes
    ----------
    t_s : (n,) array
        Sensor clock [s].
    obliquity_rad, tilt_rad, rotation_rad : (n,) array
        Right side higher, front down, right side forward are positive [rad].
    drop_rad : (n,) array
        In a stance whose side is known: the contralateral drop; NaN elsewhere. Its first value in a stance is the
        largest since the contact, which becomes known some 30 ms late [rad]. In a drill: its leading angle.
    side_sign : (n,) array
        +1 in right stance, -1 in left stance, 0 elsewhere.
    """

    t_s: Array
    obliquity_rad: Array
    tilt_rad: Array
    rotation_rad: Array
    drop_rad: Array
    side_sign: Array

    def __len__(self) -> int:
        return len(self.t_s)

    @classmethod
    def none(cls) -> Angles:
        return cls(*(np.empty(0) for _ in fields(cls)))

    @classmethod
    def join(cls, parts: Iterable[Angles]) -> Angles:
        kept = [part for part in parts if len(part)]
        if len(kept) == 1:
            return kept[0]
        if not kept:
            return cls.none()
        return cls(*(np.concatenate([getattr(part, f.name) for part in kept]) for f in fields(cls)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Angles):
            return NotImplemented
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name), equal_nan=True) for f in fields(self))


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """How the pelvis lies to gravity and moves, sample by sample; what drills are judged by. (n,) arrays, pelvis axes.

    Attributes
    ----------
    t_s : array
        Sensor clock [s].
    up : tuple of three arrays
        The vertical: forward, upward (to the head) and right component; smoothed lightly (9 Hz), for what must be said at once.
    slow_up : tuple of three arrays
        The same smoothed more (2.5 Hz), for ranges.
    turn_rad : array
        Heading of the right-pointing axis about the vertical, unwrapped; it drifts slowly [rad].
    rate_radps, jolt_mps2 : array
        Sizes of the angular rate, and of the acceleration without gravity.
    lateral_mps2 : array
        Acceleration to the right, without gravity.
    """

    t_s: Array
    up: tuple[Array, Array, Array]
    slow_up: tuple[Array, Array, Array]
    turn_rad: Array
    rate_radps: Array
    jolt_mps2: Array
    lateral_mps2: Array


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """What a push brought: angles of its samples, and the events that became known in it, in that order.

    ``==`` means equal to the last bit, NaN equal to NaN.
    """

    angles: Angles = field(default_factory=Angles.none)
    events: tuple[Event, ...] = ()

    @classmethod
    def join(cls, updates: Iterable[Update]) -> Update:
        updates = list(updates)
        if len(updates) == 1:
            return updates[0]
        return cls(
            Angles.join(update.angles for update in updates),
            tuple(event for update in updates for event in update.events),
        )

    def of(self, kind: type[E]) -> Iterator[E]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Update):
            return NotImplemented
        same_events = len(self.events) == len(other.events) and all(
            type(a) is type(b) and _same(a, b) for a, b in zip(self.events, other.events, strict=True)
        )
        return same_events and self.angles == other.angles


def _same(one: Event, other: Event) -> bool:
    return all(
        a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))
        for a, b in ((getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    )
