"""Background shading of a plot by the foot on the ground: rectangles, a hundred times cheaper than filled curves."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem

from levelhips.events import Side
from levelhips.samples import Array
from levelhips.ui import theme

TALL_DEG = 90.0  # half the height of a rectangle: no pelvic angle is larger


def mixed(color: str, back: str, share: float) -> QColor:
    """Return a share of a color mixed with another; a translucent brush would be mixed again for every pixel of every frame."""
    over, under = QColor(color), QColor(back)
    pairs = ((over.red(), under.red()), (over.green(), under.green()), (over.blue(), under.blue()))
    return QColor(*(round(share * a + (1 - share) * b) for a, b in pairs))


class StanceShading(pg.GraphicsObject):
    """Plot item that shades the stances of each side."""

    def __init__(self) -> None:
        super().__init__()
        self._boxes: dict[Side, list[QRectF]] = {side: [] for side in Side}
        self._bounds = QRectF()
        self._brushes = {side: QBrush(mixed(theme.SIDE[side], theme.BACK, theme.SHADE_SHARE)) for side in Side}
        self.setZValue(-10)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def show_stances(self, stances: dict[Side, Array], from_s: float, to_s: float) -> None:
        """Show the stances of each side: (n, 2) starts and ends between `from_s` and `to_s`, in the plot's time [s]."""
        bounds = QRectF(from_s, -TALL_DEG, to_s - from_s, 2 * TALL_DEG)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        for side, ends in stances.items():
            self._boxes[side] = [QRectF(a, -TALL_DEG, b - a, 2 * TALL_DEG) for a, b in ends.tolist()]
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the area in which the item draws."""
        return self._bounds

    def paint(self, painter: QPainter, option: object, widget: object = None) -> None:
        """Draw the stances that are in the exposed part."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        exposed = option.exposedRect  # type: ignore[attr-defined]
        for side, boxes in self._boxes.items():
            for box in boxes:
                if box.right() >= exposed.left() and box.left() <= exposed.right():
                    painter.fillRect(box, self._brushes[side])


def stances_of(t_s: Array, side_sign: Array) -> dict[Side, Array]:
    """Return the (n, 2) starts and ends of the stances of each side [s], from (m,) times and signs of samples."""
    out = {}
    for side in Side:
        on = np.concatenate([[False], side_sign == side.sign, [False]])
        edges = np.flatnonzero(on[1:] != on[:-1]).reshape(-1, 2)
        last = len(t_s) - 1
        out[side] = (
            np.stack([t_s[np.minimum(edges[:, 0], last)], t_s[np.minimum(edges[:, 1], last)]], axis=1) if len(edges) else np.empty((0, 2))
        )
    return out
