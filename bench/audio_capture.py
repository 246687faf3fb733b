"""Capture what a player renders, to measure when something began to sound."""

from __future__ import annotations

import numpy as np


class AudioCapture:
    """Keeps the time of each block in which silence ended; `hear` is what a player tells of its blocks."""

    def __init__(self) -> None:
        self.heard_s: list[float] = []
        self._silent = True

    def hear(self, at_s: float, block: np.ndarray) -> None:
        loud = bool(np.abs(block).max() > 1e-4)
        if loud and self._silent:
            self.heard_s.append(at_s)
        self._silent = not loud
