"""Simulate a wearer who does a drill, correctly or with a form fault, in any posture, with the true values.

Movements out and back follow the minimum-jerk profile. The tissue under the clip rings at each start and stop of a movement
(9 Hz, some tenths of a degree) and trembles a little; the true values contain neither. Orientation is a spline through
rotations, because angles about fixed axes fail when the wearer lies on one side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation, RotationSpline, Slerp

from levelhips.coaching.drills.drill import Drill
from levelhips.engine import Engine
from levelhips.errors import SettingsError
from levelhips.events import Posture, Prompt, PromptKind
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array
from levelhips.settings import Settings
from levelhips.settings.installed import drill_named
from levelhips.simulation.curves import smooth_step
from levelhips.simulation.runner import SensorModel, Simulation, measure, sample_times, sway
from levelhips.simulation.wearer_moves import POSES, Course, Turned, base_of, movement_of, note_form_faults
from levelhips.simulation.wearer_traits import WearerTraits

GRID_HZ = 200.0
STAND_S, MOVE_S, BOW_S = 4.0, 3.0, 3.5  # durations: standing still, taking the position, bowing

REACTION_S = 0.25  # from a tone to the movement that it asks for
NOT_TURNED = ("lean", "jolt")  # signals that are derived from the others
NO_BAND = ("too-fast", "short", "not-back", "snapped", "touched-down")  # form faults other than an angle out of its band


@dataclass(frozen=True, slots=True)
class WearerModel(WearerTraits):
    """Traits of a simulated wearer, with the settings for a recording of the drill."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the recording, for an installed drill."""
        return self.settings_for(drill_named(self.drill))

    def settings_for(self, drill: Drill) -> dict[str, Any]:
        """Return the settings of the recording, for this drill."""
        values: dict[str, Any] = {
            "name": self.drill,
            "side": self.side.value,
            "reps": self.asked or self.reps,
            "sets": self.sets,
            "rest_s": self.rest_s,
        }
        return {"drill": values | movement_of(drill).settings(self)}


def simulate_drill(
    wearer: WearerModel = WearerModel(),
    sensor: SensorModel = SensorModel(rate_hz=100.0),
    seed: int = 1,
    drill: Drill | None = None,
) -> Simulation:
    """Simulate a wearer who stands still, takes the position and does the sets. The same seed gives the same samples.

    In a paced drill the wearer follows prompts, which an engine gives for the same beginning of the session. Pass `drill` for a
    drill that is not installed.

    Raises
    ------
    SettingsError
        If there is no such drill, or it has no such fault.
    """
    declared = drill or drill_named(wearer.drill)
    settings = Settings.from_dict(wearer.settings_for(declared))
    wanted = declared.adapted(settings.drill)
    known = {*(fault for limit in wanted.keep for fault in limit.faults), *NO_BAND}
    if wearer.form_fault and wearer.form_fault not in known:
        raise SettingsError("no-such-form-fault", name=wearer.form_fault, drill=wanted.name, known=", ".join(sorted(known)))
    starts = _first_starts(wearer, wanted)
    if movement_of(wanted).paced:
        starts = _prompted(wearer, wanted, Engine(sensor.rate_hz, settings, declared), sensor, seed)
    rng = np.random.default_rng(seed)
    course = _course(wearer, wanted, starts, rng)
    return _simulated(wearer, wanted, course, sensor, rng)


def _first_starts(wearer: WearerModel, drill: Drill) -> list[float]:
    """Return when each repetition begins in a drill without a pace: after standing and taking the position, one after the other."""
    wrong_s = 6.0 if wearer.wrong else 0.0
    lying_s = STAND_S + MOVE_S + wrong_s + drill.ready_s
    instructed_s = 3.0 + drill.instruction_s(wearer.side)  # standing is recognized after two seconds, and then the instruction is spoken
    begin = max(lying_s, instructed_s) + 4.0 + (BOW_S if drill.bow else 0.0)
    starts = []
    for _ in range(wearer.sets):
        for k in range(wearer.reps):
            starts.append(begin)
            begin += wearer.rep_s + 0.6
            if wearer.away_s and not starts[1:] and k == 0:
                begin += wearer.away_s
        begin += wearer.rest_s + drill.ready_s + 4.0
    return starts


def _prompted(wearer: WearerModel, drill: Drill, engine: Engine, sensor: SensorModel, seed: int) -> list[float]:
    """Return when each repetition begins in a paced drill, by the prompts of an engine: rests depend on the set before."""
    cycle_s = movement_of(drill).cycle_s(wearer, drill)
    idle = _course(
        wearer, drill, [], np.random.default_rng(seed), end_s=40.0 + wearer.sets * (wearer.reps * cycle_s + wearer.rest_s + 10.0)
    )
    made = _simulated(replace(wearer, form_fault=""), drill, idle, replace(sensor, loss=0.0, gaps_s=()), np.random.default_rng(seed))
    prompts = engine.push(made.samples).of(Prompt)
    beats = [prompt.at_s + REACTION_S for prompt in prompts if prompt.kind is PromptKind.UP]
    if wearer.away_s:  # the wearer skips the prompts of these cycles
        idle_n = math.ceil(wearer.away_s / cycle_s)
        beats = beats[:3] + [at + idle_n * cycle_s for at in beats[3:]]
    return beats


def _course(wearer: WearerModel, drill: Drill, starts: list[float], rng: np.random.Generator, end_s: float = 0.0) -> Course:
    """Return the angles of all movements; `end_s` is their length if it does not follow from the starts [s]."""
    movement = movement_of(drill)
    end = end_s or (starts[-1] if starts else 0.0) + movement.span_s(wearer, drill)
    grid = np.arange(0.0, end + 0.1, 1 / GRID_HZ)
    names = ("drop", "tilt", "turn", "roll", "hike", "height", *drill.stance.signals)
    nothing = np.zeros(len(grid))
    course = Course(grid, {name: nothing for name in names if name not in NOT_TURNED}, nothing.copy(), nothing.copy())
    if drill.bow:
        course.add("tilt", 45.0, STAND_S + 0.3, 1.3, 0.3, 1.3)
    movement.add_all(wearer, drill, course, starts, rng)
    note_form_faults(wearer, drill, course)
    return course


def _simulated(wearer: WearerModel, drill: Drill, course: Course, sensor: SensorModel, rng: np.random.Generator) -> Simulation:
    """Return what the sensor measures while the wearer follows the course, and the true values."""
    grid = course.grid
    posture = drill.posture(wearer.side) or Posture.UPRIGHT
    quiet = 1.3 if posture is Posture.UPRIGHT else 0.3  # people sway more on one leg than on two, and hardly when lying
    swaying = sway(rng, grid) * quiet
    tremor = quiet * wearer.tremor_deg * rng.standard_normal((len(grid), 3))
    tremor = np.stack([np.convolve(column, np.ones(8) / math.sqrt(8), "same") for column in tremor.T], axis=1)
    own = swaying + tremor
    side, signals = wearer.side.sign, course.signals
    local = POSES[type(drill.stance)](Turned(course.signals, course.tissue, own, side, posture))
    base = _base(wearer, posture, grid)
    spline = RotationSpline(grid, base * local)
    t_s = sample_times(grid[-1] - 0.05, sensor.rate_hz)
    world_from_pelvis, rate = spline(t_s), spline(t_s, 1)
    force = np.zeros((len(t_s), 3))
    force[:, 1] = STANDARD_GRAVITY_MPS2
    force[:, 2] += np.interp(t_s, grid, course.lateral_mps2)
    samples = measure(t_s, world_from_pelvis.inv().apply(force), rate, sensor, rng)
    obliquity, tilting, rotation = (
        np.interp(t_s, grid, values) for values in (side * signals["drop"], signals["tilt"], -side * signals["turn"])
    )
    leading = course.signals.get(drill.count.signal, np.zeros(len(grid)))
    leading = leading + movement_of(drill).lead_deg(drill, swaying, side)
    lead = np.interp(t_s, grid, leading)
    return Simulation(samples, sensor, t_s, obliquity, tilting, rotation, reps=course.reps, form_faults=course.form_faults, lead_deg=lead)


def _base(wearer: WearerModel, posture: Posture, grid: Array) -> Rotation:
    """Return the orientation of the trunk: standing, a wrong posture if there is one, then the posture of the drill."""
    keys, turns = [0.0, STAND_S], [np.eye(3), np.eye(3)]
    at = STAND_S
    if wearer.wrong:
        other = {Posture.LEFT_SIDE: Posture.RIGHT_SIDE, Posture.RIGHT_SIDE: Posture.LEFT_SIDE}.get(posture, Posture.SUPINE)
        wrong = base_of(other if wearer.wrong == "side" else Posture.SUPINE if posture is not Posture.SUPINE else Posture.LEFT_SIDE)
        keys += [at + 2.0, at + 5.0]
        turns += [wrong, wrong]
        at += 6.0
        if posture is Posture.UPRIGHT:
            at -= 1.0
    keys += [at + MOVE_S, grid[-1] + 10.0]
    turns += [base_of(posture), base_of(posture)]
    slerp = Slerp(keys, Rotation.from_matrix(np.stack(turns)))
    # Each change of posture follows the minimum-jerk profile.
    edges = np.array(keys)
    index = np.clip(np.searchsorted(edges, grid, "right") - 1, 0, len(edges) - 2)
    share = smooth_step((grid - edges[index]) / (edges[index + 1] - edges[index]))
    return slerp(edges[index] + share * (edges[index + 1] - edges[index]))
