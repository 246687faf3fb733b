"""levelhips drill: a guided exercise."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import begin_log, console, print_json, say, talk
from levelhips.cli.options import (
    FaultOption,
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
    drill_name,
    live_settings,
    profile_of,
    side_of,
)
from levelhips.cli.threshold import say_settings
from levelhips.errors import WrongValueError

if TYPE_CHECKING:
    from pathlib import Path

    from levelhips.coaching.drills.drill import DrillSettings
    from levelhips.recording import Recording
    from levelhips.sensors.profile import Profile
    from levelhips.settings import Resolved


def drill(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="cli.drill.name")] = None,
    side: Annotated[str | None, typer.Option("--side", metavar="SIDE", help="cli.drill.side")] = None,
    list_: Annotated[bool, typer.Option("--list", help="cli.drill.list")] = False,
    sets: Annotated[int | None, typer.Option("--sets", metavar="N", help="cli.drill.sets")] = None,
    reps: Annotated[int | None, typer.Option("--reps", metavar="N", help="cli.drill.reps")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", metavar="S", help="cli.drill.seconds")] = None,
    rest: Annotated[float | None, typer.Option("--rest", metavar="S", help="cli.drill.rest")] = None,
    pace: Annotated[float | None, typer.Option("--pace", metavar="S", help="cli.drill.pace")] = None,
    band: Annotated[str | None, typer.Option("--band", metavar="LOW,HIGH", help="cli.drill.band")] = None,
    sensor: SensorOption = None,
    virtual: VirtualOption = None,
    practice: Annotated[bool, typer.Option("--practice", help="cli.drill.practice")] = False,
    record: RecordOption = None,
    no_record: NoRecordOption = False,
    mute: MuteOption = False,
    outward: OutwardOption = None,
    settings: SettingsOption = None,
    profile: ProfileOption = "levelhips",
    fault: FaultOption = None,
    log: LogOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="cli.drill.json")] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Do an exercise, guided by voice and tones. Options that are not given keep the values of the drill."""
    from levelhips.cli.live_session import run_session
    from levelhips.recording import open_recording

    if list_ or name is None:
        _list_drills(as_json=as_json)
        return
    begin_log(log)
    given = [
        ("motion.outward", outward, "--outward"),
        ("drill.name", drill_name(name), "NAME"),
        ("drill.side", side_of(side).value if side else None, "--side"),
        *_dose(sets=sets, reps=reps, seconds=seconds, rest=rest, pace=pace),
        *_band(band),
    ]
    played = open_recording(virtual) if virtual is not None else None
    kind = profile_of(profile)
    resolved = live_settings(settings, played, kind, given)
    if practice:
        resolved, played = _practice(resolved.settings.drill, settings, kind, given)
    if verbose:
        say_settings(talk(quiet=quiet), resolved, verbose=True)
    run_session(
        talk(quiet=quiet),
        resolved,
        folder=record,
        keep=not (no_record or practice),
        sound=not mute,
        sensor=sensor,
        virtual=played,
        profile=profile,
        faults=fault or [],
    )


def _practice(drill: DrillSettings, path: Path | None, profile: Profile, given: list[tuple[str, Any, str]]) -> tuple[Resolved, Recording]:
    """Return the settings and the recording of a virtual wearer who does this drill."""
    from levelhips.simulation import bundled

    played, easy = bundled.practice(drill)
    resolved = live_settings(path, played, profile, given)
    return replace(resolved, settings=replace(resolved.settings, drill=easy)), played


def _list_drills(*, as_json: bool) -> None:
    from levelhips.settings.installed import drills
    from levelhips.words import drill_title

    if as_json:
        print_json({"drills": [{"name": one.name, "title": str(one.title), **asdict(one.dose)} for one in drills().values()]})
        return
    out = console()
    for one in drills().values():
        say(out, f"{one.name:22s} {drill_title(one.name, one.title)}")


def _dose(**given: float | None) -> list[tuple[str, Any, str]]:
    """Return the settings of the options with these names."""
    keys = {"rest": "rest_s", "pace": "pace_s"}
    return [(f"drill.{keys.get(name, name)}", value, f"--{name}") for name, value in given.items()]


def _band(text: str | None) -> list[tuple[str, Any, str]]:
    """Return the settings of an option such as 5,15; none without it."""
    if text is None:
        return []
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise WrongValueError("not-a-band", band=text) from error
    return [("drill.low_deg", low, "--band"), ("drill.high_deg", high, "--band")]
