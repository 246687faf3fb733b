"""Tracker of one gait (running or walking): turns contacts and toe-offs into bouts, sides, steps and strides."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from levelhips.events import Contact, Event, Mode, Quality, Side, Step, Stride
from levelhips.motion import steps
from levelhips.motion.quality import Conditions, QualityMonitor
from levelhips.motion.sides import SideVoter
from levelhips.motion.signal_buffer import SignalBuffer


@dataclass(frozen=True, slots=True)
class GaitSettings:
    """When a bout begins and ends, and which of its steps and strides are valid."""

    contacts: int = 3  # a bout needs this many contacts in a row: a single landing is a jump
    run_pause_s: float = 0.75  # longest running step; the slowest jog has 2 steps/s
    walk_pause_s: float = 1.5  # longest walking step: 40 steps/min, the slowest shuffle
    new_bout_pauses: float = 3.0  # a bout continues across two missed contacts; 5 gives the same results, 2 loses 0.3 % of valid steps
    # Longer step of a stride divided by the shorter: a missed or doubled contact gives 1.5 or more, a limp less; 2.0 gives the same.
    stride_ratio: float = 1.6
    end_s: float = 1.5  # a bout ends after this time without a contact
    max_held: int = 8  # steps whose side is not yet known; it usually is after two or three
    step_memory: int = 9  # contacts: eight steps for the usual step time; 5-15 move the drop error by under 0.5 %
    # Held steps at the end of a bout are reported if their side is at least this likely; 0.5 gives the same, 0.9 loses steps in walks.
    release_confidence: float = 0.6
    usual_walk_step_s: float = 0.6  # 100 steps/min, used until the walker's own step time is known; 0.5 gives the same results


@dataclass(frozen=True, slots=True)
class StrideSpan:
    """Times of two successive contacts of the same foot [s]."""

    from_s: float
    to_s: float

    @property
    def duration_s(self) -> float:
        """Duration of the stride [s]."""
        return self.to_s - self.from_s

    @property
    def middle_s(self) -> float:
        """Time halfway through the stride [s]."""
        return (self.from_s + self.to_s) / 2


@dataclass(slots=True)
class _State:
    """Everything a gait remembers of the present bout."""

    contacts_s: list[float] = field(default_factory=list)  # times of the last contacts
    from_s: float = math.nan  # first contact of the bout
    parity: int = 0  # number of steps, missed ones included: an even difference means the same foot
    stance_s: float | None = None  # contact of the present stance; None between stances
    toe_off_s: float = math.nan
    step_time_s: float = math.nan
    flight_s: float = math.nan
    held: list[tuple[int, steps.Stance]] = field(default_factory=list)  # parity and stance of steps without a side
    drops: dict[Side, float] = field(default_factory=dict)  # of the last step on each side [rad]


class Gait:
    """Streaming tracker of one gait: holds steps until their side is sure, and measures steps and strides.

    Parameters
    ----------
    mode : Mode
        RUNNING (a stance ends with its toe-off) or WALKING (it ends with the next contact).
    signals : SignalBuffer
        Signals up to the present sample; only read here.
    monitor : QualityMonitor
        Provides the quality of each contact, step and stride; only read here.
    """

    def __init__(self, mode: Mode, signals: SignalBuffer, monitor: QualityMonitor, settings: GaitSettings = GaitSettings()) -> None:
        self.mode, self.settings = mode, settings
        self._signals, self._monitor = signals, monitor
        self._pause_s = settings.run_pause_s if mode is Mode.RUNNING else settings.walk_pause_s
        self._voter = SideVoter(3 if mode is Mode.RUNNING else 2)
        self._state = _State()

    @property
    def established(self) -> bool:
        """Whether there have been enough contacts in a row for a bout of this gait."""
        return len(self._state.contacts_s) >= self.settings.contacts

    @property
    def from_s(self) -> float:
        """Time of the first contact of the bout [s]; NaN between bouts."""
        return self._state.from_s

    @property
    def last_contact_s(self) -> float:
        """Time of the last contact of the bout [s]; minus infinity between bouts."""
        return self._state.contacts_s[-1] if self._state.contacts_s else -math.inf

    @property
    def stride_s(self) -> float:
        """Usual duration of a stride [s]; NaN before the second stride."""
        contacts = self._state.contacts_s
        return _median(b - a for a, b in zip(contacts[:-2], contacts[2:], strict=True))

    @property
    def stance_sign(self) -> int:
        """+1 in right stance, -1 in left stance; 0 between stances or if the side is not sure."""
        return self._voter.side.sign if self._state.stance_s is not None and self._voter.sure else 0

    def contact(self, at_s: float, conditions: Conditions) -> tuple[list[Event], StrideSpan | None]:
        """Process a contact; return the events it completes and the stride that ends with it, if any."""
        out: list[Event] = []
        step_s = at_s - self.last_contact_s
        if step_s > self.settings.new_bout_pauses * self._pause_s:
            out += self.end(conditions)
            step_s = math.inf
        elif self.mode is Mode.WALKING:
            out += self._finish_walking_stance(at_s, conditions)
        self._begin_stance(at_s, step_s)
        side = self._voter.side if self._voter.sure else None
        out.append(Contact(at_s, conditions.known_s, self.mode, side, self._quality(at_s, conditions)))
        span = self._last_stride()
        # Report strides from right contact to right contact only, so that they do not overlap.
        if span is not None and side is Side.RIGHT and (stride := self._stride(span, conditions)) is not None:
            out.append(stride)
        return out, span

    def toe_off(self, at_s: float, conditions: Conditions) -> list[Event]:
        """Process the toe-off that completes a running step; return the steps that can be reported now."""
        state = self._state
        if state.stance_s is None:
            return []
        state.toe_off_s = at_s
        return self._finish_stance(state.stance_s, at_s, at_s, conditions, conditions)

    def lost(self) -> None:
        """Discard the present stance, because samples are missing in it."""
        self._state.stance_s = None

    def end(self, conditions: Conditions) -> list[Event]:
        """End the bout; return the held steps, each on its more likely side."""
        out: list[Event] = []
        if self.mode is Mode.WALKING:
            out += self._finish_walking_stance(math.inf, conditions)
        if self.established and self._voter.confidence > self.settings.release_confidence:
            out += self._release(conditions.known_s)
        self._voter.restart()
        self._state = _State()
        return out

    def end_if_over(self, conditions: Conditions) -> list[Event]:
        """End the bout if its last contact was too long ago."""
        return self.end(conditions) if -math.inf < self.last_contact_s < conditions.known_s - self.settings.end_s else []

    def drop_held(self, from_s: float) -> None:
        """Discard the held steps that began at `from_s` or later, because they belong to the other gait."""
        self._state.held = [(parity, stance) for parity, stance in self._state.held if stance.contact_s < from_s]

    def _quality(self, from_s: float, conditions: Conditions) -> Quality:
        return self._monitor.quality(from_s, self.mode, self.from_s, conditions)

    def _begin_stance(self, at_s: float, step_s: float) -> None:
        state = self._state
        if not state.contacts_s:
            state.from_s = at_s
        self._voter.contact(step_s)
        usual_s = self._usual_step_s()
        missed = max(0, round(step_s / usual_s) - 1) if math.isfinite(step_s) and math.isfinite(usual_s) else 0
        state.parity += 1 + missed
        state.step_time_s = step_s if step_s <= self._pause_s else math.nan
        state.flight_s = at_s - state.toe_off_s if at_s - state.toe_off_s < self._pause_s else math.nan
        state.stance_s = at_s
        state.contacts_s.append(at_s)
        del state.contacts_s[: -self.settings.step_memory]

    def _last_stride(self) -> StrideSpan | None:
        """Return the stride that ends with the last contact, unless a contact in it was missed or doubled."""
        if len(self._state.contacts_s) < 3:
            return None
        a, b, c = self._state.contacts_s[-3:]
        shorter, longer = sorted((b - a, c - b))
        return StrideSpan(a, c) if longer <= self._pause_s and longer < self.settings.stride_ratio * shorter else None

    def _usual_step_s(self) -> float:
        return _median(b - a for a, b in itertools.pairwise(self._state.contacts_s))

    def _finish_walking_stance(self, next_s: float, conditions: Conditions) -> list[Event]:
        """Finish a walking stance at the next contact, or after the usual step time if there is none."""
        stance_s, usual_s = self._state.stance_s, self._usual_step_s()
        if stance_s is None:
            return []
        usual_s = usual_s if math.isfinite(usual_s) else self.settings.usual_walk_step_s
        judged = conditions
        to_s = next_s
        if next_s - stance_s > self._pause_s:
            # The walk was over before this became known: what happened after the step must not lower its quality.
            to_s = min(stance_s + usual_s, conditions.known_s)
            judged = replace(conditions, known_s=to_s)
        return self._finish_stance(stance_s, min(to_s, conditions.known_s), math.nan, conditions, judged)

    def _finish_stance(self, from_s: float, to_s: float, toe_off_s: float, conditions: Conditions, judged: Conditions) -> list[Event]:
        """Measure a stance; return the steps that can be reported now. Its quality is that under the conditions `judged`."""
        state = self._state
        state.stance_s = None
        stance = steps.stance(
            self._signals,
            from_s,
            to_s,
            toe_off_s=toe_off_s,
            mode=self.mode,
            quality=self._quality(from_s, judged),
            step_time_s=state.step_time_s,
            flight_before_s=state.flight_s,
            vertical_sd_rad=conditions.vertical_sd_rad,
            heading_sd_rad=conditions.heading_sd_rad,
        )
        if stance is None:
            return []
        cues = steps.running_side_cues if self.mode is Mode.RUNNING else steps.walking_side_cues
        self._voter.evidence(cues(self._signals, from_s, to_s))
        state.held.append((state.parity, stance))
        del state.held[: -self.settings.max_held]
        return self._release(conditions.known_s) if self._voter.sure and self.established else []

    def _release(self, known_s: float) -> list[Event]:
        """Return the held steps, each on its side, and hold them no longer."""
        out: list[Event] = []
        state = self._state
        for parity, stance in state.held:
            side = self._voter.side if (state.parity - parity) % 2 == 0 else self._voter.side.other
            step: Step = stance.step(side, self._voter.confidence, known_s)
            if not self._voter.sure and step.quality is Quality.OK:
                step = replace(step, quality=Quality.SETTLING)
            state.drops[side] = step.drop_rad
            out.append(step)
        state.held.clear()
        return out

    def _stride(self, span: StrideSpan, conditions: Conditions) -> Stride | None:
        drops = self._state.drops
        asymmetry_rad = drops[Side.RIGHT] - drops[Side.LEFT] if len(drops) == 2 else math.nan
        quality = self._quality(span.from_s, conditions)
        return steps.stride(self._signals, span.from_s, span.to_s, conditions.known_s, self._voter.side, self.mode, quality, asymmetry_rad)


def _median(values: Iterable[float]) -> float:
    """Return the upper median; NaN if there are fewer than two values."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if len(ordered) >= 2 else math.nan
