"""Faults of the n-th operation of a kind: write, sync, open, rename, function call (out of memory), or callback."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from unittest.mock import patch

from levelhips.audio import player
from levelhips.audio.synth import Mixer
from levelhips.engine import Engine
from levelhips.sensors.profile import profiles

FILES = ("write", "fsync", "open", "rename")
CALLBACKS = ("decoder", "engine", "render", "device")
PACKAGE = str(Path(sys.modules["levelhips"].__file__ or "").parent)


@dataclass
class Fault:
    """The n-th operation of a kind fails: once, or from then on.

    Attributes
    ----------
    count : int
        Operations of this kind so far.
    struck : int
        How many of them failed.
    act : callable or None
        Called instead of raising an error.
    clock : callable
        Time for `struck_s`, the time of the first failure [s].
    """

    kind: str
    n: int
    lasting: bool = False
    act: Callable[[], None] | None = None
    clock: Callable[[], float] = lambda: 0.0
    count: int = 0
    struck: int = 0
    struck_s: float = field(default=float("nan"))
    where: str = ""

    def strikes(self) -> bool:
        """Count an operation; return whether it must fail."""
        self.count += 1
        if self.count < self.n or (self.struck and not self.lasting):
            return False
        if not self.struck:
            self.struck_s = self.clock()
        self.struck += 1
        if self.act is not None:
            self.act()
        return True

    def check(self, kind: str) -> None:
        """Raise the error of a file operation if it must fail."""
        if kind == self.kind and self.strikes():
            code = errno.ENOSPC if kind == "write" else errno.EIO
            raise OSError(code, os.strerror(code))


class _Raw(io.FileIO):
    """A file whose writes may fail, after half of their bytes."""

    def __init__(self, fault: Fault, *arguments: Any, **options: Any) -> None:
        self._fault = fault
        super().__init__(*arguments, **options)

    def write(self, data: Any) -> int:
        if self._fault.kind == "write":
            try:
                self._fault.check("write")
            except OSError:
                super().write(memoryview(data)[: len(memoryview(data)) // 2])
                raise
        return super().write(data)


def _opener(fault: Fault, folder: Path, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return `open` whose files below a folder fail to be opened or written."""

    def faulty_open(file: Any, mode: str = "r", buffering: int = -1, *args: Any, **options: Any) -> Any:
        mine = isinstance(file, str | Path) and str(file).startswith(str(folder))
        if not mine or not set(mode) & set("wxa+"):
            return real(file, mode, buffering, *args, **options)
        fault.check("open")
        raw = _Raw(fault, file, mode.replace("b", "").replace("t", ""), opener=options.get("opener"))
        binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return binary
        names = ("encoding", "errors", "newline")
        given = dict(zip(names, args, strict=False)) | {name: options[name] for name in names if name in options}
        return io.TextIOWrapper(binary, **given)

    return faulty_open


def _failing(fault: Fault, real: Callable[..., Any], error: type[Exception]) -> Callable[..., Any]:
    """Return a function that raises where the fault strikes."""

    def call(*args: Any, **options: Any) -> Any:
        if fault.strikes():
            raise error("torture")
        return real(*args, **options)

    return call


@contextmanager
def _out_of_memory(fault: Fault) -> Iterator[None]:
    """Raise MemoryError at the first call of the n-th function of the package that is called, in whatever thread of ours."""
    seen: set[CodeType] = set()
    main = threading.current_thread()

    def on_call(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if code in seen or not code.co_filename.startswith(PACKAGE) or threading.current_thread() is main:
            return
        seen.add(code)
        if "simulation" in code.co_filename or "text" in code.co_filename:  # the sensor is not ours to protect
            return
        if fault.strikes():
            fault.where = f"{Path(code.co_filename).name}:{code.co_qualname}"
            raise MemoryError

    threading.settrace(on_call)
    try:
        yield
    finally:
        threading.settrace(None)  # type: ignore[arg-type]


def _callbacks() -> dict[str, tuple[Any, str, type[Exception]]]:
    """Return the functions that other threads and libraries call, by the kind of the fault: owner, name, and the error."""
    decoder = type(profiles()["levelhips"].decoder(200.0))
    return {
        "decoder": (decoder, "push", RuntimeError),
        "engine": (Engine, "push", RuntimeError),
        "render": (Mixer, "render", RuntimeError),
        "device": (player, "SoundDevice", OSError),
    }


@contextmanager
def injected(fault: Fault, folder: Path) -> Iterator[None]:
    """Let operations in this process fail; file operations only below a folder."""
    with ExitStack() as stack:

        def replace(owner: Any, name: str, new: Any) -> None:
            stack.enter_context(patch.object(owner, name, new))

        def of_files(kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(path: Any, *args: Any, **options: Any) -> Any:
                if isinstance(path, int) or str(path).startswith(str(folder)):
                    fault.check(kind)
                return real(path, *args, **options)

            return call

        if fault.kind in ("write", "open"):
            faulty = _opener(fault, folder, builtins.open)
            replace(builtins, "open", faulty)
            replace(io, "open", faulty)
        elif fault.kind == "fsync":
            replace(os, "fsync", of_files("fsync", os.fsync))
        elif fault.kind == "rename":
            replace(os, "replace", of_files("rename", os.replace))
            replace(os, "rename", of_files("rename", os.rename))
        elif fault.kind == "memory":
            stack.enter_context(_out_of_memory(fault))
        elif fault.kind in CALLBACKS:
            owner, name, error = _callbacks()[fault.kind]
            replace(owner, name, _failing(fault, getattr(owner, name), error))
        yield
