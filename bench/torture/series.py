"""Let the n-th operation of a kind fail, n = 1, 2, 3 ..., until a run passes without a failure."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.torture.faults import Fault
from bench.torture.oracle import lost_s, unexplained
from bench.torture.sessions import hold, whole

SINGLE = 3  # the first operations are tried one by one, whatever the step


@dataclass
class Row:
    """One line of the table: the runs of one kind of fault.

    Attributes
    ----------
    runs, struck, reported : int
        Number of runs; in how many the fault occurred; in how many of these the user learns of it.
    worst_lost_s : float
        Largest loss of data [s].
    complete : bool
        Whether every operation failed once; False if the time was over before.
    problems : list of str
        What is unexplained.
    """

    name: str
    runs: int = 0
    struck: int = 0
    reported: int = 0
    worst_lost_s: float = 0.0
    complete: bool = False
    problems: list[str] = field(default_factory=list)


@contextmanager
def without_log() -> Iterator[None]:
    """Drop log messages: each run in which something fails would print some."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def numbers(row: Row, end_s: float, step: int, passed: Callable[[int], bool]) -> Row:
    """Call `passed` with n = 1, 2, 3 ... until it returns True, or until the time is over.

    Parameters
    ----------
    end_s : float
        Monotonic time at which no new run is begun [s].
    step : int
        Above 1: after the third operation, only every so many.
    """
    n = 1
    while time.monotonic() < end_s:
        row.runs += 1
        if passed(n):
            row.complete = True
            break
        n += 1 if n < SINGLE else step
    return row


def sessions(kind: str, *, lasting: bool, end_s: float, step: int = 1) -> Row:
    """Hold sessions in which the n-th operation fails: once, or with all that follow."""
    row, reference = Row(f"session: {kind} {'lasting' if lasting else 'once'}"), whole()

    def passed(n: int) -> bool:
        fault = Fault(kind, n, lasting)
        held = hold(fault)
        row.struck += fault.struck > 0
        row.reported += held.reported
        if not held.refused:
            row.worst_lost_s = max(row.worst_lost_s, lost_s(held, reference))
        place = f" in {fault.where}" if fault.where else ""
        row.problems += [f"{row.name} {n}{place}: {problem}" for problem in unexplained(held, reference)]
        return not fault.struck

    with without_log():
        return numbers(row, end_s, step, passed)
