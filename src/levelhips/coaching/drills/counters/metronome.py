"""Counting of repetitions to a pace, where the sensor does not see what moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from levelhips.coaching.drills.counters.base import Counter, CountingBlock, DrillSample, Found, PromptRequest, Repetition, Spread
from levelhips.events import FormFault, PromptKind


@dataclass(frozen=True, slots=True)
class Metronome(CountingBlock):
    """Counts a repetition for each cycle of the pace: the knee that moves is not seen, but the pelvis moves a little with it."""

    signal: str
    out_s: float = 1.5
    hold_s: float = 1.5
    back_s: float = 1.5
    rest_s: float = 0.5
    lead_in_s: float = 2.0

    def start(self, still_dps: float) -> Counter:
        """Return a new counter of paced repetitions."""
        return _PaceCounter(self, still_dps)

    def adapted(self, low_deg: float, high_deg: float, seconds: float | None, pace_s: float | None) -> Metronome:
        """Return these settings with what the user chose: range [deg], hold time [s] and pace [s]."""
        if pace_s is None:
            return self
        scale = pace_s / self.cycle_s
        return replace(self, out_s=self.out_s * scale, hold_s=self.hold_s * scale, back_s=self.back_s * scale, rest_s=self.rest_s * scale)

    @property
    def cycle_s(self) -> float:
        """Length of one repetition with its rest [s]."""
        return self.out_s + self.hold_s + self.back_s + self.rest_s


PROMPTS = (PromptKind.UP, PromptKind.HOLD, PromptKind.DOWN)
# The mean turning of a cycle [deg/s] against what noise, breath and pulse give while the wearer is still.
MIN_STILL_DPS = 0.2  # noise of the sensor and breath
MOVES = 3.0  # times still: whoever usually moves this much is seen to move, so that a cycle without it was not done
IDLE, IDLE_SHARE = 1.5, 0.3  # under 1.5 times still, or 0.3 of the usual: this cycle was not done
SURE = 2.0  # times still: the pelvis confirms the repetition
REMEMBERED, NEEDED = 8, 2  # cycles that say what is usual: a set is 8-15, and the first may be hesitant


class _PaceCounter:
    def __init__(self, spec: Metronome, still_dps: float) -> None:
        self._spec, self._still_dps = spec, max(still_dps, MIN_STILL_DPS)
        self._turn = 0
        self._ripples: list[float] = []
        self.interrupt()

    def interrupt(self) -> None:
        self._from_s = math.nan
        self._said = 0
        self._spread, self._turning = Spread(), Spread()

    def push(self, sample: DrillSample) -> list[Found]:
        spec = self._spec
        if math.isnan(self._from_s):
            self._from_s = sample.t_s + spec.lead_in_s
        into = sample.t_s - self._from_s
        if into < 0:
            return []
        marks = (0.0, spec.out_s, spec.out_s + spec.hold_s, spec.out_s + spec.hold_s + spec.back_s)
        out: list[Found] = []
        while self._said < 3 and into >= marks[self._said] - 1e-9:
            out.append(PromptRequest(PROMPTS[self._said], self._turn + 1))
            self._said += 1
        self._spread.add(sample.slow_deg)
        self._turning.add(sample.rate_dps)
        if into >= marks[3] + spec.rest_s - 1e-9:
            out.append(self._finish())
            begin = self._from_s + marks[3] + spec.rest_s
            self.interrupt()
            self._from_s = begin
        return out

    def _finish(self) -> Repetition:
        spec = self._spec
        spread, turning = self._spread, self._turning
        ripple = math.hypot(turning.mean, turning.sd)
        # Whoever is seen to move in other cycles, and not in this one, did not do it: perhaps the telephone rang.
        usual = float(np.median(self._ripples)) if self._ripples else 0.0
        idle = len(self._ripples) >= NEEDED and usual > MOVES * self._still_dps and ripple < max(IDLE * self._still_dps, IDLE_SHARE * usual)
        values = (self._from_s, abs(spread.farthest), spread.mean, spread.sd, spec.out_s, spec.hold_s, spec.back_s)
        if idle:
            return Repetition(*values, full=False, fault=FormFault.NO_MOVEMENT, confidence=0.0)
        self._turn += 1
        self._ripples.append(ripple)
        del self._ripples[:-REMEMBERED]
        return Repetition(*values, confidence=1.0 if ripple > SURE * self._still_dps else 0.5)
