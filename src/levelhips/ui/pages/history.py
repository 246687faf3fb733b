"""Page of the history: today's exercises, the drop over weeks, all sessions, and the notes of the programme."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from levelhips.errors import LevelHipsError
from levelhips.history import Diary, History
from levelhips.history.weekly import retention
from levelhips.programme.hints import pain_hint
from levelhips.programme.programme import NOTES, DayKind, Programme
from levelhips.programme.store import load_programme, save_programme
from levelhips.programme.today import todays
from levelhips.settings.installed import title_of_drill
from levelhips.settings.paths import programme_path
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.labels import Label, size_text
from levelhips.ui.widgets.sessions_table import SessionsTable
from levelhips.ui.widgets.trend import TrendPlot
from levelhips.words import HIPS, words_for_value

NOTES_SHARE = 0.85  # of the small font: the longest text of the window must fit into 1280 x 800 without scrolling
SCROLLS = {
    Qt.Key.Key_Up: QScrollBar.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QScrollBar.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: QScrollBar.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QScrollBar.SliderAction.SliderPageStepAdd,
}  # keys that scroll the notes


class HistoryPage(QWidget):
    """Page with four tabs: today, trend, sessions and notes."""

    back, trouble = Signal(), Signal(str)
    opened = Signal(object)

    def __init__(self, history_file: Path) -> None:
        super().__init__()
        self._file = history_file
        self.title, self.hint = FitLabel(tr("ui.history")), FitLabel(tr("ui.history-hint"))
        self.today, self.notes = Label(), Label()
        self.notes.setText("\n\n".join(f"{note.title}: {note.text}" for note in NOTES))
        for label in (self.today, self.notes):
            label.setWordWrap(True)
            label.setMargin(24)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.day, self.plot, self.table, self.tabs = QWidget(), TrendPlot(), SessionsTable(), QTabWidget()
        self.table.opened.connect(self.opened)
        self.reading = QScrollArea()  # a small window has no room for all notes
        self.reading.setWidget(self.notes)
        self.reading.setWidgetResizable(True)
        self.reading.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QVBoxLayout(self.day)
        inside.addWidget(self.today, 1)
        inside.addLayout(self._actions())
        for widget, name in (
            (self.day, tr("ui.today-tab")),
            (self.plot, tr("ui.trend-tab")),
            (self.table, tr("ui.sessions-tab")),
            (self.reading, tr("ui.notes-tab")),
        ):
            self.tabs.addTab(widget, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 24, 40, 16)
        layout.addWidget(self.title)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.hint)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusProxy(self.tabs)

    def _actions(self) -> QHBoxLayout:
        """Return the row of controls that note pain and begin the programme."""
        self.score, self.moment, keep = QSpinBox(), QComboBox(), QPushButton(tr("ui.pain-keep"))
        self.score.setRange(0, 10)
        for moment, words in labels.MOMENTS.items():
            self.moment.addItem(words, moment)
        keep.clicked.connect(self.add_pain)
        row = QHBoxLayout()
        for widget in (Label(tr("ui.pain")), self.score, self.moment, keep):
            row.addWidget(widget)
        row.addStretch(1)
        self.start = QPushButton(tr("ui.begin"))
        self.start.clicked.connect(self.begin_programme)
        row.addWidget(self.start)
        return row

    def show_history(self) -> None:
        """Read the history and show it."""
        try:
            with History(self._file) as history:
                rows = history.sessions()
                self.table.show_sessions(rows)
                for damaged in history.damaged:
                    self.trouble.emit(str(damaged))
                day = dt.datetime.now().astimezone().date()
                programme = load_programme(programme_path())
                self.start.setVisible(programme.day_number(day) is None)
                self.today.setText(self._day_list(programme, history, day))
                self.plot.show_runs(rows, retention(history))
        except LevelHipsError as error:
            self.trouble.emit(str(error))
            return

    def begin_programme(self) -> None:
        """Begin the fourteen days today."""
        try:
            today = dt.datetime.now().astimezone().date()
            save_programme(replace(load_programme(programme_path()), start=today), programme_path())
        except LevelHipsError as error:
            self.trouble.emit(str(error))
        self.show_history()

    def add_pain(self) -> None:
        """Add the pain score to the diary, and show the advice that follows from the scores of today."""
        try:
            with History(self._file) as history:
                diary, day = Diary(history), dt.datetime.now().astimezone().date()
                diary.add_pain(self.score.value(), self.moment.currentData())
                hint = str(pain_hint(diary.pain_on(day, "before"), diary.pain_on(day, "after")) or "")
        except LevelHipsError as error:
            hint = str(error)
        if hint:
            self.trouble.emit(hint)

    @staticmethod
    def _day_list(programme: Programme, history: History, day: dt.date) -> str:
        number, kind = programme.day_number(day), programme.kind(day)
        place = tr("ui.day", number=number, days=programme.days, kind=labels.DAY_KINDS[kind]) if number else str(programme.outside(day))
        lines = [place, ""]
        for todo in todays(programme, history, day):
            mark = "✓" if todo.done else "○"
            item, title, hip = todo.item, title_of_drill(todo.item.drill), words_for_value(HIPS, todo.side)
            what = tr("ui.today-item", when=labels.ITEM_TIMES[item.when], title=title, hip=hip, sets=item.sets, reps=item.reps)
            lines.append(f"{mark}  {what}")
        if kind is DayKind.RUN:
            lines.append(f"{'✓' if history.ran_on(day) else '○'}  {tr('ui.the-run')}")
        return "\n".join(lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of this page; leave all others to Qt."""
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        elif event.key() in SCROLLS and self.tabs.currentWidget() is self.reading:
            self.reading.verticalScrollBar().triggerAction(SCROLLS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.TITLE_SHARE, self.title)
        size_text(theme.SMALL_SHARE, self.day, self.tabs, self.table)
        size_text(theme.SMALL_SHARE * NOTES_SHARE, self.notes)
        size_text(theme.SMALL_SHARE, self.hint, color=theme.DIM)
        super().resizeEvent(event)
