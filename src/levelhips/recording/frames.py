"""Read the messages of an MCAP file that may be truncated or damaged.

An MCAP file is a sequence of records, each an opcode, a length and a body (https://mcap.dev/spec). In recordings of levelhips,
all messages are in compressed chunks with a CRC: a damaged chunk is detected and skipped, and reading continues with the next.
Metadata has a CRC of its own. A closed file also has a CRC over all its data, which finds changes in everything else.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple

import zstandard
from mcap.exceptions import McapError
from mcap.records import Metadata
from mcap.stream_reader import StreamReader

from levelhips.errors import RecordingError
from levelhips.recording.schema import METADATA_CRC, metadata_crc
from levelhips.text import Text, text
from levelhips.untrusted import MAX_METADATA_CHARS, MAX_METADATA_RECORDS, clean_name, may_expand_to, may_have_records, visible

MAGIC = b"\x89MCAP0\r\n"
# Larger chunks count as damaged, so that a damaged size cannot allocate all memory. Our writer closes a chunk at 16 MB at the
# latest; the message that exceeds this size has less than 4 MB.
MAX_CHUNK_BYTES = 1 << 25
# The errors that mcap, zstd, struct and our own decoders raise on damaged bytes.
DAMAGE_ERRORS = (McapError, zstandard.ZstdError, struct.error, ValueError, EOFError, KeyError, OverflowError, RecursionError)

_FOOTER, _MESSAGE, _CHUNK, _METADATA, _DATA_END = 0x02, 0x05, 0x06, 0x0C, 0x0F
_LAST_OPCODE = _DATA_END
_RECORD = struct.Struct("<BQ")  # opcode, length of the body
_MESSAGE_HEAD = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time
_CHUNK_HEAD = struct.Struct("<QQQII")  # first and last time, uncompressed size and CRC, length of the compression's name
_ZSTD_MARK = b"\x04\x00\x00\x00zstd"  # the name of the compression after its length: a chunk is found by it


class Message(NamedTuple):
    """A message in a chunk: its channel, its time on the sensor's clock and its bytes."""

    channel: int
    log_time_ns: int
    data: bytes


@dataclass(slots=True)
class FileState:
    """Metadata of a file, and what is damaged or missing in it.

    Attributes
    ----------
    name : str
        Name of the file, for errors.
    metadata : dict of str
        Entries of all metadata records of levelhips; later records replace entries of earlier ones.
    damaged_parts : int
        Number of chunks and records that were skipped because they are damaged.
    closed : bool
        Whether the file was closed, which means that it has a footer.
    unread_bytes : int
        Number of bytes after the last whole record of a file that was not closed.
    crc_matches : bool
        Whether the CRC over all data, which a closed file has, matches them.
    last_s : float
        Sensor time of the last message in an undamaged chunk [s].
    expanded_bytes, records, metadata_records : int
        What was read so far, for the limits: bytes of all chunks when uncompressed, records in them, and metadata records.
    """

    name: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    damaged_parts: int = 0
    closed: bool = False
    unread_bytes: int = 0
    crc_matches: bool = False
    last_s: float = 0.0
    expanded_bytes: int = 0
    records: int = 0
    metadata_records: int = 0

    @property
    def whole(self) -> bool:
        """Whether the file was closed and nothing in it is damaged."""
        return self.closed and self.crc_matches and not self.damaged_parts

    @property
    def unreadable(self) -> bool:
        """Whether nothing of the file could be read: neither metadata nor a chunk."""
        return not self.metadata and not self.records

    def notes(self, *, continued: bool = False) -> list[Text]:
        """Return sentences for people about what is damaged or missing; a file that another one continues need not be closed."""
        notes = []
        if self.damaged_parts:
            notes.append(text("recording.note.damaged-parts", n=self.damaged_parts))
        elif self.closed and not self.crc_matches:
            notes.append(text("recording.note.wrong-crc"))
        if not self.closed and not continued:
            notes.append(text("recording.note.not-closed", n=self.unread_bytes))
        return notes


def read_messages(data: bytes, state: FileState, channels: frozenset[int] | None = None) -> Iterator[Message]:
    """Yield the messages of all undamaged chunks in the order of the file, and fill in `state`.

    If the length of a record is damaged, reading continues with the next chunk that can be found.

    Parameters
    ----------
    data : bytes
        The file.
    state : FileState
        Complete once all messages are read.
    channels : frozenset of int or None
        The channels to read; None: all.

    Raises
    ------
    RecordingError
        If the file expands to more than a recording of its size can have.
    """
    at, end = min(len(MAGIC), len(data)), len(data)
    unread_from: int | None = None
    data_end: int | None = None
    state.damaged_parts += not data.startswith(MAGIC)
    while at + _RECORD.size <= end:
        opcode, length = _RECORD.unpack_from(data, at)
        # The length of a chunk also follows from lengths inside it: if its outer length is damaged, nothing is lost.
        if opcode == _CHUNK and (inner := _length_inside_chunk(data, at)) is not None and _may_be_record(data, at + _RECORD.size + inner):
            length = inner
        following = at + _RECORD.size + length
        whole = 0 < opcode <= _LAST_OPCODE and following <= end and _may_be_record(data, following)
        if whole:
            try:
                if opcode == _CHUNK:
                    yield from _messages_in(data, at, length, channels, state)
                elif opcode == _METADATA:
                    state.metadata |= _metadata_in(
                        state, data[at : at + 1] + length.to_bytes(8, "little") + data[at + _RECORD.size : following]
                    )
                elif opcode == _DATA_END:
                    data_end = at
                elif opcode == _FOOTER:
                    # Once, not at each DataEnd: a file of nothing else would take hours.
                    state.crc_matches = data_end is not None and _crc_matches(data, data_end)
                    state.closed = True
                    break
                at = following
                continue
            except DAMAGE_ERRORS:
                state.damaged_parts += 1
                if _is_record(data, following):  # its length is right; only its content is damaged
                    at = following
                    continue
        next_chunk = _find_chunk(data, at + 1)
        if next_chunk is None:
            unread_from = at
            break
        if not whole:
            state.damaged_parts += 1
        at = next_chunk
    state.unread_bytes = end - (at if unread_from is None else unread_from)


def _messages_in(data: bytes, at: int, length: int, channels: frozenset[int] | None, state: FileState) -> list[Message]:
    """Return the messages of a chunk, or raise one of `DAMAGE_ERRORS` if any part of it is damaged."""
    body = memoryview(data)[at + _RECORD.size : at + _RECORD.size + length]
    _, _, size, crc, name_length = _CHUNK_HEAD.unpack_from(body)
    start = _CHUNK_HEAD.size + name_length
    (packed_length,) = struct.unpack_from("<Q", body, start)
    packed = body[start + 8 : start + 8 + packed_length]
    records = _uncompressed(bytes(body[_CHUNK_HEAD.size : start]), packed, size, state, len(data))
    if crc and zlib.crc32(records) != crc:
        raise ValueError("the CRC of a chunk does not match its records")
    messages = []
    place, end, left = 0, len(records), may_have_records(len(data)) - state.records
    last_ns = 0  # the head of the chunk has it, too, but no CRC guards the head
    while place < end:
        if not left:
            raise RecordingError("expands-too-much", name=state.name)
        left -= 1
        opcode, length = _RECORD.unpack_from(records, place)
        place += _RECORD.size
        if place + length > end:
            raise ValueError("a record is longer than its chunk")
        if opcode == _MESSAGE:
            channel, _, log_time_ns, _ = _MESSAGE_HEAD.unpack_from(records, place)
            last_ns = max(last_ns, log_time_ns)
            if channels is None or channel in channels:
                messages.append(Message(channel, log_time_ns, records[place + _MESSAGE_HEAD.size : place + length]))
        place += length
    state.last_s = max(state.last_s, last_ns * 1e-9)
    state.records = may_have_records(len(data)) - left
    return messages


def _uncompressed(compression: bytes, packed: memoryview, size: int, state: FileState, file_size: int) -> bytes:
    """Return the records of a chunk, if the file may still expand by them; `size` is their size according to the chunk's head."""
    if size > MAX_CHUNK_BYTES:
        raise ValueError("a chunk is larger than our writer makes them, according to its head")
    expected = size if compression else len(packed)
    if compression == b"zstd":
        # The zstd frame has a size field of its own, and zstd allocates that much, whatever the size in the chunk.
        own = zstandard.get_frame_parameters(packed).content_size
        if own != zstandard.CONTENTSIZE_UNKNOWN:
            expected = own
        if expected > MAX_CHUNK_BYTES:
            raise ValueError("a chunk is larger than our writer makes them, according to its zstd frame")
    if state.expanded_bytes + expected > may_expand_to(file_size):
        if expected > size:
            raise ValueError("the two sizes of a chunk differ, and the larger one cannot be right")
        raise RecordingError("expands-too-much", name=state.name)
    state.expanded_bytes += expected
    if compression == b"zstd":
        return zstandard.decompress(packed, max_output_size=size)
    if compression == b"lz4":  # we never write it, but tools that copy MCAP files can; mcap installs the library
        import lz4.frame

        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(packed, max_length=size))
    if compression:
        raise ValueError("a chunk is compressed in a way that MCAP does not know")
    return bytes(packed)


def _metadata_in(state: FileState, record: bytes) -> dict[str, str]:
    """Return the entries of a metadata record; nothing if another program wrote it.

    Raises
    ------
    ValueError
        If its CRC does not match.
    RecordingError
        If there are more of them than a recording of ours has.
    """
    if state.metadata_records == MAX_METADATA_RECORDS:
        raise RecordingError("expands-too-much", name=state.name)
    state.metadata_records += 1
    record_read = next(iter(StreamReader(BytesIO(record), skip_magic=True).records))
    if not isinstance(record_read, Metadata) or record_read.name != "levelhips":
        return {}
    entries = dict(record_read.metadata)
    crc = entries.pop(METADATA_CRC, None)  # None: from before metadata had one
    if crc is not None and crc != metadata_crc(entries):
        raise ValueError("the CRC of a metadata record does not match its entries")
    return {clean_name(name): visible(value)[:MAX_METADATA_CHARS] for name, value in entries.items()}


def _crc_matches(data: bytes, at: int) -> bool:
    """Return whether the data before the DataEnd record at `at` have the CRC in it; 0 in it means that there is none."""
    (crc,) = struct.unpack_from("<I", data, at + _RECORD.size)
    return bool(crc == 0 or zlib.crc32(memoryview(data)[:at]) == crc)


def _is_record(data: bytes, at: int) -> bool:
    """Return whether a whole record begins at a place in the file, or the file ends there."""
    if at == len(data):
        return True
    if at + _RECORD.size > len(data):
        return False
    opcode, length = _RECORD.unpack_from(data, at)
    return bool(0 < opcode <= _LAST_OPCODE and at + _RECORD.size + length <= len(data))


def _may_be_record(data: bytes, at: int) -> bool:
    """Return whether a record can begin at a place in the file, whole or truncated by the end of the file."""
    if len(data) - at < _RECORD.size or data[at : at + len(MAGIC)] == MAGIC:
        return True
    opcode, length = _RECORD.unpack_from(data, at)
    return bool(0 < opcode <= _LAST_OPCODE and length <= MAX_CHUNK_BYTES)


def _length_inside_chunk(data: bytes, at: int) -> int | None:
    """Return the length of a chunk's body, computed from the two lengths inside it: of the compression's name and of the records.

    None if the file ends before them.
    """
    name = at + _RECORD.size + _CHUNK_HEAD.size - 4
    if name + 4 > len(data):
        return None
    records = name + 4 + int.from_bytes(data[name : name + 4], "little")
    if records + 8 > len(data):
        return None
    return records + 8 + int.from_bytes(data[records : records + 8], "little") - at - _RECORD.size


def _find_chunk(data: bytes, at: int) -> int | None:
    """Return the place of the next whole zstd chunk from `at` on; None if there is none."""
    to_mark = _RECORD.size + _CHUNK_HEAD.size - 4
    found = data.find(_ZSTD_MARK, at + to_mark)
    while found >= 0:
        start = found - to_mark
        if data[start] == _CHUNK and _is_record(data, start):
            return start
        found = data.find(_ZSTD_MARK, found + 1)
    return None
