"""A virtual wearer doing drills, well or with a cheat, in any posture, with the truth beside it.

Movements out and back follow the minimum-jerk profile; tissue under the clip rings at each start and stop of a movement
(9 Hz, some tenths of a degree) and trembles a little; neither is in the truth. Orientation is a spline through rotations,
so that lying on the side, where angles about fixed axes fail, is as good as standing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation, RotationSpline, Slerp

from levelhips.coaching.drills.counters import Band, Excursion, Hold, Metronome, Steps
from levelhips.coaching.drills.drill import Drill
from levelhips.errors import SettingsError
from levelhips.events import Beat, Phase, PhaseChange, Posture, PromptKind, Side
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine, chosen_drill, drill_named
from levelhips.simulation.runner import SensorModel, Simulation, instants, smooth_step, sway, worn

GRID_HZ = 200.0
STAND_S, MOVE_S, BOW_S = 4.0, 3.0, 3.5

TEMPO = (0.5, 0.12, 0.38)  # shares of a repetition: out, hold, back
BEYOND_DEG = 5.0  # how far a cheat leaves its band
NO_BAND = ("too-fast", "short", "not-back", "snapped", "touched-down")  # cheats that are no angle


@dataclass(frozen=True, slots=True)
class WearerModel:
    """Who does which drill, and how well."""

    drill: str = "pelvic-drop"
    side: Side = Side.LEFT
    reps: int = 8
    asked: int | None = None  # repetitions a set that are asked for; None: as many as are done
    sets: int = 1
    rep_s: float = 4.0
    depth_deg: float | None = None  # of the excursion; None: the middle of the band
    cheat: str = ""
    cheat_reps: tuple[int, ...] = (2, 5)  # from 0
    wobble_deg: float = 0.5  # of the tissue
    tremor_deg: float = 0.01
    jitter: float = 0.06  # of tempo and depth
    rest_s: float = 5.0
    hold_s: float = 30.0
    wrong: str = ""  # posture or side: lies or stands wrongly first
    away_s: float = 0.0  # stops in the middle of the first set for so long, without a word

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the recording."""
        values: dict[str, Any] = {
            "name": self.drill,
            "side": self.side.value,
            "reps": self.asked or self.reps,
            "sets": self.sets,
            "rest_s": self.rest_s,
        }
        if isinstance(drill_named(self.drill).count, Metronome):
            values["pace_s"] = self.rep_s
        if isinstance(drill_named(self.drill).count, Hold):
            values |= {"reps": 1, "seconds": self.hold_s}
        return {"drill": values}


@dataclass(slots=True)
class _Course:
    """Angles of the wearer [deg] on the grid, in the drill's own signals, and what the tissue adds."""

    grid: Array
    signals: dict[str, Array]
    tissue: Array
    lateral_mps2: Array
    reps: list[tuple[float, float, float]] = field(default_factory=list)
    cheats: list[tuple[float, str]] = field(default_factory=list)

    def add(self, signal: str, size: float, start_s: float, out_s: float, hold_s: float, back_s: float) -> None:
        g = self.grid
        shape = smooth_step((g - start_s) / out_s) * smooth_step((start_s + out_s + hold_s + back_s - g) / back_s)
        self.signals[signal] = self.signals[signal] + size * shape

    def ring(self, at_s: float, size_deg: float) -> None:
        """The tissue swings after a start or stop."""
        dt = self.grid - at_s
        self.tissue += np.where(dt >= 0, size_deg * np.exp(-np.clip(dt, 0, 9) / 0.12) * np.sin(2 * np.pi * 9.0 * dt), 0.0)


def simulate_drill(wearer: WearerModel = WearerModel(), sensor: SensorModel = SensorModel(rate_hz=100.0), seed: int = 1) -> Simulation:
    """Stand still, take the posture, do the sets; with a chosen seed always the same, to the last count.

    Who is paced follows the beats: they are asked of an engine that has seen the same beginning.

    Raises
    ------
    SettingsError
        If there is no such drill, or the cheat is not one of it.
    """
    drill = chosen_drill(Settings.from_dict(wearer.settings).drill)
    known = {name for band in drill.keep if isinstance(band, Band) for name in (band.below, band.above) if name} | set(NO_BAND)
    if wearer.cheat and wearer.cheat not in known:
        raise SettingsError(f"Nobody cheats by {wearer.cheat!r} in {drill.name}", fix=f"Choose one of {', '.join(sorted(known))}")
    starts = _first_starts(wearer, drill)
    if isinstance(drill.count, Metronome):
        starts = _beats(wearer, drill, sensor, seed)
    rng = np.random.default_rng(seed)
    course = _course(wearer, drill, starts, rng)
    return _worn(wearer, drill, course, sensor, rng)


def _first_starts(wearer: WearerModel, drill: Drill) -> list[float]:
    """When each repetition begins, if nobody paces: the first after stand, posture, stillness; then one after the other."""
    wrong_s = 6.0 if wearer.wrong else 0.0
    lying_s = STAND_S + MOVE_S + wrong_s + drill.ready_s
    told_s = 3.0 + drill.telling_s(wearer.side)  # standing is known after two seconds, and then it is said what to do
    begin = max(lying_s, told_s) + 4.0 + (BOW_S if drill.bow else 0.0)
    starts = []
    for _ in range(wearer.sets):
        for k in range(wearer.reps):
            starts.append(begin)
            begin += wearer.rep_s + 0.6
            if wearer.away_s and not starts[1:] and k == 0:
                begin += wearer.away_s
        begin += wearer.rest_s + drill.ready_s + 4.0
    return starts


def _beats(wearer: WearerModel, drill: Drill, sensor: SensorModel, seed: int) -> list[float]:
    """The beats that an engine gives to someone who lies there: set by set, for the rest depends on the set before."""
    assert isinstance(drill.count, Metronome)
    count = drill.count
    turn_s = count.out_s + count.hold_s + count.back_s + count.rest_s
    idle = _course(wearer, drill, [], np.random.default_rng(seed), end_s=40.0 + wearer.sets * (wearer.reps * turn_s + wearer.rest_s + 10.0))
    made = _worn(replace(wearer, cheat=""), drill, idle, replace(sensor, loss=0.0, gaps_s=()), np.random.default_rng(seed))
    engine = build_engine(sensor.rate_hz, Settings.from_dict(wearer.settings))
    beats, work = [], False
    for event in engine.push(made.samples).events:
        work = event.phase is Phase.WORK if isinstance(event, PhaseChange) else work
        if isinstance(event, Beat) and event.what is PromptKind.UP:
            beats.append(event.at_s + 0.25)  # who hears it moves a quarter of a second later
    if wearer.away_s:  # the telephone: some turns of the pace pass idle
        idle_n = math.ceil(wearer.away_s / turn_s)
        beats = beats[:3] + [at + idle_n * turn_s for at in beats[3:]]
    return beats


def _course(wearer: WearerModel, drill: Drill, starts: list[float], rng: np.random.Generator, end_s: float = 0.0) -> _Course:
    hold = isinstance(drill.count, Hold)
    span = wearer.sets * (wearer.hold_s + wearer.rest_s + drill.ready_s + 6.0) + 20.0 if hold else wearer.rep_s + 4.0
    end = end_s or (starts[-1] if starts else 0.0) + span
    grid = np.arange(0.0, end + 0.1, 1 / GRID_HZ)
    names = ("drop", "tilt", "turn", "roll", "hike", "height")
    course = _Course(grid, {name: np.zeros(len(grid)) for name in names}, np.zeros(len(grid)), np.zeros(len(grid)))
    if drill.bow:
        course.add("tilt", 45.0, STAND_S + 0.3, 1.3, 0.3, 1.3)
    if hold:
        _holds(wearer, drill, starts[:: wearer.reps], course)
    for k, start in enumerate(starts if not hold else []):
        cheat = wearer.cheat if k % wearer.reps in wearer.cheat_reps else ""
        rep_s = wearer.rep_s * (
            1 + (0.0 if isinstance(drill.count, Metronome) else wearer.jitter * float(np.clip(rng.standard_normal(), -2, 2)))
        )
        if isinstance(drill.count, Steps):
            _side_step(wearer, drill, course, k, start, cheat)
        elif isinstance(drill.count, Metronome):
            _paced(wearer, drill, course, start, cheat, rng)
        else:
            _excursion(wearer, drill, course, start, rep_s, cheat, rng)
    _cheats_in(wearer, drill, course)
    return course


def _excursion(
    wearer: WearerModel, drill: Drill, course: _Course, start: float, rep_s: float, cheat: str, rng: np.random.Generator
) -> None:
    count = drill.count
    assert isinstance(count, Excursion)
    usual = wearer.depth_deg if wearer.depth_deg is not None else min(0.5 * (count.low_deg + count.high_deg), count.low_deg + 12)
    depth = usual * (1 + wearer.jitter * float(np.clip(rng.standard_normal(), -2, 2)))
    depth = {"too-far": 1.25 * count.high_deg, "short": 0.72 * count.low_deg}.get(cheat, depth)
    if cheat == "too-fast":
        rep_s = 0.7 * count.fastest_s
    out, hold, back = (share * rep_s for share in TEMPO)
    if cheat == "not-back":  # up only half of the way, and down again
        out, hold, back = 0.25 * rep_s, 0.5 * rep_s, 0.25 * rep_s
        course.add(count.signal, -0.5 * depth, start + 0.3 * rep_s, 0.2 * rep_s, 0.0, 0.2 * rep_s)
    course.add(count.signal, depth, start, out, hold, back)
    for at in (start, start + out, start + out + hold):
        course.ring(at, wearer.wobble_deg)
    if cheat == "hiked" and count.signal == "drop":  # lifted over the level
        _slip(drill, course, cheat, start + 0.9 * rep_s, 0.8)
    elif cheat not in ("", "short", "too-fast", "too-far", "not-back"):
        _slip(drill, course, cheat, start + 0.3 * rep_s, 0.6 * rep_s)
    if cheat != "short":
        course.reps.append((start, start + rep_s, depth))


def _paced(wearer: WearerModel, drill: Drill, course: _Course, start: float, cheat: str, rng: np.random.Generator) -> None:
    """The knee opens and closes; the pelvis follows by a degree, forward."""
    count = drill.count
    assert isinstance(count, Metronome)
    ripple = 1.3 * (1 + 0.3 * float(np.clip(rng.standard_normal(), -2, 2)))
    course.add("roll", ripple, start, count.out_s, count.hold_s, count.back_s)
    course.ring(start, wearer.wobble_deg)
    course.ring(start + count.out_s, wearer.wobble_deg)
    if cheat:
        _slip(drill, course, cheat, start + 0.5 * count.out_s, count.out_s + count.hold_s)
    course.reps.append((start, start + count.out_s + count.hold_s + count.back_s, ripple))


def _side_step(wearer: WearerModel, drill: Drill, course: _Course, k: int, start: float, cheat: str) -> None:
    """Open and close: two pushes of the pelvis to the side; on a zigzag one, to the other side each time."""
    count = drill.count
    assert isinstance(count, Steps)
    sign = -1.0 if wearer.side is Side.LEFT else 1.0
    move_s = min(0.42 * wearer.rep_s, 0.9)
    if count.alternate:
        _push(course, (sign if k % 2 == 0 else -sign) * 0.16, start, 1.4 * move_s)
    else:
        _push(course, sign * 0.18, start, move_s)
        # Snapped: the same way in a third of the time.
        _push(course, sign * 0.16, start + 0.5 * wearer.rep_s, 0.42 * move_s if cheat == "snapped" else move_s)
    course.add("drop", 3.0, start, 0.4 * wearer.rep_s, 0.0, 0.4 * wearer.rep_s)
    course.ring(start + move_s, wearer.wobble_deg)
    if cheat not in ("", "snapped"):
        _slip(drill, course, cheat, start + 0.1, 0.7 * wearer.rep_s)
    course.reps.append((start, start + wearer.rep_s, 3.0))


def _push(course: _Course, way_m: float, start: float, move_s: float) -> None:
    """The acceleration of a minimum-jerk way to the side."""
    x = np.clip((course.grid - start) / move_s, 0.0, 1.0)
    course.lateral_mps2 += way_m / move_s**2 * (60 * x - 180 * x**2 + 120 * x**3)


def _holds(wearer: WearerModel, drill: Drill, starts: list[float], course: _Course) -> None:
    """Each set one hold; a cheat twice in it."""
    for start in starts:
        if wearer.cheat == "touched-down":
            for part in (0.3, 0.6):
                at = start + part * wearer.hold_s
                course.lateral_mps2 += 4.0 * np.exp(-(((course.grid - at) / 0.04) ** 2))
                course.cheats.append((at, wearer.cheat))
        elif wearer.cheat:
            for part in (0.3, 0.6):
                _slip(drill, course, wearer.cheat, start + part * wearer.hold_s, 2.0)
        course.reps.append((start, start + wearer.hold_s, 0.0))


def _slip(drill: Drill, course: _Course, cheat: str, start: float, span_s: float) -> None:
    """The pelvis leaves its band for a while."""
    band = next(band for band in drill.keep if isinstance(band, Band) and cheat in (band.below, band.above))
    size = band.high_deg + BEYOND_DEG if band.above == cheat else band.low_deg - BEYOND_DEG
    course.add("drop" if band.signal == "lean" else band.signal, size, start, 0.35 * span_s, 0.3 * span_s, 0.35 * span_s)


def _cheats_in(wearer: WearerModel, drill: Drill, course: _Course) -> None:
    """When the true pelvis goes over a limit."""
    for band in drill.keep:
        if not isinstance(band, Band):
            continue
        values = course.signals.get(band.signal)
        if values is None:  # away from the start, any way
            values = np.abs(course.signals["drop"])
        for over, what in ((values > band.high_deg, band.above), (values < band.low_deg, band.below)):
            begins = np.flatnonzero(over[1:] & ~over[:-1]) + 1
            course.cheats += [(float(course.grid[at]), what) for at in begins]
    if wearer.cheat == "snapped":
        course.cheats += [
            (from_s + 0.5 * (to_s - from_s), "snapped") for k, (from_s, to_s, _) in enumerate(course.reps) if k in wearer.cheat_reps
        ]
    course.cheats.sort()


BASES: dict[Posture, Array] = {  # columns: where the pelvis' X, Y and Z point; world axes forward, up, right
    Posture.UPRIGHT: np.eye(3),
    Posture.LEFT_SIDE: np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    Posture.RIGHT_SIDE: np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]]),
    Posture.SUPINE: np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]),
}


def _worn(wearer: WearerModel, drill: Drill, course: _Course, sensor: SensorModel, rng: np.random.Generator) -> Simulation:
    """The course in the wearer's posture, on the clip."""
    grid = course.grid
    posture = drill.posture(wearer.side) or Posture.UPRIGHT
    quiet = 1.3 if posture is Posture.UPRIGHT else 0.3  # on one leg people sway more than on two, lying they do not
    swaying = sway(rng, grid) * quiet
    tremor = quiet * wearer.tremor_deg * rng.standard_normal((len(grid), 3))
    tremor = np.stack([np.convolve(column, np.ones(8) / math.sqrt(8), "same") for column in tremor.T], axis=1)
    own = swaying + tremor
    side = wearer.side.sign
    drop, tilt, turn, roll, hike, height = (course.signals[name] for name in ("drop", "tilt", "turn", "roll", "hike", "height"))
    tissue = course.tissue
    if posture is Posture.UPRIGHT:
        euler = np.stack([-side * turn + own[:, 2], -side * (drop + tissue) - own[:, 0], -(tilt + 0.6 * tissue) - own[:, 1]], axis=1)
        local = Rotation.from_euler("YXZ", euler, degrees=True)
    elif posture is Posture.SUPINE:
        euler = np.stack([side * (drop + 0.5 * tissue) + own[:, 0], height + tissue + own[:, 1]], axis=1)
        local = Rotation.from_euler("YZ", euler, degrees=True)
    else:
        sign = 1.0 if posture is Posture.LEFT_SIDE else -1.0
        euler = np.stack([-sign * (hike + 0.5 * tissue) + own[:, 0], sign * (roll + tissue) + own[:, 1]], axis=1)
        local = Rotation.from_euler("XY", euler, degrees=True)
    base = _base(wearer, posture, grid)
    spline = RotationSpline(grid, base * local)
    t_s = instants(grid[-1] - 0.05, sensor.rate_hz)
    world_from_pelvis, rate = spline(t_s), spline(t_s, 1)
    force = np.zeros((len(t_s), 3))
    force[:, 1] = STANDARD_GRAVITY_MPS2
    force[:, 2] += np.interp(t_s, grid, course.lateral_mps2)
    samples = worn(t_s, world_from_pelvis.inv().apply(force), rate, sensor, rng)
    obliquity, tilting, rotation = (np.interp(t_s, grid, values) for values in (side * drop, tilt, -side * turn))
    leading = course.signals.get(drill.count.signal, np.zeros(len(grid)))
    if isinstance(drill.count, Excursion):  # sway is the pelvis' own: it belongs to the range
        leading = leading + (side * swaying[:, 0] if drill.count.signal == "drop" else swaying[:, 1])
    lead = np.interp(t_s, grid, leading)
    return Simulation(samples, sensor, t_s, obliquity, tilting, rotation, reps=course.reps, cheats=course.cheats, lead_deg=lead)


def _base(wearer: WearerModel, posture: Posture, grid: Array) -> Rotation:
    """Standing, then the posture; on the way perhaps a wrong one."""
    keys, turns = [0.0, STAND_S], [np.eye(3), np.eye(3)]
    at = STAND_S
    if wearer.wrong:
        other = {Posture.LEFT_SIDE: Posture.RIGHT_SIDE, Posture.RIGHT_SIDE: Posture.LEFT_SIDE}.get(posture, Posture.SUPINE)
        wrong = BASES[other if wearer.wrong == "side" else Posture.SUPINE if posture is not Posture.SUPINE else Posture.LEFT_SIDE]
        keys += [at + 2.0, at + 5.0]
        turns += [wrong, wrong]
        at += 6.0
        if posture is Posture.UPRIGHT:
            at -= 1.0
    keys += [at + MOVE_S, grid[-1] + 10.0]
    turns += [BASES[posture], BASES[posture]]
    slerp = Slerp(keys, Rotation.from_matrix(np.stack(turns)))
    # Smoothly: along each way by the minimum-jerk profile.
    edges = np.array(keys)
    index = np.clip(np.searchsorted(edges, grid, "right") - 1, 0, len(edges) - 2)
    share = smooth_step((grid - edges[index]) / (edges[index + 1] - edges[index]))
    return slerp(edges[index] + share * (edges[index + 1] - edges[index]))
