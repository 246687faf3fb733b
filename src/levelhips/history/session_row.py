"""Summarize one recording as a row of the history: what was done, the drop of each side, and means of all metrics."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from levelhips.analysis import analyze, metrics
from levelhips.analysis.drill_summary import DrillValues, drill_values
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import (
    BlockChange,
    Cue,
    DrillBegin,
    Event,
    FormFaultDetected,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Quality,
    Rep,
    Side,
    Signal,
    Step,
    Stride,
    ThresholdChange,
)
from levelhips.metrics import HISTORY, Feedback, Statistics
from levelhips.metrics.statistics import rounded
from levelhips.recording.event_reader import RecordingEvents, read_events
from levelhips.settings.model import current_sections

KINDS = (BlockChange, FormFaultDetected, Cue, DrillBegin, ModeChange, Notice, Rep, Signal, Step, Stride, ThresholdChange)
ROW_VERSION = 1  # of what is computed here; rows of an earlier version are computed again by a rebuild
ALL, BOTH = "all", "both"  # in a figure: any feedback, both sides


class SessionKind(StrEnum):
    """What was done in a session, or why it is not one of the wearer's own."""

    RUN = "run"
    WALK = "walk"
    DRILL = "drill"
    OTHER = "other"  # neither steps nor a drill
    VIRTUAL = "virtual"  # from a virtual sensor: nobody wore it
    SIMULATED = "simulated"  # made by the simulator
    COPY = "copy"  # recovered from a damaged recording that is in the history itself


@dataclass(frozen=True, slots=True)
class SideRow:
    """Drop of one side: of all valid steps, and of those with and without feedback."""

    side: str
    n: int
    mean_deg: float | None
    sd_deg: float | None
    threshold_deg: float | None
    with_n: int
    with_deg: float | None
    without_n: int
    without_deg: float | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Mean of one metric in one session, in the metric's unit.

    `side` is left, right or both; `feedback` is with, without, unknown (paused) or all.
    """

    metric: str
    side: str
    feedback: str
    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One recording in the history."""

    file: str
    size: int
    changed_ns: int
    started: str  # ISO, UTC
    kind: SessionKind
    duration_s: float
    moving_s: float
    steps: int
    counted: int
    cadence_spm: float | None
    cues: int
    protocol: str
    protocol_session: int
    camber_deg: float | None
    note: str = ""
    recovered_from: str = ""  # the damaged recording that this one was recovered from
    row_version: int = ROW_VERSION
    sides: Mapping[str, SideRow] = field(default_factory=dict)
    drill: DrillValues | None = None
    figures: tuple[FigureRow, ...] = ()  # empty in rows read from the history: `History.figures` has them

    @property
    def day(self) -> dt.date:
        """The local day on which it began."""
        return local_day(self.started)


def session_row(path: Path) -> SessionRow:
    """Summarize a recording, from the events stored in it or, if it has none, from a new analysis.

    Raises
    ------
    RecordingError, BadInputError
        If nothing can be found in it.
    """
    seen = read_events(path, KINDS)
    note = "newer" if seen.newer else ""
    note = note if seen.whole else "damaged"
    if not any(isinstance(event, Step | Rep | DrillBegin) for event in seen.events):
        analysis = analyze(path)
        seen.events = [event for event in analysis.events if isinstance(event, KINDS)]
        seen.metadata = {**analysis.recording.metadata, **seen.metadata}
        seen.last_s = max(seen.last_s, float(analysis.recording.samples.t_s[-1]))
    return _row(path, seen, note)


def _row(path: Path, seen: RecordingEvents, note: str) -> SessionRow:
    nobody = _nobody(seen.metadata)
    events: list[Event] = [] if nobody else seen.events  # nobody's figures are not the wearer's
    found = Statistics(metrics())
    for event in events:
        found.add(event)
    result = DrillResult.of(events)
    kind = nobody or _kind(found, result)
    stat = path.stat()
    protocol = current_sections(seen.settings).get("protocol", {})
    cambers = [event.value for event in events if isinstance(event, Notice) and event.kind is NoticeKind.CAMBER]
    damaged = seen.metadata.get("recovered_from", "")
    return SessionRow(
        file=str(path.resolve()),
        size=stat.st_size,
        changed_ns=stat.st_mtime_ns,
        started=_started(seen.metadata, stat.st_mtime),
        kind=kind,
        duration_s=round(seen.last_s, 1),
        moving_s=round(found.running_s(seen.last_s), 1),
        steps=found.steps(mode=found.mode),
        counted=found.steps(mode=found.mode, quality=Quality.OK),
        cadence_spm=rounded(found.spread("cadence").mean, 1),
        cues=sum(isinstance(event, Cue) for event in events),
        protocol=str(protocol.get("name", "")),
        protocol_session=int(protocol.get("session", 1)),
        camber_deg=round(sum(cambers) / len(cambers), 2) if cambers else None,
        note=NOTES.get(kind, note),
        recovered_from=str((path.parent / damaged).resolve()) if damaged else "",
        sides=_sides(found, events) if kind in (SessionKind.RUN, SessionKind.WALK) else {},
        drill=drill_values(result) if result is not None else None,
        figures=_figures(found),
    )


NOTES = {SessionKind.VIRTUAL: "virtual", SessionKind.SIMULATED: "simulated"}


def _nobody(metadata: dict[str, str]) -> SessionKind | None:
    """Return the kind of a recording that was not made by wearing a sensor; None if it was."""
    if metadata.get("virtual"):
        return SessionKind.VIRTUAL
    return SessionKind.SIMULATED if metadata.get("sensor") == "simulated" else None


def _kind(found: Statistics, drill: DrillResult | None) -> SessionKind:
    if drill is not None:
        return SessionKind.DRILL
    if not found.steps():
        return SessionKind.OTHER
    return SessionKind.RUN if found.mode is Mode.RUNNING else SessionKind.WALK


def _started(metadata: dict[str, str], changed_s: float) -> str:
    try:
        at = dt.datetime.fromisoformat(metadata.get("started_utc", ""))
    except ValueError:
        at = dt.datetime.fromtimestamp(changed_s, dt.UTC)
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


def _sides(found: Statistics, events: list[Event]) -> dict[str, SideRow]:
    thresholds = [event for event in events if isinstance(event, ThresholdChange)]
    rows = {}
    for side in Side:
        every = found.spread("contralateral_drop", side)
        apart = {which: found.spread("contralateral_drop", side, feedback=which) for which in Feedback}
        level_rad = math.nan if not thresholds else thresholds[-1].left_rad if side is Side.LEFT else thresholds[-1].right_rad
        rows[side.value] = SideRow(
            side=side.value,
            n=every.n,
            mean_deg=rounded(every.mean, 3),
            sd_deg=rounded(every.sd, 3),
            threshold_deg=rounded(math.degrees(level_rad), 3),
            with_n=apart[Feedback.WITH].n,
            with_deg=rounded(apart[Feedback.WITH].mean, 3),
            without_n=apart[Feedback.WITHOUT].n,
            without_deg=rounded(apart[Feedback.WITHOUT].mean, 3),
        )
    return rows


def _figures(found: Statistics) -> tuple[FigureRow, ...]:
    """Means of every metric of the history, by side and by feedback, where there are any."""
    rows = []
    for metric in metrics().shown_in(HISTORY):
        for side in (None, *Side) if metric.by_side else (None,):
            for feedback in (None, *Feedback):
                spread = found.spread(metric.key, side, feedback=feedback)
                if spread.n:
                    digits = (metric.digits or 0) + 1  # as in summary.json
                    where = (BOTH if side is None else side.value, ALL if feedback is None else feedback.value)
                    rows.append(FigureRow(metric.key, *where, spread.n, round(spread.mean, digits) + 0.0, rounded(spread.sd, digits)))
    return tuple(rows)


def local_day(at: str) -> dt.date:
    """Return the local day of a moment in ISO form."""
    return dt.datetime.fromisoformat(at).astimezone().date()
