"""levelhips drill: a guided exercise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import begin_log, console, say
from levelhips.cli.options import (
    FaultOption,
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
    drill_name,
    side_of,
)
from levelhips.errors import SettingsError

if TYPE_CHECKING:
    from levelhips.recording import Recording


def drill(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Drill; --list shows all")] = None,
    side: Annotated[str | None, typer.Option("--side", metavar="SIDE", help="Hip that works: left or right  [default: left]")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List all drills")] = False,
    sets: Annotated[int | None, typer.Option("--sets", metavar="N", help="Sets")] = None,
    reps: Annotated[int | None, typer.Option("--reps", metavar="N", help="Repetitions per set")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", metavar="S", help="Hold time in seconds")] = None,
    rest: Annotated[float | None, typer.Option("--rest", metavar="S", help="Seconds of rest between sets")] = None,
    pace: Annotated[float | None, typer.Option("--pace", metavar="S", help="Seconds per repetition, if paced")] = None,
    band: Annotated[str | None, typer.Option("--band", metavar="LOW,HIGH", help="Range of the angle to stay in [deg]")] = None,
    sensor: SensorOption = None,
    virtual: VirtualOption = None,
    practise: Annotated[bool, typer.Option("--practise", help="Without a sensor: watch five repetitions")] = False,
    record: RecordOption = None,
    no_record: NoRecordOption = False,
    no_beep: NoBeepOption = False,
    outward: OutwardOption = None,
    settings: SettingsOption = None,
    profile: ProfileOption = "levelhips",
    fault: FaultOption = None,
    log: LogOption = None,
) -> None:
    """Do an exercise, guided by voice and tones.

    Stand still, take the start position, repeat. Q or Ctrl-C ends it. Options that are not given keep the values of the drill.
    """
    from levelhips.cli.live_session import run_session
    from levelhips.settings import Settings

    if list_ or name is None:
        _list_drills()
        return
    begin_log(log)
    values = chosen_settings(None, settings, outward).as_dict()
    asked: dict[str, Any] = {"name": drill_name(name), "side": side_of(side).value if side else None, "sets": sets, "reps": reps}
    asked |= {"seconds": seconds, "rest_s": rest, "pace_s": pace}
    if band is not None:
        asked["low_deg"], asked["high_deg"] = _band(band)
    # Options that were not given keep the value of the settings file.
    values["drill"] |= {name: value for name, value in asked.items() if value is not None}
    chosen = Settings.from_dict(values)
    played: Path | Recording | None = virtual
    if practise:
        from levelhips.simulation import bundled

        played, easy = bundled.practice(chosen.drill)
        chosen = replace(chosen, drill=easy)
    run_session(
        chosen,
        folder=record,
        keep=not (no_record or practise),
        sound=not no_beep,
        sensor=sensor,
        outward=outward,
        virtual=played,
        profile=profile,
        faults=fault or [],
    )


def _list_drills() -> None:
    from levelhips.settings.installed import drills

    out = console()
    for one in drills().values():
        say(out, f"{one.name:22s} {one.title}")


def _band(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise SettingsError(f"Band {text!r} is not understood", fix="Give two numbers of degrees such as 5,15") from error
    return low, high
