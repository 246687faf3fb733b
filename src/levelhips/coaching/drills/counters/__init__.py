"""Building blocks of drills: counting blocks, and form limits that must be kept.

Each is a small declaration. Its `start()` returns a counter or monitor, which is causal and processes one sample at a time.
Angles are in degrees here, because people write these declarations; angles of events are in radians.
"""

from levelhips.coaching.drills.counters.band import Band, BandMonitor, Crossed, FormLimit, Jolt
from levelhips.coaching.drills.counters.base import Counter, CountingBlock, DrillSample, Found, PromptRequest, Repetition
from levelhips.coaching.drills.counters.excursion import Excursion
from levelhips.coaching.drills.counters.hold import Hold
from levelhips.coaching.drills.counters.metronome import Metronome
from levelhips.coaching.drills.counters.steps import Steps

__all__ = [
    "Band",
    "BandMonitor",
    "Counter",
    "CountingBlock",
    "Crossed",
    "DrillSample",
    "Excursion",
    "FormLimit",
    "Found",
    "Hold",
    "Jolt",
    "Metronome",
    "PromptRequest",
    "Repetition",
    "Steps",
]
