"""Thread-safe snapshot of a session: user interfaces poll it, and it never calls them."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from levelhips.events import (
    Angles,
    BlockChange,
    Cue,
    CueOutcome,
    DrillBegin,
    Event,
    HealthChange,
    LinkChange,
    LinkState,
    Mode,
    ModeChange,
    Notice,
    Outcome,
    Pace,
    Part,
    Phase,
    PhaseChange,
    Quality,
    Side,
    Signal,
    SignalKind,
    StandingZero,
    Step,
    Stride,
    ThresholdChange,
    ThresholdReason,
    Update,
)
from levelhips.live.drill_snapshot import DrillSnapshot, apply, begin
from levelhips.metrics import BUILT_IN, SinceStart, Statistics
from levelhips.samples import Array, Gap
from levelhips.text import tr
from levelhips.words import GAP_REASONS, NOTICES, SIGNALS, THRESHOLD_REASONS, block_line, health_message, link_message, words_for

__all__ = ["BARS", "Bar", "SessionState", "Snapshot", "Trace", "block_line"]

BARS = 24
SHOWN = 4  # steps whose mean is the large number: it changes, but does not jump
CADENCE_SHARE = 0.2  # weight of a new stride in the cadence shown: an average over about five strides
MIN_SHOWN_GAP_S = 0.5  # a shorter gap costs one step, and the runner can do nothing about it
DROP = BUILT_IN["contralateral_drop"]
TRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the last steps, as a bar."""

    side: Side
    drop_deg: float
    over: bool
    good: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State of a session at one moment, for people: values in degrees, and words.

    `step_s` is the sensor time of the step from which the drop of a side and its SD are, `last_step_s` that of the last step of any
    quality, `stride_s` that of the stride from which cadence, rotation and tilt are; NaN before the first. `missing`,
    `missing_cadence` and `silent_s` are set by `levelhips.live.freshness.fresh`, which leaves out figures that are too old.
    """

    now_s: float = 0.0
    mode: Mode = Mode.UNKNOWN
    drop_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    threshold_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.inf))
    bars: tuple[Bar, ...] = ()
    cadence_spm: float = math.nan
    quality: Quality | None = None
    steps: int = 0
    cues: int = 0
    last_cue: Cue | None = None
    message: str = ""  # what happened last, for the wearer to read
    paused: bool = False
    link: LinkState | None = None
    sd_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    mean_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))  # drop of the whole session
    since_start_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    rotation_deg: float = math.nan
    tilt_deg: float = math.nan
    zeroed: bool = False
    drill: DrillSnapshot | None = None
    block: BlockChange | None = None  # of the run protocol
    target_spm: float = math.nan  # target step rate [steps/min]
    lead_deg: float = math.nan  # present leading angle of a drill
    health: Mapping[Part, HealthChange] = field(default_factory=dict)  # the last change of each part
    not_heard: int = 0  # cues that were not heard, for whatever reason
    gait: Mode = Mode.UNKNOWN  # of the last step
    step_s: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    last_step_s: float = math.nan
    stride_s: float = math.nan
    missing: Mapping[Side, str] = field(default_factory=dict)  # why a side has no figures now, and for how long
    missing_cadence: str = ""
    silent_s: float = 0.0  # time without samples, if it is so long that figures are missing [s]


@dataclass(frozen=True, slots=True)
class Trace:
    """The last seconds of the pelvis: (n,) times [s], obliquity [deg], and +1 in right stance, -1 in left, 0 elsewhere."""

    t_s: Array
    obliquity_deg: Array
    side_sign: Array


class _RecentAngles:
    """The last ten seconds of angles in one array, which is read 60 times a second without joining pieces."""

    ROOM = 32768  # three times ten seconds at 1,000 Hz, so that old angles are moved out only now and then

    def __init__(self) -> None:
        self._rows = np.empty((3, self.ROOM))
        self._n = 0

    def add(self, angles: Angles) -> None:
        new = np.stack([angles.t_s, angles.obliquity_rad, angles.side_sign])[:, -self.ROOM // 3 :]
        count = new.shape[1]
        if self._n + count > self.ROOM:
            kept = self.rows()[:, -self.ROOM // 3 :]
            self._n = kept.shape[1]
            self._rows[:, : self._n] = kept
        self._rows[:, self._n : self._n + count] = new
        self._n += count

    def rows(self) -> Array:
        """(3, n) times, obliquities and signs; a copy."""
        rows = self._rows[:, : self._n]
        return rows[:, int(np.searchsorted(rows[0], rows[0, -1] - TRACE_S)) :].copy() if self._n else rows.copy()


class SessionState:
    """Collect from updates what user interfaces show. `put` is called from one thread only, the other methods from any.

    Parameters
    ----------
    clock : callable
        Monotonic seconds of the host, to know for how long no samples have come.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._came_s = clock, math.nan  # when the last samples came
        self._lock = threading.Lock()
        self._snapshot = Snapshot()
        self._bars: deque[Bar] = deque(maxlen=BARS)
        self._recent: dict[Side, deque[float]] = {side: deque(maxlen=SHOWN) for side in Side}
        self._threshold = dict.fromkeys(Side, math.inf)
        self._statistics, self._since_start = Statistics([DROP]), SinceStart(DROP)
        self._gait = self._stride_gait = Mode.UNKNOWN  # of the last step, of the last stride
        self._recent_angles = _RecentAngles()

    def snapshot(self) -> Snapshot:
        """Return the present snapshot, with the last figures however old they are."""
        with self._lock:
            return self._snapshot

    @property
    def silent_s(self) -> float:
        """Time since the last samples came, on the host's clock [s]; NaN if none have come yet."""
        return self._clock() - self._came_s

    def trace(self) -> Trace:
        """Return the last ten seconds; the arrays belong to the caller."""
        with self._lock:
            t_s, obliquity_rad, side_sign = self._recent_angles.rows()
        return Trace(t_s, np.degrees(obliquity_rad), side_sign)

    def put(self, update: Update) -> None:
        """Take the next update of the engine."""
        if not update.events and not len(update.angles):
            return
        snapshot = self._snapshot
        for event in update.events:
            snapshot = self._apply(snapshot, event)
            if isinstance(event, DrillBegin):
                snapshot = replace(snapshot, drill=begin(event))
            elif snapshot.drill is not None and not isinstance(event, Gap):
                snapshot = replace(snapshot, drill=apply(snapshot.drill, event))
        if len(update.angles):
            lead = math.degrees(update.angles.drop_rad[-1]) if snapshot.drill is not None else math.nan
            snapshot = replace(snapshot, now_s=float(update.angles.t_s[-1]), lead_deg=lead)
        with self._lock:
            self._snapshot = snapshot
            if len(update.angles):
                self._came_s = self._clock()
                self._recent_angles.add(update.angles)

    def _apply(self, snapshot: Snapshot, event: Event) -> Snapshot:
        self._statistics.add(event)
        if isinstance(event, Step):
            return self._take_step(snapshot, event)
        if isinstance(event, Stride):
            return self._take_stride(snapshot, event)
        if isinstance(event, ThresholdChange):
            self._threshold = {Side.LEFT: event.left_rad, Side.RIGHT: event.right_rad}
        change = _CHANGES.get(type(event))
        return snapshot if change is None else replace(snapshot, **change(snapshot, event))

    def _take_stride(self, snapshot: Snapshot, stride: Stride) -> Snapshot:
        before = snapshot.cadence_spm
        smooth = stride.mode is self._stride_gait and not math.isnan(before)
        self._stride_gait = stride.mode
        return replace(
            snapshot,
            cadence_spm=before + CADENCE_SHARE * (stride.cadence_spm - before) if smooth else stride.cadence_spm,
            rotation_deg=math.degrees(stride.rotation_range_rad),
            tilt_deg=math.degrees(stride.tilt_mean_rad),
            stride_s=stride.at_s + stride.duration_s,
        )

    def _take_step(self, snapshot: Snapshot, step: Step) -> Snapshot:
        good = step.quality is Quality.OK
        if step.mode is not self._gait:  # walking and running are never mixed
            self._gait = step.mode
            for recent in self._recent.values():
                recent.clear()
            snapshot = replace(snapshot, step_s=dict.fromkeys(Side, math.nan))
        self._since_start.add(step)
        if good:
            self._recent[step.side].append(step.drop_deg)
        self._bars.append(Bar(step.side, step.drop_deg, step.drop_rad > self._threshold[step.side], good))
        return replace(
            snapshot,
            drop_deg={side: sum(seen) / len(seen) if seen else math.nan for side, seen in self._recent.items()},
            sd_deg=snapshot.sd_deg | ({step.side: math.degrees(step.drop_sd_rad)} if good else {}),
            mean_deg={side: self._statistics.spread(DROP.key, side).mean for side in Side},
            since_start_deg={side: self._since_start.change(side) for side in Side},
            bars=tuple(self._bars),
            quality=step.quality,
            steps=snapshot.steps + 1,
            gait=step.mode,
            step_s=snapshot.step_s | ({step.side: step.at_s} if good else {}),
            last_step_s=step.at_s,
        )


def _after_signal(snapshot: Snapshot, signal: Signal) -> dict[str, Any]:
    paused = {SignalKind.PAUSED: True, SignalKind.STARTED: False}.get(signal.kind, snapshot.paused)
    return {"message": words_for(SIGNALS, signal.kind), "paused": paused}


def _after_link(snapshot: Snapshot, change: LinkChange) -> dict[str, Any]:
    return {"link": change.state, "message": link_message(change.reason, change.error, change.message) or snapshot.message}


def _after_gap(snapshot: Snapshot, gap: Gap) -> dict[str, Any]:
    lost_s = gap.to_s - gap.from_s
    return {"message": tr("live.gap", seconds=lost_s, reason=words_for(GAP_REASONS, gap.reason))} if lost_s > MIN_SHOWN_GAP_S else {}


def _after_threshold(snapshot: Snapshot, change: ThresholdChange) -> dict[str, Any]:
    level = {Side.LEFT: math.degrees(change.left_rad), Side.RIGHT: math.degrees(change.right_rad)}
    if change.reason is ThresholdReason.FIXED:  # set before the session began, so there is nothing to report
        return {"threshold_deg": level}
    reason = words_for(THRESHOLD_REASONS, change.reason)
    return {"threshold_deg": level, "message": tr("live.threshold", left=level[Side.LEFT], right=level[Side.RIGHT], reason=reason)}


def _after_health(snapshot: Snapshot, change: HealthChange) -> dict[str, Any]:
    health = {**snapshot.health, change.part: change}
    return {"health": health, "message": health_message(change) or snapshot.message}


def _after_outcome(snapshot: Snapshot, found: CueOutcome) -> dict[str, Any]:
    if found.outcome is Outcome.RENDERED:
        return {}
    late = found.outcome is Outcome.LATE and snapshot.last_cue is not None and snapshot.last_cue.at_s == found.at_s
    return {"not_heard": snapshot.not_heard + 1} | ({"last_cue": None} if late else {})


# The fields of the snapshot that an event changes.
_CHANGES: dict[type, Callable[[Snapshot, Any], dict[str, Any]]] = {
    StandingZero: lambda snapshot, event: {"zeroed": True},
    ThresholdChange: _after_threshold,
    Cue: lambda snapshot, event: {"cues": snapshot.cues + 1, "last_cue": event},
    ModeChange: lambda snapshot, event: {"mode": event.mode},
    Gap: _after_gap,
    LinkChange: _after_link,
    Notice: lambda snapshot, event: {"message": words_for(NOTICES, event.kind)},
    BlockChange: lambda snapshot, event: {"block": event},
    Pace: lambda snapshot, event: {"target_spm": event.spm or math.nan},
    PhaseChange: lambda snapshot, event: {"paused": event.phase is Phase.PAUSED},
    Signal: _after_signal,
    HealthChange: _after_health,
    CueOutcome: _after_outcome,
}
