"""Metrics of a stride: from a contact to the next contact of the same foot."""

from __future__ import annotations

from levelhips.events import Stride
from levelhips.metrics.metric import CSV, DEGREES, HISTORY, MILLI, SUMMARY, Display, Metric

_DEG = Display("deg", 1.0, 1)

STRIDE_METRICS: tuple[Metric, ...] = (
    Metric(
        key="stride_contact_s", of=Stride, field="at_s", unit="s", digits=4, column="contact_s", shown_in=CSV,
    ),
    Metric(
        key="stride_side", of=Stride, field="side", digits=None, column="side", shown_in=CSV,
    ),
    Metric(
        key="stride_time", of=Stride, field="duration_s", unit="s", digits=4, column="duration_s", display=Display("ms", MILLI, 0),
    ),
    Metric(
        key="cadence", of=Stride, field="cadence_spm", unit="steps/min", digits=2,
        shown_in=CSV | SUMMARY | HISTORY, display=Display("steps/min", 1.0, 1),
    ),
    Metric(
        key="stride_quality", of=Stride, field="quality", digits=None, column="quality", shown_in=CSV,
    ),
    Metric(
        key="stride_mode", of=Stride, field="mode", digits=None, column="mode", shown_in=CSV,
    ),
    Metric(
        key="obliquity_mean", of=Stride, field="obliquity_mean_rad", unit="deg", scale=DEGREES,
    ),
    Metric(
        key="obliquity_range", of=Stride, field="obliquity_range_rad", unit="deg", scale=DEGREES,
    ),
    Metric(
        key="tilt_mean", of=Stride, field="tilt_mean_rad", unit="deg", scale=DEGREES, shown_in=CSV | HISTORY,
    ),
    Metric(
        key="tilt_range", of=Stride, field="tilt_range_rad", unit="deg", scale=DEGREES, shown_in=CSV | SUMMARY | HISTORY, display=_DEG,
    ),
    Metric(
        key="rotation_range", of=Stride, field="rotation_range_rad", unit="deg", scale=DEGREES,
        shown_in=CSV | SUMMARY | HISTORY, display=_DEG,
    ),
    Metric(
        key="vertical_oscillation", of=Stride, field="vertical_oscillation_m", unit="m", digits=4,
        shown_in=CSV | SUMMARY | HISTORY, display=Display("mm", MILLI, 0),
    ),
    Metric(
        key="turn", of=Stride, field="turn_radps", unit="deg/s", scale=DEGREES, digits=2,
    ),
    Metric(
        key="asymmetry", of=Stride, field="asymmetry_rad", unit="deg", scale=DEGREES,
    ),
    Metric(
        key="stride_known_s", of=Stride, field="known_s", unit="s", digits=4, column="known_s", shown_in=CSV,
    ),
)  # fmt: skip
