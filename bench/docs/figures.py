"""Parts for metrics: columns of the result tables, and the means."""

from __future__ import annotations

from bench.docs.markdown import table
from levelhips.events import Rep, Step, Stride
from levelhips.metrics import BUILT_IN, CSV, HISTORY, REVIEW, SUMMARY, Measured, Metrics

KINDS: dict[type[Measured], str] = {Step: "step", Stride: "stride", Rep: "repetition"}
PLACES = {SUMMARY: "summary", REVIEW: "review", HISTORY: "history"}


def columns(kind: type[Measured], metrics: Metrics = BUILT_IN) -> str:
    """Return the columns of the table of one kind of event."""
    return table(
        ("column", "unit", "what it is"), [(f"`{metric.column}`", metric.unit or " ", metric.help) for metric in metrics.of(kind, CSV)]
    )


def means(metrics: Metrics = BUILT_IN) -> str:
    """Return the metrics whose means are reported, and where they are shown."""
    return table(
        ("key", "name", "of", "unit", "by side", "shown in"),
        [
            (
                f"`{metric.key}`",
                metric.label,
                KINDS[metric.of],
                metric.unit,
                "yes" if metric.by_side else "no",
                ", ".join(name for place, name in PLACES.items() if metric.shown_in & place),
            )
            for metric in metrics.averaged()
        ],
    )
