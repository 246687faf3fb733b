"""Text in widgets: show it as it is, set it only if it differs, and size it by the window's height."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from levelhips.ui import theme
from levelhips.untrusted import visible


class Label(QLabel):
    """Text as it is. Qt would take the name of a sensor or a file for HTML, and show its pictures and links."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show a text, without characters that are invisible or change the direction of writing."""
        super().setText(visible(text))


def set_text(label: QLabel, text: str) -> None:
    """Set a label's text; do nothing if it has not changed (setting it again would repaint the label)."""
    if label.text() != text:
        label.setText(text)


def size_text(share: float, *widgets: QWidget, color: str = "", extra: str = "") -> None:
    """Set the font size of widgets to a share of their window's height, optionally with a color and further style."""
    for widget in widgets:
        size = theme.pixels(widget.window().height(), share)
        widget.setStyleSheet(f"font-size: {size}px;" + (f" color: {color};" if color else "") + extra)


def shrinkable(*labels: QLabel) -> None:
    """Allow labels to become narrower than their text, so that a long text cannot widen the window."""
    for label in labels:
        label.setMinimumWidth(1)
