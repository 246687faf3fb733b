"""Analyze a whole recording with the engine that runs live."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from levelhips.analysis.installed_metrics import metrics
from levelhips.errors import BadInputError
from levelhips.events import Angles, Cue, Event, Mode, Quality, Rep, Side, StandingZero, Step, Stride, Update
from levelhips.metrics import CSV, Measured, Statistics
from levelhips.recording import Recording, open_recording
from levelhips.samples import Array
from levelhips.settings import Settings, recording_settings
from levelhips.settings.installed import build_engine


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Analysis:
    """Everything that was found in a recording.

    Attributes
    ----------
    recording : Recording
    settings : Settings
        Those that were used.
    angles : Angles
        Angles of the pelvis, sample by sample.
    events : tuple of Event
        All events in the order in which they became known.
    counts : dict
        Numbers of samples: "samples" read, "bridged" over short gaps, "dropped".
    """

    recording: Recording
    settings: Settings
    angles: Angles
    events: tuple[Event, ...]
    counts: dict[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        found = [f"{len(self.steps)} steps ({len(self.good())} running steps of quality ok)"]
        if reps := self.reps:
            found = [f"{len(reps)} repetitions"]
        about = f"{self.recording.path.name}: {self.recording.duration_s:.1f} s at {self.recording.rate_hz:g} Hz"
        return f"<Analysis of {about}, {', '.join(found)}, {len(self.strides)} strides, {len(self.cues)} beeps>"

    @property
    def steps(self) -> list[Step]:
        """All steps, ordered by contact. Check `quality` before counting one."""
        return sorted((event for event in self.events if isinstance(event, Step)), key=lambda step: step.at_s)

    @property
    def strides(self) -> list[Stride]:
        """All strides, ordered by the contact that begins them."""
        return sorted((event for event in self.events if isinstance(event, Stride)), key=lambda stride: stride.at_s)

    @property
    def reps(self) -> list[Rep]:
        """All repetitions of a drill, incomplete ones too."""
        return [event for event in self.events if isinstance(event, Rep)]

    @property
    def cues(self) -> list[Cue]:
        """All beeps."""
        return [event for event in self.events if isinstance(event, Cue)]

    def good(self, side: Side | None = None, mode: Mode = Mode.RUNNING) -> list[Step]:
        """Return the steps of quality ok, of one side or both."""
        return [step for step in self.steps if step.quality is Quality.OK and step.mode is mode and (side is None or step.side is side)]

    def statistics(self) -> Statistics:
        """Return the means of all metrics; the live summary and the history have the same."""
        found = Statistics(metrics())
        for event in self.events:
            found.add(event)
        return found

    def columns(self, table: Literal["steps", "strides", "reps"]) -> dict[str, Array]:
        """Return the columns of steps.csv, strides.csv or reps.csv as arrays: `pandas.DataFrame(analysis.columns("steps"))`.

        Names and units are those of the CSV file (docs/metrics.md); nothing is rounded, and NaN is what was not measured.

        Raises
        ------
        ValueError
            If there is no such table.
        """
        tables: dict[str, tuple[type[Measured], Sequence[Measured]]] = {
            "steps": (Step, self.steps),
            "strides": (Stride, self.strides),
            "reps": (Rep, self.reps),
        }
        if table not in tables:
            raise ValueError(f"table is {table!r}; it must be one of {', '.join(tables)}")
        kind, events = tables[table]
        out = {}
        for metric in metrics().of(kind, CSV):
            values = [metric.value(event) for event in events]
            out[metric.column] = np.array(values, dtype=str if metric.digits is None else np.float64)
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: "summary" as in summary.json, then the columns of "steps", "strides" and "reps".

        None is what was not measured.
        """
        from levelhips.analysis.summary import summarize

        out: dict[str, Any] = {"summary": summarize(self)}
        for table in ("steps", "strides", "reps"):
            out[table] = {name: _plain(values) for name, values in self.columns(table).items()}
        return out


def _plain(values: Array) -> list[float | str | None]:
    return [None if isinstance(value, float) and not math.isfinite(value) else value for value in values.tolist()]


def analyze(
    recording: Recording | Path | str,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
    seen: Callable[[Update], None] | None = None,
) -> Analysis:
    """Find every step in a recording and measure the pelvis in it.

    Parameters
    ----------
    recording : Recording, Path or str
        A recording, or the path of one.
    settings : Settings or None
        None: those of the recording, or the defaults.
    progress : callable or None
        Called with the share that is done, 0 to 1.
    seen : callable or None
        Called with each update of the engine, some 20 s of the recording at a time.

    Raises
    ------
    RecordingError, BadInputError
        If the recording cannot be read, or contains neither standing nor steps.
    """
    if not isinstance(recording, Recording):
        recording = open_recording(recording)
    settings = settings or settings_of(recording)
    engine = build_engine(recording.rate_hz, settings)
    updates = []
    for item in recording.items():
        update = engine.push(item)
        updates.append(update)
        if seen is not None:
            seen(update)
        if progress is not None and len(update.angles):
            progress(float((update.angles.t_s[-1] - recording.samples.t_s[0]) / max(recording.duration_s, 1e-9)))
    updates.append(engine.finish())
    whole = Update.join(updates)
    if not any(isinstance(event, Step | StandingZero) for event in whole.events):
        raise BadInputError(
            f"Nobody stands still, walks or runs in {recording.path.name}",
            fix="Clip the sensor on, stand still for 3 s, then run; if you did, give its outward axis with --outward",
        )
    counts = {
        "samples": len(recording.samples),
        "bridged": engine.timebase.bridged,
        "dropped": engine.timebase.dropped,
    }
    return Analysis(recording, settings, whole.angles, whole.events, counts)


def settings_of(recording: Recording) -> Settings:
    """Return the settings stored in a recording, or the defaults, with the recording's outward axis.

    Raises
    ------
    SettingsError
        If the stored settings are not valid.
    """
    return recording_settings(recording, None).settings
