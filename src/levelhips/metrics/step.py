"""Metrics of a step: one stance, from contact to toe-off."""

from __future__ import annotations

from levelhips.events import Step
from levelhips.metrics.metric import CSV, DEGREES, HISTORY, MILLI, PER_G, REVIEW, SUMMARY, Display, Metric

_MEAN_DEG = Display("deg", 1.0, 2)  # the mean of hundreds of steps is known better than one of them
_MS = Display("ms", MILLI, 0)
_G = Display("g", 1.0, 2)

STEP_METRICS: tuple[Metric, ...] = (
    Metric(
        key="contact_s", of=Step, field="at_s", digits=4, unit="s", label="Time", column="contact_s",
        help="Time at which the foot met the ground, on the sensor's clock.", shown_in=CSV | REVIEW, display=Display("s", 1.0, 2),
    ),
    Metric(
        key="toe_off_s", of=Step, field="toe_off_s", digits=4, label="Toe-off", column="toe_off_s", shown_in=CSV,
        help="Time at which the foot left the ground, on the sensor's clock; empty in walking, where it is not measured.", unit="s",
    ),
    Metric(
        key="stance_side", of=Step, field="side", digits=None, label="Stance side", shown_in=CSV | REVIEW,
        help="The foot on the ground: left or right.",
    ),
    Metric(
        key="contralateral_drop", of=Step, field="drop_rad", unit="deg", scale=DEGREES, label="Pelvic drop", by_side=True,
        help="Largest amount in stance by which the swing side of the pelvis is lower than in standing.",
        shown_in=CSV | SUMMARY | REVIEW | HISTORY, display=_MEAN_DEG,
    ),
    Metric(
        key="quality", of=Step, field="quality", digits=None, label="Quality", shown_in=CSV | REVIEW,
        help="Whether the step can be trusted: ok, or the worst problem with it. Only ok steps count in means and may beep.",
    ),
    Metric(
        key="mode", of=Step, field="mode", digits=None, label="Gait", shown_in=CSV,
        help="running or walking.",
    ),
    Metric(
        key="side_confidence", of=Step, field="side_confidence", label="Side confidence", shown_in=CSV,
        help="Probability that the stance side is named correctly, 0 to 1.",
    ),
    Metric(
        key="drop_uncertainty", of=Step, field="drop_sd_rad", unit="deg", scale=DEGREES, label="Drop uncertainty",
        help="Standard uncertainty of this step's drop from orientation, standing zero and heading of the clip.",
        shown_in=CSV | REVIEW | HISTORY, display=_MEAN_DEG,
    ),
    Metric(
        key="drop_at_contact", of=Step, field="drop_at_contact_rad", unit="deg", scale=DEGREES, label="Drop at contact", by_side=True,
        help="Drop at the moment the foot meets the ground; negative if the swing side is higher than in standing.",
    ),
    Metric(
        key="drop_excursion", of=Step, field="drop_excursion_rad", unit="deg", scale=DEGREES, label="Drop, contact to peak", by_side=True,
        help="How much the swing side sinks from contact to the largest drop of the stance.",
        shown_in=CSV | SUMMARY | HISTORY, display=_MEAN_DEG,
    ),
    Metric(
        key="drop_peak_time", of=Step, field="peak_percent", unit="%", digits=1, label="Time of peak drop", by_side=True,
        column="peak_percent_stance", help="When in stance the drop is largest: 0 % is contact, 100 % is toe-off.",
    ),
    Metric(
        key="stance_obliquity_mean", of=Step, field="obliquity_mean_rad", unit="deg", scale=DEGREES, label="Obliquity in stance",
        by_side=True, column="obliquity_mean_deg", help="Mean obliquity in stance against standing; positive: right side higher.",
    ),
    Metric(
        key="stance_tilt_mean", of=Step, field="tilt_mean_rad", unit="deg", scale=DEGREES, label="Tilt in stance", by_side=True,
        column="tilt_mean_deg", help="Mean tilt in stance against standing; positive: front down.",
    ),
    Metric(
        key="stance_tilt_range", of=Step, field="tilt_range_rad", unit="deg", scale=DEGREES, label="Tilt range in stance", by_side=True,
        column="tilt_range_deg", help="Largest minus smallest tilt in stance.",
    ),
    Metric(
        key="stance_rotation_range", of=Step, field="rotation_range_rad", unit="deg", scale=DEGREES, label="Rotation range in stance",
        by_side=True, column="rotation_range_deg", help="Largest minus smallest rotation of the pelvis about the vertical in stance.",
    ),
    Metric(
        key="contact_time", of=Step, field="contact_time_s", unit="s", digits=4, label="Contact time", by_side=True,
        help="Time from contact to toe-off; empty in walking.", shown_in=CSV | SUMMARY | REVIEW | HISTORY, display=_MS,
    ),
    Metric(
        key="flight_before", of=Step, field="flight_before_s", unit="s", digits=4, label="Flight time", by_side=True,
        help="Time in the air before this contact, since the toe-off of the other foot; empty for the first step and in walking.",
        shown_in=CSV | SUMMARY | HISTORY, display=_MS,
    ),
    Metric(
        key="step_time", of=Step, field="step_time_s", unit="s", digits=4, label="Step time", by_side=True,
        help="Time since the contact of the other foot; empty for the first step.", display=_MS,
    ),
    Metric(
        key="impact_peak", of=Step, field="impact_peak_mps2", unit="g", scale=PER_G, label="Impact", by_side=True,
        help="Largest vertical specific force in the first 60 ms after contact; standing still is 1 g.",
        shown_in=CSV | SUMMARY | HISTORY, display=_G,
    ),
    Metric(
        key="vertical_peak", of=Step, field="vertical_peak_mps2", unit="g", scale=PER_G, label="Vertical peak", by_side=True,
        help="Largest vertical specific force in stance; standing still is 1 g.", display=_G,
    ),
    Metric(
        key="step_known_s", of=Step, field="known_s", unit="s", digits=4, label="Detected", column="known_s", shown_in=CSV,
        help="Time at which the step was complete and known, on the sensor's clock.",
    ),
)  # fmt: skip
