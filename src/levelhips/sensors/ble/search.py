"""Find the sensor of a session among all devices in range."""

from __future__ import annotations

import asyncio
import contextlib
import math

from levelhips.errors import SensorError
from levelhips.events import LinkReason, LinkState
from levelhips.sensors.ble.discovery import DiscoveredDevice, Scan, connected_devices
from levelhips.sensors.ble.radio import Radio
from levelhips.sensors.ble.report import LinkReport
from levelhips.sensors.profile import Profile

ALONE_S = 3.0  # a sensor counts as the only one if no other is found in this time: 30 advertisements of most sensors
HINT_S = 10.0  # after this the runner gets advice; nearly all sensors in range are found in 3 s
CHECK_S = 0.25  # time between two checks for the end of the search, while nothing advertises
LOW_BATTERY_PERCENT = 10.0  # if the last level was below this, a sensor that cannot be found has probably run empty


class Search:
    """The search for one sensor; once found, later searches look for the same address only.

    Parameters
    ----------
    radio : Radio
    wanted : str or None
        Name or address; None: the only one in range.
    patience_s : float
        Time limit of a search until samples have come for the first time [s]; later searches have no limit.
    link : LinkReport
        Receives the status of the link.

    Attributes
    ----------
    address : str
        Address of the sensor that was found; empty before.
    """

    def __init__(self, radio: Radio, wanted: str | None, patience_s: float, link: LinkReport) -> None:
        self.address = ""
        self._radio, self._wanted, self._patience_s, self._link = radio, wanted, patience_s, link

    async def find(self) -> tuple[DiscoveredDevice, Profile]:
        """Search until the sensor is found; return it with its profile.

        Raises
        ------
        SensorError
            If it is not found in time, if there are several to choose from, or if Bluetooth cannot be used.
        """
        again = bool(self.address)
        link = self._link
        if again:
            link.report(LinkState.RECONNECTING, link.status.reason, link.status.error)
        else:
            link.report(LinkState.SCANNING)
        loop = asyncio.get_running_loop()
        began_s, hinted = loop.time(), False
        async with Scan(self._radio) as scan:
            for device in await connected_devices(self._radio):
                scan.devices[device.address] = device
            while True:
                found = [(one, one.profile) for one in scan.devices.values() if one.profile is not None and self._is_wanted(one)]
                waited_s = loop.time() - began_s
                if found and (again or self._wanted is not None or waited_s >= ALONE_S):
                    return self._chosen(found)
                if not link.has_streamed and waited_s > self._patience_s:
                    raise self._not_found(scan)
                if waited_s > HINT_S and not hinted:
                    hinted = True
                    link.report(link.status.state, self._hint())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_S):
                        scan.changed.clear()
                        await scan.changed.wait()

    def _is_wanted(self, device: DiscoveredDevice) -> bool:
        if self.address:
            return device.address == self.address
        if self._wanted is None:
            return True
        return self._wanted.lower() in (device.address.lower(), device.name.lower())

    def _chosen(self, found: list[tuple[DiscoveredDevice, Profile]]) -> tuple[DiscoveredDevice, Profile]:
        if len(found) > 1:
            names = ", ".join(sorted(device.name or device.address for device, _ in found))
            raise SensorError("several-sensors", count=len(found), names=names)
        device, profile = found[0]
        self.address = device.address
        known = math.isfinite(device.battery_percent)
        self._link.update(
            name=device.name,
            address=device.address,
            kind=profile.title,
            rssi_dbm=device.rssi_dbm,
            battery_percent=device.battery_percent if known else self._link.status.battery_percent,
        )
        return device, profile

    def _hint(self) -> LinkReason:
        if not self._link.has_streamed:
            return LinkReason.NOT_FOUND_YET
        weak = self._link.status.battery_percent <= LOW_BATTERY_PERCENT
        return LinkReason.EMPTY_BATTERY if weak else LinkReason.OUT_OF_RANGE

    def _not_found(self, scan: Scan) -> SensorError:
        unsupported = [one for one in scan.devices.values() if one.profile is None and self._is_wanted(one)]
        if self._wanted and unsupported:
            return SensorError("unsupported-sensor", name=self._wanted)
        others = sorted(one.name or one.address for one in scan.devices.values() if one.profile is not None)
        if self._wanted is None:
            return SensorError("no-sensor-found", seconds=self._patience_s)
        if others:
            return SensorError("sensor-not-found-but-others", name=self._wanted, others=", ".join(others))
        return SensorError("sensor-not-found", name=self._wanted, seconds=self._patience_s)
