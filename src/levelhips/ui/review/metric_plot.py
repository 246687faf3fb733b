"""Plot of any metric over the time of a session."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from levelhips.analysis import Analysis
from levelhips.analysis.installed_metrics import metrics
from levelhips.events import Quality, Rep, Side, Step, Stride
from levelhips.metrics import Measured, Metric
from levelhips.samples import Array
from levelhips.ui import texts, theme
from levelhips.ui.review.plot import ReviewPlot, side_color
from levelhips.ui.review.steps_plot import RUNNING_MEAN

DROP = "contralateral_drop"  # what the product is about is shown first
TIMES = ("at_s", "to_s", "toe_off_s", "known_s")  # fields that are no figures: time over time is a straight line


class MetricPlot(QWidget):
    """A chooser of metrics, and the chosen one over time: a point for each step, stride or repetition that counts, by side."""

    def __init__(self) -> None:
        super().__init__()
        self._events: dict[type, Sequence[Measured]] = {}
        self.chooser, self.plot = QComboBox(), ReviewPlot("", texts.TIME_AXIS)
        self.plot.setTitle(texts.SIDES_KEY, color=theme.DIM)
        self.chooser.setAccessibleName(texts.TIME_TAB)
        layout = QVBoxLayout(self)
        layout.addWidget(self.chooser)
        layout.addWidget(self.plot, 1)
        self.chooser.currentIndexChanged.connect(self._show)

    def show_analysis(self, analysis: Analysis) -> None:
        """Offer the metrics of the steps, strides and repetitions of a session; keep the chosen one if it is among them."""
        self._events = {Step: analysis.steps, Stride: analysis.strides, Rep: analysis.reps}
        before = self.chooser.currentData()
        self.chooser.blockSignals(True)
        self.chooser.clear()
        for metric in metrics():
            if metric.digits is not None and metric.field not in TIMES and self._events[metric.of]:
                self.chooser.addItem(f"{metric.of.__name__}: {metric.title}", metric.key)
        self.chooser.setCurrentIndex(max(self.chooser.findData(before or DROP), 0))
        self.chooser.blockSignals(False)
        self._show()

    def _show(self) -> None:
        self.plot.clear()
        key = self.chooser.currentData()
        if key is None:
            return
        metric = metrics()[key]
        self.chooser.setToolTip(metric.help)
        self.plot.label_axes(metric.title, texts.TIME_AXIS)
        for side in Side:
            t_s, values = points(self._events[metric.of], metric, side)
            t_min, color = t_s / 60, theme.SIDE[side]
            self.plot.plot(t_min, values, pen=None, symbol="o", symbolSize=4, symbolBrush=side_color(side, 130), symbolPen=None)
            if len(values) >= RUNNING_MEAN:
                mean = np.convolve(values, np.full(RUNNING_MEAN, 1 / RUNNING_MEAN), "valid")
                half = RUNNING_MEAN // 2
                self.plot.plot(t_min[half:-half], mean, pen=pg.mkPen(color, width=3))
        self.plot.enableAutoRange()


def points(events: Sequence[Measured], metric: Metric, side: Side) -> tuple[Array, Array]:
    """Return the times [s] and values of a metric, in its unit for display, of the events of a side whose quality is ok."""
    found = []
    for event in events:
        if event.side is side and event.quality is Quality.OK:
            value = metric.value(event)
            if not isinstance(value, str) and np.isfinite(value):
                found.append((event.at_s, value * metric.shown.factor))
    t_s, values = np.array(found, dtype=float).reshape(-1, 2).T
    return t_s, values
