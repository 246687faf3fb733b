"""Single key presses from the terminal."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

# Keys that are not a character: ESC O and a character, or ESC [, parameters and a final character (ECMA-48, xterm). Taken for
# letters, F2 (ESC O Q) would be Q.
SEQUENCE = re.compile(r"\x1b(?:O.|\[[0-?]*[ -/]*[@-~])")
UNFINISHED = re.compile(r"\x1b(?:O|\[[0-?]*[ -/]*)?$")  # its end comes with the next read
ARROWS = {f"\x1b{opening}{final}": name for opening in "[O" for final, name in zip("ABCD", ["up", "down", "right", "left"], strict=True)}
READ_BYTES = 1024  # more than a held key sends between two looks


class KeyReader:
    """Read key presses without waiting; there are none if standard input is not a terminal."""

    def __enter__(self) -> Self:
        self._stack = contextlib.ExitStack()
        self._posix = False
        self._unfinished = ""
        if _is_terminal():
            try:
                import termios
                import tty

                before = termios.tcgetattr(sys.stdin)
                self._stack.enter_context(contextlib.suppress(termios.error))  # the terminal may be closed by then
                # TCSANOW: to drain the output first would wait for ever if the terminal takes none.
                self._stack.callback(termios.tcsetattr, sys.stdin, termios.TCSANOW, before)
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
            yield from self._posix_keys()
        elif sys.platform == "win32" and _is_terminal():
            yield from _windows_keys()

    def _posix_keys(self) -> Iterator[str]:
        import os
        import select

        while select.select([sys.stdin], [], [], 0)[0]:
            try:
                data = os.read(sys.stdin.fileno(), READ_BYTES).decode(errors="ignore")
            except OSError:  # the terminal was closed
                return
            if not data:
                return
            data = self._unfinished + data
            cut = UNFINISHED.search(data)
            self._unfinished = cut[0] if cut else ""
            yield from _names(data.removesuffix(self._unfinished))


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()  # None if it was closed before the start


def _names(data: str) -> Iterator[str]:
    """Yield the name of each key in what a terminal sent; a function key has none."""
    at = 0
    while at < len(data):
        if sequence := SEQUENCE.match(data, at):
            if name := ARROWS.get(sequence[0]):
                yield name
            at = sequence.end()
        else:
            yield "space" if data[at] == " " else data[at]
            at += 1


def _windows_keys() -> Iterator[str]:
    import msvcrt  # exists on Windows only

    while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
        letter = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
        if letter in "\x00\xe0":
            letter = {"H": "up", "P": "down", "K": "left", "M": "right"}.get(msvcrt.getwch(), "")  # type: ignore[attr-defined,unused-ignore]
        if letter:
            yield "space" if letter == " " else letter
