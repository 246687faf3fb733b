"""Waiting in tests: for a condition, never for a time.

The one place where a test may sleep on the wall clock (tests/test_project.py checks it). Where nothing but a real process,
thread or device can be the subject, `until` returns as soon as the condition holds; the time limit is only for a failing test.
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
