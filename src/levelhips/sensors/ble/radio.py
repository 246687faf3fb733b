"""Select the Bluetooth backend and translate its errors."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from levelhips.errors import BluetoothProblem, BluetoothUnavailableError

# What Bluetooth raises: Bleak's own errors, and on Linux those of D-Bus and its socket.
RADIO_ERRORS = (BleakError, OSError, EOFError, TimeoutError)

_REASONS = BleakBluetoothNotAvailableReason
_DENIED = (_REASONS.DENIED_BY_USER, _REASONS.DENIED_BY_SYSTEM, _REASONS.DENIED_BY_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Radio:
    """Which Bluetooth to use: the system's, or another backend of Bleak's."""

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None


def unavailable(error: BaseException) -> BluetoothUnavailableError | None:
    """Return what is wrong with this computer's Bluetooth; None if the error is about something else."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _not_available(error)
    if isinstance(error, FileNotFoundError | ConnectionRefusedError) and sys.platform.startswith("linux"):
        return BluetoothUnavailableError(
            "The system's message bus (D-Bus) does not run, so Bluetooth cannot be reached",
            fix="Start it with BlueZ 5.55 or later: sudo apt install bluez; sudo systemctl start dbus bluetooth",
            reason=BluetoothProblem.MISSING,
        )
    if "org.freedesktop.DBus.Error.ServiceUnknown" in str(error) or "org.bluez was not provided" in str(error):
        return BluetoothUnavailableError(
            "The Bluetooth service (BlueZ) does not run",
            fix="sudo apt install bluez; sudo systemctl start bluetooth",
            reason=BluetoothProblem.MISSING,
        )
    return None


def _not_available(error: BleakBluetoothNotAvailableError) -> BluetoothUnavailableError:
    if error.reason is _REASONS.POWERED_OFF:
        return BluetoothUnavailableError(
            "Bluetooth is switched off", fix="Switch it on in the system's settings", reason=BluetoothProblem.OFF
        )
    if error.reason in _DENIED:
        fix = {
            "darwin": "Allow it in System Settings, Privacy & Security, Bluetooth, for the terminal",
            "win32": "Allow apps to use Bluetooth in Settings, Privacy & security, Radios",
        }.get(sys.platform, "Add yourself to the group bluetooth (sudo usermod -aG bluetooth $USER) and log in again")
        return BluetoothUnavailableError("This program may not use Bluetooth", fix=fix, reason=BluetoothProblem.DENIED)
    return BluetoothUnavailableError(
        "This computer has no Bluetooth Low Energy adapter",
        fix="Plug in a Bluetooth 4.0 (or later) USB adapter",
        reason=BluetoothProblem.MISSING,
    )
