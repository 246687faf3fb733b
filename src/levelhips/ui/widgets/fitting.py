"""Text that becomes smaller instead of being cut off: other languages need more room than English."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent

from levelhips.ui import theme
from levelhips.ui.widgets.labels import Label

TITLE_MARGIN_PX = 20  # left and right of a plot's title, together


def fitting_px(font: QFont, text: str, width_px: float) -> int:
    """Return the font size [px] at which the longest line of a text fits into a width; at most the size of the font."""
    metrics = QFontMetrics(font)
    needed = max((metrics.horizontalAdvance(line) for line in text.splitlines()), default=0)
    size = font.pixelSize() if font.pixelSize() > 0 else round(metrics.height() / 1.2)
    return size if needed <= width_px else max(theme.MIN_FONT_PX, int(size * width_px / needed))


def draw_fitting(painter: QPainter, room: QRectF, place: Qt.AlignmentFlag, text: str) -> int:
    """Draw a text into a rectangle, in the painter's font, or in a smaller one if it is too wide; return its height [px].

    With `Qt.TextFlag.TextWordWrap` in `place`, a text that would become too small to read is wrapped instead.
    """
    kept = painter.font()
    smaller = QFont(kept)
    size = fitting_px(kept, text, room.width())
    wraps = Qt.TextFlag.TextWordWrap.value & int(place) and size < min(theme.READABLE_PX, kept.pixelSize())
    smaller.setPixelSize(kept.pixelSize() if wraps else size)
    painter.setFont(smaller)
    painter.drawText(room, place, text)
    height = painter.fontMetrics().boundingRect(room.toRect(), int(place), text).height()
    painter.setFont(kept)
    return height


class FitLabel(Label):
    """One line of text that becomes smaller when there is not enough room for it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setMinimumWidth(1)

    @property
    def shown_px(self) -> int:
        """Size of the font in which the text is drawn [px]."""
        return fitting_px(self.font(), self.text(), self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the widget."""
        if self.shown_px == self.font().pixelSize():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        draw_fitting(painter, QRectF(self.contentsRect()), self.alignment(), self.text())
        painter.end()


def fit_title(plot: pg.PlotWidget) -> None:
    """Wrap the title of a plot to the width of the plot, and give it the height that it then needs."""
    label, grid = plot.plotItem.titleLabel, plot.plotItem.layout
    if not label.isVisible():
        return
    # Above the axis too: pyqtgraph puts it above the curves only, and a title as wide as the plot would push them out of it.
    if grid.itemAt(0, 0) is not label:
        grid.removeItem(label)
        grid.addItem(label, 0, 0, 1, grid.columnCount())
    document = label.item.document()
    option = document.defaultTextOption()
    option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    document.setDefaultTextOption(option)
    label.item.setTextWidth(max(plot.width() - TITLE_MARGIN_PX, 1))
    height = label.item.boundingRect().height()
    label.setMaximumHeight(height)
    grid.setRowFixedHeight(0, height)
    label.updateMin()
    label.resizeEvent(None)
