"""What the window shows and prints of a session that has ended."""

from __future__ import annotations

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.live.ending import Ending
from levelhips.live.fault_lines import fault_lines
from levelhips.live.session import Session
from levelhips.text import tr


def result_of_drill(session: Session | None) -> list[str]:
    """Return the result of a drill, line by line; empty after a run."""
    if session is None or session.statistics.drill is None:
        return []
    return drill_lines(drill_values(session.statistics.drill))


def lines_after(ending: Ending, session: Session | None) -> list[str]:
    """Return what is said after the result: which parts failed, if the sensor was ever reached, then the hints of the ending."""
    return [*(fault_lines(session) if session is not None and session.statistics.samples else []), *ending.hints]


def final_lines(ending: Ending, session: Session | None) -> list[str]:
    """Return what is printed about a session that was ended by closing the window."""
    lines = lines_after(ending, session) if ending.done.is_set() else [tr("ending.history-later")]
    return [line for line in (ending.trouble, *result_of_drill(session), *lines) if line]
