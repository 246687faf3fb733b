"""Summarize one recording as a row of the history: what was done, the drop of each side, and means of all metrics."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from levelhips.analysis import analyze, metrics
from levelhips.analysis.drill_summary import DrillValues, drill_values
from levelhips.bounds import FieldError
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import (
    BlockChange,
    Cue,
    CueOutcome,
    DrillBegin,
    Event,
    FormFaultDetected,
    HealthChange,
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
from levelhips.history.heard import FaultRow, beeps_heard, faults
from levelhips.metrics import HISTORY, Feedback, Statistics
from levelhips.metrics.statistics import rounded
from levelhips.recording.event_reader import RecordingEvents, read_events
from levelhips.settings.model import SPECS, current_sections

KINDS = (
    BlockChange,
    CueOutcome,
    FormFaultDetected,
    Cue,
    DrillBegin,
    HealthChange,
    ModeChange,
    Notice,
    Rep,
    Signal,
    Step,
    Stride,
    ThresholdChange,
)
ROW_VERSION = 2  # increase it when a row is computed differently: a rebuild then computes the older rows again
# Years that a computer's clock can have. Near the years 1 and 9999, the day in another time zone cannot be computed.
FIRST_YEAR, LAST_YEAR = 1970, 2200
LAST_S = dt.datetime(LAST_YEAR, 1, 1, tzinfo=dt.UTC).timestamp()
ALL, BOTH = "all", "both"  # in a FigureRow: with any feedback, of both sides


class SessionKind(StrEnum):
    """What the wearer did in a session, or why it does not count as a session of the wearer."""

    RUN = "run"
    WALK = "walk"
    DRILL = "drill"
    OTHER = "other"  # neither steps nor a drill
    VIRTUAL = "virtual"  # from a virtual sensor, which nobody wore
    SIMULATED = "simulated"  # made by the simulator
    COPY = "copy"  # recovered from a damaged recording that is in the history, too


NOTES = {SessionKind.VIRTUAL: "virtual", SessionKind.SIMULATED: "simulated"}
"""Notes of sessions by their kind, in the database and in exported tables; tables for people name the kind instead."""


@dataclass(frozen=True, slots=True)
class SideRow:
    """Mean drop of one side in a session [deg]: of all valid steps, and by their `Feedback`: with, without and between beeps."""

    side: str
    n: int
    mean_deg: float | None
    sd_deg: float | None
    threshold_deg: float | None
    with_n: int
    with_deg: float | None
    without_n: int
    without_deg: float | None
    between_n: int = 0
    between_deg: float | None = None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Mean and standard deviation of one metric in one session, in the metric's unit, over `n` steps, strides or repetitions.

    `side` is left, right or both; `feedback` is a `Feedback` or all.
    """

    metric: str
    side: str
    feedback: str
    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True, slots=True)
class FigureOfSession:
    """Mean of a metric in one session, for a plot over weeks."""

    file: str
    started: str  # ISO, UTC
    kind: SessionKind
    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Summary of one recording in the history.

    `file` is the first file of the session, `size` that of all its files, and `changed_ns` the last modification of any of
    them: a rebuild reads them again if one of these differs. `steps` are
    those of the session's gait (running, or walking if nobody ran), `counted` the valid ones among them, `moving_s` is the time
    of running. `cues` is the number of beeps asked for, `heard` that of the beeps that were heard; `faults` has the parts of the
    session that failed. `camber_deg` is the mean sideways lean of the camber notices.
    """

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
    heard: int = 0
    sides: Mapping[str, SideRow] = field(default_factory=dict)
    drill: DrillValues | None = None
    faults: Mapping[str, FaultRow] = field(default_factory=dict)  # by part
    figures: tuple[FigureRow, ...] = ()  # empty in rows that `History.sessions` returns; see `History.figures`

    @property
    def day(self) -> dt.date:
        """The local day on which the session began."""
        return local_day(self.started)


def session_row(path: Path) -> SessionRow:
    """Summarize a recording, from the events stored in it or, if it has neither steps nor a drill, from a new analysis.

    Raises
    ------
    RecordingError, BadInputError
        If the recording cannot be read, or contains neither standing nor steps.
    """
    stored = read_events(path, KINDS)
    note = "damaged" if not stored.whole else "newer" if stored.newer else ""
    if not any(isinstance(event, Step | Rep | DrillBegin) for event in stored.events):
        analysis = analyze(path)
        stored.events = [event for event in analysis.events if isinstance(event, KINDS)]
        stored.metadata = {**analysis.recording.metadata, **stored.metadata}
        stored.last_s = max(stored.last_s, float(analysis.recording.samples.t_s[-1]))
    return _row(stored, note)


def extent(files: list[Path]) -> tuple[int, int]:
    """Return the size of the files of a session, and when one of them was last modified [ns]."""
    found = [file.stat() for file in files]
    return sum(stat.st_size for stat in found), max(stat.st_mtime_ns for stat in found)


def _row(stored: RecordingEvents, note: str) -> SessionRow:
    not_worn = _kind_if_not_worn(stored.metadata)
    events: list[Event] = [] if not_worn else stored.events  # figures of a sensor that nobody wore are not the wearer's
    statistics = Statistics(metrics())
    for event in events:
        statistics.add(event)
    result = DrillResult.of(events)
    kind = not_worn or _kind(statistics, result)
    path = stored.files[0]
    size, changed_ns = extent(stored.files)
    protocol, session = _protocol(stored.settings)
    cambers = [event.value for event in events if isinstance(event, Notice) and event.kind is NoticeKind.CAMBER]
    damaged = stored.metadata.get("recovered_from", "")
    return SessionRow(
        file=str(path.resolve()),
        size=size,
        changed_ns=changed_ns,
        started=_started(stored.metadata, changed_ns / 1e9),
        kind=kind,
        duration_s=round(stored.last_s, 1),
        moving_s=round(statistics.running_s(stored.last_s), 1),
        steps=statistics.steps(mode=statistics.mode),
        counted=statistics.steps(mode=statistics.mode, quality=Quality.OK),
        cadence_spm=rounded(statistics.spread("cadence").mean, 1),
        cues=sum(isinstance(event, Cue) for event in events),
        heard=beeps_heard(events),
        faults=faults(events, stored.last_s),
        protocol=protocol,
        protocol_session=session,
        camber_deg=round(sum(cambers) / len(cambers), 2) if cambers else None,
        note=NOTES.get(kind, note),
        recovered_from=str((path.parent / damaged).resolve()) if damaged else "",
        sides=_sides(statistics, events) if kind in (SessionKind.RUN, SessionKind.WALK) else {},
        drill=drill_values(result) if result is not None else None,
        figures=_figures(statistics),
    )


def _protocol(settings: dict[str, Any]) -> tuple[str, int]:
    """Return name and session of the run protocol; those of a run without one if the recording has invalid ones."""
    section = current_sections(settings).get("protocol")
    name, session = (section.get("name", ""), section.get("session", 1)) if isinstance(section, dict) else ("", 1)
    try:
        SPECS["protocol.name"].check(name)
        SPECS["protocol.session"].check(session)
    except FieldError:
        return "", 1
    return name, session


def _kind_if_not_worn(metadata: dict[str, str]) -> SessionKind | None:
    """Return VIRTUAL or SIMULATED for a recording of a sensor that nobody wore; None if somebody wore it."""
    if metadata.get("virtual"):
        return SessionKind.VIRTUAL
    return SessionKind.SIMULATED if metadata.get("sensor") == "simulated" else None


def _kind(statistics: Statistics, drill: DrillResult | None) -> SessionKind:
    if drill is not None:
        return SessionKind.DRILL
    if not statistics.steps():
        return SessionKind.OTHER
    return SessionKind.RUN if statistics.mode is Mode.RUNNING else SessionKind.WALK


def _started(metadata: dict[str, str], changed_s: float) -> str:
    """Return the start in the metadata (without a zone: UTC) or, if it is missing, the file's modification time; ISO, UTC."""
    try:
        at = dt.datetime.fromisoformat(metadata.get("started_utc", ""))
        at = at.replace(tzinfo=at.tzinfo or dt.UTC).astimezone(dt.UTC)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError("a clock that was never set")
    except (ValueError, OverflowError):  # OverflowError: the year 1, in a zone where it is still the year before in UTC
        at = dt.datetime.fromtimestamp(min(max(changed_s, 0.0), LAST_S), dt.UTC)
    return at.isoformat(timespec="seconds")


def _sides(statistics: Statistics, events: list[Event]) -> dict[str, SideRow]:
    """Return the mean drops by side, with the last threshold of the session."""
    thresholds_rad = dict.fromkeys(Side, math.nan)
    for event in events:
        if isinstance(event, ThresholdChange):
            thresholds_rad = {Side.LEFT: event.left_rad, Side.RIGHT: event.right_rad}
    rows = {}
    for side in Side:
        all_steps = statistics.spread("contralateral_drop", side)
        by_feedback = {which: statistics.spread("contralateral_drop", side, feedback=which) for which in Feedback}
        rows[side.value] = SideRow(
            side=side.value,
            n=all_steps.n,
            mean_deg=rounded(all_steps.mean, 3),
            sd_deg=rounded(all_steps.sd, 3),
            threshold_deg=rounded(math.degrees(thresholds_rad[side]), 3),
            with_n=by_feedback[Feedback.WITH].n,
            with_deg=rounded(by_feedback[Feedback.WITH].mean, 3),
            without_n=by_feedback[Feedback.WITHOUT].n,
            without_deg=rounded(by_feedback[Feedback.WITHOUT].mean, 3),
            between_n=by_feedback[Feedback.BETWEEN].n,
            between_deg=rounded(by_feedback[Feedback.BETWEEN].mean, 3),
        )
    return rows


def _figures(statistics: Statistics) -> tuple[FigureRow, ...]:
    """Return the means of each metric that the history keeps, by side and by feedback; none where nothing was measured."""
    rows = []
    for metric in metrics().shown_in(HISTORY):
        for side in (None, *Side) if metric.by_side else (None,):
            for feedback in (None, *Feedback):
                spread = statistics.spread(metric.key, side, feedback=feedback)
                if spread.n:
                    digits = (metric.digits or 0) + 1  # as in summary.json
                    where = (BOTH if side is None else side.value, ALL if feedback is None else feedback.value)
                    rows.append(FigureRow(metric.key, *where, spread.n, round(spread.mean, digits) + 0.0, rounded(spread.sd, digits)))
    return tuple(rows)


def local_day(at: str) -> dt.date:
    """Return the local day of a moment that is given as ISO text with its offset from UTC."""
    return dt.datetime.fromisoformat(at).astimezone().date()
