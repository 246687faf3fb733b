"""Analyze a whole recording with the same engine as in a live session."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levelhips.analysis.findings import Findings
from levelhips.analysis.recorded_sound import RecordedSound
from levelhips.analysis.summary import summarize
from levelhips.errors import BadInputError
from levelhips.events import StandingZero, Step, Update
from levelhips.recording import Recording, open_recording
from levelhips.samples import Array, Samples
from levelhips.settings import Settings, recording_settings
from levelhips.settings.installed import build_engine


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Analysis(Findings):
    """The result of `analyze`: everything that was found in a recording, and its summary."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: "summary" as in summary.json, then the columns of "steps", "strides" and "reps".

        A value that was not measured is None.
        """
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
    on_update: Callable[[Update], None] | None = None,
) -> Analysis:
    """Find every step in a recording and measure the pelvis in it.

    What a live session recorded about its sound is among the events: its statistics separate steps with and without beeps.

    Parameters
    ----------
    recording : Recording, Path or str
        A recording, or the path of one.
    settings : Settings or None
        None: those stored in the recording, or the defaults.
    progress : callable or None
        Called with the fraction done, 0 to 1.
    on_update : callable or None
        Called with each update of the engine, one for some 20 s of the recording.

    Raises
    ------
    RecordingError, BadInputError
        If the recording cannot be read, or contains neither standing nor steps.
    """
    if not isinstance(recording, Recording):
        recording = open_recording(recording)
    settings = settings or settings_of(recording)
    engine = build_engine(recording.rate_hz, settings)
    sound, updates = RecordedSound(recording), []
    for item in recording.items():
        update = engine.push(item)
        if isinstance(item, Samples):
            update = sound.add_to(update, float(item.t_s[-1]))
        updates.append(update)
        if on_update is not None:
            on_update(update)
        if progress is not None and len(update.angles):
            progress(float((update.angles.t_s[-1] - recording.samples.t_s[0]) / max(recording.duration_s, 1e-9)))
    updates.append(sound.add_to(engine.finish(), math.inf))
    whole = Update.join(updates)
    if not any(isinstance(event, Step | StandingZero) for event in whole.events):
        raise BadInputError("nobody-in-recording", name=recording.path.name)
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
