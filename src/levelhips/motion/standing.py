"""Standing still: found bar by bar from the sensor alone, and the zero that is taken from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.samples import STANDARD_GRAVITY_MPS2, Array


@dataclass(frozen=True, slots=True)
class StandingSettings:
    """How still a stander is, second by second."""

    gyr_rms_radps: float = math.radians(4.0)  # quiet stance sways at 0.3-1 deg/s; shifting weight reaches 5-10
    gyr_bias_radps: float = math.radians(12.0)  # zero-rate level of common parts: 1-10 deg/s before calibration
    acc_sd_mps2: float = 0.35  # breathing and heartbeat 0.05; a slow step in a room 0.8 and more
    acc_off_mps2: float = 0.6  # an accelerometer's own offset and scale
    min_intervals: int = 2  # one still second may be chance
    longest_s: float = 12.0  # what counts is how one stood last
    moved_deg: float = 2.0  # people stand 1-2 deg otherwise from time to time
    handled_radps: float = 0.7  # 40 deg/s: a hand at the clip, or a turn; drills are slower
    upright_deg: float = 50.0  # the sacrum slopes 10-30 deg, and a clip on it


class StandingDetector:
    """Judge whole bars: still or not; and average the vertical over still bars, in one spell or several."""

    def __init__(self, outward: Array, settings: StandingSettings = StandingSettings()) -> None:
        self.settings, self._outward = settings, outward
        self.restart()

    def restart(self) -> None:
        """Begin anew: what was averaged is forgotten."""
        self.bars = self.spell = 0
        self._handled = False  # since the last still bar: somebody put the clip right
        self._weight = 0.0
        self._up = np.zeros(3)
        self._spread = 0.0

    def pause(self, gyr_radps: Array) -> None:
        """A bar of (n, 3) rates was not still: the spell is over, but what was averaged goes on counting."""
        self.spell = 0
        self._handled |= max(float(gyr_radps.max()), -float(gyr_radps.min())) > self.settings.handled_radps

    def still(self, acc_mps2: Array, gyr_radps: Array) -> bool:
        """Whether a bar of (n, 3) samples is quiet, upright standing."""
        if not self.quiet(acc_mps2, gyr_radps):
            return False
        mean = acc_mps2.mean(axis=0)
        return bool(abs(mean @ self._outward) <= math.sqrt(mean @ mean) * math.sin(math.radians(self.settings.upright_deg)))

    def quiet(self, acc_mps2: Array, gyr_radps: Array) -> bool:
        """Whether a bar of (n, 3) samples is quiet, in any posture."""
        cfg = self.settings
        bias = gyr_radps.mean(axis=0)
        if float(bias @ bias) > cfg.gyr_bias_radps**2:
            return False
        sway = (gyr_radps - bias).ravel()
        if float(sway @ sway) > cfg.gyr_rms_radps**2 * len(gyr_radps):
            return False
        mean = acc_mps2.mean(axis=0)
        size = math.sqrt(mean @ mean)
        if abs(size - STANDARD_GRAVITY_MPS2) > cfg.acc_off_mps2:
            return False
        return bool((acc_mps2 - mean).std(axis=0).max() < cfg.acc_sd_mps2)

    def add(self, acc_mps2: Array, seconds: float) -> None:
        """Add a still bar.

        One far from what was averaged begins anew if the clip was handled in between; else it is a posture held still, as
        in a drill, and not counted.
        """
        mean = acc_mps2.mean(axis=0)
        up = mean / math.sqrt(mean @ mean)
        self.spell += 1
        if self.bars and up @ self.up < math.cos(math.radians(self.settings.moved_deg)):
            if not self._handled:
                return
            self.restart()
            self.spell = 1
        self.bars += 1
        self._handled = False
        self._weight = min(self._weight + seconds, self.settings.longest_s)
        before = self._up
        self._up = before + (up - before) * min(1.0, seconds / self._weight)
        if self.bars > 1:
            off = up - before
            self._spread += (float(off @ off) - self._spread) / min(self.bars - 1, self.settings.longest_s)

    @property
    def up(self) -> Array:
        """The vertical in sensor axes, averaged over the spell; unit length."""
        return np.asarray(self._up / math.sqrt(self._up @ self._up))

    @property
    def repeat_rad(self) -> float:
        """Standard error of that vertical [rad]."""
        return math.sqrt(self._spread / max(self.bars - 1, 1)) if self.bars > 1 else 0.01
