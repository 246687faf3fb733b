"""Threads that wait in simulated time, in step with the event loop of a session, so that each run makes the same operations."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from levelhips.audio import player as player_module
from levelhips.audio.device import RATE_HZ, Playback
from levelhips.recording import file_series
from levelhips.recording import recorder as recorder_module
from levelhips.simulation.time_loop import SimulatedTimeLoop

WORKERS = ("levelhips-recorder", "levelhips-sound")
HUNG_S = 20.0  # of real time that a worker may take for one turn
BLOCK_S = 0.05  # of sound that the simulated device takes at a time, if nothing else is chosen


class Pace:
    """Simulated time for the recorder and the sound: they work only while the loop waits for them."""

    def __init__(self, block_s: float = BLOCK_S) -> None:
        self.now_s, self.block_s = 0.0, block_s
        self._changed = threading.Condition()
        self._until_s: dict[threading.Thread, float] = {}  # threads that wait, and until when
        self.devices: list[SimulatedDevice] = []

    def wait(self, timeout_s: float | None, is_set: Callable[[], bool]) -> bool:
        """Wait for simulated seconds, or until the condition holds; return whether it holds."""
        me = threading.current_thread()
        with self._changed:
            self._until_s[me] = end_s = self.now_s + (math.inf if timeout_s is None else timeout_s)
            self._changed.notify_all()
            self._changed.wait_for(lambda: is_set() or self.now_s >= end_s)
            del self._until_s[me]
        return is_set()

    def wake(self) -> None:
        """Let waiting threads check their conditions again."""
        with self._changed:
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """Let simulated time pass, for a thread that has no loop."""
        self.advance(self.now_s + seconds)

    def advance(self, to_s: float) -> None:
        """Let all workers work until this time, one after another."""
        while True:
            self._settle()
            with self._changed:
                next_s = min([to_s, *self._until_s.values(), *(device.next_s for device in self.devices)])
                self.now_s = max(self.now_s, next_s)
                self._changed.notify_all()
            for device in list(self.devices):
                device.take(self.now_s)
            if self.now_s >= to_s:
                self._settle()
                return

    def _settle(self) -> None:
        """Wait until every worker waits, or has ended."""
        with self._changed:

            def settled() -> bool:
                workers = [one for one in threading.enumerate() if one.name in WORKERS and one is not threading.current_thread()]
                return all(self._until_s.get(worker, -math.inf) > self.now_s for worker in workers)

            left_s = HUNG_S
            while not settled():
                self._changed.wait(0.002)
                left_s -= 0.002
                if left_s < 0:
                    raise AssertionError("a thread hangs")


class _Event:
    """The event on which the recorder and the watch of the sound wait."""

    def __init__(self, pace: Pace) -> None:
        self._pace, self._is_set = pace, False

    def set(self) -> None:
        self._is_set = True
        self._pace.wake()

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, timeout_s: float) -> bool:
        return self._pace.wait(timeout_s, self.is_set)


class SimulatedDevice(Playback):
    """A sound device that takes its blocks in simulated time."""

    def __init__(self, render: Callable[[int], Any], pace: Pace) -> None:
        super().__init__(render, lambda: pace.now_s)
        self._pace, self._stream = pace, self.stream()
        next(self._stream)
        self.next_s = pace.now_s + pace.block_s
        pace.devices.append(self)

    def take(self, now_s: float) -> None:
        """Take the blocks that are due."""
        while self.next_s <= now_s:
            self.next_s += self._pace.block_s
            try:
                self._stream.send(round(self._pace.block_s * RATE_HZ))
            except Exception:  # as in miniaudio: a generator that has raised is never asked again
                self.next_s = math.inf

    def close(self) -> None:
        """Take no more."""
        if self in self._pace.devices:
            self._pace.devices.remove(self)


class PacedLoop(SimulatedTimeLoop):
    """A loop in simulated time that lets the recorder and the sound work as its time passes."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        super().__init__(math.inf)
        self._began_s = pace.now_s

    def wait(self, inner: Any, timeout: float | None) -> list[Any]:
        ready = super().wait(inner, timeout)
        self._pace.advance(self.time())
        return ready


@contextmanager
def paced(block_s: float = BLOCK_S) -> Iterator[Pace]:
    """Let recorder and sound live in simulated time; the sound device takes `block_s` seconds at a time."""
    pace = Pace(block_s)
    clock = SimpleNamespace(monotonic=lambda: pace.now_s, sleep=pace.sleep)
    with ExitStack() as stack:
        for module in (recorder_module, player_module):
            named = {"Event": lambda: _Event(pace), "Thread": threading.Thread}
            stack.enter_context(patch.object(module, "threading", SimpleNamespace(**named)))
        new_name = file_series.new_name
        stack.enter_context(patch.object(recorder_module, "time", clock))
        stack.enter_context(patch.object(player_module, "time", clock))
        stack.enter_context(patch.object(file_series, "new_name", lambda sensor: new_name(sensor, 1.7e9 + pace.now_s)))
        stack.enter_context(patch.object(player_module, "SoundDevice", lambda render, null: SimulatedDevice(render, pace)))
        yield pace
