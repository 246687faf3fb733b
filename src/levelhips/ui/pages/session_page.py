"""Base of the pages that show a running session: poll it, and pass keys on to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from levelhips.commands import Do
from levelhips.live.dispatch import Silenceable
from levelhips.live.session import Session

FRAME_MS = 16  # 60 pictures a second, as the display


class SessionPage(QWidget):
    """Page that polls a session, with its keys: Space, Z, S, and Q twice."""

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
        """Show a running session."""
        self.session, self._sounds, self.muted, self._asked_to_end = session, sounds, False, False
        self._timer.start(FRAME_MS)
        self.setFocus()

    def leave(self) -> None:
        """Stop polling the session."""
        self._timer.stop()
        self.session = None

    def refresh(self) -> None:
        """Poll the session and show its state."""
        raise NotImplementedError

    def handle_key(self, key: int, session: Session) -> bool:
        """Handle a key of this page only; return whether it was one."""
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
        elif not self.handle_key(key, session):
            super().keyPressEvent(event)
