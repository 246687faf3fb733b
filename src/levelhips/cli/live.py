"""A live session for the command line: from the first search for a sensor to the summary at the end."""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.cli.terminal import LiveFace
from levelhips.errors import LevelHipsError
from levelhips.events import LinkState, Side
from levelhips.live.session import MakeSource, Session, ready
from levelhips.programme.remember import remember
from levelhips.recording import Recording, open_recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import Profile
from levelhips.settings import Settings
from levelhips.settings.paths import history_path
from levelhips.simulation.faults import Fault, parse_fault


def run_live(
    console: Console,
    settings: Settings,
    folder: Path | None,
    sounds: list[Any],
    *,
    sensor: str | None,
    rate_hz: float | None,
    outward: str | None,
    virtual: Path | Recording | None,
    profile: Profile,
    faults: Sequence[str],
) -> None:
    """Run a session until the user ends it, and say what it came to.

    Raises
    ------
    LevelHipsError
        If the sensor or the computer needs the user's help.
    """
    source: MakeSource
    if virtual is not None:
        recording = virtual if isinstance(virtual, Recording) else open_recording(virtual)
        source = _virtual(recording, profile, rate_hz, [parse_fault(fault) for fault in faults])
        title = f"{recording.path.name} as a virtual {profile.title}"
    else:
        source = lambda: ready(BleSource(Radio(), sensor, rate_hz))  # noqa: E731
        title = sensor or "levelhips"
    session = Session(source, settings, folder, list(sounds), outward=outward)
    with _ended_by_signals():
        _follow(console, session, LiveFace(console, title, sounds))


def serve_virtual(
    console: Console,
    file: Path,
    profile: Profile,
    transport: str | None,
    faults: Sequence[str],
    *,
    rate_hz: float | None,
    loop: bool,
) -> None:
    """Be a sensor: over the air, or (without a controller) to a client in this process, once, saying what came across.

    Raises
    ------
    LevelHipsError
        If the controller cannot be used, or Bumble is missing.
    """
    recording = open_recording(file)
    struck = [parse_fault(fault) for fault in faults]
    from levelhips.simulation.peripheral import VirtualSensor, serve

    if transport is None:
        console.print(
            f"{file.name} as a {profile.title}, to a client in this computer. For one over the air, name a controller: --transport usb:0",
            highlight=False,
            soft_wrap=True,
        )
        session = Session(_virtual(recording, profile, rate_hz, struck), Settings())
        with _ended_by_signals():
            _follow(console, session, LiveFace(console, file.name))
        return

    def say(sensor: VirtualSensor) -> None:
        console.print(f"Advertising as {sensor.name!r} ({profile.title}, {sensor.rate_hz:g} Hz). Ctrl-C ends it.", highlight=False)

    options = {"rate_hz": rate_hz, "faults": struck, "loop_for_s": math.inf if loop else 0.0}
    with _ended_by_signals():
        try:
            asyncio.run(serve(transport, recording, profile, say, **options))
        except KeyboardInterrupt:
            console.print("Ended.")


def _virtual(recording: Recording, profile: Profile, rate_hz: float | None, faults: list[Fault]) -> MakeSource:
    from levelhips.simulation.peripheral import virtual_source

    return partial(virtual_source, recording, profile, rate_hz=rate_hz, faults=faults)


def _follow(console: Console, session: Session, face: LiveFace) -> None:
    session.start()
    try:
        face.follow(session)
    except KeyboardInterrupt:
        pass
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cost the end of the recording
        try:
            session.stop()
        finally:
            signal.signal(signal.SIGINT, before)
    summarize(console, session)
    if (kept := session.kept) is not None:
        for line in remember(kept, history_path()):
            console.print(line, highlight=False, soft_wrap=True, markup=False)
    if isinstance(session.error, LevelHipsError):
        raise session.error


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let the system's wish to end us be as good as Ctrl-C: the file is closed, the sensor stopped."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, end) for kind in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if kind is not None}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def summarize(console: Console, session: Session) -> None:
    """What the session came to, in a few lines."""
    tally = session.tally
    counted = tally.steps.get("ok", 0)
    lines = [f"{tally.newest_s / 60:.1f} min, {tally.steps.total()} steps ({counted} counted), {tally.cues} beeps"]
    if tally.drill is not None:
        lines = drill_lines(drill_values(tally.drill))
    drops = []
    for side in Side:
        n, total = tally.drops_deg.get(side.value, (0, 0.0))
        if n:
            drops.append(f"{side.value} {total / n:.1f} deg ({n})")
    if drops:
        lines.append(f"Mean drop: {', '.join(drops)}")
    if tally.gaps or tally.stalls or tally.damaged:
        lines.append(
            f"Lost: {tally.gaps_s:.1f} s in {tally.gaps} gaps; {tally.damaged} damaged packets; "
            f"the sensor went silent {tally.stalls} times, {session.link.reconnects} reconnections"
        )
    if math.isfinite(tally.sync.drift_ppm):
        lines.append(f"The sensor's clock against this computer's: {-tally.sync.drift_ppm:+.0f} ppm")
    if session.recorder is not None:
        lines += [f"Recorded {path}" for path in session.recorder.paths]
    lines += [f"Trouble: {trouble}" for trouble in session.troubles]
    if session.link.state is LinkState.FAILED and not tally.samples:
        return
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
