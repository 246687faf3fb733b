"""What a live session recorded about its sound, placed among the events of a new analysis of its samples.

The engine cannot find out what was heard. Without these events, a muted run would have beeps throughout in its analysis.
"""

from __future__ import annotations

from collections import deque

from levelhips.events import Cue, CueOutcome, Event, HealthChange, Part, Update
from levelhips.recording import Recording


class RecordedSound:
    """The recorded changes of the sound's health and outcomes of cues, added to updates at their times.

    The result does not depend on how the samples are divided into chunks. The outcome of a cue that the new analysis does not
    have, because of other settings, is left out.

    Parameters
    ----------
    recording : Recording
    """

    def __init__(self, recording: Recording) -> None:
        found = [event for event in recording.events if isinstance(event, CueOutcome) or _about_sound(event)]
        self._waiting: deque[Event] = deque(sorted(found, key=_known_s))
        self._cues: set[tuple[float, object]] = set()

    def add_to(self, update: Update, until_s: float) -> Update:
        """Return an update with the recorded events that were known by `until_s`, the time of its last sample [s]."""
        if not self._waiting:
            return update
        events: list[Event] = []
        for event in update.events:
            events += self._take(before_s=_known_s(event))
            events.append(event)
            if isinstance(event, Cue):
                self._cues.add((event.at_s, event.side))
        while self._waiting and _known_s(self._waiting[0]) <= until_s:
            events += self._next()
        return Update(update.angles, tuple(events))

    def _take(self, before_s: float) -> list[Event]:
        """Return what was known before a time [s]. What was known at that very time follows the event that it is about."""
        events: list[Event] = []
        while self._waiting and _known_s(self._waiting[0]) < before_s:
            events += self._next()
        return events

    def _next(self) -> list[Event]:
        event = self._waiting.popleft()
        return [] if isinstance(event, CueOutcome) and (event.at_s, event.side) not in self._cues else [event]


def _about_sound(event: Event) -> bool:
    return isinstance(event, HealthChange) and event.part is Part.SOUND


def _known_s(event: Event) -> float:
    """Return when an event was known [s]; a gap has no such time, and nothing is placed before it."""
    return float(getattr(event, "known_s", float("-inf")))
