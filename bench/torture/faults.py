"""Faults of the n-th operation of a kind: write, sync, open, rename, SQL statement, or callback."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.torture.memory import out_of_memory
from levelhips.audio import player
from levelhips.audio.synth import Mixer
from levelhips.engine import Engine
from levelhips.sensors.profile import profiles

FILES = ("write", "fsync", "open", "rename", "sql")
ANY = "any"  # every file operation counts
CALLBACKS = ("decoder", "engine", "render", "device")


@dataclass
class Fault:
    """The n-th operation of a kind fails: once, or with all that follow.

    Attributes
    ----------
    act : callable or None
        Called instead of raising an error, such as to kill the process.
    count : int
        Operations of this kind so far.
    struck : int
        How many of them failed.
    where : str
        The function that ran out of memory.
    """

    kind: str
    n: int
    lasting: bool = False
    act: Callable[[], None] | None = None
    count: int = 0
    struck: int = 0
    where: str = ""

    @property
    def is_next(self) -> bool:
        """Whether the next operation must fail."""
        return self.count + 1 >= self.n and (self.lasting or not self.struck)

    def strikes(self) -> bool:
        """Count an operation; return whether it must fail."""
        strikes = self.is_next
        self.count += 1
        self.struck += strikes
        return strikes

    def counts(self, kind: str) -> bool:
        """Return whether file operations of this kind are counted."""
        return self.kind in (kind, ANY)

    def check(self, kind: str) -> None:
        """Raise the error of a file operation if it must fail."""
        if not (self.counts(kind) and self.strikes()):
            return
        if self.act is not None:
            self.act()
        if kind == "sql":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        code = errno.ENOSPC if kind == "write" else errno.EIO
        raise OSError(code, os.strerror(code))


class _Raw(io.FileIO):
    """A file whose writes may fail, after half of their bytes."""

    def __init__(self, fault: Fault, *arguments: Any, **options: Any) -> None:
        self._fault = fault
        super().__init__(*arguments, **options)

    def write(self, data: Any) -> int:
        if self._fault.counts("write") and self._fault.is_next:
            super().write(memoryview(data)[: len(memoryview(data)) // 2])
        self._fault.check("write")
        return super().write(data)


class _Connection(sqlite3.Connection):
    """A database whose statements may fail."""

    fault: Fault

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self.fault.check("sql")
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        self.fault.check("sql")
        return super().executemany(*arguments)


def _is_below(folder: Path, path: Any) -> bool:
    return os.path.abspath(path).startswith(str(folder))


def _opener(fault: Fault, folder: Path, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return `open` whose files below a folder may fail to be opened or written."""

    def faulty_open(file: Any, mode: str = "r", buffering: int = -1, *args: Any, **options: Any) -> Any:
        if isinstance(file, int) or not _is_below(folder, file) or not set(mode) & set("wxa+"):
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


def _callbacks() -> dict[str, tuple[Any, str, type[Exception]]]:
    """Return the functions that other threads and libraries call, by the kind of the fault: owner, name, and the error."""
    decoder = type(profiles()["levelhips"].decoder(200.0))
    return {
        "decoder": (decoder, "push", RuntimeError),
        "engine": (Engine, "push", RuntimeError),
        "render": (Mixer, "render", RuntimeError),
        "device": (player, "SoundDevice", RuntimeError),
    }


@contextmanager
def injected(fault: Fault, folder: Path) -> Iterator[None]:
    """Let operations in this process fail; file operations only below a folder."""
    with ExitStack() as stack:
        if fault.kind == "memory":
            stack.enter_context(out_of_memory(fault))
        elif fault.kind in CALLBACKS:
            owner, name, error = _callbacks()[fault.kind]
            stack.enter_context(patch.object(owner, name, _failing(fault, getattr(owner, name), error)))
        elif fault.kind in (*FILES, ANY):
            for owner, name, new in _file_operations(fault, folder):
                stack.enter_context(patch.object(owner, name, new))
        yield


def _file_operations(fault: Fault, folder: Path) -> list[tuple[Any, str, Any]]:
    """Return the functions of the library that work on files, each with its owner and its replacement."""

    def checked(kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *args: Any, **options: Any) -> Any:
            if isinstance(path, int) or _is_below(folder, path):
                fault.check(kind)
            return real(path, *args, **options)

        return call

    faulty_open = _opener(fault, folder, builtins.open)
    connection = type("Connection", (_Connection,), {"fault": fault})
    real_connect = sqlite3.connect
    return [
        (builtins, "open", faulty_open),
        (io, "open", faulty_open),
        (os, "mkdir", checked("open", os.mkdir)),
        (os, "fsync", checked("fsync", os.fsync)),
        (os, "replace", checked("rename", os.replace)),
        (os, "rename", checked("rename", os.rename)),
        (sqlite3, "connect", lambda *args, **options: real_connect(*args, factory=connection, **options)),
    ]
