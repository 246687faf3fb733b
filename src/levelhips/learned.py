"""What an engine has learned by a moment of a session.

A recording that continues another one begins with it, so that it can be read without the recording before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class Learned:
    """Mounting of the clip, thresholds and position in the run protocol; NaN where something is not known.

    Attributes
    ----------
    at_s : float
        The moment [s].
    zero_x, zero_y, zero_z : float
        The standing zero: vertical in sensor axes, a unit vector.
    zero_sd_rad : float
        Its standard uncertainty [rad].
    heading_rad, heading_sd_rad : float
        Heading of the clip and its standard uncertainty [rad]; in a drill that begins with a bow, the angle that the bow showed.
    strides : int
        Number of strides that the heading was learned from.
    left_rad, right_rad : float
        Thresholds [rad].
    left_floor_rad, right_floor_rad : float
        The lowest thresholds that success can lead to [rad]; NaN if they are not lowered.
    clock_zero_s : float
        Time at which the clock of the run protocol shows 0 [s].
    clock_paused_s : float
        Since when the clock is stopped [s]; NaN while it runs.
    blocks_begun : int
        Number of blocks of the run protocol that have begun; one more at its end.
    paused : bool
        Whether the wearer paused the beeps.
    """

    at_s: float
    zero_x: float = math.nan
    zero_y: float = math.nan
    zero_z: float = math.nan
    zero_sd_rad: float = math.nan
    heading_rad: float = math.nan
    heading_sd_rad: float = math.nan
    strides: int = 0
    left_rad: float = math.nan
    right_rad: float = math.nan
    left_floor_rad: float = math.nan
    right_floor_rad: float = math.nan
    clock_zero_s: float = math.nan
    clock_paused_s: float = math.nan
    blocks_begun: int = 0
    paused: bool = False

    def with_zero(self, up: Array, sd_rad: float) -> Learned:
        """Return a copy with a standing zero: the vertical in sensor axes (3,), and its standard uncertainty [rad]."""
        x, y, z = up.tolist()
        return replace(self, zero_x=x, zero_y=y, zero_z=z, zero_sd_rad=sd_rad)

    def with_heading(self, heading_rad: float, sd_rad: float, strides: int) -> Learned:
        """Return a copy with a heading, its standard uncertainty [rad], and the number of strides that it was learned from."""
        return replace(self, heading_rad=heading_rad, heading_sd_rad=sd_rad, strides=strides)

    @property
    def zero(self) -> tuple[float, float, float] | None:
        """The vertical in sensor axes in standing; None if the wearer had not stood still."""
        zero = (self.zero_x, self.zero_y, self.zero_z)
        return None if math.isnan(sum(zero)) else zero
