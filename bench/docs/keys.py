"""Parts for keys: the lines at the foot of the terminal, and tables for the window."""

from __future__ import annotations

from bench.docs.markdown import table
from levelhips.live.keys import Where, help_rows, keys_line

END_ASKS_TWICE = ("| Q | end |", "| Q, Q | end (the window asks twice) |")


def terminal() -> str:
    """Return the line of keys of each view of the terminal."""
    return table(("view", "keys"), [(where, f"`{keys_line(where)}`") for where in Where])


def window(where: Where) -> str:
    """Return the keys of a view, with what they do."""
    before, after = END_ASKS_TWICE
    return "\n".join(["| key | |", "| --- | --- |", *(row.replace(before, after) for row in help_rows(where))])
