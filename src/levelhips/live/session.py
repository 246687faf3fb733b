"""A session conducts: a live source brings packets, the recorder keeps them, the engine works, sinks hear what comes out.

It computes nothing itself, and is the only owner of a thread and its event loop: Bluetooth lives in there (on Windows it
must not share a thread with a window), and no face can hold it up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from levelhips.coaching.drills.result import DrillResult
from levelhips.commands import Command, Do
from levelhips.engine import Engine
from levelhips.errors import BadInputError, LevelHipsError, SensorError
from levelhips.events import Cue, DrillBegin, Event, LinkChange, LinkState, Notice, NoticeKind, Quality, Signal, SignalKind, Step, Update
from levelhips.live.dispatch import Audience, Sink
from levelhips.live.snapshot import View
from levelhips.recording.recorder import Recorder, check_folder
from levelhips.recording.schema import Packet
from levelhips.samples import Gap, Samples
from levelhips.sensors.clock import Sync
from levelhips.sensors.profile import Decoder
from levelhips.sensors.source import LinkStatus, Source
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine

log = logging.getLogger(__name__)

MakeSource = Callable[[], AbstractAsyncContextManager[Source]]
LIMIT_STEP_DEG = 0.5
CLOSE_S = 10.0  # to stop the stream, disconnect and close the file


@dataclass(slots=True)
class Tally:
    """What a session came to, for the summary at its end."""

    packets: int = 0
    damaged: int = 0
    samples: int = 0
    gaps: int = 0
    gaps_s: float = 0.0
    steps: Counter[str] = field(default_factory=Counter)  # by quality
    cues: int = 0
    drops_deg: dict[str, tuple[int, float]] = field(default_factory=dict)  # by side: number and sum of those that count
    stalls: int = 0
    newest_s: float = 0.0
    sync: Sync = Sync()
    drill: DrillResult | None = None

    def count(self, event: Event) -> None:
        if isinstance(event, Step):
            self.steps[event.quality.value] += 1
            if event.quality is Quality.OK:
                n, total = self.drops_deg.get(event.side.value, (0, 0.0))
                self.drops_deg[event.side.value] = n + 1, total + event.drop_deg
        elif isinstance(event, Cue):
            self.cues += 1
        elif isinstance(event, Gap):
            self.gaps += 1
            self.gaps_s += event.to_s - event.from_s
        elif isinstance(event, DrillBegin):
            self.drill = DrillResult(event)
        if self.drill is not None:
            self.drill.add(event)


class Session:
    """One live session: from `start` to `stop`, one recording.

    Parameters
    ----------
    source : callable
        Makes the source, as an asynchronous context manager, in the session's own loop.
    settings : Settings
    folder : Path or None
        Where recordings are kept; None: nothing is recorded.
    sinks : list of Sink
        Told of every update, sound first. One that raises is dropped, and named in `troubles`.
    outward : str or None
        The sensor axis that faces away from the body; None: the sensor's own word.
    new_loop : callable
        Makes the event loop.

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
        sinks: list[Sink] | None = None,
        *,
        outward: str | None = None,
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    ) -> None:
        self.view, self.settings, self.tally = View(), settings, Tally()
        self.error: BaseException | None = None
        self.complaint = ""
        self._make_source, self._outward, self._new_loop = source, outward, new_loop
        self._audience = Audience(sinks or [])
        self._status = LinkStatus()
        self._inbox: deque[tuple[Do, float | None]] = deque()
        self._said: deque[tuple[str, float]] = deque()
        self.troubles: list[str] = []
        self._source: Source | None = None
        self._decoder: Decoder | None = None
        self._engine: Engine | None = None
        self._newest_s = 0.0
        self._was_streaming = False
        if folder is not None:
            check_folder(folder)
        self._folder = folder
        self.recorder: Recorder | None = None  # begun with the sensor, whose name is in the file's
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._stopping, self._over = False, threading.Event()
        self._thread = threading.Thread(target=self._run, name="levelhips-session", daemon=True)

    # ---- for the faces

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End cleanly: stream stopped, link closed, file closed. Returns when that is done.

        Raises
        ------
        BaseException
            A bug that ended the session before; what a sensor may do is in `error` only.
        """
        self._stopping = True
        while True:
            loop, main = self._loop, self._main
            if loop is not None and main is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: the session has ended by itself
                    loop.call_soon_threadsafe(main.cancel)
            # A radio may hang in its goodbye: then it is broken off.
            if self.join(CLOSE_S):
                break
            log.warning("The session does not end; breaking off what it waits for")
        if self.error is not None and not isinstance(self.error, LevelHipsError):
            raise self.error

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end; say whether it has come."""
        if self._thread.ident is None:
            return True
        # Not Thread.join: broken off by Ctrl-C, it takes a living thread for a dead one.
        return self._over.wait(seconds)

    @property
    def kept(self) -> Path | None:
        """The recording, if something was done in it."""
        return self.recorder.path if self.recorder is not None and (self.tally.steps or self.tally.drill) else None

    @property
    def link(self) -> LinkStatus:
        """How things stand with the sensor."""
        return self._status

    @property
    def sync(self) -> Sync:
        """The sensor's clock against the host's."""
        return self._decoder.sync if self._decoder is not None else Sync()

    def command(self, do: Do, value: float | None = None) -> None:
        """What the runner pressed; in effect from the next sample on. From any thread."""
        self._inbox.append((do, value))

    def pause_or_go_on(self) -> None:
        """Pause the cues, or resume them. A press that no sample has brought into effect yet counts too."""
        pressed = [do for do, _ in tuple(self._inbox) if do in (Do.PAUSE, Do.RESUME)]
        paused = pressed[-1] is Do.PAUSE if pressed else self.view.look().paused
        self.command(Do.RESUME if paused else Do.PAUSE)

    def move_limit(self, steps: int) -> None:
        """Move each side's limit by a number of half degrees. It has no effect while no limit is known yet."""
        self.command(Do.MOVE_THRESHOLD, LIMIT_STEP_DEG * steps)

    # ---- in the session's thread

    def _run(self) -> None:
        loop = self._loop = self._new_loop()
        asyncio.set_event_loop(loop)
        try:
            self._main = loop.create_task(self._conduct())
            if self._stopping:
                self._main.cancel()
            loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            pass
        except SensorError as error:
            self.error = error
        except BaseException as error:  # a bug, told to whoever stops the session; the recording is whole first
            log.exception("The session broke")
            self.error = error
        finally:
            try:
                self._conclude()
                self._close(loop)
            except BaseException as error:
                self.error = self.error or error
                log.exception("Ending the session")
            finally:
                self._over.set()

    async def _conduct(self) -> None:
        async with self._make_source() as source:
            self._source = source
            await source.run(self)

    def _conclude(self) -> None:
        try:
            if self._engine is not None:
                self._tell(self._engine.finish())
        finally:
            sync = self.tally.sync = self.sync
            if self.recorder is not None:
                self.recorder.note({"clock_offset_s": f"{sync.offset_s:.6f}", "clock_drift_ppm": f"{sync.drift_ppm:.2f}"})
                self.recorder.close()
                self._heed_recorder()
            self.troubles += self._audience.troubles

    @staticmethod
    def _close(loop: asyncio.AbstractEventLoop) -> None:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=CLOSE_S))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    def packet(self, packet: Packet) -> bool:
        """A packet came: keep it first, then work on it."""
        if self.recorder is not None:
            self.recorder.packet(packet, self._newest_s)
        if self._decoder is None:
            assert self._source is not None
            profile = self._source.profile
            if profile is None:
                return False
            self._decoder = profile.decoder(self._source.asked_hz)
        self.tally.packets += 1
        try:
            parts = self._decoder.push(packet)
        except BadInputError as error:
            self.tally.damaged += 1
            self.complaint = str(error)
            log.info("A packet cannot be right: %s", error)
            return False
        for samples in parts:
            self._samples(samples)
        if self._said:
            self._heed_recorder()
        return bool(parts)

    def _samples(self, samples: Samples) -> None:
        engine = self._engine or self._begin()
        if self.recorder is not None:
            self.recorder.samples(samples)
        while self._inbox:
            do, value = self._inbox.popleft()
            # Just behind what was worked on: then a replay, which knows all commands at once, obeys at the same sample.
            command = Command(math.nextafter(self._newest_s, math.inf) if self.tally.samples else 0.0, do, value)
            if self.recorder is not None:
                self.recorder.command(command)
            engine.push(command)
        self.tally.samples += len(samples)
        self._newest_s = self.tally.newest_s = float(samples.t_s[-1])
        self._tell(engine.push(samples))

    def _begin(self) -> Engine:
        """The first samples are there: what the sensor is, is known."""
        assert self._decoder is not None
        assert self._source is not None
        assert self._source.profile is not None
        rate_hz = self._decoder.rate_hz or self._source.asked_hz
        outward = self._outward or self._decoder.outward
        settings = self.settings = replace(self.settings, motion=replace(self.settings.motion, outward=outward))
        self._engine = build_engine(rate_hz, settings)
        if self.recorder is not None:
            metadata = {
                "profile": self._source.profile.name,
                "asked_hz": f"{self._source.asked_hz:g}",
                "rate_hz": f"{rate_hz:.6g}",
                "outward": outward,
                "sensor_name": self._status.name,
                "sensor_address": self._status.address,
                "mtu": str(self._status.mtu),
            }
            if self._source.virtual:
                metadata["virtual"] = "1"
            self.recorder.describe(metadata, settings.as_dict(), self._decoder.scale)
        return self._engine

    def status(self, status: LinkStatus) -> None:
        """The link changed: say it to everyone, and sound it when the sensor is lost in the middle of a session."""
        before, self._status = self._status, status
        if status.state is before.state and status.why == before.why:
            return
        if self._folder is not None and self.recorder is None and status.name:
            self.recorder = self._begin_recording(self._folder, status)
        now_s = self._newest_s
        events: list[Event] = [LinkChange(now_s, now_s, status.state, status.why)]
        if status.state is LinkState.STREAMING:
            self._was_streaming = True
        elif self._was_streaming and status.state in (LinkState.STALLED, LinkState.RECONNECTING, LinkState.FAILED):
            self._was_streaming = False
            self.tally.stalls += 1
            events.append(Signal(now_s, now_s, SignalKind.LOST))
        self._tell(Update(events=tuple(events)))

    def _begin_recording(self, folder: Path, status: LinkStatus) -> Recorder:
        metadata = {
            "sensor": status.name,
            "started_utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "started_host_s": f"{asyncio.get_running_loop().time():.6f}",  # the clock of the packets' arrivals
            "live": "1",
        }
        return Recorder(folder, status.name, metadata, lambda what, lost_s: self._said.append((what, lost_s)))

    def _heed_recorder(self) -> None:
        while self._said:
            what, lost_s = self._said.popleft()
            self.troubles.append(what)
            kind = NoticeKind.RECORDING_AGAIN if lost_s else NoticeKind.NOT_RECORDING
            self._tell(Update(events=(Notice(self._newest_s, self._newest_s, kind, lost_s),)))

    def _tell(self, update: Update) -> None:
        """Sound first, then the file, then the view."""
        if not update.events and not len(update.angles):
            return
        self._audience.tell(update)
        for event in update.events:
            self.tally.count(event)
            if self.recorder is not None:
                self.recorder.event(event)
        self.view.put(update)


@asynccontextmanager
async def ready(source: Source) -> AsyncIterator[Source]:
    """A source that needs nothing around it."""
    yield source
