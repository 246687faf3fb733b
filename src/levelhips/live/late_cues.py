"""Find cues that would be heard too late, after their stance. When a stalled stream resumes, its cues arrive all at once."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from levelhips.events import Cue, Event, Mode, Side, Step
from levelhips.sensors.clock import Sync

STANCES = 8  # the next stance of a side is expected to be as long as the median of this many of that side
# Contact time assumed before the first step: runners have 0.2-0.3 s at 2.5 to 5 m/s (docs/accuracy.md).
USUAL_CONTACT_S = 0.25
# How much earlier than expected a stance may end: the error of toe-off is about 11 ms (docs/accuracy.md), contact times differ by some
# 5 ms from stance to stance, and the delay that all packets share is up to 15 ms (a short connection interval). A beep in the last 30 ms
# of a stance could not change it anyway.
EARLY_S = 0.03
# From the update to the loudspeaker: a block of the device and the mixer's start, 13 ms in the 99th percentile (make bench).
SOUND_DELAY_S = 0.013


class LateCues:
    """Find the cues that would be heard after toe-off.

    `Sync` relates sensor time to the host's clock by the fastest packets of the session. A delay that all packets share cannot be
    seen in it; `EARLY_S` has room for it.
    """

    def __init__(self) -> None:
        self._contact_times_s: dict[Side, deque[float]] = {side: deque(maxlen=STANCES) for side in Side}

    def put(self, event: Event) -> None:
        """Learn the runner's contact time from a step."""
        if isinstance(event, Step) and event.mode is Mode.RUNNING and math.isfinite(event.contact_time_s):
            self._contact_times_s[event.side].append(event.contact_time_s)

    def contact_time_s(self, side: Side) -> float:
        """Return the contact time that is expected of the next step of a side [s]."""
        known = self._contact_times_s[side]
        return median(known) if known else USUAL_CONTACT_S

    def left_s(self, cue: Cue, sync: Sync, now_s: float) -> float:
        """Return the time that is left until the stance of a cue may be over [s]; negative if it is, infinite if that is not known.

        Parameters
        ----------
        cue : Cue
        sync : Sync
            Offset and drift of the sensor's clock against the host's.
        now_s : float
            Now, on the clock of the packets' arrivals [s].
        """
        if not math.isfinite(sync.offset_s):
            return math.inf
        drift = sync.drift_ppm * 1e-6 if math.isfinite(sync.drift_ppm) else 0.0
        sensor_now_s = (now_s - sync.offset_s) / (1.0 + drift)
        return cue.contact_s + self.contact_time_s(cue.side) - EARLY_S - sensor_now_s
