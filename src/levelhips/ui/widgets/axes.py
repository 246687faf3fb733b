"""Axes of plots in the language of the window: its decimal mark, and its names of months and weekdays."""

from __future__ import annotations

import datetime as dt

import pyqtgraph as pg
from PySide6.QtCore import QLocale

from levelhips.text import tr
from levelhips.text.choice import language


class NumberAxis(pg.AxisItem):
    """Axis of numbers with the decimal mark of the language."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers at the ticks."""
        mark = tr("number.decimal-mark")
        return [written.replace(".", mark) for written in super().tickStrings(values, scale, spacing)]


class DateAxis(pg.DateAxisItem):
    """Axis of dates with the names of months and weekdays of the language."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the dates or times of day at the ticks."""
        names = _names()
        return [" ".join(names.get(word, word) for word in written.split(" ")) for written in super().tickStrings(values, scale, spacing)]


def _names() -> dict[str, str]:
    """Return the short names of months and weekdays in the language, by those that `strftime` writes."""
    locale, short = QLocale(language()), QLocale.FormatType.ShortFormat
    months = {dt.date(2026, month, 1).strftime("%b"): locale.standaloneMonthName(month, short) for month in range(1, 13)}
    # The fifth of January 2026 is a Monday, which Qt counts as day 1.
    days = {dt.date(2026, 1, 4 + day).strftime("%a"): locale.standaloneDayName(day, short) for day in range(1, 8)}
    return months | days
