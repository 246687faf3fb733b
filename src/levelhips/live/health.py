"""Health of the parts of a live session: sensor, engine, recording and sound."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from levelhips.events import CueOutcome, HealthChange, HealthReason, HealthState, LinkState, Part, PartHealth, Update

LINK_HEALTH: dict[LinkState, HealthState] = {
    LinkState.STREAMING: HealthState.OK,
    LinkState.STALLED: HealthState.FAULT,
    LinkState.RECONNECTING: HealthState.FAULT,
    LinkState.FAILED: HealthState.FAULT,
}
"""Health of the sensor by the state of its link. In the other states the session has not begun, or is over."""


NOT_WANTED = PartHealth(HealthState.OFF, HealthReason.NOT_WANTED)


@runtime_checkable
class SupervisedSound(Protocol):
    """A sound that reports its health and what became of its cues. Its methods may be called from any thread."""

    def put(self, update: Update, waits_s: float = math.inf) -> None:
        """Start the sounds of an update; a cue that would be heard later than in `waits_s` is dropped."""

    def health(self) -> PartHealth:
        """Return whether sound can be heard now."""

    def take_outcomes(self, now_s: float) -> list[CueOutcome]:
        """Return the outcomes of cues that became known since the last call; `now_s` is the newest sensor time [s]."""

    def mute(self, muted: bool) -> None:
        """Switch the sound off or on."""


class HealthMonitor:
    """Track the health of each part; count its faults and measure how long they last.

    `changes` is called from the session's thread; the rest may be read from any.

    Attributes
    ----------
    faults : Counter of Part
        How often each part failed.
    """

    def __init__(self) -> None:
        self._parts: dict[Part, PartHealth] = dict.fromkeys(Part, PartHealth())
        self._since_s: dict[Part, float] = {}  # host time at which the present fault of a part began
        self._fault_s: dict[Part, float] = dict.fromkeys(Part, 0.0)  # total duration of the faults that are over
        self._host_s = math.nan  # of the last call of `changes`
        self.faults: Counter[Part] = Counter()

    @property
    def parts(self) -> Mapping[Part, PartHealth]:
        """The health of each part now."""
        return dict(self._parts)

    @property
    def lost(self) -> list[Part]:
        """The parts whose fault costs data or beeps, if they failed: not the sensor, whose gaps are counted on their own."""
        return [part for part in Part if self.faults[part] and part is not Part.SENSOR]

    def changes(self, found: Mapping[Part, PartHealth], host_s: float, newest_s: float) -> list[HealthChange]:
        """Store the new health of parts; return an event for each part whose state or reason has changed.

        Parameters
        ----------
        found : mapping of Part to PartHealth
        host_s : float
            Monotonic time of the host [s].
        newest_s : float
            Sensor time of the newest sample [s].
        """
        events = []
        self._host_s = host_s
        for part, health in found.items():
            before = self._parts[part]
            alive_s = before.alive_s if math.isnan(health.alive_s) else health.alive_s
            self._parts = {**self._parts, part: replace(health, alive_s=alive_s)}
            if (health.state, health.reason) != (before.state, before.reason):
                lasted_s = self._count(part, health.state, host_s)
                events.append(HealthChange(newest_s, newest_s, part, health.state, health.reason, lasted_s, health.detail))
        return events

    def present(self, newest_s: float) -> list[HealthChange]:
        """Return the health of every part as events, for a file that begins now; `newest_s` is the newest sensor time [s]."""
        return [
            HealthChange(newest_s, newest_s, part, health.state, health.reason, detail=health.detail)
            for part, health in self._parts.items()
        ]

    def _count(self, part: Part, state: HealthState, host_s: float) -> float:
        """Count the faults of a part and add up their duration; return how long the fault that just ended lasted, else NaN [s]."""
        if state is HealthState.FAULT:
            if part not in self._since_s:
                self._since_s[part] = host_s
                self.faults[part] += 1
            return math.nan
        if part not in self._since_s:
            return math.nan
        lasted_s = host_s - self._since_s.pop(part)
        self._fault_s[part] += lasted_s
        return lasted_s

    def fault_s(self, part: Part) -> float:
        """Return how long a part was in fault altogether, up to the last call of `changes` [s]."""
        return self._fault_s[part] + (self._host_s - self._since_s[part] if part in self._since_s else 0.0)
