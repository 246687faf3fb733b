"""Find Bluetooth devices in range: those that advertise, and those that the system is still connected to."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bleak import BleakAdapter, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from levelhips.errors import SensorError
from levelhips.sensors.ble.radio import RADIO_ERRORS, Radio, unavailable
from levelhips.sensors.profile import Profile, profile_of, profiles
from levelhips.untrusted import clean_name

log = logging.getLogger(__name__)

BATTERY_DATA = "0000180f-0000-1000-8000-00805f9b34fb"  # battery service, with the level as service data
FORGET_S = 10.0  # common sensors advertise every 0.1-2 s, and a scan misses some of it


@dataclass(frozen=True, slots=True)
class DiscoveredDevice:
    """A Bluetooth device that advertises.

    Attributes
    ----------
    device : BLEDevice
    name : str
        Empty if unknown.
    profile : Profile or None
        The kind of sensor; None if no profile fits.
    rssi_dbm, battery_percent : float
        Signal strength [dBm] and battery level [%]; NaN if unknown.
    at_s : float
        Time of its last advertisement on the event loop's clock [s].
    """

    device: BLEDevice
    name: str
    profile: Profile | None
    rssi_dbm: float
    battery_percent: float
    at_s: float

    @property
    def address(self) -> str:
        """Bluetooth address; on macOS a UUID that differs from computer to computer."""
        return self.device.address


class Scan:
    """Context manager that scans while it is entered.

    Attributes
    ----------
    devices : dict
        The devices found so far, by address.
    changed : asyncio.Event
        Set at each advertisement; the reader clears it.
    """

    def __init__(self, radio: Radio) -> None:
        self.devices: dict[str, DiscoveredDevice] = {}
        self.changed = asyncio.Event()
        self._scanner = BleakScanner(self._on_advertisement, backend=radio.scanner)

    async def __aenter__(self) -> Scan:
        try:
            await self._scanner.start()
        except RADIO_ERRORS as error:
            raise unavailable(error) or SensorError("scan-failed", reason=error) from error
        return self

    async def __aexit__(self, *exception: object) -> None:
        try:
            await self._scanner.stop()
        except RADIO_ERRORS as error:  # the adapter went away meanwhile: there is no scan left to stop
            log.info("Stopping the scan: %s", error)

    def _on_advertisement(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        # A device sends its name, services and battery in turn: what one advertisement lacks, an earlier one may have had.
        before = self.devices.get(device.address)
        name = clean_name(advertisement.local_name or device.name or "") or (before.name if before else "")
        battery = advertisement.service_data.get(BATTERY_DATA, b"")
        self.devices[device.address] = DiscoveredDevice(
            device=device,
            name=name,
            profile=profile_of(name, advertisement.service_uuids) or (before.profile if before else None),
            rssi_dbm=float(advertisement.rssi),
            battery_percent=float(battery[0]) if battery else (before.battery_percent if before else math.nan),
            at_s=asyncio.get_running_loop().time(),
        )
        self.changed.set()


async def scan(radio: Radio, every_s: float = 0.5) -> AsyncGenerator[dict[str, DiscoveredDevice], None]:
    """Yield the devices in range by address, every `every_s` seconds, without those that have been silent for 10 s.

    Close it (`contextlib.aclosing`) to end the scan.

    Raises
    ------
    SensorError
        If this computer's Bluetooth cannot be used.
    """
    loop = asyncio.get_running_loop()
    async with Scan(radio) as running:
        while True:
            await asyncio.sleep(every_s)
            now_s = loop.time()
            running.devices = {address: one for address, one in running.devices.items() if now_s - one.at_s < FORGET_S}
            yield dict(running.devices)


async def connected_devices(radio: Radio) -> list[DiscoveredDevice]:
    """Return the sensors that the system is still connected to.

    BlueZ keeps the connection of a program that was killed, and a connected sensor does not advertise.
    """
    if radio.scanner is not None:
        return []
    try:
        adapter = await BleakAdapter.get()
        found = []
        for profile in profiles().values():
            for device in await adapter.get_connected_devices([profile.service]):
                now_s = asyncio.get_running_loop().time()
                found.append(DiscoveredDevice(device, clean_name(device.name or ""), profile, math.nan, math.nan, now_s))
        return found
    except NotImplementedError:
        return []
    except RADIO_ERRORS as error:
        log.info("Asking for connected sensors: %s", error)
        return []
