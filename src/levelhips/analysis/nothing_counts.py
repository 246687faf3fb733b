"""Say why no step of a recording counts, and what to do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from levelhips.analysis.findings import Findings
from levelhips.events import Contact, DrillBegin, Mode, Quality, StandingZero
from levelhips.words import EXCLUSION_FIXES, EXCLUSION_REASONS, QUALITY, words_for


@dataclass(frozen=True, slots=True)
class NothingCounts:
    """Why no step counts, and what to do about it."""

    reason: str
    fix: str


def why_nothing_counts(analysis: Findings) -> NothingCounts | None:
    """Return why no step of a recording counts; None if some do, or if it is a drill."""
    events = analysis.events
    if any(isinstance(event, DrillBegin) for event in events):
        return None
    steps = [step for step in analysis.steps if step.mode is Mode.RUNNING] or analysis.steps
    if any(step.quality is Quality.OK for step in steps):
        return None
    if steps:
        quality, n = Counter(step.quality for step in steps).most_common(1)[0]
        reason, fix = EXCLUSION_REASONS[quality], EXCLUSION_FIXES[quality]
        most = f"{n} steps: {words_for(QUALITY, quality)}"
        return NothingCounts(f"None of {len(steps)} {steps[0].mode.value} steps counts: {reason} ({most})", fix)
    if any(isinstance(event, Contact) for event in events):
        return NothingCounts(
            "Feet touch the ground, but no step could be measured", "Run for at least half a minute without stopping, on a straight"
        )
    if any(isinstance(event, StandingZero) for event in events):
        return NothingCounts("Nobody walks or runs: there is only standing", "Run for at least half a minute after standing still")
    return NothingCounts("Nobody stands, walks or runs", "Clip the sensor on, stand still for 3 s, then run")
