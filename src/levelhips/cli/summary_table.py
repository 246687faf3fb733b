"""The summary of a session as a table to read."""

from __future__ import annotations

import math
from typing import Any

from rich.table import Table

from levelhips.analysis.installed_metrics import metrics
from levelhips.metrics import SUMMARY, Metric
from levelhips.words import QUALITY, words_for_value

DASH = "-"


def summary_table(summary: dict[str, Any]) -> Table:
    """Return the figures of `levelhips.summarize` with mean and standard deviation, left, right and both."""
    recording, steps = summary["recording"], summary["steps"]
    table = Table(title=f"{recording['file']}: {recording['duration_s'] / 60:.1f} min at {recording['rate_hz']:g} Hz", title_justify="left")
    table.add_column("")
    for name in ("left", "right", "both"):
        table.add_column(name, justify="right")
    table.add_row("valid steps", str(steps["left"]), str(steps["right"]), f"{steps['counted']} of {steps['all']}")
    for metric in metrics().shown_in(SUMMARY):
        if (values := summary["metrics"].get(metric.key)) is not None:
            table.add_row(metric.title.replace("[", "\\["), *(_spread(metric, values.get(side)) for side in ("left", "right", "both")))
        if metric.key == "contralateral_drop":
            _add_drop_rows(table, summary)
    cues = summary["cues"]
    table.add_row("beeps", str(cues.get("left", 0)), str(cues.get("right", 0)), str(cues["all"]))
    _add_excluded_rows(table, summary)
    return table


def _spread(metric: Metric, values: dict[str, float | None] | None) -> str:
    if values is None or values["mean"] is None:
        return DASH if values is not None or metric.by_side else ""
    sd = "" if values["sd"] is None else f" ± {metric.text(values['sd'])}"
    return metric.text(values["mean"]) + sd


def _add_drop_rows(table: Table, summary: dict[str, Any]) -> None:
    """Add the difference of the sides and the change over the run."""
    asymmetry, drift = summary["asymmetry_deg"], summary["drift_deg_per_10_min"]
    if asymmetry["right_minus_left"] is not None and asymmetry["uncertainty"] is not None:
        table.add_row("right minus left \\[deg]", "", "", _with_error(asymmetry["right_minus_left"], asymmetry["uncertainty"]))
    changes = [drift[side] for side in ("left", "right")]
    if any(changes):
        cells = [DASH if change is None else _with_error(change["slope"], change["standard_error"]) for change in changes]
        table.add_row("change in 10 min \\[deg]", *cells, "")


def _with_error(value: float, error: float) -> str:
    shown = round(value, 2) + 0.0  # a negative zero becomes a zero
    return f"{shown:+.2f} ± {error:.2f}" if math.isfinite(error) else f"{shown:+.2f}"


def _add_excluded_rows(table: Table, summary: dict[str, Any]) -> None:
    """Add what was left out, and the standing zero if there is none."""
    recording, steps = summary["recording"], summary["steps"]
    excluded = {name: count for name, count in steps["quality"].items() if name != "ok"}
    if excluded:
        table.add_row(
            "excluded steps", "", "", ", ".join(f"{count} ({words_for_value(QUALITY, name)})" for name, count in sorted(excluded.items()))
        )
    if recording["gaps"]:
        table.add_row("samples lost", "", "", f"{recording['gaps']} gaps, {recording['gaps_s']:.1f} s")
    if summary["standing"] is None:
        table.add_row("standing zero", "", "", "none: drops are from mean posture")
