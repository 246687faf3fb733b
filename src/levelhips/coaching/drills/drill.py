"""Declare drills. The bundled ones are in `catalog`; other packages add theirs through the same entry point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from levelhips.bounds import FieldError, bounded, check, choice
from levelhips.coaching.drills.counters import CountingBlock, FormLimit
from levelhips.coaching.drills.start_position import StartPosition
from levelhips.events import Posture, Side
from levelhips.text import text


@dataclass(frozen=True, slots=True)
class Dose:
    """Sets of repetitions with a rest between them."""

    sets: int
    reps: int
    rest_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill: start position, what is counted, what must be kept, and the dose.

    Attributes
    ----------
    name, title : str
        Name on the command line, and title on the screen.
    stance : StartPosition
        The start position, e.g. `UPRIGHT` or `SIDE_LYING` (on the side that does not work).
    count : CountingBlock
        How repetitions are counted. Its signal is the leading angle of the drill.
    keep : tuple of FormLimit
        Limits that the form must keep; to leave one is a form fault.
    band_deg : (float, float)
        Range of the leading angle that the screen shows as the target [deg].
    dose : Dose
    instruction : str
        What to do, for the voice and the screen; {side} is replaced by the side that works, {other} by the other one.
    zero : str
        What angles are relative to: the ``start`` position, or ``standing`` on both feet.
    ready_s : float
        Time that the wearer has to get into the start position before it can be taken [s].
    still_dps : float
        Largest angular rate at which the start position counts as held still [deg/s]; people sway more on one leg.
    reach_deg : float
        Largest angle from the start position that the drill needs [deg]; beyond it the wearer has left the position.
    bow : bool
        Whether the wearer bows on both feet first, to measure how far the clip is turned. In a hinge of 60 deg, a clip turned by
        5 deg would show a drop of 4 deg that is not there.
    source : str
        Source of the dose and the limits.
    """

    name: str
    title: str
    stance: StartPosition
    count: CountingBlock
    keep: tuple[FormLimit, ...]
    band_deg: tuple[float, float]
    dose: Dose
    instruction: str
    zero: Literal["start", "standing"] = "start"
    ready_s: float = 4.0
    still_dps: float = 10.0
    reach_deg: float = 45.0
    bow: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.stance, StartPosition):
            raise ValueError(f"{self.name}: stance is {self.stance!r}; it must be a StartPosition, such as UPRIGHT")
        signals = self.stance.signals
        used: list[CountingBlock | FormLimit] = [self.count, *self.keep]
        for block in used:
            if block.signal not in signals:
                raise ValueError(f"{self.name}: {block.signal} cannot be seen {self.stance.name}; there are {', '.join(signals)}")

    def posture(self, side: Side) -> Posture | None:
        """Return the posture in which the hip of `side` works; None if any posture will do."""
        return self.stance.posture(side)

    def instruction_s(self, side: Side) -> float:
        """Return the length of the spoken instruction [s]; the start position is not taken before its end."""
        return len(self.instruction_for(side)) / 13  # the bundled voice speaks 13-15 characters per second

    def instruction_for(self, side: Side) -> str:
        """Return the instruction for a side."""
        return self.instruction.format(side=side.value, other=side.other.value)

    def adapted(self, settings: DrillSettings) -> Drill:
        """Return this drill with the dose, range and pace of the settings; values that are None there keep those of the drill."""
        dose = self.dose
        dose = Dose(settings.sets or dose.sets, settings.reps or dose.reps, dose.rest_s if settings.rest_s is None else settings.rest_s)
        low = self.band_deg[0] if settings.low_deg is None else settings.low_deg
        high = self.band_deg[1] if settings.high_deg is None else settings.high_deg
        count = self.count.adapted(low, high, settings.seconds, settings.pace_s)
        keep = self.keep
        if settings.low_deg is not None or settings.high_deg is not None:
            # Only the form limit on the leading angle moves with its range.
            keep = tuple(limit.moved(*count.band(low, high)) if limit.signal == count.signal else limit for limit in keep)
        return replace(self, dose=dose, count=count, keep=keep, band_deg=(low, high))


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """Settings of a drill session: the drill, its side, and changes to its dose, range and pace. Without a name it is a run."""

    name: str = ""
    side: Literal["left", "right"] = choice("left")
    # Far above any sensible dose: 20 sets, 100 repetitions.
    sets: int | None = bounded(None, 1, 20)
    reps: int | None = bounded(None, 1, 100)
    rest_s: float | None = bounded(None, 0, 600)
    seconds: float | None = bounded(None, 2, 1800)
    low_deg: float | None = bounded(None, -90, 90)
    high_deg: float | None = bounded(None, -90, 90)
    # Of a whole repetition. Below 1.5 s its parts overlap; above 20 s it is a hold.
    pace_s: float | None = bounded(None, 1.5, 20)

    def __post_init__(self) -> None:
        check(self)
        if self.low_deg is not None and self.high_deg is not None and self.low_deg >= self.high_deg:
            raise FieldError("low_deg", text("problem.low-above-high", low=f"{self.low_deg:g}", high=f"{self.high_deg:g}"))

    @property
    def chosen(self) -> Side:
        """The chosen side."""
        return Side(self.side)
