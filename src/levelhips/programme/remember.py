"""Add a session that has ended to the history, and compare it with earlier ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from levelhips.analysis.drill_summary import comparison_lines
from levelhips.errors import LevelHipsError
from levelhips.events import Side
from levelhips.history import History
from levelhips.history.weekly import baseline
from levelhips.programme.hints import hints
from levelhips.settings import Settings
from levelhips.text import tr


def remember(files: list[Path], history_file: Path) -> tuple[list[str], bool]:
    """Add the recordings of a session that has just ended to the history.

    Returns
    -------
    list of str
        Lines that compare it with earlier ones; if adding fails, they say so. The recording itself is not touched.
    bool
        Whether all recordings were added.
    """
    lines, all_added = list[str](), True
    for file in files:
        try:
            with History(history_file) as history:
                lines += remembered(history, file)
        except LevelHipsError as error:
            lines.append(tr("programme.not-in-history", error=error))
            all_added = False
    return lines, all_added


def remembered(history: History, file: Path) -> list[str]:
    """Add a recording to the history; return hints, or for a drill lines that compare it with earlier ones.

    Raises
    ------
    RecordingError
        If the recording cannot be read or has nothing to add.
    """
    found = history.add(file)
    if found.drill is None:
        return [str(hint) for hint in hints(history, found)]
    name, side = found.drill["name"], Side(found.drill["side"])
    other, last = (history.last_drill(name, which.value, found.started) for which in (side.other, side))
    return comparison_lines(other, last)


def thresholds_from(history: History, settings: Settings) -> dict[str, Any] | None:
    """Return the threshold settings that follow from the last baseline run [deg]; None if there is no baseline run."""
    known = baseline(history)
    if known is None:
        return None
    levels = {side.value: settings.threshold.first(*known[side.value]) for side in Side}
    return {"mode": "fixed", "left_deg": round(max(levels["left"], 0.2), 2), "right_deg": round(max(levels["right"], 0.2), 2)}
