"""Histogram of the drops of each side."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg

from levelhips.analysis import Analysis
from levelhips.events import Side
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.review.plot import ReviewPlot, side_color

TICK_PX = 8  # half the height of the label of a tick, which may be at the top: this plot has no title there
BIN_DEG = 0.25  # a third of a runner's own spread (0.8 deg)


class SpreadPlot(ReviewPlot):
    """Histogram of the drops of each side, in percent of its steps."""

    def __init__(self) -> None:
        super().__init__(tr("ui.share-axis"), tr("ui.drop-axis"))
        self.plotItem.layout.setContentsMargins(1, TICK_PX, 1, 1)

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the valid steps of a session."""
        self.clear()
        for side in Side:
            drops = np.array([step.drop_deg for step in analysis.good(side)])
            if not len(drops):
                continue
            edges = np.arange(math.floor(drops.min() / BIN_DEG) * BIN_DEG, drops.max() + 2 * BIN_DEG, BIN_DEG)
            share, edges = np.histogram(drops, edges)
            pen = pg.mkPen(theme.SIDE[side])
            self.plot(edges, 100 * share / len(drops), stepMode="center", fillLevel=0, brush=side_color(side, 120), pen=pen)
