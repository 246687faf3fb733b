"""Declaration of a metric: one figure of a step, a stride or a repetition, and how it is reported."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any

from levelhips.events import Rep, Step, Stride
from levelhips.samples import STANDARD_GRAVITY_MPS2
from levelhips.text import Text, number, text

Measured = Step | Stride | Rep
"""The events that have metrics."""

DEGREES = 180.0 / math.pi  # from radians
PER_G = 1.0 / STANDARD_GRAVITY_MPS2  # from m/s2
MILLI = 1e3  # from s to ms and from m to mm

# How the unit of a metric ends the name of its column.
SUFFIXES = {"": "", "deg": "_deg", "s": "_s", "g": "_g", "m": "_m", "deg/s": "_dps", "steps/min": "_spm", "%": "_percent"}


# Units whose names depend on the language; all others are symbols.
_UNIT_WORDS = {"deg": text("unit.deg"), "deg/s": text("unit.deg-per-s"), "steps/min": text("unit.steps-per-min")}


def unit_words(unit: str) -> str:
    """Return a unit as people read it on a screen; files keep the unit itself."""
    return str(_UNIT_WORDS.get(unit, unit))


class ShownIn(Flag):
    """Where a metric is reported."""

    CSV = auto()  # a column of steps.csv, strides.csv or reps.csv
    SUMMARY = auto()  # a row of the terminal's summary
    REVIEW = auto()  # a column of the table in the review
    HISTORY = auto()  # kept for every session, to be compared over weeks


CSV, SUMMARY, REVIEW, HISTORY = ShownIn
AVERAGED = SUMMARY | HISTORY
"""A metric that is shown in one of these has a mean, which is in `summary.json` too."""


@dataclass(frozen=True, slots=True)
class Display:
    """How a figure is written for people: unit, factor from the metric's own unit, and digits after the point."""

    unit: str
    factor: float
    digits: int


@dataclass(frozen=True, slots=True)
class Truth:
    """The true value of a metric in a simulation, for `levelhips check-plugin`, and how far the measured one may be off.

    Attributes
    ----------
    value : callable
        Takes a `TrueStep`, `TrueStride` or `TrueRep` of `levelhips.simulation.truth`; returns the value in the metric's unit.
    bias, sd : float
        Largest mean of the errors and largest standard deviation of the errors, in the metric's unit.
    """

    value: Callable[[Any], float | str]
    bias: float
    sd: float


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of an event, declared once.

    Attributes
    ----------
    key : str
        Unique name, in lower case with underscores.
    of : type
        The event it belongs to: Step, Stride or Rep.
    field : str or callable
        Name of the event's attribute, or a function that takes the event.
    label : str or Text
        Two or three words for people; default: the message ``metric.<key>.label`` of the text catalog.
    help : str or Text
        Definition in one line; default: the message ``metric.<key>.help``.
    unit : str
        Unit of the reported value, one of `SUFFIXES`.
    scale : float
        Factor from the field's unit to the reported unit.
    digits : int or None
        Digits after the point in tables; None: the figure is a word.
    by_side : bool
        Whether left and right have means of their own.
    shown_in : ShownIn
        Where it is reported. A metric shown in more than tables must be a number of which a mean makes sense.
    column : str
        Header of its CSV column; default: the key and its unit.
    display : Display or None
        How people read it; None: in its unit, with a digit less than in tables.
    truth : Truth, str or None
        Its true value in a simulation, or the reason why there is none; of the metrics of levelhips itself it is in
        `levelhips.simulation.truth`.

    Raises
    ------
    ValueError
        If the declaration contradicts itself.
    """

    key: str
    of: type[Measured]
    field: str | Callable[[Any], float | str]
    label: str | Text = ""
    help: str | Text = ""
    unit: str = ""
    scale: float = 1.0
    digits: int | None = 3
    by_side: bool = False
    shown_in: ShownIn = CSV | HISTORY
    column: str = ""
    display: Display | None = None
    truth: Truth | str | None = None

    def __post_init__(self) -> None:
        if not self.key.isidentifier() or self.key.lower() != self.key:
            raise ValueError(f"The key {self.key!r} is not a name in lower case")
        if self.of not in (Step, Stride, Rep):
            raise ValueError(f"{self.key} is not a metric of Step, Stride or Rep")
        if self.unit not in SUFFIXES:
            raise ValueError(f"{self.key} has the unit {self.unit!r}, not one of {', '.join(SUFFIXES)}")
        for part in ("label", "help"):
            if not getattr(self, part):
                object.__setattr__(self, part, text(f"metric.{self.key}.{part}"))
        if self.digits is None and (self.averaged or self.unit or self.scale != 1.0):
            raise ValueError(f"{self.key} is a word: it has no mean, no unit and no scale")
        if not self.column:
            object.__setattr__(self, "column", self.key + SUFFIXES[self.unit])

    def __str__(self) -> str:
        return self.key

    @property
    def averaged(self) -> bool:
        """Whether a mean of it is reported."""
        return bool(self.shown_in & AVERAGED)

    def value(self, event: Measured) -> float | str:
        """Return the figure of an event in the metric's unit; NaN if it was not measured."""
        raw: Any = getattr(event, self.field) if isinstance(self.field, str) else self.field(event)
        if self.digits is None:
            return str(raw)
        return float(raw) * self.scale

    def cell(self, event: Measured) -> str:
        """Return the figure as text of a table; empty if it was not measured."""
        value = self.value(event)
        return value if isinstance(value, str) else f"{value:.{self.digits}f}" if math.isfinite(value) else ""

    @property
    def shown(self) -> Display:
        """How people read the figure."""
        return self.display or Display(self.unit, 1.0, max((self.digits or 0) - 1, 0))

    @property
    def title(self) -> str:
        """Label and unit, as above a column or beside an axis."""
        return f"{self.label} [{unit_words(self.shown.unit)}]" if self.shown.unit else str(self.label)

    def text(self, value: float, *, sign: bool = False) -> str:
        """Write a value given in the metric's unit for people, without its unit; a dash if there is none."""
        if not math.isfinite(value):
            return "-"
        shown = self.shown
        rounded = round(value * shown.factor, shown.digits) + 0.0  # a negative zero becomes a zero
        return number(rounded, f"{'+' if sign else ''}.{shown.digits}f")
