"""levelhips app: the window."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from levelhips.cli.console import open_player
from levelhips.cli.options import MuteOption, RecordOption, VirtualOption
from levelhips.errors import LevelHipsError, SettingsError


def screen(
    file: Annotated[Path | None, typer.Argument(readable=False, metavar="RUN", help="cli.app.run")] = None,
    virtual: VirtualOption = None,
    record: RecordOption = None,
    settings: Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="cli.app.settings")] = None,
    mute: MuteOption = False,
) -> None:
    """Open the window: runs, drills, review and history."""
    from levelhips.settings.paths import documents, settings_path

    raise SystemExit(open_window(record or documents(), settings or settings_path(), review=file, virtual=virtual, mute=mute))


def open_window(folder: Path, settings_file: Path, *, review: Path | None = None, virtual: Path | None = None, mute: bool = False) -> int:
    """Show the window until it is closed; return its exit code.

    Raises
    ------
    LevelHipsError
        If no window can be opened.
    KeyboardInterrupt
        If Ctrl-C in the terminal closed it.
    SettingsError
        If the settings file cannot be used.
    """
    from levelhips.live.display import display_problem
    from levelhips.settings.resolve import resolve, user_layer

    if (problem := display_problem()) is not None:
        raise LevelHipsError("no-window", reason=problem.reason, advice=problem.fix)
    from levelhips.ui.app import run_app

    resolve(user_layer(settings_file))  # an error is printed in the terminal, before the window opens
    sounds = list if mute else partial(_sounds, settings_file)
    return run_app(None, folder, sounds, settings_path=settings_file, review=review, virtual=virtual)


def _sounds(settings_file: Path) -> list[Any]:
    """Open the sound device with the present settings: the volume may have been changed in the window."""
    from levelhips.settings import Settings
    from levelhips.settings.resolve import resolve, user_layer

    try:
        return open_player(resolve(user_layer(settings_file)).settings)
    except SettingsError:  # the file became invalid meanwhile; the window shows the error when a session begins
        return open_player(Settings())


def has_display() -> bool:
    """Return whether a window can be shown to the user: not over SSH, not in a script."""
    from importlib.util import find_spec

    from levelhips.live.display import display_problem

    if find_spec("bumble") is None or not sys.stdout.isatty():
        return False
    if os.environ.get("SSH_CONNECTION") and not sys.platform.startswith("linux"):
        return False
    return display_problem() is None
