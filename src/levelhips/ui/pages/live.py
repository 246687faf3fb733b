"""Page of a run: two numbers that can be read from two meters, the last steps, and the last seconds of the pelvis."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from levelhips.events import LinkState, Quality, Side
from levelhips.live.dispatcher import Silenceable
from levelhips.live.freshness import current
from levelhips.live.keys import Where, keys_line
from levelhips.live.session import Session
from levelhips.live.snapshot import Snapshot
from levelhips.sensors.source import LinkStatus
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.pages.session_page import SessionPage
from levelhips.ui.widgets.bars import Bars
from levelhips.ui.widgets.card import Card
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.labels import set_text, size_text
from levelhips.ui.widgets.trace import TracePlot
from levelhips.words import LINK_STATES, QUALITY_ADVICE, block_line, link_message, sound_state, words_for

FLASH_S = 0.35  # how long a card lights up with a beep: about as long as the beep lasts
STAND_S = 3.0  # standing still takes this long until the standing zero is known (docs/accuracy.md)
HEAD_GAP_PX = 24  # gap between the figures in the line at the top
HEAD_EDGES_PX = 70  # left and right of that line, and between its labels
STATE_GAP = "    "  # between the parts of the state
TICK_SHARE = 0.9  # font of the axes as a share of the small font: they are read last


class LivePage(SessionPage):
    """Page that shows a running session, with one line of advice."""

    where = Where.RUN

    def __init__(self) -> None:
        super().__init__()
        self._cues = 0
        self._flash_until: dict[Side, float] = dict.fromkeys(Side, -math.inf)
        self.clock, self.cadence, self.small, self.state = FitLabel(), FitLabel(), FitLabel(), FitLabel()
        self.hint, self.message = FitLabel(keys_line(self.where, capitals=True)), FitLabel()
        self.cards = {side: Card(side) for side in Side}
        self.bars, self.trace = Bars(), TracePlot()
        head = QHBoxLayout()
        self.head = (self.clock, self.cadence, self.small, self.state)
        for label in self.head[:-1]:
            head.addWidget(label)
            head.addSpacing(HEAD_GAP_PX)
        for label in (self.clock, self.cadence):  # what a runner needs most keeps its size
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
            label.setMinimumWidth(0)  # Qt then takes the width of the text
        head.addStretch(1)
        head.addWidget(self.state)
        middle = QHBoxLayout()
        middle.addWidget(self.cards[Side.LEFT], 10)
        middle.addWidget(self.bars, 9)
        middle.addWidget(self.cards[Side.RIGHT], 10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 10)
        layout.addLayout(head)
        layout.addLayout(middle, 12)
        layout.addWidget(self.message)
        layout.addWidget(self.trace, 8)
        layout.addWidget(self.hint)
        for label in (self.message, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.frames = 0

    def follow(self, session: Session, sounds: list[Silenceable]) -> None:
        """Show a running session."""
        self._cues = 0
        super().follow(session, sounds)

    def show_ending(self) -> None:
        """Show that the session is being ended."""
        set_text(self.message, tr("ui.ending"))

    def refresh(self) -> None:
        """Poll the session and show its state."""
        session = self.session
        if session is None:
            return
        self.frames += 1
        snapshot = current(session.state)
        if snapshot.cues != self._cues and snapshot.last_cue is not None:
            self._cues = snapshot.cues
            if not self.muted:
                self._flash_until[snapshot.last_cue.side] = snapshot.last_cue.known_s + FLASH_S
        for side, card in self.cards.items():
            card.show_snapshot(snapshot, flash=snapshot.now_s < self._flash_until[side] and not snapshot.missing)
        self.bars.show_snapshot(snapshot)
        self.trace.show_trace(session.state.trace(), snapshot)
        self._show_head(snapshot)
        self._fit_head(self._state(session, snapshot))
        set_text(self.message, self._message(snapshot, session.link))
        if session.join(0):
            self._timer.stop()
            self.ended.emit()

    def _show_head(self, snapshot: Snapshot) -> None:
        minutes, seconds = divmod(max(snapshot.now_s, 0.0), 60)
        set_text(self.clock, f"{int(minutes)}:{int(seconds):02d}")
        target = tr("ui.target", target=snapshot.target_spm) if math.isfinite(snapshot.target_spm) else ""
        cadence = (
            tr("ui.cadence", cadence=snapshot.cadence_spm) + target if math.isfinite(snapshot.cadence_spm) else snapshot.missing_cadence
        )
        set_text(self.cadence, cadence)
        known = math.isfinite(snapshot.rotation_deg)
        set_text(self.small, tr("ui.small", rotation=snapshot.rotation_deg, tilt=snapshot.tilt_deg) if known else "")

    def _fit_head(self, state: str) -> None:
        """Show the state of the session at the top; without room for it, hide rotation and tilt, then divide it into two lines."""
        *figures, small = (label.fontMetrics().horizontalAdvance(label.text()) + HEAD_GAP_PX for label in self.head[:-1])
        room = self.contentsRect().width() - HEAD_EDGES_PX - sum(figures)
        px = max(self.state.font().pixelSize(), 1)
        needed = self.state.fontMetrics().horizontalAdvance(state) * min(theme.READABLE_PX, px) / px  # it may become smaller
        self.small.setVisible(needed + small <= room)
        parts = state.split(STATE_GAP)
        half = (len(parts) + 1) // 2
        lines = [state] if needed <= room else [STATE_GAP.join(parts[:half]), STATE_GAP.join(parts[half:])]
        set_text(self.state, "\n".join(lines))

    def _state(self, session: Session, snapshot: Snapshot) -> str:
        parts = []
        if session.recorder is not None:
            parts.append(tr("ui.recording") if session.recorder.recording else tr("ui.not-recording"))
        if math.isfinite(session.link.battery_percent):
            parts.append(tr("ui.battery", percent=session.link.battery_percent))
        parts += [words_for(LINK_STATES, session.link.state), sound_state(snapshot.health, muted=self.muted)]
        if snapshot.paused:
            parts.insert(0, tr("ui.paused"))
        return STATE_GAP.join(parts)

    def _message(self, snapshot: Snapshot, link: LinkStatus) -> str:
        """Return the line under the cards: the most urgent thing that the runner should know or do."""
        failing = self.failing(snapshot)
        if self._asked_to_end:
            return tr("ui.end-question")
        if self.answer:
            return self.answer
        if link.state is not LinkState.STREAMING:
            return f"{link_message(link.reason, link.error) or words_for(LINK_STATES, link.state)} {failing}".rstrip()
        if failing:
            return failing
        if snapshot.paused:
            return tr("ui.paused-message")
        return self._before_running(snapshot) or self._while_running(snapshot)

    @staticmethod
    def _before_running(snapshot: Snapshot) -> str:
        if not snapshot.zeroed:
            return tr("ui.stand-more", left=max(1.0, STAND_S - snapshot.now_s)) if snapshot.now_s < STAND_S else tr("ui.stand")
        if not snapshot.steps:
            return labels.standing_found()
        return QUALITY_ADVICE[Quality.SETTLING] if snapshot.quality is Quality.SETTLING else ""

    @staticmethod
    def _while_running(snapshot: Snapshot) -> str:
        if snapshot.block is not None:
            return block_line(snapshot.block, snapshot.now_s)
        advice = words_for(QUALITY_ADVICE, snapshot.quality) if snapshot.quality is not None else ""
        return advice or snapshot.message

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.HEAD_SHARE, self.clock, self.cadence, self.message, color=theme.TEXT)
        size_text(theme.HEAD_SHARE, self.small, color=theme.DIM)
        size_text(theme.SMALL_SHARE, self.state, self.hint, color=theme.DIM)
        self.trace.set_font_px(theme.pixels(self.window().height(), theme.SMALL_SHARE * TICK_SHARE))
        super().resizeEvent(event)
