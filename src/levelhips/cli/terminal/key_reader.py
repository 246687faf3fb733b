"""Single key presses from the terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self


class KeyReader:
    """Read key presses without waiting; there are none if standard input is not a terminal."""

    def __enter__(self) -> Self:
        self._stack = contextlib.ExitStack()
        self._posix = False
        if sys.stdin.isatty():
            try:
                import termios
                import tty

                before = termios.tcgetattr(sys.stdin)
                self._stack.callback(termios.tcsetattr, sys.stdin, termios.TCSADRAIN, before)
                tty.setcbreak(sys.stdin)
                self._posix = True
            except ImportError:  # Windows: msvcrt needs no preparation
                pass
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def pressed(self) -> Iterator[str]:
        """Yield the keys pressed since the last call: a letter, or up, down, left, right, space."""
        if self._posix:
            yield from _posix_keys()
        elif sys.platform == "win32" and sys.stdin.isatty():
            yield from _windows_keys()


def _posix_keys() -> Iterator[str]:
    import os
    import select

    while select.select([sys.stdin], [], [], 0)[0]:
        data = os.read(sys.stdin.fileno(), 32).decode(errors="ignore")
        if not data:
            return
        for code, arrow in (("\x1b[A", "↑"), ("\x1b[B", "↓"), ("\x1b[D", "←"), ("\x1b[C", "→")):
            data = data.replace(code, arrow)
        for letter in data:
            yield {"↑": "up", "↓": "down", "←": "left", "→": "right", " ": "space"}.get(letter, letter)


def _windows_keys() -> Iterator[str]:
    import msvcrt  # exists on Windows only

    while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
        letter = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
        if letter in "\x00\xe0":
            letter = {"H": "up", "P": "down", "K": "left", "M": "right"}.get(msvcrt.getwch(), "")  # type: ignore[attr-defined,unused-ignore]
        yield "space" if letter == " " else letter
