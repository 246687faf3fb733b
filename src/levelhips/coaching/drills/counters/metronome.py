"""Count repetitions at a given pace, for drills in which the sensor does not see the part that moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from levelhips.coaching.drills.counters.base import Counter, CountingBlock, DrillSample, Found, PromptRequest, Repetition, Spread
from levelhips.events import FormFault, PromptKind


@dataclass(frozen=True, slots=True)
class Metronome(CountingBlock):
    """Declaration that counts a repetition for each cycle of the pace.

    The sensor does not see the knee that moves, but the pelvis moves a little with it; a cycle without that is not counted.
    """

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
# The RMS angular rate of a cycle is compared with that of a wearer who lies still, from noise, breath and pulse.
MIN_STILL_DPS = 0.2  # RMS rate from the noise of the sensor and breath, at least
MOVES = 3.0  # if the usual rate is above this many times the still one, a cycle without movement stands out
IDLE, IDLE_SHARE = 1.5, 0.3  # then a cycle below 1.5 times the still rate, or 0.3 of the usual one, was not done
SURE = 2.0  # above this many times the still rate, the pelvis confirms the repetition
REMEMBERED, NEEDED = 8, 2  # the usual rate is the median of the last 8 cycles, from 2 on: a set has 8-15, and the first may be hesitant


class _PaceCounter:
    def __init__(self, spec: Metronome, still_dps: float) -> None:
        self._spec, self._still_dps = spec, max(still_dps, MIN_STILL_DPS)
        self._turn = 0
        self._ripples: list[float] = []
        self.interrupt()

    def interrupt(self) -> None:
        self._from_s = math.nan
        self._prompts_given = 0
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
        while self._prompts_given < 3 and into >= marks[self._prompts_given] - 1e-9:
            out.append(PromptRequest(PROMPTS[self._prompts_given], self._turn + 1))
            self._prompts_given += 1
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
        # If the pelvis moved in the other cycles but not in this one, this repetition was not done.
        usual = float(np.median(self._ripples)) if self._ripples else 0.0
        idle = len(self._ripples) >= NEEDED and usual > MOVES * self._still_dps and ripple < max(IDLE * self._still_dps, IDLE_SHARE * usual)
        values = (self._from_s, abs(spread.farthest), spread.mean, spread.sd, spec.out_s, spec.hold_s, spec.back_s)
        if idle:
            return Repetition(*values, full=False, fault=FormFault.NO_MOVEMENT, confidence=0.0)
        self._turn += 1
        self._ripples.append(ripple)
        del self._ripples[:-REMEMBERED]
        return Repetition(*values, confidence=1.0 if ripple > SURE * self._still_dps else 0.5)
