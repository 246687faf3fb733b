"""What must be kept: an angle in its band, a foot off the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """An angle that must stay between two limits; leaving it is a cheat, named `below` or `above`."""

    signal: str
    low_deg: float = -math.inf
    high_deg: float = math.inf
    below: str = ""
    above: str = ""
    linger_s: float = 0.02  # a shorter visit outside is tissue, not pelvis: a fifth of its period at 9-12 Hz
    again_deg: float = 1.0  # so far inside before it may be left again

    def start(self) -> BandWatch:
        return BandWatch(self)


class BandWatch:
    """Say when a band is left."""

    def __init__(self, band: Band) -> None:
        self.band = band
        self._since_s = math.nan
        self.outside = False

    def push(self, t_s: float, value_deg: float) -> str:
        """The name of the cheat that begins now, or nothing."""
        band = self.band
        over = value_deg > band.high_deg
        if over or value_deg < band.low_deg:
            if math.isnan(self._since_s):
                self._since_s = t_s
            if not self.outside and t_s - self._since_s >= band.linger_s - 1e-9:
                self.outside = True
                return band.above if over else band.below
            return ""
        self._since_s = math.nan
        if self.outside and band.low_deg + band.again_deg <= value_deg <= band.high_deg - band.again_deg:
            self.outside = False
        return ""


@dataclass(frozen=True, slots=True)
class Jolt:
    """A push that nobody makes who keeps the foot off the ground: a cheat of that name."""

    name: str
    above_mps2: float = 1.5  # sway on one leg stays under 0.5; a foot that is set down gives 2 and more
    linger_s: float = 0.01  # one sample may be a rattle
    signal: str = "jolt"

    def start(self) -> BandWatch:
        band = Band(self.signal, -math.inf, self.above_mps2, above=self.name, linger_s=self.linger_s, again_deg=self.above_mps2 / 3)
        return BandWatch(band)
