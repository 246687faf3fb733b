"""Page of a drill: what to do next, a large counter on a dial, and the result at the end."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from levelhips.events import LinkState, Phase
from levelhips.live.dispatcher import Silenceable
from levelhips.live.drill_snapshot import DrillSnapshot
from levelhips.live.freshness import current
from levelhips.live.keys import Where, keys_line
from levelhips.live.session import Session
from levelhips.live.snapshot import Snapshot
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.pages.session_page import SessionPage
from levelhips.ui.widgets.arc import Arc
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.labels import Label, set_text, shrinkable, size_text
from levelhips.words import HIPS, LINK_STATES, link_message, sound_state, words_for

DONE_SHOWN_S = 3.0  # how long the last count and "Done" stay before the result replaces them: as long as the closing sound


class DrillPage(SessionPage):
    """Page that shows a running drill, then its result."""

    again, other, back = Signal(), Signal(), Signal()
    where = Where.DRILL

    def __init__(self) -> None:
        super().__init__()
        self.head, self.state, self.prompt, self.figures = FitLabel(), FitLabel(), Label(), FitLabel()
        self.result, self.hint = Label(), FitLabel(keys_line(self.where, capitals=True))
        self.arc = Arc()
        self._ended = False  # whether a result is shown
        top = QHBoxLayout()
        top.addWidget(self.head)
        top.addStretch(1)
        top.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 10)
        layout.addLayout(top)
        layout.addWidget(self.prompt)
        layout.addWidget(self.arc, 1)
        layout.addWidget(self.result, 1)
        layout.addWidget(self.figures)
        layout.addWidget(self.hint)
        for label in (self.prompt, self.result):
            label.setWordWrap(True)
        for label in (self.prompt, self.figures, self.result, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shrinkable(self.prompt, self.result)

    def follow(self, session: Session, sounds: list[Silenceable]) -> None:
        """Show a running session."""
        self._ended = False
        self.result.hide()
        self.arc.show()
        set_text(self.hint, keys_line(self.where, capitals=True))
        super().follow(session, sounds)

    def show_ending(self) -> None:
        """Show that the session is being ended."""
        self._ended = False
        set_text(self.prompt, tr("ui.ending"))

    def show_result(self, lines: list[str]) -> None:
        """Show the result of the drill."""
        self._ended = True
        self.arc.hide()
        self.result.show()
        set_text(self.prompt, tr("ui.drill-done"))
        set_text(self.result, "\n".join(lines))
        set_text(self.figures, "")
        set_text(self.state, "")
        set_text(self.hint, tr("ui.result-hint"))
        self.setFocus()

    def refresh(self) -> None:
        """Poll the session and show its state."""
        session = self.session
        if session is None:
            return
        snapshot, link = current(session.state), session.link
        drill = snapshot.drill
        set_text(self.state, "    ".join([words_for(LINK_STATES, link.state), sound_state(snapshot.health, muted=self.muted)]))
        set_text(self.hint, self.failing(snapshot) or keys_line(self.where, capitals=True))
        if drill is None or link.state is not LinkState.STREAMING:
            set_text(
                self.prompt,
                tr("ui.end-question")
                if self._asked_to_end
                else link_message(link.reason, link.error) or words_for(LINK_STATES, link.state),
            )
        if drill is not None:
            self._show_drill(snapshot, drill, streaming=link.state is LinkState.STREAMING)
        done = drill is not None and drill.phase is Phase.DONE and snapshot.now_s - drill.phase_s > DONE_SHOWN_S
        if done or session.join(0):
            self._timer.stop()
            self.ended.emit()

    def _show_drill(self, snapshot: Snapshot, drill: DrillSnapshot, *, streaming: bool) -> None:
        set_text(self.head, tr("ui.drill-head", title=drill.title, hip=HIPS[drill.side], set_n=drill.set_n, sets=drill.sets))
        if self._asked_to_end:
            set_text(self.prompt, tr("ui.end-question"))
        elif self.answer:
            set_text(self.prompt, self.answer)
        elif streaming:
            # A triangle marks a fault, as it marks a step over the threshold: not everyone sees colors.
            wrong = "▲ " if drill.fault_at(snapshot.now_s) else ""
            set_text(self.prompt, snapshot.missing.get(drill.side) or wrong + drill.what_next(snapshot.now_s))
        self.arc.show_snapshot(snapshot)
        figures = tr("ui.drill-counts", good=drill.good, faulty=drill.faulty)
        if math.isfinite(drill.range_deg):
            figures = tr("ui.drill-last", range=drill.range_deg, tempo=drill.tempo_s) + figures
        set_text(self.figures, figures)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle A (again), O (other side) and Esc (back) while a result is shown, else the keys of a session."""
        after = {Qt.Key.Key_Escape: self.back, Qt.Key.Key_A: self.again, Qt.Key.Key_O: self.other}
        act = after.get(Qt.Key(event.key())) if self._ended else None
        if act is not None:
            act.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.HEAD_SHARE, self.head, color=theme.DIM)
        size_text(theme.SMALL_SHARE, self.state, self.hint, color=theme.DIM)
        size_text(theme.TITLE_SHARE, self.prompt, color=theme.TEXT)
        size_text(theme.HEAD_SHARE, self.result, self.figures, color=theme.TEXT)
        super().resizeEvent(event)
