"""Exercise programme: which drills to do on which day, before or after a run, and the notes from the guides.

The default programme is declared here; the wearer can change it in a TOML file (`store`). It follows three self-treatment
guides for runners, which the notes call A, B and C (docs/programme.md).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args

from levelhips.bounds import FieldError, FieldSpec, shown
from levelhips.text import Text, text


class DayKind(StrEnum):
    """Kind of a day of the programme: it decides which items are to be done."""

    RUN = "run"
    OFF = "off"
    ACUTE = "acute"  # climbing stairs hurts: no running for a week


When = Literal["daily", "before-run", "after-run", "off", "acute"]
_WHEN = FieldSpec("when", str, "daily", choices=get_args(When))
# The same bounds as in `DrillSettings`, far above any sensible dose.
_SETS, _REPS = FieldSpec("sets", int, 2, low=1, high=20), FieldSpec("reps", int, 12, low=1, high=100)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the programme: a drill, when to do it, how much, and on which sides.

    Attributes
    ----------
    drill : str
        Name of the drill.
    when : str
        Every day, before or after a run, on a day without a run, or in an acute week.
    sets, reps : int
        Sets on each side, and repetitions in each set.
    sides : tuple of str
        ``left``, ``right`` or both, in the order in which they are done.

    Raises
    ------
    FieldError
        If a value is not allowed.
    """

    drill: str
    when: When
    sets: int = 2
    reps: int = 12
    sides: tuple[str, ...] = ("left", "right")

    def __post_init__(self) -> None:
        _WHEN.check(self.when)
        _SETS.check(self.sets)
        _REPS.check(self.reps)
        if self.sides not in (("left", "right"), ("right", "left"), ("left",), ("right",)):
            raise FieldError("sides", text("problem.sides", value=_listed(self.sides)))


DEFAULT: tuple[Item, ...] = (
    Item("clamshell", "daily"),
    Item("side-lying-abduction", "daily"),
    Item("pelvic-drop", "daily"),
    Item("clamshell", "before-run", sets=1),
    Item("side-steps", "before-run", sets=1, reps=10),
    Item("band-walk", "after-run"),
    Item("bridge", "after-run", reps=10),
    Item("deadlift", "off", reps=8),
    Item("self-test", "off", sets=1, reps=1),
    Item("side-leg-hold", "acute", reps=1),
    Item("clamshell", "acute", sets=1),
)
DAYS = 14
ACUTE_DAYS = 7
_DAYS = FieldSpec("days", int, DAYS, low=1, high=365)  # longer than a year is not a programme


@dataclass(frozen=True, slots=True)
class Programme:
    """Programme of one wearer.

    Attributes
    ----------
    start : date or None
        First day; None if the programme was not started.
    items : tuple of Item
        What to do, in the order in which it is listed.
    run_days : tuple of int
        Weekdays with a run; Monday is 0.
    acute_from : date or None
        First day of the acute week; None if there is none.
    days : int
        Length of the programme in days.

    Raises
    ------
    FieldError
        If a value is not allowed.
    """

    start: dt.date | None = None
    items: tuple[Item, ...] = DEFAULT
    # Four runs a week, as in the retraining protocols (eight sessions in two weeks: Noehren 2011, Willy 2012); the guides name
    # no weekdays. Each run is followed by a day without one, except Sunday's: Monday is a run day, too.
    run_days: tuple[int, ...] = (0, 2, 4, 6)
    acute_from: dt.date | None = None
    days: int = DAYS

    def __post_init__(self) -> None:
        _DAYS.check(self.days)
        if not isinstance(self.run_days, tuple) or any(type(day) is not int or not 0 <= day <= 6 for day in self.run_days):
            raise FieldError("run_days", text("problem.run-days", value=_listed(self.run_days)))
        for name in ("start", "acute_from"):
            value = getattr(self, name)
            if value is not None and type(value) is not dt.date:  # a `datetime` is a `date` to isinstance()
                raise FieldError(name, text("problem.date", value=_listed(value)))

    def kind(self, day: dt.date) -> DayKind:
        """Return the kind of a day."""
        if self.acute_from is not None and 0 <= (day - self.acute_from).days < ACUTE_DAYS:
            return DayKind.ACUTE
        return DayKind.RUN if day.weekday() in self.run_days else DayKind.OFF

    def day_number(self, day: dt.date) -> int | None:
        """Return the number of a day in the programme, from 1; None before its start, after its end, or if it was not started."""
        if self.start is None or not 0 <= (day - self.start).days < self.days:
            return None
        return (day - self.start).days + 1

    def outside(self, day: dt.date) -> Text:
        """Return why a day has no number in the programme: it was not started, begins later, or has ended."""
        if self.start is None:
            return text("programme.not-started")
        if day < self.start:
            return text("programme.begins", date=self.start.isoformat())
        return text("programme.ended", date=(self.start + dt.timedelta(days=self.days - 1)).isoformat())

    def today(self, day: dt.date) -> list[Item]:
        """Return the items to do on a day."""
        wanted: dict[DayKind, tuple[When, ...]] = {
            DayKind.RUN: ("daily", "before-run", "after-run"),
            DayKind.OFF: ("daily", "off"),
            DayKind.ACUTE: ("acute",),
        }
        return [item for item in self.items if item.when in wanted[self.kind(day)]]


def _listed(value: object) -> str:
    """Return a value as it is written in a programme file."""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return shown(list(value) if isinstance(value, tuple) else value)


@dataclass(frozen=True, slots=True)
class Note:
    """Advice to the wearer: a title, a text, and the letters of the guides that it comes from (empty: our own)."""

    title: Text
    text: Text
    guides: tuple[str, ...] = field(default=())


NOTES: tuple[Note, ...] = (
    Note(text("programme-note.stop.title"), text("programme-note.stop.text")),
    Note(text("programme-note.rolling.title"), text("programme-note.rolling.text"), ("A", "B", "C")),
    Note(text("programme-note.stretching.title"), text("programme-note.stretching.text"), ("A", "B", "C")),
    Note(text("programme-note.toes.title"), text("programme-note.toes.text"), ("A", "B", "C")),
    Note(text("programme-note.acute.title"), text("programme-note.acute.text"), ("A",)),
    Note(text("programme-note.return.title"), text("programme-note.return.text"), ("A",)),
    Note(text("programme-note.road.title"), text("programme-note.road.text"), ("A",)),
    Note(text("programme-note.shoes.title"), text("programme-note.shoes.text"), ("A",)),
)
