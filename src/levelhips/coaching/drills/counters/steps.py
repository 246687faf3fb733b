"""Count steps to the side from the sideways speed of the pelvis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.coaching.drills.counters.base import Counter, CountingBlock, DrillSample, Found, Repetition
from levelhips.events import FormFault


@dataclass(frozen=True, slots=True)
class Steps(CountingBlock):
    """Declaration that counts steps to the side.

    The pelvis is pushed that way twice in each step: when one foot steps out, and when the other one follows. With `alternate`
    (walking forward in a zigzag) each push to the other side is a step.
    """

    signal: str
    alternate: bool = False
    push_mps: float = 0.08  # a step of 0.3 m in 1.5 s reaches 0.2-0.4 m/s; sway stays under 0.04
    snap_ratio: float = 2.0  # the second foot snaps in if its push has more than twice the jerk of the first

    def start(self, still_dps: float) -> Counter:
        """Return a new counter of steps."""
        return _StepCounter(self)


class _StepCounter:
    # Between two pushes the pelvis rests: its speed is zero, and any acceleration that is left is an error of the vertical. In the
    # middle of a push the acceleration passes zero, too, but with a jerk.
    quiet_mps2, quiet_mps3, quiet_s = 0.2, 0.8, 0.08  # twice the noise of sway; three samples and more even at 40 Hz
    rest_s = 0.1  # time constant at rest: the speed decays within a third of a second, the shortest rest between steps
    error_s, leak_s = 2.0, 6.0  # time constants of the error and of the speed: a push of 1.5 s loses a fifth of its speed
    min_step_s = 0.15  # no foot is set down sooner: even a second foot that snaps in takes 0.3 s

    def __init__(self, spec: Steps) -> None:
        self._spec = spec
        self.interrupt()

    def interrupt(self) -> None:
        self._before: tuple[float, float] | None = None
        self._mps = self._error = self._quiet_s = 0.0
        self._sign = 0  # direction of the present push; 0 between pushes
        self._armed, self._min_peak_mps = True, self._spec.push_mps
        self._peak = self._jerk = 0.0
        self._from_s = 0.0
        self._opened: tuple[float, float, float] | None = None  # begin, end and jerk of the opening step
        self._direction = 0
        self._snapped = False
        self._lead: list[float] = []

    def push(self, sample: DrillSample) -> list[Found]:
        spec, t_s, acc = self._spec, sample.t_s, sample.lateral_mps2
        if self._before is None:
            self._before, self._error = (t_s, acc), acc
            return []
        dt = t_s - self._before[0]
        jerk = abs(acc - self._before[1]) / dt
        self._before = (t_s, acc)
        off = acc - self._error
        self._quiet_s = self._quiet_s + dt if abs(off) < self.quiet_mps2 and jerk < self.quiet_mps3 else 0.0
        quiet = self._quiet_s >= self.quiet_s
        if quiet:
            self._error += off * dt / self.error_s
        self._mps += (off - self._mps / (self.rest_s if quiet else self.leak_s)) * dt
        self._lead.append(sample.slow_deg)
        if not self._sign:
            self._jerk = jerk if quiet else max(self._jerk, jerk)
            self._armed |= abs(self._mps) < 0.5 * spec.push_mps
            if self._armed and abs(self._mps) > self._min_peak_mps:
                sign = 1 if self._mps > 0 else -1
                if not self._direction or sign == self._direction:
                    self._sign, self._peak, self._from_s = sign, abs(self._mps), t_s
                    self._armed = False
            return []
        self._peak = max(self._peak, self._sign * self._mps)
        self._jerk = max(self._jerk, jerk)
        out: list[Found] = []
        if self._opened is not None and not self._snapped and self._jerk > spec.snap_ratio * self._opened[2]:
            self._snapped = True
            out.append(FormFault.SNAPPED)
        if self._sign * self._mps < 0.4 * self._peak and t_s - self._from_s >= self.min_step_s:
            out += self._landed(t_s)
        return out

    def _landed(self, t_s: float) -> list[Found]:
        spec, sign, jerk = self._spec, self._sign, self._jerk
        self._sign, self._jerk = 0, 0.0
        if not self._direction:
            self._direction = sign
        if spec.alternate:
            self._direction = -sign  # the next step goes the other way; require more speed than the swing back of this step has
            self._min_peak_mps = max(spec.push_mps, 0.5 * self._peak)
            return [self._step(self._from_s, t_s, t_s)]
        if self._opened is None:
            self._opened = (self._from_s, t_s, jerk)
            return []
        begin, landed, _ = self._opened
        self._opened, self._snapped = None, False
        return [self._step(begin, landed, t_s)]

    def _step(self, begin_s: float, landed_s: float, end_s: float) -> Repetition:
        lead = np.array(self._lead)
        self._lead = []
        return Repetition(
            begin_s, float(np.abs(lead).max()), float(lead.mean()), float(lead.std()), landed_s - begin_s, 0.0, end_s - landed_s
        )
