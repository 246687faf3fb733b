"""Plot of the three angles of the pelvis, sample by sample, over a stretch of a session."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from levelhips.analysis import Analysis
from levelhips.events import Angles, Side
from levelhips.samples import Array
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.review.plot import ReviewPlot, move_playhead, playhead
from levelhips.ui.widgets.stance_shading import StanceShading, stances_of

SHADED_S = 90.0  # in a longer stretch stances are narrower than a few pixels
SPAN_DEG = 12.0  # obliquity and rotation of nearly every runner stay within it
TRACES = (
    ("obliquity", theme.TEXT, Qt.PenStyle.SolidLine),
    ("tilt", theme.DIM, Qt.PenStyle.DashLine),
    ("rotation", theme.DIM, Qt.PenStyle.DotLine),
)


class TracesPlot(ReviewPlot):
    """Obliquity, tilt and rotation; the background shows which foot is on the ground."""

    def __init__(self) -> None:
        super().__init__(tr("ui.angle-axis"), tr("ui.seconds-axis"))
        self.setTitle(tr("ui.traces-key"), color=theme.DIM)
        self._angles = Angles.none()
        self._shading, self._playhead = StanceShading(), playhead()

    def show_analysis(self, analysis: Analysis) -> None:
        """Load all samples of a session; the plot draws those in its range."""
        self._angles = angles = analysis.angles
        self.clear()
        self.addItem(self._shading, ignoreBounds=True)
        for name, tone, style in TRACES:
            degrees = np.degrees(getattr(angles, f"{name}_rad"))
            curve = self.plot(angles.t_s, degrees, pen=pg.mkPen(tone, width=1, style=style), antialias=False, skipFiniteCheck=True)
            curve.setClipToView(True)
            curve.setDownsampling(auto=True, method="peak")
        self.addItem(self._playhead)
        self.setYRange(-SPAN_DEG, SPAN_DEG)

    def show_stretch(self, from_s: float, to_s: float) -> None:
        """Show a stretch of the session."""
        self.setXRange(from_s, to_s, padding=0)
        t_s, side_sign = self._angles.t_s, self._angles.side_sign
        part = slice(*np.searchsorted(t_s, (from_s, to_s)).tolist())
        stances: dict[Side, Array] = {side: np.empty((0, 2)) for side in Side}
        if to_s - from_s < SHADED_S:
            stances = stances_of(t_s[part], side_sign[part])
        self._shading.show_stances(stances, from_s, to_s)

    def show_playhead(self, now_s: float | None) -> None:
        """Mark the moment being played; None: nothing is played."""
        move_playhead(self._playhead, now_s)
