"""What the wearer of a live session heard, and which of its parts failed: from the events of its recording."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from levelhips.events import Cue, CueOutcome, Event, HealthChange, HealthState, Outcome


@dataclass(frozen=True, slots=True)
class FaultRow:
    """How often one part of a live session failed, and for how long altogether [s]."""

    part: str
    n: int
    seconds: float


def beeps_heard(events: Sequence[Event]) -> int:
    """Return how many beeps were heard; without outcomes, as in recordings of levelhips 0.1, every cue counts as heard."""
    outcomes = [event.outcome for event in events if isinstance(event, CueOutcome)]
    return outcomes.count(Outcome.RENDERED) if outcomes else sum(isinstance(event, Cue) for event in events)


def faults(events: Iterable[Event], until_s: float) -> dict[str, FaultRow]:
    """Return the faults of each part that failed, in the order in which they first did.

    Parameters
    ----------
    events : iterable of Event
        In their order.
    until_s : float
        Sensor time of the end [s], for faults that had not ended by then.
    """
    counts: dict[str, int] = {}
    seconds: dict[str, float] = {}
    since_s: dict[str, float] = {}  # of the faults that have not ended
    for event in events:
        if not isinstance(event, HealthChange):
            continue
        part = event.part.value
        if event.state is HealthState.FAULT:
            if part not in since_s:
                since_s[part] = event.at_s
                counts[part] = counts.get(part, 0) + 1
        elif part in since_s:
            began_s = since_s.pop(part)
            # The host's clock has measured it. Sensor time stands still while no samples arrive.
            seconds[part] = seconds.get(part, 0.0) + (event.lasted_s if math.isfinite(event.lasted_s) else event.at_s - began_s)
    for part, began_s in since_s.items():
        seconds[part] = seconds.get(part, 0.0) + max(until_s - began_s, 0.0)
    return {part: FaultRow(part, n, round(seconds[part], 1)) for part, n in counts.items()}
