"""Metrics of a stride: from a contact to the next contact of the same foot."""

from __future__ import annotations

from levelhips.events import Stride
from levelhips.metrics.metric import CSV, DEGREES, HISTORY, MILLI, SUMMARY, Display, Metric

_DEG = Display("deg", 1.0, 1)

STRIDE_METRICS: tuple[Metric, ...] = (
    Metric(
        key="stride_contact_s", of=Stride, field="at_s", unit="s", digits=4, label="Time", column="contact_s", shown_in=CSV,
        help="Time of the contact that begins the stride, on the sensor's clock.",
    ),
    Metric(
        key="stride_side", of=Stride, field="side", digits=None, label="Side", column="side", shown_in=CSV,
        help="The foot whose contacts begin and end the stride: always the right one, so that strides do not overlap.",
    ),
    Metric(
        key="stride_time", of=Stride, field="duration_s", unit="s", digits=4, label="Stride time", column="duration_s",
        help="Time from a contact to the next contact of the same foot.", display=Display("ms", MILLI, 0),
    ),
    Metric(
        key="cadence", of=Stride, field="cadence_spm", unit="steps/min", digits=2, label="Cadence",
        help="Steps a minute: two steps over the time of the stride.",
        shown_in=CSV | SUMMARY | HISTORY, display=Display("steps/min", 1.0, 1),
    ),
    Metric(
        key="stride_quality", of=Stride, field="quality", digits=None, label="Quality", column="quality", shown_in=CSV,
        help="Whether the stride can be trusted: ok, or the worst problem with it.",
    ),
    Metric(
        key="stride_mode", of=Stride, field="mode", digits=None, label="Gait", column="mode", shown_in=CSV,
        help="running or walking.",
    ),
    Metric(
        key="obliquity_mean", of=Stride, field="obliquity_mean_rad", unit="deg", scale=DEGREES, label="Mean obliquity",
        help="Mean obliquity over the stride against standing; positive: right side higher.",
    ),
    Metric(
        key="obliquity_range", of=Stride, field="obliquity_range_rad", unit="deg", scale=DEGREES, label="Obliquity range",
        help="Largest minus smallest obliquity over the stride.",
    ),
    Metric(
        key="tilt_mean", of=Stride, field="tilt_mean_rad", unit="deg", scale=DEGREES, label="Mean tilt",
        help="Mean tilt over the stride against standing; positive: front down.", shown_in=CSV | HISTORY,
    ),
    Metric(
        key="tilt_range", of=Stride, field="tilt_range_rad", unit="deg", scale=DEGREES, label="Tilt range",
        help="Largest minus smallest tilt over the stride.", shown_in=CSV | SUMMARY | HISTORY, display=_DEG,
    ),
    Metric(
        key="rotation_range", of=Stride, field="rotation_range_rad", unit="deg", scale=DEGREES, label="Rotation range",
        help="Largest minus smallest rotation of the pelvis about the vertical over the stride.",
        shown_in=CSV | SUMMARY | HISTORY, display=_DEG,
    ),
    Metric(
        key="vertical_oscillation", of=Stride, field="vertical_oscillation_m", unit="m", digits=4, label="Vertical oscillation",
        help="Highest minus lowest height of the pelvis over the stride.",
        shown_in=CSV | SUMMARY | HISTORY, display=Display("mm", MILLI, 0),
    ),
    Metric(
        key="turn", of=Stride, field="turn_radps", unit="deg/s", scale=DEGREES, digits=2, label="Turning",
        help="Mean rate at which the heading changes over the stride; positive: to the left.",
    ),
    Metric(
        key="asymmetry", of=Stride, field="asymmetry_rad", unit="deg", scale=DEGREES, label="Asymmetry of drop",
        help="Drop of the right stance minus drop of the left stance, of the last step of each side.",
    ),
    Metric(
        key="stride_known_s", of=Stride, field="known_s", unit="s", digits=4, label="Detected", column="known_s", shown_in=CSV,
        help="Time at which the stride was complete and known, on the sensor's clock.",
    ),
)  # fmt: skip
