"""Drills on the screen: choose one, do it by a large counter and an arc, and read what it came to."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from levelhips.coaching.drills.drill import DrillSettings
from levelhips.commands import Do
from levelhips.events import LinkState, Phase, Side
from levelhips.live.dispatch import Silenceable
from levelhips.live.drill_snapshot import DrillPicture
from levelhips.live.session import Session
from levelhips.live.snapshot import Picture
from levelhips.settings.installed import drills
from levelhips.ui import texts, theme
from levelhips.ui.pages.session_page import SessionPage, say

ARC_DEG = 220.0  # of the scale
COUNT_SHARE = 0.30


class DrillChoicePage(QWidget):
    """The drills, and for which hip."""

    chosen, back = Signal(object), Signal()

    def __init__(self) -> None:
        super().__init__()
        self.side = Side.LEFT
        self.title, self.about, self.hint = QLabel(texts.DRILLS), QLabel(), QLabel(texts.DRILL_CHOICE_HINT)
        self.about.setWordWrap(True)
        for label in (self.title, self.about, self.hint):
            label.setMinimumWidth(1)  # words must not make the window wider
        self.list = QListWidget()
        self.list.setAccessibleName(texts.DRILLS)
        for name, drill in drills().items():
            item = QListWidgetItem(drill.title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self.list.currentRowChanged.connect(self._tell)
        self.list.itemActivated.connect(lambda _: self.choose())
        self.sides = {side: QPushButton() for side in Side}
        sides = QHBoxLayout()
        for side, button in self.sides.items():
            button.clicked.connect(lambda _=False, side=side: self.take_side(side))
            sides.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(60, 30, 60, 20)
        for widget in (self.title, self.list):
            layout.addWidget(widget)
        layout.addLayout(sides)
        layout.addWidget(self.about)
        layout.addWidget(self.hint)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusProxy(self.list)
        # A list takes letters for a search in itself: shortcuts come before it.
        for key, act in (("L", lambda: self.take_side(Side.LEFT)), ("R", lambda: self.take_side(Side.RIGHT)), ("Esc", self.back.emit)):
            QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(act)
        self.list.setCurrentRow(0)
        self.take_side(Side.LEFT)

    def take_side(self, side: Side) -> None:
        """The hip that is to work."""
        self.side = side
        for one, button in self.sides.items():
            button.setText(("● " if one is side else "○ ") + texts.HIP[one])
        self._dress()
        self._tell()

    def _dress(self) -> None:
        size = theme.pixels(self.window().height(), theme.SMALL_SHARE)
        for one, button in self.sides.items():
            button.setStyleSheet(f"font-size: {size}px;" + (f"border-color: {theme.SIDE[one]}" if one is self.side else ""))

    def choose(self) -> None:
        """Go on with what is marked."""
        name = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        self.chosen.emit(DrillSettings(name=name, side=self.side.value))

    def _tell(self, row: int = 0) -> None:
        if self.list.currentItem() is None:
            return
        drill = drills()[self.list.currentItem().data(Qt.ItemDataRole.UserRole)]
        self.about.setText(f"{drill.told(self.side)}   {drill.dose.sets} x {drill.dose.reps}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        height = self.window().height()
        self.title.setStyleSheet(f"font-size: {theme.pixels(height, 0.05)}px")
        self.list.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px")
        self._dress()
        for label, share, colour in ((self.about, theme.HEAD_SHARE, theme.TEXT), (self.hint, theme.SMALL_SHARE, theme.DIM)):
            label.setStyleSheet(f"color: {colour}; font-size: {theme.pixels(height, share)}px")
        super().resizeEvent(event)


class Arc(QWidget):
    """The leading angle on an arc with its band; the counter in its middle."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._drill: DrillPicture | None = None
        self._lead_deg, self._now_s = math.nan, 0.0

    def show_picture(self, picture: Picture) -> None:
        """Take what is to be seen; draws only when something changed."""
        drill = picture.drill
        if drill is None:
            return
        lead = round(picture.lead_deg, 1) if math.isfinite(picture.lead_deg) else None
        wrong = drill.cheat_at(picture.now_s)
        shown = (drill, lead, wrong, self.counted(drill, picture.now_s))
        if shown != self._shown:
            self._shown, self._drill = shown, drill
            self._lead_deg, self._now_s = picture.lead_deg, picture.now_s
            self.setAccessibleName(f"{self.counted(drill, picture.now_s)} {wrong}")
            self.update()

    @staticmethod
    def counted(drill: DrillPicture, now_s: float) -> str:
        """The number in the middle: repetitions, or seconds held."""
        return f"{drill.hold_s(now_s):.0f}" if math.isfinite(drill.seconds) else str(drill.reps)

    def paintEvent(self, event: QPaintEvent) -> None:
        drill = self._drill
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if drill is None:
            painter.end()
            return
        colour = QColor(theme.SIDE[drill.side])
        size = min(self.width() * 0.98, self.height() * 1.25)
        room = QRectF((self.width() - size) / 2 + 30, 24, size - 60, size - 60)
        span = drill.high_deg - drill.low_deg
        first, last = min(drill.low_deg - 0.5 * span, -2.0), drill.high_deg + 0.5 * span
        begin = 90 + ARC_DEG / 2  # Qt counts from three o'clock, against the clock

        def place(value_deg: float) -> float:
            share = (min(max(value_deg, first), last) - first) / (last - first)
            return begin - ARC_DEG * share

        def arc(low_deg: float, high_deg: float, pen: QPen) -> None:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawArc(room, round(place(low_deg) * 16), round((place(high_deg) - place(low_deg)) * 16))

        arc(first, last, QPen(QColor(theme.LINE), 10))
        arc(drill.low_deg, drill.high_deg, QPen(colour.darker(160), 18))
        if math.isfinite(self._lead_deg):
            inside = drill.low_deg <= self._lead_deg <= drill.high_deg
            angle = math.radians(place(self._lead_deg))
            radius = room.width() / 2
            tip = room.center() + QPointF(radius * math.cos(angle), -radius * math.sin(angle))
            painter.setPen(QPen(QColor(theme.BACK), 3))
            painter.setBrush(colour if inside else QColor(theme.TEXT))
            painter.drawEllipse(tip, 17, 17)
        height = self.window().height()
        font = QFont(self.font())
        font.setPixelSize(theme.pixels(height, theme.SMALL_SHARE))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        for value in (drill.low_deg, drill.high_deg):
            angle = math.radians(place(value))
            radius = room.width() / 2 - 34
            at = room.center() + QPointF(radius * math.cos(angle), -radius * math.sin(angle))
            painter.drawText(QRectF(at.x() - 40, at.y() - 20, 80, 40), Qt.AlignmentFlag.AlignCenter, f"{value:.0f}°")
        font.setBold(True)
        font.setPixelSize(min(theme.pixels(height, COUNT_SHARE), round(room.width() * 0.42)))
        painter.setFont(font)
        painter.setPen(QColor(theme.TEXT))
        middle = QRectF(room.left(), room.center().y() - room.height() * 0.33, room.width(), room.height() * 0.5)
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self.counted(drill, self._now_s))
        font.setBold(False)
        font.setPixelSize(theme.pixels(height, theme.HEAD_SHARE))
        painter.setFont(font)
        painter.setPen(QColor(theme.DIM))
        asked = (
            texts.OF_SECONDS.format(asked=drill.seconds) if math.isfinite(drill.seconds) else texts.OF_REPS.format(asked=drill.reps_asked)
        )
        below = QRectF(room.left(), middle.bottom(), room.width(), room.height() * 0.12)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, asked)
        painter.end()


class DrillPage(SessionPage):
    """A drill that is being done, and then what it came to."""

    again, other, back = Signal(), Signal(), Signal()

    def __init__(self) -> None:
        super().__init__()
        self.head, self.state, self.told, self.figures = QLabel(), QLabel(), QLabel(), QLabel()
        self.result, self.hint = QLabel(), QLabel(texts.DRILL_HINT)
        self.arc = Arc()
        top = QHBoxLayout()
        top.addWidget(self.head)
        top.addStretch(1)
        top.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 10)
        layout.addLayout(top)
        layout.addWidget(self.told)
        layout.addWidget(self.arc, 1)
        layout.addWidget(self.result, 1)
        layout.addWidget(self.figures)
        layout.addWidget(self.hint)
        for label in (self.told, self.result):
            label.setWordWrap(True)
        for label in (self.told, self.figures, self.result, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for label in (self.head, self.state, self.told, self.figures, self.result, self.hint):
            label.setMinimumWidth(1)

    def follow(self, session: Session, sounds: list[Silenceable]) -> None:
        """Show a session that runs."""
        self.result.hide()
        self.arc.show()
        say(self.hint, texts.DRILL_HINT)
        super().follow(session, sounds)

    def show_result(self, lines: list[str]) -> None:
        """What it came to."""
        self.arc.hide()
        self.result.show()
        say(self.told, texts.DRILL_DONE)
        say(self.result, "\n".join(lines))
        say(self.figures, "")
        say(self.state, "")
        say(self.hint, texts.RESULT_HINT)
        self.setFocus()

    def refresh(self) -> None:
        """Ask the session how it fares, and show it."""
        session = self.session
        if session is None:
            return
        picture, link = session.view.look(), session.link
        drill = picture.drill
        parts = [link.state.value, texts.MUTED if self.muted else texts.SOUND_ON]
        say(self.state, "    ".join(parts))
        if drill is None or link.state is not LinkState.STREAMING:
            say(self.told, texts.END_QUESTION if self._asked_to_end else link.why or link.state.value)
        if drill is not None:
            self._show(picture, drill)
        if session.join(0) or (drill is not None and drill.phase is Phase.DONE and picture.now_s - drill.phase_s > 3.0):
            self._timer.stop()
            self.ended.emit()

    def _show(self, picture: Picture, drill: DrillPicture) -> None:
        assert self.session is not None
        say(self.head, texts.DRILL_HEAD.format(title=drill.title, hip=texts.HIP[drill.side], set_n=drill.set_n, sets=drill.sets))
        if self._asked_to_end:
            say(self.told, texts.END_QUESTION)
        elif self.session.link.state is LinkState.STREAMING:
            # Not by colour alone: a triangle stands before what is wrong, as it does over a step.
            wrong = "▲ " if drill.cheat_at(picture.now_s) else ""
            say(self.told, wrong + drill.what_next(picture.now_s))
        self.arc.show_picture(picture)
        figures = texts.DRILL_COUNTS.format(good=drill.good, cheated=drill.cheated)
        if math.isfinite(drill.range_deg):
            figures = texts.DRILL_LAST.format(range=drill.range_deg, tempo=drill.tempo_s) + figures
        say(self.figures, figures)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Behind the end of a drill: again, the other side, back."""
        after = {Qt.Key.Key_Escape: self.back, Qt.Key.Key_A: self.again, Qt.Key.Key_O: self.other}
        act = after.get(Qt.Key(event.key())) if self.session is None else None
        if act is not None:
            act.emit()
        else:
            super().keyPressEvent(event)

    def obey(self, key: int, session: Session) -> bool:
        """The next set."""
        if key == Qt.Key.Key_N:
            session.command(Do.NEXT)
        return key == Qt.Key.Key_N

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.dress(
            (self.head, theme.HEAD_SHARE, theme.DIM),
            (self.state, theme.SMALL_SHARE, theme.DIM),
            (self.told, 0.05, theme.TEXT),
            (self.result, theme.HEAD_SHARE, theme.TEXT),
            (self.figures, theme.HEAD_SHARE, theme.TEXT),
            (self.hint, theme.SMALL_SHARE, theme.DIM),
        )
        super().resizeEvent(event)
