"""Dial of a drill: the leading angle on an arc with its target band, and the counter in the middle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from levelhips.live.drill_snapshot import DrillSnapshot
from levelhips.live.snapshot import Snapshot
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.widgets.fitting import draw_fitting

ARC_DEG = 220.0  # angle that the dial spans: the counter fits between its ends
COUNT_SHARE = 0.30  # font size of the counter as a share of the window's height: readable from the floor at 2 m
LABEL_INSET_PX = 34  # the ends of the band are written inside the arc, clear of the moving point


@dataclass(frozen=True, slots=True)
class _Scale:
    """Geometry of the dial: the square it is drawn in, and the angles at its ends [deg]."""

    room: QRectF
    first_deg: float
    last_deg: float

    @classmethod
    def of(cls, drill: DrillSnapshot, width: int, height: int) -> _Scale:
        size = min(width * 0.98, height * 1.25)
        span = drill.high_deg - drill.low_deg
        room = QRectF((width - size) / 2 + 30, 24, size - 60, size - 60)
        return cls(room, min(drill.low_deg - 0.5 * span, -2.0), drill.high_deg + 0.5 * span)

    def place(self, value_deg: float) -> float:
        """Return the position of a value on the dial, in Qt's degrees (counterclockwise from three o'clock)."""
        share = (min(max(value_deg, self.first_deg), self.last_deg) - self.first_deg) / (self.last_deg - self.first_deg)
        return 90 + ARC_DEG / 2 - ARC_DEG * share

    def point(self, value_deg: float, inset_px: float = 0.0) -> QPointF:
        """Return the point of a value on the arc, or `inset_px` pixels inside it."""
        angle, radius = math.radians(self.place(value_deg)), self.room.width() / 2 - inset_px
        return self.room.center() + QPointF(radius * math.cos(angle), -radius * math.sin(angle))


class Arc(QWidget):
    """Dial with the leading angle of a drill and its repetitions, or the seconds held."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._drill: DrillSnapshot | None = None
        self._lead_deg, self._now_s, self._missing = math.nan, 0.0, False

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show a snapshot; repaint only if something changed."""
        drill = snapshot.drill
        if drill is None:
            return
        lead = round(snapshot.lead_deg, 1) if math.isfinite(snapshot.lead_deg) else None
        wrong = drill.fault_at(snapshot.now_s)
        shown = (drill, lead, wrong, self.counted(drill, snapshot.now_s), bool(snapshot.missing))
        if shown != self._shown:
            self._shown, self._drill = shown, drill
            self._lead_deg, self._now_s, self._missing = snapshot.lead_deg, snapshot.now_s, bool(snapshot.missing)
            self.setAccessibleName(f"{self.counted(drill, snapshot.now_s)} {wrong}")
            self.update()

    @staticmethod
    def counted(drill: DrillSnapshot, now_s: float) -> str:
        """Return the number in the middle: repetitions counted, or seconds held."""
        return f"{drill.hold_s(now_s):.0f}" if math.isfinite(drill.seconds) else str(drill.reps)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the widget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._drill is not None:
            scale = _Scale.of(self._drill, self.width(), self.height())
            self._paint_dial(painter, self._drill, scale)
            self._paint_count(painter, self._drill, scale.room)
        painter.end()

    def _paint_dial(self, painter: QPainter, drill: DrillSnapshot, scale: _Scale) -> None:
        color = QColor(theme.SIDE[drill.side])
        rest, band = QPen(QColor(theme.LINE), 10), QPen(color.darker(160), 18)
        for low_deg, high_deg, pen in ((scale.first_deg, scale.last_deg, rest), (drill.low_deg, drill.high_deg, band)):
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            begin, end = scale.place(low_deg), scale.place(high_deg)
            painter.drawArc(scale.room, round(begin * 16), round((end - begin) * 16))
        if math.isfinite(self._lead_deg):
            inside = drill.low_deg <= self._lead_deg <= drill.high_deg
            painter.setPen(QPen(QColor(theme.BACK), 3))
            painter.setBrush(color if inside else QColor(theme.TEXT))
            painter.drawEllipse(scale.point(self._lead_deg), 17, 17)
        font = QFont(self.font())
        font.setPixelSize(theme.pixels(self.window().height(), theme.SMALL_SHARE))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        for value in (drill.low_deg, drill.high_deg):
            at = scale.point(value, LABEL_INSET_PX)
            painter.drawText(QRectF(at.x() - 40, at.y() - 20, 80, 40), Qt.AlignmentFlag.AlignCenter, f"{value:.0f}°")

    def _paint_count(self, painter: QPainter, drill: DrillSnapshot, room: QRectF) -> None:
        height = self.window().height()
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(min(theme.pixels(height, COUNT_SHARE), round(room.width() * 0.42)))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM if self._missing else theme.TEXT))
        middle = QRectF(room.left(), room.center().y() - room.height() * 0.33, room.width(), room.height() * 0.5)
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self.counted(drill, self._now_s))
        font.setBold(False)
        font.setPixelSize(theme.pixels(height, theme.HEAD_SHARE))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        hold = math.isfinite(drill.seconds)
        target = tr("ui.of-seconds", asked=drill.seconds) if hold else tr("ui.of-reps", asked=drill.reps_asked)
        below = QRectF(room.left(), middle.bottom(), room.width(), room.height() * 0.12)
        draw_fitting(painter, below, Qt.AlignmentFlag.AlignCenter, target)
