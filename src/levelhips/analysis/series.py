"""Values of one metric over a session, for plots, and which events count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from levelhips.analysis.findings import Findings
from levelhips.events import Quality, Rep, Side, Step, Stride
from levelhips.metrics import Measured, Metric
from levelhips.samples import Array

MEAN_OF = 21  # events in the running mean: 15 s of steps of one side; odd, so that there is a middle one


def events_of(analysis: Findings, metric: Metric) -> Sequence[Measured]:
    """Return the events that have the metric; steps and strides only of the session's gait: running, or walking if nobody ran."""
    if metric.of is Rep:
        return analysis.reps
    mode = analysis.statistics().mode
    every: Sequence[Step] | Sequence[Stride] = analysis.steps if metric.of is Step else analysis.strides
    return [event for event in every if event.mode is mode]


def counts(event: Measured) -> bool:
    """Return whether an event counts in means: it is of quality ok and, if it is a repetition, complete."""
    return event.quality is Quality.OK and (not isinstance(event, Rep) or event.full)


def series(events: Sequence[Measured], metric: Metric, side: Side | None = None, *, counting: bool = True) -> tuple[Array, Array]:
    """Return times [s] and values of a metric, (n,) each, in its unit for people, for the events that count.

    Without `side`, those of both sides. If not `counting`, those of the events that do not count.
    """
    found = []
    for event in events:
        if (side is None or event.side is side) and counts(event) is counting:
            value = metric.value(event)
            if not isinstance(value, str) and np.isfinite(value):
                found.append((event.at_s, value * metric.shown.factor))
    t_s, values = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return t_s, values


def running_mean(t_s: Array, values: Array) -> tuple[Array, Array]:
    """Return times and means of `MEAN_OF` neighboring values each; empty arrays if there are fewer values."""
    if len(values) < MEAN_OF:
        return t_s[:0], values[:0]
    half = MEAN_OF // 2
    return t_s[half : len(t_s) - half], np.convolve(values, np.full(MEAN_OF, 1 / MEAN_OF), "valid")
