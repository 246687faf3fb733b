"""Write events as JSON and read them back, by the type hints of their classes.

A field may be a float, int, bool, str or StrEnum, or one of these or None. A float that is not finite is written as null and
read as NaN.

- A new kind of event needs no change here.
- A new field of an existing kind comes last and has a default, because older recordings do not have it.
- If a kind or field is renamed in the code, add it to `KINDS_IN_FILES` or `FIELDS_IN_FILES`, so that files stay the same.
- If a kind, field or enum value is renamed in files, add it to `OLD_KINDS`, `OLD_FIELDS` or `OLD_WORDS`, because old recordings
  keep the old name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from levelhips.events.drill import Posture
from levelhips.events.update import EVENT_KINDS, Event
from levelhips.untrusted import MAX_JSON_BYTES, visible

KINDS_IN_FILES: dict[str, str] = {"FormFaultDetected": "Cheat", "Prompt": "Beat"}  # lint: names of others
"""Event classes that have another name in files, and that name."""

FIELDS_IN_FILES: dict[str, dict[str, str]] = {
    "FormFaultDetected": {"fault": "what"},
    "LinkChange": {"message": "why"},
    "Notice": {"kind": "what"},  # in files, "kind" is the class of the event
    "PhaseChange": {"reason": "why"},
    "Prompt": {"kind": "what"},
    "Rep": {"form_faults": "cheats"},  # lint: names of others
    "Signal": {"kind": "what"},
    "ThresholdChange": {"reason": "why"},
}
"""By event class: fields that have another name in files, and that name."""

OLD_KINDS: dict[str, str] = {}
"""Names of event kinds in older recordings, and the class of each. They are read, but not written."""

OLD_FIELDS: dict[str, dict[str, str]] = {}
"""By event class: names of fields in older recordings, and the attribute of each. They are read, but not written."""

OLD_WORDS: dict[type[StrEnum], dict[str, str | None]] = {
    Posture: {"": None},  # until November 2026, a drill for any posture was written like this
}
"""By enum: values in older recordings, and the current value of each; None where an optional field is empty now."""

MAX_INT = 2**63 - 1  # the largest that the database of the history can hold

T = TypeVar("T")
Read = Callable[[Any], Any]


class UnknownNameError(ValueError):
    """An event kind or enum value that this version does not know; a newer version may have written it."""


def plain_values(record: object) -> dict[str, Any]:
    """Return the fields of a dataclass as values for JSON, None for a float that is not finite."""
    values: dict[str, Any] = {}
    for name, written in _schema(type(record)).names.items():
        value = getattr(record, name)
        values[written] = None if isinstance(value, float) and not math.isfinite(value) else value
    return values


def from_plain_values(cls: type[T], values: dict[str, Any]) -> T:
    """Build a dataclass from the values of its fields. Unknown names are ignored: a newer version may have added them.

    Raises
    ------
    UnknownNameError
        If an enum does not have the value.
    ValueError
        If a value has the wrong type, or a field without a default is missing.
    """
    schema = _schema(cls)
    found: dict[str, Any] = {}
    for name, value in values.items():
        read = schema.readers.get(name)
        if read is not None:
            found[schema.renamed.get(name, name)] = read(value)
    try:
        return cls(**found)
    except TypeError as error:
        raise ValueError(str(error)) from error


def encode_event(event: Event) -> bytes:
    """Return an event as JSON: its kind, and its fields by name."""
    name = type(event).__name__
    return json.dumps({"kind": KINDS_IN_FILES.get(name, name), **plain_values(event)}, allow_nan=False).encode()


def decode_event(data: bytes) -> Event:
    """Return the event that `encode_event` wrote, in this version or an earlier one.

    Raises
    ------
    UnknownNameError
        If its kind, or the value of an enum, is not known.
    ValueError
        If it is not an event.
    """
    values = json_object(data)
    name = values.pop("kind", None)
    kind = EVENT_KINDS.get(kind_now(name)) if isinstance(name, str) else None
    if kind is None:
        raise UnknownNameError(f"unknown kind of event: {name!r}")
    try:
        event: Event = from_plain_values(kind, values)
    except UnknownNameError:
        raise
    except ValueError as error:
        raise ValueError(f"cannot read an event of kind {name}: {error}") from error
    return event


def kind_now(name: str) -> str:
    """Return the name of an event class, from the name of its kind in a file of any version."""
    return {**OLD_KINDS, **{stored: kind for kind, stored in KINDS_IN_FILES.items()}}.get(name, name)


def names_in_files(kind: type) -> tuple[str, dict[str, str]]:
    """Return the name of an event class in files, and by attribute the names of its fields in files."""
    name = kind.__name__
    stored = FIELDS_IN_FILES.get(name, {})
    return KINDS_IN_FILES.get(name, name), {one.name: stored.get(one.name, one.name) for one in fields(kind)}


def fields_now(kind: str) -> dict[str, str]:
    """Return the attributes of an event class whose names in files differ, or did in older files, by those names."""
    return {**OLD_FIELDS.get(kind, {}), **{stored: name for name, stored in FIELDS_IN_FILES.get(kind, {}).items()}}


def json_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in some bytes.

    Raises
    ------
    ValueError
        If they are not JSON, or not an object, or longer than any of ours.
    """
    if len(data) > MAX_JSON_BYTES:
        raise ValueError(f"{len(data)} bytes of JSON")
    try:
        values = json.loads(data)
    except RecursionError as error:
        raise ValueError("JSON is nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("expected a JSON object")
    return values


def event_prefixes(kinds: Iterable[type]) -> tuple[bytes, ...]:
    """Return the beginnings of the JSON of these kinds of events, with their current and their older names."""
    now = [kind.__name__ for kind in kinds]
    names = [KINDS_IN_FILES.get(name, name) for name in now] + [old for old, name in OLD_KINDS.items() if name in now]
    return tuple(b'{"kind": "%s"' % name.encode() for name in names)


@dataclass(frozen=True, slots=True)
class _Schema:
    """How a class is written and read."""

    names: dict[str, str]  # by attribute, in order: the name in files
    readers: dict[str, Read]  # by name in files of any version: the function that reads the value
    renamed: dict[str, str]  # by name in files, where it differs: the attribute


_SCHEMAS: dict[type, _Schema] = {}


def _schema(cls: type) -> _Schema:
    """Return the schema of a class, built at its first use: type hints are slow to resolve."""
    schema = _SCHEMAS.get(cls)
    if schema is None:
        schema = _SCHEMAS[cls] = _build_schema(cls)
    return schema


def _build_schema(cls: Any) -> _Schema:
    hints = get_type_hints(cls)
    renamed = fields_now(cls.__name__)
    _, names = names_in_files(cls)
    readers = {name: _reader(hints[name], f"{cls.__name__}.{name}") for name in names}
    return _Schema(names, readers | {old: readers[name] for old, name in renamed.items()}, renamed)


def _reader(hint: Any, where: str) -> Read:
    """Return a function that turns a JSON value into a value of the type `hint`.

    Raises
    ------
    TypeError
        If the codec does not support this type.
    """
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        if len(kinds) == 1:
            return _optional(kinds[0], _reader(kinds[0], where))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum(hint, where)
    if hint is float:
        return _float(where)
    if hint in (bool, int, str):
        return _exactly(hint, where)
    raise TypeError(f"{where}: the codec of events cannot write a value of type {hint}")


def _optional(kind: type, read: Read) -> Read:
    absent = {old for old, word in OLD_WORDS.get(kind, {}).items() if word is None}
    return lambda value: None if value is None or (value.__class__ is str and value in absent) else read(value)


def _enum(kind: type[StrEnum], where: str) -> Read:
    words: dict[Any, StrEnum] = {member.value: member for member in kind}
    words |= {old: kind(word) for old, word in OLD_WORDS.get(kind, {}).items() if word is not None}

    def read(value: Any) -> StrEnum:
        try:
            return words[value]
        except (KeyError, TypeError) as error:  # TypeError: a list or an object, which has no hash
            raise UnknownNameError(f"{where} is {value!r}, which this version does not know") from error

    return read


def _float(where: str) -> Read:
    def read(value: Any) -> float:
        if value.__class__ is float:
            return float(value)
        if value is None:
            return math.nan
        if value.__class__ is int:
            try:
                return float(value)
            except OverflowError as error:
                raise ValueError(f"{where} is too large") from error
        raise ValueError(f"{where} is {value!r}, not a number")

    return read


def _exactly(kind: type, where: str) -> Read:
    def read(value: Any) -> Any:
        if value.__class__ is not kind:  # not isinstance: True is an int, too
            raise ValueError(f"{where} is {value!r}, not of type {kind.__name__}")
        if value.__class__ is str:
            return visible(value)
        if value.__class__ is int and abs(value) > MAX_INT:
            raise ValueError(f"{where} is too large")
        return value

    return read
