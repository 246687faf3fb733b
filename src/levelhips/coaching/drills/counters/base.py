"""Base of the counting blocks: the sample that a counter gets, what it finds, and the declaration that a drill uses."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from levelhips.events import FormFault, PromptKind


@dataclass(frozen=True, slots=True)
class DrillSample:
    """One sample of a drill, as input of a counter.

    Attributes
    ----------
    t_s : float
        Sensor time [s].
    slow_deg : float
        Leading angle, smoothed [deg].
    rate_dps : float
        Size of the angular rate [deg/s].
    lateral_mps2 : float
        Acceleration to the right, without gravity [m/s2].
    inside : bool
        Whether every form limit is kept.
    """

    t_s: float
    slow_deg: float
    rate_dps: float
    lateral_mps2: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Repetition:
    """Repetition that a counter found, or half a repetition: then `full` is False and `fault` says what was missing.

    Attributes
    ----------
    from_s : float
        Sensor time at which it began [s].
    range_deg, mean_deg, sd_deg : float
        Farthest value, mean and standard deviation of the leading angle [deg].
    out_s, hold_s, back_s : float
        Time out, at the end of the movement, and back [s].
    full : bool
    fault : FormFault or None
    confidence : float
        How sure it is that the repetition was done, 0 to 1.
    """

    from_s: float
    range_deg: float
    mean_deg: float
    sd_deg: float
    out_s: float
    hold_s: float
    back_s: float
    full: bool = True
    fault: FormFault | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """Request to play a prompt now; `number` is that of the repetition, or the seconds held."""

    kind: PromptKind
    number: int = 0


Found = Repetition | PromptRequest | FormFault


class Counter(Protocol):
    """Causal counter of one set, sample by sample."""

    def push(self, sample: DrillSample) -> list[Found]:
        """Process one sample; return what was found with it."""

    def interrupt(self) -> None:
        """Drop the repetition that has begun, because samples are missing or the wearer paused."""


class CountingBlock(ABC):
    """Declaration of what a drill counts, on its leading angle `signal`. `start` returns the counter of a set.

    To count in a new way, write one subclass; only `start` must be defined.
    """

    __slots__ = ()

    signal: str

    @abstractmethod
    def start(self, still_dps: float) -> Counter:
        """Return a new counter; `still_dps` is the RMS angular rate of the wearer while the start position was held still [deg/s]."""

    def adapted(self, low_deg: float, high_deg: float, seconds: float | None, pace_s: float | None) -> CountingBlock:
        """Return this block for another range [deg], hold time [s] or pace [s per repetition]; None leaves it as it is."""
        return self

    def band(self, low_deg: float, high_deg: float) -> tuple[float | None, float | None]:
        """Return the ends [deg] of the form limit on the leading angle if the range of the drill is set to these; None keeps an end."""
        return low_deg, high_deg

    @property
    def timed_s(self) -> float:
        """Length of the hold that is counted [s]; NaN if the block does not count a hold."""
        return math.nan

    @property
    def counts_over_gaps(self) -> bool:
        """Whether a repetition goes on after samples were lost, and is marked for it."""
        return False

    @property
    def opposite_deg(self) -> float:
        """Size of a movement to the other side that shows that the wearer stands on the wrong leg [deg]; infinite if none does."""
        return math.inf

    def is_home(self, lead_deg: float) -> bool:
        """Return whether the wearer should be at the start of a repetition, where the drift of the gyroscope can be learned."""
        return True


class Spread:
    """Running mean, standard deviation and farthest value of angles."""

    def __init__(self) -> None:
        self._n, self._sum, self._squares = 0, 0.0, 0.0
        self.farthest = 0.0

    def add(self, value: float) -> None:
        """Add a value."""
        self._n += 1
        self._sum += value
        self._squares += value * value
        if abs(value) > abs(self.farthest):
            self.farthest = value

    @property
    def mean(self) -> float:
        """Mean of the values; 0 without any."""
        return self._sum / self._n if self._n else 0.0

    @property
    def sd(self) -> float:
        """Standard deviation of the values; 0 without any."""
        return math.sqrt(max(self._squares / self._n - self.mean**2, 0.0)) if self._n else 0.0
