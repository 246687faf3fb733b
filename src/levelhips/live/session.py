"""Run one live session: read packets from a source, record them, feed the engine and forward its events to the sinks.

All of this happens in a thread with its own event loop, which no user interface can delay.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

from levelhips.commands import Do
from levelhips.errors import BadInputError, LevelHipsError, SensorError
from levelhips.events import (
    Event,
    HealthReason,
    HealthState,
    LinkChange,
    LinkState,
    Notice,
    NoticeKind,
    Part,
    PartHealth,
    Signal,
    SignalKind,
    Update,
)
from levelhips.history.unfinished import SessionNote
from levelhips.live.cue_outcomes import CueOutcomes
from levelhips.live.dispatcher import Dispatcher, EventSink
from levelhips.live.health import LINK_HEALTH, HealthMonitor
from levelhips.live.inbox import Inbox
from levelhips.live.loop_thread import LoopThread
from levelhips.live.session_engine import SessionEngine
from levelhips.live.session_recording import SessionRecording
from levelhips.live.session_sensor import SessionSensor
from levelhips.live.session_statistics import SessionStatistics
from levelhips.live.snapshot import SessionState
from levelhips.live.unforeseen import UnforeseenErrors
from levelhips.motion.pipeline import MotionSettings
from levelhips.recording.recorder import Recorder
from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.clock import Sync
from levelhips.sensors.source import LinkStatus, Source
from levelhips.settings import Settings
from levelhips.text import Text

log = logging.getLogger(__name__)

MakeSource = Callable[[], AbstractAsyncContextManager[Source]]
THRESHOLD_STEP_DEG = 0.5
# How often the parts report their health. A fault must be shown within 2 s, and most of that time is needed to be sure of it.
HEALTH_S = 0.25


class Session:
    """One live session, from `start` to `stop`.

    Parameters
    ----------
    source : callable
        Makes the source, as an asynchronous context manager, in the session's own loop.
    settings : Settings
    folder : Path or None
        Folder for recordings; None: nothing is recorded.
    sinks : list of EventSink
        Receive every update, sound first. A sink that raises is dropped and reported in `troubles`.
    outward : str or None
        Sensor axis that faces away from the body, if anyone chose it (`Resolved.outward`); None: the one of the settings, else
        the sensor's own.
    note : SessionNote or None
        Notes the files until the session is in the history (`remembered`).
    new_loop : callable
        Makes the event loop.

    Attributes
    ----------
    state : SessionState
    statistics : SessionStatistics
    error : BaseException or None
        What ended the session, unless it ended by `stop` or with its source.
    troubles : list of Text or LevelHipsError
        What went wrong without ending the session.
    health : HealthMonitor
        Whether sensor, engine, recording and sound work, and how often they failed.
    complaint : BadInputError or None
        Why the last packet that could not be decoded was refused.

    Raises
    ------
    RecordingError
        If nothing can be kept in the folder.
    """

    def __init__(
        self,
        source: MakeSource,
        settings: Settings,
        folder: Path | None = None,
        sinks: list[EventSink] | None = None,
        *,
        outward: str | None = None,
        note: SessionNote | None = None,
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    ) -> None:
        self.state, self.settings, self.statistics = SessionState(), settings, SessionStatistics()
        self.error: BaseException | None = None
        self.complaint: BadInputError | None = None
        self.troubles: list[Text | LevelHipsError] = []
        self._make_source, self._outward = source, outward
        self._dispatcher = Dispatcher(sinks or [])
        self._recording = SessionRecording(folder, note)
        self._inbox = Inbox()
        self._status = LinkStatus()
        self._was_streaming = False  # since the last loss that was sounded
        self._source: Source | None = None
        self._sensor: SessionSensor | None = None
        self._engine, self._unforeseen = SessionEngine(), UnforeseenErrors()
        self._now_s: Callable[[], float] = time.monotonic  # the loop's clock, once it runs: that of the packets' arrivals
        self.health = HealthMonitor()
        self._cues = CueOutcomes(self._dispatcher)
        self._newest_s = 0.0
        self._thread = LoopThread("levelhips-session", new_loop, self._main, self._conclude)

    # ---- for user interfaces, from any thread

    def start(self) -> None:
        """Start the session in its own thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the stream, close the link and the file, and return when that is done: within 11 s, whatever hangs.

        Raises
        ------
        BaseException
            The bug that ended the session. Errors for the user (`LevelHipsError`) are in `error` and are not raised.
        """
        if not self._thread.end():  # its own thread hangs: close the file from here
            self.error = self.error or SensorError("session-not-ended")
            self._recording.close(self.sync)
            self.troubles += [trouble for trouble, _ in self._recording.take_reports()]
        if self.error is not None and not isinstance(self.error, LevelHipsError):
            raise self.error

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the session to end; return whether it has."""
        return self._thread.join(seconds)

    @property
    def recorder(self) -> Recorder | None:
        """The recorder; None before the sensor is found, or if nothing is recorded."""
        return self._recording.recorder

    @property
    def kept(self) -> list[Path]:
        """The recording, if the session has steps or a drill: its first file, from which all others are found."""
        return self._recording.paths[:1] if self.statistics.steps or self.statistics.drill else []

    def remembered(self) -> None:
        """Drop the note of the session: it is in the history, or does not belong there."""
        self._recording.remembered()

    @property
    def link(self) -> LinkStatus:
        """Status of the link to the sensor."""
        return self._status

    @property
    def sync(self) -> Sync:
        """Offset and drift of the sensor's clock against the host's."""
        return Sync() if self._sensor is None else self._sensor.decoder.sync

    def command(self, do: Do, value: float | None = None) -> None:
        """Pass on a command of the wearer; it takes effect with the next samples."""
        self._inbox.put(do, value)

    def pause_or_go_on(self) -> None:
        """Pause the cues, or resume them if they are paused or about to be: a waiting command counts, too."""
        pausing = self._inbox.pausing
        paused = self.state.snapshot().paused if pausing is None else pausing
        self.command(Do.RESUME if paused else Do.PAUSE)

    def mute(self, muted: bool) -> None:
        """Switch the sound off or on, and record it."""
        self._cues.mute(muted)
        self.command(Do.MUTE if muted else Do.UNMUTE)

    def move_threshold(self, steps: int) -> bool:
        """Move each side's threshold by a number of half degrees; return False if it is still being learned and cannot be moved."""
        learned = self.settings.threshold.mode == "auto"
        if learned and not all(map(math.isfinite, self.state.snapshot().threshold_deg.values())):
            return False
        self.command(Do.MOVE_THRESHOLD, THRESHOLD_STEP_DEG * steps)
        return True

    # ---- in the session's thread

    async def _main(self) -> None:
        async with self._make_source() as source:
            self._source, self._now_s = source, asyncio.get_running_loop().time
            supervision = asyncio.create_task(self._supervise())
            try:
                await source.run(self)
            finally:
                supervision.cancel()

    async def _supervise(self) -> None:
        """Report the health of the parts regularly, even if no packets arrive."""
        while True:
            with self._unforeseen.caught():
                self._report_health()
            await asyncio.sleep(HEALTH_S)

    def _conclude(self, error: BaseException | None) -> None:
        """Finish the engine and close the file, whatever ended the session."""
        self.error = error
        if error is not None and not isinstance(error, SensorError):
            log.error("The session failed", exc_info=error)
        try:
            try:
                self._forward(self._engine.finish())
                self._report_health()
                self._forward(Update(events=tuple(self._cues.take_all(self._newest_s))))
            finally:
                self.error = self.error or self._engine.error
                self.statistics.sync = self.sync
                self._recording.close(self.sync)
                self._report_recording()
                self.troubles += [*self._dispatcher.troubles, *self._unforeseen.troubles, *self._recording.troubles]
        except BaseException as failure:  # the first error is the cause
            self.error = self.error or failure
            log.exception("Ending the session")

    def packet(self, packet: Packet) -> bool:
        """Record a packet, then decode and process it; return whether it completed samples."""
        self._recording.packet(packet, self._newest_s)
        parts: list[Samples] = []
        with self._unforeseen.caught():
            sensor = self._sensor = self._sensor or SessionSensor.of(self._source)
            if sensor is None:
                return False
            self.statistics.packets += 1
            try:
                parts = sensor.decode(packet)
            except BadInputError as error:
                self.statistics.damaged += 1
                self.complaint = error
            for samples in parts:
                self._samples(sensor, samples)
            self._report_recording()
        return bool(parts)  # also after an error: the sensor does send

    def _samples(self, sensor: SessionSensor, samples: Samples) -> None:
        with self._unforeseen.caught():
            if not self._engine.begun:
                self._begin(sensor)
        self._recording.samples(samples)
        with self._unforeseen.caught():
            self._process(samples, self._now_s())

    def _process(self, samples: Samples, now_s: float) -> None:
        # A replay has all commands from the start. With a time just after the previous sample, it applies them at the same sample.
        at_s = math.nextafter(self._newest_s, math.inf) if self.statistics.samples else 0.0
        for command in self._inbox.take(at_s):
            self._recording.command(command)
            self._engine.push(command, now_s)
        self.statistics.samples += len(samples)
        self._newest_s = self.statistics.newest_s = float(samples.t_s[-1])
        self._forward(self._engine.push(samples, now_s))

    def _begin(self, sensor: SessionSensor) -> None:
        """Make the engine. Only with the first samples are the rate and the outward axis of the sensor known."""
        chosen = self._outward
        if chosen is None and self.settings.motion.outward != MotionSettings().outward:
            chosen = self.settings.motion.outward
        outward = chosen or sensor.decoder.outward
        settings = self.settings = replace(self.settings, motion=replace(self.settings.motion, outward=outward))
        self._recording.describe(sensor.source, sensor.profile, sensor.decoder, self._status, sensor.rate_hz, settings)
        self._engine.begin(sensor.rate_hz, settings)

    def status(self, status: LinkStatus) -> None:
        """Report a change of the link; add a signal to be heard if the sensor is lost during a session."""
        before, self._status = self._status, status
        if (status.state, status.reason, status.error) == (before.state, before.reason, before.error):
            return
        if self._recording.begin(status):
            self._record_health()
        now_s = self._newest_s
        events: list[Event] = [LinkChange(now_s, now_s, status.state, reason=status.reason, error=status.error)]
        if status.state is LinkState.STREAMING:
            self._was_streaming = True
        elif self._was_streaming and status.state in (LinkState.STALLED, LinkState.RECONNECTING, LinkState.FAILED):
            self._was_streaming = False
            self.statistics.stalls += 1
            events.append(Signal(now_s, now_s, SignalKind.LOST))
        self._forward(Update(events=tuple(events)))

    def _record_health(self) -> None:
        """Write the health of every part into a file that has just been begun."""
        for change in self.health.present(self._newest_s):
            self._recording.event(change)

    def _report_health(self) -> None:
        """Report which parts failed or work again, and what became of cues; keep what was learned for a new file."""
        self._recording.learned(self._engine.learned())
        state = LINK_HEALTH.get(self._status.state, HealthState.OFF)
        found = {
            Part.SENSOR: PartHealth(state, HealthReason.NO_SAMPLES if state is HealthState.FAULT else HealthReason.NONE),
            Part.ENGINE: self._unforeseen.health(self._engine.health(), self._now_s()),
            Part.RECORDING: self._recording.health(self._now_s()),
            Part.SOUND: self._cues.sound_health(),
        }
        changes = self.health.changes(found, self._now_s(), self._newest_s)
        if any(change.part is Part.RECORDING and math.isfinite(change.lasted_s) for change in changes):
            self._record_health()  # a new file was begun
        self._forward(Update(events=(*changes, *self._cues.take(self._newest_s))))

    def _report_recording(self) -> None:
        """Report that recording stopped or continues."""
        for trouble, lost_s in self._recording.take_reports():
            self.troubles.append(trouble)
            kind = NoticeKind.NOT_RECORDING if math.isnan(lost_s) else NoticeKind.RECORDING_AGAIN
            self._forward(Update(events=(Notice(self._newest_s, self._newest_s, kind, lost_s),)))

    def _forward(self, update: Update) -> None:
        """Forward an update: to the sound first, then to the file, then to the view. An error in one of them stops no other."""
        if not update.events and not len(update.angles):
            return
        with self._unforeseen.caught():
            update = self._cues.dispatch(update, self.sync, self._now_s(), paused=self._inbox.pausing is True)
        for event in update.events:
            self._recording.event(event)
        with self._unforeseen.caught():
            for event in update.events:
                self.statistics.count(event)
        with self._unforeseen.caught():
            self.state.put(update)
