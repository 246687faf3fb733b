"""The summary of a session as a table to read."""

from __future__ import annotations

from typing import Any

from rich.table import Table


def summary_table(summary: dict[str, Any]) -> Table:
    """The figures of `levelhips.summarize`, mean and spread, left and right where there are sides."""
    recording, steps = summary["recording"], summary["steps"]
    table = Table(title=f"{recording['file']}: {recording['duration_s'] / 60:.1f} min at {recording['rate_hz']:g} Hz", title_justify="left")
    table.add_column("")
    for name in ("left", "right", "both"):
        table.add_column(name, justify="right")

    def spread(value: dict[str, float] | None, digits: int = 1, factor: float = 1.0) -> str:
        return "-" if value is None else f"{value['mean'] * factor:.{digits}f} ± {value['sd'] * factor:.{digits}f}"

    table.add_row("steps that count", str(steps["left"]), str(steps["right"]), f"{steps['counted']} of {steps['all']}")
    for title, key in (("drop from standing, deg", "contralateral_drop_deg"), ("drop from contact to peak, deg", "drop_excursion_deg")):
        table.add_row(title, spread(summary[key]["left"], 2), spread(summary[key]["right"], 2), "")
    asymmetry = summary["asymmetry_deg"]
    if asymmetry["right_less_left"] is not None and asymmetry["standard_error"] is not None:
        table.add_row("right less left, deg", "", "", f"{asymmetry['right_less_left']:+.2f} ± {asymmetry['standard_error']:.2f} (SE)")
    drift = summary["drift_deg_per_10_min"]
    if drift["left"] and drift["right"]:
        table.add_row(
            "growth, deg in 10 min",
            *(f"{drift[side]['slope']:+.2f} ± {drift[side]['standard_error']:.2f}" for side in ("left", "right")),
            "",
        )
    for title, key, digits, factor in (
        ("cadence, steps/min", "cadence_spm", 1, 1.0),
        ("contact, ms", "contact_time_s", 0, 1e3),
        ("flight, ms", "flight_time_s", 0, 1e3),
        ("vertical oscillation, mm", "vertical_oscillation_m", 0, 1e3),
        ("rotation range, deg", "rotation_range_deg", 1, 1.0),
        ("tilt range, deg", "tilt_range_deg", 1, 1.0),
        ("impact, g", "impact_peak_g", 2, 1.0),
    ):
        if summary[key] is not None:
            table.add_row(title, "", "", spread(summary[key], digits, factor))
    cues = summary["cues"]
    table.add_row("beeps", str(cues.get("left", 0)), str(cues.get("right", 0)), str(cues["all"]))
    poor = {name: count for name, count in steps["quality"].items() if name != "ok"}
    if poor:
        table.add_row("not counted", "", "", ", ".join(f"{count} {name}" for name, count in sorted(poor.items())))
    if recording["gaps"]:
        table.add_row("samples lost", "", "", f"{recording['gaps']} gaps, {recording['gaps_s']:.1f} s")
    if summary["standing"] is None:
        table.add_row("standing zero", "", "", "none: nobody stood still; drops are from mean posture")
    return table
