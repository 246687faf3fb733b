"""Declaration of a drill. The bundled ones are in `catalog`; those of other packages are found by the same entry point."""

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
        For the command line, and for people.
    stance : StartPosition
        The start position, e.g. `UPRIGHT` or `SIDE_LYING` (on the side that does not work).
    count : CountingBlock
        What is counted: its signal is the leading angle.
    keep : tuple of FormLimit
        What must be kept; leaving it is a form fault.
    band_deg : (float, float)
        Where the leading angle should be, for the screen.
    dose : Dose
    instruction : str
        What to do, in words; {side} is the hip that works, {other} the other one.
    zero : str
        What angles are relative to: the ``start`` position, or ``standing`` on both feet.
    ready_s : float
        Time to get into the start position before it may be taken.
    still_dps : float
        How still the start position is held: on one leg people sway.
    reach_deg : float
        How far from its start position the drill may take the pelvis; farther is another posture.
    bow : bool
        Whether to measure first, by one bow on both feet, how far the clip is turned: 5 deg look like 4 deg of a hinge of 60.
    source : str
        Where dose and limits come from.
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
        """Return the posture in which the hip of `side` works; None: any."""
        return self.stance.posture(side)

    def instruction_s(self, side: Side) -> float:
        """Return how long the spoken instruction takes: nobody should have to begin before its end."""
        return len(self.instruction_for(side)) / 13  # the bundled voice says 13-15 letters a second

    def instruction_for(self, side: Side) -> str:
        """Return the instruction for a side."""
        return self.instruction.format(side=side.value, other=side.other.value)

    def adapted(self, settings: DrillSettings) -> Drill:
        """Return this drill with the dose, range and pace of the settings; what they leave open stays as it is."""
        dose = self.dose
        dose = Dose(settings.sets or dose.sets, settings.reps or dose.reps, dose.rest_s if settings.rest_s is None else settings.rest_s)
        low = self.band_deg[0] if settings.low_deg is None else settings.low_deg
        high = self.band_deg[1] if settings.high_deg is None else settings.high_deg
        count = self.count.adapted(low, high, settings.seconds, settings.pace_s)
        keep = self.keep
        if settings.low_deg is not None or settings.high_deg is not None:
            # The limit of the leading angle moves with its range; the others stay.
            keep = tuple(limit.moved(*count.band(low, high)) if limit.signal == count.signal else limit for limit in keep)
        return replace(self, dose=dose, count=count, keep=keep, band_deg=(low, high))


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """Which drill, and how it differs from its usual dose and range; without a name the session is a run."""

    name: str = ""
    side: Literal["left", "right"] = choice("left")
    # An hour of sets of a minute and its rest are 20; 100 repetitions take five minutes.
    sets: int | None = bounded(None, 1, 20)
    reps: int | None = bounded(None, 1, 100)
    rest_s: float | None = bounded(None, 0, 600)
    seconds: float | None = bounded(None, 2, 1800)
    low_deg: float | None = bounded(None, -90, 90)
    high_deg: float | None = bounded(None, -90, 90)
    # Below 1.5 s out, hold and back run into one another; after 20 s it is a hold.
    pace_s: float | None = bounded(None, 1.5, 20)

    def __post_init__(self) -> None:
        check(self)
        if self.low_deg is not None and self.high_deg is not None and self.low_deg >= self.high_deg:
            raise FieldError("low_deg", text("problem.low-above-high", low=f"{self.low_deg:g}", high=f"{self.high_deg:g}"))

    @property
    def chosen(self) -> Side:
        """The chosen side."""
        return Side(self.side)
