"""Detector of quiet standing, interval by interval, and of the average vertical in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.samples import STANDARD_GRAVITY_MPS2, Array


@dataclass(frozen=True, slots=True)
class StandingSettings:
    """Thresholds of quiet standing, and how the vertical is averaged over it."""

    gyr_rms_radps: float = math.radians(4.0)  # quiet stance sways at 0.3-1 deg/s; a shift of weight reaches 5-10
    gyr_bias_radps: float = math.radians(12.0)  # zero-rate level of uncalibrated gyroscopes: 1-10 deg/s
    acc_sd_mps2: float = 0.35  # breathing and heartbeat have 0.05; a slow step indoors has 0.8 or more
    acc_off_mps2: float = 0.6  # offset and scale error of accelerometers
    min_intervals: int = 2  # a single still second may be chance
    memory_s: float = 12.0  # of the average: the most recent posture counts
    moved_deg: float = 2.0  # from the average; people stand 1-2 deg differently each time
    handled_radps: float = 0.7  # 40 deg/s: the clip is handled, or the wearer turns; drills are slower
    upright_deg: float = 50.0  # the sacrum, and so the clip, slopes 10-30 deg
    single_sd_rad: float = 0.01  # standard error of a single interval: 0.6 deg, the sway of quiet stance


@dataclass(slots=True)
class _State:
    """Everything the detector remembers between calls."""

    intervals: int = 0  # number of intervals in the average
    spell: int = 0  # number of still intervals in a row
    handled: bool = False  # the clip was handled since the last still interval
    weight_s: float = 0.0  # duration of the average
    up: Array = field(default_factory=lambda: np.zeros(3))  # average vertical
    variance: float = 0.0  # of the vertical from interval to interval [rad2]


class StandingDetector:
    """Detector of still intervals, which averages the vertical over them.

    Parameters
    ----------
    outward : (3,) array
        The sensor axis that faces away from the body.
    """

    def __init__(self, outward: Array, settings: StandingSettings = StandingSettings()) -> None:
        self.settings, self._outward, self._state = settings, outward, _State()

    def restart(self) -> None:
        """Forget the average."""
        self._state = _State()

    @property
    def spell(self) -> int:
        """Number of still intervals in a row up to now."""
        return self._state.spell

    @property
    def up(self) -> Array:
        """Average vertical in sensor axes (3,), unit length."""
        up = self._state.up
        return np.asarray(up / math.sqrt(up @ up))

    @property
    def repeat_rad(self) -> float:
        """Standard error of `up` [rad]."""
        state = self._state
        return math.sqrt(state.variance / max(state.intervals - 1, 1)) if state.intervals > 1 else self.settings.single_sd_rad

    def still(self, acc_mps2: Array, gyr_radps: Array) -> bool:
        """Return whether an interval of (n, 3) samples is quiet, upright standing."""
        if not self.quiet(acc_mps2, gyr_radps):
            return False
        mean = acc_mps2.mean(axis=0)
        return bool(abs(mean @ self._outward) <= math.sqrt(mean @ mean) * math.sin(math.radians(self.settings.upright_deg)))

    def quiet(self, acc_mps2: Array, gyr_radps: Array) -> bool:
        """Return whether an interval of (n, 3) samples is quiet, in any posture."""
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

    def pause(self, gyr_radps: Array) -> None:
        """Process the rates (n, 3) [rad/s] of an interval that was not still: end the spell and keep the average."""
        self._state.spell = 0
        self._state.handled |= max(float(gyr_radps.max()), -float(gyr_radps.min())) > self.settings.handled_radps

    def add(self, acc_mps2: Array, seconds: float) -> None:
        """Add a still interval of `seconds` [s], with forces (n, 3) [m/s2], to the average.

        If the interval is more than `moved_deg` off the average, it restarts the average if the clip was handled meanwhile.
        Otherwise it is another posture held still, as in a drill, and is ignored.
        """
        state, cfg = self._state, self.settings
        mean = acc_mps2.mean(axis=0)
        up = mean / math.sqrt(mean @ mean)
        state.spell += 1
        if state.intervals and up @ self.up < math.cos(math.radians(cfg.moved_deg)):
            if not state.handled:
                return
            state = self._state = _State(spell=1)
        state.intervals += 1
        state.handled = False
        state.weight_s = min(state.weight_s + seconds, cfg.memory_s)
        before = state.up
        state.up = before + (up - before) * min(1.0, seconds / state.weight_s)
        if state.intervals > 1:
            off = up - before
            state.variance += (float(off @ off) - state.variance) / min(state.intervals - 1, cfg.memory_s)
