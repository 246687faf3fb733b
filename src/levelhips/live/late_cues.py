"""Cues that would be heard after the stance that they are about: when a stalled stream resumes, its cues come all at once."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from levelhips.events import Cue, Event, Mode, Step
from levelhips.sensors.clock import Sync

STANCES = 8  # the last steps whose median contact time is expected of the next one
# Contact time of a runner of whom no step is known yet: 0.2-0.3 s at 2.5 to 5 m/s (docs/accuracy.md).
USUAL_CONTACT_S = 0.25
# From the update to the loudspeaker: a block of the device and the mixer's start, 13 ms in the 99th percentile (make bench).
SOUND_DELAY_S = 0.013


class LateCues:
    """Find the cues that would be heard after toe-off.

    Sensor time is compared with the host's clock by the fastest packets of the session (`Sync`), so a delay that all
    packets have is not seen; it is that of the radio, some milliseconds.
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
            The sensor's clock against the host's. While it is not known, no cue is late.
        now_s : float
            Now, on the clock of the packets' arrivals [s].
        """
        if not math.isfinite(sync.offset_s):
            return False
        drift = sync.drift_ppm * 1e-6 if math.isfinite(sync.drift_ppm) else 0.0
        heard_s = (now_s - sync.offset_s) / (1.0 + drift) + SOUND_DELAY_S
        return heard_s > cue.contact_s + self.contact_time_s
