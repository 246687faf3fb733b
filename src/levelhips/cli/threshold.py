"""The threshold options: what they mean, what is refused, and the line that repeats what was understood."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.errors import SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.coaching.threshold import ThresholdSettings
    from levelhips.settings import Layer, Resolved

ThresholdOption = Annotated[str | None, typer.Option("--threshold", metavar="DEG", help="cli.option.threshold")]
ThresholdLeftOption = Annotated[str | None, typer.Option("--threshold-left", metavar="DEG", help="cli.option.threshold-left")]
ThresholdRightOption = Annotated[str | None, typer.Option("--threshold-right", metavar="DEG", help="cli.option.threshold-right")]
BOTH, LEFT, RIGHT = "--threshold", "--threshold-left", "--threshold-right"


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """The values of --threshold, --threshold-left and --threshold-right as they were typed."""

    both: str | None = None
    left: str | None = None
    right: str | None = None

    def __bool__(self) -> bool:
        """Whether one of them was given."""
        return (self.both, self.left, self.right) != (None, None, None)

    def layer(self, settings: ThresholdSettings) -> Layer:
        """Return the options as a layer over these settings.

        Raises
        ------
        SettingsError
            If a value is not a number of degrees, is out of range or ambiguous, or if the options contradict each other.
        """
        from levelhips.settings.resolve import option_layer

        if self.both == "auto":
            if self.left or self.right:
                raise SettingsError(f"{BOTH} auto learns the thresholds of both sides", fix=f"Leave out {LEFT} and {RIGHT}, or auto")
            return option_layer([("threshold.mode", "auto", BOTH)])
        if self and settings.mode == "auto" and self.both is None and None in (self.left, self.right):
            missing = RIGHT if self.right is None else LEFT
            raise SettingsError("Only one side has a threshold; the settings say auto for the other", fix=f"Give {missing} too")
        both = _degrees(BOTH, self.both)
        left, right = _degrees(LEFT, self.left), _degrees(RIGHT, self.right)
        return option_layer(
            [
                ("threshold.mode", "fixed" if self else None, BOTH),
                ("threshold.left_deg", left or both, LEFT if left else BOTH),
                ("threshold.right_deg", right or both, RIGHT if right else BOTH),
            ]
        )


def say_settings(out: Console, resolved: Resolved) -> None:
    """Print the threshold that was understood, where it comes from, and notes on how the settings came about."""
    from levelhips.cli.console import say
    from levelhips.motion.pipeline import MotionSettings

    for note in resolved.notes:
        say(out, f"Note: {note}")
    outward = resolved.settings.motion.outward
    if outward != MotionSettings().outward:  # a wrong axis exchanges left and right
        say(out, f"Outward axis: {outward} ({_source(resolved, 'motion.outward')})")
    if not resolved.settings.drill.name:
        say(out, threshold_line(resolved))


def threshold_line(resolved: Resolved) -> str:
    """Return a line such as ``Threshold: left 4.0 deg, right 3.5 deg (option)``."""
    settings = resolved.settings.threshold
    if settings.mode == "auto":
        return f"Threshold: from the first {settings.baseline_steps} steps of each side ({_source(resolved, 'threshold.mode')})"
    left, right = (_source(resolved, f"threshold.{side}_deg") for side in ("left", "right"))
    both = f"left {settings.left_deg:.1f} deg", f"right {settings.right_deg:.1f} deg"
    if left == right:
        return f"Threshold: {both[0]}, {both[1]} ({left})"
    return f"Threshold: {both[0]} ({left}), {both[1]} ({right})"


def _source(resolved: Resolved, key: str) -> str:
    """Return in a few words where a value comes from."""
    from levelhips.settings import Source

    layer = resolved.layers.get(key)
    if layer is None:
        return "default"
    file = Path(str(layer.where)).name
    words = {
        Source.DEFAULT: str(layer.where) or "default",
        Source.BASELINE: "your baseline session",
        Source.USER_FILE: "your settings",
        Source.SETTINGS_FILE: f"settings file {file}",
    }
    return words.get(layer.source, str(layer.source))


def _degrees(option: str, text: str | None) -> float | None:
    """Return the degrees of an option; None if it was not given."""
    if text is None:
        return None
    if "," in text:
        raise SettingsError(f"{option} {text} is ambiguous", fix=_how_to_write(text, option))
    try:
        degrees = float(text)
    except ValueError as error:
        more = ", or auto" if option == BOTH else ""
        raise SettingsError(f"{option} {text} is not a number of degrees", fix=f"Give a number such as 4 or 3.5{more}") from error
    from levelhips.coaching.threshold import ThresholdSettings

    try:
        return ThresholdSettings(left_deg=degrees).left_deg
    except ValueError as error:
        raise SettingsError(f"{option} {text} is out of range", fix="Give degrees from 0.2 to 30") from error


def _how_to_write(text: str, option: str) -> str:
    """Return how to write what a text with a comma may mean: a decimal number, or two sides."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        return f"Give one number for both sides, or {LEFT} and {RIGHT}"
    sides = f"{LEFT} {parts[0]} {RIGHT} {parts[1]}"
    if not parts[1].isdigit():
        return f"For two sides write {sides}"
    decimal = f"Write {parts[0]}.{parts[1]}"
    return decimal if option != BOTH else f"{decimal}, or {sides}"
