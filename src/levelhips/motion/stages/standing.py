"""Standing stage: the standing zero; until there is one, the mean posture replaces it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.events import StandingZero
from levelhips.motion.standing import StandingDetector
from levelhips.samples import Array


@dataclass(frozen=True, slots=True)
class StandingStageSettings:
    """Uncertainty of the zero, and when the clip is taken to have been moved."""

    unknown_sd_rad: float = math.radians(2.0)  # of the mean posture as a zero: running posture differs from standing by 1-3 deg
    min_sd_rad: float = math.radians(0.05)  # a few still seconds may agree better than they are accurate
    moved_rad: float = math.radians(3.0)  # a larger change means that the clip was moved: people stand 1-2 deg differently each time
    posture_intervals: int = 60  # mean posture is the mean over the last minute; 20-180 give the same results


@dataclass(slots=True)
class _State:
    """The zero, the mean posture that replaces it at first, and what the next standing does."""

    zero: Array | None = None  # the vertical in sensor axes in standing (3,)
    posture: Array = field(default_factory=lambda: np.zeros(3))  # vertical of the mean posture, used until the wearer stands still
    posture_intervals: int = 0
    sd_rad: float = math.nan
    zero_wanted: bool = True  # the next quiet standing sets a new zero
    improving: bool = True  # further standing, up to the first step, improves the zero


class StandingStage:
    """Stage that finds quiet standing and sets the zero of obliquity and tilt from it.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    outward : (3,) array
        The sensor axis that faces away from the body.
    """

    def __init__(self, rate_hz: float, outward: Array, settings: StandingStageSettings = StandingStageSettings()) -> None:
        self.settings, self._dt = settings, 1.0 / rate_hz
        self._detector, self._state = StandingDetector(outward), _State(sd_rad=settings.unknown_sd_rad)

    @property
    def known(self) -> bool:
        """Whether the wearer has stood still, so that the zero is known."""
        return self._state.zero is not None

    @property
    def up(self) -> Array:
        """The vertical in sensor axes (3,) at zero obliquity and tilt, unit length."""
        return self._state.posture if self._state.zero is None else self._state.zero

    @property
    def sd_rad(self) -> float:
        """Standard uncertainty of the zero [rad]."""
        return self._state.sd_rad

    def start(self, acc_mps2: Array) -> None:
        """Use the direction of the first specific force (3,) as a provisional zero."""
        self._state.posture = acc_mps2 / max(math.sqrt(acc_mps2 @ acc_mps2), 1e-9)

    def resume(self, zero: Array, sd_rad: float) -> None:
        """Begin with a zero that is known: the vertical in sensor axes (3,), and its standard uncertainty [rad]."""
        state = self._state
        state.zero, state.sd_rad = zero, sd_rad
        state.zero_wanted = state.improving = False

    def request(self) -> None:
        """Set a new zero in the next quiet standing."""
        self._state.zero_wanted = self._state.improving = True
        self._detector.restart()

    def close(self) -> None:
        """Stop improving the zero, because the wearer walks or runs. A requested new zero is still set."""
        if not self._state.zero_wanted:
            self._state.improving = False

    def push_interval(self, acc_mps2: Array, gyr_radps: Array) -> tuple[bool, float]:
        """Process the specific force (n, 3) [m/s2] and angular rate (n, 3) [rad/s] of an update interval.

        Returns
        -------
        still : bool
            Whether the wearer stood still throughout.
        standing_s : float
            Duration of the standing up to now [s]; 0 until it counts as standing.
        """
        detector = self._detector
        if not detector.still(acc_mps2, gyr_radps):
            detector.pause(gyr_radps)
            return False, 0.0
        detector.add(acc_mps2, len(acc_mps2) * self._dt)
        long_enough = detector.spell >= detector.settings.min_intervals
        return True, detector.spell * len(acc_mps2) * self._dt if long_enough else 0.0

    def apply_updates(self, now_s: float, standing_s: float) -> tuple[bool, list[StandingZero], bool]:
        """Set or improve the zero, after `standing_s` [s] of standing.

        Returns
        -------
        changed : bool
            Whether the zero changed.
        events : list of StandingZero
            The event if this is a new zero; empty if the zero was only improved.
        moved : bool
            Whether the clip was moved, so that its heading must be learned again.
        """
        state, cfg = self._state, self.settings
        if not standing_s or not state.improving:
            return False, [], False
        up, new = self._detector.up, state.zero_wanted
        before = up if state.zero is None else state.zero
        lean = math.acos(min(1.0, float(before @ up)))
        state.zero, state.zero_wanted = up, False
        state.sd_rad = max(self._detector.repeat_rad, cfg.min_sd_rad)
        if not new:
            return True, [], False
        return True, [StandingZero(now_s - standing_s, now_s, standing_s, state.sd_rad, lean)], lean > cfg.moved_rad

    def push_posture(self, up: Array) -> None:
        """Add the vertical in sensor axes (3, n) of an interval to the provisional zero."""
        state = self._state
        state.posture_intervals += 1
        share = 1 / min(state.posture_intervals, self.settings.posture_intervals)
        guess = state.posture + (up.mean(axis=1) - state.posture) * share
        state.posture = guess / math.sqrt(guess @ guess)
