"""Add sessions that were cut off to the history, at the start of a command."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from levelhips.cli.console import say

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.history.unfinished import TakenIn


def add_unfinished(out: Console, within_s: float | None = None) -> None:
    """Add the sessions that were cut off to the history and say how many, if that takes no longer than `within_s`."""
    from levelhips.history.unfinished import take_in
    from levelhips.settings.paths import history_path

    found: list[TakenIn] = []
    adding = threading.Thread(target=lambda: found.append(take_in(history_path())), name="unfinished", daemon=True)
    adding.start()
    adding.join(within_s)
    for done in found:
        for line in done.lines:
            say(out, line)
