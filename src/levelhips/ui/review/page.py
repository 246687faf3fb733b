"""Afterwards: the whole session, a stretch of it in detail, strides laid over each other, the spread, and every step."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QResizeEvent, QShortcut
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from levelhips.analysis import Analysis, analyze, summarize
from levelhips.analysis.curves import PERCENT, stride_curves
from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.coaching.drills.result import DrillResult
from levelhips.commands import Do
from levelhips.errors import LevelHipsError
from levelhips.events import Quality, Rep, Side, Step, ThresholdChange, Update
from levelhips.export.tables import write_tables
from levelhips.live.dispatch import Sink
from levelhips.live.replay import Replay
from levelhips.recording import open_recording
from levelhips.samples import Array, Gap
from levelhips.ui import texts, theme
from levelhips.ui.widgets.dialogs import RecordingsDialog
from levelhips.ui.widgets.shades import StanceShades, stances_of

FIRST_SEEN = 1000  # steps found before they are drawn, and then again: six minutes
RUNNING_MEAN = 21  # steps a side: 15 s
WORTH_DEG = 1.0  # a drift less sure than a runner's own spread says nothing
TABLE_ROWS = 2000  # more than anyone scrolls through; the CSV has them all
FIRST_STRETCH_S = 30.0
SHADED_S = 90.0  # stances that are narrower than a few pixels are no help
NAMES = ("obliquity", "tilt", "rotation")


class Opening:
    """Read and analyse in a thread of its own; `share` and the result may be read from any."""

    def __init__(self, path: Path) -> None:
        self.path, self.share = path, 0.0
        self.analysis: Analysis | None = None
        self.trouble: str = ""
        self.steps: list[Step] = []  # as far as they are found
        self.done = threading.Event()
        threading.Thread(target=self._run, name="levelhips-analysis", daemon=True).start()

    def _run(self) -> None:
        try:
            self.analysis = analyze(open_recording(self.path), None, self._progress, self._seen)
        except LevelHipsError as error:
            self.trouble = str(error)
        except Exception as error:  # a bug must end in words on the screen, not in an endless bar
            self.trouble = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.done.set()

    def _progress(self, share: float) -> None:
        self.share = share

    def _seen(self, update: Update) -> None:
        self.steps += [step for step in update.of(Step) if step.quality is Quality.OK]


class Playing:
    """Play from a moment on, with sound, in a thread of its own."""

    def __init__(self, analysis: Analysis, from_s: float, sounds: list[Sink]) -> None:
        self.replay = Replay(analysis.recording, analysis.settings, 1.0, sounds)
        self._from_s, self._over = from_s, threading.Event()
        self.now_s = from_s
        self._thread = threading.Thread(target=self._run, name="levelhips-playback", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.replay.seek(self._from_s)
        self.replay.run(self._go_on)

    def _go_on(self, replay: Replay) -> bool:
        self.now_s = replay.now_s
        return not self._over.is_set()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(1.0)


class ReviewPage(QWidget):
    """One recording (and another to compare with)."""

    back, trouble, said = Signal(), Signal(str), Signal(str)

    def __init__(self, folder: Path, sounds: Callable[[], list[Any]] = list) -> None:
        super().__init__()
        self.folder = folder
        self.analysis: Analysis | None = None
        self._make_sounds, self._sounds = sounds, list[Any]()
        self._opening: Opening | None = None
        self._comparing = False
        self._first_seen = 0
        self._playing: Playing | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title, self.summary, self.hint = QLabel(), QLabel(), QLabel(texts.REVIEW_HINT)
        self.summary.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setVisible(False)
        self.overview = self._plot(texts.DROP_AXIS, texts.TIME_AXIS)
        self.traces = self._plot(texts.ANGLE_AXIS, texts.SECONDS_AXIS)
        self.spread = self._plot(texts.SHARE_AXIS, texts.DROP_AXIS)
        self.curves = [self._plot(f"{name} [deg]", texts.STRIDE_AXIS) for name in texts.ANGLES]
        self._drill: DrillResult | None = None
        self.table = QTableWidget(0, len(texts.COLUMNS))
        self.table.setHorizontalHeaderLabels(list(texts.COLUMNS))
        self.table.setAccessibleName(texts.STEPS_TAB)
        self.table.verticalHeader().setVisible(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.tabs = QTabWidget()
        strides = QWidget()
        row = QHBoxLayout(strides)
        for plot in self.curves:
            row.addWidget(plot)
        for widget, name in ((self.traces, texts.TRACES_TAB), (strides, texts.CURVES_TAB), (self.spread, texts.SPREAD_TAB)):
            self.tabs.addTab(widget, name)
        self.tabs.addTab(self.table, texts.STEPS_TAB)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 10, 20, 8)
        for widget in (self.title, self.summary, self.progress):
            layout.addWidget(widget)
        layout.addWidget(self.overview, 5)
        layout.addWidget(self.tabs, 6)
        layout.addWidget(self.hint)
        self._tell_key(texts.OVERVIEW_KEY)
        self.traces.setTitle(texts.TRACES_KEY, color=theme.DIM)
        self.region = pg.LinearRegionItem(brush=(255, 255, 255, 18), hoverBrush=(255, 255, 255, 30), pen=pg.mkPen(theme.TEXT, width=2))
        self.region.setZValue(10)
        self.playhead = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.TEXT, width=2))
        self.fine_playhead = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.TEXT, width=2))
        # Tables and plots take keys for themselves: shortcuts come before them.
        for key, work in (
            ("Esc", self.back.emit),
            ("O", lambda: self.choose(compare=False)),
            ("C", lambda: self.choose(compare=True)),
            ("Space", self.play_or_stop),
            ("E", self.export_somewhere),
            ("Left", lambda: self.move_brush(-0.5)),
            ("Right", lambda: self.move_brush(0.5)),
        ):
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(work)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._shades, self._table_shown = StanceShades(), True
        self.tabs.currentChanged.connect(self._tab_chosen)
        self._settle = QTimer(self)  # curves follow the brush when it rests
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._show_stretch)
        self.region.sigRegionChanged.connect(self._moved)

    @staticmethod
    def _plot(left: str, bottom: str) -> pg.PlotWidget:
        plot = pg.PlotWidget(background=theme.CARD)
        plot.setLabel("left", left)
        plot.setLabel("bottom", bottom)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setAccessibleName(f"{left} over {bottom}")
        for name in ("left", "bottom"):
            plot.getAxis(name).setPen(theme.LINE)
            plot.getAxis(name).setTextPen(theme.DIM)
            plot.getAxis(name).enableAutoSIPrefix(False)
        return plot

    # ---- opening

    def open(self, path: Path, *, compare: bool = False) -> None:
        """Open a recording, with a progress bar; the screen stays alive."""
        self.stop_playing()
        self._comparing = compare and self.analysis is not None
        self._opening, self._first_seen = Opening(path), 0
        self.title.setText(texts.OPENING.format(name=path.name))
        self.progress.setValue(0)
        self.progress.setVisible(True)
        self._timer.start(30)

    def leave(self) -> None:
        """Nothing plays on when nobody looks."""
        self.stop_playing()
        self._timer.stop()

    def _tick(self) -> None:
        opening = self._opening
        if opening is not None:
            self.progress.setValue(round(1000 * opening.share))
            if not self._comparing and len(opening.steps) >= self._first_seen + FIRST_SEEN:
                self._show_first(list(opening.steps))
            if opening.done.is_set():
                self._opening = None
                self.progress.setVisible(False)
                if opening.analysis is None:
                    self.title.setText("" if self.analysis is None else self.analysis.recording.path.name)
                    self.trouble.emit(opening.trouble)
                elif self._comparing:
                    self._compare(opening.analysis)
                else:
                    self.show_analysis(opening.analysis)
        playing = self._playing
        if playing is not None:
            self.playhead.setValue(playing.now_s / 60)
            self.fine_playhead.setValue(playing.now_s)
            from_s, to_s = self.stretch_s
            if playing.now_s > to_s - 0.15 * (to_s - from_s):
                width = to_s - from_s
                self.region.setRegion(((playing.now_s - 0.3 * width) / 60, (playing.now_s + 0.7 * width) / 60))
            if not playing.running:
                self.stop_playing()
        if self._opening is None and self._playing is None:
            self._timer.stop()

    def _show_first(self, steps: list[Step]) -> None:
        """The drops that are found so far, while the rest is still worked on."""
        self.overview.clear()
        self._first_seen = len(steps)
        for side in Side:
            t = [step.at_s / 60 for step in steps if step.side is side]
            drops = [step.drop_deg for step in steps if step.side is side]
            self.overview.plot(t, drops, pen=None, symbol="o", symbolSize=3, symbolBrush=theme.SIDE[side], symbolPen=None)

    def show_analysis(self, analysis: Analysis) -> None:
        """Show what was found."""
        self.analysis = analysis
        summary = summarize(analysis)
        name = analysis.recording.path.name
        self.title.setText(name)
        self._drill = DrillResult.of(analysis.events)
        self.summary.setText(_in_words(summary) if self._drill is None else "   ".join(drill_lines(drill_values(self._drill))))
        self._show_overview(analysis)
        times = [step.at_s for step in analysis.good()] or [rep.at_s for rep in analysis.reps] or [float(analysis.angles.t_s[0])]
        start, ends = times[0] / 60, (float(analysis.angles.t_s[0]) / 60, float(analysis.angles.t_s[-1]) / 60)
        self.region.setBounds(ends)
        self.region.setRegion((start, min(start + FIRST_STRETCH_S / 60, ends[1])))
        self._load_traces(analysis)
        self._show_spread(analysis)
        self._table_shown = False
        self._show_stretch()
        self._tab_chosen()
        self.setFocus()

    # ---- the whole

    def _tell_key(self, key: str) -> None:
        self.overview.setTitle(key.format(left=theme.SIDE[Side.LEFT], right=theme.SIDE[Side.RIGHT]), color=theme.DIM)

    def _show_overview(self, analysis: Analysis) -> None:
        plot = self.overview
        plot.clear()
        self._tell_key(texts.OVERVIEW_KEY if self._drill is None else texts.REPS_KEY)
        first, last = float(analysis.angles.t_s[0]), float(analysis.angles.t_s[-1])
        for gap in (event for event in analysis.events if isinstance(event, Gap)):
            shade = pg.LinearRegionItem((gap.from_s / 60, gap.to_s / 60), movable=False, brush=(147, 160, 173, 60), pen=pg.mkPen(None))
            plot.addItem(shade)
        for side in Side:
            self._drops(analysis, side, dim=False)
        for side in Side:
            changes = [event for event in analysis.events if isinstance(event, ThresholdChange)]
            levels = [math.degrees(event.left_rad if side is Side.LEFT else event.right_rad) for event in changes]
            at = [event.at_s / 60 for event in changes]
            if levels:
                plot.plot([*at, last / 60], levels, stepMode="center", pen=pg.mkPen(theme.SIDE[side], style=Qt.PenStyle.DashLine))
        if self._drill is not None:
            self._reps(analysis, self._drill)
        cues = [cue.contact_s / 60 for cue in analysis.cues]
        plot.plot(cues, np.full(len(cues), -0.3), pen=None, symbol="t1", symbolSize=6, symbolBrush=theme.TEXT, symbolPen=None)
        for command in analysis.recording.commands:
            if command.do is Do.MARK:
                plot.addItem(pg.InfiniteLine(command.at_s / 60, pen=pg.mkPen(theme.TEXT, style=Qt.PenStyle.DotLine), label="mark"))
        plot.addItem(self.region)
        plot.addItem(self.playhead)
        self.playhead.setVisible(False)
        plot.setXRange(first / 60, last / 60, padding=0.01)
        plot.setLimits(xMin=first / 60 - 1, xMax=last / 60 + 1)

    def _drops(self, analysis: Analysis, side: Side, *, dim: bool) -> None:
        steps = analysis.good(side)
        t = np.array([step.at_s for step in steps]) / 60
        drop = np.array([step.drop_deg for step in steps])
        colour = QColor(theme.SIDE[side])
        if not dim:
            faint = QColor(colour)
            faint.setAlpha(90)
            self.overview.plot(t, drop, pen=None, symbol="o", symbolSize=3, symbolBrush=faint, symbolPen=None)
        if len(drop) >= RUNNING_MEAN:
            mean = np.convolve(drop, np.full(RUNNING_MEAN, 1 / RUNNING_MEAN), "valid")
            half = RUNNING_MEAN // 2
            style = Qt.PenStyle.DotLine if dim else Qt.PenStyle.SolidLine
            self.overview.plot(t[half:-half], mean, pen=pg.mkPen(colour, width=2 if dim else 3, style=style))

    def _reps(self, analysis: Analysis, drill: DrillResult) -> None:
        """A point for each repetition; with a fault a triangle, hollow if it does not count; the band dashed."""
        colour = theme.SIDE[drill.begin.side]
        for rep in analysis.reps:
            brush = pg.mkBrush(colour) if rep.full else None
            symbol = "o" if not rep.cheats else "t"
            self.overview.plot(
                [rep.to_s / 60], [rep.range_deg], pen=None, symbol=symbol, symbolSize=11, symbolBrush=brush, symbolPen=colour
            )
        for level in (drill.begin.low_rad, drill.begin.high_rad):
            self.overview.addItem(pg.InfiniteLine(math.degrees(level), angle=0, pen=pg.mkPen(colour, style=Qt.PenStyle.DashLine)))

    def _compare(self, other: Analysis) -> None:
        for side in Side:
            self._drops(other, side, dim=True)
        assert self.analysis is not None
        one, two = summarize(self.analysis), summarize(other)
        self.title.setText(texts.AGAINST.format(one=self.analysis.recording.path.name, other=other.recording.path.name))
        self.summary.setText(f"{_in_words(one)}\n{_in_words(two)}")

    # ---- a stretch

    @property
    def stretch_s(self) -> tuple[float, float]:
        """What the brush covers [s]."""
        low, high = self.region.getRegion()
        return 60 * low, 60 * high

    def _moved(self) -> None:
        if self.analysis is not None:
            self._show_traces()
            self._settle.start(120)

    def _show_stretch(self) -> None:
        self._show_traces()
        self._show_curves()

    def _load_traces(self, analysis: Analysis) -> None:
        """All samples once; the plot takes what it shows of them."""
        plot, angles = self.traces, analysis.angles
        plot.clear()
        plot.addItem(self._shades, ignoreBounds=True)
        tones = (theme.TEXT, theme.DIM, theme.DIM)
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
        for name, tone, style in zip(NAMES, tones, styles, strict=True):
            pen = pg.mkPen(tone, width=1, style=style)
            degrees = np.degrees(getattr(angles, f"{name}_rad"))
            curve = plot.plot(angles.t_s, degrees, pen=pen, antialias=False, skipFiniteCheck=True)
            curve.setClipToView(True)
            curve.setDownsampling(auto=True, method="peak")
        plot.addItem(self.fine_playhead)
        self.fine_playhead.setVisible(self._playing is not None)
        plot.setYRange(-12, 12)

    def _show_traces(self) -> None:
        if self.analysis is None:
            return
        from_s, to_s = self.stretch_s
        angles = self.analysis.angles
        self.traces.setXRange(from_s, to_s, padding=0)
        part = slice(*np.searchsorted(angles.t_s, (from_s, to_s)).tolist())
        nobody: dict[Side, Array] = {side: np.empty((0, 2)) for side in Side}
        near = to_s - from_s < SHADED_S
        self._shades.show_stances(stances_of(angles.t_s[part], angles.side_sign[part]) if near else nobody, from_s, to_s)

    def _show_curves(self) -> None:
        if self.analysis is None:
            return
        found = stride_curves(self.analysis, *self.stretch_s)
        for at, plot in enumerate(self.curves):
            plot.clear()
            for side, curves in found.items():
                if not curves.n:
                    continue
                colour = QColor(theme.SIDE[side])
                shade = QColor(colour)
                shade.setAlpha(50)
                mean, sd = curves.mean_deg[at], curves.sd_deg[at]
                high, low = pg.PlotCurveItem(PERCENT, mean + sd), pg.PlotCurveItem(PERCENT, mean - sd)
                plot.addItem(pg.FillBetweenItem(high, low, brush=shade))
                plot.plot(PERCENT, mean, pen=pg.mkPen(colour, width=3))
            title = texts.CURVES_TITLE.format(angle=texts.ANGLES[at], left=found[Side.LEFT].n, right=found[Side.RIGHT].n)
            plot.setTitle(title, color=theme.DIM, size="10pt")

    # ---- all steps

    def _show_spread(self, analysis: Analysis) -> None:
        self.spread.clear()
        for side in Side:
            drops = np.array([step.drop_deg for step in analysis.good(side)])
            if not len(drops):
                continue
            edges = np.arange(math.floor(drops.min() * 4) / 4, drops.max() + 0.5, 0.25)
            share, edges = np.histogram(drops, edges)
            colour = QColor(theme.SIDE[side])
            colour.setAlpha(120)
            self.spread.plot(edges, 100 * share / len(drops), stepMode="center", fillLevel=0, brush=colour, pen=pg.mkPen(theme.SIDE[side]))

    def _tab_chosen(self) -> None:
        """A table of thousands is filled when it is looked at."""
        if self.analysis is not None and not self._table_shown and self.tabs.currentWidget() is self.table:
            self._table_shown = True
            self._show_table(self.analysis)

    def _show_table(self, analysis: Analysis) -> None:
        self.table.setHorizontalHeaderLabels(list(texts.COLUMNS if self._drill is None else texts.REP_COLUMNS))
        if self._drill is not None:
            self._list_reps(analysis.reps)
            return
        steps = analysis.steps[:TABLE_ROWS]
        self.table.setRowCount(len(steps))
        for row, step in enumerate(steps):
            contact = f"{1000 * step.contact_time_s:.0f}" if math.isfinite(step.contact_time_s) else ""
            quality = "" if step.quality is Quality.OK else step.quality.value
            values = (
                f"{step.at_s:.2f}",
                step.side.value,
                f"{step.drop_deg:.2f}",
                f"{math.degrees(step.drop_sd_rad):.2f}",
                contact,
                quality,
            )
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setForeground(QColor(theme.SIDE[step.side] if step.quality is Quality.OK else theme.DIM))
                self.table.setItem(row, column, item)

    def _list_reps(self, reps: list[Rep]) -> None:
        self.table.setRowCount(len(reps))
        for row, rep in enumerate(reps):
            values = (f"{rep.at_s:.1f}", rep.side.value, f"{rep.range_deg:.1f}", f"{rep.tempo_s:.1f}", str(rep.set_n), rep.cheats)
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setForeground(QColor(theme.SIDE[rep.side] if rep.good else theme.DIM))
                self.table.setItem(row, column, item)

    # ---- doing

    def play(self) -> None:
        """Play from the beginning of the brush on, with sound."""
        if self.analysis is None:
            return
        self._sounds = self._make_sounds()
        self._playing = Playing(self.analysis, self.stretch_s[0], list(self._sounds))
        self.playhead.setVisible(True)
        self.fine_playhead.setVisible(True)
        self._timer.start(30)

    def stop_playing(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
        for sound in self._sounds:
            sound.close()
        self._sounds = []
        self.playhead.setVisible(False)
        self.fine_playhead.setVisible(False)

    def export(self, folder: Path) -> None:
        """All tables, and the picture of this page, as PNG, its overview as SVG."""
        if self.analysis is None:
            return
        try:
            write_tables(self.analysis, folder)
        except LevelHipsError as error:
            self.trouble.emit(str(error))
            return
        self.grab().save(str(folder / "review.png"))
        # Not pyqtgraph's exporter, which fails on curves with steps.
        drawing = QSvgGenerator()
        drawing.setFileName(str(folder / "drops.svg"))
        drawing.setSize(self.overview.size())
        drawing.setViewBox(self.overview.rect())
        painter = QPainter(drawing)
        self.overview.render(painter)
        painter.end()
        self.said.emit(texts.EXPORTED.format(path=folder))

    def choose(self, *, compare: bool) -> None:
        """Let the user choose a recording by its date, or any file."""
        dialog = RecordingsDialog(self, self.folder)
        if dialog.exec() and dialog.path is not None:
            self.open(dialog.path, compare=compare)

    def play_or_stop(self) -> None:
        if self._playing is None:
            self.play()
        else:
            self.stop_playing()

    def export_somewhere(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, texts.EXPORT)
        if folder:
            self.export(Path(folder))

    def move_brush(self, share: float) -> None:
        """Move the brush by a share of its width."""
        if self.analysis is not None:
            low, high = self.region.getRegion()
            times = self.analysis.angles.t_s
            by = min(max(share * (high - low), float(times[0]) / 60 - low), float(times[-1]) / 60 - high)  # as far as there is anything
            self.region.setRegion((low + by, high + by))

    def resizeEvent(self, event: QResizeEvent) -> None:
        height = self.window().height()
        self.title.setStyleSheet(f"font-size: {theme.pixels(height, theme.HEAD_SHARE)}px")
        self.summary.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px; color: {theme.DIM}")
        self.hint.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px; color: {theme.DIM}")
        super().resizeEvent(event)


def _in_words(summary: dict[str, Any]) -> str:
    steps, drops = summary["steps"], summary["contralateral_drop_deg"]
    if not steps["counted"]:
        return texts.WITHOUT_STEPS
    parts = [texts.SUMMARY_STEPS.format(counted=steps["counted"], all=steps["all"])]
    for side in Side:
        if (spread := drops[side.value]) is not None:
            found = summary["drift_deg_per_10_min"][side.value]
            known = found is not None and found["slope"] is not None and found["standard_error"] < WORTH_DEG  # not of a short run
            drift = texts.SUMMARY_DRIFT.format(slope=found["slope"], error=found["standard_error"]) if known else ""
            parts.append(texts.SUMMARY_SIDE.format(side=side.value, mean=spread["mean"], sd=spread["sd"], drift=drift))
    asymmetry = summary["asymmetry_deg"]
    if asymmetry["right_less_left"] is not None and asymmetry["standard_error"] is not None:
        parts.append(texts.SUMMARY_ASYMMETRY.format(difference=asymmetry["right_less_left"], error=asymmetry["standard_error"]))
    if summary["cadence_spm"]:
        parts.append(texts.CADENCE.format(cadence=summary["cadence_spm"]["mean"]))
    parts.append(texts.SUMMARY_BEEPS.format(beeps=summary["cues"]["all"]))
    return "   ".join(parts)
