"""Base of the plots of the review, and their playhead."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QColor, QResizeEvent

from levelhips.events import Side
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.widgets.axes import NumberAxis
from levelhips.ui.widgets.fitting import fit_title


class ReviewPlot(pg.PlotWidget):
    """Plot with labeled axes and without menus."""

    def __init__(self, left: str, bottom: str) -> None:
        super().__init__(background=theme.CARD, axisItems={name: NumberAxis(name) for name in ("left", "bottom")})
        self.setMenuEnabled(False)
        self.hideButtons()
        self.label_axes(left, bottom)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(theme.LINE)
            axis.setTextPen(theme.DIM)
            axis.enableAutoSIPrefix(False)

    def setTitle(self, *title: str, **style: str) -> None:
        """Set the title; one that is too long for the plot gets a second line."""
        self.plotItem.setTitle(*title, **style)
        fit_title(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the title into the new width, and the label of the vertical axis into the new height."""
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls it before there is a title
            fit_title(self)
            self._fit_left_label()

    def label_axes(self, left: str, bottom: str) -> None:
        """Label the axes, also for screen readers."""
        self.setLabel("left", left)
        self.setLabel("bottom", bottom)
        self.setAccessibleName(tr("ui.plot-name", left=left, bottom=bottom))
        self._fit_left_label()

    def _fit_left_label(self) -> None:
        """Hide the label of the vertical axis if it is longer than the plot is high: the title or the chooser names the figure, too."""
        axis = self.getAxis("left")
        axis.showLabel(bool(axis.labelText) and axis.label.boundingRect().width() <= self.height())


def side_color(side: Side, alpha: int = 255) -> QColor:
    """Return the color of a side with an opacity from 0 to 255."""
    color = QColor(theme.SIDE[side])
    color.setAlpha(alpha)
    return color


def playhead() -> pg.InfiniteLine:
    """Return a vertical line that marks the moment being played; it is hidden at first."""
    line = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.TEXT, width=2))
    line.setVisible(False)
    return line


def move_playhead(line: pg.InfiniteLine, at: float | None) -> None:
    """Show a playhead at a position on the time axis; None hides it."""
    line.setVisible(at is not None)
    if at is not None:
        line.setValue(at)
