"""The live view of a replay."""

from __future__ import annotations

import math

from rich.console import Console, RenderableType
from rich.live import Live

from levelhips.cli.terminal.key_reader import KeyReader
from levelhips.cli.terminal.run_picture import draw
from levelhips.live.dispatch import Silenceable
from levelhips.live.replay import Replay


class ReplayView:
    """Show a replay and act on its keys; `muting` are the sounds that m silences."""

    keys_line = "space pause   ← → 10 s back, on   m mute   q end"

    def __init__(self, console: Console, title: str, muting: list[Silenceable] | None = None) -> None:
        self.console, self.title = console, title
        self.muted = False
        self._muting = muting or []
        self.until_s = math.inf

    def play(self, replay: Replay) -> None:
        """Run a replay with the live view, or silently where the output is no terminal."""
        if not self.console.is_terminal:
            replay.run()
            return
        with KeyReader() as keys, Live(console=self.console, refresh_per_second=12, transient=False) as live:

            def between(replay: Replay) -> bool:
                for key in keys.pressed():
                    if key == "q":
                        return False
                    self._obey(key, replay)
                live.update(self._drawn(replay))
                return replay.now_s < self.until_s

            replay.run(between)
            live.update(self._drawn(replay))

    def _drawn(self, replay: Replay) -> RenderableType:
        title = self.title + ("   PAUSED" if replay.paused else "")
        return draw(replay.view.look(), title=title, keys=self.keys_line, muted=self.muted)

    def _obey(self, key: str, replay: Replay) -> None:
        if key == "space":
            replay.paused = not replay.paused
        elif key == "left":
            replay.seek(replay.now_s - 10)
        elif key == "right":
            replay.seek(replay.now_s + 10)
        elif key == "m":
            self.muted = not self.muted
            for sound in self._muting:
                sound.mute(self.muted)
