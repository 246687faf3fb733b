"""Check of a sensor over Bluetooth: its own peripheral and our client, over the GATT stack of Bumble, in simulated time."""

from __future__ import annotations

import asyncio
import contextlib
import math
from pathlib import Path

from levelhips.errors import BadInputError, LevelHipsError, SensorError
from levelhips.recording import Recording
from levelhips.recording.schema import Packet
from levelhips.sensors.ble.connection import Connection
from levelhips.sensors.ble.discovery import Scan
from levelhips.sensors.ble.report import LinkReport
from levelhips.sensors.profile import Profile
from levelhips.sensors.source import LinkStatus
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.testing.results import CheckSkipped, require
from levelhips.testing.sensor_stream import running

WAIT_S = 10.0  # connecting takes a second
MIN_SHARE = 0.5  # least share of the samples: the sensor plays the first of them while the link is being made


class _Listener:
    """Decode the packets of a link and count their samples."""

    def __init__(self, profile: Profile, rate_hz: float) -> None:
        self.decoder, self.samples = profile.decoder(rate_hz), 0
        self.complaint: BadInputError | None = None

    def packet(self, packet: Packet) -> bool:
        self.complaint = None
        try:
            parts = self.decoder.push(packet)
        except BadInputError as error:
            self.complaint = error
            return False
        self.samples += sum(len(part) for part in parts)
        return bool(parts)

    def status(self, status: LinkStatus) -> None:
        pass


def check_link(profile: Profile) -> None:
    """Check that the start sequence is answered and samples arrive over a real GATT stack.

    Raises
    ------
    CheckSkipped
        If Bumble is not installed, or the profile has no peripheral.
    """
    if profile.peripheral is None:
        raise CheckSkipped("sensor.no-peripheral")
    try:
        import levelhips.simulation.peripheral  # noqa: F401
    except LevelHipsError:
        raise CheckSkipped("sensor.no-virtual") from None
    loop = SimulatedTimeLoop(math.inf)
    try:
        heard, problem = loop.run_until_complete(_stream(profile))
    finally:
        loop.close()
    wanted = MIN_SHARE * len(running(profile.default_rate_hz))
    found = problem or f"{heard} samples"
    require(heard >= wanted, "sensor.link", seconds=WAIT_S, found=found)


async def _stream(profile: Profile) -> tuple[int, str]:
    """Connect to the profile's own peripheral and stream a short run; return the number of samples, and what went wrong."""
    from levelhips.simulation.peripheral import VirtualWorld

    rate_hz = profile.default_rate_hz
    recording = Recording(Path("check.mcap"), running(rate_hz), rate_hz, {"outward": "+z"})
    listener = _Listener(profile, rate_hz)
    async with VirtualWorld(recording, profile, rate_hz=rate_hz) as world:
        async with Scan(world.client_radio) as scan:
            while not scan.devices:
                await scan.changed.wait()
        (device,) = scan.devices.values()
        client = asyncio.ensure_future(Connection(world.client_radio, device, profile, rate_hz, LinkReport(listener)).run())
        ended = asyncio.ensure_future(world.sensor.ended.wait())
        await asyncio.wait({client, ended}, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        problem = ""
        if client.done() and isinstance(error := client.exception(), SensorError):
            problem = error.what
        for task in (client, ended):
            task.cancel()
        with contextlib.suppress(SensorError):
            await asyncio.gather(client, ended, return_exceptions=True)
    return listener.samples, problem or (listener.complaint.what if listener.complaint is not None else "")
