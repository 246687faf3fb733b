"""A whole recording at once, through the same engine that runs live: typed results, and what they come to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from levelhips.errors import BadInputError, SettingsError
from levelhips.events import Angles, Baseline, Cue, Event, Heading, Mode, Notice, Quality, Rep, Side, StandingZero, Step, Stride, Update
from levelhips.motion.pipeline import MotionSettings
from levelhips.recording import Recording, open_recording
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Gap
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What was found in a recording.

    Attributes
    ----------
    recording : Recording
    settings : Settings
        Those that were used.
    angles : Angles
        The pelvis, sample by sample.
    events : tuple of Event
        Everything, in the order in which it became known.
    counts : dict
        Samples: read, bridged, dropped.
    """

    recording: Recording
    settings: Settings
    angles: Angles
    events: tuple[Event, ...]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def steps(self) -> list[Step]:
        """All steps by their contact; look at `quality` before counting one."""
        return sorted((event for event in self.events if isinstance(event, Step)), key=lambda step: step.at_s)

    @property
    def strides(self) -> list[Stride]:
        return sorted((event for event in self.events if isinstance(event, Stride)), key=lambda stride: stride.at_s)

    @property
    def reps(self) -> list[Rep]:
        """All repetitions of a drill, half ones too."""
        return [event for event in self.events if isinstance(event, Rep)]

    @property
    def cues(self) -> list[Cue]:
        return [event for event in self.events if isinstance(event, Cue)]

    def good(self, side: Side | None = None, mode: Mode = Mode.RUNNING) -> list[Step]:
        """The steps of a side (or both) that count."""
        return [step for step in self.steps if step.quality is Quality.OK and step.mode is mode and (side is None or step.side is side)]


def analyze(
    recording: Recording | Path | str,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
    seen: Callable[[Update], None] | None = None,
) -> Analysis:
    """Find every step in a recording, and what the pelvis did in it.

    Parameters
    ----------
    recording : Recording, Path or str
        A recording, or where it lies.
    settings : Settings or None
        None: those of the recording, or the defaults.
    progress : callable or None
        Told the share that is done, 0 to 1.
    seen : callable or None
        Told what is found as it is found, some 20 s of the recording at a time.

    Raises
    ------
    RecordingError, BadInputError
        If the recording cannot be read, or holds neither standing nor steps.
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
            fix="Clip the sensor on, stand still for 3 s, then run; if you did, name its outward axis with --outward",
        )
    counts = {
        "samples": len(recording.samples),
        "bridged": engine.timebase.bridged,
        "dropped": engine.timebase.dropped,
    }
    return Analysis(recording, settings, whole.angles, whole.events, counts)


def settings_of(recording: Recording) -> Settings:
    """The settings that a recording carries, else the defaults, with its outward axis.

    Raises
    ------
    SettingsError
        If what it carries cannot be settings.
    """
    values: dict[str, Any] = dict(recording.settings)
    if recording.outward is not None:
        values["motion"] = {"outward": recording.outward, **values.get("motion", {})}
    if values == {"motion": {"outward": MotionSettings().outward}}:
        return Settings()
    try:
        return Settings.from_dict(values)
    except SettingsError as error:
        raise SettingsError(
            f"The settings in {recording.path.name} are not understood ({error.what})", fix="Give your own with --settings"
        ) from error


def summarize(analysis: Analysis) -> dict[str, Any]:
    """The figures of a session as plain values, ready for JSON; None where there is nothing to say.

    Drops, contact and flight count good running steps only (of walking, if nobody ran). Every mean has its spread and
    its standard error.
    """
    steps = analysis.steps
    mode = Mode.RUNNING if any(step.mode is Mode.RUNNING for step in steps) else Mode.WALKING
    left, right = analysis.good(Side.LEFT, mode), analysis.good(Side.RIGHT, mode)
    good = analysis.good(None, mode)
    strides = [stride for stride in analysis.strides if stride.quality is Quality.OK and stride.mode is mode]
    asymmetry = _mean([step.drop_deg for step in right]), _mean([step.drop_deg for step in left])
    difference = None if None in asymmetry else round(asymmetry[0] - asymmetry[1], 3)  # type: ignore[operator]
    error = None
    if len(left) > 2 and len(right) > 2:
        error = math.hypot(*(float(np.std([s.drop_deg for s in side], ddof=1)) / math.sqrt(len(side)) for side in (left, right)))
    headings = [event for event in analysis.events if isinstance(event, Heading)]
    zeros = [event for event in analysis.events if isinstance(event, StandingZero)]
    gaps = [event for event in analysis.events if isinstance(event, Gap)]
    baseline = next((event for event in analysis.events if isinstance(event, Baseline)), None)
    return {
        "recording": {
            "file": analysis.recording.path.name,
            "duration_s": _round(analysis.recording.duration_s, 3),
            "rate_hz": analysis.recording.rate_hz,
            "notes": analysis.recording.notes,
            **analysis.counts,
            "gaps": len(gaps),
            "gaps_s": _round(sum(gap.to_s - gap.from_s for gap in gaps), 3),
        },
        "mode": mode.value if steps else None,
        "steps": {
            "all": len(steps),
            "counted": len(good),
            "left": len(left),
            "right": len(right),
            "quality": dict(Counter(step.quality.value for step in steps)),
        },
        "contralateral_drop_deg": {
            "left": _spread([step.drop_deg for step in left]),
            "right": _spread([step.drop_deg for step in right]),
            "uncertainty_of_one": _round(_mean([math.degrees(step.drop_sd_rad) for step in good]), 3),
        },
        "drop_excursion_deg": {
            "left": _spread([math.degrees(step.drop_excursion_rad) for step in left]),
            "right": _spread([math.degrees(step.drop_excursion_rad) for step in right]),
        },
        "asymmetry_deg": {
            "right_less_left": difference,
            "standard_error": _round(error, 3),
            # biomechanics.md 5.4: healthy runners differ by 0.4-2.1 deg
            "worth_speaking_of": bool(difference is not None and error is not None and abs(difference) > max(2.0, 3 * error)),
        },
        "drift_deg_per_10_min": {side.value: _drift(analysis.good(side, mode)) for side in Side},
        "cadence_spm": _spread([stride.cadence_spm for stride in strides]),
        "contact_time_s": _spread([step.contact_time_s for step in good]),
        "flight_time_s": _spread([step.flight_before_s for step in good]),
        "vertical_oscillation_m": _spread([stride.vertical_oscillation_m for stride in strides], 4),
        "rotation_range_deg": _spread([math.degrees(stride.rotation_range_rad) for stride in strides]),
        "tilt_range_deg": _spread([math.degrees(stride.tilt_range_rad) for stride in strides]),
        "impact_peak_g": _spread([step.impact_peak_mps2 / STANDARD_GRAVITY_MPS2 for step in good]),
        "cues": dict(Counter(cue.side.value for cue in analysis.cues)) | {"all": len(analysis.cues)},
        "baseline_deg": None
        if baseline is None
        else {
            "left": {"mean": _degrees(baseline.left_mean_rad), "sd": _degrees(baseline.left_sd_rad)},
            "right": {"mean": _degrees(baseline.right_mean_rad), "sd": _degrees(baseline.right_sd_rad)},
        },
        "standing": None if not zeros else {"at_s": _round(zeros[0].at_s, 3), "standard_error_deg": _degrees(zeros[0].repeat_rad)},
        "clip_heading_deg": None if not headings else {"estimate": _degrees(headings[-1].heading_rad), "sd": _degrees(headings[-1].sd_rad)},
        "notices": [
            {"what": event.what, "at_s": _round(event.at_s, 2), "value": _round(event.value, 2)}
            for event in analysis.events
            if isinstance(event, Notice)
        ][:50],
        "settings": analysis.settings.as_dict(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Of this package and of those that make a figure."""
    found = {}
    for name in ("levelhips", "numpy", "scipy", "vqf", "ahrs", "mcap"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _finite(values: Iterable[float]) -> Array:
    found = np.array(list(values), dtype=np.float64)
    return found[np.isfinite(found)]


def _mean(values: Iterable[float]) -> float | None:
    found = _finite(values)
    return float(found.mean()) if len(found) else None


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


def _degrees(value: float) -> float | None:
    return _round(math.degrees(value), 3)


def _spread(values: Iterable[float], digits: int = 3) -> dict[str, float | int] | None:
    found = _finite(values)
    if not len(found):
        return None
    sd = float(found.std(ddof=1)) if len(found) > 1 else 0.0
    return {
        "mean": round(float(found.mean()), digits),
        "sd": round(sd, digits),
        "standard_error": round(sd / math.sqrt(len(found)), digits),
        "n": len(found),
    }


def _drift(steps: list[Step]) -> dict[str, float | None] | None:
    """The slope of a straight line through the drops, and its standard error."""
    if len(steps) < 10:
        return None
    t = np.array([step.at_s for step in steps]) / 600
    drop = np.array([step.drop_deg for step in steps])
    t = t - t.mean()
    room = float(t @ t)
    if room <= 0:
        return None
    slope = float(t @ drop) / room
    left = drop - drop.mean() - slope * t
    return {"slope": _round(slope, 3), "standard_error": _round(math.sqrt(float(left @ left) / (len(steps) - 2) / room), 3)}
