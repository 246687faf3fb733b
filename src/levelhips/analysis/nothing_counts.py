"""Say why no step of a recording counts, and what to do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from levelhips.analysis.analysis import Analysis
from levelhips.events import Contact, DrillBegin, Mode, Quality, StandingZero

# What to do about each reason for which a step does not count.
ADVICE: dict[Quality, tuple[str, str]] = {
    Quality.SETTLING: (
        "the recording ends before the measurement has settled",
        "Run for at least half a minute: the first steps of a run never count",
    ),
    Quality.TURNING: ("you ran round bends all the time", "Run on a straight road or a treadmill"),
    Quality.LOOSE: ("the clip rattles", "Fix the sensor tighter: a waist belt over the waistband helps"),
    Quality.NO_ZERO: ("nobody stood still before the run", "Stand still and upright for 3 s before you run"),
    Quality.SLIPPED: ("the sensor slipped after standing", "Fix the sensor tighter, and stand still for 3 s again when it has moved"),
    Quality.SATURATED: ("the sensor is at the end of its range", "Set the sensor to at least 8 g and 1000 deg/s"),
    Quality.AFTER_GAP: (
        "too many samples are missing",
        "Wear the phone or computer closer to the sensor, or use another Bluetooth adapter",
    ),
}


@dataclass(frozen=True, slots=True)
class NothingCounts:
    """Why no step counts, and what to do about it."""

    reason: str
    fix: str


def why_nothing_counts(analysis: Analysis) -> NothingCounts | None:
    """Return why no step of a recording counts; None if some do, or if it is a drill."""
    events = analysis.events
    if any(isinstance(event, DrillBegin) for event in events):
        return None
    steps = [step for step in analysis.steps if step.mode is Mode.RUNNING] or analysis.steps
    if any(step.quality is Quality.OK for step in steps):
        return None
    if steps:
        quality, n = Counter(step.quality for step in steps).most_common(1)[0]
        reason, fix = ADVICE[quality]
        return NothingCounts(f"None of {len(steps)} {steps[0].mode.value} steps counts: {reason} ({n} steps {quality.value})", fix)
    if any(isinstance(event, Contact) for event in events):
        return NothingCounts(
            "Feet touch the ground, but no step could be measured", "Run for at least half a minute without stopping, on a straight"
        )
    if any(isinstance(event, StandingZero) for event in events):
        return NothingCounts("Nobody walks or runs: there is only standing", "Run for at least half a minute after standing still")
    return NothingCounts("Nobody stands, walks or runs", "Clip the sensor on, stand still for 3 s, then run")
