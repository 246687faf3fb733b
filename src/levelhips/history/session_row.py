"""A recording in a row: what was done, how far the pelvis dropped, with and without sound."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levelhips.analysis import analyze
from levelhips.analysis.drill_summary import drill_values
from levelhips.coaching.drills.result import DrillResult, spread
from levelhips.events import (
    BlockChange,
    Cheat,
    Cue,
    DrillBegin,
    Event,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Quality,
    Rep,
    Side,
    Step,
    ThresholdChange,
)
from levelhips.recording.event_reader import RecordingEvents, read_events

KINDS = (BlockChange, Cheat, Cue, DrillBegin, ModeChange, Notice, Rep, Step, ThresholdChange)


@dataclass(frozen=True, slots=True)
class SideDigest:
    """The drops of one side: all that count, and apart with and without feedback."""

    side: str
    n: int
    mean_deg: float | None
    sd_deg: float | None
    limit_deg: float | None
    with_n: int
    with_deg: float | None
    without_n: int
    without_deg: float | None


@dataclass(frozen=True, slots=True)
class Digest:
    """A recording in a row."""

    file: str
    size: int
    changed_ns: int
    started: str  # ISO, UTC
    kind: str  # run, walk, drill, virtual (nobody wore it) or other
    duration_s: float
    moving_s: float
    steps: int
    counted: int
    cadence_spm: float | None
    cues: int
    plan: str
    plan_session: int
    camber_deg: float | None
    note: str = ""
    sides: tuple[SideDigest, ...] = ()
    drill: dict[str, Any] | None = None


def digest(path: Path) -> Digest:
    """A recording in a row: from what was found when it was made, or else found anew.

    Raises
    ------
    RecordingError, BadInputError
        If nothing can be found in it.
    """
    seen = read_events(path, KINDS)
    note = "partly written by a newer levelhips" if seen.newer else ""
    note = note if seen.whole else "damaged or not closed"
    if not any(isinstance(event, Step | Rep | DrillBegin) for event in seen.events):
        analysis = analyze(path)
        seen.events = [event for event in analysis.events if isinstance(event, KINDS)]
        seen.metadata = {**analysis.recording.metadata, **seen.metadata}
        seen.last_s = max(seen.last_s, float(analysis.recording.samples.t_s[-1]))
    return _digest(path, seen, note)


def _digest(path: Path, seen: RecordingEvents, note: str) -> Digest:
    virtual = bool(seen.metadata.get("virtual"))
    events = [] if virtual else seen.events  # nobody wore it: listed, but no part of the wearer's weeks
    steps = [event for event in events if isinstance(event, Step)]
    running = [step for step in steps if step.mode is Mode.RUNNING]
    kept = running or steps
    good = [step for step in kept if step.quality is Quality.OK]
    result = DrillResult.of(events)
    kind = "drill" if result is not None else "run" if running else "walk" if steps else "other"
    if virtual:
        kind, note = "virtual", "virtual sensor"
    stat = path.stat()
    times = [step.step_time_s for step in good if 0.2 < step.step_time_s < 1.2]
    plan = seen.settings.get("plan", {})
    cambers = [event.value for event in events if isinstance(event, Notice) and event.what is NoticeKind.CAMBER]
    return Digest(
        file=str(path.resolve()),
        size=stat.st_size,
        changed_ns=stat.st_mtime_ns,
        started=_started(seen.metadata, stat.st_mtime),
        kind=kind,
        duration_s=round(seen.last_s, 1),
        moving_s=round(_moving_s(events, seen.last_s), 1),
        steps=len(kept),
        counted=len(good),
        cadence_spm=round(60 / (sum(times) / len(times)), 1) if times else None,
        cues=sum(isinstance(event, Cue) for event in events),
        plan=str(plan.get("name", "")),
        plan_session=int(plan.get("session", 1)),
        camber_deg=round(sum(cambers) / len(cambers), 2) if cambers else None,
        note=note,
        sides=tuple(_side(side, good, events) for side in Side) if kind in ("run", "walk") else (),
        drill=drill_values(result) if result is not None else None,
    )


def _started(metadata: dict[str, str], changed_s: float) -> str:
    try:
        at = dt.datetime.fromisoformat(metadata.get("started_utc", ""))
    except ValueError:
        at = dt.datetime.fromtimestamp(changed_s, dt.UTC)
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


def _moving_s(events: list[Event], last_s: float) -> float:
    """Time of running."""
    total, since = 0.0, math.nan
    for event in events:
        if isinstance(event, ModeChange):
            if not math.isnan(since):
                total += event.at_s - since
            since = event.at_s if event.mode is Mode.RUNNING else math.nan
    return total + (0.0 if math.isnan(since) else last_s - since)


def _side(side: Side, good: list[Step], events: list[Event]) -> SideDigest:
    blocks = [event for event in events if isinstance(event, BlockChange)]
    limits = [event for event in events if isinstance(event, ThresholdChange)]
    level = math.degrees(limits[-1].left_rad if side is Side.LEFT else limits[-1].right_rad) if limits else math.nan

    def fed(step: Step) -> bool:
        before = [block for block in blocks if block.at_s <= step.at_s]
        return before[-1].feedback if before else not blocks

    mine = [step for step in good if step.side is side]
    apart: dict[bool, list[float]] = {True: [], False: []}
    for step in mine:
        apart[fed(step)].append(step.drop_deg)
    mean, sd = spread([step.drop_deg for step in mine])
    means = {on: finite(spread(values)[0]) for on, values in apart.items()}
    return SideDigest(
        side.value, len(mine), finite(mean), finite(sd), finite(level), len(apart[True]), means[True], len(apart[False]), means[False]
    )


def finite(value: float) -> float | None:
    """A figure with three digits; None where it is none."""
    return round(value, 3) if math.isfinite(value) else None


def local_day(at: str) -> dt.date:
    """The local day of a moment in ISO form."""
    return dt.datetime.fromisoformat(at).astimezone().date()
