"""Wait in tests: for a condition, never for a fixed time.

Only this module may sleep on the wall clock (tests/test_project.py checks it), for tests of a real process, thread or device.
`until` returns as soon as the condition holds; only a failing test reaches the time limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], within_s: float = 60.0, *, message: str = "") -> T:
    """Wait until a condition is true and return its value; `message` explains a failure."""
    end = time.monotonic() + within_s
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(message or f"it did not happen within {within_s:g} s")
        time.sleep(0.005)
    return value
