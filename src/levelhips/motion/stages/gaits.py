"""Gait stage: decides between running, walking and standing, and produces steps and strides."""

from __future__ import annotations

from dataclasses import dataclass

from levelhips.events import Event, Mode, ModeChange
from levelhips.motion.contacts import FootEvent
from levelhips.motion.gait import Gait, StrideSpan
from levelhips.motion.quality import Conditions, QualityMonitor
from levelhips.motion.signal_buffer import SignalBuffer


@dataclass(frozen=True, slots=True)
class GaitStageSettings:
    """How running replaces walking, and when a run is settled."""

    claim_s: float = 0.2  # the walking detector may find the first landing a little earlier; 0-0.4 give the same results
    settled_s: float = 20.0  # heading and gravity correction settle in 10 s (docs/accuracy.md); 10-40 change the drop error by 0.2 %


@dataclass(slots=True)
class _State:
    """What the wearer is doing."""

    mode: Mode = Mode.UNKNOWN


class GaitStage:
    """Stage that tracks running and walking in parallel and decides which of them the wearer is doing, if any.

    Parameters
    ----------
    signals : SignalBuffer
    monitor : QualityMonitor
        Both are only read here.
    """

    def __init__(self, signals: SignalBuffer, monitor: QualityMonitor, settings: GaitStageSettings = GaitStageSettings()) -> None:
        self.settings, self._state = settings, _State()
        self.running = Gait(Mode.RUNNING, signals, monitor)
        self.walking = Gait(Mode.WALKING, signals, monitor)

    @property
    def mode(self) -> Mode:
        """What the wearer is doing."""
        return self._state.mode

    @property
    def in_gait(self) -> bool:
        """Whether there have been enough contacts in a row for walking or running."""
        return self.running.established or self.walking.established

    @property
    def stance_sign(self) -> int:
        """+1 in right stance, -1 in left stance; 0 between stances or if the side is not sure."""
        return self.running.stance_sign or self.walking.stance_sign

    def settled(self, now_s: float) -> bool:
        """Return whether the wearer has been running for longer than `settled_s`."""
        return self.running.established and now_s - self.running.from_s > self.settings.settled_s

    def push(self, gait: Mode, foot: FootEvent, conditions: Conditions) -> tuple[list[Event], StrideSpan | None]:
        """Process a contact or toe-off; return the events it completes and the stride that ends with it, if any."""
        if gait is Mode.WALKING:
            return self._walking_contact(foot.at_s, conditions)
        if foot.kind == "contact":
            return self._running_contact(foot.at_s, conditions)
        return self.running.toe_off(foot.at_s, conditions), None

    def lost(self) -> None:
        """Discard the present stances, because samples are missing in them."""
        self.running.lost()
        self.walking.lost()

    def end(self, conditions: Conditions) -> list[Event]:
        """End both gaits; return the steps that were held."""
        return [*self.running.end(conditions), *self.walking.end(conditions)]

    def apply_updates(self, conditions: Conditions, *, still: bool, standing_s: float) -> list[Event]:
        """End bouts that are over and update the mode; return the events.

        `still` is whether the last interval was quiet standing, `standing_s` [s] how long the standing has lasted.
        """
        events = [*self.running.end_if_over(conditions), *self.walking.end_if_over(conditions)]
        now_s, mode = conditions.known_s, self._state.mode
        if not still:
            over = {Mode.RUNNING: not self.running.established, Mode.WALKING: not self.walking.established}
            if over.get(mode, mode in (Mode.STANDING, Mode.UNKNOWN)):
                events.append(self._become(Mode.OTHER, now_s, now_s))
        elif standing_s and mode is not Mode.STANDING:
            events += self.end(conditions)
            events.append(self._become(Mode.STANDING, now_s - standing_s, now_s))
        return events

    def _running_contact(self, at_s: float, conditions: Conditions) -> tuple[list[Event], StrideSpan | None]:
        events, span = self.running.contact(at_s, conditions)
        if not self.running.established:
            return events, None
        if self._state.mode is not Mode.RUNNING:
            self.walking.drop_held(self.running.from_s - self.settings.claim_s)
            events += self.walking.end(conditions)
            events.append(self._become(Mode.RUNNING, self.running.from_s, conditions.known_s))
        return events, span

    def _walking_contact(self, at_s: float, conditions: Conditions) -> tuple[list[Event], StrideSpan | None]:
        if self._state.mode is Mode.RUNNING:
            return [], None
        events, span = self.walking.contact(at_s, conditions)
        if self.walking.established and self._state.mode is not Mode.WALKING:
            events.append(self._become(Mode.WALKING, self.walking.from_s, conditions.known_s))
        return events, span

    def _become(self, mode: Mode, at_s: float, known_s: float) -> ModeChange:
        self._state.mode = mode
        return ModeChange(at_s, known_s, mode)
