"""Thread that runs one task in its own event loop until the task ends or is canceled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

# A process must be gone 10 s after it was asked to end, whatever hangs; these limits, the sound's and the history's add up to less.
TASK_END_S = 4.5  # stopping the stream and disconnecting take 2 s each
CANCEL_S = 0.5  # then, what the task waits for is canceled, too; that takes one turn of the loop
CONCLUDE_S = 3.5  # finishing the engine takes some milliseconds, closing the file 2.5 s at most
OTHERS_END_S = 1.0  # time for other tasks to end after the main one


class LoopThread:
    """A thread with an event loop and one task. On Windows, Bluetooth must not share a thread with a window.

    Parameters
    ----------
    name : str
        Name of the thread.
    new_loop : callable
        Makes the event loop.
    main : callable
        Makes the coroutine to run. Its error, if any, is given to `conclude`.
    conclude : callable
        Called in the thread once the task has ended or failed, with the loop still there; without a loop if it could not be made.
    """

    def __init__(
        self,
        name: str,
        new_loop: Callable[[], asyncio.AbstractEventLoop],
        main: Callable[[], Coroutine[Any, Any, None]],
        conclude: Callable[[BaseException | None], None],
    ) -> None:
        self._new_loop, self._make_main, self._conclude = new_loop, main, conclude
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled, self._task_over = False, threading.Event()
        self._concluded, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def cancel(self) -> None:
        """Cancel the task; a second call also cancels what it waits for while it ends. May be called from any thread."""
        self._cancelled = True
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the task has ended by itself
                loop.call_soon_threadsafe(task.cancel)

    def end(self) -> bool:
        """Cancel the task and wait until `conclude` has returned, 8.5 s at most; return whether it has or was never needed."""
        self.cancel()
        if self._thread.ident is None:
            return True
        if not self._task_over.wait(TASK_END_S):
            log.warning("The session does not end; canceling what it waits for")
            self.cancel()
            if not self._task_over.wait(CANCEL_S):
                return False
        concluded = self._concluded.wait(CONCLUDE_S)
        self._over.wait(OTHERS_END_S if concluded else 0.0)
        return concluded

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the thread to end; return whether it has ended or was never started."""
        if self._thread.ident is None:
            return True
        # Not Thread.join: interrupted by Ctrl-C, it takes a living thread for a dead one.
        return self._over.wait(seconds)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            loop = self._loop = self._new_loop()  # fails if too many files are open
            asyncio.set_event_loop(loop)
            self._task = loop.create_task(self._make_main())
            if self._cancelled:
                self._task.cancel()
            loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as raised:  # given to whoever started the thread, once everything is closed
            error = raised
        finally:
            self._task_over.set()
            try:
                self._conclude(error)
            finally:
                self._concluded.set()
                try:
                    if self._loop is not None:
                        _close(self._loop)
                finally:
                    self._over.set()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=OTHERS_END_S))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
