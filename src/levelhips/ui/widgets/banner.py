"""A line across the top of the window that shows a problem and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.widgets.labels import Label


class Banner(QWidget):
    """Message that stays until the user closes it or the next session begins."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Label()
        self.words.setWordWrap(True)
        close = QPushButton(tr("ui.dismiss"))
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.addWidget(self.words, 1)
        layout.addWidget(close)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"background: {theme.LINE}; font-size: 18px")
        self.hide()

    def say(self, text: str) -> None:
        """Show a message."""
        self.words.setText(text)
        self.setAccessibleName(text)
        self.show()
