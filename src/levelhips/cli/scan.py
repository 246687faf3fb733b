"""levelhips scan: the sensors in range."""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack, aclosing, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.cli.console import print_json, say, talk
from levelhips.cli.options import JsonOption, ProfileOption, VirtualOption, profile_of
from levelhips.text import text, tr
from levelhips.words import sensor_title

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from levelhips.recording import Recording
    from levelhips.sensors.ble import DiscoveredDevice
    from levelhips.sensors.profile import Profile

COLUMNS = (
    text("cli.scan.column.name"),
    text("cli.scan.column.kind"),
    text("cli.scan.column.signal"),
    text("cli.scan.column.battery"),
    text("cli.scan.column.address"),
)
UNATTENDED_S = 5.0  # without a terminal nobody can press Ctrl-C


def scan(
    all: Annotated[bool, typer.Option("--all", help="cli.scan.all")] = False,
    seconds: Annotated[float, typer.Option("--seconds", metavar="S", help="cli.scan.seconds", show_default=False)] = 0.0,
    virtual: VirtualOption = None,
    profile: ProfileOption = "levelhips",
    as_json: JsonOption = False,
) -> None:
    """List the sensors in range.

    Runs until Ctrl-C; for 5 s if the output is not a terminal.
    """
    from levelhips.recording import open_recording

    out, kind = talk(as_json=as_json), profile_of(profile)
    for_s = seconds or (math.inf if out.is_terminal and not as_json else UNATTENDED_S)
    recording = open_recording(virtual) if virtual is not None else None
    try:
        devices = asyncio.run(_watch(out, for_s, recording, kind, all=all))
    except KeyboardInterrupt:
        return
    if as_json:
        print_json({"sensors": [_values(one) for one in devices.values() if all or one.profile is not None]})
        return
    known = [one for one in devices.values() if one.profile is not None]
    if not known:
        say(out, tr("cli.scan.nothing"))
    if known or (all and devices):
        out.print(_table(devices, all=all))


async def _watch(out: Console, for_s: float, recording: Recording | None, profile: Profile, *, all: bool) -> dict[str, DiscoveredDevice]:
    """Scan for some seconds, or until Ctrl-C, and show the table on a terminal as it changes; return the devices that were found."""
    from rich.live import Live

    from levelhips.sensors.ble import Radio
    from levelhips.sensors.ble import scan as scan_radio

    last: dict[str, DiscoveredDevice] = {}
    async with AsyncExitStack() as stack:
        radio = Radio()
        if recording is not None:
            from levelhips.simulation.peripheral import VirtualWorld

            world = await stack.enter_async_context(VirtualWorld(recording, profile))
            radio = world.client_radio
        live = stack.enter_context(Live(console=out, auto_refresh=False, transient=True)) if out.is_terminal else None
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        scanning = await stack.enter_async_context(aclosing(scan_radio(radio)))
        stack.enter_context(suppress(asyncio.CancelledError))  # Ctrl-C cancels this task; what was found until then counts
        async for last in scanning:
            if live is not None:
                live.update(_table(last, all=all), refresh=True)
            if loop.time() - began_s >= for_s:
                break
    return last


def _table(devices: dict[str, DiscoveredDevice], *, all: bool) -> Table:
    """Return a table with known sensors first, then the strongest signal first."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(str(column), no_wrap=True)
    shown = [one for one in devices.values() if all or one.profile is not None]
    for one in sorted(shown, key=lambda one: (one.profile is None, -one.rssi_dbm)):
        battery = f"{one.battery_percent:.0f} %" if math.isfinite(one.battery_percent) else ""
        kind = sensor_title(one.profile.name, one.profile.title) if one.profile is not None else tr("cli.scan.other-kind")
        table.add_row(one.name or tr("cli.scan.no-name"), kind, f"{one.rssi_dbm:.0f} dBm", battery, one.address)
    return table


def _values(device: DiscoveredDevice) -> dict[str, str | float | None]:
    """Return a device as plain values; None where something is unknown."""
    known = math.isfinite(device.battery_percent)
    return {
        "name": device.name,
        "profile": None if device.profile is None else device.profile.name,
        "address": device.address,
        "rssi_dbm": device.rssi_dbm,
        "battery_percent": device.battery_percent if known else None,
    }
