"""Let each file operation of a command fail, or kill the command there, and check what it leaves."""

from __future__ import annotations

import os
import signal
import sys
from functools import cache
from pathlib import Path

from bench.torture.commands import COMMANDS, Done, State, copy_of, run, state_of, template
from bench.torture.faults import ANY, Fault
from bench.torture.series import Row, numbers, without_log

REPEATED_REFUSED = ("convert", "recover", "simulate")  # they never replace a recording
REPEATED_ADDS = ("diary",)  # a second entry
OK_CODE, ERROR_CODE = 0, 1


@cache
def before(name: str) -> State:
    """Return the state of the user's files before a command."""
    return state_of(template(name))


@cache
def after(name: str) -> State:
    """Return the state of the user's files after a command in which nothing failed."""
    with copy_of(template(name)) as folder:
        done = run(COMMANDS[name], folder)
        assert done.code == OK_CODE, done.text
        return state_of(folder)


def failing(name: str, *, lasting: bool, end_s: float, step: int = 1) -> Row:
    """Run a command again and again, with its n-th file operation failing: once, or with all that follow."""
    row = Row(f"{name} {'lasting' if lasting else 'once'}")
    after(name)  # beforehand: it needs the same place

    def passed(n: int) -> bool:
        fault = Fault(ANY, n, lasting)
        with copy_of(template(name)) as folder:
            done = run(COMMANDS[name], folder, fault)
            left = state_of(folder)
            again = run(COMMANDS[name], folder)
            problems = unexplained(name, done, left) + not_repeated(name, again, state_of(folder))
        row.struck += fault.struck > 0
        row.reported += done.code != OK_CODE
        row.problems += [f"{row.name} {n}: {problem}" for problem in problems]
        return not fault.struck

    with without_log():
        return numbers(row, end_s, step, passed)


def killed(name: str, *, end_s: float, step: int = 1) -> Row:
    """Run a command again and again in a process that is killed at its n-th file operation."""
    row = Row(f"{name} killed")
    after(name)

    def passed(n: int) -> bool:
        with copy_of(template(name)) as folder:
            was_killed = _run_and_kill(name, folder, n)
            left = state_of(folder)
            again = run(COMMANDS[name], folder)
            problems = _lost(name, left) + not_repeated(name, again, state_of(folder))
        row.struck += was_killed
        row.problems += [f"{row.name} {n}: {problem}" for problem in problems]
        return not was_killed

    return numbers(row, end_s, step, passed)


def _run_and_kill(name: str, folder: Path, n: int) -> bool:
    """Run a command in a process of its own and kill it (-9) at its n-th file operation; return whether it came so far."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            run(COMMANDS[name], folder, Fault(ANY, n, act=lambda: os.kill(os.getpid(), signal.SIGKILL)))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def unexplained(name: str, done: Done, left: State) -> list[str]:
    """Return what is wrong with what a command left in which an operation failed."""
    problems = []
    if done.code == -1:
        problems.append(f"a traceback: {done.text.strip().splitlines()[-1]}")
    if done.code not in (OK_CODE, ERROR_CODE, -1):
        problems.append(f"exit code {done.code}")
    if done.code == OK_CODE and left != after(name):
        problems.append(f"exit code 0, but {_difference(left, after(name))}")
    if done.code == ERROR_CODE and not done.text.strip():
        problems.append("nothing was printed")
    stray = sorted(path for path in left if path not in before(name) and path not in after(name))
    if stray:
        problems.append(f"temporary files are left: {', '.join(stray)}")
    return problems + _lost(name, left)


def _lost(name: str, left: State) -> list[str]:
    """Return which files of the user are neither as before nor as after the command, and which new ones are not complete."""
    problems = []
    for path, digest in before(name).items():
        if left.get(path) not in (digest, after(name).get(path)):
            problems.append(f"{path} is {'gone' if path not in left else 'neither old nor new'}")
    for path in left.keys() - before(name).keys():
        if path in after(name) and left[path] != after(name)[path]:
            problems.append(f"{path} is not complete: {left[path][:40]}")
    return problems


def not_repeated(name: str, again: Done, left: State) -> list[str]:
    """Return what is wrong after the command was run again, without a fault."""
    if name in REPEATED_REFUSED and again.code == ERROR_CODE:
        return []
    if again.code != OK_CODE:
        return [f"a second run fails: {again.text.strip().splitlines()[-1]}"]
    if name in REPEATED_ADDS:
        return []
    wrong = {path: digest for path, digest in after(name).items() if left.get(path) != digest}
    return [f"after a second run, {_difference(left, wrong)}"] if wrong else []


def _difference(left: State, wanted: State) -> str:
    wrong = sorted(path for path, digest in wanted.items() if left.get(path) != digest)
    return f"not as without a fault: {', '.join(wrong) or 'more files'}"
