"""How sessions and the threads behind them end: signals, errors at the start, and errors at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from levelhips.cli.termination import signals_as_ctrl_c
from levelhips.live.loop_thread import LoopThread

WAIT_S = 10.0  # only a test that fails waits so long
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals between processes are a matter of POSIX")


@contextmanager
def handled(kind: signal.Signals, handler: signal.Handlers | Callable[..., object]) -> Iterator[None]:
    before = signal.signal(kind, handler)
    try:
        yield
    finally:
        signal.signal(kind, before)


@POSIX
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_that_ends_the_process_is_ctrl_c_only_within_the_session(name: str) -> None:
    kind, outside = signal.Signals[name], list[int]()
    with handled(kind, lambda number, frame: outside.append(number)):
        with pytest.raises(KeyboardInterrupt), signals_as_ctrl_c():
            os.kill(os.getpid(), kind)
        os.kill(os.getpid(), kind)
    assert outside == [kind], "the handler of before is back"


@POSIX
def test_a_run_under_nohup_goes_on_when_the_terminal_is_closed() -> None:
    """Bug: nohup lets a process ignore SIGHUP, and the run ended nevertheless."""
    with handled(signal.SIGHUP, signal.SIG_IGN):
        with signals_as_ctrl_c():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


class Ended:
    """What a thread gave to `conclude`, and whether its loop was still there."""

    def __init__(self) -> None:
        self.errors: list[BaseException | None] = []
        self.loop = asyncio.new_event_loop()
        self.loop_was_open = False

    def new_loop(self) -> asyncio.AbstractEventLoop:
        return self.loop

    def conclude(self, error: BaseException | None) -> None:
        self.errors.append(error)
        self.loop_was_open = not self.loop.is_closed()


async def sleep_for_ever() -> None:
    await asyncio.Event().wait()


def test_a_thread_that_is_canceled_ends_without_an_error_and_closes_its_loop() -> None:
    ended = Ended()
    thread = LoopThread("test", ended.new_loop, sleep_for_ever, ended.conclude)
    thread.start()
    assert not thread.join(0.0)
    thread.cancel()
    assert thread.join(WAIT_S)
    assert ended.errors == [None]
    assert ended.loop_was_open
    assert ended.loop.is_closed()
    thread.cancel()  # as a window may that is closed late: nothing is left to cancel


def test_a_thread_that_is_canceled_before_its_start_runs_nothing() -> None:
    ended, ran = Ended(), list[str]()

    async def main() -> None:
        ran.append("main")

    thread = LoopThread("test", ended.new_loop, main, ended.conclude)
    assert thread.join(0.0), "a thread that was never started does not keep anybody waiting"
    thread.cancel()
    thread.start()
    assert thread.join(WAIT_S)
    assert (ran, ended.errors) == ([], [None])


def test_an_error_of_the_task_is_handed_over_and_its_other_tasks_are_ended() -> None:
    ended, canceled = Ended(), list[str]()

    async def other() -> None:
        try:
            await sleep_for_ever()
        except asyncio.CancelledError:
            canceled.append("other")
            raise

    async def main() -> None:
        others.append(asyncio.create_task(other()))
        await asyncio.sleep(0)
        raise OSError("unplugged")

    others: list[asyncio.Task[None]] = []
    thread = LoopThread("test", ended.new_loop, main, ended.conclude)
    thread.start()
    assert thread.join(WAIT_S)
    assert [repr(error) for error in ended.errors] == ["OSError('unplugged')"]
    assert canceled == ["other"]
    assert ended.loop.is_closed()


def test_a_thread_whose_loop_cannot_be_made_ends_with_the_reason() -> None:
    """Bug: with too many open files, the thread died without an end, and whoever joined it waited for ever."""
    ended = Ended()

    def new_loop() -> asyncio.AbstractEventLoop:
        raise OSError(24, "Too many open files")

    thread = LoopThread("test", new_loop, sleep_for_ever, ended.conclude)
    thread.start()
    assert thread.join(WAIT_S)
    assert [str(error) for error in ended.errors] == ["[Errno 24] Too many open files"]
    ended.loop.close()


def test_an_error_in_concluding_still_ends_the_thread_and_closes_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: raised.append(str(hook.exc_value)))
    ended = Ended()

    def conclude(error: BaseException | None) -> None:
        raise ValueError("a bug")

    thread = LoopThread("test", ended.new_loop, lambda: asyncio.sleep(0), conclude)
    thread.start()
    assert thread.join(WAIT_S)
    assert ended.loop.is_closed()
    thread._thread.join(WAIT_S)
    assert raised == ["a bug"], "a bug keeps its traceback"
