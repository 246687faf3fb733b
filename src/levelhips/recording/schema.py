"""Format of a recording: topics, their encodings and versions. docs/recording-format.md describes it for other programs.

Samples and packets are encoded in binary, as a session has a million of them; everything else is JSON. Binary numbers are
little-endian.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from levelhips.commands import Command
from levelhips.events.codec import UnknownNameError, decode_event, encode_event, from_plain_values, json_object, plain_values
from levelhips.learned import Learned
from levelhips.samples import Array, Samples

__all__ = [
    "LEARNED",
    "LIBRARY",
    "METADATA_CRC",
    "PROFILE",
    "VERSION",
    "Packet",
    "Topic",
    "UnknownNameError",
    "decode_command",
    "decode_event",
    "decode_learned",
    "decode_packet",
    "decode_samples",
    "encode_command",
    "encode_event",
    "encode_learned",
    "encode_packet",
    "encode_samples",
    "json_schemas",
    "metadata_crc",
    "scale_of",
]

PROFILE = "levelhips"
VERSION = 1  # of the file, of blocks of samples and of packets; readers refuse a higher one
LIBRARY = "levelhips"
# Connecting takes up to a dozen packets. A file with more has data of the sensor, even if no samples could be decoded from it.
CONNECTING_PACKETS = 20
LEARNED = "learned"  # metadata of a later file of a session: what the engine had learned before
METADATA_CRC = "crc32"  # entry of a metadata record: MCAP guards chunks by a CRC of their own, but not metadata


class NewerVersionError(ValueError):
    """A block of samples or a packet was written by a newer levelhips."""


def format_of(metadata: dict[str, str]) -> int:
    """Return the format number of a file from its metadata, where levelhips 0.1 wrote it as ``version``."""
    try:
        return int(metadata.get("format") or metadata.get("version") or VERSION)
    except ValueError:
        return VERSION


def metadata_crc(entries: dict[str, str]) -> str:
    """Return the CRC-32 of metadata, without their own `METADATA_CRC`, as eight hexadecimal digits.

    It is computed over the entries in the order of their names: name and value as UTF-8, a zero byte after each.
    """
    crc = 0
    for name in sorted(entries.keys() - {METADATA_CRC}):
        crc = zlib.crc32(f"{name}\0{entries[name]}\0".encode(), crc)
    return f"{crc:08x}"


class Topic(StrEnum):
    """Channels of a recording. Their MCAP ids count from 1 in this order, so that a file whose beginning is lost can be read."""

    SAMPLES = "/samples"
    PACKETS = "/packets"
    EVENTS = "/events"
    CUES = "/cues"
    COMMANDS = "/commands"
    SETTINGS = "/settings"

    @property
    def channel(self) -> int:
        """The MCAP channel id."""
        return list(Topic).index(self) + 1


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes as they arrived by Bluetooth: host time of arrival [s], the bytes, and the short name of their characteristic."""

    arrival_s: float
    data: bytes
    source: str = ""


_EXACT, _SCALED = 0, 1
_HEAD = struct.Struct("<BBHdff")  # version, kind, count, first time, scale of acc, scale of gyr
_PACKET = struct.Struct("<BBd")  # version, length of source, arrival


def encode_samples(samples: Samples, scale: tuple[float, float] | None = None) -> bytes:
    """Encode up to 65,535 samples as a block.

    With `scale` (m/s2 and rad/s per count), values are stored as 16-bit counts and times as whole microseconds, which loses
    nothing if the sensor sends such counts. Without it, all numbers are stored in 64 bits.

    Raises
    ------
    ValueError
        If there are more samples.
    """
    count = len(samples)
    if count > 0xFFFF:
        raise ValueError(f"{count} samples in one block; 65,535 at the most")
    first_s = float(samples.t_s[0]) if count else 0.0
    if scale is None:
        table = np.concatenate([samples.t_s[:, None], samples.acc_mps2, samples.gyr_radps], axis=1)
        return b"".join((_HEAD.pack(VERSION, _EXACT, count, first_s, 0.0, 0.0), table.astype("<f8").tobytes()))
    # The block has the scales in 32 bits. Readers multiply by these rounded scales, so divide by the same ones here.
    acc_scale, gyr_scale = (float(np.float32(value)) for value in scale)
    whole_us = np.rint(samples.t_s * 1e6)
    offset_us = (whole_us - whole_us[:1]).astype("<u4")
    counts = np.concatenate([samples.acc_mps2 / acc_scale, samples.gyr_radps / gyr_scale], axis=1)
    counts16 = np.clip(np.rint(counts), -32768, 32767).astype("<i2")
    # Column by column: consecutive values are similar and compress well.
    return b"".join((_HEAD.pack(VERSION, _SCALED, count, first_s, acc_scale, gyr_scale), offset_us.tobytes(), counts16.T.tobytes()))


def scale_of(data: bytes) -> tuple[float, float] | None:
    """Return the scale of a valid block of samples, m/s2 and rad/s per count; None if its values are not counts."""
    _, kind, _, _, acc_scale, gyr_scale = _HEAD.unpack_from(data)
    return (acc_scale, gyr_scale) if kind == _SCALED else None


def decode_samples(data: bytes) -> tuple[Array, Array, Array]:
    """Return times (n,) [s], forces (n, 3) [m/s2] and rates (n, 3) [rad/s] of a block.

    Raises
    ------
    NewerVersionError
        If the block was written by a newer levelhips.
    ValueError
        If the block has an unknown kind or the wrong length.
    """
    if len(data) < _HEAD.size:
        raise ValueError("a block of samples is shorter than its head")
    version, kind, count, first_s, acc_scale, gyr_scale = _HEAD.unpack_from(data)
    if version > VERSION:
        raise NewerVersionError(f"a block of samples has version {version}")
    if version != VERSION or kind not in (_EXACT, _SCALED):
        raise ValueError(f"a block of samples has version {version}, kind {kind}")
    body = memoryview(data)[_HEAD.size :]
    if len(body) != count * (56 if kind == _EXACT else 16):
        raise ValueError("a block of samples has the wrong length")
    if kind == _EXACT:
        table = np.frombuffer(body, "<f8").reshape(count, 7)
        return table[:, 0].copy(), table[:, 1:4].copy(), table[:, 4:7].copy()
    t_s = (np.rint(first_s * 1e6) + np.frombuffer(body[: 4 * count], "<u4")) * 1e-6
    counts = np.frombuffer(body[4 * count :], "<i2").reshape(6, count).T
    return t_s, counts[:, :3] * acc_scale, counts[:, 3:] * gyr_scale


def encode_packet(packet: Packet) -> bytes:
    """Encode a packet."""
    source = packet.source.encode()
    return _PACKET.pack(VERSION, len(source), packet.arrival_s) + source + packet.data


def decode_packet(data: bytes) -> Packet:
    """Decode what `encode_packet` encoded.

    Raises
    ------
    NewerVersionError
        If it was written by a newer levelhips.
    ValueError
        If it is not a packet, or is truncated.
    """
    if len(data) < _PACKET.size:
        raise ValueError("a packet is shorter than its head")
    version, length, arrival_s = _PACKET.unpack_from(data)
    if version > VERSION:
        raise NewerVersionError(f"a packet has version {version}")
    if version != VERSION or len(data) < _PACKET.size + length:
        raise ValueError("a packet has an unknown version, or is truncated")
    start = _PACKET.size
    return Packet(arrival_s, data[start + length :], data[start : start + length].decode("utf-8"))


def encode_command(command: Command) -> bytes:
    """Return a command as JSON."""
    return json.dumps(plain_values(command), allow_nan=False).encode()


def decode_command(data: bytes) -> Command:
    """Return the command that `encode_command` wrote.

    Raises
    ------
    ValueError
        If it is not a command, or is one that this version does not know.
    """
    try:
        command = from_plain_values(Command, json_object(data))
    except UnknownNameError:
        raise
    except ValueError as error:
        raise ValueError(f"cannot read a command: {error}") from error
    # A command whose time is not finite would take effect at once or never.
    if not math.isfinite(command.at_s) or not math.isfinite(command.value or 0.0):
        raise ValueError("cannot read a command: its time or its value is not a finite number")
    return command


def encode_learned(learned: Learned) -> str:
    """Return what an engine has learned as JSON."""
    return json.dumps(plain_values(learned), allow_nan=False)


def decode_learned(data: str) -> Learned | None:
    """Return what `encode_learned` wrote; None if it is damaged, or no sensor on a pelvis can have led to it."""
    try:
        learned = from_plain_values(Learned, json_object(data.encode()))
    except ValueError:
        return None
    zero, sds = learned.zero, (learned.zero_sd_rad, learned.heading_sd_rad)
    angles = (learned.heading_rad, learned.left_rad, learned.right_rad, learned.left_floor_rad, learned.right_floor_rad)
    if zero is not None and (abs(math.hypot(*zero) - 1) > 1e-6 or math.isnan(learned.zero_sd_rad)):
        return None
    if learned.strides < 0 or (learned.strides and math.isnan(learned.heading_rad + learned.heading_sd_rad)):
        return None
    if any(abs(angle) > math.pi for angle in angles) or any(not 0 < sd < math.pi for sd in sds if not math.isnan(sd)):
        return None
    return learned if math.isfinite(learned.at_s) and learned.blocks_begun >= 0 else None


def json_schemas() -> dict[Topic, tuple[str, str, bytes]]:
    """Return for each topic the name of its schema, the encoding of the schema, and the schema."""

    def schema(title: str, properties: dict[str, str], required: list[str]) -> bytes:
        return json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": title,
                "type": "object",
                "properties": {name: {"type": kind} if kind else {} for name, kind in properties.items()},
                "required": required,
            }
        ).encode()

    event = schema("levelhips.Event.v1", {"kind": "string", "at_s": "number", "known_s": "number"}, ["kind"])
    return {
        Topic.SAMPLES: ("levelhips.Samples.v1", "", b""),
        Topic.PACKETS: ("levelhips.Packet.v1", "", b""),
        Topic.EVENTS: ("levelhips.Event.v1", "jsonschema", event),
        Topic.CUES: ("levelhips.Event.v1", "jsonschema", event),
        Topic.COMMANDS: (
            "levelhips.Command.v1",
            "jsonschema",
            schema("levelhips.Command.v1", {"at_s": "number", "do": "string", "value": ""}, ["at_s", "do"]),
        ),
        Topic.SETTINGS: ("levelhips.Settings.v1", "jsonschema", schema("levelhips.Settings.v1", {}, [])),
    }
