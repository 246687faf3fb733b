"""Read and write the programme file (TOML)."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from levelhips.bounds import FieldError, shown
from levelhips.errors import SettingsError
from levelhips.programme.programme import Item, Programme
from levelhips.settings.installed import drills
from levelhips.settings.store import read_text, write_text
from levelhips.text import Text, text, tr

ITEM_KEYS = tuple(one.name for one in fields(Item))
KEYS = ("item", *(one.name for one in fields(Programme) if one.name != "items"))


def load_programme(path: Path) -> Programme:
    """Return the programme in a file; the default one if there is no file.

    Raises
    ------
    SettingsError
        If the file cannot be read, is not TOML, or has a wrong entry. The message names the file, the key and the line.
    """
    if not path.exists():
        return Programme()
    content = _read(path)
    try:
        return _programme(tomllib.loads(content))
    except _EntryError as error:
        line = _line_of(content, error.key, error.item)
        place = path if line is None else text("place.line", path=path, line=line)
        raise SettingsError("wrong-programme", place=place, key=error.key, problem=error.problem) from error
    except ValueError as error:  # not TOML; its message has the line
        raise SettingsError("programme-not-toml", path=path, reason=error) from error
    except RecursionError as error:
        raise SettingsError("programme-nested-too-deeply", path=path) from error


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except UnicodeDecodeError as error:
        raise SettingsError("programme-not-utf-8", path=path) from error


class _EntryError(Exception):
    """Wrong entry of a programme file: its key, the problem, and the number of its item (from 0; None outside the items)."""

    def __init__(self, key: str, problem: Text, item: int | None = None) -> None:
        super().__init__(f"{key} {problem}")
        self.key, self.problem, self.item = key, problem, item


def _programme(values: dict[str, Any]) -> Programme:
    _known(values, KEYS)
    given: dict[str, Any] = dict(values)
    entries = given.pop("item", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _EntryError("item", text("problem.two-brackets"))
    items = tuple(_item(number, entry) for number, entry in enumerate(entries))
    if items:
        given["items"] = items
    if isinstance(given.get("run_days"), list):
        given["run_days"] = tuple(given["run_days"])
    try:
        return Programme(**given)
    except FieldError as error:
        raise _EntryError(error.name, error.problem) from error


def _item(number: int, entry: dict[str, Any]) -> Item:
    _known(entry, ITEM_KEYS, number)
    for key in ("drill", "when"):
        if key not in entry:
            raise _EntryError(key, text("problem.missing-in-item"), number)
    if not isinstance(entry["drill"], str) or entry["drill"] not in drills():
        close = get_close_matches(str(entry["drill"]), drills(), n=1)
        values = {"value": shown(entry["drill"]), "close": close[0] if close else "", "known": ", ".join(drills())}
        raise _EntryError("drill", text("problem.drill-with-close-match" if close else "problem.drill", **values), number)
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    try:
        return Item(**given)
    except FieldError as error:
        raise _EntryError(error.name, error.problem, number) from error


def _known(values: dict[str, Any], known: tuple[str, ...], item: int | None = None) -> None:
    for key in values:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            values = {"close": close[0] if close else "", "known": ", ".join(known)}
            raise _EntryError(key, text("problem.unknown-key-with-close-match" if close else "problem.unknown-key", **values), item)


def _line_of(content: str, key: str, item: int | None) -> int | None:
    """Return the line (from 1) of a key in item number `item` (from 0), or outside the items if `item` is None.

    If the key is missing, return the line at which the item begins, or None.
    """
    seen, header = -1, None
    for number, line in enumerate(content.splitlines(), start=1):
        if re.match(r"\s*\[+\s*item\s*\]", line):
            seen += 1
            header = number if key == "item" or seen == item else header
        here = seen == item or (item is None and seen < 0)
        if (here and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line)) or (key == "item" and header == number):
            return number
    return header


def save_programme(programme: Programme, path: Path) -> None:
    """Write a programme into a file.

    If the file has the same items already, only the keys that differ are changed, and its comments are kept.

    Raises
    ------
    SettingsError
        If the file cannot be written.
    """
    before = None
    if path.exists():
        try:
            before = load_programme(path)
        except SettingsError:
            before = None  # a broken file is replaced as a whole: `programme --reset` must work on it, too
    same = before is not None and before.items == programme.items
    write_text(path, _changed(_read(path), before, programme) if same and before is not None else _whole(programme))


def _changed(content: str, before: Programme, programme: Programme) -> str:
    import tomlkit  # imported here because only writing needs it

    document = tomlkit.parse(content)
    for name in (key for key in KEYS if key != "item"):
        value = getattr(programme, name)
        if value == getattr(before, name):
            continue
        if value is None:
            document.remove(name)
        else:
            document[name] = list(value) if isinstance(value, tuple) else value
    return tomlkit.dumps(document)


def _whole(programme: Programme) -> str:
    lines = [f"# {tr('programme.file-head')}", f"days = {programme.days}"]
    lines.append(f"run_days = {list(programme.run_days)}  # Monday is 0")
    for name in ("start", "acute_from"):
        if (value := getattr(programme, name)) is not None:
            lines.append(f"{name} = {value.isoformat()}")
    for item in programme.items:
        lines += ["", "[[item]]", f"drill = {json.dumps(item.drill)}", f"when = {json.dumps(item.when)}"]
        lines += [f"sets = {item.sets}", f"reps = {item.reps}", f"sides = {json.dumps(list(item.sides))}"]
    return "\n".join(lines) + "\n"
