"""Count the sets and repetitions of a drill, and make the event of each repetition."""

from __future__ import annotations

import math

from levelhips.coaching.drills.counters import Repetition
from levelhips.coaching.drills.drill import Drill
from levelhips.events import FormFault, Quality, Rep, Side


class RepetitionBook:
    """Count of the sets and repetitions of a drill so far."""

    def __init__(self, drill: Drill, side: Side) -> None:
        self._drill, self._side = drill, side
        self.set_n = 1
        self._reps = 0
        self._gapped = False  # samples are missing since the last repetition

    def gap(self) -> None:
        """Mark the present repetition: samples are missing in it."""
        self._gapped = True

    @property
    def set_is_done(self) -> bool:
        """Whether the set has all repetitions of the dose."""
        return self._reps >= self._drill.dose.reps

    def next_set(self) -> bool:
        """Go on to the next set; return False if this was the last."""
        self._reps = 0
        if self.set_n >= self._drill.dose.sets:
            return False
        self.set_n += 1
        return True

    def add(self, t_s: float, done: Repetition, faults: list[FormFault]) -> Rep:
        """Count a full repetition, and return its event; half a repetition gets an event but is not counted.

        `t_s` is the sensor time at which it was found [s].
        """
        number = self._reps + 1
        if done.full:
            self._reps = number
        elif done.fault is not None:
            faults = [*faults, done.fault]
        quality = Quality.AFTER_GAP if self._gapped and self._drill.count.counts_over_gaps else Quality.OK
        self._gapped = False
        angles = (math.radians(done.range_deg), math.radians(done.mean_deg), math.radians(done.sd_deg))
        tempo = (done.out_s, done.hold_s, done.back_s)
        names = " ".join(dict.fromkeys(faults))
        rep = (t_s, number, self.set_n, self._side, quality, done.full, *angles, *tempo, names, done.confidence)
        return Rep(done.from_s, t_s, *rep)
