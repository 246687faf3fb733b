"""What a start posture makes of a stretch of poses: the drill's angles, and the pelvis against where it began."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from levelhips.coaching.drills.start_position import Vector, anatomical, angles_of, lean_deg
from levelhips.events import Angles, Pose, Posture, Side
from levelhips.samples import Array


class Moment(NamedTuple):
    """One sample of a pose: time, vertical (pelvis axes), heading, turning, push without gravity, push to the right."""

    t_s: float
    up: Vector
    turn_deg: float
    rate_dps: float
    jolt_mps2: float
    lateral_mps2: float


def moments(pose: Pose) -> list[Moment]:
    """The samples of a pose, one by one."""
    up = zip(*(axis.tolist() for axis in pose.up), strict=True)
    turn, rate = np.degrees(pose.turn_rad).tolist(), np.degrees(pose.rate_radps).tolist()
    columns = (pose.t_s.tolist(), up, turn, rate, pose.jolt_mps2.tolist(), pose.lateral_mps2.tolist())
    return [Moment(*values) for values in zip(*columns, strict=True)]


@dataclass(slots=True)
class Start:
    """A start posture: the vertical in it, and the rotation (3, 3) that makes it the zero."""

    posture: Posture
    up: Vector
    zero: Array


class Sight:
    """A pose as it is seen from a start posture; without one, nothing is.

    Attributes
    ----------
    signals : dict of list
        The quick angles by their names [deg]; empty without a start posture.
    lead : list
        The slow leading angle [deg].
    turned : array
        Room for the turn from the start [deg].
    until : int
        Up to which sample it holds.
    """

    def __init__(self, pose: Pose, start: Start | None, side: Side, leading: str) -> None:
        n = len(pose.t_s)
        self._pose, self._start, self._side = pose, start, side
        self.until = n
        self.turned = np.full(n, math.nan)
        self.signals: dict[str, list[float]] = {}
        self.lead = [math.nan] * n
        if start is None:
            return
        quick = angles_of(pose.up, start.zero, start.posture, side)
        slow = angles_of(pose.slow_up, start.zero, start.posture, side)
        quick["lean"] = slow["lean"] = lean_deg(pose, start.up)
        self.signals = {name: values.tolist() for name, values in quick.items()}
        if leading in slow:
            self.lead = slow[leading].tolist()

    def angles(self, begin: int) -> Angles:
        """The pelvis against the start posture, from a sample to where this sight ends."""
        part = slice(begin, self.until)
        n = len(self.turned[part])
        nothing = np.full(n, math.nan)
        three = (nothing, nothing, nothing)
        if self._start is not None:
            seen = {name: np.array(values[part]) for name, values in self.signals.items()}
            three = anatomical(seen, self._start.posture, self._side, self.turned[part])
        return Angles(self._pose.t_s[part], *three, np.radians(np.array(self.lead[part])), np.full(n, float(self._side.sign)))
