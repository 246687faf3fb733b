"""Let memory run out at the first call of one function of the package after another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Protocol

import levelhips

PACKAGE = str(Path(levelhips.__file__).parent)
NOT_OURS = ("simulation", "text")  # the virtual sensor is none of the product; sentences are looked up by those who report


class Striking(Protocol):
    """A fault that counts operations."""

    where: str

    def strikes(self) -> bool:
        """Count an operation; return whether it must fail."""


@contextmanager
def out_of_memory(fault: Striking) -> Iterator[None]:
    """Raise MemoryError at the first call of the n-th function that is called, in whatever thread but the main one."""
    seen: set[CodeType] = set()

    def on_call(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if code in seen or not code.co_filename.startswith(PACKAGE):
            return
        seen.add(code)
        if frame.f_back is not None and frame.f_back.f_code.co_filename == threading.__file__:
            return  # the beginning of a thread: before it, nothing can be done about it
        if any(f"/{part}/" in code.co_filename for part in NOT_OURS):
            return
        if fault.strikes():
            fault.where = f"{Path(code.co_filename).name}:{code.co_qualname}"
            raise MemoryError

    threading.settrace(on_call)
    try:
        yield
    finally:
        threading.settrace(None)  # type: ignore[arg-type]
