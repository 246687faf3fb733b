"""Export of a review: all tables, and pictures of the page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from levelhips.analysis import Analysis
from levelhips.export.tables import write_tables


def export_review(analysis: Analysis, folder: Path, page: QWidget, overview: QGraphicsView) -> None:
    """Write the tables of an analysis, the page as PNG and its overview as SVG into a folder.

    Raises
    ------
    LevelHipsError
        If the folder cannot be written to.
    """
    write_tables(analysis, folder)
    page.grab().save(str(folder / "review.png"))
    # The exporter of pyqtgraph fails on curves that are drawn as steps.
    drawing = QSvgGenerator()
    drawing.setFileName(str(folder / "drops.svg"))
    drawing.setSize(overview.size())
    drawing.setViewBox(overview.rect())
    painter = QPainter(drawing)
    overview.render(painter)
    painter.end()
