"""One connection to a sensor, from connecting to the end of the link.

The system's report on a link is not relied on, because a link can die without a disconnect. A link counts as alive only while
samples arrive.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from levelhips.errors import SensorError
from levelhips.events import LinkReason, LinkState
from levelhips.recording.schema import Packet
from levelhips.sensors.ble.discovery import DiscoveredDevice
from levelhips.sensors.ble.radio import RADIO_ERRORS, Radio, unavailable
from levelhips.sensors.ble.report import LinkReport
from levelhips.sensors.profile import DOWN, LINK, UP, Act, Profile, Read, Subscribe, Write

log = logging.getLogger(__name__)

STALL_S = 1.5  # about 15 notifications of the slowest sensor; a radio gives up repeating a packet before this
GIVE_UP_S = 4.0  # a stall of 3 s often ends by itself, faster than a new connection (1-3 s) would
WATCH_S = 0.1  # time between two checks: a stall is noticed this much late at most
CONNECT_S = 20.0  # Windows and slow sensors need up to 10 s to list the services
ANSWER_S = 3.0  # sensors answer within a few connection intervals of 7.5-50 ms; with repeated packets within a second
CANCELS, CANCEL_S = 3, 0.3  # how often a connecting library is canceled, and how long it may take each time
DISCONNECT_S = 2.0  # for stopping, and again for disconnecting: a dead link must not delay the next attempt
FIRST_SAMPLE_S = 5.0  # the slowest sensor needs 2 s from the start command to its first sample
POLL_S = 30.0  # battery and clock change slowly; each poll takes air time from the stream
FIRST_POLL_S = 2.0  # after the first samples, so that the battery is known early
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"


class Connection:
    """One connection to a sensor: connects, starts the stream, passes packets on and watches the link until it is lost.

    Parameters
    ----------
    radio : Radio
    device : DiscoveredDevice
    profile : Profile
    rate_hz : float
        Sampling rate to request [Hz].
    link : LinkReport
        Receives the status of the link; its listener receives the packets.

    Attributes
    ----------
    streamed : bool
        Whether samples have arrived over this connection.
    """

    def __init__(self, radio: Radio, device: DiscoveredDevice, profile: Profile, rate_hz: float, link: LinkReport) -> None:
        self.streamed = False
        self._device, self._profile, self._rate_hz, self._link = device, profile, rate_hz, link
        self._gone = asyncio.Event()
        self._client = BleakClient(device.device, disconnected_callback=lambda _: self._gone.set(), timeout=CONNECT_S, backend=radio.client)
        self._waiting: list[tuple[Write, asyncio.Future[bytes]]] = []  # commands whose answers have not come yet
        self._newest_s = -math.inf  # arrival of the last packet with samples, on the loop's clock

    async def run(self) -> None:
        """Connect and stream until the link is lost or given up.

        Raises
        ------
        SensorError
            If the sensor cannot be connected or started, or sends no samples.
        """
        link, name = self._link, self._device.name
        if link.has_streamed:
            link.report(LinkState.RECONNECTING, link.status.reason, link.status.error)
        else:
            link.report(LinkState.CONNECTING)
        try:
            await self._connect()
            link.update(mtu=self._client.mtu_size)
            link.report_again()
            self._receive(LINK, bytearray(UP))
            for act in self._profile.start(self._rate_hz):
                await self._perform(act)
            log.info("%s: started at %g Hz, MTU %d", name, self._rate_hz, self._client.mtu_size)
            await self._watch()
        except RADIO_ERRORS as error:
            raise unavailable(error) or SensorError(
                "connection-failed", name=name or self._device.address, reason=str(error) or type(error).__name__
            ) from error
        finally:
            link.listener.packet(Packet(asyncio.get_running_loop().time(), DOWN, LINK))
            await self._disconnect()

    async def _connect(self) -> None:
        """Connect in a task of its own, so that this one can be canceled at any moment.

        Libraries lose a cancellation that comes just when what they wait for is there (`asyncio.wait_for` before Python 3.12 does), and
        go on connecting for up to half a minute.
        """
        connecting = asyncio.ensure_future(self._client.connect())
        try:
            async with asyncio.timeout(1.5 * CONNECT_S):  # Bleak's own limit does not cover the services on every system
                await asyncio.wait({connecting})
        finally:
            for _ in range(CANCELS):
                if not connecting.done():
                    connecting.cancel()
                    await asyncio.wait({connecting}, timeout=CANCEL_S)
            if connecting.done() and not connecting.cancelled():
                connecting.exception()  # else asyncio would complain that nobody looked at it
        await connecting

    async def _perform(self, act: Act) -> None:
        if isinstance(act, Subscribe):
            name = act.to

            def notified(_: BleakGATTCharacteristic, data: bytearray) -> None:
                self._receive(name, data)

            await self._client.start_notify(self._profile.characteristics[name].uuid, notified)
        elif isinstance(act, Read):
            await self._read(act)
        else:
            await self._write(act)

    async def _read(self, act: Read) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                data = await self._client.read_gatt_char(self._profile.characteristics[act.of].uuid)
        except RADIO_ERRORS as error:
            if not act.may_fail:
                raise unavailable(error) or SensorError(
                    "cannot-read-characteristic",
                    name=self._link.status.name,
                    characteristic=act.of,
                    reason=str(error) or type(error).__name__,
                ) from error
            log.info("%s: %s cannot be read: %s", self._link.status.name, act.of, error)
        else:
            self._receive(act.of, data)

    async def _write(self, act: Write) -> None:
        waiting = act, asyncio.get_running_loop().create_future()
        if act.answer is not None:
            self._waiting.append(waiting)  # before the write: the answer may come before its confirmation
        name = self._link.status.name
        try:
            await self._client.write_gatt_char(self._profile.characteristics[act.to].uuid, act.data, response=True)
            if act.answer is None:
                return
            async with asyncio.timeout(ANSWER_S):
                answer = await waiting[1]
        except TimeoutError:
            raise SensorError("no-answer", name=name) from None
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
        if (problem := self._profile.problem(answer)) is not None:
            raise SensorError("cannot-start-sensor", name=name, problem=problem)

    def _receive(self, source: str, data: bytearray) -> None:
        """Pass a packet on; if it completed samples, note the time and report that the stream runs."""
        now_s, link = asyncio.get_running_loop().time(), self._link
        if link.listener.packet(Packet(now_s, bytes(data), source)):
            self._newest_s = now_s
            if link.status.state is not LinkState.STREAMING:
                if not self.streamed and link.has_streamed:
                    link.update(reconnects=link.status.reconnects + 1)
                link.has_streamed = self.streamed = True
                link.report(LinkState.STREAMING)
        for act, answer in self._waiting:
            if act.answer == source and data.startswith(act.answer_begins) and not answer.done():
                answer.set_result(bytes(data))
                break

    async def _watch(self) -> None:
        """Wait until the link is lost or given up; meanwhile poll the sensor every 30 s."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        polled_s = began_s - POLL_S + FIRST_POLL_S
        polling: asyncio.Task[None] | None = None
        try:
            while not self._is_over(began_s):
                if loop.time() - polled_s >= POLL_S and (polling is None or polling.done()):
                    polled_s = loop.time()
                    polling = asyncio.ensure_future(self._poll())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WATCH_S):
                        await self._gone.wait()
        finally:
            if polling is not None:
                polling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await polling

    def _is_over(self, began_s: float) -> bool:
        """Report a stall, or a link that is lost or given up; return whether the connection is over."""
        link = self._link
        name = link.status.name
        if self._gone.is_set():
            link.report(LinkState.RECONNECTING, LinkReason.DISCONNECTED)
            return True
        silent_s = asyncio.get_running_loop().time() - max(self._newest_s, began_s)
        if not self.streamed and silent_s > FIRST_SAMPLE_S:
            if (complaint := link.listener.complaint) is not None:
                raise SensorError("no-usable-samples", name=name, problem=complaint.what, advice=complaint.fix)
            raise SensorError("sensor-sends-nothing", name=name)
        if self.streamed and silent_s > GIVE_UP_S:
            link.report(LinkState.RECONNECTING, LinkReason.SILENT_TOO_LONG)
            return True
        if self.streamed and silent_s > STALL_S and link.status.state is LinkState.STREAMING:
            link.report(LinkState.STALLED, LinkReason.SILENT)
        return False

    async def _poll(self) -> None:
        """Read battery level, signal strength and the sensor's clock. A failure does not end the stream."""
        link = self._link
        try:
            async with asyncio.timeout(POLL_S / 2):
                if self._client.services.get_characteristic(BATTERY_LEVEL) is not None:
                    level = await self._client.read_gatt_char(BATTERY_LEVEL)
                    if level and level[0] <= 100:
                        link.update(battery_percent=float(level[0]))
                # Only some systems (macOS) report the signal strength of a link; elsewhere that of the last advertisement stays.
                backend = getattr(self._client, "_backend", None)
                if (get_rssi := getattr(backend, "get_rssi", None)) is not None:
                    link.update(rssi_dbm=float(await get_rssi()))
                if self._profile.sync is not None:
                    host_ms = round(asyncio.get_running_loop().time() * 1000)
                    await self._write(self._profile.sync(host_ms))
            link.report_again()
        except (*RADIO_ERRORS, SensorError) as error:
            log.info("Polling %s: %s", link.status.name, error)

    async def _disconnect(self) -> None:
        """Stop the stream and disconnect, within 2 s each even if the link is dead."""
        name = self._link.status.name
        task = asyncio.current_task()
        ends = task is not None and task.cancelling() > 0  # the session: then a stream that stalls is stopped, too, and nothing is delayed
        if self._client.is_connected and self.streamed and (ends or self._link.status.state is LinkState.STREAMING):
            try:
                async with asyncio.timeout(DISCONNECT_S):
                    for act in self._profile.stop():
                        await self._perform(act)
            except (*RADIO_ERRORS, SensorError) as error:
                log.info("Stopping %s: %s", name, error)
        try:
            async with asyncio.timeout(DISCONNECT_S):
                await self._client.disconnect()
        except RADIO_ERRORS as error:
            log.info("Disconnecting %s: %s", name, error)
