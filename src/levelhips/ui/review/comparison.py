"""Comparison of a recording with another: title, summaries and a second pair of mean curves."""

from __future__ import annotations

from levelhips.analysis import Analysis
from levelhips.events import Side
from levelhips.text import tr
from levelhips.ui.review.steps_plot import StepsPlot
from levelhips.ui.review.summary import summary_line


def plot_comparison(plot: StepsPlot, other: Analysis) -> None:
    """Add the running means of another recording to the plot of a session, dotted."""
    for side in Side:
        plot.plot_mean(other, side, compared=True)


def comparison_title(one: Analysis, other: Analysis) -> str:
    """Return the title of the comparison of two recordings."""
    return tr("ui.against", one=one.recording.path.name, other=other.recording.path.name)


def comparison_summary(one: Analysis, other: Analysis) -> str:
    """Return the summaries of two recordings, one line for each."""
    return f"{summary_line(one)}\n{summary_line(other)}"
