"""The union of all event classes, and `Update`, the result of pushing samples into the engine."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import TypeVar, get_args

from levelhips.events.angles import Angles
from levelhips.events.coaching import Baseline, BlockChange, Cue, Pace, ThresholdChange
from levelhips.events.drill import DrillBegin, FormFaultDetected, PhaseChange, PostureChange, Prompt, Rep
from levelhips.events.gait import Contact, Heading, ModeChange, StandingZero, Step, Stride
from levelhips.events.health import CueOutcome, HealthChange
from levelhips.events.session import LinkChange, Notice, Signal
from levelhips.samples import Gap

Event = (
    StandingZero
    | ModeChange
    | Heading
    | Contact
    | Step
    | Stride
    | Notice
    | Gap
    | Baseline
    | ThresholdChange
    | Cue
    | Signal
    | LinkChange
    | BlockChange
    | DrillBegin
    | Pace
    | PhaseChange
    | PostureChange
    | Rep
    | FormFaultDetected
    | Prompt
    | HealthChange
    | CueOutcome
)


EVENT_KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
"""All event classes by name; `levelhips.events.codec` has the names in recordings."""

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """The result of a push: the angles of its samples, and the events detected in them, in the order of detection.

    ``==`` means equal to the last bit, NaN equal to NaN.
    """

    angles: Angles = field(default_factory=Angles.none)
    events: tuple[Event, ...] = ()

    @classmethod
    def join(cls, updates: Iterable[Update]) -> Update:
        """Join consecutive updates into one."""
        updates = list(updates)
        if len(updates) == 1:
            return updates[0]
        return cls(
            Angles.join(update.angles for update in updates),
            tuple(event for update in updates for event in update.events),
        )

    def of(self, kind: type[E]) -> Iterator[E]:
        """Yield the events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Update):
            return NotImplemented
        same_events = len(self.events) == len(other.events) and all(
            type(a) is type(b) and _same(a, b) for a, b in zip(self.events, other.events, strict=True)
        )
        return same_events and self.angles == other.angles


def _same(one: Event, other: Event) -> bool:
    return all(
        a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))
        for a, b in ((getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    )
