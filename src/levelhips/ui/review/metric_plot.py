"""Plot of any metric over the time of a session."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from levelhips.analysis import Analysis
from levelhips.analysis.installed_metrics import metrics
from levelhips.analysis.series import events_of, running_mean, series
from levelhips.events import Rep, Side, Step, Stride
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.review.plot import ReviewPlot, side_color

DROP = "contralateral_drop"  # chosen at first
TIMES = ("at_s", "to_s", "toe_off_s", "known_s")  # not offered: time over time is a straight line


class MetricPlot(QWidget):
    """List of metrics, and a plot of the chosen one over time: a point for each valid step, stride or repetition, by side."""

    def __init__(self) -> None:
        super().__init__()
        self._analysis: Analysis | None = None
        self.chooser, self.plot = QComboBox(), ReviewPlot("", tr("ui.time-axis"))
        self.plot.setTitle(labels.sides_legend(), color=theme.DIM)
        self.chooser.setAccessibleName(tr("ui.time-tab"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.chooser)
        layout.addWidget(self.plot, 1)
        self.chooser.currentIndexChanged.connect(self._show)

    def show_analysis(self, analysis: Analysis) -> None:
        """Offer the metrics of the steps, strides and repetitions of a session; keep the chosen one if it is among them."""
        self._analysis = analysis
        found = {Step: analysis.steps, Stride: analysis.strides, Rep: analysis.reps}
        before = self.chooser.currentData()
        self.chooser.blockSignals(True)
        self.chooser.clear()
        for metric in metrics():
            if metric.digits is not None and metric.field not in TIMES and found[metric.of]:
                self.chooser.addItem(tr("ui.of-event", event=labels.EVENTS[metric.of.__name__.lower()], metric=metric.title), metric.key)
        self.chooser.setCurrentIndex(max(self.chooser.findData(before or DROP), 0))
        self.chooser.blockSignals(False)
        self._show()

    def _show(self) -> None:
        self.plot.clear()
        key = self.chooser.currentData()
        if key is None or self._analysis is None:
            return
        metric = metrics()[key]
        self.chooser.setToolTip(str(metric.help))
        self.plot.label_axes(metric.title, tr("ui.time-axis"))
        for side in Side:
            t_s, values = series(events_of(self._analysis, metric), metric, side)
            self.plot.plot(t_s / 60, values, pen=None, symbol="o", symbolSize=4, symbolBrush=side_color(side, 130), symbolPen=None)
            t_s, values = running_mean(t_s, values)
            self.plot.plot(t_s / 60, values, pen=pg.mkPen(theme.SIDE[side], width=3))
        self.plot.enableAutoRange()
