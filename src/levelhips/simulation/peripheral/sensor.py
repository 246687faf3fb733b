"""Virtual sensor on a Bluetooth device of Bumble's."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from bumble import core, hci
from bumble.device import Connection, Device

from levelhips.errors import SettingsError
from levelhips.recording import Recording
from levelhips.samples import Samples
from levelhips.sensors.profile import Peripheral, Profile
from levelhips.simulation.bumble_backend import BumbleRadio
from levelhips.simulation.faults import Fault
from levelhips.simulation.peripheral.applied_faults import FaultyAir, FaultyClock
from levelhips.simulation.peripheral.motion import Motion, turned
from levelhips.simulation.peripheral.services import Attributes, advertisement, make_services

log = logging.getLogger(__name__)

ADVERTISING_MS = 100.0  # a common interval; a scan finds the sensor within a few of them
DISCONNECT_S = 1.0  # time limit for disconnecting: Bumble's controllers never report a supervision timeout
SUBSCRIBED_CHECK_S = 0.02  # time between two checks whether a client has subscribed, before the stream begins
FOR_EVER_S = 1e6  # longer than any session
BROKEN_LINK = (core.BaseBumbleError, hci.HCI_Error, TimeoutError)


class VirtualSensor:
    """Sensor in software that plays a recording on a Bumble device.

    Playing begins when a client subscribes for the first time, continues in real time even if the client disconnects, and sets
    `ended` at the end.

    Parameters
    ----------
    device : Device
        Bluetooth device with the controller to use.
    recording : Recording
    profile : Profile
        Kind of sensor whose protocol it uses.
    rate_hz : float or None
        Sampling rate until the client sets another [Hz]; None: the supported rate nearest to the recording's.
    faults : iterable of Fault
    radio : BumbleRadio or None
        The client's radio, for the fault that switches it off; None if that is a real one.
    name : str or None
        Name to advertise; None: the profile's.
    loop_for_s : float
        How long to play, starting again at each end of the recording [s]; 0: play it once.
    seed : int
        Seed of the faults that occur at random.

    Raises
    ------
    SettingsError
        If the recording is empty, the profile has no peripheral, or a fault needs a virtual radio.
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
            raise SettingsError("no-samples", name=recording.path.name)
        self._faults = {fault.name: fault for fault in faults}
        if "adapter" in self._faults and radio is None:
            raise SettingsError("adapter-fault-of-controller")
        self.profile = profile
        self.rate_hz = profile.nearest_rate_hz(rate_hz or recording.rate_hz)
        self.peripheral = new_peripheral(profile, self.rate_hz)
        self.name = name or advertised_name(profile)
        self.battery_percent = 87
        self.ended = asyncio.Event()
        self._device, self._radio = device, radio
        self._motion = Motion(turned(recording, profile.outward), max(loop_for_s, recording.duration_s))
        self._clock, self._air = FaultyClock(self._faults), FaultyAir(self._faults, seed)
        self._connection: Connection | None = None
        self._attributes: Attributes = {}
        self._began_s: float | None = None
        self._silent_until_s = self._held_until_s = self._away_until_s = -1.0
        self._held: list[tuple[str, bytes]] = []
        self._refusals = int(self._faults["refuse"].value) if "refuse" in self._faults else 0
        self._begun: set[str] = set()  # names of the faults that have begun
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Register the services and advertise; play as soon as a client has subscribed."""
        services, self._attributes = make_services(
            self.profile,
            read=lambda name: self.peripheral.reads.get(name, b""),
            write=self._written,
            battery_percent=lambda: self.battery_percent,
        )
        self._device.add_services(services)
        if "small-mtu" in self._faults:
            self._device.gatt_server.max_mtu = int(self._faults["small-mtu"].value)
        if "slow" in self._faults:
            self._slow_down(self._faults["slow"].value)
        self._device.on(Device.EVENT_CONNECTION, self._connected)
        await self._device.power_on()
        taken = self._faults.get("taken")
        if taken is not None and taken.at_s <= 0:
            self._begun.add("taken")
            self._run(self._away(taken.value))
        else:
            await self._advertise()
        self._run(self._play())

    async def stop(self) -> None:
        """Stop playing, disconnect and stop advertising."""
        self._away_until_s = math.inf  # it does not advertise again when it is disconnected
        for task in list(self._tasks):
            task.cancel()
        for task in list(self._tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._connection is not None:
            await _disconnect(self._connection)
        with contextlib.suppress(*BROKEN_LINK):
            await self._device.stop_advertising()

    @property
    def now_s(self) -> float:
        """Time since playing began [s]."""
        return 0.0 if self._began_s is None else asyncio.get_running_loop().time() - self._began_s

    # ---- link

    async def _advertise(self) -> None:
        data, response = advertisement(self.profile, self.name, self.battery_percent, with_name=self._radio is not None)
        self._device.advertising_data, self._device.scan_response_data = data, response
        await self._device.start_advertising(
            advertising_data=data,
            scan_response_data=response,
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )

    def _connected(self, connection: Connection) -> None:
        if self._refusals:
            self._refusals -= 1
            log.info("Virtual sensor: refuses a connection")
            self._run(self._refuse(connection))
            return
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, lambda reason: self._disconnected())

    async def _refuse(self, connection: Connection) -> None:
        await _disconnect(connection, hci.HCI_REMOTE_DEVICE_TERMINATED_CONNECTION_DUE_TO_LOW_RESOURCES_ERROR)
        await self._advertise_again()

    def _disconnected(self) -> None:
        self._connection = None
        self._air.forget()
        self.peripheral = new_peripheral(self.profile, self.peripheral.rate_hz)  # a new client has to start it again
        if asyncio.get_running_loop().time() >= self._away_until_s:
            self._run(self._advertise_again())

    async def _advertise_again(self) -> None:
        with contextlib.suppress(*BROKEN_LINK):
            await self._device.stop_advertising()
        await self._advertise()

    async def _away(self, seconds: float) -> None:
        """Disconnect, and do not advertise for some seconds."""
        loop = asyncio.get_running_loop()
        self._away_until_s = loop.time() + seconds
        with contextlib.suppress(*BROKEN_LINK):
            await self._device.stop_advertising()
        if self._connection is not None:
            await _disconnect(self._connection)
        await asyncio.sleep(self._away_until_s - loop.time())
        self._away_until_s = -1.0
        await self._advertise()

    def _slow_down(self, seconds: float) -> None:
        """Answer the first request for the list of services this late [s]."""
        server = self._device.gatt_server
        answer = server.on_gatt_pdu

        def answer_later(bearer: Any, pdu: Any) -> None:
            if pdu.name == "ATT_READ_BY_GROUP_TYPE_REQUEST" and "slow" not in self._begun:
                self._begun.add("slow")
                asyncio.get_running_loop().call_later(seconds, answer, bearer, pdu)
            else:
                answer(bearer, pdu)

        server.on_gatt_pdu = answer_later  # type: ignore[method-assign,assignment]

    def _written(self, name: str, value: bytes) -> None:
        for to, answer in self.peripheral.write(name, bytes(value), self._clock.time_us(self.now_s)):
            self._run(self._answer(to, answer))

    async def _answer(self, to: str, data: bytes) -> None:
        if (connection := self._connection) is not None:
            with contextlib.suppress(*BROKEN_LINK):
                await self._device.gatt_server.indicate_subscriber(connection, self._attributes[to], data)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("Virtual sensor: %r", error)

    # ---- stream

    async def _play(self) -> None:
        """Wait until a client has subscribed, then play the recording to its end."""
        loop = asyncio.get_running_loop()
        while not self._is_listened_to():
            await asyncio.sleep(SUBSCRIBED_CHECK_S)
        self._began_s = loop.time()
        at_s = 0.0
        while True:
            batch_s = self.peripheral.batch_s
            part = self._motion.between(at_s, at_s + batch_s, self.peripheral.rate_hz)
            at_s += batch_s
            # A batch is sent when its last sample is due. Sleeping until a point in time keeps delays from adding up.
            await asyncio.sleep(self._began_s + at_s - loop.time())
            self._begin_faults(at_s)
            if part is None:
                break
            if len(part) and self._is_listened_to():
                await self._send(part)
        self.ended.set()

    def _is_listened_to(self) -> bool:
        """Whether the stream runs and a client has subscribed to it."""
        if self._connection is None or not self.peripheral.streaming:
            return False
        subscribed = self._device.gatt_server.subscribers.get(self._connection, {})
        return any(
            subscribed.get(attribute.handle, b"\0")[0] & 1
            for name, attribute in self._attributes.items()
            if "notify" in self.profile.characteristics[name].properties
        )

    async def _send(self, part: Samples) -> None:
        first_s = float(part.t_s[0])
        t_s = self._clock.time_us(first_s) * 1e-6 + (part.t_s - part.t_s[0]) * (1.0 + self._clock.drift)
        mtu = self._connection.att_mtu if self._connection is not None else 0
        for name, data in self.peripheral.encode(Samples(t_s, part.acc_mps2, part.gyr_radps), mtu):
            if first_s < self._silent_until_s:
                continue  # not sent, but its sequence number is used
            if first_s < self._held_until_s:
                self._held.append((name, data))
                continue
            await self._release()
            for arriving in self._air.carry(name, data):
                await self._notify(*arriving)

    async def _release(self) -> None:
        """Send all notifications that were held back."""
        held, self._held = self._held, []
        for name, data in held:
            for arriving in self._air.carry(name, data):
                await self._notify(*arriving)

    async def _notify(self, name: str, data: bytes) -> None:
        if (connection := self._connection) is not None:
            await self._device.gatt_server.notify_subscriber(connection, self._attributes[name], data)

    # ---- faults with a time

    def _begin_faults(self, at_s: float) -> None:
        """Begin the faults whose time has come."""
        timed: dict[str, Callable[[Fault, float], None]] = {
            "stall": self._fall_silent,
            "hold": self._hold_back,
            "disconnect": self._go_away,
            "taken": self._go_away,
            "clock-jump": lambda fault, at_s: self._clock.jump(fault.value, at_s),
            "battery": self._run_empty,
            "adapter": self._switch_adapter_off,
        }
        for name, fault in self._faults.items():
            if name in timed and name not in self._begun and at_s >= fault.at_s:
                timed[name](fault, at_s)
                self._begun.add(name)
                log.info("Virtual sensor: %s", name)
        if "battery" in self._faults and "battery" not in self._begun:
            fault = self._faults["battery"]
            self.battery_percent = max(1, round(fault.value * (1.0 - at_s / max(fault.at_s, 1e-9))))

    def _fall_silent(self, fault: Fault, at_s: float) -> None:
        self._silent_until_s = at_s + fault.value

    def _hold_back(self, fault: Fault, at_s: float) -> None:
        self._held_until_s = at_s + fault.value

    def _go_away(self, fault: Fault, at_s: float) -> None:
        self._run(self._away(fault.value))

    def _run_empty(self, fault: Fault, at_s: float) -> None:
        self.battery_percent = 1
        self._run(self._away(FOR_EVER_S))

    def _switch_adapter_off(self, fault: Fault, at_s: float) -> None:
        if self._radio is not None:
            self._run(_switch_off(self._radio, fault.value))


def new_peripheral(profile: Profile, rate_hz: float) -> Peripheral:
    """Return a new simulated sensor of a profile.

    Raises
    ------
    SettingsError
        If the profile has no peripheral.
    """
    if profile.peripheral is None:
        raise SettingsError("profile-without-peripheral", profile=profile.title)
    return profile.peripheral(rate_hz)


def advertised_name(profile: Profile) -> str:
    """Return the name that a virtual sensor of a profile advertises."""
    return profile.advertised_name or profile.title


async def _switch_off(radio: BumbleRadio, seconds: float) -> None:
    await radio.switch_off()
    await asyncio.sleep(seconds)
    radio.switch_on()


async def _disconnect(connection: Connection, reason: int = hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR) -> None:
    """Disconnect, without waiting long: Bumble's controllers do not confirm the end of a link that is already lost."""
    with contextlib.suppress(*BROKEN_LINK):
        async with asyncio.timeout(DISCONNECT_S):
            await connection.disconnect(reason)
