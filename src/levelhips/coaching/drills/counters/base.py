"""What all blocks share: a moment as they see it, and what they say of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Seen:
    """One moment: time [s], the leading angle smoothed for ranges and for haste [deg], turning [deg/s], push to the side [m/s2]."""

    t_s: float
    slow_deg: float
    quick_deg: float
    rate_dps: float
    lateral_mps2: float
    inside: bool  # all bands kept


@dataclass(frozen=True, slots=True)
class Done:
    """A repetition, or half of one (`why`: short, not-back, no-movement)."""

    from_s: float
    range_deg: float
    mean_deg: float
    sd_deg: float
    out_s: float
    hold_s: float
    back_s: float
    full: bool = True
    why: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """Something to hear: a beat, or (`cheat`) what the wearer did wrong."""

    what: str
    number: int = 0
    cheat: bool = False


class Watch(Protocol):
    """What a counting block puts to work."""

    def push(self, seen: Seen) -> list[Done | Said]:
        """Take one moment."""

    def interrupt(self) -> None:
        """Samples are missing, or the wearer paused: what was begun is void."""


class Spread:
    """Mean, spread and farthest value of angles, one by one."""

    def __init__(self) -> None:
        self._n, self._sum, self._squares = 0, 0.0, 0.0
        self.farthest = 0.0

    def add(self, value: float) -> None:
        self._n += 1
        self._sum += value
        self._squares += value * value
        if abs(value) > abs(self.farthest):
            self.farthest = value

    @property
    def mean(self) -> float:
        return self._sum / self._n if self._n else 0.0

    @property
    def sd(self) -> float:
        return math.sqrt(max(self._squares / self._n - self.mean**2, 0.0)) if self._n else 0.0
