"""Tables that fit the terminal: columns that do not fit are left out and named, never cut to dots."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from levelhips.cli.console import say
from levelhips.cli.encoding import writable
from levelhips.text import Text, tr

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2  # blanks between columns
MIN_WORD_COLUMNS = 12  # a column of words is never narrower; longer texts are wrapped


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        Its heading; may have several lines.
    drop : int
        0: always shown; else columns with the largest number are left out first.
    words : bool
        Text, to the left and broken into lines; otherwise numbers, to the right in one line.
    """

    name: Text | str
    drop: int = 0
    words: bool = False


def print_table(out: Console, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print a table within the width of the console, without empty columns of words; name the columns that were left out."""
    from rich.table import Table

    texts = [[writable(cell, out.encoding) for cell in row] for row in rows]
    widths = [_width(column, [row[k] for row in texts]) for k, column in enumerate(columns)]
    used = [not column.words or any(row[k] for row in texts) for k, column in enumerate(columns)]
    shown = [k for k in range(len(columns)) if used[k]]
    while sum(widths[k] + GAP for k in shown) - GAP > out.width:
        spare = [k for k in shown if columns[k].drop]
        if not spare:
            break
        shown.remove(max(spare, key=lambda k: columns[k].drop))
    table = Table(title=title, title_justify="left", box=None, padding=(0, GAP, 0, 0), pad_edge=False)
    for k in shown:
        words = columns[k].words
        fixed = None if words else widths[k]
        table.add_column(str(columns[k].name), justify="left" if words else "right", no_wrap=not words, overflow="fold", min_width=fixed)
    for row in texts:
        table.add_row(*(row[k] for k in shown))
    out.print(table, highlight=False)
    if left_out := [str(column.name).replace("\n", " ") for k, column in enumerate(columns) if used[k] and k not in shown]:
        for line in textwrap.wrap(tr("cli.table.left-out", columns=", ".join(left_out)), out.width):
            say(out, line)


def _width(column: Column, cells: Sequence[str]) -> int:
    from rich.cells import cell_len

    natural = max(cell_len(line) for text in (str(column.name), *cells) for line in text.split("\n"))
    return min(natural, MIN_WORD_COLUMNS) if column.words else natural
