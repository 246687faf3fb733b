"""First page: run, drill or review."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.widgets.fitting import FitLabel, fitting_px
from levelhips.ui.widgets.labels import size_text

MARGIN_PX, GAP_PX = 60, 30  # around the buttons, and between them
BUTTON_EDGE_PX = 48  # border and padding of a button (theme.STYLE), and what Qt adds


class StartPage(QWidget):
    """Three large buttons, also reached by Tab and Enter or their letter; H opens the history."""

    run, drill, review, history = Signal(), Signal(), Signal(), Signal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        whole, layout = QVBoxLayout(self), QHBoxLayout()
        whole.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, 20)
        whole.addLayout(layout, 1)
        self.hint = FitLabel(tr("ui.start-hint"))
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        whole.addWidget(self.hint)
        layout.setSpacing(GAP_PX)
        for name, about, signal in (
            (tr("ui.run"), tr("ui.run-about"), self.run),
            (tr("ui.drill"), tr("ui.drill-about"), self.drill),
            (tr("ui.review"), tr("ui.review-about"), self.review),
        ):
            button = QPushButton(f"{name}\n\n{about}")
            button.setMinimumWidth(100)
            button.setAccessibleName(name)
            button.setAccessibleDescription(about)
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Expanding)
            button.clicked.connect(signal)
            button.setAutoDefault(True)
            layout.addWidget(button)
            self.buttons.append(button)
        self.setFocusProxy(self.buttons[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of this page; leave all others to Qt."""
        for button, letter in zip(self.buttons, "rdv", strict=True):
            if event.text().lower() == letter:
                button.click()
                return
        if event.text().lower() == "h":
            self.history.emit()
            return
        super().keyPressEvent(event)

    def _fit_buttons(self) -> None:
        """Give all three buttons the largest font size at which none of their texts is too wide."""
        room = (self.width() - 2 * MARGIN_PX - 2 * GAP_PX) / 3 - BUTTON_EDGE_PX
        size = min(fitting_px(button.font(), button.text(), room) for button in self.buttons)
        size_text(size / max(self.window().height(), 1), *self.buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.HEAD_SHARE, *self.buttons)
        self._fit_buttons()
        size_text(theme.SMALL_SHARE, self.hint, color=theme.DIM)
        super().resizeEvent(event)
