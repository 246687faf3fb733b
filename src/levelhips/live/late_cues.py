"""Find cues that would be heard too late, after their stance. When a stalled stream resumes, its cues arrive all at once."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from levelhips.events import Cue, Event, Mode, Step
from levelhips.sensors.clock import Sync

STANCES = 8  # the next step is expected to have the median contact time of this many steps
# Contact time assumed before the first step: runners have 0.2-0.3 s at 2.5 to 5 m/s (docs/accuracy.md).
USUAL_CONTACT_S = 0.25
# From the update to the loudspeaker: a block of the device and the mixer's start, 13 ms in the 99th percentile (make bench).
SOUND_DELAY_S = 0.013


class LateCues:
    """Find the cues that would be heard after toe-off.

    `Sync` relates sensor time to the host's clock by the fastest packets of the session. A delay that all packets share is
    therefore not included; it is the radio's, a few milliseconds.
    """

    def __init__(self) -> None:
        self._contact_times_s: deque[float] = deque(maxlen=STANCES)

    def put(self, event: Event) -> None:
        """Learn the runner's contact time from a step."""
        if isinstance(event, Step) and event.mode is Mode.RUNNING and math.isfinite(event.contact_time_s):
            self._contact_times_s.append(event.contact_time_s)

    @property
    def contact_time_s(self) -> float:
        """Contact time that is expected of the next step [s]."""
        return median(self._contact_times_s) if self._contact_times_s else USUAL_CONTACT_S

    def is_late(self, cue: Cue, sync: Sync, now_s: float) -> bool:
        """Return whether a cue that is dispatched now would be heard after its stance.

        Parameters
        ----------
        cue : Cue
        sync : Sync
            Offset and drift of the sensor's clock against the host's. While the offset is unknown, no cue is late.
        now_s : float
            Now, on the clock of the packets' arrivals [s].
        """
        if not math.isfinite(sync.offset_s):
            return False
        drift = sync.drift_ppm * 1e-6 if math.isfinite(sync.drift_ppm) else 0.0
        heard_s = (now_s - sync.offset_s) / (1.0 + drift) + SOUND_DELAY_S
        return heard_s > cue.contact_s + self.contact_time_s
