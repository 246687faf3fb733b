"""Handle signals that end the process like Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """Handle SIGTERM and SIGHUP like Ctrl-C, so that the file is closed and the sensor stopped."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, end) for kind in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if kind is not None}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
