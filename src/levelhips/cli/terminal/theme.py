"""Colors of the two sides, which differ with any color vision (Okabe and Ito)."""

from __future__ import annotations

from levelhips.events import Side

COLORS = {Side.LEFT: "#56b4e9", Side.RIGHT: "#e69f00"}
