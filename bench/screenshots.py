"""Render every view of the screen at two sizes from the bundled recordings: `make screenshots`, into docs/screens/.

Runs without a display (Qt's offscreen platform); the time of the session leaps, so it takes seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import math
import os
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from levelhips import RecordingWriter, Settings, open_recording
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.history import History
from levelhips.live.dispatch import Sink
from levelhips.live.session import MakeSource
from levelhips.sensors.ble import Radio
from levelhips.sensors.profile import profiles
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import VirtualWorld, virtual_source
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.ui.app import application
from levelhips.ui.pages.connect import Searching
from levelhips.ui.window import Window

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "recordings" / "treadmill_fatigue.mcap"
SIZES = ((1280, 800), (1920, 1080))


class StopAt:
    """Holds the session still at a moment: a picture of a run, not of its end."""

    def __init__(self, at_s: float) -> None:
        self.at_s, self.there, self.go_on = at_s, threading.Event(), threading.Event()

    def close(self) -> None:
        """There is no device."""

    def put(self, update: object) -> None:
        angles = update.angles  # type: ignore[attr-defined]
        if len(angles) and angles.t_s[-1] >= self.at_s and not self.go_on.is_set():
            self.there.set()
            self.go_on.wait(60)


def pump(app: object, seconds: float, until: object = None) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()  # type: ignore[attr-defined]
        if until is not None and until():  # type: ignore[operator]
            return
        time.sleep(0.005)


@asynccontextmanager
async def in_range() -> AsyncIterator[Radio]:
    """A radio that hears one virtual sensor."""
    async with VirtualWorld(open_recording(RUN), profiles()["levelhips"]) as world:
        yield world.heard_by


def weeks_of_runs(folder: Path) -> None:
    """Eight simulated runs over three weeks, the left drop falling: something for the history to show."""
    folder.mkdir()
    for k in range(8):
        runner = RunnerModel(drop_left_deg=4.6 - 0.2 * k, drop_right_deg=3.1 - 0.05 * k, stand_s=4.0, move_s=60.0)
        made = simulate_gait(runner, SensorModel(rate_hz=100.0), seed=k)
        started = (dt.datetime(2026, 1, 5, 17, tzinfo=dt.UTC) + dt.timedelta(days=2.5 * k)).isoformat()
        with RecordingWriter(folder / f"{k}.mcap", {"rate_hz": "100", "outward": "+z", "started_utc": started}, sync=False) as writer:
            writer.samples(made.samples)


def take(out: Path, size: tuple[int, int]) -> list[Path]:
    """All views at one size."""
    app = application()
    made = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(threshold=ThresholdSettings(left_deg=4.0, right_deg=4.0))
        held: list[Sink] = []
        os.environ["LEVELHIPS_DATA"] = folder  # not the user's own
        window = Window(settings, Path(folder), lambda: held, search=lambda: Searching(in_range))
        window.resize(*size)
        window.show()
        pump(app, 0.3)

        def keep(name: str) -> None:
            pump(app, 0.25)
            path = out / f"{name}_{size[0]}x{size[1]}.png"
            window.grab().save(str(path))
            made.append(path)

        def held_at(at_s: float, source: MakeSource, settings: Settings, name: str) -> None:
            """Begin a session, hold it still at a moment, and keep the picture."""
            stop = StopAt(at_s)
            held[:] = [stop]
            window.begin(source, settings, new_loop=lambda: SimulatedTimeLoop(math.inf))
            pump(app, 600, stop.there.is_set)  # of a busy machine
            pump(app, 0.4)
            keep(name)
            stop.go_on.set()

        keep("start")
        window.choose_sensor()
        pump(app, 2.0)
        keep("connect")
        for name, at_s, level in (("calibrate", 2.0, 4.0), ("live", 470.0, 4.0), ("live_gap", 24.0, 4.0)):
            faults = [parse_fault("stall=3@20")] if name == "live_gap" else []
            source = partial(virtual_source, open_recording(RUN), profiles()["levelhips"], faults=faults)
            held_at(at_s, source, Settings(threshold=ThresholdSettings(left_deg=level, right_deg=level)), name)
            session = window.session
            assert session is not None
            window.session = None
            window.live.leave()
            session.stop()
        window.show_start()
        window._show(window.choice)
        keep("drills")
        for name, at_s in (("drill", 30.5), ("drill_fault", 32.2)):
            recording = open_recording(ROOT / "recordings" / "pelvic_drop.mcap")
            source = partial(virtual_source, recording, profiles()["levelhips"])
            held_at(at_s, source, Settings.from_dict(recording.settings), name)
        session = window.session
        assert session is not None
        pump(app, 60, lambda: session.join(0))
        pump(app, 60, lambda: window.session is None)
        keep("drill_result")
        weeks_of_runs(Path(folder) / "weeks")
        with History(window._history_file) as history:
            history.rebuild(Path(folder) / "weeks")
        window.show_weeks()
        keep("today")
        window.weeks.tabs.setCurrentIndex(1)
        keep("trend")
        window.show_review(RUN)
        pump(app, 60, lambda: window.review.analysis is not None)
        review = window.review
        review.overview.region.setRegion((7.9, 8.1))
        pump(app, 0.5)
        for tab, name in enumerate(("traces", "strides", "spread", "steps", "time")):
            review.tabs.setCurrentIndex(tab)
            keep(f"review_{name}")
        window.banner.say("Bluetooth is switched off. Switch it on in the system's settings.")
        window.show_start()
        keep("banner")
        window.close()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    asyncio.set_event_loop(None)
    for size in SIZES:
        for path in take(chosen.out, size):
            print(path)


if __name__ == "__main__":
    main()
