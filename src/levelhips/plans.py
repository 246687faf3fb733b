"""The wearer's own programme: a TOML file to edit, today's list, and what of it was really done."""

from __future__ import annotations

import datetime as dt
import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levelhips.coaching.drills.drill import drills
from levelhips.coaching.programme import Item, Programme, load_hint, pain_hint, shoe_hint
from levelhips.errors import LevelHipsError, SettingsError
from levelhips.events import Side
from levelhips.history import Diary, Digest, History
from levelhips.history.trends import baseline
from levelhips.report.drill import comparison_lines
from levelhips.settings import Settings

DONE_SHARE = 0.8  # of what was asked: who stops two short of twenty-four has done it


def data_folder() -> Path:
    """Where the history and the programme are: the user's data folder, or what LEVELHIPS_DATA says."""
    from platformdirs import user_data_path

    said = os.environ.get("LEVELHIPS_DATA")
    return Path(said) if said else user_data_path("levelhips")


def documents() -> Path:
    """The folder for recordings."""
    from platformdirs import user_documents_path

    return user_documents_path() / "levelhips"


def history_path() -> Path:
    """The history's file."""
    return data_folder() / "history.sqlite"


def programme_path() -> Path:
    """The programme's file."""
    return data_folder() / "programme.toml"


def load_programme(path: Path) -> Programme:
    """The programme in a file; the usual one if there is none.

    Raises
    ------
    SettingsError
        If the file cannot be read, or something in it cannot be.
    """
    if not path.exists():
        return Programme()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        items = tuple(_item(entry) for entry in values.pop("item", []))
        days = values.pop("run_days", list(Programme().run_days))
        programme = Programme(run_days=tuple(days), items=items or Programme().items, **values)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})", fix="Mend its permissions") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
        raise SettingsError(f"{path}: {error}", fix="Correct it there; levelhips plan --reset makes the usual one anew") from error
    for item in programme.items:
        if item.drill not in drills():
            raise SettingsError(f"{path}: there is no drill {item.drill!r}", fix=f"Choose one of {', '.join(drills())}")
    return programme


def _item(entry: dict[str, Any]) -> Item:
    if entry.get("when") not in ("daily", "before-run", "after-run", "off", "acute"):
        raise ValueError(f"when is {entry.get('when')!r}; it is daily, before-run, after-run, off or acute")
    return Item(**{**entry, **({"sides": tuple(entry["sides"])} if "sides" in entry else {})})


def save_programme(programme: Programme, path: Path) -> None:
    """Write a programme, to be edited.

    Raises
    ------
    SettingsError
        If the file cannot be written.
    """
    lines = ["# The programme: edit what you like; levelhips plan shows it.", f"days = {programme.days}"]
    lines.append(f"run_days = {list(programme.run_days)}  # Monday is 0")
    for name in ("start", "acute_from"):
        if (value := getattr(programme, name)) is not None:
            lines.append(f"{name} = {value.isoformat()}")
    for item in programme.items:
        lines += ["", "[[item]]", f"drill = {json.dumps(item.drill)}", f"when = {json.dumps(item.when)}"]
        lines += [f"sets = {item.sets}", f"reps = {item.reps}", f"sides = {json.dumps(list(item.sides))}"]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})", fix="Mend its permissions") from error


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


def remember(file: Path, history_file: Path) -> list[str]:
    """Take the recording of a session that has just ended into the history; give what the sessions before say to it.

    If that cannot be done, this is what is said: the recording is kept all the same.
    """
    try:
        with History(history_file) as history:
            return remembered(history, file)
    except LevelHipsError as error:
        return [f"Not in the history: {error}"]


def remembered(history: History, file: Path) -> list[str]:
    """Take a recording into the history; give what the sessions before say to it.

    Raises
    ------
    RecordingError
        If nothing can be found in it.
    """
    found = history.add(file)
    if found.drill is None:
        return hints(history, found)
    name, side = found.drill["name"], Side(found.drill["side"])
    other, last = (history.last_drill(name, which.value, found.started) for which in (side.other, side))
    return comparison_lines(other, last)


def hints(history: History, found: Digest) -> list[str]:
    """What the weeks say to a run that was just made: load, pain, shoes, the road."""
    if found.kind != "run":
        return []
    diary, day = Diary(history), dt.datetime.now().astimezone().date()
    hints = [load_hint(found.moving_s / 60, history.longest_min(found.started))]
    hints.append(pain_hint(diary.pain_today("before", day), diary.pain_today("after", day)))
    hints += [shoe_hint(name, km) for name, km in diary.shoes().items()]
    if found.camber_deg is not None:
        low = "left" if found.camber_deg > 0 else "right"
        hints.append(
            f"The pelvis leaned {abs(found.camber_deg):.1f} deg to the {low} for minutes: if the road slopes, change sides; "
            "if it leans the same way on the way back, look at the clip"
        )
    return [hint for hint in hints if hint]


def thresholds_from(history: History, settings: Settings) -> dict[str, Any] | None:
    """The threshold settings that the last baseline session asks for; None if there is none."""
    known = baseline(history)
    if known is None:
        return None
    levels = {side.value: settings.threshold.first(*known[side.value]) for side in Side}
    return {"mode": "fixed", "left_deg": round(max(levels["left"], 0.2), 2), "right_deg": round(max(levels["right"], 0.2), 2)}
