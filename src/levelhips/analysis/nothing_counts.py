"""Explain why no step of a recording counts, and what to do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from levelhips.analysis.findings import Findings
from levelhips.events import Contact, DrillBegin, Mode, Quality, StandingZero
from levelhips.text import tr
from levelhips.words import EXCLUSION_FIXES, EXCLUSION_REASONS, QUALITY, words_for


@dataclass(frozen=True, slots=True)
class NothingCounts:
    """Why no step counts, and what to do about it."""

    reason: str
    fix: str


def why_nothing_counts(analysis: Findings) -> NothingCounts | None:
    """Return why no step of a recording counts; None if any step counts, or if the recording is of a drill."""
    events = analysis.events
    if any(isinstance(event, DrillBegin) for event in events):
        return None
    steps = [step for step in analysis.steps if step.mode is Mode.RUNNING] or analysis.steps
    if any(step.quality is Quality.OK for step in steps):
        return None
    if steps:
        quality, n = Counter(step.quality for step in steps).most_common(1)[0]
        reason, fix = EXCLUSION_REASONS[quality], EXCLUSION_FIXES[quality]
        words = {"reason": reason, "steps": n, "quality": words_for(QUALITY, quality)}
        return NothingCounts(tr(f"nothing-counts.{steps[0].mode}", total=len(steps), **words), fix)
    if any(isinstance(event, Contact) for event in events):
        return NothingCounts(tr("nothing-counts.only-contacts"), tr("nothing-counts.only-contacts-fix"))
    if any(isinstance(event, StandingZero) for event in events):
        return NothingCounts(tr("nothing-counts.only-standing"), tr("nothing-counts.only-standing-fix"))
    return NothingCounts(tr("nothing-counts.nobody"), tr("nothing-counts.nobody-fix"))
