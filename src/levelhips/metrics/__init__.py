"""One table of every figure of steps, strides and repetitions, and one way to average them.

Adding a metric is one entry in step.py, stride.py or rep.py (or a plug-in under the entry point group
`levelhips.metrics`). Tables, summaries, history and docs/metrics.md read the table.
"""

from levelhips.metrics.metric import CSV, HISTORY, REVIEW, SUMMARY, Display, Measured, Metric, ShownIn, Truth
from levelhips.metrics.registry import BUILT_IN, Metrics
from levelhips.metrics.rep import REP_METRICS
from levelhips.metrics.statistics import Feedback, SinceStart, Spread, Statistics, Trend
from levelhips.metrics.step import STEP_METRICS
from levelhips.metrics.stride import STRIDE_METRICS

__all__ = [
    "BUILT_IN",
    "CSV",
    "HISTORY",
    "REP_METRICS",
    "REVIEW",
    "STEP_METRICS",
    "STRIDE_METRICS",
    "SUMMARY",
    "Display",
    "Feedback",
    "Measured",
    "Metric",
    "Metrics",
    "ShownIn",
    "SinceStart",
    "Spread",
    "Statistics",
    "Trend",
    "Truth",
]
