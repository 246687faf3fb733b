"""End the process: signals like Ctrl-C, and a terminal that was closed."""

from __future__ import annotations

import errno
import logging
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

STREAMS = (0, 1, 2)  # standard input, output and error


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """Handle SIGTERM and SIGHUP like Ctrl-C, so that files are closed.

    A signal that the process ignores stays ignored: under nohup, a command goes on when the terminal is closed.
    """
    terminals = [stream for stream in STREAMS if os.isatty(stream)]

    def end(number: int, frame: object) -> None:
        _drop(stream for stream in terminals if not os.isatty(stream))
        raise KeyboardInterrupt

    kinds = [kind for kind in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if kind is not None]
    before = {kind: signal.signal(kind, end) for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def terminal_may_close() -> Iterator[None]:
    """Leave the block if the terminal was closed, and drop all further output; other errors of a stream are raised."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        log.info("The terminal is gone")
        _drop(STREAMS)


def _drop(streams: Iterable[int]) -> None:
    """Drop what is written to these streams: an error while the result is printed would end the program before its end."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in streams:
        os.dup2(nothing, stream)
    os.close(nothing)
