"""Metrics of a repetition of a drill; of a hold, the whole hold is one repetition."""

from __future__ import annotations

from levelhips.events import Rep
from levelhips.metrics.metric import CSV, DEGREES, HISTORY, REVIEW, SUMMARY, Display, Metric

_DEG = Display("deg", 1.0, 1)
_S = Display("s", 1.0, 1)

REP_METRICS: tuple[Metric, ...] = (
    Metric(
        key="rep_from_s", of=Rep, field="at_s", unit="s", label="Time", column="from_s", shown_in=CSV | REVIEW, display=_S,
        help="Time at which the movement began, on the sensor's clock.",
    ),
    Metric(
        key="rep_to_s", of=Rep, field="to_s", unit="s", label="End", column="to_s", shown_in=CSV,
        help="Time at which the leading angle was back below the drill's lower limit, on the sensor's clock.",
    ),
    Metric(
        key="rep_set", of=Rep, field="set_n", digits=0, label="Set", column="set", shown_in=CSV | REVIEW,
        help="The set that the repetition belongs to, from 1.",
    ),
    Metric(
        key="rep_number", of=Rep, field="number", digits=0, label="Number", column="number", shown_in=CSV,
        help="Number of the repetition in its set, from 1; of an incomplete one the number it would have had.",
    ),
    Metric(
        key="rep_side", of=Rep, field="side", digits=None, label="Side", column="side", shown_in=CSV | REVIEW,
        help="The hip that works: of the standing leg, or the upper one in lying.",
    ),
    Metric(
        key="rep_counts", of=Rep, field=lambda rep: "yes" if rep.full else "no", digits=None, label="Counts", column="counts", shown_in=CSV,
        help="yes for a complete repetition, no for an incomplete one, which does not count.",
    ),
    Metric(
        key="rep_faults", of=Rep, field="cheats", digits=None, label="Form faults", column="cheats", shown_in=CSV | REVIEW,
        help="Form faults of the repetition, separated by spaces; empty if there was none.",
    ),
    Metric(
        key="rep_quality", of=Rep, field="quality", digits=None, label="Quality", column="quality", shown_in=CSV,
        help="Whether the repetition can be trusted: ok, or the worst problem with it.",
    ),
    Metric(
        key="rep_confidence", of=Rep, field="confidence", digits=2, label="Confidence", column="confidence", shown_in=CSV,
        help="Confidence that the repetition was done, 0 to 1; low if only the pace says so.",
    ),
    Metric(
        key="rep_range", of=Rep, field="range_rad", unit="deg", scale=DEGREES, digits=2, label="Range", column="range_deg", display=_DEG,
        help="Largest value of the drill's leading angle in the repetition.", shown_in=CSV | SUMMARY | REVIEW | HISTORY,
    ),
    Metric(
        key="rep_mean", of=Rep, field="mean_rad", unit="deg", scale=DEGREES, digits=2, label="Mean angle", column="mean_deg", display=_DEG,
        help="Mean of the leading angle, from a tenth of the way out to the end of the repetition.", shown_in=CSV | HISTORY,
    ),
    Metric(
        key="rep_sd", of=Rep, field="sd_rad", unit="deg", scale=DEGREES, digits=2, label="Sway", column="sd_deg", display=_DEG,
        help="Standard deviation of the leading angle over the same time.", shown_in=CSV | HISTORY,
    ),
    Metric(
        key="rep_out", of=Rep, field="out_s", unit="s", digits=2, label="Way out", column="out_s", shown_in=CSV | HISTORY, display=_S,
        help="Time of the movement out, to the end of the range.",
    ),
    Metric(
        key="rep_hold", of=Rep, field="hold_s", unit="s", digits=2, label="Hold", column="hold_s", shown_in=CSV | HISTORY, display=_S,
        help="Time at the end of the range.",
    ),
    Metric(
        key="rep_back", of=Rep, field="back_s", unit="s", digits=2, label="Way back", column="back_s", shown_in=CSV | HISTORY, display=_S,
        help="Time of the movement back.",
    ),
    Metric(
        key="rep_tempo", of=Rep, field="tempo_s", unit="s", digits=2, label="Tempo", display=_S,
        help="Duration of the whole repetition: out, hold and back.", shown_in=SUMMARY | REVIEW | HISTORY,
    ),
)  # fmt: skip
