"""Kill a session (SIGKILL) at each of its file operations, and measure what is lost."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

from bench.torture.faults import ANY, Fault
from bench.torture.oracle import ALLOWED_S
from bench.torture.series import Row, numbers
from bench.torture.sessions import Held, hold_in, read_into, whole

FIRST_S = 1.0  # of a session: a recording that ends before it may have no samples


def killed_sessions(*, end_s: float, step: int = 1) -> Row:
    """Hold sessions in processes of their own, each killed at its n-th file operation, a write half done."""
    row = Row("session: killed")
    whole()  # beforehand, so that every process begins with warm caches

    def passed(n: int) -> bool:
        with tempfile.TemporaryDirectory(prefix="levelhips-torture-") as name:
            newest_s = _run_and_kill(Path(name), n)
            if newest_s is None:
                return True
            left = Held(Fault(ANY, n))
            read_into(left, Path(name))
        last_s = float(left.t_s[-1]) if len(left.t_s) else 0.0
        row.struck += 1
        row.worst_lost_s = max(row.worst_lost_s, newest_s - last_s)
        row.problems += [f"{row.name} {n}: {problem}" for problem in left.problems if newest_s > FIRST_S]
        if newest_s - last_s > ALLOWED_S:
            row.problems.append(f"{row.name} {n}: {newest_s - last_s:.2f} s lost")
        return False

    return numbers(row, end_s, step, passed)


def _run_and_kill(folder: Path, n: int) -> float | None:
    """Return the time of the newest sample when the session was killed [s]; None if it ended before its n-th operation."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            held = Held(Fault(ANY, n))

            def kill() -> None:
                os.write(writing, repr(held.newest_s).encode())
                os.kill(os.getpid(), signal.SIGKILL)

            held.fault.act = kill
            hold_in(held, folder)
        finally:
            os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with open(reading) as said:
        newest = said.read()
    return float(newest) if os.WIFSIGNALED(status) else None
