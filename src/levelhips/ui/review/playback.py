"""Playback of a recording with its beeps, in a thread of its own."""

from __future__ import annotations

import threading
from typing import Any

from levelhips.analysis import Analysis
from levelhips.live.replay import Replay

SEEK_S = 60.0  # seek in pieces of a minute, which take 0.1 s each: `stop` acts between them


class Playback:
    """Playback of a recording in real time, from a moment until its end or `stop`.

    Parameters
    ----------
    analysis : Analysis
    from_s : float
        Where to begin, on the sensor's clock [s].
    sounds : list
        Sinks that play. They are closed at the end, in the thread: a sound device takes up to a second to close.
    """

    def __init__(self, analysis: Analysis, from_s: float, sounds: list[Any]) -> None:
        self.replay = Replay(analysis.recording, analysis.settings, 1.0, list(sounds))
        self.now_s = self._from_s = from_s
        self._sounds, self._stopped = sounds, threading.Event()
        self._thread = threading.Thread(target=self._run, name="levelhips-playback", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            to_s = self.replay.now_s
            while to_s < self._from_s and not self._stopped.is_set():
                to_s = min(to_s + SEEK_S, self._from_s)
                self.replay.seek(to_s)
            if not self._stopped.is_set():
                self.replay.run(self._go_on)
        finally:
            for sound in self._sounds:
                sound.close()

    def _go_on(self, replay: Replay) -> bool:
        self.now_s = replay.now_s
        return not self._stopped.is_set()

    @property
    def running(self) -> bool:
        """Whether the playback has not ended."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop the playback without waiting for it: the thread ends within 0.1 s."""
        self._stopped.set()
