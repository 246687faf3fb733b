"""levelhips run: a live run with beeps."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from levelhips.cli.console import begin_log, talk
from levelhips.cli.options import (
    FaultOption,
    FilterOption,
    LogOption,
    MuteOption,
    NoRecordOption,
    OutwardOption,
    ProfileOption,
    QuietOption,
    RecordOption,
    SensorOption,
    SettingsOption,
    VerboseOption,
    VirtualOption,
    live_settings,
    profile_of,
)
from levelhips.cli.threshold import ThresholdChoice, ThresholdLeftOption, ThresholdOption, ThresholdRightOption, say_settings
from levelhips.errors import WrongValueError
from levelhips.text import tr

ProtocolOption = Annotated[str | None, typer.Option("--protocol", metavar="NAME:N", help="cli.option.protocol")]


def run(
    sensor: SensorOption = None,
    virtual: VirtualOption = None,
    threshold: ThresholdOption = None,
    threshold_left: ThresholdLeftOption = None,
    threshold_right: ThresholdRightOption = None,
    record: RecordOption = None,
    no_record: NoRecordOption = False,
    mute: MuteOption = False,
    rate: Annotated[float | None, typer.Option("--rate", metavar="HZ", help="cli.run.rate", min=40.0, max=1000.0)] = None,
    outward: OutwardOption = None,
    filter: FilterOption = None,
    settings: SettingsOption = None,
    profile: ProfileOption = "levelhips",
    fault: FaultOption = None,
    protocol: ProtocolOption = None,
    step_rate: Annotated[float | None, typer.Option("--step-rate", metavar="N", help="cli.run.step-rate", min=100.0, max=240.0)] = None,
    raise_: Annotated[float | None, typer.Option("--raise", metavar="%", help="cli.run.raise", min=0.0, max=10.0)] = None,
    metronome: Annotated[bool, typer.Option("--metronome", help="cli.run.metronome")] = False,
    log: LogOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Record a run and beep when the pelvis drops too far.

    Connects to the sensor in range. Q or Ctrl-C ends the run.
    """
    from levelhips.cli.live_session import run_session
    from levelhips.recording import open_recording

    begin_log(log)
    played = open_recording(virtual) if virtual is not None else None
    resolved = live_settings(
        settings,
        played,
        profile_of(profile),
        [
            ("motion.outward", outward, "--outward"),
            ("motion.filter", filter, "--filter"),
            *_protocol_options(protocol),
            ("protocol.step_rate_spm", step_rate, "--step-rate"),
            ("protocol.raise_percent", raise_, "--raise"),
            ("protocol.metronome", metronome or None, "--metronome"),
        ],
        ThresholdChoice(threshold, threshold_left, threshold_right),
    )
    out = talk(quiet=quiet)
    say_settings(out, resolved, verbose=verbose)
    run_session(
        out,
        resolved,
        folder=record,
        keep=not no_record,
        sound=not mute,
        sensor=sensor,
        rate_hz=rate,
        virtual=played,
        profile=profile,
        faults=fault or [],
    )


def _protocol_options(text: str | None) -> list[tuple[str, Any, str]]:
    """Return the settings of an option such as retraining:3; none without it."""
    if text is None:
        return []
    name, _, number = text.partition(":")
    try:
        return [("protocol.name", name, "--protocol"), ("protocol.session", int(number or 1), tr("cli.run.session-of-protocol"))]
    except ValueError as error:
        raise WrongValueError("not-a-run-protocol", protocol=text) from error
