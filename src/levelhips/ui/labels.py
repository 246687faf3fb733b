"""Labels of the window that are put together, and tables of labels by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, Literal, TypeVar

from levelhips.events import Side, SignalKind
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.words import SIGNALS, stance_drop

K = TypeVar("K", bound=str)


class Labels(Mapping[K, str], Generic[K]):
    """Labels of some values: the messages ``<topic>.<value>``, in the language of the moment."""

    def __init__(self, topic: str, values: tuple[K, ...]) -> None:
        self._topic, self._values = topic, values

    def __getitem__(self, value: K) -> str:
        if value not in self._values:
            raise KeyError(value)
        return tr(f"{self._topic}.{value}")

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


DAY_KINDS = Labels("ui.day-kind", ("run", "off", "acute"))
ITEM_TIMES = Labels("ui.item-time", ("daily", "before-run", "after-run", "off", "acute"))
MOMENTS = Labels("ui.moment", ("before", "after", "morning"))
SIGNAL_STRENGTHS = Labels("ui.signal-strength", ("strong", "fair", "weak"))
PROTOCOL_NAMES: Labels[Literal["baseline", "retraining", "recall", "walk-run"]] = Labels(
    "ui.protocol", ("baseline", "retraining", "recall", "walk-run")
)
EVENTS = Labels("ui.event", ("step", "stride", "rep"))
ANGLES = Labels("ui.angle", ("obliquity", "tilt", "rotation"))
SESSION_COLUMNS = Labels("ui.session-column", ("when", "kind", "duration", "left", "right"))


def sides_key() -> str:
    """Return which side drops in which stance, each in the color of its side (HTML)."""
    parts = (f"<span style='color:{theme.SIDE[side]}'>● {stance_drop(side)}</span>" for side in Side)
    return " &nbsp; ".join(part.replace(": ", ":&nbsp;") for part in parts)


def sides_help() -> str:
    """Return which side drops in which stance, one line for each side."""
    return "\n".join(stance_drop(side) for side in Side)


def trend_key() -> str:
    """Return the key of the plot over weeks (HTML)."""
    return tr("ui.trend-key", sides=sides_key())


def overview_key() -> str:
    """Return the key of the plot of all steps (HTML)."""
    return tr("ui.overview-key", sides=sides_key())


def session_columns() -> list[str]:
    """Return the heads of the table of sessions."""
    return list(SESSION_COLUMNS.values())


def angles() -> list[str]:
    """Return the names of the three angles of the pelvis."""
    return list(ANGLES.values())


def standing_found() -> str:
    """Return what the live page says when the standing zero has been set."""
    return tr("ui.standing-found", signal=SIGNALS[SignalKind.CALIBRATED])
