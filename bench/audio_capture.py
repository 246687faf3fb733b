"""Capture what a player renders, to measure when something began to sound."""

from __future__ import annotations

import numpy as np


class AudioCapture:
    """Times of the blocks in which silence ended. Pass `hear` to a player as its `rendered`."""

    def __init__(self) -> None:
        self.heard_s: list[float] = []
        self._silent = True

    def hear(self, at_s: float, block: np.ndarray) -> None:
        loud = bool(np.abs(block).max() > 1e-4)
        if loud and self._silent:
            self.heard_s.append(at_s)
        self._silent = not loud
