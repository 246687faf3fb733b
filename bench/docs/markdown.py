"""Markdown from values: tables, code, and the comments that explain the members of an enum."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from enum import Enum


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table. A bar in a cell is escaped."""
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in rows]
    return "".join(re.sub(r" {2,}\|", " |", f"| {line} |") + "\n" for line in lines)


def code(*words: object) -> str:
    """Return words as code, separated by commas: `a`, `b`."""
    return ", ".join(f"`{word}`" for word in words)


def number(value: float) -> str:
    """Return a number without needless zeros: 200, 0.5."""
    return f"{value:g}"


def comments(kind: type[Enum]) -> dict[str, str]:
    """Return the comment behind each member of an enum, by the member's value; empty where there is none."""
    found = {}
    for member in kind:
        line = re.search(rf"^    {member.name} = [^#\n]*(?:# *(.*))?$", inspect.getsource(kind), re.MULTILINE)
        if line is None:
            raise ValueError(f"{kind.__name__}.{member.name} is not on a line of its own")
        found[str(member.value)] = (line[1] or "").strip()
    return found
