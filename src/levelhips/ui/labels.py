"""Labels of the window that combine several messages, and tables of labels by value."""

from __future__ import annotations

from typing import Literal

from levelhips.events import Side, SignalKind
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.words import SIGNALS, Words, stance_drop

DAY_KINDS = Words(("run", "off", "acute"), "ui.day-kind")
ITEM_TIMES = Words(("daily", "before-run", "after-run", "off", "acute"), "ui.item-time")
MOMENTS = Words(("before", "after", "morning"), "ui.moment")
SIGNAL_STRENGTHS = Words(("strong", "fair", "weak"), "ui.signal-strength")
PROTOCOL_NAMES: Words[Literal["baseline", "retraining", "recall", "walk-run"]] = Words(
    ("baseline", "retraining", "recall", "walk-run"), "ui.protocol"
)
EVENTS = Words(("step", "stride", "rep"), "ui.event")
ANGLES = Words(("obliquity", "tilt", "rotation"), "ui.angle")
SESSION_COLUMNS = Words(("when", "kind", "duration", "left", "right", "beeps", "faults"), "ui.session-column")


def sides_legend() -> str:
    """Return the legend of the sides: which side of the pelvis drops in each stance, in the color of the stance side (HTML)."""
    parts = (f"<span style='color:{theme.SIDE[side]}'>● {stance_drop(side)}</span>" for side in Side)
    return " &nbsp; ".join(part.replace(": ", ":&nbsp;") for part in parts)


def sides_help() -> str:
    """Return which side of the pelvis drops in each stance, one line for each."""
    return "\n".join(stance_drop(side) for side in Side)


def trend_legend() -> str:
    """Return the legend of the plot over weeks (HTML)."""
    return tr("ui.trend-key", sides=sides_legend())


def overview_legend() -> str:
    """Return the legend of the plot of all steps (HTML)."""
    return tr("ui.overview-key", sides=sides_legend())


def session_columns() -> list[str]:
    """Return the headings of the table of sessions."""
    return list(SESSION_COLUMNS.values())


def angles() -> list[str]:
    """Return the names of the three angles of the pelvis."""
    return list(ANGLES.values())


def standing_found() -> str:
    """Return what the live page says when the standing zero has been set."""
    return tr("ui.standing-found", signal=SIGNALS[SignalKind.CALIBRATED])
