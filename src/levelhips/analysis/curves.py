"""Average angles over the stride, from a contact to the next contact of the same foot."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from levelhips.analysis import Analysis
from levelhips.events import Mode, Quality, Side
from levelhips.samples import Array

PERCENT = np.linspace(0.0, 100.0, 101)
ANGLES = ("obliquity_rad", "tilt_rad", "rotation_rad")
MAX_STRIDE_S = 1.2  # a stride at 100 steps/min; in a longer one, a contact was missed


@dataclass(frozen=True, slots=True)
class StrideCurves:
    """Mean stride of one side: (3, 101) means and SDs of obliquity, tilt and rotation [deg], and the number of strides."""

    mean_deg: Array
    sd_deg: Array
    n: int


def stride_curves(analysis: Analysis, from_s: float = -math.inf, to_s: float = math.inf) -> dict[Side, StrideCurves]:
    """Average the running strides of each side that begin between two times [s] and whose steps are of quality ok.

    A stride of a side begins with the contact of that foot. A side without such strides has NaN and n = 0.
    """
    angles = analysis.angles
    out = {}
    for side in Side:
        steps = [step for step in analysis.steps if step.side is side and step.mode is Mode.RUNNING]
        rows = []
        for step, after in itertools.pairwise(steps):
            good = step.quality is Quality.OK and after.quality is Quality.OK
            if not (good and from_s <= step.at_s <= to_s and 0 < after.at_s - step.at_s < MAX_STRIDE_S):
                continue
            at_s = step.at_s + (after.at_s - step.at_s) * PERCENT / 100
            first, last = np.searchsorted(angles.t_s, (at_s[0], at_s[-1]))
            near = slice(max(int(first) - 1, 0), int(last) + 1)
            rows.append([np.interp(at_s, angles.t_s[near], getattr(angles, name)[near]) for name in ANGLES])
        if rows:
            stack = np.degrees(np.array(rows))
            out[side] = StrideCurves(stack.mean(axis=0), stack.std(axis=0), len(rows))
        else:
            nothing = np.full((3, 101), np.nan)
            out[side] = StrideCurves(nothing, nothing, 0)
    return out
