"""Base of the pages that show a running session: poll it, and pass keys on to it."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from levelhips.commands import Do
from levelhips.live.dispatcher import Silenceable
from levelhips.live.keys import STILL_LEARNING, Action, Where, action_of, mark_line
from levelhips.live.session import Session
from levelhips.live.snapshot import Snapshot
from levelhips.words import fault_message

FRAME_MS = 16  # 60 frames a second, as most displays show
ANSWER_SHOWN_S = 4.0  # as in the terminal: long enough to be read in a run
KEY_NAMES = {
    int(Qt.Key.Key_Space): "space",
    int(Qt.Key.Key_Up): "up",
    int(Qt.Key.Key_Down): "down",
    int(Qt.Key.Key_Left): "left",
    int(Qt.Key.Key_Right): "right",
}
THRESHOLD_STEPS = {Action.RAISE_THRESHOLD: 1, Action.LOWER_THRESHOLD: -1}
COMMANDS = {Action.ZERO: Do.ZERO, Action.MARK: Do.MARK, Action.NEXT: Do.NEXT}


class SessionPage(QWidget):
    """Base of the pages of a session: it polls the session and handles the keys of `levelhips.live.keys`.

    Q ends the session only when it is pressed twice. A key that is held down acts once; only the threshold goes on moving.
    """

    ended = Signal()
    where: Where  # the view whose keys the page handles

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.muted = False
        self._sounds: list[Silenceable] = []
        self._asked_to_end = False
        self._marks, self._answer, self._answered_s = 0, "", -math.inf
        self._failing = ""  # what failed at the last refresh
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.refresh)

    def follow(self, session: Session, sounds: list[Silenceable]) -> None:
        """Show a running session."""
        self.session, self._sounds, self.muted, self._asked_to_end = session, sounds, False, False
        self._marks, self._answer, self._failing = 0, "", ""
        self._timer.start(FRAME_MS)
        self.setFocus()

    def leave(self) -> None:
        """Stop polling the session."""
        self._timer.stop()
        self.session = None

    def refresh(self) -> None:
        """Poll the session and show its state."""
        raise NotImplementedError

    def show_ending(self) -> None:
        """Show that the session is being ended."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of this page; leave all others to Qt."""
        session = self.session
        action = None if session is None else action_of(_name_of(event), self.where)
        if session is None or action is None:
            super().keyPressEvent(event)
            return
        if event.isAutoRepeat() and action not in THRESHOLD_STEPS:  # something may lie on the key
            return
        if action is Action.END:
            if self._asked_to_end:
                self.ended.emit()
            self._asked_to_end = True
            return
        self._asked_to_end = False
        self._do(action, session)

    def _do(self, action: Action, session: Session) -> None:
        if action is Action.PAUSE:
            session.pause_or_go_on()
        elif action in THRESHOLD_STEPS:
            if not session.move_threshold(THRESHOLD_STEPS[action]):
                self._say(str(STILL_LEARNING))
        elif action is Action.MUTE:
            self.muted = not self.muted
            session.mute(self.muted)
        elif action in COMMANDS:
            session.command(COMMANDS[action])
            if action is Action.MARK:
                self._marks += 1
                self._say(mark_line(self._marks, session.state.snapshot().now_s))

    def _say(self, answer: str) -> None:
        self._answer, self._answered_s = answer, time.monotonic()

    def failing(self, snapshot: Snapshot) -> str:
        """Return what fails now; empty if nothing does. What begins to fail ends the answer to a key: it must be shown within 2 s."""
        before, self._failing = self._failing, fault_message(snapshot.health)
        if self._failing not in ("", before):
            self._answered_s = -math.inf
        return self._failing

    @property
    def answer(self) -> str:
        """The answer to a key that was just pressed, such as ``Mark 3 at 2:41``; empty after a while."""
        return self._answer if time.monotonic() - self._answered_s < ANSWER_SHOWN_S else ""


def _name_of(event: QKeyEvent) -> str:
    """Return the name of a key as in the table of keys; empty for those with Ctrl, Alt or Meta, which belong to the system."""
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    if event.modifiers() & held:
        return ""
    return KEY_NAMES.get(event.key(), event.text())
