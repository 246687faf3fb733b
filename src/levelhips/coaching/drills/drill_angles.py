"""Drill angles of a block of samples, relative to the start position."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from levelhips.coaching.drills.start_position import StartPosition, Vector, lean_deg, relative
from levelhips.events import Angles, Pose, Posture, Side
from levelhips.samples import Array


class Moment(NamedTuple):
    """One sample of a pose.

    Attributes
    ----------
    t_s : float
        Sensor time [s].
    up : tuple of float
        Upward vertical in pelvis axes, a unit vector.
    turn_deg : float
        Heading from the gyroscope [deg].
    rate_dps : float
        Size of the angular rate [deg/s].
    jolt_mps2 : float
        Size of the acceleration without gravity [m/s2].
    lateral_mps2 : float
        Acceleration to the right, without gravity [m/s2].
    """

    t_s: float
    up: Vector
    turn_deg: float
    rate_dps: float
    jolt_mps2: float
    lateral_mps2: float


def moments(pose: Pose) -> list[Moment]:
    """Return the samples of a pose one by one."""
    up = zip(*(axis.tolist() for axis in pose.up), strict=True)
    turn, rate = np.degrees(pose.turn_rad).tolist(), np.degrees(pose.rate_radps).tolist()
    columns = (pose.t_s.tolist(), up, turn, rate, pose.jolt_mps2.tolist(), pose.lateral_mps2.tolist())
    return [Moment(*values) for values in zip(*columns, strict=True)]


@dataclass(slots=True)
class Start:
    """Start position as the wearer took it: posture, vertical in pelvis axes, and the rotation (3, 3) into its zero."""

    position: StartPosition
    posture: Posture
    up: Vector
    zero: Array


class DrillAngles:
    """Drill angles of a block of samples, relative to the start position; empty or NaN before one was taken.

    Attributes
    ----------
    signals : dict of list
        Angles by name [deg], low-passed at 9 Hz, for form faults; empty without a start position.
    lead : list
        Leading angle [deg], low-passed at 2.5 Hz, for counting; NaN without a start position.
    turned : array
        Turn from the start [deg]; the caller fills it in sample by sample.
    until : int
        End of the samples to which this start position applies.
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
        quick = start.position.angles(relative(pose.up, start.zero), start.posture, side)
        slow = start.position.angles(relative(pose.slow_up, start.zero), start.posture, side)
        quick["lean"] = slow["lean"] = lean_deg(pose, start.up)
        self.signals = {name: values.tolist() for name, values in quick.items()}
        if leading in slow:
            self.lead = slow[leading].tolist()

    def angles(self, begin: int) -> Angles:
        """Return the angles of the pelvis relative to the start position, from sample `begin` to `until`."""
        part = slice(begin, self.until)
        n = len(self.turned[part])
        nothing = np.full(n, math.nan)
        three = (nothing, nothing, nothing)
        if self._start is not None:
            seen = {name: np.array(values[part]) for name, values in self.signals.items()}
            three = self._start.position.anatomical(seen, self._start.posture, self._side, self.turned[part])
        return Angles(self._pose.t_s[part], *three, np.radians(np.array(self.lead[part])), np.full(n, float(self._side.sign)))
