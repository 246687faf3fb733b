"""Measure how soon each fault of a live session is said, and how soon everything works again: real time, real PulseAudio."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from rich.table import Table

from bench.live import PROFILE, run_of
from bench.pulse_server import INSTALLED, PulseServer
from levelhips import Cue, Engine, Settings, Side, Update
from levelhips.audio.player import Player
from levelhips.audio.synth import Mixer
from levelhips.events import CueOutcome, HealthChange, HealthState, LinkState, Notice, NoticeKind, Outcome, Part
from levelhips.live.session import Session
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import VirtualSensor, VirtualSource, virtual_source

BEGINS_S = 3.0  # after the stream began; for faults of the virtual sensor, in its own time
LASTS_S = 5.0
PATIENCE_S = 15.0
ASK_S = 0.1  # between two beeps that are asked for while the sound is awaited


@dataclass
class Log:
    """Sink that keeps when faults were said and ended, and when beeps were heard, on the host's clock [s]."""

    part: Part
    fed_s: float = math.nan  # of the last samples before the fault was said
    said_s: float = math.nan
    back_s: float = math.nan
    heard_s: list[float] = field(default_factory=list)

    def put(self, update: Update) -> None:
        now_s = time.monotonic()
        if len(update.angles) and math.isnan(self.said_s):
            self.fed_s = now_s
        for event in update.events:
            if isinstance(event, HealthChange) and event.part is self.part:
                if event.state is HealthState.FAULT and math.isnan(self.said_s):
                    self.said_s = now_s
                elif event.state is HealthState.OK and self.said_s < now_s:
                    self.back_s = now_s
            elif isinstance(event, Notice) and self.part is Part.RECORDING:
                if event.kind is NoticeKind.NOT_RECORDING and math.isnan(self.said_s):
                    self.said_s = now_s
                elif event.kind is NoticeKind.RECORDING_AGAIN:
                    self.back_s = now_s
            elif isinstance(event, CueOutcome) and event.outcome is Outcome.RENDERED:
                self.heard_s.append(now_s)


@dataclass(frozen=True)
class Case:
    """A fault: what it is, the part that fails, and how to begin and end it."""

    name: str
    part: Part
    begin: Callable[[Session], None] = lambda session: None
    end: Callable[[], None] = lambda: None
    of_sensor: str = ""  # a fault of the virtual sensor, which begins and ends by itself
    pulse: PulseServer | None = None


def cases(pulse: PulseServer) -> Iterator[Case]:
    """Yield every fault that is measured."""
    yield Case("sensor silent", Part.SENSOR, of_sensor=f"stall={LASTS_S}@{BEGINS_S}")
    yield Case("sensor out of range", Part.SENSOR, of_sensor=f"disconnect={LASTS_S}@{BEGINS_S}")
    failing = patch.object(Engine, "push", side_effect=ZeroDivisionError("a bug"))
    yield Case("error in the analysis", Part.ENGINE, lambda _: _enter(failing), failing.stop)
    full = patch("os.fsync", side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    yield Case("disk full", Part.RECORDING, lambda _: _enter(full), full.stop)
    released = threading.Event()
    fsync = os.fsync
    hung = patch("os.fsync", side_effect=lambda number: (released.wait(), fsync(number)))

    def release() -> None:
        hung.stop()
        released.set()

    yield Case("disk does not answer", Part.RECORDING, lambda _: _enter(hung), release)
    yield Case("file deleted", Part.RECORDING, lambda session: session.recorder.paths[-1].unlink())  # type: ignore[union-attr]
    yield Case("error in the recorder", Part.RECORDING, lambda session: session.recorder.samples("no samples"))  # type: ignore[union-attr,arg-type]
    broken = patch.object(Mixer, "render", side_effect=FloatingPointError("not a wave"))
    yield Case("error in the mixer", Part.SOUND, lambda _: _enter(broken), broken.stop)
    if INSTALLED:
        yield Case("PulseAudio killed, started again", Part.SOUND, lambda _: pulse.kill(), pulse.start, pulse=pulse)
        yield Case("PulseAudio hangs, goes on", Part.SOUND, lambda _: pulse.hang(), pulse.go_on, pulse=pulse)
        yield Case("device suspended, resumed", Part.SOUND, lambda _: pulse.suspend(True), lambda: pulse.suspend(False), pulse=pulse)
        yield Case("no device at the start, then one", Part.SOUND, end=pulse.start, pulse=pulse)


def _enter(patched: object) -> None:
    patched.start()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Found:
    """Seconds from the fault until it was said, and from its end until the part worked again and a beep was heard; NaN if never."""

    said_s: float
    back_s: float
    heard_s: float


def measure(case: Case) -> Found:
    """Run a session in real time, let a fault begin and end in it, and return how soon that was said."""
    late = case.name.startswith("no device")
    if case.pulse is not None and not late:
        case.pulse.start()
        _wait(case.pulse.socket.exists)
    began_s = time.monotonic()
    player = Player(null=case.pulse is None)
    log = Log(case.part)
    faults = [parse_fault(case.of_sensor)] if case.of_sensor else []
    with tempfile.TemporaryDirectory() as folder:
        sensors: list[VirtualSensor] = []

        @contextlib.asynccontextmanager
        async def source() -> AsyncIterator[VirtualSource]:
            async with virtual_source(run_of(60.0), PROFILE, faults=faults) as made:
                sensors.append(made.world.sensor)
                yield made

        session = Session(source, Settings(), Path(folder), [player, log])
        session.start()
        try:
            if not late:
                _wait(lambda: session.link.state is LinkState.STREAMING)
                time.sleep(BEGINS_S)
                began_s = (sensors[0]._began_s or 0.0) + BEGINS_S if case.of_sensor else time.monotonic()
                case.begin(session)
            asked = 0
            ended_s, until_s = math.inf, began_s + LASTS_S + PATIENCE_S
            while time.monotonic() < until_s and not (math.isfinite(log.back_s) and any(at > ended_s for at in log.heard_s)):
                if math.isinf(ended_s) and time.monotonic() > began_s + LASTS_S:
                    case.end()
                    ended_s = began_s + LASTS_S if case.of_sensor else time.monotonic()
                if math.isfinite(ended_s):
                    asked += 1
                    player.put(Update(events=(Cue(-asked, -asked, -asked, Side.LEFT, 0.5, 0.1, 0.1),)))
                time.sleep(ASK_S)
        finally:
            with contextlib.suppress(Exception):
                session.stop()
            player.close()
            if case.pulse is not None:
                case.pulse.kill()
    heard_s = min((at for at in log.heard_s if at > ended_s), default=math.nan)
    return Found(log.said_s - (log.fed_s if case.of_sensor else began_s), log.back_s - ended_s, heard_s - ended_s)


def _wait(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.01)


def said(out: Table) -> None:
    """Fill a table: how soon each fault is said, and how soon everything works again."""
    out.title = f"Faults of {LASTS_S:g} s in a live session, real time: seconds until they are said, and from their end"
    for column in ("fault", "part", "said after [s]", "works again after [s]", "beep heard after [s]"):
        out.add_column(column, justify="left" if column in ("fault", "part") else "right")
    with tempfile.TemporaryDirectory() as folder:
        pulse = PulseServer(Path(folder))
        with patch.dict(os.environ, {"PULSE_SERVER": pulse.address}):
            for case in cases(pulse):
                found = measure(case)
                back = "by itself" if found.back_s < 0 else f"{found.back_s:.1f}" if math.isfinite(found.back_s) else "-"
                heard = f"{found.heard_s:.1f}" if math.isfinite(found.heard_s) and case.part is Part.SOUND else ""
                out.add_row(case.name, case.part.value, f"{found.said_s:.1f}", back, heard)
