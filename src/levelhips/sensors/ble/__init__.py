"""Bluetooth sensors: scan, search, connect, watch the stream, and reconnect for as long as a session lasts."""

from levelhips.sensors.ble.discovery import DiscoveredDevice, Scan, scan
from levelhips.sensors.ble.radio import Radio
from levelhips.sensors.ble.source import BleSource

__all__ = ["BleSource", "DiscoveredDevice", "Radio", "Scan", "scan"]
