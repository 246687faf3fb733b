"""Recognize recordings that hold nothing: their session was cut off before the sensor sent any data."""

from __future__ import annotations

from pathlib import Path

from levelhips.errors import RecordingError
from levelhips.recording.frames import MAGIC, FileState, read_messages
from levelhips.recording.schema import CONNECTING_PACKETS, Topic

LARGEST_BYTES = 100_000  # a larger file is not looked at: metadata, settings and connecting take less than 5,000


def is_leftover(path: Path) -> bool:
    """Return whether a recording was begun and has no data: no samples, and at most the packets of connecting.

    Raises
    ------
    RecordingError
        If the file cannot be read.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b""
    except OSError as error:
        raise RecordingError("cannot-read", path=path, reason=error.strerror) from error
    if not data.startswith(MAGIC):
        return False
    state = FileState(path.name)
    channels = frozenset((Topic.SAMPLES.channel, Topic.PACKETS.channel))
    found = [message.channel for message in read_messages(data, state, channels)]
    damaged = state.damaged_parts or state.metadata.get("live") is None
    return not damaged and Topic.SAMPLES.channel not in found and len(found) <= CONNECTING_PACKETS
