"""levelhips demo: the bundled run, in the window or the terminal, and a report of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from levelhips.cli.console import console, open_player
from levelhips.cli.screen import has_display, open_window


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the report")] = Path("levelhips-demo"),
    fast: Annotated[bool, typer.Option("--fast", help="Write the report only; do not play the run")] = False,
    terminal: Annotated[bool, typer.Option("--terminal", help="Play in the terminal, not in the window")] = False,
) -> None:
    """Play a bundled run with beeps and write a report.

    It opens a window, or runs for 45 seconds in the terminal if there is no display.
    """
    from levelhips.cli.demo_report import run_demo

    if not (fast or terminal) and has_display():
        from levelhips.settings.paths import settings_path
        from levelhips.simulation import bundled

        open_window(out, settings_path(), virtual=bundled.find(bundled.TREADMILL))
        fast = True
    run_demo(console(), out, fast=fast, player=open_player)
