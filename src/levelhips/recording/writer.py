"""Write a recording: append-only, one chunk per second, each synced to the disk, so that a crash loses at most a second."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from mcap.writer import CompressionType, Writer

from levelhips.commands import Command
from levelhips.errors import RecordingError
from levelhips.events import Cue, Event, Signal
from levelhips.files import create_private, replacing_all
from levelhips.recording import schema
from levelhips.recording.schema import Packet, Topic
from levelhips.samples import Samples

CHUNK_S = 1.0  # of data that a crash may lose; shorter chunks compress less
MAX_SENSOR = 100  # bytes of the sensor's name in a file name, which systems limit to 255 bytes
MAX_BLOCK_S = 4000.0  # times in a block are 32-bit microseconds, which reach to 4,295 s


class RecordingWriter:
    """Writer of samples, packets, events, commands and settings to an MCAP file; a context manager that closes it.

    Parameters
    ----------
    path : Path
        The file; it must not exist.
    metadata : dict of str
        Metadata of the session, such as ``sensor``, ``rate_hz`` and ``outward``. The format number is added.
    settings : dict
        The settings as plain values.
    scale : (float, float) or None
        m/s2 and rad/s per count of the sensor, if its values are 16-bit counts: these take a fifth of the size, and nothing is
        lost.
    sync : bool
        Whether to sync each chunk to the disk.
    chunk_s : float
        Seconds of data after which a chunk is closed; infinite: only by `flush`.

    Raises
    ------
    RecordingError
        If the file exists, or cannot be written.
    """

    def __init__(
        self,
        path: Path,
        metadata: dict[str, str],
        settings: dict[str, Any] | None = None,
        scale: tuple[float, float] | None = None,
        *,
        sync: bool = True,
        chunk_s: float = CHUNK_S,
    ) -> None:
        self._chunk_s = min(chunk_s, MAX_BLOCK_S)
        self.path, self._scale, self._sync = path, scale, sync
        try:
            self._file = open(path, "x+b", opener=create_private)  # noqa: SIM115  # closed in close()
        except FileExistsError as error:
            raise RecordingError("recording-exists", path=path) from error
        except OSError as error:
            raise RecordingError("cannot-write", path=path, reason=error.strerror) from error
        try:
            # flush() closes a chunk each second. A chunk size of 16 MB is never reached, so the library closes none itself.
            self._mcap = Writer(self._file, chunk_size=1 << 24, compression=CompressionType.ZSTD, enable_crcs=True, enable_data_crcs=True)
            self._mcap.start(profile=schema.PROFILE, library=f"{schema.LIBRARY} {schema.VERSION}")
            self._mcap.add_metadata("levelhips", _checked({**metadata, "format": str(schema.VERSION)}))
            self._register()
        except OSError as error:
            self._fail(error)
        self._chunk_from_s: float | None = None
        self._counts = dict.fromkeys(Topic, 0)
        self._last_s = 0.0
        if settings is not None:
            self._write(Topic.SETTINGS, 0.0, json.dumps(settings).encode())

    def _register(self) -> None:
        known: dict[str, int] = {}
        for topic, (name, encoding, data) in schema.json_schemas().items():
            if name not in known:
                known[name] = self._mcap.register_schema(name, encoding, data)
            message_encoding = "json" if encoding else "levelhips"
            self._mcap.register_channel(str(topic), message_encoding, known[name])  # gives the ids 1, 2, 3 ... in this order

    def samples(self, samples: Samples) -> None:
        """Append samples, in blocks of a second."""
        start = 0
        while start < len(samples):
            if self._chunk_from_s is None:
                self._chunk_from_s = float(samples.t_s[start])
            end = int(np.searchsorted(samples.t_s, self._chunk_from_s + self._chunk_s, "left"))
            end = max(min(end, start + 0xFFFF), start)
            if end > start:
                part = samples[start:end]
                self._write(Topic.SAMPLES, float(part.t_s[0]), schema.encode_samples(part, self._scale))
                self._last_s = float(part.t_s[-1])
            if end < len(samples):
                self.flush()
            start = end

    def packet(self, packet: Packet, at_s: float) -> None:
        """Append a raw packet; `at_s` orders it in the file (sensor time as far as it is known)."""
        self._write(Topic.PACKETS, at_s, schema.encode_packet(packet))
        self._tick(at_s)

    def describe(self, metadata: dict[str, str], settings: dict[str, Any] | None, scale: tuple[float, float] | None) -> None:
        """Add metadata and settings that became known after the file was created; `scale` applies to all samples from now on."""
        self._scale = scale
        if metadata:
            self.note(metadata)
        if settings is not None:
            self._write(Topic.SETTINGS, self._last_s, json.dumps(settings).encode())

    def note(self, metadata: dict[str, str]) -> None:
        """Add metadata."""
        self._to_disk(lambda: self._mcap.add_metadata("levelhips", _checked(metadata)))

    def event(self, event: Event) -> None:
        """Append an event. Cues and signals, which the wearer hears, have a topic of their own."""
        topic = Topic.CUES if isinstance(event, Cue | Signal) else Topic.EVENTS
        known = getattr(event, "known_s", self._last_s)
        self._write(topic, known, schema.encode_event(event))

    def command(self, command: Command) -> None:
        """Append a command."""
        self._write(Topic.COMMANDS, command.at_s, schema.encode_command(command))

    def flush(self) -> None:
        """Close the chunk and sync it to the disk."""
        self._to_disk(self._mcap.flush)
        self._chunk_from_s = None

    def close(self) -> None:
        """Write the index and close the file."""
        if self._file.closed:
            return
        self._to_disk(self._mcap.finish)
        self._file.close()

    @property
    def is_empty(self) -> bool:
        """Whether nothing of a sensor's data is in the file: no samples, and only the packets of connecting."""
        return not self._counts[Topic.SAMPLES] and self._counts[Topic.PACKETS] <= schema.CONNECTING_PACKETS

    @property
    def is_at_its_place(self) -> bool:
        """Whether the file is still where it was begun: not deleted, moved or replaced."""
        try:
            there, ours = os.stat(self.path), os.fstat(self._file.fileno())
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def close_and_copy(self, path: Path) -> bool:
        """Close a file that is not at its place any more; if it was deleted, copy its content to `path`, and return True.

        Raises
        ------
        OSError
            If it cannot be copied.
        """
        with open(os.dup(self._file.fileno()), "rb") as content:
            deleted = os.fstat(content.fileno()).st_nlink == 0
            self.close()
            if not deleted:
                return False
            content.seek(0)
            with open(path, "xb", opener=create_private) as copy:
                shutil.copyfileobj(content, copy)
                copy.flush()
                os.fsync(copy.fileno())
        return True

    def _to_disk(self, last_write: Callable[[], None]) -> None:
        """Call `last_write`, then sync the file to the disk."""
        try:
            last_write()
            self._file.flush()
            if self._sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            self._fail(error)

    def _tick(self, at_s: float) -> None:
        """Close the chunk if it has lasted its time."""
        if self._chunk_from_s is None:
            self._chunk_from_s = at_s
        elif at_s - self._chunk_from_s >= self._chunk_s:
            self.flush()

    def _write(self, topic: Topic, at_s: float, data: bytes) -> None:
        # MCAP times are unsigned nanoseconds; sensor time may begin slightly below 0.
        log_time = max(0, round(at_s * 1e9))
        try:
            self._mcap.add_message(topic.channel, log_time, data, log_time, self._counts[topic])
        except OSError as error:
            self._fail(error)
        self._counts[topic] += 1

    def _fail(self, error: OSError) -> None:
        with contextlib.suppress(OSError):  # closing writes the buffer, which fails again
            self._file.close()
        raise RecordingError("recording-stopped", path=self.path, reason=error.strerror) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@contextlib.contextmanager
def new_recording(
    path: Path, metadata: dict[str, str], settings: dict[str, Any] | None, *, scale: tuple[float, float] | None
) -> Iterator[RecordingWriter]:
    """Provide the writer of a recording that is there only when it is complete: if the block or the disk fails, no file is left.

    The parameters are those of `RecordingWriter`.

    Raises
    ------
    RecordingError
        If the file exists, or cannot be written.
    """
    if path.exists():
        raise RecordingError("recording-exists", path=path)
    if not path.parent.is_dir():
        raise RecordingError("cannot-write", path=path, reason=os.strerror(errno.ENOENT))
    try:
        # In a temporary folder, as the writer creates its file itself. The whole file is synced to the disk at the end.
        with (
            replacing_all(path.parent, last=path.name) as folder,
            RecordingWriter(folder / path.name, metadata, settings, scale, sync=False) as writer,
        ):
            yield writer
    except OSError as error:
        raise RecordingError("cannot-write", path=path, reason=error.strerror) from error
    except RecordingError as error:
        if not isinstance(error.__cause__, OSError):
            raise
        raise RecordingError("cannot-write", path=path, reason=error.__cause__.strerror) from error.__cause__


def _checked(metadata: dict[str, str]) -> dict[str, str]:
    """Return metadata with their CRC, and without what UTF-8 cannot hold: a sensor may send any bytes as its name."""
    writable = {name: value.encode("utf-8", "replace").decode() for name, value in metadata.items() if name != schema.METADATA_CRC}
    # First, so that a damaged length of another entry cannot hide it.
    return {schema.METADATA_CRC: schema.metadata_crc(writable), **writable}


def new_name(sensor: str, now_s: float | None = None) -> str:
    """Return the file name of a new recording: local time (None: now) and name of the sensor."""
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S", time.localtime(now_s))
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in sensor)[:MAX_SENSOR] or "sensor"
    while len(safe.encode()) > MAX_SENSOR:
        safe = safe[:-1]
    return f"{stamp}_{safe}.mcap"
