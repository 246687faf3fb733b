"""List of the exercises of a day, with those marked that have been done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from levelhips.history import History
from levelhips.programme.programme import Item, Programme

DONE_SHARE = 0.8  # of the repetitions of an item: 20 of 24 are as good as all


@dataclass(frozen=True, slots=True)
class Todo:
    """Item of the programme on one side, and whether it was done on that day."""

    item: Item
    side: str
    done: bool


def todays(programme: Programme, history: History, day: dt.date) -> list[Todo]:
    """Return the items of a day by side, each marked as done or not from the sessions of that day.

    The repetitions of a day are added up, and each counts for one item only: if a drill is listed twice, the first one is
    filled first.
    """
    remaining: dict[tuple[str, str], int] = {}  # repetitions that no item has used yet, by drill and side
    for name, side, reps in history.drills_on(day):
        remaining[name, side] = remaining.get((name, side), 0) + reps
    todos = []
    for item in programme.today(day):
        for side in item.sides:
            target_reps = item.sets * item.reps
            done_reps = remaining.get((item.drill, side), 0)
            done = done_reps >= DONE_SHARE * target_reps
            if done:
                remaining[item.drill, side] = max(0, done_reps - target_reps)
            todos.append(Todo(item, side, done))
    return todos
