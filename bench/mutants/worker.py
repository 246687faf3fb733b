"""Run tests on mutants, one after another, in a copy of the tree. One process for each core.

    python -m bench.mutants.worker [LIBRARY ...]

Reads jobs from standard input and writes results to standard output, a line of JSON each. Every job runs in a fork that has
the libraries imported already, but none of our modules. A test that takes far longer than measured ends the job as timed out.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest

MAX_BYTES = 12 * 2**30  # a mutant that allocates without end must not take the computer with it
COLLECT_S = 60.0  # importing the package and collecting the tests takes 2 s
UNKNOWN_S = 60.0  # for a test whose parameter the mutant renamed


class Reporter:
    """Runs the chosen tests in their order, and reports each start and the first failure."""

    def __init__(self, chosen: Sequence[str], known: Sequence[str], pipe: BinaryIO) -> None:
        self._order = {name: index for index, name in enumerate(chosen)}
        self._functions = {name.split("[")[0]: index for index, name in reversed(list(enumerate(chosen)))}
        self._known, self._pipe = frozenset(known), pipe

    def _send(self, kind: str, name: str) -> None:
        self._pipe.write(json.dumps([kind, name]).encode() + b"\n")
        self._pipe.flush()

    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings

        # Do not shrink a failing example, which takes minutes. Use the same examples for each mutant.
        settings.register_profile("mutants", settings.default, phases=[Phase.explicit, Phase.generate], derandomize=True, database=None)
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        def place(item: pytest.Item) -> int | None:
            # A mutant may change the name of a parameter, and with it the id of a test.
            known = self._order.get(item.nodeid)
            return known if known is not None or item.nodeid in self._known else self._functions.get(item.nodeid.split("[")[0])

        items[:] = sorted((item for item in items if place(item) is not None), key=lambda item: place(item) or 0)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._send("failed", report.nodeid)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._send("start", nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._send("failed", report.nodeid)


def _child(job: dict[str, Any], pipe: int) -> None:
    """Run the tests of a job in this process, with limits, and end it."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    with open(os.devnull, "r+b") as null:
        for stream in (0, 1, 2):
            os.dup2(null.fileno(), stream)
    files = list(dict.fromkeys(name.split("::")[0] for name in job["tests"]))
    reporter = Reporter(job["tests"], job["known"], os.fdopen(pipe, "wb"))
    options = ["-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main([*options, *files], plugins=[reporter])
    # No test is left if the mutant removed the parameters of a test; a run of all tests would pass then too.
    os._exit(0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else int(code))


def _lines(pipe: int, deadline_s: float) -> Iterator[list[str] | None]:
    """Yield the messages of a child; None at its end or when the time given by `send` is over."""
    rest = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], max(deadline_s - time.monotonic(), 0))
        data = os.read(pipe, 65536) if ready else None
        if not data:
            yield None if ready else ["late", ""]
            return
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            deadline_s = (yield json.loads(line)) or deadline_s


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Run the tests of a job against the tree as it stands; return the outcome and the test that decided it."""
    out, into = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            os.close(out)
            _child(job, into)
        finally:
            os._exit(70)
    os.close(into)
    outcome, by, last = "survived", "", ""
    messages = _lines(out, time.monotonic() + COLLECT_S)
    message = next(messages)
    while message is not None:
        kind, name = message
        if kind == "late":
            outcome, by = "timed out", last
            break
        if kind == "failed":
            outcome, by = "killed", name
            break
        last = name
        message = messages.send(time.monotonic() + job["limits_s"].get(name, UNKNOWN_S))
    with contextlib.suppress(ProcessLookupError):
        if outcome != "survived":
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(out)
    if outcome == "survived" and os.waitstatus_to_exitcode(status) != 0:
        outcome, by = "killed", last or "collecting the tests"
    return {"outcome": outcome, "by": by}


def main() -> None:
    """Run jobs until standard input is closed."""
    sys.dont_write_bytecode = True
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        path = Path(job["path"])
        original, started_s = path.read_bytes(), time.monotonic()
        # Bytecode is known by the second and the size: a fault of the same size would not be loaded.
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
        try:
            path.write_text(job["source"], encoding="utf-8")
            result = run(job)
        finally:
            path.write_bytes(original)
        print(json.dumps({**result, "seconds": round(time.monotonic() - started_s, 2)}), flush=True)


if __name__ == "__main__":
    main()
