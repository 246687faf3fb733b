"""Table of all steps, or of the repetitions of a drill, with the metrics that are declared for the review."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from levelhips.analysis.installed_metrics import metrics
from levelhips.events import Mode, Quality, Rep, Side, Step
from levelhips.metrics import REVIEW, Measured, Metric
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.words import FAULT_NAMES, MODES, QUALITY, SIDES, words_for

TABLE_ROWS = 2000  # more than anyone scrolls through; the CSV has them all

PRECISION_ROWS = 50  # rows that Qt measures for the width of a column: figures of a column are about equally wide


class StepsTable(QTableWidget):
    """Table with one row for each step or repetition, in the color of its side; dim if it does not count."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self.setAccessibleName(tr("ui.steps-tab"))
        self.verticalHeader().setVisible(False)
        self.horizontalHeader().setResizeContentsPrecision(PRECISION_ROWS)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)

    def show_steps(self, steps: list[Step]) -> None:
        """List steps."""
        self._show(metrics().of(Step, REVIEW), [(step, step.side, step.quality is Quality.OK) for step in steps[:TABLE_ROWS]])

    def show_reps(self, reps: list[Rep]) -> None:
        """List repetitions."""
        self._show(metrics().of(Rep, REVIEW), [(rep, rep.side, rep.good) for rep in reps])

    def _show(self, columns: Sequence[Metric], rows: Sequence[tuple[Measured, Side, bool]]) -> None:
        self.setColumnCount(len(columns))
        self.setRowCount(len(rows))
        for column, metric in enumerate(columns):
            header = QTableWidgetItem(metric.title)
            header.setToolTip(f"{metric.help}\n{labels.sides_help()}" if metric.by_side or metric.field == "side" else str(metric.help))
            self.setHorizontalHeaderItem(column, header)
            for row, (event, side, good) in enumerate(rows):
                item = QTableWidgetItem(cell_text(metric, event))
                item.setForeground(QColor(theme.SIDE[side] if good else theme.DIM))
                self.setItem(row, column, item)
        self._divide()

    def _divide(self) -> None:
        """Divide the width evenly if each head then fits; else give each column what its head needs, and scroll."""
        header = self.horizontalHeader()
        widest = max(map(header.sectionSizeHint, range(header.count())), default=0)
        even = widest * header.count() <= self.viewport().width()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch if even else QHeaderView.ResizeMode.ResizeToContents)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the new width among the columns."""
        super().resizeEvent(event)
        self._divide()


def cell_text(metric: Metric, event: Measured) -> str:
    """Return a figure of an event for people: numbers in the metric's unit for display, kinds in words."""
    raw = getattr(event, metric.field) if isinstance(metric.field, str) else None
    if isinstance(raw, Side):
        return words_for(SIDES, raw)
    if isinstance(raw, Quality):
        return words_for(QUALITY, raw)
    if isinstance(raw, Mode):
        return words_for(MODES, raw)
    if metric.field == "form_faults" and isinstance(event, Rep):
        return ", ".join(words_for(FAULT_NAMES, fault) for fault in event.faults)
    value = metric.value(event)
    return value if isinstance(value, str) else metric.text(value)
