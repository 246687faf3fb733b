"""All metrics in their order, to be looked up by key, by event and by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from levelhips.metrics.metric import Measured, Metric, ShownIn
from levelhips.metrics.rep import REP_METRICS
from levelhips.metrics.step import STEP_METRICS
from levelhips.metrics.stride import STRIDE_METRICS


class Metrics:
    """An immutable list of metrics with unique keys and, for each kind of event, unique columns.

    Parameters
    ----------
    metrics : iterable of Metric

    Raises
    ------
    ValueError
        If two metrics have one key, or two of one event have one column.
    """

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._by_key: dict[str, Metric] = {}
        columns: set[tuple[type, str]] = set()
        for metric in metrics:
            column = (metric.of, metric.column)
            if metric.key in self._by_key:
                raise ValueError(f"Two metrics have the key {metric.key}")
            if column in columns:
                raise ValueError(f"Two metrics of {metric.of.__name__} have the column {metric.column}")
            self._by_key[metric.key] = metric
            columns.add(column)

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> Metric:
        return self._by_key[key]

    def of(self, kind: type[Measured], shown_in: ShownIn | None = None) -> tuple[Metric, ...]:
        """Return the metrics of one kind of event, in order; with `shown_in` those that are shown there."""
        return tuple(metric for metric in self if metric.of is kind and (shown_in is None or metric.shown_in & shown_in))

    def shown_in(self, place: ShownIn) -> tuple[Metric, ...]:
        """Return the metrics that are shown in a place, in order."""
        return tuple(metric for metric in self if metric.shown_in & place)

    def averaged(self, kind: type[Measured] | None = None) -> tuple[Metric, ...]:
        """Return the metrics whose means are reported, of one kind of event or of all."""
        return tuple(metric for metric in self if metric.averaged and (kind is None or metric.of is kind))

    def with_added(self, metric: Metric) -> Metrics:
        """Return these metrics and one more at the end.

        Raises
        ------
        ValueError
            If its key or column is taken.
        """
        return Metrics([*self, metric])


BUILT_IN = Metrics([*STEP_METRICS, *STRIDE_METRICS, *REP_METRICS])
"""The metrics of levelhips itself; `levelhips.analysis.metrics()` has those of installed plug-ins too."""
