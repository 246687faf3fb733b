"""Analysis of a whole recording: events, figures and curves."""

from levelhips.analysis.analysis import Analysis, analyze, settings_of, summarize, versions

__all__ = ["Analysis", "analyze", "settings_of", "summarize", "versions"]
