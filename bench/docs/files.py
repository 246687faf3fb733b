"""Parts for recordings: events, the words in their fields, and commands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_args, get_type_hints

from bench.docs.markdown import code, comments, table
from levelhips.commands import Do
from levelhips.events.codec import names_in_files
from levelhips.events.update import EVENT_KINDS


def events() -> str:
    """Return every kind of event that a recording can hold, with its fields."""
    return table(
        ("kind", "fields"),
        [(f"`{name}`", code(*names.values())) for name, names in map(names_in_files, EVENT_KINDS.values())],
    )


def words() -> str:
    """Return the words that fields of events can hold, with what they mean."""
    kinds: dict[str, type[StrEnum]] = {}
    for event in EVENT_KINDS.values():
        hints: dict[str, Any] = get_type_hints(event)
        for hint in hints.values():
            for kind in get_args(hint) or (hint,):
                if isinstance(kind, type) and issubclass(kind, StrEnum):
                    kinds.setdefault(kind.__name__, kind)
    rows = []
    for name, kind in kinds.items():
        used = [
            f"{stored}.{names[field]}"
            for event in EVENT_KINDS.values()
            for stored, names in [names_in_files(event)]
            for field, hint in get_type_hints(event).items()
            if kind in (get_args(hint) or (hint,))
        ]
        rows.append((name, code(*used), code(*(member.value for member in kind if member.value))))
    return table(("word", "fields", "values"), rows)


def commands() -> str:
    """Return what a command in a recording can do."""
    return table(("`do`", "what it does"), [(f"`{name}`", about) for name, about in comments(Do).items()])
