"""Profiles of the supported sensors: one file each, with decoder and simulated sensor, without I/O."""
