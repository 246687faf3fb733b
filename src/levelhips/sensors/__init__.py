"""Sensors: profiles of their protocols, clocks, and the Bluetooth client."""
