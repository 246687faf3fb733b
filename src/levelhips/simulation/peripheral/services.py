"""The GATT services of a virtual sensor and its advertisement."""

from __future__ import annotations

from collections.abc import Callable

from bumble import core, gatt

from levelhips.sensors.profile import Profile

BATTERY_SERVICE, BATTERY_LEVEL, DEVICE_INFORMATION, MANUFACTURER_NAME = 0x180F, 0x2A19, 0x180A, 0x2A29

Attributes = dict[str, gatt.Characteristic[bytes]]  # by the short names of the profile


def make_services(
    profile: Profile, read: Callable[[str], bytes], write: Callable[[str, bytes], None], battery_percent: Callable[[], int]
) -> tuple[list[gatt.Service], Attributes]:
    """Return the services of a profile with those for battery and maker, and the profile's characteristics by short name.

    Parameters
    ----------
    profile : Profile
    read : callable
        Return the value of a characteristic, given its short name.
    write : callable
        Process bytes that were written to a characteristic.
    battery_percent : callable
        Return the battery level [%].
    """
    by_service: dict[str, list[gatt.Characteristic[bytes]]] = {}
    attributes: Attributes = {}
    readable, can = gatt.Characteristic.READABLE, gatt.Characteristic.Properties
    for name, characteristic in profile.characteristics.items():
        properties = can(0)
        for text in characteristic.properties:
            properties |= can[text.upper().replace("-", "_")]
        attribute: gatt.Characteristic[bytes] = gatt.Characteristic(
            characteristic.uuid,
            properties,
            readable | gatt.Characteristic.WRITEABLE,
            gatt.CharacteristicValue(read=lambda _, name=name: read(name), write=lambda _, value, name=name: write(name, value)),
        )
        attributes[name] = attribute
        by_service.setdefault(characteristic.service or profile.service, []).append(attribute)
    battery: gatt.Characteristic[bytes] = gatt.Characteristic(
        core.UUID.from_16_bits(BATTERY_LEVEL),
        can.READ | can.NOTIFY,
        readable,
        gatt.CharacteristicValue(read=lambda _: bytes((battery_percent(),))),
    )
    maker: gatt.Characteristic[bytes] = gatt.Characteristic(
        core.UUID.from_16_bits(MANUFACTURER_NAME), can.READ, readable, b"levelhips virtual"
    )
    services = [gatt.Service(uuid, characteristics) for uuid, characteristics in by_service.items()]
    services.append(gatt.Service(core.UUID.from_16_bits(BATTERY_SERVICE), [battery]))
    services.append(gatt.Service(core.UUID.from_16_bits(DEVICE_INFORMATION), [maker]))
    return services, attributes


def advertisement(profile: Profile, name: str, battery_percent: int, *, with_name: bool) -> tuple[bytes, bytes]:
    """Return advertising data and scan response.

    Bumble's software controllers answer a scan with the advertisement itself, which must then contain the name (`with_name`).
    """
    kinds = core.AdvertisingData.Type
    data = core.AdvertisingData(
        [
            (kinds.FLAGS, bytes((0x06,))),
            (kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, core.UUID(profile.service).to_bytes(force_128=True)),
            (kinds.SERVICE_DATA_16_BIT_UUID, BATTERY_SERVICE.to_bytes(2, "little") + bytes((battery_percent,))),
        ]
    )
    response = core.AdvertisingData([(kinds.COMPLETE_LOCAL_NAME, name.encode())])
    if with_name:
        data.ad_structures += response.ad_structures
    return bytes(data), bytes(response)
