"""Read a recording: everything whole in it, and what is missing; cut and damaged files too."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from mcap.exceptions import McapError
from mcap.records import Chunk, Message, Metadata
from mcap.stream_reader import CRCValidationError, StreamReader, breakup_chunk

from levelhips.commands import Command
from levelhips.errors import BadInputError, RecordingError
from levelhips.events import Event
from levelhips.recording import schema
from levelhips.recording.schema import Packet, Topic
from levelhips.samples import Array, Samples

MAGIC = b"\x89MCAP0\r\n"
LARGEST_CHUNK = 1 << 27  # ours hold a second: some 20 kB; a damaged size must not ask for all memory
_CHUNK, _METADATA = 0x06, 0x0C
# The four kinds of foreign errors that damaged files bring forth, with mcap's own and those of our decoders; caught here only.
FOREIGN = (
    McapError,
    CRCValidationError,
    zstandard.ZstdError,
    struct.error,
    UnicodeDecodeError,
    ValueError,
    EOFError,
    KeyError,
    OverflowError,
)


@dataclass(slots=True)
class Recording:
    """A recording as it was read.

    Attributes
    ----------
    path : Path
    samples : Samples
        All samples in order; losses show in their times.
    rate_hz : float
        Nominal sampling rate [Hz].
    metadata, settings : dict
        What was known of the session, and its settings.
    commands, events, packets : list
        What was pressed, found and received at the time.
    notes : list of str
        What was missing, damaged or put right while reading, for people.
    scale : (float, float) or None
        m/s2 and rad/s per count, if all samples are stored as counts of one scale.
    outward : str or None
        The sensor axis that faces away from the body, if the recording says.
    """

    path: Path
    samples: Samples
    rate_hz: float
    metadata: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    scale: tuple[float, float] | None = None

    @property
    def outward(self) -> str | None:
        return self.metadata.get("outward")

    @property
    def duration_s(self) -> float:
        return float(self.samples.t_s[-1] - self.samples.t_s[0]) if len(self.samples) else 0.0

    def items(self, seconds: float = 20.0) -> Iterator[Command | Samples]:
        """Commands, then the samples in pieces of `seconds`: what an engine takes. (A command waits for its time by itself.)"""
        yield from self.commands
        piece = max(1, round(seconds * self.rate_hz))
        for start in range(0, len(self.samples), piece):
            yield self.samples[start : start + piece]


def open_recording(path: Path | str, *, acc_unit: str | None = None, gyr_unit: str | None = None) -> Recording:
    """Open a recording: an MCAP of ours, or a table of another program (see docs/recording-format.md).

    Parameters
    ----------
    path : Path or str
        A file; for the exports of phyphox and Sensor Logger also their folder or zip.
    acc_unit, gyr_unit : str or None
        ``mps2`` or ``g``, ``radps`` or ``dps``: for a table that does not say, or says it wrongly.

    Raises
    ------
    RecordingError
        If the file is not there, foreign, or nothing in it can be saved.
    BadInputError
        If it is a table whose columns, units or numbers cannot be right.
    """
    path = Path(path)
    try:
        if path.is_dir():
            from levelhips.recording.importers import read_table

            return check(read_table(path, acc_unit, gyr_unit))
        with open(path, "rb") as file:
            head = file.read(len(MAGIC))
            if not head:
                raise RecordingError(f"{path} is empty", fix="Copy it again from where it came from; nothing was recorded in it")
            if head == MAGIC:
                file.seek(0)
                return check(_read_mcap(path, file.read()))
    except FileNotFoundError as error:
        raise RecordingError(f"{path} is not there", fix="Check the name") from error
    except PermissionError as error:
        raise RecordingError(f"{path} may not be read", fix="Mend its permissions") from error
    except OSError as error:
        raise RecordingError(f"{path} cannot be read ({error.strerror})", fix="Copy it to another disk and try again") from error
    from levelhips.recording.importers import read_table

    return check(read_table(path, acc_unit, gyr_unit))


def check(recording: Recording) -> Recording:
    """Refuse what cannot be a sensor worn by a person.

    Raises
    ------
    BadInputError
        If there are too few samples, the rate is under 40 Hz, or the signal is constant.
    """
    samples = recording.samples
    name = recording.path.name
    if len(samples) < 2:
        raise BadInputError(f"{name} has no samples", fix="Choose another recording")
    if not recording.rate_hz >= 40:
        raise BadInputError(
            f"{name} has {recording.rate_hz:.3g} samples a second; a landing would fall between two of them",
            fix="Record with 40 Hz or more; 100-200 Hz is good",
        )
    if float(np.ptp(samples.acc_mps2, axis=0).max()) == 0.0 or float(np.ptp(samples.gyr_radps, axis=0).max()) == 0.0:
        what = "acceleration" if float(np.ptp(samples.acc_mps2, axis=0).max()) == 0.0 else "angular rate"
        raise BadInputError(f"The {what} in {name} never changes: the sensor did not measure", fix="Restart the sensor and record again")
    return recording


def _read_mcap(path: Path, data: bytes) -> Recording:
    messages, metadata, notes = _salvage(data)
    t_s, acc, gyr = [], [], []
    commands: list[Command] = []
    events: list[Event] = []
    packets: list[Packet] = []
    settings: dict[str, Any] = {}
    topics = dict(enumerate(Topic, start=1))
    scales: set[tuple[float, float] | None] = set()
    unreadable = newer = 0
    for message in messages:
        topic = topics.get(message.channel_id)
        try:
            if topic is Topic.SAMPLES:
                block = schema.decode_samples(message.data)
                scales.add(schema.scale_of(message.data))
                t_s.append(block[0])
                acc.append(block[1])
                gyr.append(block[2])
            elif topic is Topic.PACKETS:
                packets.append(schema.decode_packet(message.data))
            elif topic in (Topic.EVENTS, Topic.CUES):
                events.append(schema.decode_event(message.data))
            elif topic is Topic.COMMANDS:
                commands.append(schema.decode_command(message.data))
            elif topic is Topic.SETTINGS:
                settings = json.loads(message.data)
        except schema.UnknownNameError:
            newer += 1
        except FOREIGN:
            unreadable += 1
    if newer:
        notes.append(f"Skipped {newer} events or commands that this version does not know. Update levelhips to read them.")
    if unreadable:
        notes.append(f"{unreadable} messages could not be read and were left out")
    if not t_s:
        foreign = not metadata and not packets
        raise RecordingError(
            f"{path.name} is an MCAP file, but not one of levelhips" if foreign else f"{path.name} holds no whole second of samples",
            fix="Choose a recording of levelhips, or a CSV with named units" if foreign else "It was cut too early to be saved",
        )
    times, forces, rates = np.concatenate(t_s), np.concatenate(acc), np.concatenate(gyr)
    del t_s, acc, gyr, messages, data  # an hour is 40 MB in each
    good = np.isfinite(times) & np.isfinite(forces).all(axis=1) & np.isfinite(rates).all(axis=1)
    good[1:] &= times[1:] > np.maximum.accumulate(np.where(np.isfinite(times), times, -np.inf))[:-1]
    if not good.all():
        notes.append(f"{int((~good).sum())} samples were damaged or out of order and were left out")
        times, forces, rates = times[good], forces[good], rates[good]
    rate = _rate(metadata, times, notes)
    scale = scales.pop() if len(scales) == 1 else None
    return Recording(path, Samples.checked(times, forces, rates), rate, metadata, settings, commands, events, packets, notes, scale)


def _rate(metadata: dict[str, str], times: Array, notes: list[str]) -> float:
    measured = nominal_rate(times) if len(times) > 1 else 0.0
    try:
        said = float(metadata["rate_hz"])
    except (KeyError, ValueError):
        return measured
    if abs(said - measured) <= 0.05 * measured:
        return said
    notes.append(f"The recording says {said:g} samples a second, but has {measured:g}; the latter is used")
    return measured


def nominal_rate(t_s: Array) -> float:
    """The sampling rate [Hz] that (n,) times show, losses left aside; six digits, for more the clocks do not hold."""
    steps = np.diff(t_s)
    usual = steps[steps < 1.5 * float(np.median(steps))]
    return float(f"{1.0 / float(usual.mean()):.6g}")


def _salvage(data: bytes) -> tuple[list[Message], dict[str, str], list[str]]:
    """Everything whole in the bytes of an MCAP file. Records are framed (opcode, length): step from one to the next, and
    where the frame itself is damaged, look for the next chunk."""
    messages: list[Message] = []
    metadata: dict[str, str] = {}
    notes: list[str] = []
    at, end = len(MAGIC), len(data)
    damaged = 0
    finished = False
    lost_from = None
    while at + 9 <= end:
        opcode = data[at]
        length = int.from_bytes(data[at + 1 : at + 9], "little")
        # A damaged length shows in what would come next; a chunk tells its length within, too.
        if opcode == _CHUNK and (inner := _chunk_length(data, at)) is not None and _may_be_frame(data, at + 9 + inner):
            length = inner  # nothing is lost then
        whole = 0 < opcode <= 0x0F and at + 9 + length <= end and _may_be_frame(data, at + 9 + length)
        if whole:
            record = data[at : at + 1] + length.to_bytes(8, "little") + data[at + 9 : at + 9 + length]
            try:
                if opcode == _CHUNK:
                    messages += _messages_of(record)
                elif opcode == _METADATA:
                    metadata |= metadata_of(record)  # more became known later
                elif opcode == 0x02:
                    finished = True
                    break
                at += 9 + length
                continue
            except FOREIGN:
                damaged += 1
                # The frame fits, if the next one begins where this one ends; else it was the frame that was damaged.
                if _is_frame(data, at + 9 + length):
                    at += 9 + length
                    continue
        following = _next_chunk(data, at + 1)
        if following is None:
            lost_from = at
            break
        if not whole:
            damaged += 1
        at = following
    if damaged:
        notes.append(f"{damaged} {'part is' if damaged == 1 else 'parts are'} damaged and left out; each holds about a second")
    if not finished:
        left = end - (lost_from if lost_from is not None else at)
        notes.append(f"The file was not closed: its end is missing ({left} bytes of a part that is not whole were left out)")
    return messages, metadata, notes


def metadata_of(record: bytes) -> dict[str, str]:
    """What a metadata record of ours says; nothing of another's."""
    entry = next(iter(StreamReader(BytesIO(record), skip_magic=True).records))
    return dict(entry.metadata) if isinstance(entry, Metadata) and entry.name == "levelhips" else {}


def _messages_of(record: bytes) -> list[Message]:
    chunk = next(iter(StreamReader(BytesIO(record), skip_magic=True, emit_chunks=True).records))
    if not isinstance(chunk, Chunk):
        return []
    claims = [chunk.uncompressed_size]
    if chunk.compression == "zstd":  # zstd has a size of its own, for which it asks memory before it looks further
        own = zstandard.get_frame_parameters(chunk.data).content_size
        claims.append(0 if own == zstandard.CONTENTSIZE_UNKNOWN else own)
    if max(claims) > LARGEST_CHUNK:
        raise ValueError("a chunk claims to be larger than any of ours")
    return [entry for entry in breakup_chunk(chunk, validate_crc=True) if isinstance(entry, Message)]


def _is_frame(data: bytes, at: int) -> bool:
    if at == len(data):
        return True
    if at + 9 > len(data) or not 0 < data[at] <= 0x0F:
        return False
    return at + 9 + int.from_bytes(data[at + 1 : at + 9], "little") <= len(data)


def _may_be_frame(data: bytes, at: int) -> bool:
    """Whether a frame may begin here, whole or cut off by the end of the file."""
    left = len(data) - at
    return (
        left < 9
        or (0 < data[at] <= 0x0F and int.from_bytes(data[at + 1 : at + 9], "little") <= LARGEST_CHUNK)
        or data[at : at + 8] == MAGIC
    )


def _chunk_length(data: bytes, at: int) -> int | None:
    """What the fields of a chunk come to: times, size, CRC, name of the compression, records."""
    name = at + 9 + 28
    if name + 4 > len(data):
        return None
    records = name + 4 + int.from_bytes(data[name : name + 4], "little")
    if records + 8 > len(data):
        return None
    return records + 8 + int.from_bytes(data[records : records + 8], "little") - at - 9


def _next_chunk(data: bytes, at: int) -> int | None:
    # opcode, length, two times, size, crc: 37 bytes before the name of the compression with its length.
    mark = b"\x04\x00\x00\x00zstd"
    found = data.find(mark, at + 37)
    while found >= 0:
        start = found - 37
        if data[start] == _CHUNK and _is_frame(data, start):
            return start
        found = data.find(mark, found + 1)
    return None
