"""Summarize many recordings in several processes: a recording that ends a process, or keeps it busy for ever, costs only itself."""

from __future__ import annotations

import contextlib
import logging
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import fields
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from levelhips.errors import LevelHipsError, RecordingError
from levelhips.history.session_row import SessionRow, session_row

log = logging.getLogger(__name__)

MIN_FILES = 8  # fewer are read sooner than processes start
MAX_WORKERS = 8  # more do not help: the files come from one disk
FILE_S = 300.0  # ten hours that must be analyzed again take 20 s, and five times that on a slow computer
START_S = 60.0  # a worker imports its modules in 1 s; a computer that is busy needs longer
CHECK_S = 0.5  # between two checks for workers that take too long

Found = SessionRow | LevelHipsError


def summary(path: Path) -> SessionRow:
    """Summarize a recording.

    Raises
    ------
    RecordingError, BadInputError
        If it cannot be read, or contains neither standing nor steps. Also if it contains anything that this version does not
        expect: one file must not end the reading of all the others.
    """
    try:
        found = session_row(path)
        check_storable(found)
    except LevelHipsError:
        raise
    except Exception as error:
        log.exception("Reading %s", path)
        raise RecordingError("unexpected-content", name=path.name, reason=type(error).__name__) from error
    return found


def check_storable(row: SessionRow) -> None:
    """Check that a database can hold all values of a row; events of a damaged recording can contain any number.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    parts: list[Any] = [row, *row.sides.values(), *row.figures, *row.faults.values()]
    for part in parts:
        for field in fields(part):
            value = getattr(part, field.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{field.name} is {value}")


def summaries(files: Sequence[Path], *, file_s: float = FILE_S) -> Iterator[tuple[Path, Found]]:
    """Yield the summary of each recording, or why there is none, in the order in which they are ready.

    Parameters
    ----------
    files : sequence of Path
    file_s : float
        Time after which a worker that reads one file is ended [s].
    """
    waiting = list(reversed(files))
    if len(files) >= MIN_FILES:
        with contextlib.closing(_in_workers(waiting, file_s)) as found:
            yield from found
    # A few files, or those that are left because no worker could be started.
    while waiting:
        path = waiting.pop()
        yield path, _summary_or_error(path)


def _summary_or_error(path: Path) -> Found:
    try:
        return summary(path)
    except LevelHipsError as error:
        return error


class _Worker:
    """A process that summarizes one recording after the other.

    It is a new interpreter, not a copy of this process (fork): a copy would hold the pipes of the other workers open, so that
    none would notice when this process is gone.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.ready = False  # whether it has started
        self.path: Path | None = None  # the file that it is reading
        self._since_s = time.monotonic()

    def give(self, path: Path) -> None:
        """Let it summarize a file."""
        self.path, self._since_s = path, time.monotonic()
        with contextlib.suppress(OSError):  # it has ended: `answer` finds that out
            self.connection.send(path)

    def answer(self, file_s: float) -> Found | None:
        """Return its summary, or why there is none; None as long as it has nothing to tell.

        Raises
        ------
        EOFError, OSError
            If it has ended without having started, or has not started after `START_S`.
        """
        path = self.path
        try:
            if self.connection.poll():
                found: Found | None = self.connection.recv()
                self.ready, self.path = True, None
                return found
            if time.monotonic() - self._since_s < (START_S if path is None else file_s):
                return None
        except (EOFError, OSError):
            if path is None:
                raise
            return RecordingError("reading-crashed", name=path.name)
        if path is None:
            raise TimeoutError
        return RecordingError("reading-takes-too-long", name=path.name, seconds=file_s)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def _in_workers(waiting: list[Path], file_s: float) -> Generator[tuple[Path, Found], None, None]:
    """Yield what workers find in the files, taken from the end of `waiting`. If no worker can be started, some files are left."""
    workers: list[_Worker] = []
    try:
        workers += [_Worker() for _ in range(min(os.cpu_count() or 1, MAX_WORKERS, len(waiting)))]
        while workers:
            wait([worker.connection for worker in workers], timeout=CHECK_S)
            for place, worker in reversed(list(enumerate(workers))):
                path = worker.path
                try:
                    found = worker.answer(file_s)
                except (EOFError, OSError):
                    log.warning("A process that reads recordings does not start")
                    workers.pop(place).end()
                    continue
                if worker.path is not None and found is not None:  # it has ended, or must be ended, in the middle of its file
                    workers.pop(place).end()
                    if waiting:
                        workers.append(_Worker())
                elif worker.ready and worker.path is None:
                    if waiting:
                        worker.give(waiting.pop())
                    else:
                        workers.pop(place).end()
                if path is not None and found is not None:
                    yield path, found
    finally:
        for worker in workers:
            worker.end()


def _work(connection: Connection) -> None:
    """Summarize the recordings whose paths arrive; the body of a worker."""
    logging.getLogger().addHandler(logging.NullHandler())  # without any, Python prints warnings on the terminal
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal: only the first one answers it
    files: SimpleQueue[Path] = SimpleQueue()
    threading.Thread(target=_receive, args=(connection, files), daemon=True).start()
    connection.send(None)
    while True:
        connection.send(_summary_or_error(files.get()))


def _receive(connection: Connection, files: SimpleQueue[Path]) -> None:
    """Put the paths that arrive into the queue. End this process as soon as its parent is gone, even in the middle of a file."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            files.put(connection.recv())
    os._exit(1)
