"""Commands of the wearer, stamped with sensor time.

They reach the engine together with the samples and are recorded, so that a replay gives the same events.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Do(StrEnum):
    """What a command does."""

    ZERO = "zero"  # take a new standing zero from the next still seconds; in a drill: the clip was moved, stand again
    THRESHOLD = "threshold"  # set the drop threshold of both sides to `value` degrees, fixed from then on
    MOVE_THRESHOLD = "move-threshold"  # move the drop threshold of each side by `value` degrees; shaping continues from there
    PAUSE = "pause"  # stop beeps, the clock of the run protocol, or the drill; measuring and recording continue
    RESUME = "resume"  # end a pause
    NEXT = "next"  # in a drill: end the set, or the rest
    MUTE = "mute"  # switch the sound off; changes no result
    UNMUTE = "unmute"  # switch it on again
    MARK = "mark"  # mark this moment in the recording; changes no result


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the wearer, in effect from the first sample at or after `at_s`.

    Attributes
    ----------
    at_s : float
        Sensor time [s].
    do : Do
        What to do.
    value : float or None
        Degrees, for the commands that change the threshold; None for the others.
    """

    at_s: float
    do: Do
    value: float | None = None
