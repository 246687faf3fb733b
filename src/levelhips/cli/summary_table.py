"""The summary of a session as a table for people."""

from __future__ import annotations

import math
from typing import Any

from rich.table import Table

from levelhips.analysis.installed_metrics import metrics
from levelhips.events import Side
from levelhips.metrics import SUMMARY, Metric
from levelhips.text import number, tr
from levelhips.words import QUALITY, SIDES, words_for_value

DASH = "-"


def summary_table(summary: dict[str, Any]) -> Table:
    """Return the figures of `levelhips.summarize` with mean and standard deviation, left, right and both."""
    recording, steps = summary["recording"], summary["steps"]
    title = tr("cli.summary.title", name=recording["file"], minutes=recording["duration_s"] / 60, rate_hz=recording["rate_hz"])
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in (SIDES[Side.LEFT], SIDES[Side.RIGHT], tr("cli.summary.both")):
        table.add_column(name, justify="right")
    valid = tr("cli.summary.of-all", valid=steps["counted"], all=steps["all"])
    table.add_row(tr("cli.summary.valid-steps"), str(steps["left"]), str(steps["right"]), valid)
    for metric in metrics().shown_in(SUMMARY):
        if (values := summary["metrics"].get(metric.key)) is not None:
            table.add_row(str(metric.title), *(_spread(metric, values.get(side)) for side in ("left", "right", "both")))
        if metric.key == "contralateral_drop":
            _add_drop_rows(table, summary)
    cues = summary["cues"]
    every = str(cues["all"]) if cues["heard"] in (None, cues["all"]) else tr("cli.summary.heard", all=cues["all"], heard=cues["heard"])
    table.add_row(tr("cli.summary.beeps"), str(cues.get("left", 0)), str(cues.get("right", 0)), every)
    _add_excluded_rows(table, summary)
    return table


def _spread(metric: Metric, values: dict[str, float | None] | None) -> str:
    if values is None or values["mean"] is None:
        return DASH if values is not None or metric.by_side else ""
    sd = "" if values["sd"] is None else f" ± {metric.text(values['sd'])}"
    return metric.text(values["mean"]) + sd


def _add_drop_rows(table: Table, summary: dict[str, Any]) -> None:
    """Add the drop with beeps and without, if there was both, the difference of the sides, and the change over the run."""
    by_feedback = {name: sides for name, sides in summary["drop_by_feedback_deg"].items() if sides is not None}
    if len(by_feedback) > 1:
        drop = metrics()["contralateral_drop"]
        for name, sides in by_feedback.items():
            table.add_row(tr(f"cli.summary.drop-{name}"), *(_spread(drop, sides[side]) for side in ("left", "right")), "")
    asymmetry, drift = summary["asymmetry_deg"], summary["drift_deg_per_10_min"]
    if asymmetry["right_minus_left"] is not None and asymmetry["uncertainty"] is not None:
        error = _with_error(asymmetry["right_minus_left"], asymmetry["uncertainty"])
        table.add_row(tr("cli.summary.right-minus-left"), "", "", error)
    changes = [drift[side] for side in ("left", "right")]
    if any(changes):
        cells = [DASH if change is None else _with_error(change["slope"], change["standard_error"]) for change in changes]
        table.add_row(tr("cli.summary.change"), *cells, "")


def _with_error(value: float, error: float) -> str:
    shown = round(value, 2) + 0.0  # a negative zero becomes a zero
    written = number(shown, "+.2f")
    return f"{written} ± {number(error, '.2f')}" if math.isfinite(error) else written


def _add_excluded_rows(table: Table, summary: dict[str, Any]) -> None:
    """Add excluded steps and lost samples, and say so if there is no standing zero."""
    recording, steps = summary["recording"], summary["steps"]
    excluded = {name: count for name, count in steps["quality"].items() if name != "ok"}
    if excluded:
        reasons = ", ".join(f"{count} ({words_for_value(QUALITY, name)})" for name, count in sorted(excluded.items()))
        table.add_row(tr("cli.summary.excluded-steps"), "", "", reasons)
    if recording["gaps"]:
        lost = tr("cli.summary.lost", n=recording["gaps"], seconds=recording["gaps_s"])
        table.add_row(tr("cli.summary.samples-lost"), "", "", lost)
    if summary["standing"] is None:
        table.add_row(tr("cli.summary.standing-zero"), "", "", tr("cli.summary.no-standing-zero"))
