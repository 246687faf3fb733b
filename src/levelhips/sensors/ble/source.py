"""Source of a session with a Bluetooth sensor: search, connect, and reconnect for as long as the session lasts."""

from __future__ import annotations

import asyncio
import random

from levelhips.errors import BluetoothUnavailableError, SensorError
from levelhips.events import LinkReason, LinkState
from levelhips.sensors.ble.connection import Connection
from levelhips.sensors.ble.radio import Radio
from levelhips.sensors.ble.report import LinkReport
from levelhips.sensors.ble.search import Search
from levelhips.sensors.profile import Profile
from levelhips.sensors.source import Listener

PATIENCE_S = 60.0  # of the first search: time to find a sensor in a bag, wake it up and clip it on
FIRST_PAUSE_S, MAX_PAUSE_S = 0.25, 1.0  # between attempts: short, because a runner is waiting for the stream
PAUSE_JITTER = 0.25  # random share of the pause, so that two clients do not always try at the same moment
TRIES = 5  # failed connections that are tolerated before the first samples


class BleSource:
    """Source of packets from a sensor over Bluetooth.

    Parameters
    ----------
    radio : Radio
    wanted : str or None
        Name or address; None: the only one in range.
    rate_hz : float or None
        Sampling rate to request [Hz]; None: the profile's default.
    patience_s : float
        How long the first search may take [s].
    """

    virtual = False

    def __init__(self, radio: Radio, wanted: str | None = None, rate_hz: float | None = None, patience_s: float = PATIENCE_S) -> None:
        self.profile: Profile | None = None
        self.asked_hz = 0.0
        self._radio, self._wanted, self._rate_hz, self._patience_s = radio, wanted, rate_hz, patience_s

    async def run(self, listener: Listener) -> None:
        """Search, connect and stream until canceled.

        Raises
        ------
        SensorError
            If no samples have come yet, and another attempt would not help.
        """
        link = LinkReport(listener)
        search = Search(self._radio, self._wanted, self._patience_s, link)
        failures = 0
        try:
            while True:
                streamed = False
                try:
                    device, profile = await search.find()
                    self.profile, self.asked_hz = profile, profile.nearest_rate_hz(self._rate_hz)
                    connection = Connection(self._radio, device, profile, self.asked_hz, link)
                    try:
                        await connection.run()
                    finally:
                        streamed = connection.streamed
                except SensorError as error:
                    hopeless = not search.address or failures >= TRIES or isinstance(error, BluetoothUnavailableError)
                    if hopeless and not link.has_streamed:
                        raise
                    link.report(LinkState.RECONNECTING, LinkReason.ERROR, error.to_json())
                failures = 0 if streamed else failures + 1
                await asyncio.sleep(pause_s(failures) * random.uniform(1.0 - PAUSE_JITTER, 1.0 + PAUSE_JITTER))
        except SensorError as error:
            link.report(LinkState.FAILED, LinkReason.ERROR, error.to_json())
            raise
        finally:
            if link.status.state is not LinkState.FAILED:
                link.report(LinkState.IDLE)


def pause_s(failures: int) -> float:
    """Return the pause before the next attempt, after this many attempts failed in a row [s]."""
    # The exponent is bounded: Bluetooth that is off for 17 minutes causes a thousand failures, and 2.0**1024 overflows.
    return float(min(FIRST_PAUSE_S * 2.0 ** min(failures, 8), MAX_PAUSE_S))
