"""Form of a drill: limits that must be kept, and repetitions to the wrong side."""

from __future__ import annotations

import math

from levelhips.coaching.drills.counters import BandMonitor, Crossed, FormLimit
from levelhips.events import FormFault

SLACK_S = 0.3  # the start of a repetition is extrapolated; a fault so shortly before it belongs to it
MIN_OPPOSITE_S = 0.5  # to the wrong side and back: shorter is a stumble


class FormMonitor:
    """Monitor of every form limit of a drill, with the faults since the last repetition."""

    def __init__(self, keep: tuple[FormLimit, ...]) -> None:
        self._keep = keep
        self._monitors: list[BandMonitor] = []
        self._faults: list[tuple[float, FormFault]] = []

    def restart(self) -> None:
        """Start from a newly taken start position."""
        self._monitors = [limit.start() for limit in self._keep]
        self._faults.clear()

    def forget_faults(self) -> None:
        """Drop the repetition that missing samples belonged to."""
        self._faults.clear()

    def push(self, t_s: float, values: dict[str, float]) -> list[Crossed]:
        """Process the signals of one sample; return the faults that begin with it."""
        pushed = ((monitor, monitor.push(t_s, values[monitor.band.signal])) for monitor in self._monitors)
        return [crossed for _, crossed in pushed if crossed is not None]

    def note(self, t_s: float, fault: FormFault) -> None:
        """Remember a fault for the repetition it belongs to."""
        self._faults.append((t_s, fault))

    @property
    def inside(self) -> bool:
        """Whether every limit is kept."""
        return not any(monitor.outside for monitor in self._monitors)

    def take_faults(self, from_s: float) -> list[FormFault]:
        """Return the faults of the repetition that started at `from_s`, and forget all."""
        found = [fault for at_s, fault in self._faults if at_s >= from_s - SLACK_S]
        self._faults.clear()
        return found


class OppositeSide:
    """Detector of repetitions to the other side: the wearer stands on the wrong leg."""

    def __init__(self, size_deg: float) -> None:
        self._size_deg = size_deg
        self.restart()

    def restart(self) -> None:
        """Forget the present attempt."""
        self._began_s, self._deepest_deg = math.nan, 0.0

    def push(self, t_s: float, lead_deg: float) -> bool:
        """Process one leading angle; return whether a repetition to the other side ended with it."""
        half = -self._size_deg / 2
        if math.isnan(self._began_s):
            if lead_deg < half:
                self._began_s, self._deepest_deg = t_s, lead_deg
            return False
        self._deepest_deg = min(self._deepest_deg, lead_deg)
        if lead_deg <= half:
            return False
        found = self._deepest_deg < -self._size_deg and t_s - self._began_s > MIN_OPPOSITE_S
        self.restart()
        return found
