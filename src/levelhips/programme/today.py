"""Today's list of the programme, with what was done of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from levelhips.history import History
from levelhips.programme.programme import Item, Programme

DONE_SHARE = 0.8  # of what was asked: who stops two short of twenty-four has done it


@dataclass(frozen=True, slots=True)
class Todo:
    """An item of today, for one side, and whether it was done."""

    item: Item
    side: str
    done: bool


def todays(programme: Programme, history: History, day: dt.date) -> list[Todo]:
    """Today's list, with marks from the sessions of the day: each counts once, in their order."""
    left: dict[tuple[str, str], int] = {}
    for name, side, reps in history.drills_on(day):
        left[name, side] = left.get((name, side), 0) + reps
    out = []
    for item in programme.today(day):
        for side in item.sides:
            asked = item.sets * item.reps
            had = left.get((item.drill, side), 0)
            done = had >= DONE_SHARE * asked
            if done:
                left[item.drill, side] = max(0, had - asked)
            out.append(Todo(item, side, done))
    return out
