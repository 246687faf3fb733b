"""Find text that does not fit into its widget, and stretch the texts of a catalog as a wordier language would."""

from __future__ import annotations

import re
from gettext import NullTranslations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QHeaderView, QLabel, QPushButton, QTabBar, QWidget

from levelhips.ui.widgets.fitting import FitLabel

MIN_READABLE_PX = 14  # a label that becomes smaller to fit must stay readable: size of an axis in the window
SLACK_PX = 2  # rounding of fonts
FILLER = "größer über Maß übrig für Fülle, "  # words of a German length, with umlauts
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


def clipped(root: QWidget) -> list[str]:
    """Return what does not fit among the visible widgets of a window: its text, with the size that it needs and has."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if not widget.isVisible() or not widget.width():
            continue
        for text, needed, given in _sizes(widget):
            if needed[0] > given[0] + SLACK_PX or needed[1] > given[1] + SLACK_PX:
                found.append(f"{type(widget).__name__} {text!r} needs {needed}, has {given}")
    return found


def _sizes(widget: QWidget) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:  # noqa: PLR0911 - one for each kind
    """Return the texts of a widget, with the width and height that each needs and has."""
    if isinstance(widget, FitLabel):
        return [(widget.text(), (MIN_READABLE_PX, 0), (widget.shown_px, 0))] if widget.text() else []
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
    if isinstance(widget, QHeaderView) and widget.orientation() is Qt.Orientation.Horizontal:
        model = widget.model()
        return [
            (str(model.headerData(at, widget.orientation())), (widget.sectionSizeHint(at), 0), (widget.sectionSize(at), 0))
            for at in range(widget.count())
        ]
    if isinstance(widget, pg.PlotWidget):
        title = widget.plotItem.titleLabel
        box, given = title.item.boundingRect(), (widget.width(), title.maximumHeight())
        return [(title.text, (box.width(), box.height()), given)] if title.isVisible() and title.text else []
    assert not isinstance(widget, QAbstractButton) or not widget.text(), f"{type(widget)} is not measured"
    return []


def _label(label: QLabel) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:
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
