"""Results of mutants: saved as they come, valid until the sources or tests behind them change, shown as a table."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of the tests for one mutant.

    Attributes
    ----------
    id, outcome : str
        Id of the mutant; `killed`, `survived` or `timed out`.
    by : str
        The test that failed or did not end; empty if it survived.
    tests : int
        How many tests were chosen.
    seconds : float
        How long it took [s].
    basis : str
        Fingerprint of the sources and test files that the outcome depends on.
    """

    id: str
    outcome: str
    by: str
    tests: int
    seconds: float
    basis: str


class Results:
    """File of results: one line of JSON each, appended as soon as it is known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, Result] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in lines:
            try:
                result = Result(**json.loads(line))
            except (ValueError, TypeError):
                continue  # half a line, from a run that was killed
            self._found[result.id] = result
        if lines:  # without half a line, which would damage the next one, and without results that were replaced
            path.write_text("".join(_line(result) for result in self._found.values()), encoding="utf-8")

    def get(self, id: str) -> Result | None:
        return self._found.get(id)

    def add(self, result: Result) -> None:
        self._found[result.id] = result
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(result))


def _line(result: Result) -> str:
    return json.dumps(asdict(result)) + "\n"


def fingerprint(*parts: object) -> str:
    """Return a short hash of texts and numbers."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def reasons(page: Path) -> dict[str, str]:
    """Return the survivors that a page of the documentation gives a reason for: rows of a table that begin with an id in backticks."""
    if not page.exists():
        return {}
    found = re.findall(r"^\| `([^`|]+:[^`|]+:[^`|]+)` \| (.+?) \|$", page.read_text(encoding="utf-8"), flags=re.M)
    return {id: reason.strip() for id, reason in found}


def table(packages: Mapping[str, Sequence[Result]], explained: Mapping[str, str]) -> Table:
    """Return the results of each package, and their sum."""
    shown = Table("package", box=None, pad_edge=False)
    for name in ("mutants", "killed", "timed out", "survived", "with a reason", "survived, share"):
        shown.add_column(name, justify="right")
    everything = [result for results in packages.values() for result in results]
    for name, results in (*packages.items(), ("all", everything)):
        if not results:
            continue
        survived = [result for result in results if result.outcome == SURVIVED]
        with_reason = sum(result.id in explained for result in survived)
        counts = [sum(result.outcome == outcome for result in results) for outcome in (KILLED, TIMED_OUT)]
        open_ = len(survived) - with_reason
        shown.add_row(name, str(len(results)), *map(str, counts), str(open_), str(with_reason), f"{open_ / len(results):.0%}")
    return shown


def console() -> Console:
    """Return a console that does not color numbers or break long ids."""
    return Console(highlight=False, soft_wrap=True)
