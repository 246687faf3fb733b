"""The programme between the runs: which drills on which day, what before and after a run, and the notes that go with it.

The programme is data; a wearer's own stands in a TOML file. Sources: the three self-treatment guides, named A ("stop
stretching"), B ("self-care") and C ("top five") in docs/programme.md, where what they claim stands with its evidence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args

from levelhips.bounds import FieldError, FieldSpec, shown
from levelhips.text import Text, text


class DayKind(StrEnum):
    """What kind of day it is."""

    RUN = "run"
    OFF = "off"
    ACUTE = "acute"  # stairs hurt: no running for a week


When = Literal["daily", "before-run", "after-run", "off", "acute"]
_WHEN = FieldSpec("when", str, "daily", choices=get_args(When))
# The same dose as a drill itself takes: an hour of sets, five minutes of repetitions.
_SETS, _REPS = FieldSpec("sets", int, 2, low=1, high=20), FieldSpec("reps", int, 12, low=1, high=100)


@dataclass(frozen=True, slots=True)
class Item:
    """Something to do: a drill of both hips (or one), when, and how much of it."""

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
    """A wearer's programme.

    Attributes
    ----------
    start : date or None
        The first day.
    items : tuple of Item
    run_days : tuple of int
        Weekdays with a run, Monday 0.
    acute_from : date or None
        Since when it is acute.
    """

    start: dt.date | None = None
    items: tuple[Item, ...] = DEFAULT
    run_days: tuple[int, ...] = (0, 2, 4, 6)  # every other day at the most: the retraining protocols ran four times a week
    acute_from: dt.date | None = None
    days: int = DAYS

    def __post_init__(self) -> None:
        _DAYS.check(self.days)
        if not isinstance(self.run_days, tuple) or any(type(day) is not int or not 0 <= day <= 6 for day in self.run_days):
            raise FieldError("run_days", text("problem.run-days", value=_listed(self.run_days)))
        for name in ("start", "acute_from"):
            value = getattr(self, name)
            if value is not None and type(value) is not dt.date:  # a date with a time is a date only to Python
                raise FieldError(name, text("problem.date", value=_listed(value)))

    def kind(self, day: dt.date) -> DayKind:
        """Return the kind of a day."""
        if self.acute_from is not None and 0 <= (day - self.acute_from).days < ACUTE_DAYS:
            return DayKind.ACUTE
        return DayKind.RUN if day.weekday() in self.run_days else DayKind.OFF

    def day_number(self, day: dt.date) -> int | None:
        """Which day of the programme it is, from 1; None outside of it."""
        if self.start is None or not 0 <= (day - self.start).days < self.days:
            return None
        return (day - self.start).days + 1

    def today(self, day: dt.date) -> list[Item]:
        """Return the items of a day."""
        wanted: dict[DayKind, tuple[When, ...]] = {
            DayKind.RUN: ("daily", "before-run", "after-run"),
            DayKind.OFF: ("daily", "off"),
            DayKind.ACUTE: ("acute",),
        }
        return [item for item in self.items if item.when in wanted[self.kind(day)]]


def _listed(value: object) -> str:
    """Return a value as it is written in the file."""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return shown(list(value) if isinstance(value, tuple) else value)


@dataclass(frozen=True, slots=True)
class Note:
    """A note from the guides: a title, a text, and the guides that it comes from."""

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
