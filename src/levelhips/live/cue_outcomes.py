"""Send cues to the sound, hold back those that would come too late, and report what became of each."""

from __future__ import annotations

import math

from levelhips.events import Cue, CueOutcome, Event, HealthReason, HealthState, Outcome, PartHealth, Update
from levelhips.live.dispatcher import Dispatcher, Silenceable
from levelhips.live.health import NOT_WANTED
from levelhips.live.late_cues import SOUND_DELAY_S, LateCues
from levelhips.sensors.clock import Sync


class CueOutcomes:
    """Follow each cue from the engine to the sound device.

    Parameters
    ----------
    dispatcher : Dispatcher
        Forwards updates to the sinks. If none of them is a sound, every cue counts as muted.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher, self._sounds = dispatcher, dispatcher.sounds
        self._late = LateCues()
        self._waiting: dict[float, Cue] = {}  # by the time of the cue: passed to the sound, outcome not known yet

    def mute(self, muted: bool) -> None:
        """Switch all sounds off or on."""
        for sink in self._dispatcher.sinks:
            if isinstance(sink, Silenceable):
                sink.mute(muted)

    def sound_health(self) -> PartHealth:
        """Return the health of the sound: whether cues can be heard now."""
        if not self._sounds:
            return NOT_WANTED
        working = self._dispatcher.sounds
        return working[0].health() if working else PartHealth(HealthState.FAULT, HealthReason.SOUND_ERROR)

    def dispatch(self, update: Update, sync: Sync, now_s: float, *, paused: bool) -> Update:
        """Send an update to all sinks; sounds get it without the cues that must not be heard, and how long the others may wait.

        Parameters
        ----------
        update : Update
        sync : Sync
            Offset and drift of the sensor's clock against the host's.
        now_s : float
            Now, on the clock of the packets' arrivals [s].
        paused : bool
            Whether the wearer has paused the cues and the pause has not reached the engine yet.

        Returns
        -------
        Update
            The same update; after each cue that must not be heard comes its outcome.
        """
        events: list[Event] = []
        audible: list[Event] = []
        left_s = math.inf  # until the first stance of its cues may be over
        for event in update.events:
            events.append(event)
            self._late.put(event)
            if isinstance(event, Cue):
                cue_left_s = self._late.left_s(event, sync, now_s)
                outcome = self._refusal(cue_left_s, paused=paused)
                if outcome is not None:
                    events.append(_outcome(event, outcome, event.known_s))
                    continue
                self._waiting[event.at_s] = event
                left_s = min(left_s, cue_left_s)
            audible.append(event)
        self._dispatcher.dispatch(update, for_sounds=Update(update.angles, tuple(audible)), waits_s=left_s)
        return Update(update.angles, tuple(events))

    def take(self, now_s: float) -> list[CueOutcome]:
        """Return the outcomes that became known since the last call; `now_s` is the newest sensor time [s]."""
        found = [outcome for sound in self._dispatcher.sounds[:1] for outcome in sound.take_outcomes(now_s)]
        for outcome in found:
            self._waiting.pop(outcome.at_s, None)
        return found

    def take_all(self, now_s: float) -> list[CueOutcome]:
        """Return the outcomes at the end of the session; a cue whose outcome is still unknown counts as not heard."""
        found = self.take(now_s)
        unknown = [_outcome(cue, Outcome.NO_DEVICE, now_s) for cue in self._waiting.values()]
        self._waiting.clear()
        return found + unknown

    def _refusal(self, left_s: float, *, paused: bool) -> Outcome | None:
        """Return why a cue with this time left [s] must not be passed to the sound; None if it may."""
        if not self._sounds:
            return Outcome.MUTED
        if paused:
            return Outcome.PAUSED
        if left_s < SOUND_DELAY_S:
            return Outcome.LATE
        return None if self._dispatcher.sounds else Outcome.NO_DEVICE


def _outcome(cue: Cue, outcome: Outcome, known_s: float) -> CueOutcome:
    return CueOutcome(cue.at_s, known_s, cue.contact_s, cue.side, outcome)
