"""Bleak backend on a Bluetooth stack in software (Bumble): real GATT, without an adapter.

Bleak accepts other backends since 2.0 (`backend=`). The controllers are connected by a link in this process, or reached over
any transport that Bumble supports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
)
from bleak.uuids import normalize_uuid_str
from bumble import att, core, hci
from bumble.controller import Controller
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

MTU = 247
_BUMBLE_ERRORS = (core.BaseBumbleError, hci.HCI_Error, asyncio.TimeoutError, asyncio.InvalidStateError)


class _Controller(Controller):
    """Bumble's controller in software, with what it lacks: the signal strength of a link, the same as in advertisements."""

    def on_hci_read_rssi_command(self, command: hci.HCI_Read_RSSI_Command) -> hci.HCI_Read_RSSI_ReturnParameters:
        return hci.HCI_Read_RSSI_ReturnParameters(status=hci.HCI_ErrorCode.SUCCESS, handle=command.handle, rssi=-50)


def device_on(link: LocalLink, name: str, address: str) -> Device:
    """Return a Bluetooth device with its own controller, connected to a link."""
    controller = _Controller(name, link=link, public_address=address)
    return Device(name=name, address=hci.Address(address), host=Host(controller, AsyncPipeSink(controller)))


class BumbleRadio:
    """Bluetooth adapter in software: scanners and clients for Bleak that use a Bumble device.

    Attributes
    ----------
    scanner, client : type
        Classes for Bleak's `backend=`.
    on : bool
        Whether the adapter is switched on.
    clients : set
        The clients that are connected.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.on = True
        self._ready = False
        self.clients: set[_Client] = set()
        self.scanner: type[BaseBleakScanner] = type("BumbleScanner", (_Scanner,), {"radio": self})
        self.client: type[BaseBleakClient] = type("BumbleClient", (_Client,), {"radio": self})

    async def ready(self) -> None:
        """Power the adapter on at the first call; raise Bleak's error if it is switched off."""
        if not self.on:
            raise BleakBluetoothNotAvailableError("The adapter is switched off", BleakBluetoothNotAvailableReason.POWERED_OFF)
        if not self._ready:
            self._ready = True
            await self.device.power_on()

    async def switch_off(self) -> None:
        """Switch the adapter off as a user would: all links break, and later requests fail."""
        self.on = False
        for client in list(self.clients):
            await client.disconnect()
            client.report_disconnection()

    def switch_on(self) -> None:
        """Switch the adapter on."""
        self.on = True


class _Scanner(BaseBleakScanner):
    radio: BumbleRadio

    def __init__(self, detection_callback: Any, service_uuids: list[str] | None, scanning_mode: str, **kwargs: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        await self.radio.ready()
        self.seen_devices.clear()
        self.radio.device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        try:
            await self.radio.device.start_scanning(legacy=True, filter_duplicates=False)
        except _BUMBLE_ERRORS as error:
            raise BleakError(f"scanning failed: {error}") from error

    async def stop(self) -> None:
        self.radio.device.remove_listener(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        if self.radio.device.is_scanning:
            try:
                await self.radio.device.stop_scanning(legacy=True)
            except _BUMBLE_ERRORS as error:
                raise BleakError(f"the scan could not be stopped: {error}") from error

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        kinds = core.AdvertisingData.Type
        uuids: list[str] = []
        service_data: dict[str, bytes] = {}
        name: str | None = None
        for kind, value in advertisement.data.ad_structures:
            if kind in (kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, kinds.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS):
                uuids += [_text(core.UUID.from_bytes(value[at : at + 16])) for at in range(0, len(value), 16)]
            elif kind == kinds.COMPLETE_LOCAL_NAME:
                name = value.decode("utf-8", "replace")
            elif kind == kinds.SERVICE_DATA_16_BIT_UUID:
                service_data[_text(core.UUID.from_bytes(value[:2]))] = value[2:]
        if not self.is_allowed_uuid(uuids):
            return
        data = AdvertisementData(
            local_name=name,
            manufacturer_data={},
            service_data=service_data,
            service_uuids=uuids,
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(),
        )
        address = advertisement.address.to_string(False)
        device = self.create_or_update_device(address, address, name, advertisement.address, data)
        self.call_detection_callbacks(device, data)


class _Client(BaseBleakClient):
    radio: BumbleRadio

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        if isinstance(address_or_ble_device, BLEDevice):
            self._to, self._name = address_or_ble_device.details, address_or_ble_device.name or ""
        else:
            self._to, self._name = hci.Address(address_or_ble_device), ""
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._callbacks: dict[int, Callable[[bytes], None]] = {}
        self._is_reported = False  # whether the end of the present connection is

    @property
    def name(self) -> str:
        return self._name

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection is not None else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        await self.radio.ready()
        try:
            async with asyncio.timeout(self._timeout):
                connection = await self.radio.device.connect(self._to, timeout=self._timeout)
        except TimeoutError as error:
            raise BleakDeviceNotFoundError(self.address, "the sensor does not answer") from error
        except _BUMBLE_ERRORS as error:
            raise BleakError(f"connection failed: {error}") from error
        self._connection, self._is_reported, self.services = connection, False, None
        self.radio.clients.add(self)
        broken = asyncio.get_running_loop().create_future()
        connection.on(Connection.EVENT_DISCONNECTION, lambda reason: self._on_disconnection(reason, broken))
        self._peer = Peer(connection)
        discovery = asyncio.ensure_future(self._discover(self._peer))
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.wait({discovery, broken}, return_when=asyncio.FIRST_COMPLETED)
            if not discovery.done() or discovery.cancelled():  # Bumble cancels requests when the link breaks
                raise BleakError("the sensor closed the connection")
            self.services = discovery.result()
        except TimeoutError as error:
            await self.disconnect()
            raise BleakError("the sensor did not list its services in time") from error
        except _BUMBLE_ERRORS as error:
            await self.disconnect()
            raise BleakError(f"the services could not be read: {error}") from error
        finally:
            if not discovery.done():
                discovery.cancel()
            elif not discovery.cancelled():
                discovery.exception()

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        await peer.request_mtu(MTU)
        await peer.discover_services()
        found = BleakGATTServiceCollection()
        for service in peer.services:
            ours = BleakGATTService(service, service.handle, _text(service.uuid))
            found.add_service(ours)
            await service.discover_characteristics()
            for characteristic in service.characteristics:
                flags = [flag for flag in type(characteristic.properties) if flag in characteristic.properties]
                names = [(flag.name or "").lower().replace("_", "-") for flag in flags]
                found.add_characteristic(
                    BleakGATTCharacteristic(
                        characteristic,
                        characteristic.handle,
                        _text(characteristic.uuid),
                        names,  # type: ignore[arg-type]
                        lambda: self.mtu_size - 3,
                        ours,
                    )
                )
        return found

    def _on_disconnection(self, reason: int, broken: asyncio.Future[int]) -> None:
        if not broken.done():
            broken.set_result(reason)
        was_ready = self.services is not None
        self._connection = None
        self.radio.clients.discard(self)
        if was_ready:
            self.report_disconnection()

    def report_disconnection(self) -> None:
        """Call the disconnection callback, at most once for each connection."""
        if self._is_reported or self._disconnected_callback is None:
            return
        self._is_reported = True
        self._disconnected_callback()

    async def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self.radio.clients.discard(self)
        if connection is not None:
            try:
                await connection.disconnect()
            except _BUMBLE_ERRORS as error:
                raise BleakError(f"disconnecting failed: {error}") from error

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def get_rssi(self) -> int:
        """Return the signal strength of the link [dBm]."""
        return int(await self._request(self._live_connection().get_rssi()))  # type: ignore[no-untyped-call]

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any) -> bytearray:
        self._live_connection()
        return bytearray(await self._request(characteristic.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        self._live_connection()
        await self._request(characteristic.obj.write_value(bytes(data), with_response=response))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any) -> None:
        self._live_connection()

        def notified(data: bytes) -> None:
            callback(bytearray(data))

        self._callbacks[characteristic.handle] = notified
        await self._request(characteristic.obj.subscribe(notified))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._live_connection()
        await self._request(characteristic.obj.unsubscribe(self._callbacks.pop(characteristic.handle, None)))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any) -> bytearray:
        raise NotImplementedError

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        raise NotImplementedError

    def _live_connection(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def _request(self, work: Any) -> Any:
        """Send a GATT request; return its result, or raise Bleak's error if it fails or the link breaks."""
        connection = self._live_connection()
        task = asyncio.ensure_future(work)
        broken = asyncio.get_running_loop().create_future()

        def on_disconnection(reason: int) -> None:
            if not broken.done():
                broken.set_result(reason)

        connection.on(Connection.EVENT_DISCONNECTION, on_disconnection)
        try:
            await asyncio.wait({task, broken}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() or task.cancelled():
                raise BleakError("the link broke")
            return task.result()
        except att.ATT_Error as error:
            raise BleakError(f"the sensor refuses: {error}") from error
        except _BUMBLE_ERRORS as error:
            raise BleakError(f"the sensor does not answer: {error}") from error
        finally:
            connection.remove_listener(Connection.EVENT_DISCONNECTION, on_disconnection)
            if not task.done():
                task.cancel()


def _text(uuid: core.UUID) -> str:
    """Return a UUID as Bleak writes it: long, in lower case."""
    return normalize_uuid_str(str(UUID(bytes=uuid.to_bytes(force_128=True)[::-1])))
