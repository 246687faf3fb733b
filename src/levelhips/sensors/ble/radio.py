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
        return BluetoothUnavailableError("no-dbus", reason=BluetoothProblem.MISSING)
    if "org.freedesktop.DBus.Error.ServiceUnknown" in str(error) or "org.bluez was not provided" in str(error):
        return BluetoothUnavailableError("no-bluez", reason=BluetoothProblem.MISSING)
    return None


def _not_available(error: BleakBluetoothNotAvailableError) -> BluetoothUnavailableError:
    if error.reason is _REASONS.POWERED_OFF:
        return BluetoothUnavailableError("bluetooth-off", reason=BluetoothProblem.OFF)
    if error.reason in _DENIED:
        system = sys.platform if sys.platform in ("darwin", "win32") else "linux"
        return BluetoothUnavailableError(f"bluetooth-denied-{system}", reason=BluetoothProblem.DENIED)
    return BluetoothUnavailableError("no-adapter", reason=BluetoothProblem.MISSING)
