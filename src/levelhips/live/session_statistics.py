"""Count steps, beeps, gaps and packets of a session, for the summary at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from levelhips.analysis.installed_metrics import metrics
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import Cue, CueOutcome, DrillBegin, Event, Outcome, Quality, Side, Step
from levelhips.metrics import Spread, Statistics
from levelhips.samples import Gap
from levelhips.sensors.clock import Sync


@dataclass(slots=True)
class SessionStatistics:
    """Figures of a session for the summary at its end."""

    packets: int = 0
    damaged: int = 0
    samples: int = 0
    gaps: int = 0
    gaps_s: float = 0.0
    steps: Counter[str] = field(default_factory=Counter)  # by quality, walking and running
    cues: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)  # of the cues of a live session
    metric_statistics: Statistics = field(default_factory=lambda: Statistics(metrics()))
    stalls: int = 0
    newest_s: float = 0.0
    sync: Sync = Sync()
    drill: DrillResult | None = None

    def count(self, event: Event) -> None:
        """Take the next event."""
        self.metric_statistics.add(event)
        if isinstance(event, Step):
            self.steps[event.quality.value] += 1
        elif isinstance(event, Cue):
            self.cues += 1
        elif isinstance(event, CueOutcome):
            self.outcomes[event.outcome] += 1
        elif isinstance(event, Gap):
            self.gaps += 1
            self.gaps_s += event.to_s - event.from_s
        elif isinstance(event, DrillBegin):
            self.drill = DrillResult(event)
        if self.drill is not None:
            self.drill.add(event)

    @property
    def counted(self) -> int:
        """Number of valid steps of running, or of walking if nobody ran."""
        return self.metric_statistics.steps(mode=self.metric_statistics.mode, quality=Quality.OK)

    def drop(self, side: Side) -> Spread:
        """Return number, mean and standard deviation of the drop of a side [deg]."""
        return self.metric_statistics.spread("contralateral_drop", side)
