"""The virtual sensor: a Bluetooth peripheral that serves a recording through a real GATT stack, with faults on demand.

In this process it is joined to the client by a link of Bumble's; on a real controller it is a sensor over the air.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from typing import Any

import numpy as np

from levelhips.errors import LevelHipsError, SensorError, SettingsError
from levelhips.motion.alignment import outward_axis
from levelhips.recording import Recording
from levelhips.samples import Samples
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import Firmware, Profile
from levelhips.sensors.source import Listener
from levelhips.simulation.faults import Fault

try:
    from bumble import core, gatt, hci
    from bumble.device import Connection, Device
    from bumble.link import LocalLink
    from bumble.transport import open_transport

    from levelhips.simulation.bumble_backend import BumbleRadio, device_on
except ImportError as error:
    raise LevelHipsError("The virtual sensor needs Bumble, which is not installed", fix="Run: pip install 'levelhips[virtual]'") from error

log = logging.getLogger(__name__)

SENSOR_ADDRESS, HOST_ADDRESS = "C0:DE:00:00:00:01", "C0:DE:00:00:00:02"
BATTERY_SERVICE, BATTERY_LEVEL, DEVICE_INFORMATION = 0x180F, 0x2A19, 0x180A
ADVERTISING_MS = 100.0  # common; found within a few of these
PART_S = 1.0
_BROKEN = (core.BaseBumbleError, hci.HCI_Error, TimeoutError)
BOOT_S = 3.0  # what the sensor's clock shows when the stream begins


class VirtualSensor:
    """One sensor on a Bumble device. Its wearer lives in the recording: time goes on, listened to or not.

    Parameters
    ----------
    device : Device
        With the controller that it shall use.
    recording : Recording
    profile : Profile
        Whose wire it speaks.
    rate_hz : float or None
        At which it samples, if the client does not set another; None: what the profile can do nearest to the recording's.
    faults : iterable of Fault
    loop_for_s : float
        How long to play, from the start again at each end; 0: once.
    seed : int
        For the faults that strike at random.
    """

    def __init__(
        self,
        device: Device,
        recording: Recording,
        profile: Profile,
        *,
        rate_hz: float | None = None,
        faults: Iterable[Fault] = (),
        radio: BumbleRadio | None = None,
        name: str | None = None,
        loop_for_s: float = 0.0,
        seed: int = 1,
    ) -> None:
        if not len(recording.samples):
            raise SettingsError(f"{recording.path.name} has no samples", fix="Choose another recording")
        self.profile = profile
        self.rate_hz = profile.nearest_rate_hz(rate_hz or recording.rate_hz)
        self.firmware: Firmware = profile.firmware(self.rate_hz)
        self.name = name or _name(profile)
        self.battery_percent = 87
        self.ended = asyncio.Event()
        self._device, self._radio = device, radio
        self._source = _turned(recording, profile.outward)
        self._loop_for_s = max(loop_for_s, recording.duration_s)
        self._faults = {fault.name: fault for fault in faults}
        self._random = np.random.default_rng(seed)
        self._connection: Connection | None = None
        self._attributes: dict[str, gatt.Characteristic[bytes]] = {}
        self._began_s: float | None = None
        self._silent_until_s = self._away_until_s = -1.0
        self._clock_jump_s = 0.0
        self._refusals = int(self._faults["refuse"].value) if "refuse" in self._faults else 0
        self._done: set[str] = set()
        self._late: tuple[str, bytes] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        if "adapter" in self._faults and radio is None:
            raise SettingsError("The fault 'adapter' is one of the receiving computer", fix="Leave it out with a real controller")

    async def start(self) -> None:
        """Offer the services and advertise."""
        self._device.add_services(self._services())
        if "small-mtu" in self._faults:
            self._device.gatt_server.max_mtu = int(self._faults["small-mtu"].value)
        if "slow" in self._faults:
            self._slow_down(self._faults["slow"].value)
        self._device.on(Device.EVENT_CONNECTION, self._connected)
        await self._device.power_on()
        taken = self._faults.get("taken")
        if taken is not None and taken.at_s <= 0:
            self._done.add("taken")
            self._go(self._away(taken.value))
        else:
            await self._advertise()
        self._go(self._play())

    async def stop(self) -> None:
        """End everything that was started."""
        for task in list(self._tasks):
            task.cancel()
        for task in list(self._tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._connection is not None:
            await self._part(self._connection)
        with contextlib.suppress(*_BROKEN):
            await self._device.stop_advertising()

    @staticmethod
    async def _part(connection: Connection, reason: int = hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR) -> None:
        """Disconnect; a link that is gone already is never confirmed by Bumble's controllers."""
        with contextlib.suppress(*_BROKEN):
            async with asyncio.timeout(PART_S):
                await connection.disconnect(reason)

    @property
    def now_s(self) -> float:
        """Where in its recording the wearer is [s]."""
        return 0.0 if self._began_s is None else asyncio.get_running_loop().time() - self._began_s

    # ---- services and advertising

    def _services(self) -> list[gatt.Service]:
        of: dict[str, list[gatt.Characteristic[bytes]]] = {}
        for name, characteristic in self.profile.characteristics.items():
            properties = gatt.Characteristic.Properties(0)
            for text in characteristic.properties:
                properties |= gatt.Characteristic.Properties[text.upper().replace("-", "_")]
            attribute: gatt.Characteristic[bytes] = gatt.Characteristic(
                characteristic.uuid,
                properties,
                gatt.Characteristic.READABLE | gatt.Characteristic.WRITEABLE,
                gatt.CharacteristicValue(
                    read=lambda _, name=name: self.firmware.reads.get(name, b""),
                    write=lambda _, value, name=name: self._written(name, value),
                ),
            )
            self._attributes[name] = attribute
            of.setdefault(characteristic.service or self.profile.service, []).append(attribute)
        readable, can = gatt.Characteristic.READABLE, gatt.Characteristic.Properties
        battery: gatt.Characteristic[bytes] = gatt.Characteristic(
            core.UUID.from_16_bits(BATTERY_LEVEL),
            can.READ | can.NOTIFY,
            readable,
            gatt.CharacteristicValue(read=lambda _: bytes((self.battery_percent,))),
        )
        maker: gatt.Characteristic[bytes] = gatt.Characteristic(core.UUID.from_16_bits(0x2A29), can.READ, readable, b"levelhips virtual")
        services = [gatt.Service(uuid, characteristics) for uuid, characteristics in of.items()]
        services.append(gatt.Service(core.UUID.from_16_bits(BATTERY_SERVICE), [battery]))
        services.append(gatt.Service(core.UUID.from_16_bits(DEVICE_INFORMATION), [maker]))
        return services

    async def _advertise(self) -> None:
        kinds = core.AdvertisingData.Type
        battery = BATTERY_SERVICE.to_bytes(2, "little") + bytes((self.battery_percent,))
        data = core.AdvertisingData(
            [
                (kinds.FLAGS, bytes((0x06,))),
                (kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, core.UUID(self.profile.service).to_bytes(force_128=True)),
                (kinds.SERVICE_DATA_16_BIT_UUID, battery),
            ]
        )
        answer = core.AdvertisingData([(kinds.COMPLETE_LOCAL_NAME, self.name.encode())])
        if self._radio is not None:  # Bumble's own controllers answer a scan with the advertisement itself
            data.ad_structures += answer.ad_structures
        self._device.advertising_data, self._device.scan_response_data = bytes(data), bytes(answer)
        await self._device.start_advertising(
            advertising_data=bytes(data),
            scan_response_data=bytes(answer),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )

    def _connected(self, connection: Connection) -> None:
        if self._refusals:
            self._refusals -= 1
            log.info("Virtual sensor: refuses a connection")
            self._go(self._refuse(connection))
            return
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, lambda reason: self._disconnected())

    async def _refuse(self, connection: Connection) -> None:
        await self._part(connection, hci.HCI_REMOTE_DEVICE_TERMINATED_CONNECTION_DUE_TO_LOW_RESOURCES_ERROR)
        await self._readvertise()

    def _disconnected(self) -> None:
        self._connection = None
        self._late = None
        self.firmware = self.profile.firmware(self.firmware.rate_hz)  # a new client has to start it again
        if asyncio.get_running_loop().time() >= self._away_until_s:
            self._go(self._readvertise())

    async def _readvertise(self) -> None:
        with contextlib.suppress(*_BROKEN):
            await self._device.stop_advertising()
        await self._advertise()

    async def _away(self, seconds: float) -> None:
        """Out of reach: no link, no advertising."""
        loop = asyncio.get_running_loop()
        self._away_until_s = loop.time() + seconds
        with contextlib.suppress(*_BROKEN):
            await self._device.stop_advertising()
        if self._connection is not None:
            await self._part(self._connection)
        await asyncio.sleep(self._away_until_s - loop.time())
        self._away_until_s = -1.0
        await self._advertise()

    def _slow_down(self, seconds: float) -> None:
        """Answer the first question for services late."""
        server = self._device.gatt_server
        at_once = server.on_gatt_pdu

        def later(bearer: Any, pdu: Any) -> None:
            if pdu.name == "ATT_READ_BY_GROUP_TYPE_REQUEST" and "slow" not in self._done:
                self._done.add("slow")
                asyncio.get_running_loop().call_later(seconds, at_once, bearer, pdu)
            else:
                at_once(bearer, pdu)

        server.on_gatt_pdu = later  # type: ignore[method-assign,assignment]

    def _written(self, name: str, value: bytes) -> None:
        for to, answer in self.firmware.write(name, bytes(value), self._clock_us(self.now_s)):
            self._go(self._answer(to, answer))

    async def _answer(self, to: str, data: bytes) -> None:
        if (connection := self._connection) is not None:
            with contextlib.suppress(*_BROKEN):
                await self._device.gatt_server.indicate_subscriber(connection, self._attributes[to], data)

    def _go(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("Virtual sensor: %r", error)

    # ---- the wearer's life

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        while not (self.firmware.streaming and self._connection is not None and self._heard()):
            await asyncio.sleep(0.02)
        self._began_s = loop.time()
        motion = _Motion(self._source, self._loop_for_s)
        at_s = 0.0
        while True:
            batch_s = self.firmware.batch_s
            part = motion.between(at_s, at_s + batch_s, self.firmware.rate_hz)
            at_s += batch_s
            # A batch is sent when its last sample is measured, and time does not add up the delays.
            await asyncio.sleep(self._began_s + at_s - loop.time())
            self._strike(at_s)
            if part is None:
                break
            if len(part) and self._connection is not None and self.firmware.streaming and self._heard():
                await self._send(part)
        self.ended.set()

    def _heard(self) -> bool:
        subscribed = self._device.gatt_server.subscribers.get(self._connection, {}) if self._connection is not None else {}
        return any(
            subscribed.get(attribute.handle, b"\0")[0] & 1
            for name, attribute in self._attributes.items()
            if "notify" in self.profile.characteristics[name].properties
        )

    def _clock_us(self, at_s: float) -> int:
        drift = self._faults["drift"].value * 1e-6 if "drift" in self._faults else 0.0
        boot_s = BOOT_S
        if "clock-wrap" in self._faults:
            boot_s = (1 << 32) * 1e-6 - self._faults["clock-wrap"].value
        return round((boot_s + at_s * (1.0 + drift) + self._clock_jump_s) * 1e6)

    def _strike(self, at_s: float) -> None:
        """The faults that come at a time."""
        for name, fault in self._faults.items():
            if name in self._done or at_s < fault.at_s:
                continue
            if name == "stall":
                self._silent_until_s = at_s + fault.value
            elif name in ("disconnect", "taken"):
                self._go(self._away(fault.value))
            elif name == "clock-jump":
                self._clock_jump_s += fault.value
                if self._clock_us(at_s) < 0:  # a clock that jumps back too far begins at zero, as after a restart
                    self._clock_jump_s -= self._clock_us(at_s) * 1e-6
            elif name == "battery":
                self.battery_percent = 1
                self._go(self._away(1e6))
            elif name == "adapter":
                self._go(self._switch(fault.value))
            else:
                continue
            self._done.add(name)
            log.info("Virtual sensor: %s", name)
        if "battery" in self._faults and "battery" not in self._done:
            fault = self._faults["battery"]
            self.battery_percent = max(1, round(fault.value * (1.0 - at_s / max(fault.at_s, 1e-9))))

    async def _switch(self, seconds: float) -> None:
        assert self._radio is not None
        await self._radio.switch_off()
        await asyncio.sleep(seconds)
        self._radio.switch_on()

    async def _send(self, part: Samples) -> None:
        drift = self._faults["drift"].value * 1e-6 if "drift" in self._faults else 0.0
        first_us = self._clock_us(float(part.t_s[0]))
        t_s = first_us * 1e-6 + (part.t_s - part.t_s[0]) * (1.0 + drift)
        assert self._connection is not None
        mtu = self._connection.att_mtu
        if float(part.t_s[0]) < self._silent_until_s:
            for _ in self.firmware.encode(Samples(t_s, part.acc_mps2, part.gyr_radps), mtu):
                pass  # what was never sent is counted by the sensor's clock all the same
            return
        for name, data in self.firmware.encode(Samples(t_s, part.acc_mps2, part.gyr_radps), mtu):
            for harmed in self._harm(name, data):
                await self._notify(*harmed)

    def _chance(self, name: str) -> bool:
        fault = self._faults.get(name)
        return fault is not None and bool(self._random.random() < fault.value / 100)

    def _harm(self, name: str, data: bytes) -> list[tuple[str, bytes]]:
        """What becomes of a notification on its way."""
        late, self._late = self._late, None
        if self._chance("drop"):
            return [late] if late is not None else []
        out = [(name, data)]
        if self._chance("truncate"):
            out = [(name, data[: int(self._random.integers(1, len(data)))])]
        if self._chance("split"):
            at = int(self._random.integers(1, len(data)))
            out = [(name, data[:at]), (name, data[at:])]
        if self._chance("duplicate"):
            out = out * 2
        if self._chance("garbage"):
            out.insert(0, (name, self._random.bytes(int(self._random.integers(1, 60)))))
        if late is not None:  # the one before waited: behind this one, or joined to it
            return [*out, late] if "reorder" in self._faults else [(name, late[1] + data)]
        if self._chance("reorder") or self._chance("join"):
            self._late = (name, data)
            return []
        return out

    async def _notify(self, name: str, data: bytes) -> None:
        if (connection := self._connection) is None:
            return
        await self._device.gatt_server.notify_subscriber(connection, self._attributes[name], data)


class _Motion:
    """A recording as a sensor at another rate would have measured it, piece by piece, over and over."""

    def __init__(self, source: Samples, loop_for_s: float) -> None:
        self._source, self._loop_for_s = source, loop_for_s
        self._rate_hz, self._at_rate = 0.0, source

    def between(self, from_s: float, to_s: float, rate_hz: float) -> Samples | None:
        """The samples of a stretch of wearer's time; None when that is over."""
        if rate_hz != self._rate_hz:
            self._rate_hz, self._at_rate = rate_hz, resampled(self._source, rate_hz)
        lap_s = float(self._source.t_s[-1]) + 1.0 / rate_hz
        if from_s >= self._loop_for_s:
            return None
        laps = int(from_s // lap_s)
        t_s = self._at_rate.t_s
        # The grid of batches and that of samples share their points: half a microsecond keeps rounding out of it.
        first, last = np.searchsorted(t_s, np.array([from_s, to_s]) - laps * lap_s - 5e-7, "left")
        part = self._at_rate[int(first) : int(last)]
        part = Samples(part.t_s + laps * lap_s, part.acc_mps2, part.gyr_radps)
        next_s = (laps + 1) * lap_s
        if next_s < min(to_s - 5e-7, self._loop_for_s) and next_s > from_s:  # the next lap begins in this stretch
            rest = self.between(next_s + 1e-7, to_s, rate_hz)
            return part if rest is None else Samples.join([part, rest])
        return part


def resampled(samples: Samples, rate_hz: float) -> Samples:
    """(n,) samples on an even grid of another rate from time 0, behind a low pass where that is slower; gaps stay gaps."""
    from scipy.interpolate import make_interp_spline
    from scipy.signal import butter, sosfiltfilt

    steps = np.diff(samples.t_s)
    usual = float(np.median(steps))
    grid = np.arange(0.0, samples.t_s[-1] + 0.5 / rate_hz, 1.0 / rate_hz)
    if abs(usual * rate_hz - 1.0) < 1e-3 and np.abs(steps - usual).max() < 1e-3 * usual:
        return samples  # as it is
    rows = np.concatenate([samples.acc_mps2, samples.gyr_radps], axis=1)
    t_s = np.minimum(grid, samples.t_s[-1])
    even_s = np.arange(0.0, samples.t_s[-1] + usual, usual)
    even = np.stack([np.interp(even_s, samples.t_s, column) for column in rows.T], axis=1)
    if rate_hz < 0.9 / usual and len(even) > 30:
        even = sosfiltfilt(butter(2, 0.45 * rate_hz, fs=1.0 / usual, output="sos"), even, axis=0)
    values = make_interp_spline(even_s, even, k=3)(t_s)
    index = np.clip(np.searchsorted(samples.t_s, t_s, "left"), 1, len(samples) - 1)
    kept = samples.t_s[index] - samples.t_s[index - 1] < 2.5 * usual
    return Samples(grid[kept], values[kept, :3], values[kept, 3:])


def _turned(recording: Recording, outward: str) -> Samples:
    """The recording's samples from time 0, in the axes of a sensor whose `outward` axis faces away from the body."""
    samples = recording.samples
    before, after = outward_axis(recording.outward or "+z"), outward_axis(outward)
    turn = np.eye(3)
    if not np.array_equal(before, after):
        # Any proper turn that takes the one axis to the other: the clip may sit turned about it as it likes.
        axis = np.cross(before, after)
        if not axis.any():
            axis = np.roll(before, 1)
            turn = 2 * np.outer(axis, axis) - np.eye(3)
        else:
            cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
            turn = np.eye(3) + cross + cross @ cross
    return Samples(samples.t_s - samples.t_s[0], samples.acc_mps2 @ turn.T, samples.gyr_radps @ turn.T)


def _name(profile: Profile) -> str:
    return {"polar": "Polar Sense 0000VIRT", "witmotion": "WT901BLE-VIRT", "movella_dot": "Movella DOT", "thingy52": "Thingy"}.get(
        profile.name, "LevelHips virtual"
    )


class VirtualWorld:
    """A virtual sensor and a radio that hears it, joined in this process. Enter it in the loop that will use both."""

    def __init__(self, recording: Recording, profile: Profile, **options: Any) -> None:
        link = LocalLink()  # type: ignore[no-untyped-call]
        self.radio = BumbleRadio(device_on(link, "computer", HOST_ADDRESS))
        self.sensor = VirtualSensor(device_on(link, "sensor", SENSOR_ADDRESS), recording, profile, radio=self.radio, **options)

    @property
    def heard_by(self) -> Radio:
        """The radio that hears it, for a client."""
        return Radio(self.radio.scanner, self.radio.client)

    async def __aenter__(self) -> VirtualWorld:
        await self.sensor.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.sensor.stop()


async def serve(transport: str, recording: Recording, profile: Profile, say: Any, **options: Any) -> None:
    """Be a sensor over the air, on a controller that Bumble reaches by `transport` (usb:0, serial:..., hci-socket:0 ...).

    Raises
    ------
    SensorError
        If the controller cannot be opened.
    """
    try:
        opened = await open_transport(transport)
    except Exception as error:  # every transport raises its own library's errors
        raise SensorError(
            f"The Bluetooth controller {transport!r} cannot be opened ({error or type(error).__name__})",
            fix="Name one such as usb:0; it must not be in use by the system, and on Linux you need permission for the USB device",
        ) from error
    async with opened as hci_transport:
        device = Device.with_hci(_name(profile), hci.Address(SENSOR_ADDRESS), hci_transport.source, hci_transport.sink)
        sensor = VirtualSensor(device, recording, profile, **options)
        await sensor.start()
        say(sensor)
        try:
            await sensor.ended.wait()
        finally:
            await sensor.stop()


class VirtualSource:
    """A virtual sensor and the client that is connected to it, until the recording is over.

    Parameters
    ----------
    recording : Recording
    profile : Profile
    **options
        Of `VirtualSensor`.
    """

    virtual = True

    def __init__(self, recording: Recording, profile: Profile, **options: Any) -> None:
        self.world = VirtualWorld(recording, profile, **options)
        self._client = BleSource(self.world.heard_by, self.world.sensor.name, self.world.sensor.rate_hz)

    @property
    def profile(self) -> Profile | None:
        return self._client.profile

    @property
    def asked_hz(self) -> float:
        return self._client.asked_hz

    async def run(self, listener: Listener) -> None:
        client = asyncio.ensure_future(self._client.run(listener))
        ended = asyncio.ensure_future(self.world.sensor.ended.wait())
        try:
            await asyncio.wait({client, ended}, return_when=asyncio.FIRST_COMPLETED)
            if client.done():
                client.result()
        finally:
            for task in (client, ended):
                task.cancel()
            # The client says goodbye to the sensor first.
            await asyncio.gather(client, ended, return_exceptions=True)


@contextlib.asynccontextmanager
async def virtual_source(recording: Recording, profile: Profile, **options: Any) -> AsyncIterator[VirtualSource]:
    """A virtual sensor in this process, as the source of a session."""
    source = VirtualSource(recording, profile, **options)
    async with source.world:
        yield source
