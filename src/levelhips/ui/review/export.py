"""Export of a review: all tables, and pictures of the page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from levelhips.analysis import Analysis
from levelhips.errors import RecordingError
from levelhips.export.tables import write_tables
from levelhips.files import write_bytes


def export_review(analysis: Analysis, folder: Path, page: QWidget, overview: QGraphicsView) -> None:
    """Write the tables of an analysis, the page as PNG and its overview as SVG into a folder.

    Raises
    ------
    LevelHipsError
        If the folder cannot be written to.
    """
    write_tables(analysis, folder)
    try:
        # Qt itself would write in place, and only return False for a full disk.
        write_bytes(folder / "review.png", _png(page))
        write_bytes(folder / "drops.svg", _svg(overview))
    except OSError as error:
        raise RecordingError("cannot-write-results", folder=folder, reason=error.strerror) from error


def _png(page: QWidget) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    page.grab().save(buffer, "PNG")
    buffer.close()
    return bytes(data.data())


def _svg(overview: QGraphicsView) -> bytes:
    """Return a view as SVG. The exporter of pyqtgraph fails on curves that are drawn as steps."""
    data = QByteArray()
    buffer = QBuffer(data)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(overview.size())
    drawing.setViewBox(overview.rect())
    painter = QPainter(drawing)
    overview.render(painter)
    painter.end()
    return bytes(data.data())
