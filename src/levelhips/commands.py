"""What the runner pressed: commands, stamped with sensor time, that travel with the samples and into the recording."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Do(StrEnum):
    """What a command asks for."""

    ZERO = "zero"  # take standing zero again from the next still seconds
    THRESHOLD = "threshold"  # one drop threshold for both sides, `value` in degrees; fixed from then on
    MOVE_THRESHOLD = "move-threshold"  # each side's drop threshold up or down by `value` degrees; shaping goes on from there
    PAUSE = "pause"  # keep measuring, give no cues
    RESUME = "resume"
    NEXT = "next"  # in a drill: end the set, or the rest
    MARK = "mark"  # a mark in the recording; changes no result


@dataclass(frozen=True, slots=True)
class Command:
    """A wish of the runner, in effect from the first sample at or after `at_s`.

    Attributes
    ----------
    at_s : float
        Sensor time [s].
    do : Do
        What is asked.
    value : float or None
        The figure that belongs to it, if any.
    """

    at_s: float
    do: Do
    value: float | None = None
