"""Table of all steps, or of the repetitions of a drill."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from levelhips.events import Quality, Rep, Step
from levelhips.ui import texts, theme

TABLE_ROWS = 2000  # more than anyone scrolls through; the CSV has them all


class StepsTable(QTableWidget):
    """One row for each step or repetition, in the color of its side; dim if it does not count."""

    def __init__(self) -> None:
        super().__init__(0, len(texts.COLUMNS))
        self.setHorizontalHeaderLabels(list(texts.COLUMNS))
        self.setAccessibleName(texts.STEPS_TAB)
        self.verticalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)

    def show_steps(self, steps: list[Step]) -> None:
        """List steps."""
        self._begin(texts.COLUMNS, min(len(steps), TABLE_ROWS))
        for row, step in enumerate(steps[:TABLE_ROWS]):
            good = step.quality is Quality.OK
            values = (
                f"{step.at_s:.2f}",
                step.side.value,
                f"{step.drop_deg:.2f}",
                f"{math.degrees(step.drop_sd_rad):.2f}",
                f"{1000 * step.contact_time_s:.0f}" if math.isfinite(step.contact_time_s) else "",
                "" if good else step.quality.value,
            )
            self._fill(row, values, theme.SIDE[step.side] if good else theme.DIM)

    def show_reps(self, reps: list[Rep]) -> None:
        """List repetitions."""
        self._begin(texts.REP_COLUMNS, len(reps))
        for row, rep in enumerate(reps):
            values = (f"{rep.at_s:.1f}", rep.side.value, f"{rep.range_deg:.1f}", f"{rep.tempo_s:.1f}", str(rep.set_n), rep.cheats)
            self._fill(row, values, theme.SIDE[rep.side] if rep.good else theme.DIM)

    def _begin(self, columns: Sequence[str], rows: int) -> None:
        self.setColumnCount(len(columns))
        self.setHorizontalHeaderLabels(list(columns))
        self.setRowCount(rows)

    def _fill(self, row: int, values: Sequence[str], color: str) -> None:
        for column, value in enumerate(values):
            item = QTableWidgetItem(value)
            item.setForeground(QColor(color))
            self.setItem(row, column, item)
