"""Load the metrics of levelhips and of installed plug-ins; the pure declarations are in `levelhips.metrics`."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from levelhips.metrics import BUILT_IN, Metric, Metrics
from levelhips.plugins import installed
from levelhips.text import Text, has

log = logging.getLogger(__name__)
GROUP = "levelhips.metrics"


@cache
def metrics() -> Metrics:
    """Return all metrics: ours, then those under the entry point group `levelhips.metrics`, by the names of their entry points.

    A plug-in that cannot be loaded, that has no label or help, or whose key or column is taken, is left out with a warning.
    If a metric raises an error for an event, it has no value there, and the table and the running session go on.
    """
    found = BUILT_IN
    for name, metric in installed(GROUP, Metric).items():
        unwritten = [part.key for part in (metric.label, metric.help) if isinstance(part, Text) and not has(part.key)]
        if unwritten:
            log.warning("Metric %s is left out: it has no %s", name, " and no ".join(unwritten))
            continue
        try:
            found = found.with_added(replace(metric, field=_Guarded(metric)))
        except ValueError as error:
            log.warning("Metric %s is left out: %s", name, error)
    return found


@dataclass(slots=True)
class _Guarded:
    """Values of a plug-in's metric; NaN, or empty for a word, where the metric raises an error or returns something else."""

    metric: Metric
    warned: bool = False

    def __call__(self, event: Any) -> float | str:
        field: str | Callable[[Any], float | str] = self.metric.field
        try:
            value = getattr(event, field) if isinstance(field, str) else field(event)
            return str(value) if self.metric.digits is None else float(value)
        except Exception as error:  # a plug-in's error must not end a session
            if not self.warned:
                log.warning("Metric %s has no value for some events: %s", self.metric.key, error)
                self.warned = True
            return "" if self.metric.digits is None else math.nan
