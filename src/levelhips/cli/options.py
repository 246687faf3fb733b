"""Options that several commands share, and functions that turn them into settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.threshold import ThresholdChoice
from levelhips.errors import BadInputError, WrongValueError

if TYPE_CHECKING:
    from levelhips.events import Side
    from levelhips.recording import Recording
    from levelhips.sensors.profile import Profile
    from levelhips.settings import Resolved
    from levelhips.simulation.faults import Fault

FileArgument = Annotated[Path, typer.Argument(readable=False, metavar="RUN", help="cli.option.run")]
OutwardOption = Annotated[str | None, typer.Option("--outward", metavar="AXIS", help="cli.option.outward")]
FilterOption = Annotated[str | None, typer.Option("--filter", metavar="NAME", help="cli.option.filter")]
SettingsOption = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="cli.option.settings")]
DrillOption = Annotated[str | None, typer.Option("--drill", metavar="DRILL", help="cli.option.drill")]
AccUnitOption = Annotated[str | None, typer.Option("--acc-unit", metavar="UNIT", help="cli.option.acc-unit")]
GyrUnitOption = Annotated[str | None, typer.Option("--gyr-unit", metavar="UNIT", help="cli.option.gyr-unit")]
RawOption = Annotated[bool, typer.Option("--raw", help="cli.option.raw")]

SensorOption = Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="cli.option.sensor")]
VirtualOption = Annotated[Path | None, typer.Option("--virtual", metavar="RUN", help="cli.option.virtual")]
ProfileOption = Annotated[str, typer.Option("--profile", metavar="KIND", help="cli.option.profile")]
FaultOption = Annotated[list[str] | None, typer.Option("--fault", metavar="FAULT", help="cli.option.fault")]
RecordOption = Annotated[Path | None, typer.Option("--record", metavar="DIR", help="cli.option.record")]
NoRecordOption = Annotated[bool, typer.Option("--no-record", help="cli.option.no-record")]
MuteOption = Annotated[bool, typer.Option("--mute", help="cli.option.mute")]
JsonOption = Annotated[bool, typer.Option("--json", help="cli.option.json")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="cli.option.quiet")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="cli.option.verbose")]
LogOption = Annotated[Path | None, typer.Option("--log", metavar="FILE", help="cli.option.log")]


@contextmanager
def typed_values() -> Iterator[None]:
    """Raise a `BadInputError` as a `WrongValueError`: around code whose values all come from the command line."""
    try:
        yield
    except BadInputError as error:
        raise WrongValueError.of(error) from error


def opened(file: Path, acc_unit: str | None, gyr_unit: str | None) -> Recording:
    """Open a recording or a table with the units of the options.

    Raises
    ------
    WrongValueError
        If there is no such unit.
    RecordingError, BadInputError
        As `open_recording`.
    """
    from levelhips.recording import open_recording
    from levelhips.recording.importers import check_units

    with typed_values():
        check_units(acc_unit, gyr_unit)
    return open_recording(file, acc_unit=acc_unit, gyr_unit=gyr_unit)


def settings_for(
    recording: Recording,
    path: Path | None,
    outward: str | None,
    filter_: str | None,
    threshold: ThresholdChoice,
    drill: str | None,
) -> Resolved:
    """Return the settings to replay or analyze a recording with.

    Raises
    ------
    SettingsError
        If one of them is unknown or out of range.
    """
    from levelhips.settings.paths import settings_path
    from levelhips.settings.resolve import option_layer, recording_settings

    options = option_layer(
        [("motion.outward", outward, "--outward"), ("motion.filter", filter_, "--filter"), *drill_options(drill)],
    )
    base = recording_settings(recording, settings_path(), file=path, options=options)
    return base.over(threshold.layer(base.settings.threshold))


def live_settings(
    path: Path | None,
    virtual: Recording | None,
    profile: Profile,
    given: Iterable[tuple[str, Any, str]],
    threshold: ThresholdChoice = ThresholdChoice(),
) -> Resolved:
    """Return the settings of a live session.

    Parameters
    ----------
    path : Path or None
        The file of --settings.
    virtual : Recording or None
        What the virtual sensor plays; None: a real sensor.
    profile : Profile
        The kind of the virtual sensor.
    given : iterable of (key, value, option)
        Settings of options; a value of None means that the option was not given.
    threshold : ThresholdChoice

    Raises
    ------
    SettingsError
        If one of them is unknown or out of range.
    """
    from levelhips.programme.thresholds import own_thresholds
    from levelhips.settings.paths import history_path, settings_path
    from levelhips.settings.resolve import option_layer, session_settings

    base = session_settings(
        settings_path(),
        file=path,
        virtual=virtual,
        outward=profile.outward,
        options=option_layer(given),
        thresholds=own_thresholds(history_path()),
    )
    return base.over(threshold.layer(base.settings.threshold))


def drill_options(drill: str | None) -> list[tuple[str, Any, str]]:
    """Return the settings of an option such as clamshell:left; none without it."""
    if drill is None:
        return []
    name, _, side = drill.partition(":")
    return [("drill.name", drill_name(name), "--drill"), ("drill.side", side_of(side or "left").value, "--drill")]


def drill_name(name: str) -> str:
    """Check that there is a drill of this name."""
    from levelhips.settings.installed import drills

    if name not in drills():
        raise WrongValueError("no-such-drill-name", name=name, names=", ".join(drills()))
    return name


def side_of(text: str) -> Side:
    """Return the side of a text: left or right."""
    from levelhips.events import Side

    try:
        return Side(text)
    except ValueError as error:
        raise WrongValueError("no-such-side", side=text) from error


def profile_of(name: str) -> Profile:
    """Return the sensor profile of this name."""
    from levelhips.sensors.profile import profiles

    known = profiles()
    if name not in known:
        raise WrongValueError("no-such-sensor-kind", name=name, names=", ".join(known))
    return known[name]


def decoded(recording: Recording, *, raw: bool) -> Recording:
    """Return the recording, its samples decoded again from the Bluetooth packets if `raw`."""
    if not raw:
        return recording
    from levelhips.sensors.decoding import redecoded

    return redecoded(recording)


def faults_of(texts: Iterable[str]) -> list[Fault]:
    """Return the faults of a virtual sensor that the option ``--fault`` names.

    Raises
    ------
    WrongValueError
        If one of them is not known, or its value is impossible.
    """
    from levelhips.simulation.faults import parse_fault

    with typed_values():
        return [parse_fault(text) for text in texts]


def check_recording_name(path: Path) -> None:
    """Refuse the name of a new recording that does not end in .mcap.

    Raises
    ------
    WrongValueError
        With the name to use instead.
    """
    if path.suffix.lower() != ".mcap":
        code = "name-of-a-table" if path.suffix.lower() == ".csv" else "name-of-a-recording"
        raise WrongValueError(code, name=path.name, better=path.with_suffix(".mcap").name, folder=path.stem)
