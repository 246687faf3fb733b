"""The virtual sensor on a controller of its own, reached over HCI as a USB dongle would be: here through TCP on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
from bleak import BleakClient

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")

from bumble.controller import Controller
from bumble.link import LocalLink
from bumble.transport import open_transport
from live_harness import run_of

from levelhips import SensorError
from levelhips.events import LinkState
from levelhips.recording.schema import Packet
from levelhips.sensors.ble import BleSource, Radio, Scan, scan
from levelhips.sensors.ble.connection import Connection
from levelhips.sensors.ble.report import LinkReport
from levelhips.sensors.ble.source import pause_s
from levelhips.sensors.profile import Characteristic, Read, profiles
from levelhips.sensors.profiles.levelhips import START, TIME, LevelHipsPeripheral
from levelhips.sensors.source import LinkStatus
from levelhips.simulation.bumble_backend import BumbleRadio, device_on
from levelhips.simulation.faults import Fault
from levelhips.simulation.peripheral import HOST_ADDRESS, VirtualSensor, VirtualWorld, serve
from levelhips.simulation.time_loop import SimulatedTimeLoop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PacketListener:
    complaint = None

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.enough = asyncio.Event()
        self.link = LinkStatus()

    def packet(self, packet: Packet) -> bool:
        self.packets.append(packet)
        if len(self.packets) > 60:
            self.enough.set()
        return packet.source == "stream"

    def status(self, status: LinkStatus) -> None:
        self.link = status


@pytest.mark.parametrize("profile", ["levelhips", "thingy52"])
def test_a_controller_over_hci_is_a_sensor_in_range(profile):
    async def world() -> None:
        link, port = LocalLink(), free_port()
        async with await open_transport(f"tcp-server:127.0.0.1:{port}") as hci:
            dongle = Controller("dongle", host_source=hci.source, host_sink=hci.sink, link=link)
            assert dongle is not None
            options = {"loop_for_s": math.inf, "name": "LevelHips on air"}
            names: list[str] = []
            sensor = asyncio.create_task(
                serve(f"tcp-client:127.0.0.1:{port}", run_of(10.0), profiles()[profile], lambda s: names.append(s.name), **options)
            )
            radio = BumbleRadio(device_on(link, "computer", HOST_ADDRESS))
            there = Radio(radio.scanner, radio.client)
            async with asyncio.timeout(30):
                async with contextlib.aclosing(scan(there, every_s=0.1)) as scanning:
                    async for heard in scanning:
                        if any(one.profile is profiles()[profile] for one in heard.values()):
                            break
                listener = PacketListener()
                client = asyncio.create_task(BleSource(there).run(listener))
                await asyncio.wait({asyncio.create_task(listener.enough.wait()), client}, return_when=asyncio.FIRST_COMPLETED)
            connection = hci.sink.transport.get_extra_info("socket")
            assert names == ["LevelHips on air"]
            assert len(listener.packets) > 60
            assert listener.link.kind == profiles()[profile].title
            for task in (client, sensor):
                task.cancel()
            await asyncio.gather(client, sensor, return_exceptions=True)
            hci.server.close()  # Bumble leaves it open, and its end of the connection closes a moment after ours
            while connection.fileno() != -1:
                await asyncio.sleep(0)

    asyncio.run(world())


def test_controller_that_cannot_be_opened_is_reported():
    with pytest.raises(SensorError, match="usb:0"):
        asyncio.run(serve("tcp-client:127.0.0.1:1", run_of(10.0), profiles()["levelhips"], print))


def test_two_sensors_in_range_must_be_named():
    async def world() -> None:
        link = LocalLink()
        radio = BumbleRadio(device_on(link, "computer", HOST_ADDRESS))
        there = Radio(radio.scanner, radio.client)
        sensors = []
        for number in (1, 2):
            device = device_on(link, f"sensor {number}", f"C0:DE:00:00:01:0{number}")
            sensors.append(VirtualSensor(device, run_of(10.0), profiles()["levelhips"], radio=radio, name=f"Clip {number}"))
            await sensors[-1].start()
        with pytest.raises(SensorError, match="2 sensors are in range: Clip 1, Clip 2.*--sensor"):
            await BleSource(there).run(PacketListener())
        for wanted in ("clip 2", "C0:DE:00:00:01:02"):
            listener = PacketListener()
            client = asyncio.create_task(BleSource(there, wanted).run(listener))
            await asyncio.wait_for(listener.enough.wait(), 60)
            assert listener.link.name == "Clip 2"
            client.cancel()
            await asyncio.gather(client, return_exceptions=True)
        for sensor in sensors:
            await sensor.stop()

    in_simulated_time(world())


def in_simulated_time(world: Coroutine[Any, Any, None]) -> None:
    loop = SimulatedTimeLoop(math.inf)
    try:
        loop.run_until_complete(world)
    finally:
        loop.close()


class SendsASecondAtATime(LevelHipsPeripheral):
    """Slow the source down: three hours are 10,800 batches instead of half a million."""

    batch_s = 1.0


def test_bluetooth_that_is_off_for_three_hours_does_not_end_the_session():
    """Bug: after ten thousand failures in a row, the pause between attempts overflowed."""

    async def world() -> None:
        off_s = 3 * 3600.0
        profile = replace(profiles()["levelhips"], peripheral=SendsASecondAtATime)
        async with VirtualWorld(run_of(10.0), profile, loop_for_s=off_s + 60.0, faults=[Fault("adapter", off_s, 5.0)]) as there:
            listener = PacketListener()
            client = asyncio.create_task(BleSource(there.client_radio).run(listener))
            await asyncio.wait({client}, timeout=off_s)
            assert not client.done(), client.exception()
            assert listener.link.state is LinkState.RECONNECTING
            await asyncio.wait({client}, timeout=40.0)
            assert (listener.link.state, listener.link.reconnects) == (LinkState.STREAMING, 1)
            client.cancel()
            await asyncio.gather(client, return_exceptions=True)

    in_simulated_time(world())


def test_a_session_that_ends_while_the_stream_stalls_stops_the_sensor():
    """Bug: only a sensor whose packets arrived got the command to stop; after a stall, it went on sending."""

    async def world() -> None:
        async with VirtualWorld(run_of(20.0), profiles()["levelhips"], faults=[Fault("stall", 5.0, 3600.0)]) as there:
            listener = PacketListener()
            client = asyncio.create_task(BleSource(there.client_radio).run(listener))
            while listener.link.state is not LinkState.STALLED:
                await asyncio.sleep(0.1)
            client.cancel()
            await asyncio.gather(client, return_exceptions=True)
            assert [packet for packet in listener.packets if packet.source == "control"][-1].data == b"\x00\x00"  # the answer to stop

    in_simulated_time(world())


def test_a_sensor_that_is_stopped_while_connected_does_not_advertise_again():
    """Bug: the disconnection let it advertise again while it stopped advertising; sometimes this ended in a KeyError."""

    async def world() -> None:
        async with VirtualWorld(run_of(10.0), profiles()["levelhips"]) as there:
            listener = PacketListener()
            client = asyncio.create_task(BleSource(there.client_radio).run(listener))
            await asyncio.wait_for(listener.enough.wait(), 60)
            await there.sensor.stop()
            await asyncio.sleep(1.0)
            assert not there.sensor._device.is_advertising
            client.cancel()
            await asyncio.gather(client, return_exceptions=True)

    in_simulated_time(world())


def test_the_pause_between_attempts_grows_to_a_second_and_stays_there():
    assert [pause_s(failures) for failures in (0, 1, 2, 3, 1024, 10**6)] == [0.25, 0.5, 1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("may_fail", [True, False])
def test_a_read_that_fails_ends_the_start_unless_it_may_fail(may_fail):
    served = profiles()["levelhips"]
    asked = replace(
        served,
        characteristics={**served.characteristics, "serial": Characteristic("00002a25-0000-1000-8000-00805f9b34fb", ("read",))},
        start=lambda rate_hz: [Read("serial", may_fail=may_fail), *served.start(rate_hz)],
    )

    async def world() -> None:
        async with VirtualWorld(run_of(10.0), served) as there:
            async with Scan(there.client_radio) as scan:
                while not scan.devices:
                    await asyncio.sleep(0.1)
            [device] = scan.devices.values()
            listener = PacketListener()
            link = LinkReport(listener, LinkStatus(name="Clip"))
            running = asyncio.create_task(Connection(there.client_radio, device, asked, 200.0, link).run())
            await asyncio.wait({running}, timeout=5.0)
            if may_fail:
                assert listener.enough.is_set()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            else:
                with pytest.raises(SensorError, match="Clip cannot be started, because its characteristic serial cannot be read"):
                    running.result()

    in_simulated_time(world())


class AnswersLate(LevelHipsPeripheral):
    """An answer to an earlier command, an error, comes just before the one to the start."""

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        late = [("control", bytes((TIME, 3)))] if data[:1] == bytes((START,)) else []
        return late + super().write(to, data, t_us)


def test_late_answer_is_not_mistaken_for_that_of_the_next_command():
    async def world() -> None:
        async with VirtualWorld(run_of(10.0), replace(profiles()["levelhips"], peripheral=AnswersLate)) as there:
            listener = PacketListener()
            client = asyncio.create_task(BleSource(there.client_radio).run(listener))
            await asyncio.wait({client}, timeout=8.0)
            assert listener.link.state is LinkState.STREAMING
            assert listener.link.reconnects == 0
            assert [packet.data for packet in listener.packets if packet.source == "control"][:3] == [b"\x02\x00", b"\x03\x03", b"\x01\x00"]
            client.cancel()
            await asyncio.gather(client, return_exceptions=True)

    in_simulated_time(world())


def test_client_that_is_connected_again_reports_every_end_of_its_link():
    """Bug: only the first end was reported, so that a second lost link of the same client went unnoticed."""

    async def world() -> None:
        async with VirtualWorld(run_of(10.0), profiles()["levelhips"]) as there:
            async with Scan(there.client_radio) as scan:
                while not scan.devices:
                    await asyncio.sleep(0.1)
            [found] = scan.devices.values()
            reported: list[BleakClient] = []
            client = BleakClient(found.device, disconnected_callback=reported.append, backend=there.client_radio.client)
            for number, end_link in enumerate((client.disconnect, there.radio.switch_off, client.disconnect), 1):
                await client.connect()
                assert len(reported) == number - 1
                assert client.is_connected
                await end_link()
                there.radio.switch_on()
                await asyncio.sleep(2.0)
                assert len(reported) == number
                assert not client.is_connected

    in_simulated_time(world())
