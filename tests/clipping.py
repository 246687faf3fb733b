"""Find text that does not fit into its widget, and stretch the texts of a catalog as a wordier language would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QGraphicsTextItem,
    QHeaderView,
    QLabel,
    QListWidget,
    QPushButton,
    QTabBar,
    QTableView,
    QWidget,
)

from levelhips.ui import theme
from levelhips.ui.widgets.fitting import FitLabel

CELL_PADDING_PX = 3  # of a cell of a table, on each side: what Qt leaves empty
ROW_PADDING_PX = 12  # of a row of a list, on each side (theme.STYLE)
MIN_READABLE_PX = 14  # a text that becomes smaller to fit must stay readable: size of an axis in the window
SLACK_PX = 2  # rounding of fonts
FILLER = "größer über Maß übrig für Fülle, "  # words of a German length, with umlauts
CELL_ROWS = 40  # of a table: those that a window may show; a run has thousands
NOT_WORDS = re.compile(r"\{[^}]*\}|&\w+;|<[^>]*>")


class Longer(NullTranslations):
    """A catalog whose messages are 40 % longer than those of another; fields, markup and line breaks stay."""

    def __init__(self, catalog: NullTranslations) -> None:
        super().__init__()
        self._catalog = catalog

    def gettext(self, message: str) -> str:
        return longer(message, self._catalog.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return longer(msgid1, self._catalog.ngettext(msgid1, msgid2, n))


def longer(key: str, message: str) -> str:
    """Return a message 40 % longer; as it is if there is no message, or nothing to read in it."""
    if message == key or not re.search("[a-z]{2}", NOT_WORDS.sub("", message)):
        return message
    lines = message.split("\n")
    return "\n".join(line + (" " + FILLER * 9)[: round(0.4 * len(NOT_WORDS.sub("", line)))].rstrip() for line in lines)


Size = tuple[float, float]
Found = tuple[str, Size, Size]  # a text, with the width and height that it needs and has


def readable_px(root: QWidget) -> int:
    """Return the smallest font size [px] in which a text may be drawn: in a small window, that of its small font."""
    return min(MIN_READABLE_PX, theme.pixels(root.window().height(), theme.SMALL_SHARE))


def clipped(root: QWidget) -> list[str]:
    """Return what does not fit among the visible widgets of a window: its text, with the size that it needs and has."""
    found = [f"painted {text!r} needs {needed}, has {given}" for text, needed, given in painted(root) if too_large(needed, given)]
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible() and widget.width():
            sizes = _sizes(widget)
            found += [
                f"{type(widget).__name__} {text!r} needs {needed}, has {given}" for text, needed, given in sizes if too_large(needed, given)
            ]
    return found


def too_large(needed: Size, given: Size) -> bool:
    """Return whether a text needs more than it has."""
    return needed[0] > given[0] + SLACK_PX or needed[1] > given[1] + SLACK_PX


# ---- text that is painted into a rectangle


def painted(root: QWidget) -> list[Found]:
    """Paint a window, and return the texts that its widgets draw into rectangles: Qt cuts off what is outside of them."""
    found: list[Found] = []
    with _drawn_texts(found, readable_px(root)):
        root.grab()
    return found


@contextmanager
def _drawn_texts(found: list[Found], least_px: int) -> Iterator[None]:
    draw = QPainter.drawText

    def noted(painter: QPainter, *args: object) -> object:
        room, flags, text = (*args, None, None)[:3]
        # pyqtgraph lets the labels of ticks exceed their rectangles; `_plot` looks at their places.
        if isinstance(room, QRectF) and isinstance(text, str) and text and not int(flags) & Qt.TextFlag.TextDontClip:
            box = QFontMetricsF(painter.font()).boundingRect(room, int(flags), text)
            found.append((text, (box.width(), box.height()), (room.width(), room.height())))
            found.append((f"{text} (font size)", (least_px, 0), (painter.font().pixelSize(), 0)))
        return draw(painter, *args)

    QPainter.drawText = noted
    try:
        yield
    finally:
        QPainter.drawText = draw


# ---- text of widgets


def _sizes(widget: QWidget) -> list[Found]:  # noqa: PLR0911 - one for each kind
    """Return the texts of a widget, with the width and height that each needs and has."""
    if isinstance(widget, FitLabel):
        return [(widget.text(), (readable_px(widget), 0), (widget.shown_px, 0))] if widget.text() else []
    if isinstance(widget, QLabel):
        return _label(widget) if widget.text() else []
    if isinstance(widget, QPushButton | QCheckBox):
        hint = widget.sizeHint()
        return [(widget.text(), (hint.width(), hint.height()), (widget.width(), widget.height()))]
    if isinstance(widget, QComboBox):
        wanted = widget.fontMetrics().horizontalAdvance(widget.currentText()) + 40  # the arrow and the padding
        return [(widget.currentText(), (wanted, 0), (widget.width(), 0))]
    if isinstance(widget, QTabBar):
        return [
            (text, (widget.fontMetrics().horizontalAdvance(text), widget.tabRect(at).right()), (widget.tabRect(at).width(), widget.width()))
            for at, text in enumerate(map(widget.tabText, range(widget.count())))
        ]
    if isinstance(widget, QHeaderView):
        return _header(widget) if widget.orientation() is Qt.Orientation.Horizontal else []
    if isinstance(widget, QListWidget):
        return _rows(widget)
    if isinstance(widget, QTableView):
        return _cells(widget)
    if isinstance(widget, pg.PlotWidget):
        return _plot(widget)
    assert not isinstance(widget, QAbstractButton) or not widget.text(), f"{type(widget)} is not measured"
    return []


def _header(header: QHeaderView) -> list[Found]:
    model = header.model()
    return [
        (str(model.headerData(at, header.orientation())), (header.sectionSizeHint(at), 0), (header.sectionSize(at), 0))
        for at in range(header.count())
    ]


def _rows(rows: QListWidget) -> list[Found]:
    """Return the rows of a list: what a scroll bar at the bottom would have to show counts as cut off."""
    found, beyond = [], rows.horizontalScrollBar().maximum()
    for item in map(rows.item, range(rows.count())):
        box, text = rows.visualItemRect(item), item.text()
        room = box.width() - beyond - 2 * ROW_PADDING_PX
        flags = Qt.TextFlag.TextWordWrap if rows.wordWrap() else Qt.TextFlag.TextSingleLine
        needed = rows.fontMetrics().boundingRect(0, 0, room, 10_000, int(flags), text)
        found.append((text, (needed.width(), needed.height()), (room, box.height())))
    return found


def _cells(table: QTableView) -> list[Found]:
    """Return the cells of the first rows of a table; the columns may be wider than the table, for it can be scrolled."""
    found, model = [], table.model()
    flags = int(Qt.TextFlag.TextWordWrap if table.wordWrap() else Qt.TextFlag.TextSingleLine)
    for row in range(min(model.rowCount(), CELL_ROWS)):
        for column in range(model.columnCount()):
            text, room = model.index(row, column).data(), table.columnWidth(column) - 2 * CELL_PADDING_PX
            if text:
                needed = table.fontMetrics().boundingRect(0, 0, room, 10_000, flags, text)
                found.append((text, (needed.width(), needed.height()), (room, table.rowHeight(row))))
    return found


def _plot(plot: pg.PlotWidget) -> list[Found]:
    """Return title, labels and words of a plot at their places, and the plot itself: all must be inside its widget."""
    item, found = plot.plotItem, []
    if item.titleLabel.isVisible() and item.titleLabel.text:
        found.append((item.titleLabel.text, _place(item.titleLabel.item)))
    found.append(("the curves", item.vb.sceneBoundingRect()))
    found += [(one.toPlainText(), one.sceneBoundingRect()) for one in plot.scene().items() if isinstance(one, pg.TextItem)]
    painter = QPainter(shown := QPixmap(8, 8))
    for axis in (plot.getAxis(name) for name in ("left", "bottom")):
        if axis.label.isVisible():
            found.append((axis.labelText, _place(axis.label)))
        painter.setFont(axis.style["tickFont"] or painter.font())
        *_, ticks = axis.generateDrawSpecs(painter) or ([],)
        found += [(text, axis.mapRectToScene(box)) for box, _, text in ticks]
    painter.end()
    del shown
    room = QRectF(plot.rect())
    return [(text, (box.united(room).width(), box.united(room).height()), (room.width(), room.height())) for text, box in found]


def _place(item: QGraphicsTextItem) -> QRectF:
    """Return where the words of an item are, without the empty margin around them."""
    margin = item.document().documentMargin()
    return item.sceneBoundingRect().adjusted(margin, margin, -margin, -margin)


def _label(label: QLabel) -> list[Found]:
    room = label.contentsRect()
    margin = 2 * label.margin()
    given = (room.width() - margin, room.height() - margin)
    text, metrics = label.text(), label.fontMetrics()
    if re.search("</|<br>|&nbsp;", text):
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(label.font())
        document.setHtml(text)
        if label.wordWrap():
            document.setTextWidth(given[0])
        return [(text, (document.idealWidth(), document.size().height()), given)]
    flags = Qt.TextFlag.TextWordWrap if label.wordWrap() else 0
    box = metrics.boundingRect(0, 0, given[0] if label.wordWrap() else 100_000, 100_000, int(flags), text)
    return [(text, (box.width(), box.height()), given)]
