"""Plot a metric over time, with a point for each step, stride or repetition, as an image file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from levelhips.analysis import Analysis
from levelhips.analysis.installed_metrics import metrics
from levelhips.analysis.series import MEAN_OF, counts, events_of, running_mean, series
from levelhips.errors import BadInputError, LevelHipsError
from levelhips.events import Side, Step, ThresholdChange
from levelhips.files import replacing
from levelhips.metrics import Measured, Metric
from levelhips.metrics.metric import unit_words
from levelhips.samples import Gap
from levelhips.text import number, tr
from levelhips.words import STANCE_WORDS

LEFT, RIGHT = "#56b4e9", "#e69f00"  # blue and orange can be distinguished in all kinds of color vision (Okabe and Ito)
INK, BACK = "#e6ebf0", "#0f1418"
LINES, FAINT, SHADE = "#2a3239", "#6b7680", "#3a444d"
SHOWN_GAP_S = 0.5  # shorter gaps are narrower than a pixel
DROP = "contralateral_drop"


def plot_drops(analysis: Analysis, path: Path) -> None:
    """Plot the drop of each step over time, left and right, with threshold and beeps; see `plot_metric`."""
    plot_metric(analysis, DROP, path)


def plot_metric(analysis: Analysis, key: str, path: Path) -> None:
    """Plot a metric over time as a PNG file, or as SVG if its name ends in .svg.

    Parameters
    ----------
    analysis : Analysis
    key : str
        Key of an averaged metric (docs/metrics.md).
    path : Path

    Raises
    ------
    BadInputError
        If there is no averaged metric with this key.
    LevelHipsError
        If matplotlib is not installed, or the file cannot be written.
    """
    known = {metric.key: metric for metric in metrics().averaged()}
    if key not in known:
        raise BadInputError("no-such-metric", key=key, known=", ".join(known))
    metric = known[key]
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LevelHipsError("no-matplotlib") from error

    figure = Figure(figsize=(12.8, 7.2), dpi=100, facecolor=BACK)
    FigureCanvasAgg(figure)
    sides: Sequence[Side | None] = list(Side) if metric.by_side else [None]
    panels = figure.subplots(len(sides), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    events = events_of(analysis, metric)
    for axes, side in zip(panels, sides, strict=True):
        _draw(axes, metric, events, side)
        if key == DROP and side is not None:
            _draw_coaching(axes, analysis, side)
        _finish(axes, analysis, metric, side)
    if key == DROP:
        drops = [event.drop_deg for event in events if isinstance(event, Step) and counts(event)]
        # One step in a thousand may lie outside, so that an outlier does not flatten all others. A quarter more is for the legend.
        top = float(np.quantile(drops, 0.999)) if drops else 5.0
        panels[0].set_ylim(0, max(1.25 * top, 2.0))
    panels[-1].set_xlabel(tr("plot.time"), color=INK, fontsize=13)
    figure.suptitle(f"{metric.label}: {analysis.recording.path.name}", color=INK, fontsize=15)
    figure.tight_layout()
    try:
        with replacing(path) as part:
            figure.savefig(part, facecolor=BACK)
    except OSError as error:
        raise LevelHipsError("cannot-write", path=path, reason=error.strerror) from error


def _draw(axes: Any, metric: Metric, events: Sequence[Measured], side: Side | None) -> None:
    """Draw a point for each event and the running mean of those that count."""
    t_s, values = series(events, metric, side, counting=False)
    axes.plot(t_s / 60, values, "x", color=FAINT, ms=4, label=tr("plot.excluded"))
    t_s, values = series(events, metric, side)
    color = {Side.LEFT: LEFT, Side.RIGHT: RIGHT, None: INK}[side]
    axes.plot(t_s / 60, values, "o", color=color, ms=2.6, alpha=0.55, label=tr(f"plot.one-{metric.of.__name__.lower()}"))
    t_s, values = running_mean(t_s, values)
    if len(values):
        axes.plot(t_s / 60, values, color=color, lw=2.6, label=tr("plot.mean", count=MEAN_OF))


def _draw_coaching(axes: Any, analysis: Analysis, side: Side) -> None:
    """Draw the threshold of a side and its beeps."""
    end_s = float(analysis.angles.t_s[-1]) if len(analysis.angles) else 0.0
    changes = [event for event in analysis.events if isinstance(event, ThresholdChange)]
    level_t, level = _staircase(changes, side, end_s)
    if level_t:
        axes.plot(level_t, level, color=INK, lw=1.6, ls="--", label=tr("plot.threshold"))
    cues = [cue for cue in analysis.cues if cue.side is side]
    axes.plot([c.at_s / 60 for c in cues], [0.25] * len(cues), "|", color=INK, ms=9, label=tr("plot.beeps", n=len(cues)))


def _staircase(changes: list[ThresholdChange], side: Side, end_s: float) -> tuple[list[float], list[float]]:
    """Return times [min] and thresholds [deg] of a side; joined by lines, they are the steps of a staircase."""
    t: list[float] = []
    level: list[float] = []
    for change in changes:
        value = change.left_rad if side is Side.LEFT else change.right_rad
        if not math.isfinite(value):
            continue
        if level:
            t.append(change.known_s / 60)
            level.append(level[-1])
        t.append(change.known_s / 60)
        level.append(math.degrees(value))
    if level:
        t.append(end_s / 60)
        level.append(level[-1])
    return t, level


def _finish(axes: Any, analysis: Analysis, metric: Metric, side: Side | None) -> None:
    """Shade gaps, label the axes in the language of the user, and set the colors."""
    axes.set_facecolor(BACK)
    for gap in (event for event in analysis.events if isinstance(event, Gap) and event.to_s - event.from_s > SHOWN_GAP_S):
        axes.axvspan(gap.from_s / 60, gap.to_s / 60, color=SHADE)
    axes.set_ylabel(metric.title if side is None else f"{STANCE_WORDS[side]} [{unit_words(metric.shown.unit)}]", color=INK, fontsize=13)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, place: number(value, "g").replace("-", "\N{MINUS SIGN}"))
    axes.grid(color=LINES, lw=0.6)
    axes.tick_params(colors=INK, labelsize=11)
    for spine in axes.spines.values():
        spine.set_color(LINES)
    axes.legend(loc="upper left", ncols=5, frameon=False, labelcolor=INK, fontsize=10)
