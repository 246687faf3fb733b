"""Form limits of drills: a band that an angle must stay in, and a foot that must stay off the ground."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from levelhips.events import FormFault


@dataclass(frozen=True, slots=True)
class Crossed:
    """Beginning of a form fault, with the angle and the limit that it passed [deg]; NaN if the limit is not on an angle."""

    fault: FormFault
    value_deg: float = math.nan
    limit_deg: float = math.nan


class FormLimit(ABC):
    """Declaration of a limit that the form must keep, on the signal `signal`. `start` returns its monitor."""

    __slots__ = ()

    signal: str

    @abstractmethod
    def start(self) -> BandMonitor:
        """Return a new monitor."""

    @property
    def angles(self) -> tuple[tuple[FormFault | None, int, float], ...]:
        """The limits on angles, each with its fault, +1 (above) or -1 (below), and the limit [deg]; empty if there are none."""
        return ()

    @property
    @abstractmethod
    def faults(self) -> tuple[FormFault, ...]:
        """The form faults that this limit can find."""

    def moved(self, low_deg: float | None, high_deg: float | None) -> FormLimit:
        """Return this limit with other ends [deg], if it has any; None leaves an end as it is."""
        return self


def _named(fault: FormFault | None) -> FormFault | None:
    return FormFault(fault) if fault else None


@dataclass(frozen=True, slots=True)
class Band(FormLimit):
    """Band that an angle must stay in; to leave it is the fault `below` or `above`."""

    signal: str
    low_deg: float = -math.inf
    high_deg: float = math.inf
    below: FormFault | None = None
    above: FormFault | None = None
    linger_s: float = 0.02  # shorter is soft tissue that swings at 9-12 Hz (a fifth of its period), and not the pelvis
    again_deg: float = 1.0  # how far inside the angle must return before it can leave again: twice the swing of soft tissue

    def __post_init__(self) -> None:
        object.__setattr__(self, "below", _named(self.below))
        object.__setattr__(self, "above", _named(self.above))

    def start(self) -> BandMonitor:
        """Return a new monitor of this limit."""
        return BandMonitor(self)

    @property
    def angles(self) -> tuple[tuple[FormFault | None, int, float], ...]:
        """The form fault beyond each end of the band, the sign of that end, and its angle [deg]."""
        return (self.above, 1, self.high_deg), (self.below, -1, self.low_deg)

    @property
    def faults(self) -> tuple[FormFault, ...]:
        """The form faults that this limit can find."""
        return tuple(dict.fromkeys(fault for fault in (self.below, self.above) if fault is not None))

    def moved(self, low_deg: float | None, high_deg: float | None) -> FormLimit:
        """Return this band with other ends [deg]; None keeps an end."""
        low_deg, high_deg = self.low_deg if low_deg is None else low_deg, self.high_deg if high_deg is None else high_deg
        return replace(self, low_deg=low_deg, high_deg=high_deg)


@dataclass(frozen=True, slots=True)
class Jolt(FormLimit):
    """Limit on the acceleration while one foot is kept off the ground: a jolt shows that the foot was set down."""

    name: FormFault
    above_mps2: float = 1.5  # sway on one leg stays under 0.5 m/s2; setting the foot down gives at least 2
    linger_s: float = 0.01  # a jolt of a single sample may be a rattle of the clip
    signal: str = "jolt"

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", FormFault(self.name))

    def start(self) -> BandMonitor:
        """Return a new monitor of this limit."""
        band = Band(self.signal, -math.inf, self.above_mps2, above=self.name, linger_s=self.linger_s, again_deg=self.above_mps2 / 3)
        return BandMonitor(band, of_angle=False)

    @property
    def faults(self) -> tuple[FormFault, ...]:
        """The form faults that this limit can find."""
        return (self.name,)


class BandMonitor:
    """Detector of the times at which a signal leaves its band."""

    def __init__(self, band: Band, *, of_angle: bool = True) -> None:
        self.band, self._of_angle = band, of_angle
        self._since_s = math.nan
        self.outside = False

    def push(self, t_s: float, value: float) -> Crossed | None:
        """Process one value; return the fault that begins with it."""
        band = self.band
        over = value > band.high_deg
        if over or value < band.low_deg:
            if math.isnan(self._since_s):
                self._since_s = t_s
            if self.outside or t_s - self._since_s < band.linger_s - 1e-9:
                return None
            self.outside = True
            fault = band.above if over else band.below
            if fault is None:
                return None
            return Crossed(fault, value, band.high_deg if over else band.low_deg) if self._of_angle else Crossed(fault)
        self._since_s = math.nan
        if self.outside and band.low_deg + band.again_deg <= value <= band.high_deg - band.again_deg:
            self.outside = False
        return None
