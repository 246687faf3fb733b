"""Analysis of a whole recording: events, statistics, mean strides, and a summary."""

from levelhips.analysis.analysis import Analysis, analyze, settings_of
from levelhips.analysis.installed_metrics import metrics
from levelhips.analysis.nothing_counts import NothingCounts, why_nothing_counts
from levelhips.analysis.summary import summarize, versions

__all__ = ["Analysis", "NothingCounts", "analyze", "metrics", "settings_of", "summarize", "versions", "why_nothing_counts"]
