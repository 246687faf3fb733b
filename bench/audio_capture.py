"""Capture what a player renders, to measure when something began to sound."""

from __future__ import annotations

import numpy as np


class AudioCapture:
    """Times of the blocks in which silence ended. Pass `add_block` to a player as its `rendered`."""

    def __init__(self) -> None:
        self.sound_starts_s: list[float] = []
        self._silent = True

    def add_block(self, at_s: float, block: np.ndarray) -> None:
        loud = bool(np.abs(block).max() > 1e-4)
        if loud and self._silent:
            self.sound_starts_s.append(at_s)
        self._silent = not loud
