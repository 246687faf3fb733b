"""Summary of a drill: repetitions, form faults, range, tempo and time held."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from levelhips.events import DrillBegin, Event, FormFaultDetected, Rep


@dataclass(slots=True)
class DrillResult:
    """Result of a drill, gathered event by event (`add`), or from all events at once (`of`)."""

    begin: DrillBegin
    reps: list[Rep] = field(default_factory=list)  # full repetitions only
    halves: int = 0
    form_faults: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, events: Iterable[Event]) -> DrillResult | None:
        """Return the result of the drill in these events; None without a drill."""
        result = None
        for event in events:
            if isinstance(event, DrillBegin):
                result = cls(event)
            elif result is not None:
                result.add(event)
        return result

    def add(self, event: Event) -> None:
        """Add the next event of the drill."""
        if isinstance(event, FormFaultDetected):
            self.form_faults[event.fault] += 1
        elif isinstance(event, Rep) and event.full:
            self.reps.append(event)
        elif isinstance(event, Rep):
            self.halves += 1

    @property
    def good(self) -> int:
        """Number of full repetitions of quality OK without a form fault."""
        return sum(rep.good for rep in self.reps)

    @property
    def range_deg(self) -> tuple[float, float]:
        """Mean and standard deviation of the range of the leading angle [deg]."""
        return spread([rep.range_deg for rep in self.reps])

    @property
    def tempo_s(self) -> tuple[float, float]:
        """Mean and standard deviation of the length of a repetition [s]."""
        return spread([rep.tempo_s for rep in self.reps])

    @property
    def mean_deg(self) -> tuple[float, float]:
        """Mean of the leading angle, and mean of its standard deviation within each repetition or hold [deg]."""
        means = [math.degrees(rep.mean_rad) for rep in self.reps]
        sway = [math.degrees(rep.sd_rad) for rep in self.reps]
        return spread(means)[0], spread(sway)[0]

    @property
    def held_s(self) -> float:
        """Total time of the finished holds [s]; 0 if the drill does not hold."""
        return sum(rep.hold_s for rep in self.reps) if math.isfinite(self.begin.seconds) else 0.0


def spread(values: list[float]) -> tuple[float, float]:
    """Return mean and sample standard deviation; NaN for the mean of no value, and for the deviation of fewer than two."""
    if not values:
        return math.nan, math.nan
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1)) if len(values) > 1 else math.nan
