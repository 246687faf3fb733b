"""The threshold options: their meaning, their errors, and the line that confirms the thresholds in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.cli.setting_words import source_words, written
from levelhips.errors import WrongValueError
from levelhips.text import tr

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
        WrongValueError
            If a value is not a number of degrees, is out of range or ambiguous, or if the options contradict each other.
        """
        from levelhips.settings.resolve import option_layer

        if self.both == "auto":
            if self.left or self.right:
                raise WrongValueError("auto-and-a-side", both=BOTH, left=LEFT, right=RIGHT)
            return option_layer([("threshold.mode", "auto", BOTH)])
        if self and settings.mode == "auto" and self.both is None and None in (self.left, self.right):
            missing = RIGHT if self.right is None else LEFT
            raise WrongValueError("one-side-and-auto", missing=missing)
        both = _degrees(BOTH, self.both)
        left, right = _degrees(LEFT, self.left), _degrees(RIGHT, self.right)
        return option_layer(
            [
                ("threshold.mode", "fixed" if self else None, BOTH),
                ("threshold.left_deg", left or both, LEFT if left else BOTH),
                ("threshold.right_deg", right or both, RIGHT if right else BOTH),
            ]
        )


def say_settings(out: Console, resolved: Resolved, *, verbose: bool = False) -> None:
    """Print the thresholds in use and their source, and notes on the settings.

    `verbose` adds every setting that is not the default, with its source.
    """
    from levelhips.cli.console import say
    from levelhips.motion.pipeline import MotionSettings

    for note in resolved.notes:
        say(out, tr("cli.note", note=note))
    if verbose:
        _say_changed(out, resolved)
    outward = resolved.settings.motion.outward
    if outward != MotionSettings().outward:  # a wrong axis exchanges left and right
        say(out, tr("cli.outward", axis=outward, source=source_words(resolved, "motion.outward")))
    if not resolved.settings.drill.name:
        say(out, threshold_line(resolved))


def _say_changed(out: Console, resolved: Resolved) -> None:
    from levelhips.cli.console import say
    from levelhips.settings.model import SPECS

    for key, spec in SPECS.items():
        if resolved.value(key) != spec.default:  # also one that a source sets to its default is not worth a line
            say(out, tr("cli.setting", key=key, value=written(resolved.value(key)), source=source_words(resolved, key)))


def threshold_line(resolved: Resolved) -> str:
    """Return a line such as ``Threshold: left 4.0 deg, right 3.5 deg (option)``; of a baseline run, that it has none."""
    if resolved.settings.protocol.name == "baseline":
        return tr("cli.threshold.none-in-baseline")
    settings = resolved.settings.threshold
    if settings.mode == "auto":
        return tr("cli.threshold.auto", steps=settings.baseline_steps, source=source_words(resolved, "threshold.mode"))
    left, right = (source_words(resolved, f"threshold.{side}_deg") for side in ("left", "right"))
    degrees = {"left_deg": settings.left_deg, "right_deg": settings.right_deg}
    if left == right:
        return tr("cli.threshold.both", source=left, **degrees)
    return tr("cli.threshold.sides", source_left=left, source_right=right, **degrees)


def _degrees(option: str, text: str | None) -> float | None:
    """Return the degrees of an option; None if it was not given."""
    if text is None:
        return None
    if "," in text:
        raise _ambiguous(option, text)
    try:
        degrees = float(text)
    except ValueError as error:
        raise WrongValueError("no-degrees-or-auto" if option == BOTH else "no-degrees", option=option, value=text) from error
    from levelhips.bounds import specs
    from levelhips.coaching.threshold import ThresholdSettings

    try:
        return ThresholdSettings(left_deg=degrees).left_deg
    except ValueError as error:
        spec = next(spec for spec in specs(ThresholdSettings) if spec.name == "left_deg")
        # Numbers to type have a decimal point in every language.
        raise WrongValueError("threshold-out-of-range", option=option, value=text, min=f"{spec.low:g}", max=f"{spec.high:g}") from error


def _ambiguous(option: str, text: str) -> WrongValueError:
    """Return the error about a text with a comma, which may mean a decimal number or two sides."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        return WrongValueError("ambiguous-list", option=option, value=text, left=LEFT, right=RIGHT)
    sides, decimal = f"{LEFT} {parts[0]} {RIGHT} {parts[1]}", f"{parts[0]}.{parts[1]}"
    if not parts[1].isdigit():
        return WrongValueError("ambiguous-sides", option=option, value=text, sides=sides)
    if option != BOTH:
        return WrongValueError("ambiguous-decimal", option=option, value=text, decimal=decimal)
    return WrongValueError("ambiguous-threshold", option=option, value=text, decimal=decimal, sides=sides)
