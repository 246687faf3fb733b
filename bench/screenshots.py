"""Render every view of the screen at two sizes from the bundled recordings: `make screenshots`, into docs/screens/.

Runs without a display (Qt's offscreen platform), in simulated time, so it takes seconds.
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
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from levelhips import RecordingWriter, Settings, open_recording
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.history import History
from levelhips.live.dispatcher import EventSink
from levelhips.live.session import MakeSource
from levelhips.sensors.ble import Radio
from levelhips.sensors.profile import profiles
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import VirtualWorld, virtual_source
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.ui.app import application
from levelhips.ui.pages.connect import SensorSearch
from levelhips.ui.window import Window

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "recordings" / "treadmill_fatigue.mcap"
SIZES = ((1280, 800), (1920, 1080))


class StopAt:
    """Sink that stops a session at a moment, to take a picture of it."""

    def __init__(self, at_s: float) -> None:
        self.at_s, self.reached, self.resume = at_s, threading.Event(), threading.Event()

    def close(self) -> None:
        """Do nothing: there is no sound device to close."""

    def put(self, update: object) -> None:
        angles = update.angles  # type: ignore[attr-defined]
        if len(angles) and angles.t_s[-1] >= self.at_s and not self.resume.is_set():
            self.reached.set()
            self.resume.wait(60)


def pump(app: object, seconds: float, until: object = None) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()  # type: ignore[attr-defined]
        if until is not None and until():  # type: ignore[operator]
            return
        time.sleep(0.005)


@asynccontextmanager
async def in_range() -> AsyncIterator[Radio]:
    """Context manager with a radio in range of one virtual sensor."""
    async with VirtualWorld(open_recording(RUN), profiles()["levelhips"]) as world:
        yield world.client_radio


def weeks_of_runs(folder: Path) -> None:
    """Write eight simulated runs over three weeks, with a left drop that decreases, for the pages of the history."""
    folder.mkdir()
    for k in range(8):
        runner = RunnerModel(drop_left_deg=4.6 - 0.2 * k, drop_right_deg=3.1 - 0.05 * k, stand_s=4.0, move_s=60.0)
        made = simulate_gait(runner, SensorModel(rate_hz=100.0), seed=k)
        started = (dt.datetime(2026, 1, 5, 17, tzinfo=dt.UTC) + dt.timedelta(days=2.5 * k)).isoformat()
        with RecordingWriter(folder / f"{k}.mcap", {"rate_hz": "100", "outward": "+z", "started_utc": started}, sync=False) as writer:
            writer.samples(made.samples)


class Camera:
    """Takes pictures of a window with simulated contents and saves them in a folder."""

    def __init__(self, out: Path, size: tuple[int, int], folder: Path) -> None:
        self._app, self._out, self._size, self.folder = application(), out, size, folder
        self._held: list[EventSink] = []
        self.made: list[Path] = []
        settings = Settings(threshold=ThresholdSettings(left_deg=4.0, right_deg=4.0))
        self.window = Window(settings, folder, lambda: self._held, search=lambda: SensorSearch(in_range))
        self.window.resize(*size)
        self.window.show()
        self.wait(0.3)

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Run the window for some seconds, or until a condition holds."""
        pump(self._app, seconds, until)

    def keep(self, name: str) -> None:
        """Save a picture of the window."""
        self.wait(0.25)
        path = self._out / f"{name}_{self._size[0]}x{self._size[1]}.png"
        self.window.grab().save(str(path))
        self.made.append(path)

    def keep_at(self, at_s: float, source: MakeSource, settings: Settings, name: str) -> None:
        """Begin a session, stop it at a moment, save a picture, and let it continue."""
        stop = StopAt(at_s)
        self._held[:] = [stop]
        self.window.begin(source, settings, new_loop=lambda: SimulatedTimeLoop(math.inf))
        self.wait(600, stop.reached.is_set)  # long enough for a busy machine
        self.wait(0.4)
        self.keep(name)
        stop.resume.set()


def take(out: Path, size: tuple[int, int]) -> list[Path]:
    """Save pictures of all pages at one size."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LEVELHIPS_DATA"] = folder  # not the user's own data
        camera = Camera(out, size, Path(folder))
        camera.keep("start")
        camera.window.choose_sensor()
        camera.wait(2.0)
        camera.keep("connect")
        take_run(camera)
        take_drill(camera)
        take_weeks(camera)
        take_review(camera)
        camera.window.banner.say("Bluetooth is switched off. Switch it on in the system's settings.")
        camera.window.show_start()
        camera.keep("banner")
        camera.window.close()
    return camera.made


def take_run(camera: Camera) -> None:
    window = camera.window
    for name, at_s, level in (("calibrate", 2.0, 4.0), ("live", 470.0, 4.0), ("live_gap", 24.0, 4.0)):
        faults = [parse_fault("stall=3@20")] if name == "live_gap" else []
        source = partial(virtual_source, open_recording(RUN), profiles()["levelhips"], faults=faults)
        camera.keep_at(at_s, source, Settings(threshold=ThresholdSettings(left_deg=level, right_deg=level)), name)
        session, window.session = window.session, None
        window.live.leave()
        if session is not None:
            session.stop()
    window.show_start()


def take_drill(camera: Camera) -> None:
    window = camera.window
    window._show(window.choice)
    camera.keep("drills")
    for name, at_s in (("drill", 30.5), ("drill_fault", 32.2)):
        recording = open_recording(ROOT / "recordings" / "pelvic_drop.mcap")
        source = partial(virtual_source, recording, profiles()["levelhips"])
        camera.keep_at(at_s, source, Settings.from_dict(recording.settings), name)
        session = window.session
        camera.wait(60, lambda session=session: session is None or session.join(0))
        camera.wait(60, lambda: window.session is None)
    camera.keep("drill_result")


def take_weeks(camera: Camera) -> None:
    window, folder = camera.window, camera.folder / "weeks"
    weeks_of_runs(folder)
    with History(window._history_file) as history:
        history.rebuild(folder)
    window.show_history()
    camera.keep("today")
    window.history.tabs.setCurrentIndex(1)
    camera.keep("trend")


def take_review(camera: Camera) -> None:
    camera.window.show_review(RUN)
    review = camera.window.review
    camera.wait(60, lambda: review.analysis is not None)
    review.overview.region.setRegion((7.9, 8.1))
    camera.wait(0.5)
    for tab, name in enumerate(("traces", "strides", "spread", "steps", "time")):
        review.tabs.setCurrentIndex(tab)
        camera.keep(f"review_{name}")


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
