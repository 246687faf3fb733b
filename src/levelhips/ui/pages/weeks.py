"""The weeks on the screen: today's list, the drop over the sessions, what stays without sound, all sessions."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from levelhips.errors import LevelHipsError
from levelhips.events import Side
from levelhips.history import Diary, History
from levelhips.history.weekly import in_words, retention
from levelhips.programme.hints import pain_hint
from levelhips.programme.programme import NOTES, DayKind
from levelhips.programme.store import load_programme, save_programme
from levelhips.programme.today import todays
from levelhips.settings.paths import programme_path
from levelhips.ui import texts, theme


class WeeksPage(QWidget):
    """Today, trend, sessions, notes."""

    back, trouble = Signal(), Signal(str)
    opened = Signal(object)

    def __init__(self, history_file: Path) -> None:
        super().__init__()
        self._file = history_file
        self.title, self.hint = QLabel(texts.HISTORY), QLabel(texts.HISTORY_HINT)
        self.tabs = QTabWidget()
        self.today, self.notes = QLabel(), QLabel()
        self.notes.setText("\n\n".join(f"{note.title}: {note.text}" for note in NOTES))
        for label in (self.title, self.hint):
            label.setMinimumWidth(1)
        for label in (self.today, self.notes):
            label.setWordWrap(True)
            label.setMargin(24)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.plot = pg.PlotWidget(background=theme.BACK, axisItems={"bottom": pg.DateAxisItem()})
        self.plot.setMenuEnabled(False)
        self.plot.setLabel("left", texts.DROP_AXIS)
        self.plot.setAccessibleName(texts.TREND_TAB)
        self.plot.setTitle(texts.TREND_KEY.format(left=theme.SIDE[Side.LEFT], right=theme.SIDE[Side.RIGHT]))
        self.table = QTableWidget(0, len(texts.SESSION_COLUMNS))
        self.table.setHorizontalHeaderLabels(list(texts.SESSION_COLUMNS))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.cellActivated.connect(self._open_row)
        self.score, self.moment, keep = QSpinBox(), QComboBox(), QPushButton(texts.PAIN_KEEP)
        self.score.setRange(0, 10)
        for moment, told in texts.MOMENTS.items():
            self.moment.addItem(told, moment)
        keep.clicked.connect(self.keep_pain)
        row = QHBoxLayout()
        for one in (QLabel(texts.PAIN), self.score, self.moment, keep):
            row.addWidget(one)
        row.addStretch(1)
        self.start = QPushButton(texts.BEGIN)
        self.start.clicked.connect(self.begin_programme)
        row.addWidget(self.start)
        self.day = QWidget()
        inside = QVBoxLayout(self.day)
        inside.addWidget(self.today, 1)
        inside.addLayout(row)
        for widget, name in (
            (self.day, texts.TODAY_TAB),
            (self.plot, texts.TREND_TAB),
            (self.table, texts.SESSIONS_TAB),
            (self.notes, texts.NOTES_TAB),
        ):
            self.tabs.addTab(widget, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 24, 40, 16)
        layout.addWidget(self.title)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.hint)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusProxy(self.tabs)

    def show_weeks(self) -> None:
        """Read the history, and show it."""
        try:
            with History(self._file) as history:
                rows = history.sessions()
                day = dt.datetime.now().astimezone().date()
                programme = load_programme(programme_path())
                self.start.setVisible(programme.day_number(day) is None)
                self.today.setText(self._list(programme, history, day))
                self._trend(rows, retention(history))
        except LevelHipsError as error:
            self.trouble.emit(str(error))
            return
        self._fill(rows)

    def begin_programme(self) -> None:
        """Let the fourteen days begin today."""
        try:
            today = dt.datetime.now().astimezone().date()
            save_programme(replace(load_programme(programme_path()), start=today), programme_path())
        except LevelHipsError as error:
            self.trouble.emit(str(error))
        self.show_weeks()

    def keep_pain(self) -> None:
        """Note the pain of today, and say what it asks for."""
        try:
            with History(self._file) as history:
                diary, day = Diary(history), dt.datetime.now().astimezone().date()
                diary.add_pain(self.score.value(), self.moment.currentData())
                hint = pain_hint(diary.pain_today("before", day), diary.pain_today("after", day))
        except LevelHipsError as error:
            hint = str(error)
        if hint:
            self.trouble.emit(hint)

    @staticmethod
    def _list(programme: Any, history: History, day: dt.date) -> str:
        number, kind = programme.day_number(day), programme.kind(day)
        lines = [texts.DAY.format(number=number, days=programme.days, kind=texts.DAY_KIND[kind]) if number else texts.NO_DAY, ""]
        for todo in todays(programme, history, day):
            mark = "✓" if todo.done else "○"
            lines.append(f"{mark}  {texts.WHEN[todo.item.when]}: {todo.item.drill}, {todo.side}, {todo.item.sets} x {todo.item.reps}")
        if kind is DayKind.RUN:
            lines.append(f"{'✓' if history.ran_on(day) else '○'}  {texts.THE_RUN}")
        return "\n".join(lines)

    def _trend(self, rows: list[dict[str, Any]], kept: list[dict[str, Any]]) -> None:
        """A point for each run and side, its spread as a bar; hollow: minutes without sound of planned runs."""
        self.plot.clear()
        runs = [row for row in reversed(rows) if row["kind"] == "run"]
        for side in Side:
            points = [
                (_stamp(row["started"]), row["sides"][side.value]) for row in runs if row["sides"][side.value]["mean_deg"] is not None
            ]
            x, y = [at for at, _ in points], [one["mean_deg"] for _, one in points]
            pen = pg.mkPen(theme.SIDE[side], width=2)
            if x:
                heights = [2 * (one["sd_deg"] or 0.0) for _, one in points]
                self.plot.addItem(
                    pg.ErrorBarItem(x=_array(x), y=_array(y), height=_array(heights), pen=pg.mkPen(theme.SIDE[side], width=1))
                )
                self.plot.plot(x, y, pen=pen, symbol="o", symbolSize=10, symbolBrush=theme.SIDE[side], symbolPen=None)
            without = [(_stamp(row["started"]), row["without_deg"][side.value]) for row in kept if side.value in row["without_deg"]]
            if without:
                x, y = [at for at, _ in without], [value for _, value in without]
                self.plot.plot(x, y, pen=None, symbol="o", symbolSize=16, symbolBrush=None, symbolPen=pen)

    def _fill(self, rows: list[dict[str, Any]]) -> None:
        self.table.setRowCount(len(rows))
        for k, row in enumerate(rows):
            sides = [_drop(row["sides"].get(side.value)) for side in Side]
            at = dt.datetime.fromisoformat(row["started"]).astimezone().strftime("%Y-%m-%d %H:%M")
            for column, text in enumerate((at, in_words(row), f"{row['duration_s'] / 60:.0f}", *sides)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, row["file"])
                self.table.setItem(k, column, item)

    def _open_row(self, row: int) -> None:
        if (item := self.table.item(row, 0)) is not None:
            self.opened.emit(Path(item.data(Qt.ItemDataRole.UserRole)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        height = self.window().height()
        self.title.setStyleSheet(f"font-size: {theme.pixels(height, 0.05)}px")
        for widget in (self.day, self.tabs, self.table):
            widget.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px")
        self.notes.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE * 0.85)}px")
        self.hint.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px; color: {theme.DIM}")
        super().resizeEvent(event)


def _stamp(at: str) -> float:
    return dt.datetime.fromisoformat(at).timestamp()


def _array(values: list[float]) -> Any:
    import numpy as np

    return np.array(values, dtype=float)


def _drop(side: dict[str, Any] | None) -> str:
    return "" if side is None or side["mean_deg"] is None else f"{side['mean_deg']:.1f}°"
