"""Branch coverage of the tests by package, as a table; fails below the goals.

`make coverage` runs the tests and prints it. A branch is one of the ways that a condition, a loop or a `match` may go on.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
from rich.console import Console
from rich.table import Table

CORE = ("motion", "coaching", "metrics", "events", "engine", "samples")  # what decides about a step or a beep
MIN_CORE, MIN_ALL = 0.95, 0.85  # a wrong figure or beep costs more than a wrong button; the rest includes radios and sound devices


@dataclass(frozen=True)
class Branches:
    """Branches of some files, and how many of them the tests took."""

    taken: int = 0
    all: int = 0

    def __add__(self, other: Branches) -> Branches:
        return Branches(self.taken + other.taken, self.all + other.all)

    @property
    def share(self) -> float:
        """Share of the branches that were taken, from 0 to 1."""
        return self.taken / self.all if self.all else 1.0


def by_package(report: Mapping[str, Any]) -> dict[str, Branches]:
    """Return the branches of each package, and of each module at the root, of a JSON report of coverage.py."""
    found: dict[str, Branches] = {}
    for name, file in report["files"].items():
        package = Path(name.split("levelhips/", 1)[1]).parts[0].removesuffix(".py")
        summary = file["summary"]
        found[package] = found.get(package, Branches()) + Branches(summary["covered_branches"], summary["num_branches"])
    return found


def total(found: Mapping[str, Branches], packages: tuple[str, ...] | None = None) -> Branches:
    """Return the sum over these packages; None: over all."""
    return sum((branches for name, branches in found.items() if packages is None or name in packages), Branches())


def below_goal(found: Mapping[str, Branches]) -> list[str]:
    """Return a line for each goal that is not reached."""
    goals = (("core", total(found, CORE).share, MIN_CORE), ("all", total(found).share, MIN_ALL))
    return [f"Branch coverage of {name} is {share:.1%}; the goal is {goal:.0%}." for name, share, goal in goals if share < goal]


def table(found: Mapping[str, Branches]) -> Table:
    """Return the table of all packages, the core first."""
    out = Table("package", "branches", "not taken", "taken")
    for column in out.columns[1:]:
        column.justify = "right"
    order = sorted(found, key=lambda name: (name not in CORE, name))
    rows = [*((name, found[name]) for name in order), (f"core ({', '.join(CORE)})", total(found, CORE)), ("all", total(found))]
    for name, branches in rows:
        out.add_row(name, f"{branches.all}", f"{branches.all - branches.taken}", f"{branches.share:.1%}")
    return out


def main() -> int:
    """Print the table of the last run; return 1 if a goal is not reached."""
    data = coverage.Coverage()
    data.load()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        data.json_report(outfile=str(path))
        found = by_package(json.loads(path.read_text(encoding="utf-8")))
    Console().print(table(found))
    problems = below_goal(found)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
