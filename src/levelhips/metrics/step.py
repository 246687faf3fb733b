"""Metrics of a step: one stance, from contact to toe-off."""

from __future__ import annotations

from levelhips.events import Step
from levelhips.metrics.metric import CSV, DEGREES, HISTORY, MILLI, PER_G, REVIEW, SUMMARY, Display, Metric

_MEAN_DEG = Display("deg", 1.0, 2)  # the mean of hundreds of steps is known better than one of them
_MS = Display("ms", MILLI, 0)
_G = Display("g", 1.0, 2)

STEP_METRICS: tuple[Metric, ...] = (
    Metric(
        key="contact_s", of=Step, field="at_s", digits=4, unit="s", column="contact_s", shown_in=CSV | REVIEW, display=Display("s", 1.0, 2),
    ),
    Metric(
        key="toe_off_s", of=Step, field="toe_off_s", digits=4, column="toe_off_s", shown_in=CSV, unit="s",
    ),
    Metric(
        key="stance_side", of=Step, field="side", digits=None, shown_in=CSV | REVIEW,
    ),
    Metric(
        key="contralateral_drop", of=Step, field="drop_rad", unit="deg", scale=DEGREES, by_side=True,
        shown_in=CSV | SUMMARY | REVIEW | HISTORY, display=_MEAN_DEG,
    ),
    Metric(
        key="quality", of=Step, field="quality", digits=None, shown_in=CSV | REVIEW,
    ),
    Metric(
        key="mode", of=Step, field="mode", digits=None, shown_in=CSV,
    ),
    Metric(
        key="side_confidence", of=Step, field="side_confidence", shown_in=CSV,
    ),
    Metric(
        key="drop_uncertainty", of=Step, field="drop_sd_rad", unit="deg", scale=DEGREES,
        shown_in=CSV | REVIEW | HISTORY, display=_MEAN_DEG,
    ),
    Metric(
        key="drop_at_contact", of=Step, field="drop_at_contact_rad", unit="deg", scale=DEGREES, by_side=True,
    ),
    Metric(
        key="drop_excursion", of=Step, field="drop_excursion_rad", unit="deg", scale=DEGREES, by_side=True,
        shown_in=CSV | SUMMARY | HISTORY, display=_MEAN_DEG,
    ),
    Metric(
        key="drop_peak_time", of=Step, field="peak_percent", unit="%", digits=1, by_side=True,
        column="peak_percent_stance",
    ),
    Metric(
        key="stance_obliquity_mean", of=Step, field="obliquity_mean_rad", unit="deg", scale=DEGREES,
        by_side=True, column="obliquity_mean_deg",
    ),
    Metric(
        key="stance_tilt_mean", of=Step, field="tilt_mean_rad", unit="deg", scale=DEGREES, by_side=True,
        column="tilt_mean_deg",
    ),
    Metric(
        key="stance_tilt_range", of=Step, field="tilt_range_rad", unit="deg", scale=DEGREES, by_side=True,
        column="tilt_range_deg",
    ),
    Metric(
        key="stance_rotation_range", of=Step, field="rotation_range_rad", unit="deg", scale=DEGREES,
        by_side=True, column="rotation_range_deg",
    ),
    Metric(
        key="contact_time", of=Step, field="contact_time_s", unit="s", digits=4, by_side=True, shown_in=CSV | SUMMARY | REVIEW | HISTORY,
        display=_MS,
    ),
    Metric(
        key="flight_before", of=Step, field="flight_before_s", unit="s", digits=4, by_side=True,
        shown_in=CSV | SUMMARY | HISTORY, display=_MS,
    ),
    Metric(
        key="step_time", of=Step, field="step_time_s", unit="s", digits=4, by_side=True, display=_MS,
    ),
    Metric(
        key="impact_peak", of=Step, field="impact_peak_mps2", unit="g", scale=PER_G, by_side=True,
        shown_in=CSV | SUMMARY | HISTORY, display=_G,
    ),
    Metric(
        key="vertical_peak", of=Step, field="vertical_peak_mps2", unit="g", scale=PER_G, by_side=True, display=_G,
    ),
    Metric(
        key="step_known_s", of=Step, field="known_s", unit="s", digits=4, column="known_s", shown_in=CSV,
    ),
)  # fmt: skip
