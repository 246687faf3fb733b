"""Run mutants: measure the tests, choose some for each mutant, run them in copies of the tree, keep the results."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.mutants.choose import Covering
from bench.mutants.mutate import Mutant, mutants_of
from bench.mutants.results import SURVIVED, Result, Results, fingerprint

BENCH = Path(__file__).resolve().parents[2]  # where the modules of the bench are
MEASURE_S = 1200.0  # the slowest test file takes 2 min; under coverage and beside other work several times as long
# A busy computer is several times slower than the one that was measured.
SLACK_S, SLACK_FACTOR = 10.0, 5.0
COPIED = ("src", "tests", "recordings", "bench", "docs", "firmware_notes", "pyproject.toml", "Makefile", "*.md", "*.txt", "LICENSE")


@dataclass(frozen=True, slots=True)
class Project:
    """A tree to make mutants of.

    Attributes
    ----------
    root : Path
        Its folder; tests lie in `tests/test_*.py`, and `source` below it is the package.
    packages : dict
        Groups of files, as patterns below `source`.
    libraries : tuple of str
        Large modules that the tests use; imported once by each worker.
    of_declarations : tuple of str
        First letters of the ids of tests that hold what is made at import.
    kept : Path
        Where measurements and results are kept.
    """

    root: Path
    source: str
    packages: dict[str, tuple[str, ...]]
    libraries: tuple[str, ...] = ()
    of_declarations: tuple[str, ...] = ()
    kept: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", self.root / ".mutants")

    def files(self, only: str = "") -> dict[str, list[str]]:
        """Return the source files of each group, relative to the root; `only` is a part of a path."""
        found: dict[str, list[str]] = {}
        for name, patterns in self.packages.items():
            paths = {path for pattern in patterns for path in (self.root / self.source).glob(pattern) if path.suffix == ".py"}
            found[name] = sorted(rel for path in paths if only in (rel := path.relative_to(self.root).as_posix()))
        return found

    def state(self) -> dict[str, str]:
        """Return the fingerprint of the sources, of what all tests share, and of each test file."""
        tests = sorted((self.root / "tests").rglob("*"))
        test_files = [path for path in tests if path.parent.name == "tests" and path.match("test_*.py")]
        shared = [path for path in tests if path.is_file() and path.suffix != ".pyc" and path not in test_files]
        sources = sorted(path for path in (self.root / self.source).rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {
            "source": fingerprint([_content(path) for path in sources]),
            "shared": fingerprint([_content(path) for path in shared]),
            **{path.relative_to(self.root).as_posix(): _content(path) for path in test_files},
        }

    def copy(self, number: int) -> Path:
        """Return a fresh copy of the tree for one worker."""
        copy = self.kept / f"tree-{number}"
        shutil.rmtree(copy, ignore_errors=True)
        for pattern in COPIED:
            for path in sorted(self.root.glob(pattern)):
                if path.is_dir():
                    shutil.copytree(path, copy / path.name, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    copy.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(path, copy / path.name)
        return copy


def _content(path: Path) -> str:
    return fingerprint(path.name, path.read_bytes().hex())


def environment(project: Project, copy: Path) -> dict[str, str]:
    """Return the environment of a process that works in a copy of the tree."""
    temporary = copy.with_name(f"{copy.name}-tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    package = (copy / project.source).parent
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (package, copy, BENCH))),
        "TMPDIR": str(temporary),
        "QT_QPA_PLATFORM": "offscreen",
        **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")},  # there are as many workers as cores
    }


def in_parallel(jobs: Sequence[Any], workers: int, start: Callable[[int], AbstractContextManager[Callable[[Any], None]]]) -> None:
    """Give the jobs to workers, each opened by `start` in a thread of its own; the first error ends it all."""
    todo: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for job in jobs:
        todo.put(job)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with start(number) as run:
                while not errors:
                    run(todo.get_nowait())
        except queue.Empty:
            pass
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(min(workers, len(jobs)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)  # so that Ctrl+C comes through
    if errors:
        raise errors[0]


def measure(project: Project, workers: int, report: Callable[[str], None], only: str = "") -> Covering:
    """Measure the test files that changed since they were measured last; return which test runs which line.

    `only` is a regular expression: test files whose name does not contain it are left out.
    """
    state, files = project.state(), [file for group in project.files().values() for file in group]
    folder = project.kept / "coverage"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        test: folder / f"{Path(test).stem}-{fingerprint(state['source'], state['shared'], state[test], files)}.json"
        for test in sorted(state)
        if test.startswith("tests/") and re.search(only, Path(test).stem)
    }
    missing = [test for test, path in paths.items() if not path.exists()]
    # The largest first, so that no worker is left alone with it in the end.
    missing.sort(key=lambda test: (project.root / test).stat().st_size, reverse=True)

    @contextmanager
    def start(number: int) -> Iterator[Callable[[str], None]]:
        copy = project.copy(number)

        def run(test: str) -> None:
            out, started_s = paths[test], time.monotonic()
            command = [sys.executable, "-m", "bench.mutants.measure", str(out), test, *files]
            subprocess.run(command, cwd=copy, env=environment(project, copy), stdout=subprocess.DEVNULL, timeout=MEASURE_S, check=True)
            for old in folder.glob(f"{Path(test).stem}-*.json"):
                if old != out:
                    old.unlink()
            report(f"measured {test} in {time.monotonic() - started_s:.0f} s")

        yield run

    in_parallel(missing, workers, start)
    return Covering(project.root, [path for path in paths.values() if path.exists()], project.of_declarations)


class Worker:
    """A process that runs tests on mutants in its copy of the tree."""

    def __init__(self, project: Project, number: int) -> None:
        copy = project.copy(number)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.mutants.worker", *project.libraries],
            cwd=copy, env=environment(project, copy), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a worker ended; its error is above")
        result: dict[str, Any] = json.loads(line)
        return result

    def close(self) -> None:
        """End the process: it reads no more jobs once its input is closed."""
        self._process.communicate()


def basis(state: dict[str, str], outcome: str, by: str, chosen: Sequence[str]) -> str:
    """Return the fingerprint of what an outcome depends on: of the failing test if there is one, else of all that were chosen."""
    tests = [by] if outcome != SURVIVED and "::" in by else sorted(chosen)
    files = {name.split("::")[0] for name in tests}
    return fingerprint(state["source"], state["shared"], tests, sorted((file, state.get(file, "")) for file in files))


def still_valid(result: Result | None, state: dict[str, str], chosen: Sequence[str]) -> bool:
    """Whether a result of an earlier run holds for the tree as it is."""
    return result is not None and result.basis == basis(state, result.outcome, result.by, chosen)


def run_mutants(
    project: Project,
    mutants: Sequence[Mutant],
    covering: Covering,
    results: Results,
    workers: int,
    report: Callable[[Result], None],
    slack_s: float = SLACK_S,
) -> None:
    """Run the mutants that have no valid result yet; those that no test reaches survive without a run.

    A test has `slack_s`, and five times what was measured.
    """
    state, known = project.state(), list(covering.tests)
    chosen = {mutant.id: covering.choose(mutant) for mutant in mutants}
    todo = [mutant for mutant in mutants if not still_valid(results.get(mutant.id), state, chosen[mutant.id])]
    lock = threading.Lock()

    def keep(mutant: Mutant, outcome: str, by: str, seconds: float) -> None:
        tests = chosen[mutant.id]
        result = Result(mutant.id, outcome, by, len(tests), seconds, basis(state, outcome, by, tests))
        with lock:
            results.add(result)
            report(result)

    for mutant in todo:
        if not chosen[mutant.id]:
            keep(mutant, SURVIVED, "", 0.0)

    @contextmanager
    def start(number: int) -> Iterator[Callable[[Mutant], None]]:
        worker = Worker(project, number)

        def run(mutant: Mutant) -> None:
            tests = chosen[mutant.id]
            limits_s = {name: slack_s + SLACK_FACTOR * covering.wall_seconds(covering.tests[name]) for name in tests}
            files = {name.split("::")[0] for name in tests}
            of_files = [name for name in known if name.split("::")[0] in files]
            job = {"path": mutant.path, "source": mutant.source(), "tests": tests, "known": of_files, "limits_s": limits_s}
            found = worker.run(job)
            keep(mutant, found["outcome"], found["by"], found["seconds"])

        try:
            yield run
        finally:
            worker.close()

    in_parallel([mutant for mutant in todo if chosen[mutant.id]], workers, start)


def all_mutants(project: Project, only: str) -> dict[str, list[Mutant]]:
    """Return the mutants of each group of files."""
    found = {name: files for name, files in project.files(only).items() if files}
    return {name: [mutant for file in files for mutant in mutants_of(project.root, file)] for name, files in found.items()}
