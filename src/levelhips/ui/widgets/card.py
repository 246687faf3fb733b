"""Card with the drop of one side as a number that can be read from two meters."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from levelhips.events import Side
from levelhips.live.snapshot import Snapshot
from levelhips.text import number, tr
from levelhips.ui import theme
from levelhips.ui.widgets.fitting import draw_fitting
from levelhips.words import SIDES, drop_state, stance_drop
from levelhips.words.session import DROP_STATES

NUMBER_WIDTH_SHARE = 1 / 2.6  # font size as a share of the card's width: "12.3°" still fits in a narrow window


def degrees_text(value_deg: float) -> str:
    """Return an angle with one decimal, or a dash if it is not known."""
    return f"{number(value_deg, '.1f')}°" if math.isfinite(value_deg) else "–"


class Card(QWidget):
    """Card with the mean drop of one side and its uncertainty.

    A drop over the threshold is shown by a word, a thick frame and full brightness, never by color alone. A drop that is too old is
    not shown: a dim dash takes its place, with words for how long nothing came.
    """

    def __init__(self, side: Side) -> None:
        super().__init__()
        self.side = side
        self._snapshot: tuple[object, ...] = ()
        self._value, self._word, self._under = "–", DROP_STATES["waiting"], stance_drop(side)
        self.over = self._flash = self.missing = False
        self.setAccessibleName(stance_drop(side))
        self.setToolTip(stance_drop(side))

    def show_snapshot(self, snapshot: Snapshot, *, flash: bool) -> None:
        """Show this side of a snapshot; repaint only if something changed. `flash` lights the card up with a beep."""
        drop, threshold = snapshot.drop_deg[self.side], snapshot.threshold_deg[self.side]
        self.over = math.isfinite(drop) and drop > threshold
        self.missing = self.side in snapshot.missing
        word = snapshot.missing.get(self.side) or drop_state(drop, threshold)
        change, sd = snapshot.since_start_deg[self.side], snapshot.sd_deg[self.side]
        figures = [f"± {number(sd, '.1f')}°"] if math.isfinite(sd) else []
        if math.isfinite(change):
            figures.append(tr("ui.since-start", change=change))
        under = "\n".join(filter(None, ("     ".join(figures), stance_drop(self.side))))
        now = (degrees_text(drop), word, under, flash)
        if now != self._snapshot:
            self._snapshot = now
            self._value, self._word, self._under, self._flash = degrees_text(drop), word, under, flash
            self.setAccessibleDescription(f"{self._value} {word}")
            self.update()

    @property
    def capital_px(self) -> int:
        """Height of the number's capital letters [px]."""
        font = QFont(self.font())
        font.setPixelSize(self._number_px())
        return QFontMetrics(font).capHeight()

    def _number_px(self) -> int:
        return min(theme.pixels(self.window().height(), theme.NUMBER_SHARE), int(self.width() * NUMBER_WIDTH_SHARE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the widget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(theme.SIDE[self.side])
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setBrush(color.darker(330) if self._flash else QColor(theme.CARD))
        painter.setPen(QPen(color, 6) if self.over else QPen(QColor(theme.LINE), 2))
        painter.drawRoundedRect(box, 14, 14)
        height = self.window().height()
        inner = box.adjusted(22, 14, -22, -14)
        left, right = inner.adjusted(0, 0, -inner.width() / 2, 0), inner.adjusted(inner.width() / 2, 0, 0, 0)
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(theme.pixels(height, theme.WORD_SHARE))
        painter.setFont(font)
        painter.setPen(color)
        draw_fitting(painter, left, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, SIDES[self.side].upper())
        painter.setPen(color if self.over else QColor(theme.DIM))
        draw_fitting(painter, right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self._word)
        font.setPixelSize(self._number_px())
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM if self.missing else theme.TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._value)
        font.setBold(False)
        font.setPixelSize(theme.pixels(height, theme.SMALL_SHARE))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        place = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        draw_fitting(painter, inner, place, self._under)
        painter.end()
