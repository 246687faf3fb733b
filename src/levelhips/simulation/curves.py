"""Smooth curves that simulated movements are made of."""

from __future__ import annotations

import numpy as np

from levelhips.samples import Array


def smooth_step(x: Array) -> Array:
    """Return the minimum-jerk step: 0 below 0, 1 above 1, and in between with two continuous derivatives."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x * x)
