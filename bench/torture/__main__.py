"""Torture levelhips: let every operation fail once, and check that nothing is lost without a word.

    python -m bench.torture [--seconds 600] [--step 1] [--only WORDS]

Prints a table of the kinds of faults, the runs and what is unexplained. Exit code 1: something is.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial

from rich import box
from rich.console import Console
from rich.table import Table

from bench.torture.command_series import failing, killed
from bench.torture.commands import COMMANDS
from bench.torture.series import Row, sessions
from bench.torture.session_kills import killed_sessions

MAX_SHOWN = 20  # problems that are listed for each kind
FILE_KINDS = ("write", "fsync", "open")
CALLBACK_KINDS = ("decoder", "engine", "sink", "render", "device")
MEMORY_STEP = 7  # a session calls some 600 functions of ours
CALLBACK_STEP = 23  # a session of 8 s has some 400 callbacks of each kind, all alike
console = Console()

Series = Callable[..., Row]


def all_series(step: int) -> dict[str, Series]:
    """Return every series, by its name; each takes the time at which it must begin no further run."""
    found: dict[str, Series] = {}
    for kind in (*FILE_KINDS, *CALLBACK_KINDS):
        for lasting in (False, True):
            steps = step * (CALLBACK_STEP if kind in CALLBACK_KINDS else 1)
            found[f"session: {kind} {'lasting' if lasting else 'once'}"] = partial(sessions, kind, lasting=lasting, step=steps)
    found["session: memory once"] = partial(sessions, "memory", lasting=False, step=MEMORY_STEP * step)
    if hasattr(os, "fork"):
        found["session: killed"] = partial(killed_sessions, step=step)
    for name in COMMANDS:
        found[f"{name} once"] = partial(failing, name, lasting=False, step=step)
        found[f"{name} lasting"] = partial(failing, name, lasting=True, step=step)
        if hasattr(os, "fork"):
            found[f"{name} killed"] = partial(killed, name, step=step)
    return found


def show(rows: list[Row]) -> None:
    """Print the table, and what is unexplained."""
    table = Table("what fails", "runs", "failed", "reported", "lost [s]", "all", "unexplained", box=box.SIMPLE)
    for row in rows:
        complete = "yes" if row.complete else "no"
        figures = [str(row.runs), str(row.struck), str(row.reported), f"{row.worst_lost_s:.2f}", complete, str(len(row.problems))]
        table.add_row(row.name, *figures)
    console.print(table)
    for row in rows:
        for problem in row.problems[:MAX_SHOWN]:
            console.print(problem, highlight=False, markup=False)


def main() -> None:
    """Run the chosen series."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0, help="for each kind of fault at most")
    parser.add_argument("--step", type=int, default=1, help="above 1: not every operation")
    parser.add_argument("--only", default="", help="only kinds whose name contains this")
    chosen = parser.parse_args()
    rows = []
    for name, run in all_series(chosen.step).items():
        if chosen.only in name:
            rows.append(run(end_s=time.monotonic() + chosen.seconds))
            row = rows[-1]
            console.print(f"{row.name}: {row.runs} runs, {len(row.problems)} unexplained", highlight=False)
    show(rows)
    sys.exit(any(row.problems for row in rows))


if __name__ == "__main__":
    main()
