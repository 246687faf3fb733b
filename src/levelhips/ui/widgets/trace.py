"""Scrolling plot of the obliquity of the last seconds."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from levelhips.events import Side
from levelhips.live.snapshot import Snapshot, Trace
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.widgets.axes import NumberAxis
from levelhips.ui.widgets.stance_shading import StanceShading, stances_of
from levelhips.words import stance_drop

SHOWN_S = 9.0  # some 12 strides; the session keeps 10 s, so the left edge is never empty
MIN_SPAN_DEG = 6.0  # smallest scale: a level runner's +-3 deg must not look large
SPAN_STEP_DEG = 3.0  # the scale changes in such steps, so that it stays the same most of the time
HOLE_S = 0.1  # no line is drawn over a longer gap: five packets of 20 ms
POINT_S = 0.02  # spacing of the points of the line: the pelvis moves below 10 Hz


class TracePlot(pg.PlotWidget):
    """Obliquity with the thresholds as dashed lines; the background shows which foot is on the ground."""

    def __init__(self) -> None:
        super().__init__(background=theme.BACK, axisItems={name: NumberAxis(name) for name in ("left", "bottom")})
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or a click on it would take the arrow keys from the page
        self.setAccessibleName(tr("ui.trace-name"))
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(theme.LINE)
            axis.setTextPen(theme.DIM)
        self.getAxis("left").setTickSpacing(5, 5)
        self.getAxis("bottom").setTickSpacing(1, 1)
        self.getAxis("left").setWidth(48)
        self.setXRange(-SHOWN_S, 0, padding=0)
        self._span_deg = MIN_SPAN_DEG
        self._shading = StanceShading()
        self.addItem(self._shading, ignoreBounds=True)
        self._curve = self.plot([], [], pen=pg.mkPen(theme.TEXT, width=2), skipFiniteCheck=True)
        self._curve.curve.setSegmentedLineMode("on")  # a thick line as one path costs ten times as much
        self._thresholds = {side: pg.InfiniteLine(angle=0, pen=pg.mkPen(theme.DIM, width=1, style=Qt.PenStyle.DashLine)) for side in Side}
        for line in self._thresholds.values():
            line.setVisible(False)
            self.addItem(line)
        self._words = []
        # Positive obliquity is the right side higher: the right side, which drops in left stance, is low at the bottom.
        for side, anchor in ((Side.LEFT, (0, 1)), (Side.RIGHT, (0, 0))):
            word = pg.TextItem(stance_drop(side), color=theme.SIDE[side], anchor=anchor)
            self.addItem(word)
            self._words.append(word)
        self._rescale()

    def _rescale(self) -> None:
        self.setYRange(-self._span_deg, self._span_deg, padding=0)
        for word, y in zip(self._words, (-self._span_deg, self._span_deg), strict=True):
            word.setPos(-SHOWN_S, y)

    def set_font_px(self, size: int) -> None:
        """Set the font size of the tick labels and words [px]."""
        font = QFont(self.font())
        font.setPixelSize(size)
        for name in ("left", "bottom"):
            self.getAxis(name).setTickFont(font)
        for word in self._words:
            word.setFont(font)

    def show_trace(self, trace: Trace, snapshot: Snapshot) -> None:
        """Show the last seconds of a session and its thresholds."""
        if not len(trace.t_s):
            return
        every = max(1, round(POINT_S * len(trace.t_s) / max(trace.t_s[-1] - trace.t_s[0], POINT_S)))
        now_s = float(trace.t_s[-1]) + snapshot.silent_s  # without samples, the line moves out of the plot
        # The same samples are kept from frame to frame, or the line would shimmer.
        first = -round(float(trace.t_s[0]) / POINT_S) % every
        x, obliquity, sign = trace.t_s[first::every] - now_s, trace.obliquity_deg[first::every], trace.side_sign[first::every]
        if not len(x):
            return
        holes = np.flatnonzero(np.diff(x) > HOLE_S) + 1
        if len(holes):  # no line where nothing was measured
            x = np.insert(x, holes, x[holes] - 1e-3)
            obliquity, sign = np.insert(obliquity, holes, np.nan), np.insert(sign, holes, 0)
            sign[holes + np.arange(len(holes)) - 1] = 0
        self._curve.setData(x, obliquity, connect="finite" if len(holes) else "all")
        self._shading.show_stances(stances_of(x, sign), -SHOWN_S, 0.0)
        for side, line in self._thresholds.items():
            level = snapshot.threshold_deg[side]
            line.setVisible(math.isfinite(level))
            if math.isfinite(level):
                line.setValue(side.sign * level)
        seen = float(np.abs(trace.obliquity_deg).max(initial=0.0))
        if seen > self._span_deg or seen < 0.4 * self._span_deg:
            self._span_deg = max(MIN_SPAN_DEG, SPAN_STEP_DEG * math.ceil(1.15 * seen / SPAN_STEP_DEG))
            self._rescale()
