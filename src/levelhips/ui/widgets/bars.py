"""Bar chart of the last steps against the thresholds."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from levelhips.events import Side
from levelhips.live.snapshot import BARS, Bar, Snapshot
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.widgets.card import degrees_text
from levelhips.ui.widgets.fitting import draw_fitting
from levelhips.words import SHORT_STANCE

MIN_TOP_DEG = 3.0  # scale of the chart while all drops are small: noise must not fill it
OLD_DARKER_PERCENT = 220  # how much darker the bars are while no new ones come
THRESHOLD_ROOM = 1.25  # the line of the threshold is at 4/5 of the height or lower, so that bars above it can be seen


class Bars(QWidget):
    """Bars of the last steps in their order; a step over its threshold has a triangle, an excluded one is hollow."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._thresholds: dict[Side, float] = dict.fromkeys(Side, math.inf)
        self._missing: frozenset[Side] = frozenset()
        self.setAccessibleName(tr("ui.bars-name"))
        self.setToolTip(labels.sides_help())

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the steps of a snapshot; repaint only if something changed."""
        missing = frozenset(snapshot.missing)
        if (snapshot.bars, snapshot.threshold_deg, missing) != (self._bars, self._thresholds, self._missing):
            self._bars, self._thresholds, self._missing = snapshot.bars, snapshot.threshold_deg, missing
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the widget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(theme.pixels(self.window().height(), theme.SMALL_SHARE))
        painter.setFont(font)
        line_px = painter.fontMetrics().height()
        painter.setPen(QColor(theme.DIM))
        head = QRectF(self.rect()).adjusted(0, 6, 0, 0)
        place = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        legend_px = 8 + draw_fitting(painter, head, place, self._head())
        self._paint_legend(painter, legend_px)
        top_px = legend_px + line_px + 26  # the triangle of the tallest bar is above it
        room = QRectF(12, top_px, self.width() - 24, self.height() - top_px - 12)
        thresholds = [level for level in self._thresholds.values() if math.isfinite(level)]
        top_deg = max([bar.drop_deg for bar in self._bars] + [THRESHOLD_ROOM * level for level in thresholds] + [MIN_TOP_DEG])
        each = room.width() / BARS
        start = room.right() - each * len(self._bars)
        for index, bar in enumerate(self._bars):
            self._paint_bar(painter, bar, room, start + index * each, each, top_deg)
        for side, level in self._thresholds.items():
            if math.isfinite(level):
                y = room.bottom() - room.height() * level / top_deg
                same = self._thresholds[side] == self._thresholds[side.other]
                painter.setPen(QPen(QColor(theme.TEXT if same else theme.SIDE[side]), 2, Qt.PenStyle.DashLine))
                painter.drawLine(int(room.left()), int(y), int(room.right()), int(y))
        painter.setPen(QPen(QColor(theme.LINE), 2))
        painter.drawLine(int(room.left()), int(room.bottom()), int(room.right()), int(room.bottom()))
        painter.end()

    def _paint_legend(self, painter: QPainter, top_px: int) -> None:
        """Draw the legend of the two colors below the heading: left stance on the left."""
        line = QRectF(self.rect()).adjusted(12, top_px, -12, 0)
        half = line.width() / 2 - 6  # a gap of 12 px between the two
        places = {
            Side.LEFT: (line.adjusted(0, 0, half - line.width(), 0), Qt.AlignmentFlag.AlignLeft),
            Side.RIGHT: (line.adjusted(line.width() - half, 0, 0, 0), Qt.AlignmentFlag.AlignRight),
        }
        for side, (room, place) in places.items():
            painter.setPen(QColor(theme.SIDE[side]))
            draw_fitting(painter, room, place | Qt.AlignmentFlag.AlignTop, SHORT_STANCE[side])

    def _head(self) -> str:
        shown = {side: degrees_text(level) if math.isfinite(level) else tr("ui.learning") for side, level in self._thresholds.items()}
        both = shown[Side.LEFT] if shown[Side.LEFT] == shown[Side.RIGHT] else f"{shown[Side.LEFT]} / {shown[Side.RIGHT]}"
        return tr("ui.threshold-head", threshold=both)

    def _paint_bar(self, painter: QPainter, bar: Bar, room: QRectF, left: float, each: float, top_deg: float) -> None:
        tall = room.height() * max(bar.drop_deg, 0.0) / top_deg
        box = QRectF(left + 0.14 * each, room.bottom() - tall, 0.72 * each, tall)
        color = QColor(theme.SIDE[bar.side])
        if bar.side in self._missing:  # these steps are some time ago
            color = color.darker(OLD_DARKER_PERCENT)
        if not bar.good:
            painter.setPen(QPen(QColor(theme.DIM), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color if bar.over else color.darker(190))
        painter.drawRect(box)
        if bar.over and bar.good:
            painter.setBrush(color)
            middle, size = box.center().x(), 0.36 * each
            peak = box.top() - 3 * size
            base = [QPointF(middle - size, peak + 2 * size), QPointF(middle + size, peak + 2 * size), QPointF(middle, peak)]
            painter.drawPolygon(QPolygonF(base))
