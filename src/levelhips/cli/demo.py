"""levelhips demo: the bundled run, in the window or the terminal, and a report of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, open_player
from levelhips.cli.options import MuteOption
from levelhips.cli.screen import has_display, open_window

if TYPE_CHECKING:
    from levelhips.settings import Settings


def no_player(settings: Settings) -> list[Any]:
    """Open no sound device."""
    return []


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="cli.demo.out")] = Path("levelhips-demo"),
    fast: Annotated[bool, typer.Option("--fast", help="cli.demo.fast")] = False,
    terminal: Annotated[bool, typer.Option("--terminal", help="cli.demo.terminal")] = False,
    mute: MuteOption = False,
) -> None:
    """Play a bundled run with beeps and write a report.

    It opens a window, or runs for 45 seconds in the terminal if there is no display.
    """
    from levelhips.cli.demo_report import run_demo

    if not (fast or terminal) and has_display():
        from levelhips.settings.paths import settings_path
        from levelhips.simulation import bundled

        open_window(out, settings_path(), virtual=bundled.find(bundled.TREADMILL), mute=mute)
        fast = True
    run_demo(console(), out, fast=fast, player=no_player if mute else open_player)
