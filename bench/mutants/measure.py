"""Measure which test runs which line, and how long each test takes. Runs one test file in a process of its own.

    python -m bench.mutants.measure OUT.json tests/test_x.py PACKAGE/FILE.py ...

Only tests that pass are measured. What a shared fixture or a cached helper of the tests runs belongs to every test that uses it,
not only to the first; a line that only another process runs belongs to none.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import coverage
import pytest


class Contexts:
    """Pytest plug-in that sets the test, shared fixture or cached helper that is running as the context of coverage."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.uses: dict[str, set[str]] = defaultdict(set)
        # Time of each context, without those that it used. Processor time is what a test costs even on a busy computer.
        self.seconds: dict[str, float] = defaultdict(float)
        self.wall: dict[str, float] = defaultdict(float)
        self.passed: dict[str, bool] = {}
        self._measured, self._stack = measured, [""]
        self._since = _spent()

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Attribute what runs in this block to a context, and the context to the one that surrounds it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self.uses[self._stack[-1]].add(name)
        self._switch(name)
        try:
            yield
        finally:
            self._switch(None)

    def _switch(self, name: str | None) -> None:
        now = _spent()
        self.seconds[self._stack[-1]] += now[0] - self._since[0]
        self.wall[self._stack[-1]] += now[1] - self._since[1]
        self._since = now
        if name is None:
            self._stack.pop()
        else:
            self._stack.append(name)
        self._measured.switch_context(self._stack[-1])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        with self.inside(item.nodeid):
            for definitions in item._fixtureinfo.name2fixturedefs.values():
                self.uses[item.nodeid].update(_fixture(each) for each in definitions if each.scope != "function")
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[Any]:
        if fixturedef.scope == "function":
            return (yield)
        with self.inside(_fixture(fixturedef)):
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed[report.nodeid] = self.passed.get(report.nodeid, True) and report.passed

    def cached(self, original: Callable[..., Any], tests: str) -> Callable[..., Any]:
        """Return a replacement of functools.cache that gives each cached function of the tests a context."""

        def replacement(function: Callable[..., Any]) -> Callable[..., Any]:
            inner, code = original(function), getattr(function, "__code__", None)
            if code is None or not code.co_filename.startswith(tests):
                return inner

            @functools.wraps(function)
            def outer(*args: Any, **named: Any) -> Any:
                with self.inside(f"cached:{function.__module__}.{function.__qualname__}"):
                    return inner(*args, **named)

            return outer

        return replacement


def _spent() -> tuple[float, float]:
    """Return the processor time of this process and those that it waited for, and the time that has passed [s]."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system, times.elapsed


def _fixture(definition: Any) -> str:
    return f"fixture:{definition.baseid}::{definition.argname}"


def main() -> None:
    """Run a test file, and write what it measured."""
    out, test_file, *files = sys.argv[1:]
    root = Path.cwd()
    measured = coverage.Coverage(data_file=None, config_file=False, include=[str(root / file) for file in files], messages=False)
    contexts = Contexts(measured)
    functools.cache = contexts.cached(functools.cache, str(root / "tests"))  # type: ignore[assignment]
    measured.start()
    pytest.main(["-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0", test_file], plugins=[contexts])
    measured.stop()
    data = measured.get_data()
    lines: dict[str, dict[str, list[int]]] = {}
    for path in data.measured_files():
        of_file: dict[str, list[int]] = defaultdict(list)
        for line, names in data.contexts_by_lineno(path).items():
            for name in names:
                of_file[name].append(line)
        lines[Path(path).relative_to(root).as_posix()] = of_file
    passed = [name for name, good in contexts.passed.items() if good]
    found = {
        "passed": passed,
        "seconds": {name: round(seconds, 4) for name, seconds in contexts.seconds.items()},
        "wall": {name: round(seconds, 2) for name, seconds in contexts.wall.items()},
        "uses": {name: sorted(used) for name, used in contexts.uses.items() if name},
        "lines": lines,
    }
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
