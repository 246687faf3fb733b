"""Errors that are shown to the user: what they say, and the reason that programs can read from them."""

from __future__ import annotations

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason

from levelhips.errors import BluetoothProblem
from levelhips.sensors.ble.radio import unavailable

WHY = BleakBluetoothNotAvailableReason
PROBLEMS = {
    WHY.POWERED_OFF: BluetoothProblem.OFF,
    WHY.DENIED_BY_USER: BluetoothProblem.DENIED,
    WHY.DENIED_BY_SYSTEM: BluetoothProblem.DENIED,
    WHY.DENIED_BY_UNKNOWN: BluetoothProblem.DENIED,
    WHY.NO_BLUETOOTH: BluetoothProblem.MISSING,
    WHY.NO_BLE_CENTRAL_ROLE: BluetoothProblem.MISSING,
    WHY.UNKNOWN: BluetoothProblem.MISSING,
}


@pytest.mark.parametrize("why", WHY, ids=lambda why: why.name)
def test_every_reason_of_the_bluetooth_library_is_one_of_ours(why: BleakBluetoothNotAvailableReason) -> None:
    error = unavailable(BleakBluetoothNotAvailableError("no", why))
    assert error is not None
    assert error.reason is PROBLEMS[why]
    assert error.fix


def test_another_error_is_not_taken_for_missing_bluetooth() -> None:
    assert unavailable(ValueError("no")) is None
