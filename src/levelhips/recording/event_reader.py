"""A glance into a recording: what was known and found in it, without its samples. For a list of hundreds of them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard

from levelhips.errors import RecordingError
from levelhips.events import Event
from levelhips.events.codec import event_prefixes
from levelhips.recording import schema
from levelhips.recording.reader import FOREIGN, LARGEST_CHUNK, MAGIC, metadata_of
from levelhips.recording.schema import Topic

_CHUNK, _METADATA, _MESSAGE, _END = 0x06, 0x0C, 0x05, 0x02
_RECORD = struct.Struct("<BQ")
_HEAD = struct.Struct("<HIQQ")  # channel, sequence, two times
_CHANNELS = {number: topic for number, topic in enumerate(Topic, start=1) if topic in (Topic.EVENTS, Topic.CUES, Topic.SETTINGS)}


@dataclass(slots=True)
class Glance:
    """What a recording says of itself.

    Attributes
    ----------
    path : Path
    metadata, settings : dict
    events : list of Event
        Those of the kinds that were asked for.
    last_s : float
        Sensor time of the last whole part [s].
    whole : bool
        Whether the file was closed and nothing in it is damaged.
    newer : int
        How many events were skipped because this version does not know their kind or a value in them.
    """

    path: Path
    metadata: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    last_s: float = 0.0
    whole: bool = False
    newer: int = 0


def glance(path: Path, kinds: tuple[type, ...]) -> Glance:
    """Look into a recording for events of some kinds. What is damaged is passed over, and the glance is not `whole`.

    Raises
    ------
    RecordingError
        If the file cannot be read, or is no MCAP.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path} cannot be read ({error.strerror})", fix="Check its name and permissions") from error
    if not data.startswith(MAGIC):
        raise RecordingError(f"{path.name} is no recording of levelhips", fix="Import it with: levelhips convert")
    found = Glance(path, whole=True)
    wanted = event_prefixes(kinds)
    at, ended = len(MAGIC), False
    while at + 9 <= len(data) and not ended:
        opcode, length = _RECORD.unpack_from(data, at)
        body = data[at + 9 : at + 9 + length]
        if len(body) < length:
            break
        try:
            if opcode == _CHUNK:
                _look(body, wanted, found)
            elif opcode == _METADATA:
                found.metadata |= metadata_of(data[at : at + 9 + length])
        except FOREIGN:
            found.whole = False
        ended = opcode == _END
        at += 9 + length
    found.whole &= ended
    return found


def _look(chunk: bytes, wanted: tuple[bytes, ...], found: Glance) -> None:
    _, end_ns, size, _, name = struct.unpack_from("<QQQII", chunk)
    start = 32 + name
    compression = chunk[32:start]
    (length,) = struct.unpack_from("<Q", chunk, start)
    records = chunk[start + 8 : start + 8 + length]
    if size > LARGEST_CHUNK:
        raise ValueError("a chunk claims to be larger than any of ours")
    if compression == b"zstd":
        records = zstandard.decompress(records, max_output_size=size)
    found.last_s = max(found.last_s, end_ns * 1e-9)
    at, end = 0, len(records)
    while at + 9 <= end:
        opcode, length = _RECORD.unpack_from(records, at)
        if opcode == _MESSAGE:
            topic = _CHANNELS.get(records[at + 9] | records[at + 10] << 8)
            if topic is not None:
                message = records[at + 9 + _HEAD.size : at + 9 + length]
                if topic is Topic.SETTINGS:
                    found.settings = json.loads(message)
                elif message.startswith(wanted):
                    try:
                        found.events.append(schema.decode_event(message))
                    except schema.UnknownNameError:
                        found.newer += 1
        at += 9 + length
