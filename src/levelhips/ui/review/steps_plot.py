"""Plot of a whole session: every step or repetition over time, with thresholds, beeps, marks and gaps."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

from levelhips.analysis import Analysis
from levelhips.analysis.series import running_mean
from levelhips.coaching.drills.result import DrillResult
from levelhips.commands import Do
from levelhips.events import Side, Step, ThresholdChange
from levelhips.samples import Gap
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.review.plot import ReviewPlot, move_playhead, playhead, side_color

FIRST_STRETCH_S = 30.0  # width of the brush at first: some 40 strides, each of them visible
BEEPS_AT_DEG = -0.3  # beeps stand just under the axis, clear of the steps


class StepsPlot(ReviewPlot):
    """Drops over the minutes of a session; a brush chooses the stretch that the other plots show in detail."""

    stretch_moved = Signal()

    def __init__(self) -> None:
        super().__init__(tr("ui.drop-axis"), tr("ui.time-axis"))
        self._ends_s = (0.0, 0.0)
        self.region = pg.LinearRegionItem(brush=(255, 255, 255, 18), hoverBrush=(255, 255, 255, 30), pen=pg.mkPen(theme.TEXT, width=2))
        self.region.setZValue(10)
        self.region.sigRegionChanged.connect(self.stretch_moved)
        self._playhead = playhead()
        self._set_legend(labels.overview_legend())

    def _set_legend(self, legend: str) -> None:
        self.setTitle(legend, color=theme.DIM)

    # ---- contents

    def show_first(self, steps: list[Step]) -> None:
        """Show the steps that are found so far, while the rest is still being analyzed."""
        self.clear()
        for side in Side:
            t = [step.at_s / 60 for step in steps if step.side is side]
            drops = [step.drop_deg for step in steps if step.side is side]
            self.plot(t, drops, pen=None, symbol="o", symbolSize=3, symbolBrush=theme.SIDE[side], symbolPen=None)

    def show_analysis(self, analysis: Analysis, drill: DrillResult | None) -> None:
        """Show a whole session, and put the brush on its first steps."""
        self.clear()
        self._set_legend(labels.overview_legend() if drill is None else tr("ui.reps-key"))
        times = analysis.angles.t_s
        self._ends_s = float(times[0]), float(times[-1])
        for gap in (event for event in analysis.events if isinstance(event, Gap)):
            shade = pg.LinearRegionItem((gap.from_s / 60, gap.to_s / 60), movable=False, brush=(147, 160, 173, 60), pen=pg.mkPen(None))
            self.addItem(shade)
        for side in Side:
            self._plot_drops(analysis, side)
            self.plot_mean(analysis, side)
        self._plot_thresholds(analysis)
        if drill is not None:
            self._plot_reps(analysis, drill)
        cues = [cue.contact_s / 60 for cue in analysis.cues]
        self.plot(cues, np.full(len(cues), BEEPS_AT_DEG), pen=None, symbol="t1", symbolSize=6, symbolBrush=theme.TEXT, symbolPen=None)
        for command in analysis.recording.commands:
            if command.do is Do.MARK:
                self.addItem(pg.InfiniteLine(command.at_s / 60, pen=pg.mkPen(theme.TEXT, style=Qt.PenStyle.DotLine), label=tr("ui.mark")))
        self.addItem(self.region)
        self.addItem(self._playhead)
        first, last = (end / 60 for end in self._ends_s)
        self.setXRange(first, last, padding=0.01)
        self.setLimits(xMin=first - 1, xMax=last + 1)
        found = [step.at_s for step in analysis.good()] or [rep.at_s for rep in analysis.reps] or [self._ends_s[0]]
        self.region.setBounds((first, last))
        self.region.setRegion((found[0] / 60, min((found[0] + FIRST_STRETCH_S) / 60, last)))

    def _plot_drops(self, analysis: Analysis, side: Side) -> None:
        steps = analysis.good(side)
        t, drops = np.array([step.at_s for step in steps]) / 60, np.array([step.drop_deg for step in steps])
        self.plot(t, drops, pen=None, symbol="o", symbolSize=3, symbolBrush=side_color(side, 90), symbolPen=None)

    def plot_mean(self, analysis: Analysis, side: Side, *, compared: bool = False) -> None:
        """Add the running mean of a side; that of a recording to compare with is thin and dotted."""
        steps = analysis.good(side)
        t, drops = np.array([step.at_s for step in steps]) / 60, np.array([step.drop_deg for step in steps])
        t, mean = running_mean(t, drops)
        style = Qt.PenStyle.DotLine if compared else Qt.PenStyle.SolidLine
        if len(mean):
            self.plot(t, mean, pen=pg.mkPen(theme.SIDE[side], width=2 if compared else 3, style=style))

    def _plot_thresholds(self, analysis: Analysis) -> None:
        changes = [event for event in analysis.events if isinstance(event, ThresholdChange)]
        if not changes:
            return
        at = [*(event.at_s / 60 for event in changes), self._ends_s[1] / 60]
        for side in Side:
            levels = [math.degrees(event.left_rad if side is Side.LEFT else event.right_rad) for event in changes]
            self.plot(at, levels, stepMode="center", pen=pg.mkPen(theme.SIDE[side], style=Qt.PenStyle.DashLine))

    def _plot_reps(self, analysis: Analysis, drill: DrillResult) -> None:
        """Add a point for each repetition (a triangle if it has a fault, hollow if it is incomplete), and the band."""
        color = theme.SIDE[drill.begin.side]
        for rep in analysis.reps:
            brush = pg.mkBrush(color) if rep.full else None
            symbol = "o" if not rep.form_faults else "t"
            self.plot([rep.to_s / 60], [rep.range_deg], pen=None, symbol=symbol, symbolSize=11, symbolBrush=brush, symbolPen=color)
        for level in (drill.begin.low_rad, drill.begin.high_rad):
            self.addItem(pg.InfiniteLine(math.degrees(level), angle=0, pen=pg.mkPen(color, style=Qt.PenStyle.DashLine)))

    # ---- the stretch

    @property
    def stretch_s(self) -> tuple[float, float]:
        """Start and end of the stretch under the brush, on the sensor's clock [s]."""
        low, high = self.region.getRegion()
        return 60 * low, 60 * high

    def move_brush(self, share: float) -> None:
        """Move the brush by a share of its width, as far as there are samples."""
        low, high = self.region.getRegion()
        first, last = (end / 60 for end in self._ends_s)
        by = min(max(share * (high - low), first - low), last - high)
        self.region.setRegion((low + by, high + by))

    def show_playhead(self, now_s: float | None) -> None:
        """Mark the moment being played, and move the brush along with it; None: nothing is played."""
        move_playhead(self._playhead, None if now_s is None else now_s / 60)
        if now_s is None:
            return
        from_s, to_s = self.stretch_s
        width_s = to_s - from_s
        if now_s > to_s - 0.15 * width_s:
            self.region.setRegion(((now_s - 0.3 * width_s) / 60, (now_s + 0.7 * width_s) / 60))
