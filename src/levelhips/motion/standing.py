"""Quiet standing, found interval by interval from the sensor alone, and the average vertical in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.samples import STANDARD_GRAVITY_MPS2, Array


@dataclass(frozen=True, slots=True)
class StandingSettings:
    """How still somebody stands, second by second."""

    gyr_rms_radps: float = math.radians(4.0)  # quiet stance sways at 0.3-1 deg/s; shifting weight reaches 5-10
    gyr_bias_radps: float = math.radians(12.0)  # zero-rate level of common parts: 1-10 deg/s before calibration
    acc_sd_mps2: float = 0.35  # breathing and heartbeat 0.05; a slow step in a room 0.8 and more
    acc_off_mps2: float = 0.6  # offset and scale error of the accelerometer itself
    min_intervals: int = 2  # one still second may be chance
    memory_s: float = 12.0  # what counts is how one stood last
    moved_deg: float = 2.0  # people stand 1-2 deg differently from time to time
    handled_radps: float = 0.7  # 40 deg/s: a hand at the clip, or a turn; drills are slower
    upright_deg: float = 50.0  # the sacrum slopes 10-30 deg, and a clip on it
    single_sd_rad: float = 0.01  # of one interval, with no other to compare: 0.6 deg, the sway of quiet stance


@dataclass(slots=True)
class _State:
    """The spell of standing and the average over it."""

    intervals: int = 0  # that were averaged
    spell: int = 0  # still intervals in a row up to now
    handled: bool = False  # somebody touched the clip since the last still interval
    weight_s: float = 0.0
    up: Array = field(default_factory=lambda: np.zeros(3))
    variance: float = 0.0  # of the vertical from interval to interval [rad2]


class StandingDetector:
    """Judges whole intervals as still or not, and averages the vertical over still ones, in one spell or several.

    Parameters
    ----------
    outward : (3,) array
        The sensor axis that faces away from the body.
    """

    def __init__(self, outward: Array, settings: StandingSettings = StandingSettings()) -> None:
        self.settings, self._outward, self._state = settings, outward, _State()

    def restart(self) -> None:
        """Forget what was averaged."""
        self._state = _State()

    @property
    def spell(self) -> int:
        """Still intervals in a row up to now."""
        return self._state.spell

    @property
    def up(self) -> Array:
        """The averaged vertical in sensor axes (3,), unit length."""
        up = self._state.up
        return np.asarray(up / math.sqrt(up @ up))

    @property
    def repeat_rad(self) -> float:
        """Standard error of that vertical [rad]."""
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
        """Take an interval of (n, 3) rates that was not still: the spell ends, the average is kept."""
        self._state.spell = 0
        self._state.handled |= max(float(gyr_radps.max()), -float(gyr_radps.min())) > self.settings.handled_radps

    def add(self, acc_mps2: Array, seconds: float) -> None:
        """Add a still interval of (n, 3) forces to the average.

        An interval more than `moved_deg` off the average restarts it if the clip was handled meanwhile. Otherwise it is a
        posture held still, as in a drill, and is ignored.
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
