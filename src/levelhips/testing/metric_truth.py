"""What the metric checks compare with: a simulated run and drill, their truth, and how far each built-in metric may be off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from levelhips.coaching.drills.counters import Excursion
from levelhips.engine import Engine
from levelhips.events import Quality, Rep, Side, Step, Stride, Update
from levelhips.metrics import Measured, Metric, Truth
from levelhips.samples import Samples
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine, chosen_drill
from levelhips.simulation.course import Course
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.truth import TRUE_REP, TRUE_STEP, TRUE_STRIDE, true_reps, true_steps, true_strides
from levelhips.simulation.wearer import WearerModel, simulate_drill

# An asymmetric runner on a bend too wide to matter: no two columns have the same values, and none is symmetric about zero.
RUNNER = RunnerModel(drop_left_deg=4.6, drop_right_deg=2.2, lean_deg=6.0, limp=0.06, course=Course(turn_dps=1.2), move_s=60.0)
WEARER = WearerModel("pelvic-drop", Side.LEFT, reps=4, sets=2, rep_s=5.0, depth_deg=11.0, form_fault="turned", fault_reps=(1,))
SAME_EVENT_S = 0.3  # largest time between a true event and the one found; less than the 0.36 s between two steps


@dataclass(frozen=True)
class Within:
    """How far a figure may be off: the mean of its errors, and the standard deviation of its errors, in its unit."""

    bias: float
    sd: float


# A third above what was measured. Contacts and toe-offs are known to some milliseconds, angles to some tenths of a degree
# (docs/accuracy.md); errors of the standing zero and of the heading are the same in a whole run, and so a bias.
TOLERANCE = {
    "contact_s": Within(0.003, 0.003),
    "toe_off_s": Within(0.010, 0.003),
    "contralateral_drop": Within(0.2, 0.2),
    "side_confidence": Within(0.01, 0.01),
    "drop_at_contact": Within(0.2, 0.2),
    "drop_excursion": Within(0.02, 0.03),
    "drop_peak_time": Within(1.2, 1.0),
    "stance_obliquity_mean": Within(0.2, 0.2),
    "stance_tilt_mean": Within(0.1, 0.1),
    "stance_tilt_range": Within(0.2, 0.08),
    "stance_rotation_range": Within(0.12, 0.08),
    "contact_time": Within(0.009, 0.004),
    "flight_before": Within(0.009, 0.003),
    "step_time": Within(0.001, 0.004),
    "impact_peak": Within(0.12, 0.1),
    "vertical_peak": Within(0.01, 0.01),
    "step_known_s": Within(0.010, 0.005),
    "stride_contact_s": Within(0.003, 0.003),
    "stride_time": Within(0.001, 0.002),
    "cadence": Within(0.2, 0.4),
    "obliquity_mean": Within(0.2, 0.1),
    "obliquity_range": Within(0.1, 0.1),
    "tilt_mean": Within(0.1, 0.1),
    "tilt_range": Within(0.05, 0.06),
    "rotation_range": Within(0.1, 0.06),
    "vertical_oscillation": Within(0.003, 0.003),
    "turn": Within(0.1, 0.15),
    "asymmetry": Within(0.4, 0.2),
    "stride_known_s": Within(0.060, 0.010),
    "rep_from_s": Within(0.12, 0.08),
    "rep_to_s": Within(0.12, 0.06),
    "rep_set": Within(0.0, 0.0),
    "rep_number": Within(0.0, 0.0),
    "rep_confidence": Within(0.0, 0.0),
    "rep_range": Within(0.35, 0.2),
    "rep_mean": Within(0.35, 0.2),
    "rep_sd": Within(0.15, 0.1),
    "rep_out": Within(0.12, 0.12),
    "rep_hold": Within(0.12, 0.1),
    "rep_back": Within(0.12, 0.1),
    "rep_tempo": Within(0.15, 0.12),
}

WHY_NOT = {"drop_uncertainty": "it is an uncertainty; tests/test_metrics.py compares it with the true errors of the drop"}

TRUTHS: dict[type, dict[str, Callable[[Any], float | str]]] = {Step: TRUE_STEP, Stride: TRUE_STRIDE, Rep: TRUE_REP}


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Events that were found, and the true events of the same simulation."""

    samples: Samples
    update: Update
    true: dict[type, Sequence[Any]]

    def events(self, metric: Metric) -> list[Measured]:
        """Return the events of a metric in order."""
        return [event for event in self.update.events if isinstance(event, metric.of)]


@cache
def run() -> Compared:
    """Return the simulated run of a minute, with what the engine finds in it."""
    made = simulate_gait(RUNNER, SensorModel(), seed=31)
    return Compared(made.samples, _found(Engine(200.0), made.samples), {Step: true_steps(made), Stride: true_strides(made)})


@cache
def drill() -> Compared:
    """Return the simulated drill of two sets, with what the engine finds in it."""
    made = simulate_drill(WEARER, SensorModel(rate_hz=100.0), seed=4)
    settings = Settings.from_dict(WEARER.settings)
    count = chosen_drill(settings.drill).count
    assert isinstance(count, Excursion)  # WEARER names such a drill
    return Compared(made.samples, _found(build_engine(100.0, settings), made.samples), {Rep: true_reps(made, WEARER, count.back_deg)})


def compared(metric: Metric) -> Compared:
    """Return the simulation that has the events of a metric."""
    return drill() if metric.of is Rep else run()


@cache
def straight() -> Compared:
    """Return the run without its bend: in the mirror, a bend would lengthen the strides of the other foot."""
    made = simulate_gait(replace(RUNNER, course=Course()), SensorModel(), seed=31)
    return Compared(made.samples, _found(Engine(200.0), made.samples), {})


def both_sides(metric: Metric) -> tuple[list[Measured], list[Measured]]:
    """Return the events of a simulation and of its mirror image."""
    if metric.of is Rep:
        return drill().events(metric), _mirrored_drill().events(metric)
    return straight().events(metric), _mirrored_run().events(metric)


@cache
def _mirrored_run() -> Compared:
    samples = mirror(straight().samples)
    return Compared(samples, _found(Engine(200.0), samples), {})


@cache
def _mirrored_drill() -> Compared:
    samples = mirror(drill().samples)
    engine = build_engine(100.0, Settings.from_dict(replace(WEARER, side=WEARER.side.other).settings))
    return Compared(samples, _found(engine, samples), {})


def mirror(samples: Samples) -> Samples:
    """Return what the sensor would measure on the mirror image of its wearer, if its x points to the wearer's right."""
    return Samples(samples.t_s, samples.acc_mps2 * np.array([-1.0, 1.0, 1.0]), samples.gyr_radps * np.array([1.0, -1.0, -1.0]))


def _found(engine: Engine, samples: Samples) -> Update:
    return Update.join([engine.push(samples), engine.finish()])


def truth_of(metric: Metric) -> Truth | str | None:
    """Return the true value of a metric with its tolerance, or the reason why there is none; None: neither is declared."""
    if metric.truth is not None or metric.key not in TRUTHS[metric.of]:
        return metric.truth
    if metric.key in WHY_NOT:
        return WHY_NOT[metric.key]
    within = TOLERANCE.get(metric.key, Within(0.0, 0.0))  # words are equal or not
    return Truth(TRUTHS[metric.of][metric.key], within.bias, within.sd)


def pairs(metric: Metric) -> list[tuple[Measured, Any]]:
    """Return each valid event with the true event at its time."""
    found = compared(metric)
    true = found.true[metric.of]
    true_s = np.array([event.contact_s if metric.of is Step else event.from_s for event in true])
    out = []
    for event in found.events(metric):
        at = int(np.abs(true_s - event.at_s).argmin())
        if event.quality is Quality.OK and abs(true_s[at] - event.at_s) < SAME_EVENT_S:
            out.append((event, true[at]))
    return out
