"""The live view of a replay."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.live import Live

from levelhips.cli.terminal.key_reader import KeyReader
from levelhips.cli.terminal.view import TerminalView
from levelhips.live.freshness import fresh
from levelhips.live.keys import Action, Where, action_of
from levelhips.live.replay import Replay
from levelhips.live.snapshot import Snapshot

SEEK_S = 10.0


class ReplayView(TerminalView):
    """Show a replay and act on its keys."""

    until_s = math.inf  # sensor time at which the view ends

    def play(self, replay: Replay) -> None:
        """Run a replay with the live view, or silently if the output is not a terminal."""
        if not self.animated:
            replay.run()
            return
        with KeyReader() as keys, Live(console=self.console, refresh_per_second=12, transient=False, vertical_overflow="crop") as live:

            def between(replay: Replay) -> bool:
                for key in keys.pressed():
                    if not self.press(key, replay):
                        return False
                live.update(self._drawn(replay))
                return replay.now_s < self.until_s

            replay.run(between)
            live.update(self._drawn(replay))

    def press(self, key: str, replay: Replay) -> bool:
        """Act on a key; return whether to go on."""
        match action_of(key, Where.REPLAY):
            case Action.PAUSE:
                replay.paused = not replay.paused
            case Action.BACK:
                replay.seek(replay.now_s - SEEK_S)
            case Action.FORWARD:
                replay.seek(replay.now_s + SEEK_S)
            case Action.MUTE:
                self.mute()
            case Action.END:
                return False
        return True

    def message(self, snapshot: Snapshot) -> str:
        """Return the message line: the answer to a key, else what happened last. What failed in the live session is over."""
        return self.shown_answer or snapshot.message

    def _drawn(self, replay: Replay) -> RenderableType:
        return self.drawn(fresh(replay.state.snapshot()), where=Where.REPLAY, paused=replay.paused)
