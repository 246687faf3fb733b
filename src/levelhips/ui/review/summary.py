"""Summary of a recording in one line."""

from __future__ import annotations

from typing import Any

from levelhips.analysis import Analysis, summarize
from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import Side
from levelhips.text import tr
from levelhips.words import SIDES

MAX_ERROR_DEG = 1.0  # a change over time that is less certain than a runner's own spread is not shown


def summary_line(analysis: Analysis) -> str:
    """Return the result of a drill, or the steps, drops, cadence and beeps of a run."""
    drill = DrillResult.of(analysis.events)
    return _run_line(summarize(analysis)) if drill is None else "   ".join(drill_lines(drill_values(drill)))


def _run_line(summary: dict[str, Any]) -> str:
    steps, drops = summary["steps"], summary["contralateral_drop_deg"]
    if not steps["counted"]:
        return tr("ui.without-steps")
    parts = [tr("ui.summary-steps", counted=steps["counted"], all=steps["all"])]
    for side in Side:
        if (spread := drops[side.value]) is not None:
            found = summary["drift_deg_per_10_min"][side.value]
            known = found is not None and found["slope"] is not None and found["standard_error"] < MAX_ERROR_DEG  # None for a short run
            drift = tr("ui.summary-drift", slope=found["slope"], error=found["standard_error"]) if known else ""
            parts.append(tr("ui.summary-side", side=SIDES[side], mean=spread["mean"], sd=spread["sd"], drift=drift))
    asymmetry = summary["asymmetry_deg"]
    if asymmetry["right_minus_left"] is not None and asymmetry["uncertainty"] is not None:
        parts.append(tr("ui.summary-asymmetry", difference=asymmetry["right_minus_left"], error=asymmetry["uncertainty"]))
    if summary["cadence_spm"]:
        parts.append(tr("ui.cadence", cadence=summary["cadence_spm"]["mean"]))
    parts.append(tr("ui.summary-beeps", beeps=summary["cues"]["all"]))
    return "   ".join(parts)
