"""Keys typed at a terminal: what arrives through a real pseudo-terminal, and what the line discipline is afterwards."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from levelhips.cli.terminal import key_reader
from levelhips.cli.terminal.key_reader import KeyReader
from levelhips.live.keys import Where, action_of

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a matter of POSIX")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make standard input a terminal; return the end at which keys are typed."""
    import pty

    master, slave = pty.openpty()
    with os.fdopen(slave, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield master
    os.close(master)


def typed(master: int, *pieces: bytes) -> list[str]:
    """Return the keys that are read if they arrive in these pieces, and the reader looks after each."""
    found: list[str] = []
    with KeyReader() as keys:
        for piece in pieces:
            os.write(master, piece)
            found += keys.pressed()
    return found


@POSIX
@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (b"q", ["q"]),
        (b"kM ", ["k", "M", "space"]),
        (b"\x1b[A\x1b[B\x1b[D\x1b[C", ["up", "down", "left", "right"]),
        (b"\x1bOA\x1bOB\x1bOD\x1bOC", ["up", "down", "left", "right"]),  # a terminal left in its application mode
        ("ük".encode(), ["ü", "k"]),
        (b"", []),
    ],
)
def test_letters_space_and_arrows_are_read_in_the_order_of_typing(terminal: int, sent: bytes, names: list[str]) -> None:
    assert typed(terminal, sent) == names


@POSIX
@pytest.mark.parametrize(
    "sent",
    [b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOM", b"\x1bOk", b"\x1bOn", b"\x1b[1;2Q", b"\x1b[3~", b"\x1b[15~", b"\x1b[H", b"\x1b"],
    ids=["F1", "F2", "F3", "keypad-enter", "keypad-plus", "keypad-point", "shift-F2", "delete", "F5", "home", "escape"],
)
@pytest.mark.parametrize("where", Where)
def test_function_and_keypad_keys_do_nothing(terminal: int, sent: bytes, where: Where) -> None:
    """Bug: F2, which a terminal sends as ESC O Q, ended the run; Enter on the keypad muted it."""
    assert [action_of(name, where) for name in typed(terminal, sent) if action_of(name, where)] == []


@POSIX
def test_no_arrow_is_lost_however_many_are_typed_at_once(terminal: int) -> None:
    """Bug: 32 bytes were read at a time, so the eleventh arrow of a held key fell between two reads."""
    assert typed(terminal, b"\x1b[A" * 25 + b"q") == ["up"] * 25 + ["q"]


@POSIX
def test_an_arrow_that_arrives_in_two_pieces_is_one_key(terminal: int) -> None:
    assert typed(terminal, b"k\x1b[", b"Ak") == ["k", "up", "k"]


@POSIX
def test_a_key_after_escape_is_read(terminal: int) -> None:
    assert typed(terminal, b"\x1b", b"k")[-1] == "k"


@POSIX
@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_the_terminal_echoes_lines_again_after_the_view_however_it_ended(terminal: int, error: type[BaseException] | None) -> None:
    import termios

    before = termios.tcgetattr(sys.stdin)
    try:
        with KeyReader():
            local = termios.tcgetattr(sys.stdin)[3]
            assert not local & (termios.ECHO | termios.ICANON), "keys would be printed, and wait for Enter"
            assert local & termios.ISIG, "Ctrl-C must still interrupt"
            if error is not None:
                raise error
    except KeyboardInterrupt:
        pass
    assert termios.tcgetattr(sys.stdin) == before


@pytest.mark.parametrize("stdin", [io.StringIO("q"), None], ids=["a-pipe", "closed"])
def test_there_are_no_keys_without_a_terminal(monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO | None) -> None:
    """Bug: with standard input closed (`levelhips replay run.mcap <&-`) the view ended with a traceback."""
    monkeypatch.setattr(sys, "stdin", stdin)
    with KeyReader() as keys:
        assert list(keys.pressed()) == []


def test_keys_of_a_console_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrows come as two characters, of which the second is a letter: K, M, H and P must not be taken for the keys of that name."""
    waiting = list("k \xe0H\x00P\xe0K\xe0M\xe0;Q")
    stand_in = SimpleNamespace(kbhit=lambda: bool(waiting), getwch=lambda: waiting.pop(0))
    monkeypatch.setitem(sys.modules, "msvcrt", stand_in)
    assert list(key_reader._windows_keys()) == ["k", "space", "up", "down", "left", "right", "Q"]
