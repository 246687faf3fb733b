"""Record a live session in a separate thread, so that beeps never wait for the disk, and report everything that is lost.

Data is queued and written twice a second, each time as a closed chunk that is synced to the disk. If writing fails, the
recorder reports it, drops samples and packets until the disk has room again, then begins a new file and reports how much is
missing. Events and commands, which take little memory, are kept for the new file.
"""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levelhips.commands import Command
from levelhips.errors import RecordingError
from levelhips.events import Event, HealthReason, HealthState, PartHealth
from levelhips.learned import Learned
from levelhips.recording.file_series import Description, FileSeries
from levelhips.recording.schema import Packet
from levelhips.recording.writer import RecordingWriter
from levelhips.samples import Samples
from levelhips.text import Text, text

log = logging.getLogger(__name__)

FLUSH_S = 0.5  # and up to half a second for the disk: a killed process loses less than a second
RETRY_S = 3.0  # between attempts to begin a new file: freeing disk space takes a person longer
ROOM_BYTES = 5_000_000  # a quarter of an hour of data; with less, the disk would be full again within seconds
STALLED_S = 1.5  # a write that takes longer is no slow disk: one syncs half a second of data in some milliseconds
END_S = 2.5  # for the last half second of data to be written; a session must end whatever the disk does
MAX_ITEMS = 400_000  # at most an hour of data (some 200 MB) is queued; the rest is dropped and reported


@dataclass(slots=True)
class _Item:
    """One call of the recorder in the queue: its name, its argument and, for a packet, its sensor time [s]."""

    kind: str
    value: Any
    at_s: float = 0.0


class Recorder:
    """Recorder of the packets, samples, commands and events of a live session, in a thread of its own.

    Parameters
    ----------
    folder : Path
        Created if it is missing.
    sensor : str
        Name of the sensor; the file name has it after the time.
    metadata : dict
    report : callable
        Called in the recorder's thread with a message for the user and the number of seconds that are missing: 0 when
        recording stops, and the duration of the loss when it continues in a new file.
    created : callable
        Called with the path of each new file, in the thread that creates it.

    Attributes
    ----------
    lost_items : int
        Items dropped because the queue was full, since this was last reported.
    """

    def __init__(
        self,
        folder: Path,
        sensor: str,
        metadata: dict[str, str],
        report: Callable[[Text | RecordingError, float], None] = lambda what, lost_s: None,
        created: Callable[[Path], None] = lambda path: None,
    ) -> None:
        self._report = report
        self._described = Description(dict(metadata))
        self._files = FileSeries(folder, sensor, self._described, created)
        self.lost_items = 0
        self._queue: deque[_Item] = deque()
        self._kept: deque[_Item] = deque()  # events and commands that wait for the next file
        self._wake = threading.Condition()
        self._closing = False
        self._failed_s: float | None = None
        self._tried_s = 0.0
        self._reason, self._detail = HealthReason.NONE, ""  # of the failure that lasts
        self._busy_since_s: float | None = None  # when the thread began to write what it is writing
        self._alive_s = math.nan  # when it last had written all
        self._writer: RecordingWriter | None = None
        try:
            self._writer = self._files.begin()
        except RecordingError as error:
            self._fail(error)
        self._thread = threading.Thread(target=self._run, name="levelhips-recorder", daemon=True)
        self._thread.start()

    @property
    def paths(self) -> list[Path]:
        """The files of the session so far that are still at their place."""
        return self._files.paths

    @property
    def path(self) -> Path | None:
        """The current or last file; None if none could be created."""
        return self.paths[-1] if self.paths else None

    @property
    def recording(self) -> bool:
        """Whether data is being written; False while the disk is full, missing or does not answer."""
        return self.health().state is HealthState.OK

    @property
    def is_closed(self) -> bool:
        """Whether the thread has ended after `close`; False if the disk does not answer."""
        return self._closing and not self._thread.is_alive()

    def health(self) -> PartHealth:
        """Return whether data is being written. Called from other threads: the recorder's own may hang in a write."""
        busy_since_s = self._busy_since_s
        if busy_since_s is not None and time.monotonic() - busy_since_s > STALLED_S:
            return PartHealth(HealthState.FAULT, HealthReason.DISK_STALLED, alive_s=self._alive_s)
        if self._failed_s is not None:
            return PartHealth(HealthState.FAULT, self._reason, self._detail, self._alive_s)
        return PartHealth(HealthState.OK, alive_s=self._alive_s)

    def describe(self, metadata: dict[str, str], settings: dict[str, Any], scale: tuple[float, float] | None) -> None:
        """Add metadata, settings and scale that are known once the sensor is connected; call it before its first samples."""
        self._put(_Item("describe", (metadata, settings, scale)))

    def learned(self, learned: Learned | None) -> None:
        """Keep what the engine has learned by now: if a new file must be begun, it begins with it."""
        self._described.learned = learned

    def note(self, metadata: dict[str, str]) -> None:
        """Add metadata that became known later."""
        self._put(_Item("note", metadata))

    def packet(self, packet: Packet, at_s: float) -> None:
        """Record a packet; `at_s` orders it in the file (sensor time as far as it is known)."""
        self._put(_Item("packet", packet, at_s))

    def samples(self, samples: Samples) -> None:
        """Record samples."""
        self._put(_Item("samples", samples))

    def command(self, command: Command) -> None:
        """Record a command."""
        self._put(_Item("command", command))

    def event(self, event: Event) -> None:
        """Record an event."""
        self._put(_Item("event", event))

    def close(self) -> None:
        """Write what is queued, close the file and end the thread; if the disk does not answer, report it and return.

        A file without any data of a sensor is removed.
        """
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(END_S)
        if self._thread.is_alive():
            busy_since_s = self._busy_since_s
            seconds = time.monotonic() - busy_since_s if busy_since_s is not None else END_S
            log.error("The disk does not answer; the end of the recording is not saved")
            self._report(RecordingError("recording-not-ended", path=self.path or self._files.folder, seconds=round(seconds)), 0.0)

    def _put(self, item: _Item) -> None:
        with self._wake:
            if len(self._queue) >= MAX_ITEMS:
                self.lost_items += 1
                return
            self._queue.append(item)

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._closing:
                    self._wake.wait(FLUSH_S)
                items, self._queue = self._queue, deque()
                closing = self._closing
                dropped, self.lost_items = self.lost_items, 0
            self._busy_since_s = time.monotonic()
            try:
                self._save(items, dropped, closing=closing)
            except Exception as error:  # it would end the thread, and nobody would record
                log.exception("The recorder failed")
                self._finish()
                self._fail(RecordingError("recorder-failed", error=f"{type(error).__name__}: {error}"), HealthReason.RECORDER_ERROR)
            self._alive_s, self._busy_since_s = time.monotonic(), None
            if closing:
                return

    def _save(self, items: deque[_Item], dropped: int, *, closing: bool) -> None:
        if dropped:
            log.error("The disk is too slow: %d items were not recorded", dropped)
            self._report(text("recording.disk-too-slow"), 0.0)
        if self._writer is not None and not self._writer.is_at_its_place:
            self._leave(self._writer)
        if self._writer is None and items:
            self._try_again(at_once=closing or self._reason is HealthReason.FILE_GONE)
        if self._writer is None:
            self._drop(items)
        else:
            kept, self._kept = self._kept, deque()
            self._write(self._writer, kept + items)
        if closing:
            self._finish()

    def _leave(self, writer: RecordingWriter) -> None:
        """Leave a file that somebody deleted, moved or replaced; save the content of a deleted one under its name again."""
        self._fail(RecordingError("recording-gone", path=writer.path), HealthReason.FILE_GONE)
        try:
            saved = self._files.save_again(writer)
        except (OSError, RecordingError) as error:
            log.warning("%s could not be saved again: %s", writer.path, error)
            return
        if saved is not None:
            self._report(text("recording.saved-again", path=saved), 0.0)

    def _write(self, writer: RecordingWriter, items: deque[_Item]) -> None:
        try:
            pending: list[Samples] = []
            for item in items:
                if item.kind == "samples":
                    pending.append(item.value)
                elif item.kind == "packet":
                    writer.packet(item.value, item.at_s)
                elif item.kind == "event":
                    writer.event(item.value)
                elif item.kind == "command":
                    writer.command(item.value)
                elif item.kind == "note":
                    writer.note(item.value)
                else:
                    self._describe(writer, *item.value)
            if pending:
                writer.samples(Samples.join(pending))
            writer.flush()
        except RecordingError as error:
            self._fail(error)
            self._drop(items)

    def _drop(self, items: deque[_Item]) -> None:
        """Drop samples and packets that cannot be written; keep the rest for the next file, which begins with the description."""
        for item in items:
            if item.kind == "describe":
                self._described.more, self._described.settings, self._described.scale = item.value
            elif item.kind not in ("samples", "packet") and len(self._kept) < MAX_ITEMS:
                self._kept.append(item)

    def _describe(
        self, writer: RecordingWriter, metadata: dict[str, str], settings: dict[str, Any], scale: tuple[float, float] | None
    ) -> None:
        self._described.more, self._described.settings, self._described.scale = metadata, settings, scale
        writer.describe(metadata, settings, scale)

    def _fail(self, error: RecordingError, reason: HealthReason = HealthReason.CANNOT_WRITE) -> None:
        log.error("%s", error)
        self._writer, self._reason = None, reason
        self._detail = str(error.__cause__ or error)
        self._failed_s = self._tried_s = time.monotonic()
        self._report(error, 0.0)

    def _try_again(self, *, at_once: bool) -> None:
        now_s = time.monotonic()
        if not at_once and now_s - self._tried_s < RETRY_S:
            return
        self._tried_s = now_s
        try:
            if shutil.disk_usage(self._files.folder).free < ROOM_BYTES:
                return
            self._writer = self._files.begin()
        except OSError as error:
            log.info("Still not recording: %s", error)
            return
        except RecordingError as error:
            log.info("Still not recording: %s", error)
            return
        # What was queued when writing failed is lost, too.
        lost_s = now_s - (now_s if self._failed_s is None else self._failed_s) + FLUSH_S
        self._failed_s = None
        self._report(text("recording.recording-again", name=self.paths[-1].name), lost_s)

    def _finish(self) -> None:
        if self._writer is None:
            return
        try:
            self._writer.close()
            self._files.remove_empty(self._writer)
        except RecordingError as error:
            self._fail(error)
        except OSError as error:  # an empty file that stays does no harm
            log.info("%s cannot be removed: %s", self._writer.path, error)
