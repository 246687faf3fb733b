"""Snapshot of a drill for user interfaces, made from its events: values in degrees, and words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from levelhips.events import (
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    Phase,
    PhaseChange,
    PhaseReason,
    Posture,
    PostureChange,
    Prompt,
    PromptKind,
    Rep,
    Side,
    Signal,
    SignalKind,
)
from levelhips.text import tr
from levelhips.words import FORM_FAULTS, PHASE_REASONS, PHASES, PROMPTS, TAKE_POSTURE, drill_instruction, drill_title, words_for

FAULT_SHOWN_S = 2.5  # time to look up and read four words, and short enough to be gone before the next repetition
_WRONG = (PromptKind.WRONG_POSTURE, PromptKind.WRONG_SIDE)


@dataclass(frozen=True, slots=True)
class DrillSnapshot:
    """State of a drill at one moment."""

    title: str
    side: Side
    instruction: str
    posture_wanted: Posture | None  # None: any
    low_deg: float
    high_deg: float
    sets: int
    reps_asked: int
    rest_s: float
    seconds: float  # target hold time; NaN for other drills
    phase: Phase = Phase.STAND
    phase_s: float = 0.0  # sensor time at which the phase began
    reason: PhaseReason = PhaseReason.NONE  # the reason for the phase
    posture: Posture = Posture.UNCLEAR
    set_n: int = 1
    reps: int = 0
    good: int = 0
    faulty: int = 0
    range_deg: float = math.nan  # of the last repetition
    tempo_s: float = math.nan  # of the last repetition
    fault: FormFault | None = None  # the last one
    fault_s: float = -math.inf
    held_s: float = 0.0
    clock_from_s: float = math.nan
    wrong: PromptKind | None = None  # last prompt in this phase about a wrong posture or side

    def hold_s(self, now_s: float) -> float:
        """Return how long the position has been held in this set [s]."""
        running = 0.0 if math.isnan(self.clock_from_s) else max(0.0, now_s - self.clock_from_s)
        return self.held_s + running

    def fault_at(self, now_s: float) -> str:
        """Return what to do about a form fault of the last seconds; empty if there was none."""
        return words_for(FORM_FAULTS, self.fault) if self.fault is not None and now_s - self.fault_s < FAULT_SHOWN_S else ""

    def what_next(self, now_s: float) -> str:
        """Return what the wearer should do now."""
        if fault := self.fault_at(now_s):
            return fault
        if self.phase is Phase.STAND:
            return f"{self._reason_to_restart()}{PROMPTS[PromptKind.STAND]}"
        if self.phase is Phase.BOW:
            return PROMPTS[PromptKind.BOW]
        if self.phase is Phase.TAKE:
            return self._position()
        if self.phase is Phase.REST:
            return tr("live.rest", left_s=max(0.0, self.rest_s - (now_s - self.phase_s)))
        return self.instruction if self.phase is Phase.WORK else _sentence(words_for(PHASES, self.phase))

    def _position(self) -> str:
        if self.wrong is not None and self.posture_wanted is not None:
            return f"{PROMPTS[self.wrong]}. {words_for(TAKE_POSTURE, self.posture_wanted)}."
        still = tr("live.hold-still") + " " if self.posture_wanted in (None, self.posture) else ""
        return f"{self._reason_to_restart()}{still}{self.instruction}"

    def _reason_to_restart(self) -> str:
        """Return as a sentence why the wearer must start again; empty if the drill takes its usual course."""
        if self.reason in (PhaseReason.POSTURE_LOST, PhaseReason.FELL_OFF):
            return f"{_sentence(PHASE_REASONS[self.reason])}. "
        return ""


def begin(event: DrillBegin) -> DrillSnapshot:
    """Return the snapshot of a drill that begins."""
    low, high = math.degrees(event.low_rad), math.degrees(event.high_rad)
    targets = (event.sets, event.reps, event.rest_s, event.seconds)
    title, instruction = drill_title(event.name, event.title), drill_instruction(event.name, event.side, event.instruction)
    return DrillSnapshot(title, event.side, instruction, event.posture, low, high, *targets)


def apply(snapshot: DrillSnapshot, event: Event) -> DrillSnapshot:
    """Return the snapshot after an event."""
    if isinstance(event, PhaseChange):
        return _phase(snapshot, event)
    if isinstance(event, PostureChange):
        return replace(snapshot, posture=event.posture)
    if isinstance(event, Rep):
        return _rep(snapshot, event)
    if isinstance(event, FormFaultDetected):
        return replace(snapshot, fault=event.fault, fault_s=event.known_s)
    if isinstance(event, Prompt):
        return _prompt(snapshot, event)
    return _stop_clock(snapshot, event.at_s) if isinstance(event, Signal) and event.kind is SignalKind.LOST else snapshot


def _phase(snapshot: DrillSnapshot, event: PhaseChange) -> DrillSnapshot:
    snapshot = replace(_stop_clock(snapshot, event.at_s), phase=event.phase, phase_s=event.at_s, reason=event.reason, wrong=None)
    if event.set_n != snapshot.set_n:
        snapshot = replace(snapshot, set_n=event.set_n, held_s=0.0, reps=0)
    if event.phase is Phase.WORK and math.isfinite(snapshot.seconds):
        snapshot = replace(snapshot, clock_from_s=event.at_s)
    return snapshot


def _rep(snapshot: DrillSnapshot, event: Rep) -> DrillSnapshot:
    if not event.full:
        fault = event.faults[-1] if event.faults else None  # the last one says what was missing
        return replace(snapshot, fault=fault, fault_s=event.known_s)
    good, faulty = snapshot.good + event.good, snapshot.faulty + (not event.good)
    return replace(snapshot, reps=event.number, good=good, faulty=faulty, range_deg=event.range_deg, tempo_s=event.tempo_s)


def _prompt(snapshot: DrillSnapshot, event: Prompt) -> DrillSnapshot:
    if event.kind is PromptKind.CLOCK_OFF:
        return _stop_clock(snapshot, event.at_s)
    if event.kind is PromptKind.CLOCK_ON:
        return replace(snapshot, clock_from_s=event.at_s)
    return replace(snapshot, wrong=event.kind) if event.kind in _WRONG else snapshot


def _stop_clock(snapshot: DrillSnapshot, now_s: float) -> DrillSnapshot:
    return replace(snapshot, held_s=snapshot.hold_s(now_s), clock_from_s=math.nan)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
