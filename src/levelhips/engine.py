"""The engine: from samples to events and cues, the same for live sessions, replay and analysis."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from levelhips.coaching.coach import Coach, CueSettings
from levelhips.coaching.drills.drill import Drill, DrillSettings
from levelhips.coaching.drills.engine import DrillCoach
from levelhips.coaching.run_protocol import ProtocolSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.events import Pose, StandingZero, Update
from levelhips.learned import Learned
from levelhips.motion.attitude import Attitude
from levelhips.motion.pipeline import MotionSettings, Pipeline
from levelhips.motion.timebase import Timebase
from levelhips.samples import Gap, Samples


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Everything that changes a result: motion, thresholds, cues, drill and run protocol."""

    motion: MotionSettings = field(default_factory=MotionSettings)
    threshold: ThresholdSettings = field(default_factory=ThresholdSettings)
    cues: CueSettings = field(default_factory=CueSettings)
    drill: DrillSettings = field(default_factory=DrillSettings)
    protocol: ProtocolSettings = field(default_factory=ProtocolSettings)


class _Part(Protocol):
    """Motion and coaching of one kind of session, without the time base."""

    def push(self, item: Samples | Gap) -> Update: ...
    def apply(self, command: Command) -> Update: ...
    def finish(self) -> Update: ...
    def learned(self) -> Learned: ...
    def resume(self, learned: Learned) -> Update: ...


class _Running:
    """Measure and coach running and walking."""

    def __init__(self, rate_hz: float, settings: EngineSettings) -> None:
        self._pipeline = Pipeline(rate_hz, settings.motion)
        self._coach = Coach(settings.threshold, settings.cues, settings.protocol)

    def push(self, item: Samples | Gap) -> Update:
        return self._coach.push(self._pipeline.push(item))

    def apply(self, command: Command) -> Update:
        return Update.join([self._pipeline.push(command), self._coach.apply(command)])

    def finish(self) -> Update:
        return self._coach.push(self._pipeline.finish())

    def learned(self) -> Learned:
        return self._coach.learned(self._pipeline.learned())

    def resume(self, learned: Learned) -> Update:
        self._pipeline.resume(learned)
        return self._coach.resume(learned)


class _Drilling:
    """Measure and coach a drill."""

    def __init__(self, rate_hz: float, settings: EngineSettings, drill: Drill) -> None:
        self._coach = DrillCoach(drill, settings.drill, settings.cues.back_s)
        self._attitude = Attitude(rate_hz, settings.motion.outward, settings.motion.filter)

    def push(self, item: Samples | Gap) -> Update:
        # One by one: the coach detects a clip that fell off, and the attitude must be reset before its next update boundary.
        return Update.join([self._coach_one(found) for found in self._attitude.push(item)])

    def _coach_one(self, found: Pose | Gap | StandingZero) -> Update:
        stood = self._coach.stood
        update = self._coach.push(found)
        if stood and not self._coach.stood:
            self._attitude.forget()
        return update

    def apply(self, command: Command) -> Update:
        update = self._coach.apply(command)
        if command.do is Do.ZERO:
            self._attitude.forget()
        return update

    def finish(self) -> Update:
        return Update()

    def learned(self) -> Learned:
        return self._coach.learned(self._attitude.learned())

    def resume(self, learned: Learned) -> Update:
        self._attitude.resume(learned)
        self._coach.resume(learned)
        return Update()


class Engine:
    """Time base, motion and coaching of one session, for live use, replay and analysis.

    Causal, and without access to files, clocks or devices. The result does not depend on how the samples are divided into
    chunks. An engine can be pickled at any moment; the copy continues from the same state.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate [Hz], 40 or more.
    settings : EngineSettings
    drill : Drill or None
        The drill to coach, adapted by `settings.drill`; None: running and walking. To look up an installed drill by the
        name in the settings, use `levelhips.build_engine`.

    Raises
    ------
    ValueError
        If `rate_hz` is below 40, or if the settings name another drill than the one that is given.
    SettingsError
        If there is no such axis or filter.
    """

    def __init__(self, rate_hz: float, settings: EngineSettings | None = None, drill: Drill | None = None) -> None:
        settings = settings or EngineSettings()
        named, given = settings.drill.name, drill.name if drill is not None else ""
        if named and named != given:
            raise ValueError(f"the settings name the drill {named!r}, given is {given!r}; levelhips.build_engine looks it up")
        self.timebase = Timebase(rate_hz)
        self._part: _Part = _Running(rate_hz, settings) if drill is None else _Drilling(rate_hz, settings, drill)
        self._waiting: list[Command] = []

    def push(self, item: Samples | Command | Learned) -> Update:
        """Process the next samples, or accept a command or what was learned before; return the new angles and events.

        A command takes effect at the first sample at or after its time. What was learned in an earlier part of the session takes
        effect at once; push it before the first samples.
        """
        if isinstance(item, Learned):
            return self._part.resume(item)
        if isinstance(item, Command):
            self._waiting.append(item)
            self._waiting.sort(key=lambda command: command.at_s)
            return Update()
        updates: list[Update] = []
        for part in self.timebase.push(item):
            if isinstance(part, Gap):
                updates.append(self._part.push(part))
            else:
                updates += self._advance(part)
        return Update.join(updates)

    def finish(self) -> Update:
        """End the session; return the events that were still held."""
        return self._part.finish()

    def learned(self) -> Learned:
        """Return what was learned so far. Another engine that is given it goes on with it."""
        return self._part.learned()

    def _advance(self, samples: Samples) -> list[Update]:
        """Process samples without a gap, divided where commands take effect."""
        updates: list[Update] = []
        while self._waiting and self._waiting[0].at_s <= samples.t_s[-1]:
            command = self._waiting.pop(0)
            at = int(samples.t_s.searchsorted(command.at_s, "left"))
            updates += [self._part.push(samples[:at]), self._part.apply(command)]
            samples = samples[at:]
        updates.append(self._part.push(samples))
        return updates
