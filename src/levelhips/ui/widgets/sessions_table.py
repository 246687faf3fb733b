"""Table of all sessions in the history."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from levelhips.events import Side
from levelhips.history import SessionRow
from levelhips.history.session_row import SideRow
from levelhips.history.weekly import beeps_of, faults_of, in_words
from levelhips.text import number
from levelhips.ui import labels
from levelhips.words import stance_drop

FAULTS = 6  # column of the faults


class SessionsTable(QTableWidget):
    """Table with one row for each session; Enter or a double click opens it.

    The column of faults is shown only if some session has one.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__(0, len(labels.session_columns()))
        self.setHorizontalHeaderLabels(list(labels.session_columns()))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        for column, side in ((3, Side.LEFT), (4, Side.RIGHT)):
            header = QTableWidgetItem(labels.session_columns()[column])
            header.setToolTip(stance_drop(side))
            self.setHorizontalHeaderItem(column, header)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)  # a date must not be cut off
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in range(2, self.columnCount()):
            self.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)  # a long description is wrapped
        self.cellActivated.connect(self._open)

    def show_sessions(self, rows: list[SessionRow]) -> None:
        """List sessions, the newest first."""
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            at = dt.datetime.fromisoformat(row.started).astimezone().strftime("%Y-%m-%d %H:%M")
            drops = [_drop(row.sides.get(side.value)) for side in Side]
            for column, text in enumerate((at, in_words(row), f"{row.duration_s / 60:.0f}", *drops, beeps_of(row), faults_of(row))):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, row.file)
                self.setItem(place, column, item)
        self.setColumnHidden(FAULTS, not any(row.faults for row in rows))

    def _open(self, row: int) -> None:
        if (item := self.item(row, 0)) is not None:
            self.opened.emit(Path(item.data(Qt.ItemDataRole.UserRole)))


def _drop(side: SideRow | None) -> str:
    return "" if side is None or side.mean_deg is None else f"{number(side.mean_deg, '.1f')}°"
