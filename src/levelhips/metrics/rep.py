"""Metrics of a repetition of a drill. A whole hold is one repetition."""

from __future__ import annotations

from levelhips.events import Rep
from levelhips.metrics.metric import CSV, DEGREES, HISTORY, REVIEW, SUMMARY, Display, Metric

_DEG = Display("deg", 1.0, 1)
_S = Display("s", 1.0, 1)

REP_METRICS: tuple[Metric, ...] = (
    Metric(
        key="rep_from_s", of=Rep, field="at_s", unit="s", column="from_s", shown_in=CSV | REVIEW, display=_S,
    ),
    Metric(
        key="rep_to_s", of=Rep, field="to_s", unit="s", column="to_s", shown_in=CSV,
    ),
    Metric(
        key="rep_set", of=Rep, field="set_n", digits=0, column="set", shown_in=CSV | REVIEW,
    ),
    Metric(
        key="rep_number", of=Rep, field="number", digits=0, column="number", shown_in=CSV,
    ),
    Metric(
        key="rep_side", of=Rep, field="side", digits=None, column="side", shown_in=CSV | REVIEW,
    ),
    Metric(
        key="rep_counts", of=Rep, field=lambda rep: "yes" if rep.full else "no", digits=None, column="counts", shown_in=CSV,
    ),
    Metric(
        key="rep_faults", of=Rep, field="form_faults", digits=None, column="form_faults", shown_in=CSV | REVIEW,
    ),
    Metric(
        key="rep_quality", of=Rep, field="quality", digits=None, column="quality", shown_in=CSV,
    ),
    Metric(
        key="rep_confidence", of=Rep, field="confidence", digits=2, column="confidence", shown_in=CSV,
    ),
    Metric(
        key="rep_range", of=Rep, field="range_rad", unit="deg", scale=DEGREES, digits=2, column="range_deg", display=_DEG,
        shown_in=CSV | SUMMARY | REVIEW | HISTORY,
    ),
    Metric(
        key="rep_mean", of=Rep, field="mean_rad", unit="deg", scale=DEGREES, digits=2, column="mean_deg", display=_DEG,
        shown_in=CSV | HISTORY,
    ),
    Metric(
        key="rep_sd", of=Rep, field="sd_rad", unit="deg", scale=DEGREES, digits=2, column="sd_deg", display=_DEG, shown_in=CSV | HISTORY,
    ),
    Metric(
        key="rep_out", of=Rep, field="out_s", unit="s", digits=2, column="out_s", shown_in=CSV | HISTORY, display=_S,
    ),
    Metric(
        key="rep_hold", of=Rep, field="hold_s", unit="s", digits=2, column="hold_s", shown_in=CSV | HISTORY, display=_S,
    ),
    Metric(
        key="rep_back", of=Rep, field="back_s", unit="s", digits=2, column="back_s", shown_in=CSV | HISTORY, display=_S,
    ),
    Metric(
        key="rep_tempo", of=Rep, field="tempo_s", unit="s", digits=2, display=_S, shown_in=SUMMARY | REVIEW | HISTORY,
    ),
)  # fmt: skip
