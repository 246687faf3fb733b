"""Movements of a simulated wearer for each counting block, and poses of the pelvis for each start position.

A new counting block or start position gets its entry in `MOVEMENTS` or `POSES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from levelhips.coaching.drills.counters import CountingBlock, Excursion, Hold, Metronome, Steps
from levelhips.coaching.drills.drill import Drill
from levelhips.coaching.drills.start_position import DIRECTIONS, AnyPosition, SideLying, StartPosition, Supine, Upright
from levelhips.errors import SettingsError
from levelhips.events import Posture, Side
from levelhips.samples import Array
from levelhips.simulation.curves import smooth_step
from levelhips.simulation.wearer_traits import WearerTraits

TEMPO = (0.5, 0.12, 0.38)  # shares of a repetition: out, hold, back
BEYOND_DEG = 5.0  # how far a form fault leaves its band: clearly, but not into another posture


@dataclass(slots=True)
class Course:
    """Angles of the wearer on a grid of times [deg]: signals of the drill, and what the ringing tissue adds to them."""

    grid: Array
    signals: dict[str, Array]
    tissue: Array
    lateral_mps2: Array
    reps: list[tuple[float, float, float]] = field(default_factory=list)
    form_faults: list[tuple[float, str]] = field(default_factory=list)

    def add(self, signal: str, size: float, start_s: float, out_s: float, hold_s: float, back_s: float) -> None:
        """Add a movement of this size [deg] to a signal: the way out, the hold and the way back [s]."""
        g = self.grid
        shape = smooth_step((g - start_s) / out_s) * smooth_step((start_s + out_s + hold_s + back_s - g) / back_s)
        self.signals[signal] = self.signals[signal] + size * shape

    def ring(self, at_s: float, size_deg: float) -> None:
        """Add ringing of the tissue after a start or stop of a movement."""
        dt = self.grid - at_s
        self.tissue += np.where(dt >= 0, size_deg * np.exp(-np.clip(dt, 0, 9) / 0.12) * np.sin(2 * np.pi * 9.0 * dt), 0.0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One repetition to simulate: its number from 0, start [s], duration [s] and form fault."""

    number: int
    start_s: float
    rep_s: float
    form_fault: str


class Movement:
    """Movements of a wearer that one counting block counts. Most subclasses override `repetition` only."""

    paced = False  # whether the wearer follows the prompts of the drill

    def settings(self, wearer: WearerTraits) -> dict[str, Any]:
        """Return the drill settings that this movement needs."""
        return {}

    def cycle_s(self, wearer: WearerTraits, drill: Drill) -> float:
        """Return the length of one repetition with its rest [s]."""
        return wearer.rep_s

    def span_s(self, wearer: WearerTraits, drill: Drill) -> float:
        """Return how long the recording continues after the last start [s]."""
        return wearer.rep_s + 4.0

    def lead_deg(self, drill: Drill, swaying_deg: Array, side: int) -> Array | float:
        """Return what the wearer's sway adds to the true leading angle [deg], from (n, 3) of sway."""
        return 0.0

    def add_all(self, wearer: WearerTraits, drill: Drill, course: Course, starts: list[float], rng: np.random.Generator) -> None:
        """Add all repetitions to the course."""
        for k, start in enumerate(starts):
            form_fault = wearer.form_fault if k % wearer.reps in wearer.fault_reps else ""
            rep_s = wearer.rep_s if self.paced else wearer.rep_s * (1 + wearer.jitter * _varied(rng))
            self.repetition(wearer, drill, course, Attempt(k, start, rep_s, form_fault), rng)

    def repetition(self, wearer: WearerTraits, drill: Drill, course: Course, at: Attempt, rng: np.random.Generator) -> None:
        """Add one repetition to the course."""
        raise NotImplementedError


def _varied(rng: np.random.Generator) -> float:
    return float(np.clip(rng.standard_normal(), -2, 2))


class OutAndBack(Movement):
    """Repetitions of an `Excursion`."""

    def repetition(self, wearer: WearerTraits, drill: Drill, course: Course, at: Attempt, rng: np.random.Generator) -> None:
        """Add one repetition to the course."""
        start, rep_s, form_fault = at.start_s, at.rep_s, at.form_fault
        count = drill.count
        assert isinstance(count, Excursion)  # by the registry
        usual = wearer.depth_deg if wearer.depth_deg is not None else min(0.5 * (count.low_deg + count.high_deg), count.low_deg + 12)
        depth = usual * (1 + wearer.jitter * float(np.clip(rng.standard_normal(), -2, 2)))
        depth = {"too-far": 1.25 * count.high_deg, "short": 0.72 * count.low_deg}.get(form_fault, depth)
        if form_fault == "too-fast":
            rep_s = 0.7 * count.min_rep_s
        out, hold, back = (share * rep_s for share in TEMPO)
        if form_fault == "not-back":  # back up only half of the way, then down again
            out, hold, back = 0.25 * rep_s, 0.5 * rep_s, 0.25 * rep_s
            course.add(count.signal, -0.5 * depth, start + 0.3 * rep_s, 0.2 * rep_s, 0.0, 0.2 * rep_s)
        course.add(count.signal, depth, start, out, hold, back)
        for moment in (start, start + out, start + out + hold):
            course.ring(moment, wearer.wobble_deg)
        if form_fault == "hiked" and count.signal == "drop":  # lifted above level
            leave_band(drill, course, form_fault, start + 0.9 * rep_s, 0.8)
        elif form_fault not in ("", "short", "too-fast", "too-far", "not-back"):
            leave_band(drill, course, form_fault, start + 0.3 * rep_s, 0.6 * rep_s)
        if form_fault != "short":
            course.reps.append((start, start + rep_s, depth))

    def lead_deg(self, drill: Drill, swaying_deg: Array, side: int) -> Array | float:
        """Return what sway adds to the range of the leading signal [deg]."""
        # Sway is a motion of the pelvis itself, so it is part of the true range.
        return side * swaying_deg[:, 0] if drill.count.signal == "drop" else swaying_deg[:, 1]


class PacedRepetitions(Movement):
    """Repetitions of a `Metronome`."""

    paced = True

    def settings(self, wearer: WearerTraits) -> dict[str, Any]:
        """Return the settings that fit the wearer's way of doing the drill."""
        return {"pace_s": wearer.rep_s}

    def cycle_s(self, wearer: WearerTraits, drill: Drill) -> float:
        """Return the time from one repetition to the next [s]."""
        return drill.count.cycle_s if isinstance(drill.count, Metronome) else wearer.rep_s

    def repetition(self, wearer: WearerTraits, drill: Drill, course: Course, at: Attempt, rng: np.random.Generator) -> None:
        """Add one opening and closing of the knee; the pelvis rolls forward with it by a degree."""
        count, start, form_fault = drill.count, at.start_s, at.form_fault
        assert isinstance(count, Metronome)
        ripple = 1.3 * (1 + 0.3 * float(np.clip(rng.standard_normal(), -2, 2)))
        course.add("roll", ripple, start, count.out_s, count.hold_s, count.back_s)
        course.ring(start, wearer.wobble_deg)
        course.ring(start + count.out_s, wearer.wobble_deg)
        if form_fault:
            leave_band(drill, course, form_fault, start + 0.5 * count.out_s, count.out_s + count.hold_s)
        course.reps.append((start, start + count.out_s + count.hold_s + count.back_s, ripple))


class SideSteps(Movement):
    """Repetitions of `Steps`."""

    def repetition(self, wearer: WearerTraits, drill: Drill, course: Course, at: Attempt, rng: np.random.Generator) -> None:
        """Add a step to the side: two pushes of the pelvis, or in a zigzag walk one, to the other side each time."""
        count, start, form_fault = drill.count, at.start_s, at.form_fault
        assert isinstance(count, Steps)
        sign = -1.0 if wearer.side is Side.LEFT else 1.0
        move_s = min(0.42 * wearer.rep_s, 0.9)
        if count.alternate:
            _push(course, (sign if at.number % 2 == 0 else -sign) * 0.16, start, 1.4 * move_s)
        else:
            _push(course, sign * 0.18, start, move_s)
            # Snapped: the second foot comes in under half of the time.
            _push(course, sign * 0.16, start + 0.5 * wearer.rep_s, 0.42 * move_s if form_fault == "snapped" else move_s)
        course.add("drop", 3.0, start, 0.4 * wearer.rep_s, 0.0, 0.4 * wearer.rep_s)
        course.ring(start + move_s, wearer.wobble_deg)
        if form_fault not in ("", "snapped"):
            leave_band(drill, course, form_fault, start + 0.1, 0.7 * wearer.rep_s)
        course.reps.append((start, start + wearer.rep_s, 3.0))


class Holding(Movement):
    """One hold in each set, for `Hold`."""

    def settings(self, wearer: WearerTraits) -> dict[str, Any]:
        """Return the settings that fit the wearer's way of doing the drill."""
        return {"reps": 1, "seconds": wearer.hold_s}

    def span_s(self, wearer: WearerTraits, drill: Drill) -> float:
        """Return the time that all sets take [s]."""
        return wearer.sets * (wearer.hold_s + wearer.rest_s + drill.ready_s + 6.0) + 20.0

    def add_all(self, wearer: WearerTraits, drill: Drill, course: Course, starts: list[float], rng: np.random.Generator) -> None:
        """Add one hold for each set, with the form fault twice in it."""
        for start in starts[:: wearer.reps]:
            if wearer.form_fault == "touched-down":
                for part in (0.3, 0.6):
                    at = start + part * wearer.hold_s
                    course.lateral_mps2 += 4.0 * np.exp(-(((course.grid - at) / 0.04) ** 2))
                    course.form_faults.append((at, wearer.form_fault))
            elif wearer.form_fault:
                for part in (0.3, 0.6):
                    leave_band(drill, course, wearer.form_fault, start + part * wearer.hold_s, 2.0)
            course.reps.append((start, start + wearer.hold_s, 0.0))


MOVEMENTS: dict[type[CountingBlock], Movement] = {
    Excursion: OutAndBack(),
    Metronome: PacedRepetitions(),
    Steps: SideSteps(),
    Hold: Holding(),
}


def movement_of(drill: Drill) -> Movement:
    """Return the movement of a wearer in this drill.

    Raises
    ------
    SettingsError
        If there is no movement for the drill's counting block.
    """
    for kind in type(drill.count).__mro__:
        if kind in MOVEMENTS:
            return MOVEMENTS[kind]
    name = type(drill.count).__name__
    raise SettingsError("no-movement-for-counter", name=name)


def _push(course: Course, way_m: float, start: float, move_s: float) -> None:
    """Add the acceleration of a minimum-jerk movement of the pelvis to the side, by `way_m`."""
    x = np.clip((course.grid - start) / move_s, 0.0, 1.0)
    course.lateral_mps2 += way_m / move_s**2 * (60 * x - 180 * x**2 + 120 * x**3)


def leave_band(drill: Drill, course: Course, form_fault: str, start: float, span_s: float) -> None:
    """Add the movement out of the band that is this form fault, and back, within `span_s`."""
    signal, sign, limit_deg = next(
        (limit.signal, sign, limit_deg) for limit in drill.keep for fault, sign, limit_deg in limit.angles if fault == form_fault
    )
    size = limit_deg + sign * BEYOND_DEG
    course.add("drop" if signal == "lean" else signal, size, start, 0.35 * span_s, 0.3 * span_s, 0.35 * span_s)


def note_form_faults(wearer: WearerTraits, drill: Drill, course: Course) -> None:
    """Add to the course when the true pelvis passes a form limit."""
    for limit in drill.keep:
        for fault, sign, limit_deg in limit.angles:
            values = course.signals.get(limit.signal)
            if values is None:  # lean: away from the start, any way
                values = np.abs(course.signals["drop"])
            over = sign * (values - limit_deg) > 0
            begins = np.flatnonzero(over[1:] & ~over[:-1]) + 1
            course.form_faults += [(float(course.grid[at]), fault or "") for at in begins]
    if wearer.form_fault == "snapped":
        course.form_faults += [
            (from_s + 0.5 * (to_s - from_s), "snapped") for k, (from_s, to_s, _) in enumerate(course.reps) if k in wearer.fault_reps
        ]
    course.form_faults.sort()


@dataclass(frozen=True, slots=True)
class Turned:
    """Rotation of the pelvis from its start position: signals and tissue [deg], `own` sway and tremor (n, 3) [deg]."""

    signals: dict[str, Array]
    tissue: Array
    own: Array
    side: int
    posture: Posture


def _upright(turned: Turned) -> Rotation:
    drop, tilt, turn = (turned.signals[name] for name in ("drop", "tilt", "turn"))
    side, own, tissue = turned.side, turned.own, turned.tissue
    euler = np.stack([-side * turn + own[:, 2], -side * (drop + tissue) - own[:, 0], -(tilt + 0.6 * tissue) - own[:, 1]], axis=1)
    return Rotation.from_euler("YXZ", euler, degrees=True)


def _supine(turned: Turned) -> Rotation:
    drop, height = turned.signals["drop"], turned.signals["height"]
    side, own, tissue = turned.side, turned.own, turned.tissue
    euler = np.stack([side * (drop + 0.5 * tissue) + own[:, 0], height + tissue + own[:, 1]], axis=1)
    return Rotation.from_euler("YZ", euler, degrees=True)


def _side_lying(turned: Turned) -> Rotation:
    roll, hike = turned.signals["roll"], turned.signals["hike"]
    own, tissue = turned.own, turned.tissue
    sign = 1.0 if turned.posture is Posture.LEFT_SIDE else -1.0
    euler = np.stack([-sign * (hike + 0.5 * tissue) + own[:, 0], sign * (roll + tissue) + own[:, 1]], axis=1)
    return Rotation.from_euler("XY", euler, degrees=True)


# By start position, the function that makes the rotation of the pelvis. A wearer who may take any position stands.
POSES: dict[type[StartPosition], Callable[[Turned], Rotation]] = {
    Upright: _upright,
    SideLying: _side_lying,
    Supine: _supine,
    AnyPosition: _upright,
}


def base_of(posture: Posture) -> Array:
    """Return where the pelvis' axes point in a posture: (3, 3), columns pelvis X, Y, Z; rows world forward, up, right.

    World forward is where the pelvis' X points in standing, and where the head points in lying.
    """
    forward = (1.0, 0.0, 0.0) if posture is Posture.UPRIGHT else (0.0, 1.0, 0.0)
    up = DIRECTIONS[posture]
    return np.array([forward, up, np.cross(forward, up)])
