"""Add sessions that were cut off to the history when the window opens, without delaying it."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from levelhips.history.unfinished import TakenIn, take_in

LOOK_MS = 200


class UnfinishedSessions(QObject):
    """Adds the sessions in a thread of its own; `said` has a line for the user, if anything was added or cannot be."""

    said = Signal(str)

    def __init__(self, parent: QObject, history_file: Path) -> None:
        super().__init__(parent)
        self._found: list[TakenIn] = []
        self._thread = threading.Thread(target=lambda: self._found.append(take_in(history_file)), name="unfinished", daemon=True)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Begin to look for them."""
        self._thread.start()
        self._timer.start(LOOK_MS)

    def _look(self) -> None:
        if self._thread.is_alive():
            return
        self._timer.stop()
        for done in self._found:
            if done.lines:
                self.said.emit("  ".join(done.lines))
