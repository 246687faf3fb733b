"""Thresholds of the pelvic drop for a live run for which the runner did not choose any."""

from __future__ import annotations

from pathlib import Path

from levelhips.errors import LevelHipsError
from levelhips.history import History
from levelhips.programme.remember import thresholds_from
from levelhips.settings import Layer, Settings, Source
from levelhips.settings.resolve import OwnThresholds
from levelhips.text import Text, text

FROM_FIRST_STEPS = Layer(Source.DEFAULT, {"threshold.mode": "auto"}, text("programme.no-baseline-yet"))


def own_thresholds(history_file: Path) -> OwnThresholds:
    """Return the rule for a live run: use the thresholds of the last baseline run, or else learn them from the first steps.

    The fixed 4 deg that recordings without settings are analyzed with are not useful in a run: a runner with a mean drop of
    3.6 deg hears a beep at every third step, one with a mean drop of 2 deg never does.
    """

    def thresholds(settings: Settings) -> tuple[Layer, tuple[Text, ...]]:
        if settings.drill.name:  # a drill has its own range
            return Layer(Source.DEFAULT, {}), ()
        if not history_file.exists():
            return FROM_FIRST_STEPS, ()
        try:
            with History(history_file) as history:
                found = thresholds_from(history, settings)
        except LevelHipsError as error:
            return FROM_FIRST_STEPS, (text("programme.baseline-not-used", error=error),)
        if found is None:
            return FROM_FIRST_STEPS, ()
        return Layer(Source.BASELINE, {f"threshold.{name}": value for name, value in found.items()}, text("programme.last-baseline")), ()

    return thresholds
