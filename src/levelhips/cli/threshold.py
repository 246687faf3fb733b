"""The threshold options: what they mean, what is refused, and the line that repeats what was understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.errors import SettingsError

if TYPE_CHECKING:
    from levelhips.coaching.threshold import ThresholdSettings
    from levelhips.events import Side

ThresholdOption = Annotated[
    str | None, typer.Option("--threshold", metavar="DEG", help="Drop that beeps [deg], or auto: from your first steps")
]
ThresholdLeftOption = Annotated[str | None, typer.Option("--threshold-left", metavar="DEG", help="Drop that beeps in left stance [deg]")]
ThresholdRightOption = Annotated[str | None, typer.Option("--threshold-right", metavar="DEG", help="Drop that beeps in right stance [deg]")]
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

    def applied_to(self, settings: ThresholdSettings) -> ThresholdSettings:
        """Return the threshold settings with the options in them.

        Raises
        ------
        SettingsError
            If a value is not a number of degrees, is out of range or ambiguous, or if the options contradict each other.
        """
        if not self:
            return settings
        if self.both == "auto":
            if self.left or self.right:
                raise SettingsError(f"{BOTH} auto learns the thresholds of both sides", fix=f"Leave out {LEFT} and {RIGHT}, or auto")
            return replace(settings, mode="auto")
        if settings.mode == "auto" and self.both is None and None in (self.left, self.right):
            missing = RIGHT if self.right is None else LEFT
            raise SettingsError("Only one side has a threshold; the settings say auto for the other", fix=f"Give {missing} too")
        both = _degrees(BOTH, self.both)
        left, right = (_degrees(LEFT, self.left) or both, _degrees(RIGHT, self.right) or both)
        return replace(settings, mode="fixed", left_deg=left or settings.left_deg, right_deg=right or settings.right_deg)

    def sources(self, otherwise: str) -> dict[Side, str]:
        """Return where the threshold of each side comes from: the option, or what else decides."""
        from levelhips.events import Side

        return {
            Side.LEFT: "option" if self.both or self.left else otherwise,
            Side.RIGHT: "option" if self.both or self.right else otherwise,
        }


def threshold_line(settings: ThresholdSettings, sources: dict[Side, str]) -> str:
    """Return a line such as ``Threshold: left 4.0 deg, right 3.5 deg (option)``."""
    from levelhips.events import Side

    left, right = sources[Side.LEFT], sources[Side.RIGHT]
    if settings.mode == "auto":
        return f"Threshold: from the first {settings.baseline_steps} steps of each side ({left})"
    both = f"left {settings.left_deg:.1f} deg", f"right {settings.right_deg:.1f} deg"
    if left == right:
        return f"Threshold: {both[0]}, {both[1]} ({left})"
    return f"Threshold: {both[0]} ({left}), {both[1]} ({right})"


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
