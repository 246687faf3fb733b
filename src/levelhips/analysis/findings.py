"""What was found in a recording: events and angles, and the steps, statistics and tables computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from levelhips.analysis.installed_metrics import metrics
from levelhips.events import Angles, Cue, Event, Mode, Quality, Rep, Side, Step, Stride
from levelhips.metrics import CSV, Measured, Statistics
from levelhips.recording import Recording
from levelhips.samples import Array
from levelhips.settings import Settings


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Findings:
    """Events and angles found in a recording, with everything that is computed from them.

    Attributes
    ----------
    recording : Recording
    settings : Settings
        The settings used.
    angles : Angles
        Angles of the pelvis, sample by sample.
    events : tuple of Event
        All events in the order of detection.
    counts : dict
        Numbers of samples: "samples" in the recording, "bridged" (filled in over short gaps) and "dropped".
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
        return f"<{type(self).__name__} of {about}, {', '.join(found)}, {len(self.strides)} strides, {len(self.cues)} beeps>"

    @property
    def steps(self) -> list[Step]:
        """All steps, ordered by contact. Only those of quality ok count."""
        return sorted((event for event in self.events if isinstance(event, Step)), key=lambda step: step.at_s)

    @property
    def strides(self) -> list[Stride]:
        """All strides, ordered by the contact that begins them."""
        return sorted((event for event in self.events if isinstance(event, Stride)), key=lambda stride: stride.at_s)

    @property
    def reps(self) -> list[Rep]:
        """All repetitions of a drill, including incomplete ones."""
        return [event for event in self.events if isinstance(event, Rep)]

    @property
    def cues(self) -> list[Cue]:
        """All beeps."""
        return [event for event in self.events if isinstance(event, Cue)]

    def good(self, side: Side | None = None, mode: Mode = Mode.RUNNING) -> list[Step]:
        """Return the steps of quality ok, of one side or both."""
        return [step for step in self.steps if step.quality is Quality.OK and step.mode is mode and (side is None or step.side is side)]

    def statistics(self) -> Statistics:
        """Return the statistics of all metrics, computed as in the live summary and the history."""
        found = Statistics(metrics())
        for event in self.events:
            found.add(event)
        return found

    def columns(self, table: Literal["steps", "strides", "reps"]) -> dict[str, Array]:
        """Return the columns of steps.csv, strides.csv or reps.csv as arrays: `pandas.DataFrame(analysis.columns("steps"))`.

        Names and units are those of the CSV file (docs/metrics.md). Values are not rounded; one that was not measured is NaN.

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
