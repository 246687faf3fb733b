"""Send cues to the sound, hold back those that would come too late, and report what became of each."""

from __future__ import annotations

from levelhips.events import Cue, CueOutcome, Event, HealthReason, HealthState, Outcome, PartHealth, Update
from levelhips.live.dispatcher import Dispatcher, Silenceable
from levelhips.live.health import NOT_WANTED
from levelhips.live.late_cues import LateCues
from levelhips.sensors.clock import Sync


class CueOutcomes:
    """Follow each cue from the engine to the sound device.

    Parameters
    ----------
    dispatcher : Dispatcher
        Its sinks. Without a sound among them every cue counts as muted.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher, self._sounds = dispatcher, dispatcher.sounds
        self._late = LateCues()
        self._waiting: dict[float, Cue] = {}  # by the time of the cue: given to the sound, which has not answered yet

    def mute(self, muted: bool) -> None:
        """Switch all sounds off or on."""
        for sink in self._dispatcher.sinks:
            if isinstance(sink, Silenceable):
                sink.mute(muted)

    def sound_health(self) -> PartHealth:
        """Return whether cues are heard at present."""
        if not self._sounds:
            return NOT_WANTED
        left = self._dispatcher.sounds
        return left[0].health() if left else PartHealth(HealthState.FAULT, HealthReason.SOUND_ERROR)

    def dispatch(self, update: Update, sync: Sync, now_s: float, *, paused: bool) -> Update:
        """Send an update to all sinks, without the cues that must not be heard to the sounds.

        Parameters
        ----------
        update : Update
        sync : Sync
            The sensor's clock against the host's.
        now_s : float
            Now, on the clock of the packets' arrivals [s].
        paused : bool
            Whether the wearer has just paused the cues, which no sample has brought into effect yet.

        Returns
        -------
        Update
            The same, with the outcomes that are already known after their cues.
        """
        events: list[Event] = []
        audible: list[Event] = []
        for event in update.events:
            events.append(event)
            self._late.put(event)
            outcome = self._refusal(event, sync, now_s, paused=paused) if isinstance(event, Cue) else None
            if isinstance(event, Cue) and outcome is not None:
                events.append(_outcome(event, outcome, event.known_s))
                continue
            if isinstance(event, Cue):
                self._waiting[event.at_s] = event
            audible.append(event)
        self._dispatcher.dispatch(update, for_sounds=Update(update.angles, tuple(audible)))
        return Update(update.angles, tuple(events))

    def take(self, now_s: float) -> list[CueOutcome]:
        """Return the outcomes that became known since the last call; `now_s` is the newest sensor time [s]."""
        found = [outcome for sound in self._dispatcher.sounds[:1] for outcome in sound.take_outcomes(now_s)]
        for outcome in found:
            self._waiting.pop(outcome.at_s, None)
        return found

    def take_all(self, now_s: float) -> list[CueOutcome]:
        """Return what is known at the end of the session; a cue that was never answered was not heard."""
        found = self.take(now_s)
        never = [_outcome(cue, Outcome.NO_DEVICE, now_s) for cue in self._waiting.values()]
        self._waiting.clear()
        return found + never

    def _refusal(self, cue: Cue, sync: Sync, now_s: float, *, paused: bool) -> Outcome | None:
        """Return why a cue must not be given to the sound; None if it may."""
        if not self._sounds:
            return Outcome.MUTED
        if paused:
            return Outcome.PAUSED
        if self._late.is_late(cue, sync, now_s):
            return Outcome.LATE
        return None if self._dispatcher.sounds else Outcome.NO_DEVICE


def _outcome(cue: Cue, outcome: Outcome, known_s: float) -> CueOutcome:
    return CueOutcome(cue.at_s, known_s, cue.contact_s, cue.side, outcome)
