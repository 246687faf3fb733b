"""What the window shows and prints of a session that has ended."""

from __future__ import annotations

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.live.ending import Ending
from levelhips.live.session import Session
from levelhips.text import tr


def result_of_drill(session: Session | None) -> list[str]:
    """Return the result of a drill, line by line; empty after a run."""
    if session is None or session.statistics.drill is None:
        return []
    return drill_lines(drill_values(session.statistics.drill))


def final_lines(ending: Ending, session: Session | None) -> list[str]:
    """Return what is printed about a session that was ended by closing the window."""
    hints = ending.hints if ending.done.is_set() else [tr("ending.history-later")]
    return [line for line in (ending.trouble, *result_of_drill(session), *hints) if line]
