"""The course of a simulated runner: bends, corners and speed over ground, with the forces that they need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.samples import Array
from levelhips.simulation.curves import smooth_step

START_S = 2.0  # to get going, and to stop
ENTRY_S = 0.5  # for the turn rate to rise and to fall: a step or two


@dataclass(frozen=True, slots=True)
class Course:
    """Where a runner goes; the default is straight ahead on a treadmill.

    `turn_dps` is the turn to the left from the first contact to the last; `bends` are added to it, each from one time to
    another [s] at a rate of turn [deg/s]. `speed_mps` is the speed over ground, 0 on a treadmill; it changes slowly by
    `speed_change_mps` with a period of `speed_change_s`.
    """

    turn_dps: float = 0.0
    bends: tuple[tuple[float, float, float], ...] = ()
    speed_mps: float = 0.0
    speed_change_mps: float = 0.0
    speed_change_s: float = 12.0

    def direction_deg(self, grid: Array, first_s: float, last_s: float) -> Array:
        """Return the direction of travel (n,) [deg] on an even grid of times, for the first and last contact at these times."""
        direction = self.turn_dps * (np.clip(grid, first_s, last_s) - first_s)
        for from_s, to_s, turn_dps in self.bends:
            rate = turn_dps * smooth_step((grid - from_s) / ENTRY_S) * smooth_step((to_s - grid) / ENTRY_S)
            direction = direction + np.cumsum(rate) * (grid[1] - grid[0])
        return np.asarray(direction)

    def forces(self, grid: Array, first_s: float, last_s: float, direction_deg: Array, force: Array) -> Array:
        """Return the forces (n, 3) in fixed world axes (forward, up, right) [m/s2], with those that change the velocity.

        `force` has those of running straight ahead at a steady speed: along the direction of travel, up, and to its right.
        """
        if self == Course():
            return force
        psi = np.radians(direction_deg)
        zero = np.zeros(len(psi))
        forward = np.stack([np.cos(psi), zero, -np.sin(psi)], axis=1)
        right = np.stack([np.sin(psi), zero, np.cos(psi)], axis=1)
        moving = smooth_step((grid - first_s + 0.3) / START_S) * smooth_step((last_s + 0.3 - grid) / START_S)
        speed = self.speed_mps + self.speed_change_mps * np.sin(2 * np.pi * grid / self.speed_change_s)
        acceleration = np.gradient((speed * moving)[:, None] * forward, grid, axis=0)
        return np.asarray(force[:, :1] * forward + force[:, 1:2] * [0.0, 1.0, 0.0] + force[:, 2:] * right + acceleration)
