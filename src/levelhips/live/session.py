"""Run one live session: read packets from a source, record them, feed the engine and forward its events to the sinks.

All of this happens in a thread with its own event loop, which no user interface can delay.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
STOP_S = 10.0  # a radio that does not say goodbye by then is broken off
HEALTH_S = 0.25  # how often the parts are asked for their health: a fault is said within 2 s, most of which is taken to be sure of it


class Session:
    """One live session, from `start` to `stop`.

    Parameters
    ----------
    source : callable
        Makes the source, as an asynchronous context manager, in the session's own loop.
    settings : Settings
    folder : Path or None
        Where recordings are kept; None: nothing is recorded.
    sinks : list of EventSink
        Receive every update, sound first. One that raises is dropped, and named in `troubles`.
    outward : str or None
        Sensor axis that faces away from the body, if anyone chose it (`Resolved.outward`); None: the one of the settings, else
        the sensor's own.
    new_loop : callable
        Makes the event loop.

    Attributes
    ----------
    state : SessionState
    statistics : SessionStatistics
    error : BaseException or None
        What ended the session, if it did not end by `stop` or with its source.
    troubles : list of Text or LevelHipsError
        What went wrong without ending the session.
    health : HealthMonitor
        Whether sensor, engine, recording and sound work, and how often they failed.
    complaint : BadInputError or None
        What was wrong with the last packet that could not be used.

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
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    ) -> None:
        self.state, self.settings, self.statistics = SessionState(), settings, SessionStatistics()
        self.error: BaseException | None = None
        self.complaint: BadInputError | None = None
        self.troubles: list[Text | LevelHipsError] = []
        self._make_source, self._outward = source, outward
        self._dispatcher = Dispatcher(sinks or [])
        self._recording = SessionRecording(folder)
        self._inbox = Inbox()
        self._status = LinkStatus()
        self._was_streaming = False  # since the last loss that was sounded
        self._source: Source | None = None
        self._sensor: SessionSensor | None = None
        self._engine = SessionEngine()
        self._now_s: Callable[[], float] = time.monotonic  # the loop's clock, once it runs: that of the packets' arrivals
        self.health = HealthMonitor()
        self._cues = CueOutcomes(self._dispatcher)
        self._newest_s = 0.0
        self._thread = LoopThread("levelhips-session", new_loop, self._main, self._conclude)

    # ---- for user interfaces, from any thread

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End: stop the stream, close the link and the file. Returns when that is done.

        Raises
        ------
        BaseException
            A bug that ended the session before; what a sensor may do is in `error` only.
        """
        self._thread.cancel()
        while not self.join(STOP_S):
            log.warning("The session does not end; breaking off what it waits for")
            self._thread.cancel()
        if self.error is not None and not isinstance(self.error, LevelHipsError):
            raise self.error

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end; return whether it has come."""
        return self._thread.join(seconds)

    @property
    def recorder(self) -> Recorder | None:
        """The recorder; None before the sensor is found, or if nothing is recorded."""
        return self._recording.recorder

    @property
    def kept(self) -> list[Path]:
        """The recordings, if anything was done in the session; several if the disk failed in between."""
        return self._recording.paths if self.statistics.steps or self.statistics.drill else []

    @property
    def link(self) -> LinkStatus:
        """Status of the link to the sensor."""
        return self._status

    @property
    def sync(self) -> Sync:
        """The sensor's clock against the host's."""
        return Sync() if self._sensor is None else self._sensor.decoder.sync

    def command(self, do: Do, value: float | None = None) -> None:
        """Give a command; it takes effect with the next samples."""
        self._inbox.put(do, value)

    def pause_or_go_on(self) -> None:
        """Pause the cues, or resume them. A press that no sample has brought into effect yet counts too."""
        pausing = self._inbox.pausing
        paused = self.state.snapshot().paused if pausing is None else pausing
        self.command(Do.RESUME if paused else Do.PAUSE)

    def mute(self, muted: bool) -> None:
        """Switch the sound off or on, and record it."""
        self._cues.mute(muted)
        self.command(Do.MUTE if muted else Do.UNMUTE)

    def move_threshold(self, steps: int) -> bool:
        """Move each side's threshold by a number of half degrees; return False if it is still learned, and so cannot be moved."""
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
        """Ask the parts for their health, also while no packets come."""
        while True:
            self._report_health()
            await asyncio.sleep(HEALTH_S)

    def _conclude(self, error: BaseException | None) -> None:
        """Finish the engine and close the file, whatever ended the session."""
        self.error = error
        if error is not None and not isinstance(error, SensorError):
            log.error("The session broke", exc_info=error)
        try:
            try:
                self._tell(self._engine.finish())
                self._report_health()
                self._tell(Update(events=tuple(self._cues.take_all(self._newest_s))))
            finally:
                self.error = self.error or self._engine.error
                self.statistics.sync = self.sync
                self._recording.close(self.sync)
                self._tell_news()
                self.troubles += self._dispatcher.troubles
        except BaseException as failure:  # the first error is the cause
            self.error = self.error or failure
            log.exception("Ending the session")

    def packet(self, packet: Packet) -> bool:
        """Take a packet: record it before it is decoded. Return whether it brought samples."""
        recorder = self.recorder
        if recorder is not None:
            recorder.packet(packet, self._newest_s)
        sensor = self._sensor = self._sensor or SessionSensor.of(self._source)
        if sensor is None:
            return False
        self.statistics.packets += 1
        try:
            parts = sensor.decode(packet)
        except BadInputError as error:
            self.statistics.damaged += 1
            self.complaint = error
            return False
        for samples in parts:
            self._samples(sensor, samples)
        self._tell_news()
        return bool(parts)

    def _samples(self, sensor: SessionSensor, samples: Samples) -> None:
        recorder, now_s = self.recorder, self._now_s()
        if not self._engine.begun:
            self._begin(sensor)
        if recorder is not None:
            recorder.samples(samples)
        # Just after the samples before: then a replay, which has all commands from the start, applies them at the same sample.
        at_s = math.nextafter(self._newest_s, math.inf) if self.statistics.samples else 0.0
        for command in self._inbox.take(at_s):
            if recorder is not None:
                recorder.command(command)
            self._engine.push(command, now_s)
        self.statistics.samples += len(samples)
        self._newest_s = self.statistics.newest_s = float(samples.t_s[-1])
        self._tell(self._engine.push(samples, now_s))

    def _begin(self, sensor: SessionSensor) -> None:
        """Make the engine: with the first samples, rate and outward axis of the sensor are known."""
        chosen = self._outward
        if chosen is None and self.settings.motion.outward != MotionSettings().outward:
            chosen = self.settings.motion.outward
        outward = chosen or sensor.decoder.outward
        settings = self.settings = replace(self.settings, motion=replace(self.settings.motion, outward=outward))
        self._recording.describe(sensor.source, sensor.profile, sensor.decoder, self._status, sensor.rate_hz, settings)
        self._engine.begin(sensor.rate_hz, settings)

    def status(self, status: LinkStatus) -> None:
        """Take a change of the link: report it, and sound it when the sensor is lost in the middle of a session."""
        before, self._status = self._status, status
        if (status.state, status.reason, status.error) == (before.state, before.reason, before.error):
            return
        if self._recording.begin(status):
            for change in self.health.present(self._newest_s):
                self._recording.event(change)
        now_s = self._newest_s
        events: list[Event] = [LinkChange(now_s, now_s, status.state, reason=status.reason, error=status.error)]
        if status.state is LinkState.STREAMING:
            self._was_streaming = True
        elif self._was_streaming and status.state in (LinkState.STALLED, LinkState.RECONNECTING, LinkState.FAILED):
            self._was_streaming = False
            self.statistics.stalls += 1
            events.append(Signal(now_s, now_s, SignalKind.LOST))
        self._tell(Update(events=tuple(events)))

    def _report_health(self) -> None:
        """Report which parts failed or work again, and what became of cues."""
        state = LINK_HEALTH.get(self._status.state, HealthState.OFF)
        found = {
            Part.SENSOR: PartHealth(state, HealthReason.NO_SAMPLES if state is HealthState.FAULT else HealthReason.NONE),
            Part.ENGINE: self._engine.health(),
            Part.RECORDING: self._recording.health(),
            Part.SOUND: self._cues.sound_health(),
        }
        changes = self.health.changes(found, self._now_s(), self._newest_s)
        self._tell(Update(events=(*changes, *self._cues.take(self._newest_s))))

    def _tell_news(self) -> None:
        """Report that recording stopped, or goes on."""
        for what, lost_s in self._recording.take_news():
            self.troubles.append(what)
            kind = NoticeKind.RECORDING_AGAIN if lost_s else NoticeKind.NOT_RECORDING
            self._tell(Update(events=(Notice(self._newest_s, self._newest_s, kind, lost_s),)))

    def _tell(self, update: Update) -> None:
        """Forward an update: to the sound first, then to the file, then to the view."""
        if not update.events and not len(update.angles):
            return
        update = self._cues.dispatch(update, self.sync, self._now_s(), paused=self._inbox.pausing is True)
        recorder = self.recorder
        for event in update.events:
            self.statistics.count(event)
            if recorder is not None:
                recorder.event(event)
        self.state.put(update)


@asynccontextmanager
async def ready(source: Source) -> AsyncIterator[Source]:
    """Provide a source that needs nothing around it."""
    yield source
