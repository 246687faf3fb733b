"""levelhips virtual-sensor: a recording served as a Bluetooth sensor."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.cli.console import begin_log, console, say
from levelhips.cli.options import FaultOption, FileArgument, LogOption, ProfileOption, faults_of, live_settings, profile_of
from levelhips.text import tr
from levelhips.words import sensor_title

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.recording import Recording
    from levelhips.sensors.profile import Profile
    from levelhips.simulation.faults import Fault
    from levelhips.simulation.peripheral import VirtualSensor


def virtual_sensor(
    file: FileArgument,
    profile: ProfileOption = "levelhips",
    transport: Annotated[
        str | None,
        typer.Option("--transport", metavar="NAME", help="cli.virtual-sensor.transport"),
    ] = None,
    fault: FaultOption = None,
    rate: Annotated[float | None, typer.Option("--rate", metavar="HZ", help="cli.virtual-sensor.rate", min=40.0, max=1000.0)] = None,
    loop: Annotated[bool, typer.Option("--loop", help="cli.virtual-sensor.loop")] = False,
    log: LogOption = None,
) -> None:
    """Serve a recording as a Bluetooth sensor.

    With --transport it is sent over the air. Without it, a live view on this computer shows it once.
    """
    from levelhips.recording import open_recording

    begin_log(log)
    kind, recording = profile_of(profile), open_recording(file)
    faults = faults_of(fault or [])
    if transport is None:
        _serve_here(console(), recording, kind, faults, rate)
    else:
        _serve_over_the_air(console(), recording, kind, faults, rate, transport, loop=loop)


def _serve_here(out: Console, recording: Recording, profile: Profile, faults: list[Fault], rate_hz: float | None) -> None:
    from levelhips.cli.live_session import follow, virtual_sensor_source
    from levelhips.cli.terminal.live_view import LiveView
    from levelhips.live.session import Session

    name = recording.path.name
    say(out, tr("cli.virtual-sensor.here", name=name, kind=sensor_title(profile.name, profile.title)))
    resolved = live_settings(None, recording, profile, [])
    session = Session(virtual_sensor_source(recording, profile, rate_hz, faults), resolved.settings, outward=resolved.outward)
    follow(out, session, LiveView(out, name))


def _serve_over_the_air(
    out: Console, recording: Recording, profile: Profile, faults: list[Fault], rate_hz: float | None, transport: str, *, loop: bool
) -> None:
    from levelhips.cli.termination import signals_as_ctrl_c
    from levelhips.simulation.peripheral import serve

    def advertising(sensor: VirtualSensor) -> None:
        kind = sensor_title(profile.name, profile.title)
        say(out, tr("cli.virtual-sensor.advertising", name=sensor.name, kind=kind, rate_hz=sensor.rate_hz))

    options = {"rate_hz": rate_hz, "faults": faults, "loop_for_s": math.inf if loop else 0.0}
    with signals_as_ctrl_c():
        try:
            asyncio.run(serve(transport, recording, profile, advertising, **options))
        except KeyboardInterrupt:
            say(out, tr("cli.virtual-sensor.ended"))
