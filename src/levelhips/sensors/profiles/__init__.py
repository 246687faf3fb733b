"""Protocols of the supported sensors: decoder and peripheral of each in one file, without I/O."""
