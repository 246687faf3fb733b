"""Find the sensor of a session among all that is in range."""

from __future__ import annotations

import asyncio
import contextlib
import math

from levelhips.errors import SensorError
from levelhips.events import LinkState
from levelhips.sensors.ble.discovery import DiscoveredDevice, Scan, connected_devices
from levelhips.sensors.ble.radio import Radio
from levelhips.sensors.ble.report import LinkReport
from levelhips.sensors.profile import Profile

ALONE_S = 3.0  # a sensor is the only one if no other was found for so long: 30 advertisements of most
HINT_S = 10.0  # after this the runner gets advice; nearly all sensors in range are found in 3 s
LOOK_S = 0.25  # look at the time at least so often while nothing new advertises
LOW_BATTERY_PERCENT = 10.0  # below this a sensor that is gone has probably run empty


class Search:
    """The search for one sensor; once found, later searches look for the same address only.

    Parameters
    ----------
    radio : Radio
    wanted : str or None
        Name or address; None: the only one in range.
    patience_s : float
        How long to search before samples ever came [s]; after that there is no limit.
    link : LinkReport
    """

    def __init__(self, radio: Radio, wanted: str | None, patience_s: float, link: LinkReport) -> None:
        self.address = ""
        self._radio, self._wanted, self._patience_s, self._link = radio, wanted, patience_s, link

    async def find(self) -> tuple[DiscoveredDevice, Profile]:
        """Return the sensor and its kind.

        Raises
        ------
        SensorError
            If it is not found in time, if there are several to choose from, or if Bluetooth cannot be used.
        """
        again = bool(self.address)
        link = self._link
        link.report(LinkState.RECONNECTING if again else LinkState.SCANNING, link.status.why if again else "")
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
                    async with asyncio.timeout(LOOK_S):
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
            raise SensorError(f"{len(found)} sensors are in range: {names}", fix="Name one of them, or its address, with --sensor")
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

    def _hint(self) -> str:
        status = self._link.status
        if not self._link.has_streamed:
            return "Not found yet. Wake the sensor up, bring it near, and close its maker's app, which may hold it."
        weak = status.battery_percent <= LOW_BATTERY_PERCENT
        battery = f" Its battery was at {status.battery_percent:.0f} %: charge it." if weak else ""
        return f"{status.name or 'The sensor'} is out of range, asleep, or held by another app.{battery}"

    def _not_found(self, scan: Scan) -> SensorError:
        strangers = [one for one in scan.devices.values() if one.profile is None and self._is_wanted(one)]
        if self._wanted and strangers:
            return SensorError(
                f"{self._wanted!r} is not a kind of sensor that levelhips knows", fix="docs/sensors.md lists those that it knows"
            )
        others = sorted(one.name or one.address for one in scan.devices.values() if one.profile is not None)
        what = f"{self._wanted!r} was not found" if self._wanted else "No sensor was found"
        if others:
            return SensorError(f"{what}, but {', '.join(others)} is in range", fix="Name one of these with --sensor")
        return SensorError(
            f"{what} within {self._patience_s:.0f} s",
            fix="Wake it up, bring it near, and close its maker's app, which may hold it; levelhips scan lists what is in range",
        )
