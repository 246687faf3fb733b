"""The live view: two numbers that can be read at two metres, the last steps against the limit, the last seconds by stance."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from levelhips.commands import Do
from levelhips.events import LinkState, Quality, Side
from levelhips.live.dispatch import Silenceable
from levelhips.live.session import Session
from levelhips.live.snapshot import BARS, Bar, Picture, block_line
from levelhips.ui import texts, theme
from levelhips.ui.pages.session_page import SessionPage, say
from levelhips.ui.widgets.shades import StanceShades, stances_of

SHOWN_S = 9.0
FLASH_S = 0.35  # a beep is seen as long as it rings in the ear
STAND_S = 3.0
LEAST_SPAN_DEG = 6.0
HOLE_S = 0.1
POINT_S = 0.02  # of the line: the pelvis moves below 10 Hz


def number(value: float) -> str:
    """A drop in degrees, or a dash."""
    return f"{value:.1f}°" if math.isfinite(value) else "–"


class Card(QWidget):
    """One side: its word, its number, how sure it is; a frame and full brightness when it is over the limit."""

    def __init__(self, side: Side) -> None:
        super().__init__()
        self.side = side
        self._picture: tuple[object, ...] = ()
        self._value, self._word, self._under = "–", texts.WAITING, ""
        self.over = self._flash = False
        self.setAccessibleName(f"{texts.SIDE[side]} {texts.STANCE[side]}")

    def show_picture(self, picture: Picture, *, flash: bool) -> None:
        """Take what is to be seen; draws only when something changed."""
        drop, limit = picture.drop_deg[self.side], picture.threshold_deg[self.side]
        self.over = math.isfinite(drop) and drop > limit
        word = texts.WAITING if not math.isfinite(drop) else texts.OVER if self.over else texts.LEVEL
        change, sd = picture.since_start_deg[self.side], picture.sd_deg[self.side]
        under = texts.SINCE_START.format(change=change) if math.isfinite(change) else texts.STANCE[self.side]
        if math.isfinite(sd):
            under = f"± {sd:.1f}°     {under}"
        now = (number(drop), word, under, flash)
        if now != self._picture:
            self._picture = now
            self._value, self._word, self._under, self._flash = number(drop), word, under, flash
            self.setAccessibleDescription(f"{self._value} {word}")
            self.update()

    @property
    def capital_px(self) -> int:
        """How high the number's letters are."""
        font = QFont(self.font())
        font.setPixelSize(self._number_px())
        return QFontMetrics(font).capHeight()

    def _number_px(self) -> int:
        return min(theme.pixels(self.window().height(), theme.NUMBER_SHARE), int(self.width() / 2.6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.SIDE[self.side])
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setBrush(colour.darker(330) if self._flash else QColor(theme.CARD))
        painter.setPen(QPen(colour, 6) if self.over else QPen(QColor(theme.LINE), 2))
        painter.drawRoundedRect(box, 14, 14)
        height = self.window().height()
        inner = box.adjusted(22, 14, -22, -14)
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(theme.pixels(height, theme.WORD_SHARE))
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, texts.SIDE[self.side])
        painter.setPen(colour if self.over else QColor(theme.DIM))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self._word)
        font.setPixelSize(self._number_px())
        painter.setFont(font)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._value)
        font.setBold(False)
        font.setPixelSize(theme.pixels(height, theme.SMALL_SHARE))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        painter.drawText(inner, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, self._under)
        painter.end()


class Bars(QWidget):
    """The last steps, left and right in their turn, against the limits; what is over has a triangle, what does not count is hollow."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._limits: dict[Side, float] = dict.fromkeys(Side, math.inf)
        self.setAccessibleName(texts.BARS_NAME)

    def show_picture(self, picture: Picture) -> None:
        if picture.bars != self._bars or picture.threshold_deg != self._limits:
            self._bars, self._limits = picture.bars, picture.threshold_deg
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.window().height()
        font = QFont(self.font())
        font.setPixelSize(theme.pixels(height, theme.SMALL_SHARE))
        painter.setFont(font)
        line = painter.fontMetrics().height()
        shown = {side: number(level) if math.isfinite(level) else texts.LEARNING for side, level in self._limits.items()}
        both = shown[Side.LEFT] if shown[Side.LEFT] == shown[Side.RIGHT] else f"{shown[Side.LEFT]} / {shown[Side.RIGHT]}"
        painter.setPen(QColor(theme.DIM))
        head = texts.LIMIT_HEAD.format(limit=both)
        painter.drawText(self.rect().adjusted(0, 6, 0, 0), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, head)
        limits = [level for level in self._limits.values() if math.isfinite(level)]
        top = max([bar.drop_deg for bar in self._bars] + [1.25 * level for level in limits] + [3.0])
        room = QRectF(12, line + 34, self.width() - 24, self.height() - line - 46)
        each = room.width() / BARS
        start = room.right() - each * len(self._bars)
        for place, bar in enumerate(self._bars):
            tall = room.height() * max(bar.drop_deg, 0.0) / top
            left = start + place * each + 0.14 * each
            box = QRectF(left, room.bottom() - tall, 0.72 * each, tall)
            colour = QColor(theme.SIDE[bar.side])
            if not bar.good:
                painter.setPen(QPen(QColor(theme.DIM), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour if bar.over else colour.darker(190))
            painter.drawRect(box)
            if bar.over and bar.good:
                painter.setBrush(colour)
                middle, size = box.center().x(), 0.36 * each
                peak = box.top() - 3 * size
                base = [QPointF(middle - size, peak + 2 * size), QPointF(middle + size, peak + 2 * size), QPointF(middle, peak)]
                painter.drawPolygon(QPolygonF(base))
        for side, level in self._limits.items():
            if math.isfinite(level):
                y = room.bottom() - room.height() * level / top
                same = self._limits[side] == self._limits[side.other]
                painter.setPen(QPen(QColor(theme.TEXT if same else theme.SIDE[side]), 2, Qt.PenStyle.DashLine))
                painter.drawLine(int(room.left()), int(y), int(room.right()), int(y))
        painter.setPen(QPen(QColor(theme.LINE), 2))
        painter.drawLine(int(room.left()), int(room.bottom()), int(room.right()), int(room.bottom()))
        painter.end()


class TracePlot(pg.PlotWidget):
    """Obliquity of the last seconds, shaded by the foot on the ground, with the limits."""

    def __init__(self) -> None:
        super().__init__(background=theme.BACK)
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or a click on it would take the arrow keys from the page
        self.setAccessibleName(texts.TRACE_NAME)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(theme.LINE)
            axis.setTextPen(theme.DIM)
        self.getAxis("left").setTickSpacing(5, 5)
        self.getAxis("bottom").setTickSpacing(1, 1)
        self.getAxis("left").setWidth(48)
        self.setXRange(-SHOWN_S, 0, padding=0)
        self._span = LEAST_SPAN_DEG
        self.setYRange(-self._span, self._span, padding=0)
        self._shades = StanceShades()
        self.addItem(self._shades, ignoreBounds=True)
        self._curve = self.plot([], [], pen=pg.mkPen(theme.TEXT, width=2), skipFiniteCheck=True)
        self._curve.curve.setSegmentedLineMode("on")  # a thick line as one path costs ten times as much
        self._limits = {side: pg.InfiniteLine(angle=0, pen=pg.mkPen(theme.DIM, width=1, style=Qt.PenStyle.DashLine)) for side in Side}
        for line in self._limits.values():
            line.setVisible(False)
            self.addItem(line)
        self._words = []
        for text, anchor in ((texts.RIGHT_LOW, (0, 1)), (texts.LEFT_LOW, (0, 0))):
            word = pg.TextItem(text, color=theme.DIM, anchor=anchor)
            self.addItem(word)
            self._words.append(word)
        self._place_words()

    def _place_words(self) -> None:
        for word, y in zip(self._words, (-self._span, self._span), strict=True):
            word.setPos(-SHOWN_S, y)

    def show_session(self, session: Session, picture: Picture) -> None:
        trace = session.view.trace()
        if not len(trace.t_s):
            return
        every = max(1, round(POINT_S * len(trace.t_s) / max(trace.t_s[-1] - trace.t_s[0], POINT_S)))
        now_s = float(trace.t_s[-1])
        # The same samples are kept from frame to frame, or the line would shimmer.
        first = -round(float(trace.t_s[0]) / POINT_S) % every
        x, obliquity, sign = trace.t_s[first::every] - now_s, trace.obliquity_deg[first::every], trace.side_sign[first::every]
        if not len(x):
            return
        holes = np.flatnonzero(np.diff(x) > HOLE_S) + 1
        if len(holes):  # nothing is drawn where nothing was measured
            x = np.insert(x, holes, x[holes] - 1e-3)
            obliquity, sign = np.insert(obliquity, holes, np.nan), np.insert(sign, holes, 0)
            sign[holes + np.arange(len(holes)) - 1] = 0
        # Positive obliquity is the right side higher: what drops in right stance is the left side.
        self._curve.setData(x, obliquity, connect="finite" if len(holes) else "all")
        self._shades.show_stances(stances_of(x, sign), -SHOWN_S, 0.0)
        for side, line in self._limits.items():
            level = picture.threshold_deg[side]
            line.setVisible(math.isfinite(level))
            if math.isfinite(level):
                line.setValue(side.sign * level)
        seen = float(np.abs(trace.obliquity_deg).max(initial=0.0))
        if seen > self._span or seen < 0.4 * self._span:  # in steps, so that the scale rests
            self._span = max(LEAST_SPAN_DEG, 3.0 * math.ceil(1.15 * seen / 3.0))
            self.setYRange(-self._span, self._span, padding=0)
            self._place_words()


class LivePage(SessionPage):
    """A running session, and its keys."""

    def __init__(self) -> None:
        super().__init__()
        self._cues = 0
        self._flash_until: dict[Side, float] = dict.fromkeys(Side, -math.inf)
        self.clock, self.cadence, self.small, self.state = QLabel(), QLabel(), QLabel(), QLabel()
        self.hint, self.message = QLabel(texts.LIVE_HINT), QLabel()
        self.cards = {side: Card(side) for side in Side}
        self.bars, self.trace = Bars(), TracePlot()
        head = QHBoxLayout()
        for label in (self.clock, self.cadence, self.small, self.state, self.message):
            label.setMinimumWidth(1)  # words must not make the window wider
        for label in (self.clock, self.cadence, self.small):
            head.addWidget(label)
            head.addSpacing(24)
        head.addStretch(1)
        head.addWidget(self.state)
        middle = QHBoxLayout()
        middle.addWidget(self.cards[Side.LEFT], 10)
        middle.addWidget(self.bars, 9)
        middle.addWidget(self.cards[Side.RIGHT], 10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 10)
        layout.addLayout(head)
        layout.addLayout(middle, 12)
        layout.addWidget(self.message)
        layout.addWidget(self.trace, 8)
        layout.addWidget(self.hint)
        for label in (self.message, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.frames = 0

    def follow(self, session: Session, sounds: list[Silenceable]) -> None:
        """Show a session that runs."""
        self._cues = 0
        super().follow(session, sounds)

    def refresh(self) -> None:
        """Ask the session how it fares, and show it."""
        session = self.session
        if session is None:
            return
        self.frames += 1
        picture, link = session.view.look(), session.link
        if picture.cues != self._cues and picture.last_cue is not None:
            self._cues = picture.cues
            if not self.muted:
                self._flash_until[picture.last_cue.side] = picture.last_cue.known_s + FLASH_S
        for side, card in self.cards.items():
            card.show_picture(picture, flash=picture.now_s < self._flash_until[side])
        self.bars.show_picture(picture)
        self.trace.show_session(session, picture)
        minutes, seconds = divmod(max(picture.now_s, 0.0), 60)
        say(self.clock, f"{int(minutes)}:{int(seconds):02d}")
        asked = texts.TARGET.format(target=picture.target_spm) if math.isfinite(picture.target_spm) else ""
        say(self.cadence, texts.CADENCE.format(cadence=picture.cadence_spm) + asked if math.isfinite(picture.cadence_spm) else "")
        known = math.isfinite(picture.rotation_deg)
        say(self.small, texts.SMALL.format(rotation=picture.rotation_deg, tilt=picture.tilt_deg) if known else "")
        recording = session.recorder is not None and session.recorder.recording
        parts = [texts.RECORDING if recording else texts.NOT_RECORDING if session.recorder is not None else ""]
        if math.isfinite(link.battery_percent):
            parts.append(texts.BATTERY.format(percent=link.battery_percent))
        parts += [link.state.value, texts.MUTED if self.muted else texts.SOUND_ON, *([texts.PAUSED] if picture.paused else [])]
        say(self.state, "    ".join(part for part in parts if part))
        say(self.message, self._message(picture))
        if not session.join(0):
            return
        self._timer.stop()
        self.ended.emit()

    def _message(self, picture: Picture) -> str:
        session = self.session
        assert session is not None
        if self._asked_to_end:
            return texts.END_QUESTION
        if session.link.state is not LinkState.STREAMING:
            return session.link.why or session.link.state.value
        if not picture.zeroed:
            return texts.STAND_MORE.format(left=max(1.0, STAND_S - picture.now_s)) if picture.now_s < STAND_S else texts.STAND
        if not picture.steps:
            return texts.STANDING_FOUND
        if picture.quality is Quality.SETTLING:
            return texts.SETTLING
        if picture.block is not None:
            return block_line(picture.block, picture.now_s)
        if picture.quality is not None and picture.quality.value in texts.NOT_COUNTED:
            return texts.NOT_COUNTED[picture.quality.value]
        return picture.said

    def obey(self, key: int, session: Session) -> bool:
        """The limit, and marks."""
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            session.move_limit(1 if key == Qt.Key.Key_Up else -1)
        elif key == Qt.Key.Key_M:
            session.command(Do.MARK)
        else:
            return False
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.dress(
            (self.clock, theme.HEAD_SHARE, theme.TEXT),
            (self.cadence, theme.HEAD_SHARE, theme.TEXT),
            (self.small, theme.HEAD_SHARE, theme.DIM),
            (self.state, theme.SMALL_SHARE, theme.DIM),
            (self.message, theme.HEAD_SHARE, theme.TEXT),
            (self.hint, theme.SMALL_SHARE, theme.DIM),
        )
        font = QFont(self.font())
        font.setPixelSize(theme.pixels(self.window().height(), theme.SMALL_SHARE * 0.9))
        for name in ("left", "bottom"):
            self.trace.getAxis(name).setTickFont(font)
        for word in self.trace._words:
            word.setFont(font)
        super().resizeEvent(event)
