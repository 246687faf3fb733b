"""Mutation testing: put one small fault at a time into the package, and see whether a test fails.

    python -m bench.mutants [--count 300] [--seed 1] [--only PART_OF_A_PATH] [--tests REGEX] [--all]

Prints a table and the faults that no test noticed. Results are kept in `.mutants`, so that an interrupted run continues where it
stopped. How to read the table, and which survivors have a reason: docs/testing.md.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from bench.mutants.mutate import sample
from bench.mutants.results import SURVIVED, Result, Results, console, reasons, table
from bench.mutants.run import Project, all_mutants, measure, run_mutants

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "metrics": ("metrics/**/*.py",),
    "coaching": ("coaching/**/*.py",),
    "history": ("history/**/*.py",),
    "settings": ("settings/**/*.py",),
    "programme": ("programme/**/*.py",),
    "report": ("export/**/*.py", "analysis/summary.py", "analysis/drill_summary.py"),
    "live statistics": ("live/snapshot.py", "live/drill_snapshot.py", "live/session_statistics.py"),
    "audio": ("audio/voice.py", "audio/synth.py", "audio/player.py"),
}
LIBRARIES = ("numpy", "scipy.signal", "scipy.spatial.transform", "scipy.stats", "hypothesis", "mcap", "rich.console", "typer", "vqf")
# The documents have tables of metrics, drills, settings and sounds, made from the code.
OF_DECLARATIONS = ("tests/test_project.py::test_parts_made_from_the_code_are_up_to_date", "tests/test_documents.py::test_")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="mutants in the sample (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default: 1)")
    parser.add_argument("--only", default="", help="files whose path contains this text")
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--tests", default="", help="regular expression: only test files whose name contains it, for a quick look")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes at the same time (default: 2)")
    chosen = parser.parse_args()
    out, started_s = console(), time.monotonic()
    project = Project(ROOT, "src/levelhips", PACKAGES, LIBRARIES, OF_DECLARATIONS)
    covering = measure(project, chosen.workers, out.print, chosen.tests)
    groups = all_mutants(project, chosen.only)
    group_of = {mutant.id: name for name, mutants in groups.items() for mutant in mutants}
    everything = [mutant for mutants in groups.values() for mutant in mutants]
    mutants = [each for each in everything if each.source()] if chosen.all else list(sample(everything, chosen.count, chosen.seed))
    results = Results(project.kept / "results.jsonl")

    def report(result: Result) -> None:
        out.print(f"{result.outcome:9}  {result.seconds:5.1f} s  {result.id}", markup=False)

    run_mutants(project, mutants, covering, results, chosen.workers, report)

    explained = reasons(ROOT / "docs" / "testing.md")
    found = {name: [r for mutant in mutants if group_of[mutant.id] == name and (r := results.get(mutant.id))] for name in groups}
    survivors = {r.id for group in found.values() for r in group if r.outcome == SURVIVED and r.id not in explained}
    for mutant in sorted(mutants, key=lambda mutant: (mutant.path, mutant.lines)):
        if mutant.id in survivors:
            result = results.get(mutant.id)
            tests = f"{result.tests} tests" if result and result.tests else "no test runs this line"
            out.print(f"\n{mutant.path}:{mutant.lines[0]}  {mutant.id}  ({tests})", markup=False)
            out.print(mutant.diff().split("\n", 2)[2], markup=False)
    out.print(table(found, explained))
    for id in sorted(explained.keys() - {mutant.id for mutant in everything} if not chosen.only else ()):
        out.print(f"docs/testing.md gives a reason for a mutant that no longer exists: {id}", markup=False)
    out.print(f"{len(mutants)} of {len(everything)} mutants, seed {chosen.seed}, {(time.monotonic() - started_s) / 60:.0f} min")


if __name__ == "__main__":
    main()
