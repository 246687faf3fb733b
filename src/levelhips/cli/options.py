"""Options that several commands share, and the settings that they add up to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.cli.console import say
from levelhips.cli.threshold import ThresholdChoice, threshold_line
from levelhips.errors import BadInputError, SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.events import Side
    from levelhips.recording import Recording
    from levelhips.sensors.profile import Profile
    from levelhips.settings import Settings

FileArgument = Annotated[Path, typer.Argument(readable=False, metavar="RUN", help="Recording (.mcap), CSV, folder or zip")]
OutwardOption = Annotated[str | None, typer.Option("--outward", metavar="AXIS", help="Axis that points away from the body, such as +z")]
FilterOption = Annotated[str | None, typer.Option("--filter", metavar="NAME", help="vqf, madgwick, mahony, ekf or complementary")]
SettingsOption = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="Settings file (TOML)")]
DrillOption = Annotated[str | None, typer.Option("--drill", metavar="DRILL", help="Take it as this drill: NAME, NAME:left or NAME:right")]
AccUnitOption = Annotated[str | None, typer.Option("--acc-unit", metavar="UNIT", help="If the CSV header has none: mps2, g or mg")]
GyrUnitOption = Annotated[str | None, typer.Option("--gyr-unit", metavar="UNIT", help="If the CSV header has none: radps or dps")]
RawOption = Annotated[bool, typer.Option("--raw", help="Decode the raw Bluetooth packets again")]

SensorOption = Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="Name or address, if several are in range")]
VirtualOption = Annotated[Path | None, typer.Option("--virtual", metavar="RUN", help="Play this recording through a virtual sensor")]
ProfileOption = Annotated[str, typer.Option("--profile", metavar="KIND", help="Kind of virtual sensor")]
FaultOption = Annotated[
    list[str] | None, typer.Option("--fault", metavar="FAULT", help="Simulate a fault; repeatable; see docs/sensors.md")
]
RecordOption = Annotated[Path | None, typer.Option("--record", metavar="DIR", help="Folder for recordings  [default: Documents/levelhips]")]
NoRecordOption = Annotated[bool, typer.Option("--no-record", help="Do not record")]
NoBeepOption = Annotated[bool, typer.Option("--no-beep", help="No sound")]
LogOption = Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Write a log of the Bluetooth link")]


def chosen_settings(
    recording: Recording | None,
    path: Path | None,
    outward: str | None = None,
    filter_: str | None = None,
    threshold: ThresholdChoice = ThresholdChoice(),
) -> Settings:
    """Return the settings of the options, else of the settings file, else of the recording, else the defaults.

    Raises
    ------
    SettingsError
        If one of them is unknown or out of range.
    """
    from levelhips.analysis import settings_of
    from levelhips.settings import Settings, load_settings

    checked = load_settings(path) if path is not None or recording is None else settings_of(recording)
    if path is not None and outward is None and recording is not None:
        outward = recording.outward
    changes = {name: value for name, value in (("outward", outward), ("filter", filter_)) if value is not None}
    if changes:
        values = checked.as_dict()
        values["motion"] |= changes
        checked = Settings.from_dict(values)
    return replace(checked, threshold=threshold.applied_to(checked.threshold))


def echo_threshold(out: Console, settings: Settings, threshold: ThresholdChoice, recording: Recording | None, path: Path | None) -> None:
    """Print the threshold that was understood, and where it comes from."""
    say(out, threshold_line(settings.threshold, threshold.sources(_source_without_option(recording, path))))


def _source_without_option(recording: Recording | None, path: Path | None) -> str:
    if path is not None:
        import tomllib

        return f"settings file {path.name}" if "threshold" in tomllib.loads(path.read_text(encoding="utf-8")) else "default"
    return "recording" if recording is not None and "threshold" in recording.settings else "default"


def as_drill(settings: Settings, drill: str | None) -> Settings:
    """Return the settings with the drill of a text such as clamshell:left, or unchanged without one."""
    if drill is None:
        return settings
    from levelhips.coaching.drills.drill import DrillSettings

    name, _, side = drill.partition(":")
    return replace(settings, drill=DrillSettings(name=drill_name(name), side=side_of(side or "left").value))


def drill_name(name: str) -> str:
    """Check that there is a drill of this name."""
    from levelhips.settings.installed import drills

    if name not in drills():
        raise SettingsError(f"There is no drill {name!r}", fix=f"Choose one of {', '.join(drills())}")
    return name


def side_of(text: str) -> Side:
    """Return the side of a text: left or right."""
    from levelhips.events import Side

    try:
        return Side(text)
    except ValueError as error:
        raise SettingsError(f"There is no side {text!r}", fix="Give left or right") from error


def profile_of(name: str) -> Profile:
    """Return the sensor profile of this name."""
    from levelhips.sensors.profile import profiles

    known = profiles()
    if name not in known:
        raise SettingsError(f"There is no kind of sensor {name!r}", fix=f"Choose of {', '.join(known)}")
    return known[name]


def decoded(recording: Recording, *, raw: bool) -> Recording:
    """Return the recording, its samples decoded again from the Bluetooth packets if `raw`."""
    if not raw:
        return recording
    from levelhips.sensors.decoding import redecoded

    return redecoded(recording)


def check_recording_name(path: Path) -> None:
    """Refuse the name of a new recording that does not end in .mcap.

    Raises
    ------
    BadInputError
        With the name to use instead.
    """
    if path.suffix.lower() != ".mcap":
        tables = f"; for tables run: levelhips analyze RUN --out {path.stem}" if path.suffix.lower() == ".csv" else ""
        fix = f"Recordings are MCAP files: name it {path.with_suffix('.mcap').name}{tables}"
        raise BadInputError(f"{path.name} does not end in .mcap", fix=fix)
