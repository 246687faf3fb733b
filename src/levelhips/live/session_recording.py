"""The recording of a session. It begins when the sensor's name is known; the sensor is described with the first samples."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from levelhips.commands import Command
from levelhips.errors import LevelHipsError, RecordingError
from levelhips.events import Event, HealthReason, PartHealth
from levelhips.history.unfinished import SessionNote
from levelhips.learned import Learned
from levelhips.live.health import NOT_WANTED
from levelhips.live.unforeseen import UnforeseenErrors
from levelhips.recording.file_series import check_folder
from levelhips.recording.recorder import Recorder
from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.clock import Sync
from levelhips.sensors.profile import Decoder, Profile
from levelhips.sensors.source import LinkStatus, Source
from levelhips.settings import Settings
from levelhips.text import Text


class SessionRecording:
    """The recorder of a session, if recordings are kept, and what it reports.

    Parameters
    ----------
    folder : Path or None
        Folder for recordings; None: nothing is recorded.
    note : SessionNote or None
        Gets the name of each file; None: a crash keeps the session out of the history.

    Raises
    ------
    RecordingError
        If nothing can be kept in the folder.
    """

    def __init__(self, folder: Path | None, note: SessionNote | None = None) -> None:
        if folder is not None:
            check_folder(folder)
        self._folder, self._note = folder, note
        self.recorder: Recorder | None = None
        self._unforeseen = UnforeseenErrors(HealthReason.RECORDER_ERROR)
        self._reports: deque[tuple[Text | RecordingError, float]] = deque()

    @property
    def paths(self) -> list[Path]:
        """All files of the session: more than one if the disk was full or failed in between."""
        return list(self.recorder.paths) if self.recorder is not None else []

    def begin(self, status: LinkStatus) -> bool:
        """Begin to record once the sensor's name, which is part of the file name, is known; return whether this call began it."""
        if self._folder is None or self.recorder is not None or not status.name:
            return False
        metadata = {
            "sensor": status.name,
            "started_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "started_host_s": f"{asyncio.get_running_loop().time():.6f}",  # the clock of the packets' arrivals
            "live": "1",
        }
        report, created = self._report, self._note.add if self._note is not None else lambda path: None
        self.recorder = Recorder(self._folder, status.name, metadata, report, created)
        return True

    def _report(self, trouble: Text | RecordingError, lost_s: float) -> None:
        self._reports.append((trouble, lost_s))

    def remembered(self) -> None:
        """Remove the note, as the session is in the history or does not belong there; not while a disk has not answered."""
        if self._note is not None and (self.recorder is None or self.recorder.is_closed):
            self._note.remove()

    def packet(self, packet: Packet, at_s: float) -> None:
        """Record a raw packet, if anything is recorded; `at_s` is the newest sensor time [s]."""
        if self.recorder is not None:
            with self._unforeseen.caught():
                self.recorder.packet(packet, at_s)

    def samples(self, samples: Samples) -> None:
        """Record samples, if anything is recorded."""
        if self.recorder is not None:
            with self._unforeseen.caught():
                self.recorder.samples(samples)

    def command(self, command: Command) -> None:
        """Record a command, if anything is recorded."""
        if self.recorder is not None:
            with self._unforeseen.caught():
                self.recorder.command(command)

    def event(self, event: Event) -> None:
        """Record an event, if anything is recorded."""
        if self.recorder is not None:
            with self._unforeseen.caught():
                self.recorder.event(event)

    def describe(self, source: Source, profile: Profile, decoder: Decoder, status: LinkStatus, rate_hz: float, settings: Settings) -> None:
        """Record what became known with the first samples."""
        if self.recorder is None:
            return
        metadata = {
            "profile": profile.name,
            "asked_hz": f"{source.asked_hz:g}",
            "rate_hz": f"{rate_hz:.6g}",
            "outward": settings.motion.outward,
            "sensor_name": status.name,
            "sensor_address": status.address,
            "mtu": str(status.mtu),
        }
        if source.virtual:
            metadata["virtual"] = "1"
        self.recorder.describe(metadata, settings.as_dict(), decoder.scale)

    def learned(self, learned: Learned | None) -> None:
        """Keep what the engine has learned, for the beginning of the next file."""
        if self.recorder is not None:
            self.recorder.learned(learned)

    @property
    def troubles(self) -> list[LevelHipsError]:
        """Unforeseen errors in passing something on to the recorder."""
        return self._unforeseen.troubles

    def take_reports(self) -> list[tuple[Text | RecordingError, float]]:
        """Return what the recorder reported since the last call: what happened, and the seconds lost (NaN: recording stopped)."""
        taken = []
        while self._reports:
            taken.append(self._reports.popleft())
        return taken

    def health(self, now_s: float) -> PartHealth:
        """Return whether the session is being recorded; off before its sensor is known."""
        if self._folder is None:
            return NOT_WANTED
        return self._unforeseen.health(self.recorder.health(), now_s) if self.recorder is not None else PartHealth()

    def close(self, sync: Sync) -> None:
        """Record the sensor's clock and close the file."""
        if self.recorder is None:
            return
        try:
            self.recorder.note({"clock_offset_s": f"{sync.offset_s:.6f}", "clock_drift_ppm": f"{sync.drift_ppm:.2f}"})
        finally:  # also if there is no memory left for this
            self.recorder.close()
