"""Choose the tests of a mutant: those that run the changed lines, fastest first, and the nearest test file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.mutants.mutate import Mutant

# A survivor costs all of its tests: 300 mutants in 40 minutes on two cores are 16 s each.
MAX_TESTS, MAX_SECONDS = 60, 10.0
# The nearest test file may take as long again: its tests were written for the mutated code.
NEAREST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Test:
    """A passing test and its cost: its own processor time, and the shared parts that it uses."""

    __test__ = False

    id: str
    own_s: float
    wall_s: float
    shared: frozenset[str]  # shared fixtures and cached helpers, also those that these use

    @property
    def file(self) -> str:
        return self.id.split("::")[0]


class Covering:
    """Which test runs which line, from the measurements of all test files.

    `of_declarations` are the first letters of the ids of tests that read what is made at import (tables of metrics, drills,
    settings), without running a line of these files.
    """

    def __init__(self, root: Path, measurements: Iterable[Path], of_declarations: tuple[str, ...] = ()) -> None:
        self._root, self._of_declarations = root, of_declarations
        self.tests: dict[str, Test] = {}
        self._shared_s: dict[str, float] = {}
        self._shared_wall_s: dict[str, float] = {}
        self._users: dict[tuple[str, str], set[str]] = defaultdict(set)  # tests of each file's contexts
        self._lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for path in measurements:
            self._read(json.loads(path.read_text(encoding="utf-8")))

    def _read(self, found: dict[str, dict]) -> None:  # type: ignore[type-arg]
        users: dict[str, set[str]] = defaultdict(set)
        for name in found["passed"]:
            used, todo = set(), [name]
            while todo:
                for each in found["uses"].get(todo.pop(), ()):
                    if each not in used:
                        used.add(each)
                        todo.append(each)
            self.tests[name] = Test(name, found["seconds"].get(name, 0.0), found["wall"].get(name, 0.0), frozenset(used))
            for each in (name, *used):
                users[each].add(name)
        for name in users.keys() - self.tests.keys():
            self._shared_s[name] = max(self._shared_s.get(name, 0.0), found["seconds"].get(name, 0.0))
            self._shared_wall_s[name] = max(self._shared_wall_s.get(name, 0.0), found["wall"].get(name, 0.0))
        for path, contexts in found["lines"].items():
            of_file = self._lines[path]
            for name, lines in contexts.items():
                for line in lines:
                    of_file[line] |= users.get(name, set())

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {file: (self._root / file).read_text(encoding="utf-8") for file in sorted({test.file for test in self.tests.values()})}

    def nearest(self, path: str) -> list[str]:
        """Return the test files nearest to a source file.

        That of its name, else that of the innermost package that has one, else those that name the module.
        """
        module = Path(path).with_suffix("")
        for name in reversed(module.parts):
            if (file := f"tests/test_{name}.py") in self._texts:
                return [file]
        dotted = re.escape(".".join(part for part in module.parts if part != "src"))
        return [file for file, text in self._texts.items() if re.search(rf"\b{dotted}\b", text)][:2]

    def covering(self, mutant: Mutant) -> set[str]:
        """Return the tests that run the lines of a mutant.

        What runs at import is run by no test alone. There, the tests that run any line of the file stand in.
        """
        lines = self._lines.get(mutant.path, {})
        if mutant.at_import:
            return set().union(*lines.values())
        return set().union(*(lines.get(line, set()) for line in range(mutant.run_lines[0], mutant.run_lines[1] + 1)))

    def choose(self, mutant: Mutant) -> list[str]:
        """Return the ids of the tests to run, fastest first; empty if no test is known to run the lines."""
        covering = self.covering(mutant)
        chosen = self._fastest([self.tests[name] for name in covering], MAX_TESTS, MAX_SECONDS)
        nearest = self.nearest(mutant.path)
        close = [test for test in self.tests.values() if test.file in nearest and test.id not in chosen]
        if mutant.at_import:
            close += [test for test in self.tests.values() if test.id.startswith(self._of_declarations) and test.id not in chosen]
            close = list(dict.fromkeys(close))
        else:
            close = [test for test in close if test.id in covering]
        return chosen + self._fastest(close, MAX_TESTS, NEAREST_SECONDS)

    def seconds(self, test: Test) -> float:
        """Return the processor time of a test that runs alone [s]."""
        return test.own_s + sum(self._shared_s.get(name, 0.0) for name in test.shared)

    def wall_seconds(self, test: Test) -> float:
        """Return how long it took on the computer that measured it, with whatever ran next to it [s]."""
        return test.wall_s + sum(self._shared_wall_s.get(name, 0.0) for name in test.shared)

    def _fastest(self, tests: Sequence[Test], max_tests: int, max_s: float) -> list[str]:
        chosen: list[str] = []
        paid: set[str] = set()
        spent_s = 0.0
        for test in sorted(tests, key=lambda test: (self.seconds(test), test.id)):
            cost_s = test.own_s + sum(self._shared_s.get(name, 0.0) for name in test.shared - paid)
            if len(chosen) == max_tests or (chosen and spent_s + cost_s > max_s):
                break
            chosen.append(test.id)
            paid |= test.shared
            spent_s += cost_s
        return chosen
