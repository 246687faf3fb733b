"""Repetitions to a pace, where what moves is not seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from levelhips.coaching.drills.counters.base import Done, Said, Seen, Spread, Watch


@dataclass(frozen=True, slots=True)
class Metronome:
    """A repetition is one turn of the pace, for what moves (the knee) is not seen; the pelvis' own ripple confirms it."""

    signal: str
    out_s: float = 1.5
    hold_s: float = 1.5
    back_s: float = 1.5
    rest_s: float = 0.5
    lead_in_s: float = 2.0

    def start(self, still_dps: float) -> Watch:
        return _PaceWatch(self, still_dps)


class _PaceWatch:
    def __init__(self, spec: Metronome, still_dps: float) -> None:
        self._spec, self._still_dps = spec, max(still_dps, 0.2)  # 0.2 deg/s: noise and breath
        self._turn = 0
        self._ripples: list[float] = []
        self.interrupt()

    def interrupt(self) -> None:
        self._from_s = math.nan
        self._said = 0
        self._spread, self._turning = Spread(), Spread()

    def push(self, seen: Seen) -> list[Done | Said]:
        spec = self._spec
        if math.isnan(self._from_s):
            self._from_s = seen.t_s + spec.lead_in_s
        into = seen.t_s - self._from_s
        if into < 0:
            return []
        marks = (0.0, spec.out_s, spec.out_s + spec.hold_s, spec.out_s + spec.hold_s + spec.back_s)
        out: list[Done | Said] = []
        while self._said < 3 and into >= marks[self._said] - 1e-9:
            out.append(Said(("up", "hold", "down")[self._said], self._turn + 1))
            self._said += 1
        self._spread.add(seen.slow_deg)
        self._turning.add(seen.rate_dps)
        if into >= marks[3] + spec.rest_s - 1e-9:
            out.append(self._finish())
            begin = self._from_s + marks[3] + spec.rest_s
            self.interrupt()
            self._from_s = begin
        return out

    def _finish(self) -> Done:
        spec = self._spec
        spread, turning = self._spread, self._turning
        ripple = math.hypot(turning.mean, turning.sd)
        # Who is seen to move in other turns, and does not in this one, did not do it: he answers the telephone.
        usual = float(np.median(self._ripples)) if self._ripples else 0.0
        idle = len(self._ripples) >= 2 and usual > 3 * self._still_dps and ripple < max(1.5 * self._still_dps, 0.3 * usual)
        values = (self._from_s, abs(spread.farthest), spread.mean, spread.sd, spec.out_s, spec.hold_s, spec.back_s)
        if idle:
            return Done(*values, full=False, why="no-movement", confidence=0.0)
        self._turn += 1
        self._ripples.append(ripple)
        del self._ripples[:-8]
        return Done(*values, confidence=1.0 if ripple > 2 * self._still_dps else 0.5)
