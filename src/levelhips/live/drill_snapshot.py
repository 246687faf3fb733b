"""What a face shows of a drill: gathered from events, in degrees and words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from levelhips.events import (
    Beat,
    Cheat,
    DrillBegin,
    Event,
    Phase,
    PhaseChange,
    Posture,
    PostureChange,
    Rep,
    Side,
    Signal,
)

CHEAT_SHOWN_S = 2.5


@dataclass(frozen=True, slots=True)
class DrillPicture:
    """A moment of a drill."""

    title: str
    side: Side
    instruction: str
    posture_wanted: Posture | None  # None: any
    low_deg: float
    high_deg: float
    sets: int
    reps_asked: int
    rest_s: float
    seconds: float  # of a hold, else NaN
    phase: Phase = Phase.STAND
    phase_s: float = 0.0  # when it began
    posture: Posture = Posture.UNCLEAR
    set_n: int = 1
    reps: int = 0
    good: int = 0
    cheated: int = 0
    range_deg: float = math.nan  # of the last repetition
    tempo_s: float = math.nan
    cheat: str = ""
    cheat_s: float = -math.inf
    held_s: float = 0.0
    clock_from_s: float = math.nan
    said: str = ""

    def hold_s(self, now_s: float) -> float:
        """How long was held so far."""
        running = 0.0 if math.isnan(self.clock_from_s) else max(0.0, now_s - self.clock_from_s)
        return self.held_s + running

    def cheat_at(self, now_s: float) -> str:
        """What is wrong now, in words."""
        return CHEAT_WORDS.get(self.cheat, self.cheat) if now_s - self.cheat_s < CHEAT_SHOWN_S else ""

    def what_next(self, now_s: float) -> str:
        """The instruction of the moment."""
        if wrong := self.cheat_at(now_s):
            return wrong
        if self.phase is Phase.STAND:
            return "Stand still" if self.said != "fell-off" else "The clip is off: put it on again, and stand still"
        if self.phase is Phase.BOW:
            return "Bow forward once, on both feet"
        if self.phase is Phase.TAKE:
            return self._position()
        if self.phase is Phase.REST:
            return f"Rest: {max(0.0, self.rest_s - (now_s - self.phase_s)):.0f} s"
        return {Phase.PAUSED: "Paused", Phase.DONE: "Done"}.get(self.phase, self.instruction)

    def _position(self) -> str:
        if self.said in ("wrong-side", "wrong-posture") and self.posture_wanted is not None:
            return f"Not the position: {POSTURE_WORDS[self.posture_wanted]}"
        if self.posture_wanted in (None, self.posture):
            return f"Hold still. {self.instruction}"
        return self.instruction


def begin(event: DrillBegin) -> DrillPicture:
    """The first picture of a drill."""
    low, high = math.degrees(event.low_rad), math.degrees(event.high_rad)
    asked = (event.sets, event.reps, event.rest_s, event.seconds)
    return DrillPicture(event.title, event.side, event.instruction, event.posture, low, high, *asked)


def heed(picture: DrillPicture, event: Event) -> DrillPicture:
    """The picture after an event."""
    if isinstance(event, PhaseChange):
        picture = replace(_stop_clock(picture, event.at_s), phase=event.phase, phase_s=event.at_s, said=event.why)
        if event.set_n != picture.set_n:
            picture = replace(picture, set_n=event.set_n, held_s=0.0, reps=0)
        if event.phase is Phase.WORK and math.isfinite(picture.seconds):
            picture = replace(picture, clock_from_s=event.at_s)
        return picture
    if isinstance(event, PostureChange):
        return replace(picture, posture=event.posture)
    if isinstance(event, Rep):
        if not event.full:
            return replace(picture, cheat=event.cheats.split()[-1], cheat_s=event.known_s)
        good, cheated = picture.good + event.good, picture.cheated + (not event.good)
        return replace(picture, reps=event.number, good=good, cheated=cheated, range_deg=event.range_deg, tempo_s=event.tempo_s)
    if isinstance(event, Cheat):
        return replace(picture, cheat=event.what, cheat_s=event.known_s)
    if isinstance(event, Beat):
        if event.what == "clock-off":
            return _stop_clock(picture, event.at_s)
        if event.what == "clock-on":
            return replace(picture, clock_from_s=event.at_s)
        return replace(picture, said=event.what) if event.what.startswith("wrong") else picture
    if isinstance(event, Signal) and event.what == "lost":
        return _stop_clock(picture, event.at_s)
    return picture


def _stop_clock(picture: DrillPicture, now_s: float) -> DrillPicture:
    return replace(picture, held_s=picture.hold_s(now_s), clock_from_s=math.nan)


POSTURE_WORDS = {
    "upright": "stand upright",
    "left-side": "lie on your left side",
    "right-side": "lie on your right side",
    "supine": "lie on your back",
}
CHEAT_WORDS = {
    "rolled-back": "You roll back",
    "rolled-forward": "Too far forward",
    "turned": "Do not turn",
    "leaned": "Trunk upright",
    "hiked": "Hip too high",
    "dipped": "The hip dips",
    "too-far": "Too far",
    "too-fast": "Slower",
    "waddled": "Keep level",
    "opened": "Hips square to the floor",
    "snapped": "Bring the foot in slowly",
    "touched-down": "Foot up",
    "left-band": "Keep level",
    "short": "Further",
    "not-back": "All the way back",
    "no-movement": "Go on when you are ready",
}
