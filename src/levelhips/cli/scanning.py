"""The list of sensors in range, for the command line."""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

from levelhips.recording import open_recording
from levelhips.sensors.ble import DiscoveredDevice, Radio, scan
from levelhips.sensors.profile import Profile

QUIET_S = 5.0  # without a terminal nobody can end it


def table(heard: dict[str, DiscoveredDevice], *, all: bool) -> Table:
    """Sensors first, the nearest at the top."""
    found = Table(box=None, pad_edge=False)
    for column in ("Name", "Kind", "Signal", "Battery", "Address"):
        found.add_column(column, no_wrap=True)
    shown = [one for one in heard.values() if all or one.profile is not None]
    for one in sorted(shown, key=lambda one: (one.profile is None, -one.rssi_dbm)):
        battery = f"{one.battery_percent:.0f} %" if math.isfinite(one.battery_percent) else ""
        kind = one.profile.title if one.profile is not None else "other"
        found.add_row(one.name or "(no name)", kind, f"{one.rssi_dbm:.0f} dBm", battery, one.address)
    return found


def list_sensors(console: Console, *, all: bool, seconds: float, virtual: Path | None, profile: Profile) -> None:
    """Show what is in range, again and again, until Ctrl-C or for some seconds.

    Raises
    ------
    SensorError
        If this computer's Bluetooth cannot be used.
    """
    for_s = seconds or (math.inf if console.is_terminal else QUIET_S)
    recording = open_recording(virtual) if virtual is not None else None

    async def watch() -> dict[str, DiscoveredDevice]:
        last: dict[str, DiscoveredDevice] = {}
        async with AsyncExitStack() as stack:
            radio = Radio()
            if recording is not None:
                from levelhips.simulation.peripheral import VirtualWorld

                world = await stack.enter_async_context(VirtualWorld(recording, profile))
                radio = world.heard_by
            live = stack.enter_context(Live(console=console, auto_refresh=False, transient=True)) if console.is_terminal else None
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            scanning = await stack.enter_async_context(aclosing(scan(radio)))
            async for last in scanning:
                if live is not None:
                    live.update(table(last, all=all), refresh=True)
                if loop.time() - began_s >= for_s:
                    break
        return last

    heard: dict[str, DiscoveredDevice] = {}
    try:
        heard = asyncio.run(watch())
    except KeyboardInterrupt:
        return
    known = [one for one in heard.values() if one.profile is not None]
    if not known:
        console.print("No sensor is in range. Wake it up, bring it near, and close its maker's app, which may hold it.", highlight=False)
    if known or (all and heard):
        console.print(table(heard, all=all))
