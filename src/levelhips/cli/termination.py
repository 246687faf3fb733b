"""Handle signals that end the process like Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

OUTPUTS = (1, 2)  # standard output and standard error


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """Handle SIGTERM and SIGHUP like Ctrl-C, so that the file is closed and the sensor stopped.

    A signal that the process ignores stays ignored: under nohup, a run goes on when the terminal is closed.
    """
    terminals = [output for output in OUTPUTS if os.isatty(output)]

    def end(number: int, frame: object) -> None:
        _drop_output(terminals)
        raise KeyboardInterrupt

    kinds = [kind for kind in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if kind is not None]
    before = {kind: signal.signal(kind, end) for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _drop_output(terminals: list[int]) -> None:
    """Drop what is written to terminals that were closed: an error while the result is printed would end the program before its end."""
    for terminal in terminals:
        if not os.isatty(terminal):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, terminal)
            os.close(null)
