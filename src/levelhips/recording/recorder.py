"""Record a live session in a separate thread, so that beeps never wait for the disk, and report everything that is lost.

Data is queued and written twice a second, each time as a closed chunk that is synced to the disk. If writing fails, the
recorder reports it, keeps everything in memory until the disk has room again, and then writes it into a new file. Only if this
takes longer than memory lasts (`backlog.MAX_ITEMS`), the oldest samples and packets are lost, and it reports how much.
"""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from levelhips.commands import Command
from levelhips.errors import RecordingError
from levelhips.events import Event, HealthReason, HealthState, PartHealth
from levelhips.learned import Learned
from levelhips.recording.backlog import Backlog, Item
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
END_S = 2.5  # for what waits to be written, usually half a second of data; a session must end whatever the disk does
PIECE = 5_000  # items that are written at a time after a failure, within a tenth of a second: a slow disk is not taken for a hung one
NEAR_S = 0.1  # samples further apart have a gap between them, which is not lost by the recorder: sensors send 40 a second or more


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
        Called in the recorder's thread with a message for the user and the number of seconds that are missing: NaN when
        recording stops, and the duration of the loss, usually 0, when it continues in a new file.
    created : callable
        Called with the path of each new file, in the thread that creates it.
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
        self._queue = Backlog(self._described)
        self._newest_s = -math.inf  # time of the last sample that was given
        self._writing_s = 0.0  # how much time the samples cover that are being written
        self._closing = threading.Event()
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
        return self._closing.is_set() and not self._thread.is_alive()

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
        self._put(Item("describe", (metadata, settings, scale)))

    def learned(self, learned: Learned | None) -> None:
        """Keep what the engine has learned by now: a new file whose first samples come later begins with it."""
        self._put(Item("learned", learned))

    def note(self, metadata: dict[str, str]) -> None:
        """Add metadata that became known later."""
        self._put(Item("note", metadata))

    def packet(self, packet: Packet, at_s: float) -> None:
        """Record a packet; `at_s` orders it in the file (sensor time as far as it is known)."""
        self._put(Item("packet", packet, at_s))

    def samples(self, samples: Samples) -> None:
        """Record samples."""
        if not len(samples):
            return
        first_s, last_s = float(samples.t_s[0]), float(samples.t_s[-1])
        from_s = self._newest_s if first_s - self._newest_s < NEAR_S else first_s
        self._newest_s = last_s
        self._put(Item("samples", samples, seconds=last_s - from_s))

    def command(self, command: Command) -> None:
        """Record a command."""
        self._put(Item("command", command))

    def event(self, event: Event) -> None:
        """Record an event."""
        self._put(Item("event", event))

    def close(self) -> None:
        """Write what is queued or kept, close the file and end the thread; if the disk does not answer, report it and return.

        A file without any data of a sensor is removed.
        """
        self._closing.set()
        self._thread.join(END_S)
        if self._thread.is_alive():
            busy_since_s = self._busy_since_s
            busy_s = time.monotonic() - busy_since_s if busy_since_s is not None else END_S
            seconds = max(busy_s, self._writing_s + self._queue.seconds)
            log.error("The disk does not answer; the end of the recording is not saved")
            self._report(RecordingError("recording-not-ended", path=self.path or self._files.folder, seconds=round(seconds)), math.nan)

    def _put(self, item: Item) -> None:
        self._queue.put(item)

    def _run(self) -> None:
        while True:
            closing = self._closing.wait(FLUSH_S)
            self._busy_since_s = time.monotonic()
            try:
                self._save(closing=closing)
            except Exception as error:  # it would end the thread, and nobody would record
                log.exception("The recorder failed")
                self._finish()
                self._fail(RecordingError("recorder-failed", error=f"{type(error).__name__}: {error}"), HealthReason.RECORDER_ERROR)
            if closing:
                self._report_unsaved()
            self._alive_s, self._busy_since_s = time.monotonic(), None
            if closing:
                return

    def _save(self, *, closing: bool) -> None:
        """Write what waits, into a new file if there is none; at the end, also if the disk fails only now."""
        if self._writer is not None and not self._writer.is_at_its_place:
            self._leave(self._writer)
        for _ in range(2 if closing else 1):
            if self._writer is None and self._queue:
                self._try_again(closing=closing)
            self._write_all()
        if closing:
            self._finish()

    def _write_all(self) -> None:
        """Write what waits by now, in pieces; then report what was lost before."""
        left = len(self._queue)
        while self._writer is not None:
            items = self._queue.take(PIECE)
            self._busy_since_s = time.monotonic()
            self._write(self._writer, items)
            left -= len(items)
            if left <= 0:
                break
        if self._writer is None:
            return
        lost_items, lost_s = self._queue.take_loss()
        if self._failed_s is not None:
            self._failed_s = None
            name = self._writer.path.name
            lost = text("recording.recording-again-lost", name=name, seconds=lost_s)
            self._report(lost if lost_items else text("recording.recording-again", name=name), lost_s)
        elif lost_items:
            log.error("The disk is too slow: %d items were not recorded", lost_items)
            self._report(text("recording.disk-too-slow", seconds=lost_s), math.nan)

    def _report_unsaved(self) -> None:
        """Report what is still in memory when the recorder ends, because the disk is full or failed."""
        unsaved_s, has_data = self._queue.seconds, self._queue.has_data
        lost_items, lost_s = self._queue.take_loss()
        if has_data or lost_items:
            error = RecordingError("recording-not-saved", folder=self._files.folder, seconds=unsaved_s + lost_s)
            log.error("%s", error)
            self._report(error, math.nan)

    def _leave(self, writer: RecordingWriter) -> None:
        """Leave a file that somebody deleted, moved or replaced; save the content of a deleted one under its name again."""
        self._fail(RecordingError("recording-gone", path=writer.path), HealthReason.FILE_GONE)
        try:
            saved = self._files.save_again(writer)
        except (OSError, RecordingError) as error:
            log.warning("%s could not be saved again: %s", writer.path, error)
            return
        if saved is not None:
            self._report(text("recording.saved-again", path=saved), math.nan)

    def _write(self, writer: RecordingWriter, items: deque[Item]) -> None:
        self._writing_s = sum(item.seconds for item in items)
        try:
            learned = self._write_items(writer, items)
            writer.flush()
        except RecordingError as error:
            self._queue.put_back(items)  # some may be on the disk: readers skip what an earlier file has
            self._fail(error)
        except Exception:
            self._queue.lose(items)  # writing them would fail again
            raise
        else:
            self._described.learned = learned
        finally:
            self._writing_s = 0.0

    def _write_items(self, writer: RecordingWriter, items: deque[Item]) -> Learned | None:
        """Give items to the writer; return what the engine has learned by their end."""
        pending: list[Samples] = []
        learned = self._described.learned
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
            elif item.kind == "learned":
                learned = item.value
            else:
                self._describe(writer, *item.value)
        if pending:
            writer.samples(Samples.join(pending))
        return learned

    def _describe(
        self, writer: RecordingWriter, metadata: dict[str, str], settings: dict[str, Any], scale: tuple[float, float] | None
    ) -> None:
        self._described.more, self._described.settings, self._described.scale = metadata, settings, scale
        writer.describe(metadata, settings, scale)

    def _fail(self, error: RecordingError, reason: HealthReason = HealthReason.CANNOT_WRITE) -> None:
        log.error("%s", error)
        lasts = self._failed_s is not None and reason is self._reason
        self._writer, self._reason = None, reason
        self._detail = str(error.__cause__ or error)
        self._failed_s = self._tried_s = time.monotonic()
        if not lasts:
            self._report(error, math.nan)

    def _try_again(self, *, closing: bool) -> None:
        now_s = time.monotonic()
        at_once = closing or self._reason is HealthReason.FILE_GONE
        if not at_once and now_s - self._tried_s < RETRY_S:
            return
        self._tried_s = now_s
        try:
            # At the end, what is left may be less than the room for going on.
            if not closing and shutil.disk_usage(self._files.folder).free < ROOM_BYTES:
                return
            self._writer = self._files.begin()
        except (OSError, RecordingError) as error:
            log.info("Still not recording: %s", error)

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
