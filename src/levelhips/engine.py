"""Everything between samples and a cue, with no input or output of its own: what live, replay and batch all push into."""

from __future__ import annotations

from levelhips.coaching.coach import Coach
from levelhips.commands import Command
from levelhips.events import Update
from levelhips.motion.pipeline import Pipeline
from levelhips.motion.timebase import Timebase
from levelhips.samples import Gap, Samples
from levelhips.settings import Settings


class Engine:
    """Time base, motion and coaching in one; the same events however the input is cut.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate [Hz], 40 or more.
    settings : Settings

    Raises
    ------
    ValueError
        If `rate_hz` is below 40.
    """

    def __init__(self, rate_hz: float, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.timebase = Timebase(rate_hz)
        self.pipeline = Pipeline(rate_hz, settings.motion)
        self.coach = Coach(settings.threshold, settings.cues)
        self._waiting: list[Command] = []

    def push(self, item: Samples | Command) -> Update:
        """Take samples, cut anywhere, or a command, in effect from the first sample at or after its time."""
        if isinstance(item, Command):
            self._waiting.append(item)
            self._waiting.sort(key=lambda command: command.at_s)
            return Update()
        updates: list[Update] = []
        for part in self.timebase.push(item):
            if isinstance(part, Gap):
                updates.append(self.coach.push(self.pipeline.push(part)))
            else:
                updates += self._advance(part)
        return Update.join(updates)

    def finish(self) -> Update:
        """The session is over: what was still held comes out."""
        return self.coach.push(self.pipeline.finish())

    def _advance(self, samples: Samples) -> list[Update]:
        updates: list[Update] = []
        while self._waiting and self._waiting[0].at_s <= samples.t_s[-1]:
            command = self._waiting.pop(0)
            at = int(samples.t_s.searchsorted(command.at_s, "left"))
            updates.append(self.coach.push(self.pipeline.push(samples[:at])))
            updates += [self.pipeline.push(command), self.coach.obey(command)]
            samples = samples[at:]
        updates.append(self.coach.push(self.pipeline.push(samples)))
        return updates
