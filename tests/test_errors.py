"""Errors that are shown to the user: what they say, and the reason that programs can read from them."""

from __future__ import annotations

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason

from levelhips.errors import BluetoothProblem
from levelhips.sensors.ble.radio import unavailable

REASONS = BleakBluetoothNotAvailableReason
PROBLEMS = {
    REASONS.POWERED_OFF: BluetoothProblem.OFF,
    REASONS.DENIED_BY_USER: BluetoothProblem.DENIED,
    REASONS.DENIED_BY_SYSTEM: BluetoothProblem.DENIED,
    REASONS.DENIED_BY_UNKNOWN: BluetoothProblem.DENIED,
    REASONS.NO_BLUETOOTH: BluetoothProblem.MISSING,
    REASONS.NO_BLE_CENTRAL_ROLE: BluetoothProblem.MISSING,
    REASONS.UNKNOWN: BluetoothProblem.MISSING,
}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.name)
def test_every_reason_of_the_bluetooth_library_is_one_of_ours(reason: BleakBluetoothNotAvailableReason) -> None:
    error = unavailable(BleakBluetoothNotAvailableError("no", reason))
    assert error is not None
    assert error.reason is PROBLEMS[reason]
    assert error.fix


def test_other_errors_are_not_reported_as_missing_bluetooth() -> None:
    assert unavailable(ValueError("no")) is None
