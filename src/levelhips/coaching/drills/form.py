"""Monitor the form in a drill: its limits, and repetitions to the wrong side."""

from __future__ import annotations

import math

from levelhips.coaching.drills.counters import BandMonitor, Crossed, FormLimit
from levelhips.events import FormFault

SLACK_S = 0.3  # a fault this shortly before a repetition belongs to it, because the start of a repetition is extrapolated
MIN_OPPOSITE_S = 0.5  # a shorter movement to the wrong side and back is a stumble


class FormMonitor:
    """Monitor of all form limits of a drill, which keeps the faults since the last repetition."""

    def __init__(self, keep: tuple[FormLimit, ...]) -> None:
        self._keep = keep
        self._monitors: list[BandMonitor] = []
        self._faults: list[tuple[float, FormFault]] = []

    def restart(self) -> None:
        """Start again, because a new start position was taken."""
        self._monitors = [limit.start() for limit in self._keep]
        self._faults.clear()

    def forget_faults(self) -> None:
        """Drop the faults of the present repetition, because samples are missing in it."""
        self._faults.clear()

    def push(self, t_s: float, values: dict[str, float]) -> list[Crossed]:
        """Process the signals of one sample; return the faults that begin with it."""
        pushed = ((monitor, monitor.push(t_s, values[monitor.band.signal])) for monitor in self._monitors)
        return [crossed for _, crossed in pushed if crossed is not None]

    def note(self, t_s: float, fault: FormFault) -> None:
        """Keep a fault until its repetition is finished."""
        self._faults.append((t_s, fault))

    @property
    def inside(self) -> bool:
        """Whether every form limit is kept at present."""
        return not any(monitor.outside for monitor in self._monitors)

    def take_faults(self, from_s: float) -> list[FormFault]:
        """Return the faults of the repetition that began at `from_s` [s], and drop all faults kept so far."""
        found = [fault for at_s, fault in self._faults if at_s >= from_s - SLACK_S]
        self._faults.clear()
        return found


class OppositeSide:
    """Detector of repetitions to the other side, which show that the wearer stands on the wrong leg."""

    def __init__(self, size_deg: float) -> None:
        self._size_deg = size_deg
        self.restart()

    def restart(self) -> None:
        """Forget the present attempt."""
        self._began_s, self._deepest_deg = math.nan, 0.0

    def push(self, t_s: float, lead_deg: float) -> bool:
        """Process the leading angle [deg] of one sample; return whether a repetition to the other side ended with it."""
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
