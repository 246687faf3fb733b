"""Serve a virtual sensor: to a client in this process, or by radio on a real controller."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from bumble import hci
from bumble.device import Device
from bumble.link import LocalLink
from bumble.transport import open_transport

from levelhips.errors import SensorError
from levelhips.recording import Recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import Profile
from levelhips.sensors.source import Listener
from levelhips.simulation.bumble_backend import BumbleRadio, device_on
from levelhips.simulation.peripheral.sensor import VirtualSensor, advertised_name

SENSOR_ADDRESS, HOST_ADDRESS = "C0:DE:00:00:00:01", "C0:DE:00:00:00:02"


class VirtualWorld:
    """Context manager with a virtual sensor and a radio in range of it, in this process.

    Enter it in the event loop that will use both.
    """

    def __init__(self, recording: Recording, profile: Profile, **options: Any) -> None:
        link = LocalLink()  # type: ignore[no-untyped-call]
        self.radio = BumbleRadio(device_on(link, "computer", HOST_ADDRESS))
        self.sensor = VirtualSensor(device_on(link, "sensor", SENSOR_ADDRESS), recording, profile, radio=self.radio, **options)

    @property
    def client_radio(self) -> Radio:
        """Radio for a client in range of the sensor."""
        return Radio(self.radio.scanner, self.radio.client)

    async def __aenter__(self) -> VirtualWorld:
        await self.sensor.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.sensor.stop()


class VirtualSource:
    """Source of packets from a virtual sensor and a client connected to it, until the recording ends.

    Parameters
    ----------
    recording : Recording
    profile : Profile
    **options
        Options of `VirtualSensor`.
    """

    virtual = True

    def __init__(self, recording: Recording, profile: Profile, **options: Any) -> None:
        self.world = VirtualWorld(recording, profile, **options)
        self._client = BleSource(self.world.client_radio, self.world.sensor.name, self.world.sensor.rate_hz)

    @property
    def profile(self) -> Profile | None:
        """Profile of the sensor; None until it is found."""
        return self._client.profile

    @property
    def asked_hz(self) -> float:
        """Sampling rate requested from the sensor [Hz]."""
        return self._client.asked_hz

    async def run(self, listener: Listener) -> None:
        """Stream until the recording ends or the client fails."""
        client = asyncio.ensure_future(self._client.run(listener))
        ended = asyncio.ensure_future(self.world.sensor.ended.wait())
        try:
            await asyncio.wait({client, ended}, return_when=asyncio.FIRST_COMPLETED)
            if client.done():
                client.result()
        finally:
            for task in (client, ended):
                task.cancel()
            # The client stops the stream and disconnects before the sensor ends.
            await asyncio.gather(client, ended, return_exceptions=True)


@contextlib.asynccontextmanager
async def virtual_source(recording: Recording, profile: Profile, **options: Any) -> AsyncIterator[VirtualSource]:
    """Context manager with a running virtual sensor in this process, as the source of a session."""
    source = VirtualSource(recording, profile, **options)
    async with source.world:
        yield source


async def serve(transport: str, recording: Recording, profile: Profile, on_start: Callable[[VirtualSensor], None], **options: Any) -> None:
    """Run a virtual sensor by radio, on a real controller, until the recording ends.

    Parameters
    ----------
    transport : str
        How Bumble reaches the controller: usb:0, serial:..., hci-socket:0 and others.
    recording : Recording
    profile : Profile
    on_start : callable
        Called with the sensor once it advertises.
    **options
        Options of `VirtualSensor`.

    Raises
    ------
    SensorError
        If the controller cannot be opened.
    """
    try:
        opened = await open_transport(transport)
    except Exception as error:  # every transport raises its own library's errors
        raise SensorError("cannot-open-controller", transport=transport, reason=str(error) or type(error).__name__) from error
    async with opened as hci_transport:
        device = Device.with_hci(advertised_name(profile), hci.Address(SENSOR_ADDRESS), hci_transport.source, hci_transport.sink)
        sensor = VirtualSensor(device, recording, profile, **options)
        await sensor.start()
        on_start(sensor)
        try:
            await sensor.ended.wait()
        finally:
            await sensor.stop()
