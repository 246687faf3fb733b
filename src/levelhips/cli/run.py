"""levelhips run: a live run with beeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import begin_log, console, say
from levelhips.cli.options import (
    FaultOption,
    FilterOption,
    LogOption,
    NoBeepOption,
    NoRecordOption,
    OutwardOption,
    ProfileOption,
    RecordOption,
    SensorOption,
    SettingsOption,
    VirtualOption,
    chosen_settings,
    echo_threshold,
)
from levelhips.cli.threshold import ThresholdChoice, ThresholdLeftOption, ThresholdOption, ThresholdRightOption, threshold_line
from levelhips.errors import SettingsError

if TYPE_CHECKING:
    from levelhips.settings import Settings


def run(
    sensor: SensorOption = None,
    virtual: VirtualOption = None,
    threshold: ThresholdOption = None,
    threshold_left: ThresholdLeftOption = None,
    threshold_right: ThresholdRightOption = None,
    record: RecordOption = None,
    no_record: NoRecordOption = False,
    no_beep: NoBeepOption = False,
    rate: Annotated[float | None, typer.Option("--rate", metavar="HZ", help="Samples per second", min=40.0, max=1000.0)] = None,
    outward: OutwardOption = None,
    filter: FilterOption = None,
    settings: SettingsOption = None,
    profile: ProfileOption = "levelhips",
    fault: FaultOption = None,
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="NAME:N", help="Run protocol; see levelhips plan --schedules"),
    ] = None,
    step_rate: Annotated[
        float | None, typer.Option("--step-rate", metavar="N", help="Your usual steps per minute", min=100.0, max=240.0)
    ] = None,
    raise_: Annotated[float, typer.Option("--raise", metavar="%", help="Raise the step rate by", min=0.0, max=10.0)] = 0.0,
    metronome: Annotated[bool, typer.Option("--metronome", help="Tick at that step rate")] = False,
    log: LogOption = None,
) -> None:
    """Record a run and beep when the pelvis drops too far.

    Connects to the sensor in range. Q or Ctrl-C ends the run.
    """
    from levelhips.cli.live_session import run_session
    from levelhips.settings import Settings

    begin_log(log)
    limits = ThresholdChoice(threshold, threshold_left, threshold_right)
    chosen = chosen_settings(None, settings, outward, filter, limits)
    values = chosen.as_dict()
    asked = {"step_rate_spm": step_rate, "raise_percent": raise_, "metronome": metronome}
    # Options that were not given keep the value of the settings file.
    values["plan"] |= _plan_values(plan) | {name: value for name, value in asked.items() if value}
    if from_baseline := plan is not None and not limits:
        values["threshold"] |= _from_baseline(chosen)
    chosen = Settings.from_dict(values)
    out = console()
    if from_baseline:
        source = "no baseline session yet" if chosen.threshold.mode == "auto" else "your baseline session"
        say(out, threshold_line(chosen.threshold, limits.sources(source)))
    else:
        echo_threshold(out, chosen, limits, None, settings)
    run_session(
        chosen,
        folder=record,
        keep=not no_record,
        sound=not no_beep,
        sensor=sensor,
        rate_hz=rate,
        outward=outward,
        virtual=virtual,
        profile=profile,
        faults=fault or [],
    )


def _plan_values(text: str | None) -> dict[str, Any]:
    """Return the plan settings of an option such as retraining:3."""
    if text is None:
        return {}
    name, _, number = text.partition(":")
    try:
        return {"name": name, "session": int(number or 1)}
    except ValueError as error:
        raise SettingsError(f"Plan {text!r} is not understood", fix="Give a name and a number such as retraining:3") from error


def _from_baseline(settings: Settings) -> dict[str, Any]:
    """Return the thresholds from the last baseline session; without one, those of the run's own first steps."""
    from levelhips.history import History
    from levelhips.programme.remember import thresholds_from
    from levelhips.settings.paths import history_path

    with History(history_path()) as store:
        found = thresholds_from(store, settings)
    return found or {"mode": "auto"}
