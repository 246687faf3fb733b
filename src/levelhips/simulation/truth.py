"""Compute the true value of every metric of a simulation, from the motion and force that were simulated.

Nothing here uses the code that measures, because the tests compare the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from levelhips.events import Side
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array
from levelhips.simulation.runner import Simulation
from levelhips.simulation.wearer import WearerModel
from levelhips.simulation.wearer_moves import TEMPO

Value = float | str
IMPACT_S = 0.06  # the impact peak is the largest force in this time after contact (its definition)


@dataclass(frozen=True, slots=True)
class TrueStep:
    """One true stance and the motion in it, at the sampling times.

    Attributes
    ----------
    contact_s, toe_off_s : float
    before_s, toe_off_before_s : float
        Contact and toe-off of the step before; NaN for the first.
    side : Side
    t_s, obliquity_deg, tilt_deg, rotation_deg, vertical_g : (n,) array
        Times, angles and vertical specific force in the stance.
    """

    contact_s: float
    toe_off_s: float
    before_s: float
    toe_off_before_s: float
    side: Side
    t_s: Array
    obliquity_deg: Array
    tilt_deg: Array
    rotation_deg: Array
    vertical_g: Array

    @property
    def drop_deg(self) -> Array:
        """How far the swing side is lower than in standing: the right side in left stance, the left side in right stance."""
        return self.obliquity_deg if self.side is Side.RIGHT else -self.obliquity_deg


@dataclass(frozen=True, slots=True)
class TrueStride:
    """One true stride from right contact to right contact, at the sampling times; its two steps."""

    from_s: float
    to_s: float
    right: TrueStep
    left: TrueStep
    obliquity_deg: Array
    tilt_deg: Array
    rotation_deg: Array
    height_m: Array


@dataclass(frozen=True, slots=True)
class TrueRep:
    """One true repetition of a drill.

    `t_s` and `lead_deg` are its times and its leading angle, from a tenth of the way out to its end on the way back.
    """

    from_s: float
    to_s: float
    set_n: int
    number: int
    side: Side
    faults: str
    t_s: Array
    lead_deg: Array


def _range(values: Array) -> float:
    return float(values.max() - values.min())


TRUE_STEP: dict[str, Callable[[TrueStep], Value]] = {
    "contact_s": lambda step: step.contact_s,
    "toe_off_s": lambda step: step.toe_off_s,
    "stance_side": lambda step: step.side.value,
    "contralateral_drop": lambda step: float(step.drop_deg.max()),
    "quality": lambda step: "ok",
    "mode": lambda step: "running",
    "side_confidence": lambda step: 1.0,
    "drop_uncertainty": lambda step: 0.0,  # an uncertainty has no true value; a test of its own compares it with the errors
    "drop_at_contact": lambda step: float(step.drop_deg[0]),
    "drop_excursion": lambda step: float(step.drop_deg.max() - step.drop_deg[0]),
    "drop_peak_time": lambda step: 100 * (step.t_s[step.drop_deg.argmax()] - step.contact_s) / (step.toe_off_s - step.contact_s),
    "stance_obliquity_mean": lambda step: float(step.obliquity_deg.mean()),
    "stance_tilt_mean": lambda step: float(step.tilt_deg.mean()),
    "stance_tilt_range": lambda step: _range(step.tilt_deg),
    "stance_rotation_range": lambda step: _range(step.rotation_deg),
    "contact_time": lambda step: step.toe_off_s - step.contact_s,
    "flight_before": lambda step: step.contact_s - step.toe_off_before_s,
    "step_time": lambda step: step.contact_s - step.before_s,
    "impact_peak": lambda step: float(step.vertical_g[step.t_s <= step.contact_s + IMPACT_S].max()),
    "vertical_peak": lambda step: float(step.vertical_g.max()),
    "step_known_s": lambda step: step.toe_off_s,  # the earliest time at which the whole step can be known
}

TRUE_STRIDE: dict[str, Callable[[TrueStride], Value]] = {
    "stride_contact_s": lambda stride: stride.from_s,
    "stride_side": lambda stride: "right",
    "stride_time": lambda stride: stride.to_s - stride.from_s,
    "cadence": lambda stride: 120.0 / (stride.to_s - stride.from_s),
    "stride_quality": lambda stride: "ok",
    "stride_mode": lambda stride: "running",
    "obliquity_mean": lambda stride: float(stride.obliquity_deg.mean()),
    "obliquity_range": lambda stride: _range(stride.obliquity_deg),
    "tilt_mean": lambda stride: float(stride.tilt_deg.mean()),
    "tilt_range": lambda stride: _range(stride.tilt_deg),
    "rotation_range": lambda stride: _range(stride.rotation_deg),
    "vertical_oscillation": lambda stride: _range(stride.height_m),
    "turn": lambda stride: float(stride.rotation_deg[-1] - stride.rotation_deg[0]) / (stride.to_s - stride.from_s),
    "asymmetry": lambda stride: float(stride.right.drop_deg.max() - stride.left.drop_deg.max()),
    "stride_known_s": lambda stride: stride.to_s,
}


TRUE_REP: dict[str, Callable[[TrueRep], Value]] = {
    "rep_from_s": lambda rep: rep.from_s,
    "rep_to_s": lambda rep: float(rep.t_s[-1]),
    "rep_set": lambda rep: float(rep.set_n),
    "rep_number": lambda rep: float(rep.number),
    "rep_side": lambda rep: rep.side.value,
    "rep_counts": lambda rep: "yes",
    "rep_faults": lambda rep: rep.faults,
    "rep_quality": lambda rep: "ok",
    "rep_confidence": lambda rep: 1.0,
    "rep_range": lambda rep: float(rep.lead_deg.max()),
    "rep_mean": lambda rep: float(rep.lead_deg.mean()),
    "rep_sd": lambda rep: float(rep.lead_deg.std()),
    "rep_out": lambda rep: TEMPO[0] * (rep.to_s - rep.from_s),
    "rep_hold": lambda rep: TEMPO[1] * (rep.to_s - rep.from_s),
    "rep_back": lambda rep: TEMPO[2] * (rep.to_s - rep.from_s),
    "rep_tempo": lambda rep: rep.to_s - rep.from_s,
}


def true_steps(made: Simulation) -> list[TrueStep]:
    """Return every true running step of a simulation."""
    steps = []
    before_s = toe_off_before_s = math.nan
    vertical_g = made.vertical_mps2 / STANDARD_GRAVITY_MPS2
    for contact_s, toe_off_s, side, _ in made.steps:
        at = slice(*np.searchsorted(made.t_s, (contact_s, toe_off_s)).tolist())
        angles = (made.obliquity_deg[at], made.tilt_deg[at], made.rotation_deg[at])
        steps.append(TrueStep(contact_s, toe_off_s, before_s, toe_off_before_s, side, made.t_s[at], *angles, vertical_g[at]))
        before_s, toe_off_before_s = contact_s, toe_off_s
    return steps


def true_strides(made: Simulation) -> list[TrueStride]:
    """Return every true stride of a simulation, from right contact to right contact."""
    steps = true_steps(made)
    strides = []
    for right, left, after in zip(steps, steps[1:], steps[2:], strict=False):
        if right.side is Side.RIGHT:
            at = slice(*np.searchsorted(made.t_s, (right.contact_s, after.contact_s)).tolist())
            angles = (made.obliquity_deg[at], made.tilt_deg[at], made.rotation_deg[at])
            height = _height(made.t_s[at], made.vertical_mps2[at])
            strides.append(TrueStride(right.contact_s, after.contact_s, right, left, *angles, height))
    return strides


def _height(t_s: Array, force_mps2: Array) -> Array:
    """Return the height over one stride by trapezoids [m]; it begins and ends at the same height, with the same speed."""
    speed = _integral(t_s, force_mps2 - STANDARD_GRAVITY_MPS2)
    speed -= np.linspace(0.0, speed[-1], len(speed))
    height = _integral(t_s, speed)
    return np.asarray(height - height[-1] * (t_s - t_s[0]) / (t_s[-1] - t_s[0]))


def _integral(t_s: Array, values: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]) * np.diff(t_s))])


def true_reps(made: Simulation, wearer: WearerModel, back_deg: float) -> list[TrueRep]:
    """Return every true repetition of a drill.

    Parameters
    ----------
    made : Simulation
    wearer : WearerModel
        Who did it.
    back_deg : float
        The drill's leading angle below which a repetition is over.
    """
    reps = []
    for k, (from_s, to_s, _) in enumerate(made.reps):
        whole = slice(*np.searchsorted(made.t_s, (from_s, to_s)).tolist())
        lead = made.lead_deg[whole]
        peak = int(lead.argmax())
        first = int(np.flatnonzero(lead[:peak] <= 0.1 * lead[peak])[-1])
        last = peak + int(np.flatnonzero(lead[peak:] < back_deg)[0])
        inside = slice(whole.start + first, whole.start + last + 1)
        faults = " ".join(fault for at_s, fault in made.form_faults if from_s <= at_s <= to_s)
        number = k % wearer.reps + 1
        reps.append(TrueRep(from_s, to_s, k // wearer.reps + 1, number, wearer.side, faults, made.t_s[inside], made.lead_deg[inside]))
    return reps
