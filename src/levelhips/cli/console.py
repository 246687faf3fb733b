"""Output of the commands: the two consoles, notes, the log, and the sound device."""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from levelhips.errors import SettingsError, SoundError
from levelhips.files import create_private
from levelhips.text import tr

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.history import History
    from levelhips.settings import Settings
    from levelhips.text import Text


_DROPPED = logging.NullHandler()  # without any, Python prints warnings on the terminal


def console() -> Console:
    """Return a console on standard output."""
    from levelhips.cli.encoding import make_console

    return make_console()


def error_console() -> Console:
    """Return a console on standard error."""
    from levelhips.cli.encoding import make_console

    return make_console(stderr=True)


def talk(*, quiet: bool = False, as_json: bool = False) -> Console:
    """Return the console for progress, notes and results in words, as opposed to JSON.

    Parameters
    ----------
    quiet : bool
        Print nothing (--quiet).
    as_json : bool
        Standard output is for one JSON document (--json): print on standard error.
    """
    from levelhips.cli.encoding import make_console

    return make_console(stderr=as_json, quiet=quiet)


def print_json(document: object) -> None:
    """Print a JSON document on standard output: in ASCII, so that it is the same in every encoding."""
    try:
        print(json.dumps(document, indent=2, allow_nan=False, default=str), flush=True)
    except BrokenPipeError:
        raise BrokenPipeError from None  # a new one without errno: with EPIPE, Typer itself would exit with code 1


def say(out: Console, text: str) -> None:
    """Print one line as it is, without markup, colors or added line breaks."""
    out.print(text, soft_wrap=True, highlight=False)


def say_notes(out: Console, notes: Iterable[Text | str]) -> None:
    """Print what was missing or corrected while a recording was read."""
    for note in notes:
        say(out, tr("cli.note", note=note))


@contextmanager
def progress_bar(out: Console, words: str) -> Iterator[Callable[[float], None]]:
    """Show a progress bar if the output is a terminal; yield a function to report progress from 0 to 1."""
    if not out.is_terminal or out.is_dumb_terminal:
        yield lambda share: None
        return
    from rich.progress import Progress

    with Progress(console=out, transient=True) as bar:
        task = bar.add_task(words, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def begin_log(path: Path | None) -> None:
    """Write log messages into a file that only its owner can read, or drop them: nobody but developers needs them.

    Raises
    ------
    SettingsError
        If the file cannot be written, or is a link to another file.
    """
    root = logging.getLogger()
    if path is None:
        root.addHandler(_DROPPED)
        return
    try:
        if path.is_symlink() and path.is_file():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        handler = logging.StreamHandler(open(path, "a", encoding="utf-8", opener=create_private))  # noqa: SIM115  # open to the end
    except OSError as error:
        raise SettingsError("log-not-writable", path=path, reason=error.strerror) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def open_player(settings: Settings) -> list[Any]:
    """Return the player of sounds; if there is no sound device now, say so. One that appears later is used."""
    from levelhips.audio.player import Player
    from levelhips.events import HealthState

    player = Player(settings.sound)
    if player.health().state is HealthState.FAULT:
        say(error_console(), str(SoundError("no-sound-device")))
    return [player]


def open_history() -> History:
    """Open the user's history."""
    from levelhips.history import History
    from levelhips.settings.paths import history_path

    return History(history_path())
