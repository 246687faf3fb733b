"""Plot of the drop over the sessions of weeks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QResizeEvent

from levelhips.events import Side
from levelhips.history import SessionKind, SessionRow
from levelhips.history.weekly import RetentionRow
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.widgets.axes import DateAxis, NumberAxis
from levelhips.ui.widgets.fitting import fit_title


class TrendPlot(pg.PlotWidget):
    """Plot with a point for each run and side, and the spread of its steps; rings are minutes without sound."""

    def __init__(self) -> None:
        super().__init__(background=theme.BACK, axisItems={"left": NumberAxis("left"), "bottom": DateAxis()})
        self.setMenuEnabled(False)
        self.setLabel("left", tr("ui.drop-axis"))
        self.setAccessibleName(tr("ui.trend-tab"))
        self.setTitle(labels.trend_legend())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the title into the new width."""
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls it before there is a title
            fit_title(self)

    def show_runs(self, rows: list[SessionRow], without_sound: list[RetentionRow]) -> None:
        """Show sessions (the newest first), and the drops of the minutes without sound."""
        self.clear()
        runs = [row for row in reversed(rows) if row.kind is SessionKind.RUN]
        for side in Side:
            color, key = theme.SIDE[side], side.value
            found = [(_stamp(row.started), row.sides[key].mean_deg, row.sides[key].sd_deg) for row in runs]
            known = [(at, mean, sd) for at, mean, sd in found if mean is not None]
            if known:
                x, y = _columns([(at, mean) for at, mean, _ in known])
                spread = np.array([2 * (sd or 0.0) for _, _, sd in known], dtype=float)
                self.addItem(pg.ErrorBarItem(x=x, y=y, height=spread, pen=pg.mkPen(color, width=1)))
                self.plot(x, y, pen=pg.mkPen(color, width=2), symbol="o", symbolSize=10, symbolBrush=color, symbolPen=None)
            rings = [(_stamp(row.started), row.without_deg[key]) for row in without_sound if key in row.without_deg]
            if rings:
                self.plot(*_columns(rings), pen=None, symbol="o", symbolSize=16, symbolBrush=None, symbolPen=pg.mkPen(color, width=2))


def _stamp(at: str) -> float:
    return dt.datetime.fromisoformat(at).timestamp()


def _columns(points: list[tuple[float, float]]) -> tuple[Any, Any]:
    x, y = np.array(points, dtype=float).T
    return x, y
