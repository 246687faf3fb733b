"""The Bluetooth client: scan, connect, watch, reconnect, for as long as the session lasts.

One state machine. The system's word on a link is not believed: only the age of the last sample tells whether it lives
(a link can die without a disconnect, and without data).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import random
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from levelhips.errors import BluetoothUnavailableError, SensorError
from levelhips.events import LinkState
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import DOWN, LINK, UP, Act, Profile, Read, Subscribe, Write, profile_of, profiles
from levelhips.sensors.source import LinkStatus, Listener

log = logging.getLogger(__name__)

STALL_S = 1.5  # some 15 notifications of the slowest sensor; longer than a radio repeats before it gives up a packet
GIVE_UP_S = 4.0  # a stall of 3 s often heals by itself, faster than a new connection (1-3 s) would
WATCH_S = 0.1
CONNECT_S = 20.0  # Windows and slow sensors need up to 10 s for the services
ANSWER_S = 3.0
GOODBYE_S = 2.0
FIRST_SAMPLE_S = 5.0
POLL_S = 30.0
ALONE_S = 3.0  # so long no other sensor must be heard for one to be the only one: 30 advertisements
HINT_S = 10.0
PATIENCE_S = 60.0  # with the first search; later ones last as long as the session
BACKOFF_S = (0.25, 1.0)  # between attempts: first and longest. Jitter, so that two clients do not keep step
TRIES = 5  # connections that fail before any stream did
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
BATTERY_DATA = "0000180f-0000-1000-8000-00805f9b34fb"
# What the systems' Bluetooth raises: Bleak's own, and on Linux those of D-Bus and its socket.
_RADIO_ERRORS = (BleakError, OSError, EOFError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Radio:
    """Which Bluetooth to use: the system's, or another backend of Bleak's."""

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A sensor that advertises."""

    device: BLEDevice
    name: str
    profile: Profile | None
    rssi_dbm: float
    battery_percent: float
    at_s: float

    @property
    def address(self) -> str:
        return self.device.address


def unavailable(error: BaseException) -> BluetoothUnavailableError | None:
    """What is wrong with this computer's Bluetooth, if that is what an error is about."""
    reasons = BleakBluetoothNotAvailableReason
    denied = (reasons.DENIED_BY_USER, reasons.DENIED_BY_SYSTEM, reasons.DENIED_BY_UNKNOWN)
    if isinstance(error, BleakBluetoothNotAvailableError):
        if error.reason is reasons.POWERED_OFF:
            return BluetoothUnavailableError("Bluetooth is switched off", fix="Switch it on in the system's settings", reason="off")
        if error.reason in denied:
            fix = {
                "darwin": "Allow it in System Settings, Privacy & Security, Bluetooth, for the terminal",
                "win32": "Allow apps to use Bluetooth in Settings, Privacy & security, Radios",
            }.get(sys.platform, "Add yourself to the group bluetooth (sudo usermod -aG bluetooth $USER) and log in again")
            return BluetoothUnavailableError("This program may not use Bluetooth", fix=fix, reason="denied")
        return BluetoothUnavailableError(
            "This computer has no Bluetooth Low Energy adapter", fix="Plug in a Bluetooth 4.0 (or later) USB adapter", reason="missing"
        )
    if isinstance(error, FileNotFoundError | ConnectionRefusedError) and sys.platform.startswith("linux"):
        return BluetoothUnavailableError(
            "The system's message bus (D-Bus) does not run, so Bluetooth cannot be reached",
            fix="Start it with BlueZ 5.55 or later: sudo apt install bluez; sudo systemctl start dbus bluetooth",
            reason="missing",
        )
    if "org.freedesktop.DBus.Error.ServiceUnknown" in str(error) or "org.bluez was not provided" in str(error):
        return BluetoothUnavailableError(
            "The Bluetooth service (BlueZ) does not run", fix="sudo apt install bluez; sudo systemctl start bluetooth", reason="missing"
        )
    return None


class Scan:
    """What advertises in range, by address; `heard` grows while it is entered."""

    def __init__(self, radio: Radio) -> None:
        self.heard: dict[str, Heard] = {}
        self.news = asyncio.Event()
        self._scanner = BleakScanner(self._take, backend=radio.scanner)

    async def __aenter__(self) -> Scan:
        try:
            await self._scanner.start()
        except _RADIO_ERRORS as error:
            raise unavailable(error) or SensorError(f"Scanning failed ({error})", fix="Switch Bluetooth off and on again") from error
        return self

    async def __aexit__(self, *exception: object) -> None:
        try:
            await self._scanner.stop()
        except _RADIO_ERRORS as error:  # the adapter went away meanwhile: nothing is left to be stopped
            log.info("Stopping the scan: %s", error)

    def _take(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        before = self.heard.get(device.address)
        name = advertisement.local_name or device.name or (before.name if before else "")
        battery = advertisement.service_data.get(BATTERY_DATA, b"")
        self.heard[device.address] = Heard(
            device=device,
            name=name,
            profile=profile_of(name, advertisement.service_uuids) or (before.profile if before else None),
            rssi_dbm=float(advertisement.rssi),
            battery_percent=float(battery[0]) if battery else (before.battery_percent if before else math.nan),
            at_s=asyncio.get_running_loop().time(),
        )
        self.news.set()


@dataclass(slots=True)
class _Attempt:
    """One connection, from its beginning to its end."""

    client: BleakClient
    profile: Profile
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: dict[str, asyncio.Future[bytes]] = field(default_factory=dict)
    newest_s: float = -math.inf  # loop time of the last packet with samples


class BleSource:
    """A sensor over Bluetooth.

    Parameters
    ----------
    radio : Radio
    wanted : str or None
        Name or address; None: the only one in range.
    rate_hz : float or None
        Samples a second; None: the profile's usual.
    patience_s : float
        How long the first search may take [s].
    """

    virtual = False

    def __init__(self, radio: Radio, wanted: str | None = None, rate_hz: float | None = None, patience_s: float = PATIENCE_S) -> None:
        self.profile: Profile | None = None
        self.asked_hz = 0.0
        self._radio, self._wanted, self._rate_hz, self._patience_s = radio, wanted, rate_hz, patience_s
        self._status = LinkStatus()
        self._listener: Listener | None = None
        self._ever = self._streamed = False  # samples came: in this session, in this connection
        self._address = ""

    async def run(self, listener: Listener) -> None:
        self._listener = listener
        failures = 0
        try:
            while True:
                self._streamed = False
                try:
                    await self._stream(await self._find())
                except SensorError as error:
                    if not self._ever and (not self._address or failures >= TRIES or isinstance(error, BluetoothUnavailableError)):
                        raise
                    self._tell(LinkState.RECONNECTING, str(error))
                failures = 0 if self._streamed else failures + 1
                first, longest = BACKOFF_S
                await asyncio.sleep(min(first * 2.0**failures, longest) * random.uniform(0.75, 1.25))
        except SensorError as error:
            self._tell(LinkState.FAILED, str(error))
            raise
        finally:
            if self._status.state is not LinkState.FAILED:
                self._tell(LinkState.IDLE)

    # ---- finding

    async def _find(self) -> Heard:
        again = bool(self._address)
        self._tell(LinkState.RECONNECTING if again else LinkState.SCANNING, self._status.why if again else "")
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        async with Scan(self._radio) as scan:
            for heard in await self._already_connected():
                scan.heard[heard.address] = heard
            hinted = False
            while True:
                found = [heard for heard in scan.heard.values() if heard.profile is not None and self._is_wanted(heard)]
                waited_s = loop.time() - began_s
                if found and (again or self._wanted is not None or waited_s >= ALONE_S):
                    return self._chosen(found)
                if not self._ever and waited_s > self._patience_s:
                    raise self._not_found(scan)
                if waited_s > HINT_S and not hinted:
                    hinted = True
                    self._tell(self._status.state, self._hint())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.25):
                        scan.news.clear()
                        await scan.news.wait()

    def _is_wanted(self, heard: Heard) -> bool:
        if self._address:
            return heard.address == self._address
        if self._wanted is None:
            return True
        wanted = self._wanted.lower()
        return wanted in (heard.address.lower(), heard.name.lower())

    def _chosen(self, found: list[Heard]) -> Heard:
        if len(found) > 1:
            raise SensorError(
                f"{len(found)} sensors are in range: {', '.join(sorted(heard.name or heard.address for heard in found))}",
                fix="Name one of them, or its address, with --sensor",
            )
        heard = found[0]
        self._address, self.profile = heard.address, heard.profile
        assert heard.profile is not None
        self.asked_hz = heard.profile.nearest_rate_hz(self._rate_hz)
        self._status = replace(
            self._status,
            name=heard.name,
            address=heard.address,
            kind=heard.profile.title,
            rssi_dbm=heard.rssi_dbm,
            battery_percent=heard.battery_percent if math.isfinite(heard.battery_percent) else self._status.battery_percent,
        )
        return heard

    async def _already_connected(self) -> list[Heard]:
        """Sensors that the system still holds, of a program that was killed: they do not advertise (BlueZ)."""
        if self._radio.scanner is not None:
            return []
        try:
            adapter = await BleakAdapter.get()
            found = []
            for profile in profiles().values():
                for device in await adapter.get_connected_devices([profile.service]):
                    now_s = asyncio.get_running_loop().time()
                    found.append(Heard(device, device.name or "", profile, math.nan, math.nan, now_s))
            return found
        except NotImplementedError:
            return []
        except _RADIO_ERRORS as error:
            log.info("Asking for connected sensors: %s", error)
            return []

    def _hint(self) -> str:
        if self._ever:
            weak = self._status.battery_percent <= 10
            battery = f" Its battery was at {self._status.battery_percent:.0f} %: charge it." if weak else ""
            return f"{self._status.name or 'The sensor'} is out of range, asleep, or held by another app.{battery}"
        return "Not found yet. Wake the sensor up, bring it near, and close its maker's app, which may hold it."

    def _not_found(self, scan: Scan) -> SensorError:
        strangers = [heard for heard in scan.heard.values() if heard.profile is None and self._is_wanted(heard)]
        if self._wanted and strangers:
            return SensorError(f"{self._wanted!r} is no kind of sensor that levelhips knows", fix="docs/sensors.md lists those it does")
        others = sorted(heard.name or heard.address for heard in scan.heard.values() if heard.profile is not None)
        what = f"{self._wanted!r} was not found" if self._wanted else "No sensor was found"
        if others:
            return SensorError(f"{what}, but {', '.join(others)} is in range", fix="Name one of these with --sensor")
        return SensorError(
            f"{what} within {self._patience_s:.0f} s",
            fix="Wake it up, bring it near, and close its maker's app, which may hold it; levelhips scan lists what is in range",
        )

    # ---- connecting and streaming

    async def _stream(self, heard: Heard) -> None:
        """Connect, start, and watch until the link is gone."""
        assert heard.profile is not None
        assert self._listener is not None
        self._tell(LinkState.RECONNECTING if self._ever else LinkState.CONNECTING, self._status.why if self._ever else "")
        gone = asyncio.Event()
        client = BleakClient(heard.device, disconnected_callback=lambda _: gone.set(), timeout=CONNECT_S, backend=self._radio.client)
        attempt = _Attempt(client, heard.profile, gone)
        try:
            async with asyncio.timeout(1.5 * CONNECT_S):
                await client.connect()
            self._status = replace(self._status, mtu=client.mtu_size)
            self._tell(self._status.state, self._status.why)
            self._hear(attempt, LINK, bytearray(UP))
            for act in heard.profile.start(self.asked_hz):
                await self._do(attempt, act)
            log.info("%s: started at %g Hz, MTU %d", heard.name, self.asked_hz, client.mtu_size)
            await self._watch(attempt)
        except _RADIO_ERRORS as error:
            raise unavailable(error) or SensorError(
                f"The connection to {heard.name or heard.address} failed ({error or type(error).__name__})",
                fix="Bring the sensor near, and close its maker's app, which may hold it",
            ) from error
        finally:
            self._listener.packet(Packet(asyncio.get_running_loop().time(), DOWN, LINK))
            await self._part(attempt)

    async def _do(self, attempt: _Attempt, act: Act) -> None:
        client, profile = attempt.client, attempt.profile
        if isinstance(act, Subscribe):
            name = act.to

            def notified(_: BleakGATTCharacteristic, data: bytearray) -> None:
                self._hear(attempt, name, data)

            await client.start_notify(profile.characteristics[name].uuid, notified)
        elif isinstance(act, Read):
            async with asyncio.timeout(ANSWER_S):
                self._hear(attempt, act.of, await client.read_gatt_char(profile.characteristics[act.of].uuid))
        else:
            await self._write(attempt, act)

    async def _write(self, attempt: _Attempt, act: Write) -> None:
        if act.answer is not None:
            attempt.waiting[act.answer] = asyncio.get_running_loop().create_future()
        await attempt.client.write_gatt_char(attempt.profile.characteristics[act.to].uuid, act.data, response=True)
        if act.answer is None:
            return
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await attempt.waiting[act.answer]
        except TimeoutError:
            raise SensorError(f"{self._status.name} does not answer", fix="Switch the sensor off and on again") from None
        finally:
            attempt.waiting.pop(act.answer, None)
        if (problem := attempt.profile.problem(answer)) is not None:
            raise SensorError(f"{self._status.name} cannot be started: {problem}", fix="Switch the sensor off and on again, or charge it")

    def _hear(self, attempt: _Attempt, name: str, data: bytearray) -> None:
        now_s = asyncio.get_running_loop().time()
        waiting = attempt.waiting.get(name)
        assert self._listener is not None
        if self._listener.packet(Packet(now_s, bytes(data), name)):
            attempt.newest_s = now_s
            if self._status.state is not LinkState.STREAMING:
                if not self._streamed and self._ever:
                    self._status = replace(self._status, reconnects=self._status.reconnects + 1)
                self._ever = self._streamed = True
                self._tell(LinkState.STREAMING)
        if waiting is not None and not waiting.done():
            waiting.set_result(bytes(data))

    async def _watch(self, attempt: _Attempt) -> None:
        loop = asyncio.get_running_loop()
        began_s, polled_s = loop.time(), loop.time() - POLL_S + 2.0
        polling: asyncio.Task[None] | None = None
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WATCH_S):
                        await attempt.gone.wait()
                if attempt.gone.is_set():
                    self._tell(LinkState.RECONNECTING, f"{self._status.name} disconnected.")
                    return
                silent_s = loop.time() - max(attempt.newest_s, began_s)
                if self._streamed and silent_s > STALL_S and self._status.state is LinkState.STREAMING:
                    self._tell(LinkState.STALLED, f"{self._status.name} is silent.")
                if not self._streamed and silent_s > FIRST_SAMPLE_S:
                    assert self._listener is not None
                    reason = f" ({self._listener.complaint})" if self._listener.complaint else ""
                    raise SensorError(f"{self._status.name} sends no samples{reason}", fix="Switch the sensor off and on again")
                if self._streamed and silent_s > GIVE_UP_S:
                    self._tell(LinkState.RECONNECTING, f"{self._status.name} is silent: connecting anew.")
                    return
                if loop.time() - polled_s >= POLL_S and (polling is None or polling.done()):
                    polled_s = loop.time()
                    polling = asyncio.ensure_future(self._poll(attempt))
        finally:
            if polling is not None:
                polling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await polling

    async def _poll(self, attempt: _Attempt) -> None:
        """Battery, signal and the sensor's clock, now and then; none of them is worth the stream."""
        try:
            async with asyncio.timeout(POLL_S / 2):
                if attempt.client.services.get_characteristic(BATTERY_LEVEL) is not None:
                    level = await attempt.client.read_gatt_char(BATTERY_LEVEL)
                    if level and level[0] <= 100:
                        self._status = replace(self._status, battery_percent=float(level[0]))
                # Only some systems tell the signal of a link (macOS); elsewhere it is that of the last advertisement.
                backend = getattr(attempt.client, "_backend", None)
                if (get_rssi := getattr(backend, "get_rssi", None)) is not None:
                    self._status = replace(self._status, rssi_dbm=float(await get_rssi()))
                if attempt.profile.sync is not None:
                    host_ms = round(asyncio.get_running_loop().time() * 1000)
                    await self._write(attempt, attempt.profile.sync(host_ms))
            self._tell(self._status.state, self._status.why)
        except (*_RADIO_ERRORS, SensorError) as error:
            log.info("Polling %s: %s", self._status.name, error)

    async def _part(self, attempt: _Attempt) -> None:
        """Stop the stream and disconnect, without letting a dead link hold us up."""
        if attempt.client.is_connected and self._streamed and self._status.state is LinkState.STREAMING:
            try:
                async with asyncio.timeout(GOODBYE_S):
                    for act in attempt.profile.stop():
                        await self._do(attempt, act)
            except (*_RADIO_ERRORS, SensorError) as error:
                log.info("Stopping %s: %s", self._status.name, error)
        try:
            async with asyncio.timeout(GOODBYE_S):
                await attempt.client.disconnect()
        except _RADIO_ERRORS as error:
            log.info("Disconnecting %s: %s", self._status.name, error)

    def _tell(self, state: LinkState, why: str = "") -> None:
        self._status = replace(self._status, state=state, why=why)
        if self._listener is not None:
            self._listener.status(self._status)


async def scan(radio: Radio, every_s: float = 0.5) -> AsyncGenerator[dict[str, Heard], None]:
    """What is in range, again and again; those not heard for 10 s are left out. Close it (`aclosing`) to end the scan.

    Raises
    ------
    SensorError
        If this computer's Bluetooth cannot be used.
    """
    loop = asyncio.get_running_loop()
    async with Scan(radio) as found:
        while True:
            await asyncio.sleep(every_s)
            now_s = loop.time()
            found.heard = {address: heard for address, heard in found.heard.items() if now_s - heard.at_s < 10.0}
            yield dict(found.heard)
