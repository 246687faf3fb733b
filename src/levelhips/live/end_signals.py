"""Signals that ask the process to end, and the limit after which it ends whatever hangs."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

log = logging.getLogger(__name__)

END_S = 9.0  # from the signal to the end of the process: what takes longer hangs, and the next start finishes it
REACT_S = 2.0  # for the main thread to begin the end; one that hangs in a write to the terminal or in the display does not
NOTICE_S = 0.5  # for the main thread to notice first that this time is over
LAST_S = 0.5  # for the last threads to end by themselves
NO_ANSWER = 1  # exit code of a process that had to be ended


class EndSignals:
    """Take Ctrl-C, SIGTERM and SIGHUP (the terminal was closed) as a request to end; a context manager.

    A second thread watches the signals, too: Python runs handlers only in the main thread, between its own instructions.
    SIGHUP stays ignored if it was ignored before, as by nohup.

    Parameters
    ----------
    begin : callable
        Begins the end of what runs. Called if the main thread does not react; must return at once, and may be called twice.
    asked : callable
        Called by the handler, in the main thread.

    Attributes
    ----------
    received : list of int
        The signals so far.
    deadline_s : float
        Monotonic time at which the process ends in any case; infinite before the first signal.
    """

    def __init__(self, begin: Callable[[], None], asked: Callable[[], None] = lambda: None) -> None:
        self._begin, self._asked = begin, asked
        self.received: list[int] = []
        self.deadline_s = math.inf
        self._over = threading.Event()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
        kinds = [int(getattr(signal, name)) for name in names if hasattr(signal, name)]
        self._kinds = [kind for kind in kinds if kind == signal.SIGINT or signal.getsignal(kind) is not signal.SIG_IGN]
        self._heard, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        self._before = {kind: signal.signal(kind, self._handle) for kind in self._kinds}
        self._watcher = threading.Thread(target=self._watch, name="levelhips-signals", daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._over.set()
        self._wakes.close()  # ends the watcher's wait
        self._watcher.join(1.0)

    @property
    def is_asked(self) -> bool:
        """Whether a signal has come."""
        return bool(self.received)

    @property
    def is_late(self) -> bool:
        """Whether the time that the end may take is over."""
        return time.monotonic() >= self.deadline_s

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._note(number)
        self._asked()

    def _note(self, number: int) -> None:
        self.received.append(number)
        if math.isinf(self.deadline_s):
            self.deadline_s = time.monotonic() + END_S

    def _watch(self) -> None:
        with self._heard:
            while numbers := self._heard.recv(16):
                for number in numbers:
                    if number in self._kinds:
                        self._insist(number)
                        return

    def _insist(self, number: int) -> None:
        """Begin the end if the main thread does not, and end the process if it takes too long."""
        if self._over.wait(REACT_S):
            return
        self._note(number)
        self._begin()
        if not self._over.wait(max(0.0, self.deadline_s + NOTICE_S - time.monotonic())):
            log.error("The process does not end within %g s; ending it", END_S)
            leave(NO_ANSWER)


def exit_for_good(code: int, others: Collection[threading.Thread]) -> None:
    """End the process at once if a thread hangs: Python would wait for it, or abort with a core dump. Else return.

    `others` are the threads that ran before, and do not count.
    """
    end_s = time.monotonic() + LAST_S
    while left := [thread for thread in threading.enumerate() if thread not in others and _is_waited_for(thread)]:
        if time.monotonic() > end_s:
            log.warning("Still running at the end: %s", ", ".join(thread.name for thread in left))
            leave(code)
        left[0].join(0.05)


def leave(code: int) -> NoReturn:
    """End the process at once, without waiting for threads."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone, or the stream is closed
            stream.flush()
    os._exit(code)


def _is_waited_for(thread: threading.Thread) -> bool:
    return not thread.daemon or thread.name.startswith("levelhips-")
