"""Read and write the programme file (TOML)."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from levelhips.errors import SettingsError
from levelhips.programme.programme import Item, Programme
from levelhips.settings.installed import drills


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
