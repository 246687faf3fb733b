"""What the pages of a running session share: they ask it, and pass keys on."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from levelhips.commands import Do
from levelhips.live.dispatch import Silenceable
from levelhips.live.session import Session
from levelhips.ui import theme

FRAME_MS = 16


class SessionPage(QWidget):
    """A page that follows a session, and its keys: Space, Z, S, and Q twice."""

    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.muted = False
        self._sounds: list[Silenceable] = []
        self._asked_to_end = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.refresh)

    def follow(self, session: Session, sounds: list[Silenceable]) -> None:
        """Show a session that runs."""
        self.session, self._sounds, self.muted, self._asked_to_end = session, sounds, False, False
        self._timer.start(FRAME_MS)
        self.setFocus()

    def leave(self) -> None:
        """Stop asking."""
        self._timer.stop()
        self.session = None

    def refresh(self) -> None:
        """Ask the session how it fares, and show it."""
        raise NotImplementedError

    def obey(self, key: int, session: Session) -> bool:
        """Take a key of this page's own; say whether it was one."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        session, key = self.session, event.key()
        if session is None:
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Q:
            if self._asked_to_end:
                self.ended.emit()
            self._asked_to_end = True
            return
        self._asked_to_end = False
        if key == Qt.Key.Key_Space:
            session.pause_or_go_on()
        elif key == Qt.Key.Key_Z:
            session.command(Do.ZERO)
        elif key == Qt.Key.Key_S:
            self.muted = not self.muted
            for sound in self._sounds:
                sound.mute(self.muted)
        elif not self.obey(key, session):
            super().keyPressEvent(event)

    def dress(self, *labels: tuple[QLabel, float, str]) -> None:
        """Give labels their share of the window's height, and their colour."""
        height = self.window().height()
        for label, share, colour in labels:
            label.setStyleSheet(f"color: {colour}; font-size: {theme.pixels(height, share)}px")


def say(label: QLabel, text: str) -> None:
    """Only what changed is drawn again."""
    if label.text() != text:
        label.setText(text)
