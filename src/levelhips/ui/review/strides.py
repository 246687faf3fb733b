"""Mean curves of the three angles over a stride, left against right."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QHBoxLayout, QWidget

from levelhips.analysis import Analysis
from levelhips.analysis.curves import PERCENT, stride_curves
from levelhips.events import Side
from levelhips.metrics.metric import unit_words
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.review.plot import ReviewPlot, side_color


class StridesView(QWidget):
    """Three plots side by side; a band shows the standard deviation of the strides."""

    def __init__(self) -> None:
        super().__init__()
        self.plots = [ReviewPlot(f"{name} [{unit_words('deg')}]", tr("ui.stride-axis")) for name in labels.angles()]
        row = QHBoxLayout(self)
        for plot in self.plots:
            row.addWidget(plot)

    def show_stretch(self, analysis: Analysis, from_s: float, to_s: float) -> None:
        """Show the strides of a stretch of the session."""
        found = stride_curves(analysis, from_s, to_s)
        for at, plot in enumerate(self.plots):
            plot.clear()
            for side, curves in found.items():
                if not curves.n:
                    continue
                mean, sd = curves.mean_deg[at], curves.sd_deg[at]
                high, low = pg.PlotCurveItem(PERCENT, mean + sd), pg.PlotCurveItem(PERCENT, mean - sd)
                plot.addItem(pg.FillBetweenItem(high, low, brush=side_color(side, 50)))
                plot.plot(PERCENT, mean, pen=pg.mkPen(theme.SIDE[side], width=3))
            title = tr("ui.curves-title", angle=labels.angles()[at], left=found[Side.LEFT].n, right=found[Side.RIGHT].n)
            plot.setTitle(title, color=theme.DIM, size="10pt")
