"""Mutation testing: what it changes, which tests it chooses, what it counts as killed, what it does not run twice."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bench.mutants.__main__ import PACKAGES
from bench.mutants.choose import Covering
from bench.mutants.mutate import Mutant, mutants_of, sample
from bench.mutants.results import Result, Results, reasons
from bench.mutants.run import Project, all_mutants, measure, run_mutants
from conftest import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants run in forks, which Windows does not have")

SOURCE = '''"""A package with a well-tested, a badly tested and an untested function."""


def total(a: int, b: int = 0) -> int:
    """Return a sum."""
    return a + b


def product(a: int, b: int) -> int:
    return a * b


def difference(a: int, b: int) -> int:
    return a - b


def steps(end: int) -> int:
    at = 0
    while at < end:
        at = at + 1
    return at
'''
TESTS = """from functools import cache

import pytest

from tiny.sums import product, steps, total


@pytest.fixture(scope="module")
def five():
    return total(2, 3)


@cache
def six():
    return product(2, 3)


def test_total():
    assert total(2, 3) == 5
    assert total(1) == 1


def test_first_use(five):
    assert five == 5
    assert six() > 0


def test_second_use(five):
    assert five == 5
    assert six() > 0


def test_steps():
    assert steps(3) == 3


def test_broken():
    assert total(1, 1) == 3
"""


@dataclass
class Ran:
    project: Project
    covering: Covering
    mutants: list[Mutant]
    results: Results
    reported: list[str]

    def again(self) -> list[str]:
        """Run what has no valid result, as a new start would; return the ids that ran."""
        before = len(self.reported)
        results = Results(self.project.kept / "results.jsonl")
        covering = measure(self.project, 1, lambda line: None)
        run_mutants(self.project, self.mutants, covering, results, 1, lambda result: self.reported.append(result.id), slack_s=2.0)
        return self.reported[before:]

    def of(self, function: str) -> list[Result]:
        return [result for mutant in self.mutants if mutant.function == function and (result := self.results.get(mutant.id))]

    def outcomes(self, function: str) -> dict[str, str]:
        """Return what became of each mutant of a function, by its changed line."""
        mutants, found = [mutant for mutant in self.mutants if mutant.function == function], {}
        for mutant, result in zip(mutants, self.of(function), strict=True):
            [changed] = [line[1:].strip() for line in mutant.diff().splitlines()[2:] if line.startswith("+")]
            found[changed] = result.outcome
        return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    root = tmp_path_factory.mktemp("tiny")
    for path, text in (("src/tiny/__init__.py", ""), ("src/tiny/sums.py", SOURCE), ("tests/test_sums.py", TESTS), ("pyproject.toml", "")):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    project = Project(root, "src/tiny", {"tiny": ("*.py",)}, libraries=("hypothesis",))
    covering = measure(project, 1, lambda line: None)
    mutants, results, reported = all_mutants(project, "")["tiny"], Results(project.kept / "results.jsonl"), []
    run_mutants(project, mutants, covering, results, 1, lambda result: reported.append(result.id), slack_s=2.0)
    return Ran(project, covering, mutants, results, reported)


@pytest.fixture(scope="module", autouse=True)
def only_the_plugin_of_hypothesis() -> Iterator[None]:
    """Start pytest without the other plug-ins: the small project needs none of them, and each mutant would load them again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.setenv("PYTEST_PLUGINS", "_hypothesis_pytestplugin")  # its option fixes the examples
        yield


def test_every_fault_of_a_tested_function_is_killed_and_every_fault_of_an_untested_one_survives(ran: Ran) -> None:
    assert ran.outcomes("total") == {"return a - b": "killed", "def total(a: int, b: int = 1) -> int:": "killed"}
    assert ran.outcomes("difference") == {"return a + b": "survived"}


def test_fault_of_a_function_that_runs_but_is_not_checked_survives(ran: Ran) -> None:
    assert ran.outcomes("product") == {"return a / b": "survived"}


def test_a_loop_without_end_is_timed_out(ran: Ran) -> None:
    assert ran.outcomes("steps") == {
        "at = None": "killed",  # both assignments
        "at = 1": "survived",  # three steps from 1 end at 3 as well
        "while at <= end:": "killed",
        "at = at - 1": "timed out",
        "at = at + 2": "killed",
    }


def test_a_result_names_the_test_that_failed(ran: Ran) -> None:
    assert {result.by for result in ran.of("steps") if result.outcome != "survived"} == {"tests/test_sums.py::test_steps"}
    assert {result.by for result in ran.of("product")} == {""}


def test_a_failing_test_is_never_chosen(ran: Ran) -> None:
    assert sorted(ran.covering.tests) == [f"tests/test_sums.py::test_{name}" for name in ("first_use", "second_use", "steps", "total")]


def test_lines_run_by_a_shared_fixture_or_cached_helper_belong_to_every_test_that_uses_it(ran: Ran) -> None:
    [mutant] = [mutant for mutant in ran.mutants if mutant.function == "product"]
    assert ran.covering.covering(mutant) == {"tests/test_sums.py::test_first_use", "tests/test_sums.py::test_second_use"}
    [mutant] = [mutant for mutant in ran.mutants if mutant.function == "total" and mutant.operator == "swap_op"]
    assert "tests/test_sums.py::test_second_use" in ran.covering.covering(mutant)


def test_nothing_runs_twice_until_something_changes(ran: Ran) -> None:
    assert ran.again() == []
    # An interruption in the middle of a line of the results.
    path = ran.project.kept / "results.jsonl"
    *kept, last = path.read_text().splitlines(keepends=True)
    path.write_text("".join(kept) + last[:20])
    assert ran.again() == [Result(**json.loads(last)).id]
    # New tests may kill what survived; what was killed by a test of a file that did not change stays killed.
    (ran.project.root / "tests" / "test_more.py").write_text(
        "from tiny.sums import difference\n\n\ndef test_it():\n    assert difference(3, 2) == 1\n"
    )
    assert {id.split(":")[1] for id in ran.again()} == {"difference"}
    assert ran.again() == []


def test_the_working_tree_is_never_changed(ran: Ran) -> None:
    assert (ran.project.root / "src" / "tiny" / "sums.py").read_text() == SOURCE


UNCHANGED = '''
"""Docstring 1."""
import logging
from typing import TYPE_CHECKING, Literal, cast

log = logging.getLogger("x")
__all__ = ["f"]
if TYPE_CHECKING:
    A = 1


@decorated(slots=True)
class C:
    a: Literal["one"]

    def __repr__(self) -> str:
        return "C" + "1"

    def f(self, a: Literal[1]) -> Literal[2]:
        """Docstring 2."""
        log.debug("a line of the log %s", 1 + 1)
        assert a == 1
        if a:
            raise ValueError("to programmers" + "1")
        cast("int", a)
'''


def test_annotations_docstrings_logs_reprs_and_messages_to_programmers_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNCHANGED)
    assert [mutant.diff().splitlines()[-1] for mutant in mutants_of(tmp_path, "a.py") if mutant.function != "-"] == []


def test_an_id_does_not_change_when_lines_move(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE)
    before = mutants_of(tmp_path, "a.py")
    (tmp_path / "a.py").write_text("import math\n\n\ndef first():\n    return 1\n\n\n" + SOURCE)
    after = [mutant for mutant in mutants_of(tmp_path, "a.py") if mutant.function != "first"]
    assert [mutant.id for mutant in before] == [mutant.id for mutant in after]
    assert [mutant.lines[0] + 7 for mutant in before] == [mutant.lines[0] for mutant in after]
    assert len({mutant.id for mutant in before}) == len(before)


def test_sample_has_each_place_once_and_changes_only_where_the_code_does(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('def f(a):\n    return g(a, "b", c="d")\n')
    mutants = mutants_of(tmp_path, "a.py")
    sampled = list(sample(mutants, 100, 1))
    assert [mutant.operator for mutant in sampled].count("arg_removal") == 1 < [mutant.operator for mutant in mutants].count("arg_removal")
    (tmp_path / "b.py").write_text("def h(a):\n    return a + 1\n")
    both = list(sample(mutants + mutants_of(tmp_path, "b.py"), 100, 1))
    assert [mutant.id for mutant in both if mutant.path == "a.py"] == [mutant.id for mutant in sampled]
    assert [mutant.id for mutant in sample(mutants, 2, 1)] == [mutant.id for mutant in sampled[:2]]
    assert [mutant.id for mutant in sample(mutants, 100, 2)] != [mutant.id for mutant in sampled]


def test_every_pattern_has_files_and_every_reason_a_mutant() -> None:
    for pattern in itertools.chain.from_iterable(PACKAGES.values()):
        assert Project(ROOT, "src/levelhips", {"one": (pattern,)}).files()["one"], pattern
    explained = reasons(ROOT / "docs" / "testing.md").keys()
    assert explained <= {mutant.id for path in {id.split(":")[0] for id in explained} for mutant in mutants_of(ROOT, path)}
