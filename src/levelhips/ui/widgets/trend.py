"""Plot of the drop over the sessions of weeks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyqtgraph as pg

from levelhips.events import Side
from levelhips.ui import texts, theme


class TrendPlot(pg.PlotWidget):
    """A point for each run and side with the spread of its steps; rings are minutes without sound."""

    def __init__(self) -> None:
        super().__init__(background=theme.BACK, axisItems={"bottom": pg.DateAxisItem()})
        self.setMenuEnabled(False)
        self.setLabel("left", texts.DROP_AXIS)
        self.setAccessibleName(texts.TREND_TAB)
        self.setTitle(texts.TREND_KEY)

    def show_runs(self, rows: list[dict[str, Any]], without_sound: list[dict[str, Any]]) -> None:
        """Show sessions (the newest first), and the drops of the minutes without sound."""
        self.clear()
        runs = [row for row in reversed(rows) if row["kind"] == "run"]
        for side in Side:
            color, key = theme.SIDE[side], side.value
            found = [(_stamp(row["started"]), row["sides"][key]) for row in runs if row["sides"][key]["mean_deg"] is not None]
            if found:
                x, y = _columns([(at, one["mean_deg"]) for at, one in found])
                spread = np.array([2 * (one["sd_deg"] or 0.0) for _, one in found], dtype=float)
                self.addItem(pg.ErrorBarItem(x=x, y=y, height=spread, pen=pg.mkPen(color, width=1)))
                self.plot(x, y, pen=pg.mkPen(color, width=2), symbol="o", symbolSize=10, symbolBrush=color, symbolPen=None)
            rings = [(_stamp(row["started"]), row["without_deg"][key]) for row in without_sound if key in row["without_deg"]]
            if rings:
                self.plot(*_columns(rings), pen=None, symbol="o", symbolSize=16, symbolBrush=None, symbolPen=pg.mkPen(color, width=2))


def _stamp(at: str) -> float:
    return dt.datetime.fromisoformat(at).timestamp()


def _columns(points: list[tuple[float, float]]) -> tuple[Any, Any]:
    x, y = np.array(points, dtype=float).T
    return x, y
