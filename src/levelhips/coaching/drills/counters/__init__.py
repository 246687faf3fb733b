"""The building blocks of drills: a band, a repetition by excursion and return, a pace, a hold, steps to the side.

Each is a small declaration, and `start()` gives what watches it: sample by sample, causal, indifferent to how the input
is cut. Angles are degrees here, for drills are declared by people; what comes out is radians.
"""

from levelhips.coaching.drills.counters.band import Band, BandWatch, Jolt
from levelhips.coaching.drills.counters.base import Done, Said, Seen, Watch
from levelhips.coaching.drills.counters.excursion import Excursion
from levelhips.coaching.drills.counters.hold import Hold
from levelhips.coaching.drills.counters.metronome import Metronome
from levelhips.coaching.drills.counters.steps import Steps

__all__ = ["Band", "BandWatch", "Done", "Excursion", "Hold", "Jolt", "Metronome", "Said", "Seen", "Steps", "Watch"]
