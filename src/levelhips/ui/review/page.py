"""Page of the review: a whole session, a stretch of it in detail, mean strides, the spread, and every step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QProgressBar, QTabWidget, QVBoxLayout, QWidget

from levelhips.analysis import Analysis
from levelhips.coaching.drills.result import DrillResult
from levelhips.errors import LevelHipsError
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.review.comparison import comparison_summary, comparison_title, plot_comparison
from levelhips.ui.review.export import export_review
from levelhips.ui.review.metric_plot import MetricPlot
from levelhips.ui.review.opening import Opening
from levelhips.ui.review.playback import Playback
from levelhips.ui.review.spread import SpreadPlot
from levelhips.ui.review.steps_plot import StepsPlot
from levelhips.ui.review.strides import StridesView
from levelhips.ui.review.summary import summary_line
from levelhips.ui.review.table import StepsTable
from levelhips.ui.review.traces import TracesPlot
from levelhips.ui.widgets.dialogs import RecordingsDialog
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.labels import Label, size_text

STEPS_PER_DRAWING = 1000  # while a recording is opened, the overview is drawn after so many more steps: six minutes of running
TICK_MS = 30  # short enough for a progress bar and a playhead that move smoothly
SETTLE_MS = 120  # mean strides take up to 0.5 s to compute: they are updated once the brush has rested for this long
BRUSH_SHARE = 0.5  # an arrow key moves the brush by this share of its width


class ReviewPage(QWidget):
    """Page that shows one recording, and optionally another to compare it with."""

    back, trouble, message = Signal(), Signal(str), Signal(str)

    def __init__(self, folder: Path, sounds: Callable[[], list[Any]] = list) -> None:
        super().__init__()
        self.folder = folder
        self.analysis: Analysis | None = None
        self._make_sounds = sounds
        self.settings_file: Path | None = None  # the user's; None: only the settings in the recording count
        self._opening: Opening | None = None
        self._comparing = False
        self._steps_drawn = 0
        self._playing: Playback | None = None
        self._drill: DrillResult | None = None
        self._shown_title = ""  # title of what is shown; while a recording is opened, the label names that one
        self._table_shown = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._build()
        self._set_shortcuts()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._show_strides)
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.overview.stretch_moved.connect(self._moved)

    def _build(self) -> None:
        self.title, self.summary, self.hint = FitLabel(), Label(), FitLabel(tr("ui.review-hint"))
        self.summary.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setVisible(False)
        self.overview, self.traces, self.strides = StepsPlot(), TracesPlot(), StridesView()
        self.spread, self.table, self.over_time, self.tabs = SpreadPlot(), StepsTable(), MetricPlot(), QTabWidget()
        self.summary.setToolTip(labels.sides_help())
        for widget, name in (
            (self.traces, tr("ui.traces-tab")),
            (self.strides, tr("ui.curves-tab")),
            (self.spread, tr("ui.spread-tab")),
            (self.table, tr("ui.steps-tab")),
            (self.over_time, tr("ui.time-tab")),
        ):
            self.tabs.addTab(widget, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 10, 20, 8)
        for label in (self.title, self.summary, self.progress):
            layout.addWidget(label)
        layout.addWidget(self.overview, 5)
        layout.addWidget(self.tabs, 6)
        layout.addWidget(self.hint)

    def _set_shortcuts(self) -> None:
        # Tables and plots handle keys themselves; shortcuts get them first.
        for key, work in (
            ("Esc", self.back.emit),
            ("O", lambda: self.choose(compare=False)),
            ("C", lambda: self.choose(compare=True)),
            ("Space", self.play_or_stop),
            ("E", self.export_somewhere),
            ("Left", lambda: self.move_brush(-BRUSH_SHARE)),
            ("Right", lambda: self.move_brush(BRUSH_SHARE)),
        ):
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(work)

    # ---- opening

    def open(self, path: Path, *, compare: bool = False) -> None:
        """Open a recording in the background, with a progress bar; cancel what is being opened or played."""
        self.leave()
        self._comparing = compare and self.analysis is not None
        self._opening, self._steps_drawn = Opening(path, self.settings_file), 0
        self.title.setText(tr("ui.opening", name=path.name))
        self.progress.setValue(0)
        self.progress.setVisible(True)
        self._timer.start(TICK_MS)

    def leave(self) -> None:
        """Stop the playback, and cancel a recording that is still being opened."""
        self.stop_playing()
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
            self.progress.setVisible(False)
            self._restore()
        self._timer.stop()
        self._settle.stop()

    def _restore(self) -> None:
        """Return to what was shown before a recording whose opening failed or was canceled."""
        self.title.setText(self._shown_title)
        if self._steps_drawn:  # its first steps have replaced the overview
            self.overview.clear()
            if self.analysis is not None:
                self.show_analysis(self.analysis)
        self._steps_drawn = 0

    def _tick(self) -> None:
        if self._opening is not None:
            self._watch_opening(self._opening)
        if self._playing is not None:
            self._show_playhead(self._playing.now_s)
            if not self._playing.running:
                self.stop_playing()
        if self._opening is None and self._playing is None:
            self._timer.stop()

    def _watch_opening(self, opening: Opening) -> None:
        self.progress.setValue(round(1000 * opening.share))
        if not self._comparing and len(opening.steps) >= self._steps_drawn + STEPS_PER_DRAWING:
            steps = list(opening.steps)
            self._steps_drawn = len(steps)
            self.overview.show_first(steps)
        if not opening.done.is_set():
            return
        self._opening = None
        self.progress.setVisible(False)
        if opening.analysis is None:
            self._restore()
            self.trouble.emit(opening.trouble)
        elif self._comparing:
            self._compare(opening.analysis)
        else:
            self.show_analysis(opening.analysis)

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the results of a recording."""
        self.analysis, self._drill = analysis, DrillResult.of(analysis.events)
        self._set_title(analysis.recording.path.name)
        self.summary.setText(summary_line(analysis))
        self.traces.show_analysis(analysis)
        self.overview.show_analysis(analysis, self._drill)
        self.spread.show_analysis(analysis)
        self.over_time.show_analysis(analysis)
        self._table_shown = False
        self._show_traces()
        self._show_strides()
        self._tab_chosen()
        self.setFocus()

    def _compare(self, other: Analysis) -> None:
        assert self.analysis is not None
        plot_comparison(self.overview, other)
        self._set_title(comparison_title(self.analysis, other))
        self.summary.setText(comparison_summary(self.analysis, other))

    def _set_title(self, title: str) -> None:
        self._shown_title = title
        self.title.setText(title)

    # ---- a stretch

    @property
    def stretch_s(self) -> tuple[float, float]:
        """Start and end of the stretch under the brush [s]."""
        return self.overview.stretch_s

    def move_brush(self, share: float) -> None:
        """Move the brush by a share of its width."""
        if self.analysis is not None:
            self.overview.move_brush(share)

    def _moved(self) -> None:
        if self.analysis is not None:
            self._show_traces()
            self._settle.start(SETTLE_MS)

    def _show_traces(self) -> None:
        self.traces.show_stretch(*self.stretch_s)

    def _show_strides(self) -> None:
        if self.analysis is not None:
            self.strides.show_stretch(self.analysis, *self.stretch_s)

    def _tab_chosen(self) -> None:
        """Fill the table when its tab is shown for the first time: thousands of rows take a while."""
        if self.analysis is None or self._table_shown or self.tabs.currentWidget() is not self.table:
            return
        self._table_shown = True
        if self._drill is None:
            self.table.show_steps(self.analysis.steps)
        else:
            self.table.show_reps(self.analysis.reps)

    # ---- actions

    def play(self) -> None:
        """Play from the start of the brush, with sound."""
        if self.analysis is None:
            return
        self._playing = Playback(self.analysis, self.stretch_s[0], self._make_sounds())
        self._show_playhead(self._playing.now_s)
        self._timer.start(TICK_MS)

    def stop_playing(self) -> None:
        """End the playback."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
        self._show_playhead(None)

    def play_or_stop(self) -> None:
        """Play, or end the playback."""
        if self._playing is None:
            self.play()
        else:
            self.stop_playing()

    def _show_playhead(self, now_s: float | None) -> None:
        self.overview.show_playhead(now_s)
        self.traces.show_playhead(now_s)

    def export(self, folder: Path) -> None:
        """Write all tables, and pictures of this page, into a folder."""
        if self.analysis is None:
            return
        try:
            export_review(self.analysis, folder, self, self.overview)
        except LevelHipsError as error:
            self.trouble.emit(str(error))
        else:
            self.message.emit(tr("ui.exported", path=folder))

    def export_somewhere(self) -> None:
        """Export into a folder that the user chooses."""
        folder = QFileDialog.getExistingDirectory(self, tr("ui.export"))
        if folder:
            self.export(Path(folder))

    def choose(self, *, compare: bool) -> None:
        """Open a recording that the user chooses from the list by date, or any other file."""
        dialog = RecordingsDialog(self, self.folder)
        if dialog.exec() and dialog.path is not None:
            self.open(dialog.path, compare=compare)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.HEAD_SHARE, self.title)
        size_text(theme.SMALL_SHARE, self.summary, self.hint, color=theme.DIM)
        super().resizeEvent(event)
