"""Measure the window: frames, processor time, beeps while it is frozen, opening an hour, starting, and an hour of live view."""

from __future__ import annotations

import gc
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.table import Table

from bench.live import LOW_THRESHOLD, PROFILE, run_of
from levelhips import Cue, RecordingWriter, Samples, Settings, Update
from levelhips.audio.player import Player
from levelhips.simulation.peripheral import virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def shown(folder: Path, settings: Settings, sounds: Callable[[], list[Any]] = list) -> tuple[Any, Any]:
    """Return the application and a window that is shown."""
    from levelhips.ui.app import application
    from levelhips.ui.window import Window

    app = application()
    window = Window(settings, folder, sounds)
    window.resize(1280, 800)
    window.show()
    return app, window


def pump(app: Any, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Run the application for some seconds, or until a condition holds."""
    from PySide6.QtCore import QTimer

    end, timer = time.monotonic() + seconds, QTimer()
    timer.timeout.connect(lambda: app.exit() if until() or time.monotonic() > end else None)
    timer.start(50)
    app.exec()
    timer.stop()


def frames(out: Table) -> None:
    """Measure frames and processor time of the live view at 200 Hz, for 40 s of running in real time."""
    with tempfile.TemporaryDirectory() as folder:
        app, window = shown(Path(folder), LOW_THRESHOLD)
        window.begin(partial(virtual_source, run_of(70.0, from_s=5.0), PROFILE))
        pump(app, 20)
        process = psutil.Process()
        used, began, before = process.cpu_times(), time.monotonic(), window.live.frames
        pump(app, 40)
        after, took = process.cpu_times(), time.monotonic() - began
        share = (after.user + after.system - used.user - used.system) / took
        out.add_row("live view offscreen, frames a second", f"{(window.live.frames - before) / took:.0f}", "60")
        out.add_row("share of a core, session, recorder and virtual sensor included", f"{share:.0%}", "30 %")
        window.close()


def freeze(out: Table) -> None:
    """Measure the delay of beeps while the thread of the window is blocked for 2 s at a time, and while it is not."""
    delays: dict[bool, list[float]] = {False: [], True: []}
    frozen = [False]

    class TimedPlayer:
        def __init__(self) -> None:
            self.player = Player(null=True)

        def put(self, update: Update) -> None:
            for cue in update.of(Cue):
                world = made[0]
                due = (world.world.sensor._began_s or 0.0) + cue.known_s
                delays[frozen[0]].append((time.monotonic() - due) * 1e3)
            self.player.put(update)

        def mute(self, muted: bool) -> None: ...

        def close(self) -> None:
            self.player.close()

    made: list[Any] = []

    class WatchedSource:
        def __init__(self) -> None:
            self.inner = virtual_source(run_of(60.0, from_s=5.0), PROFILE)

        async def __aenter__(self) -> Any:
            made.append(await self.inner.__aenter__())
            return made[0]

        async def __aexit__(self, *error: Any) -> None:
            await self.inner.__aexit__(*error)

    with tempfile.TemporaryDirectory() as folder:
        app, window = shown(Path(folder), LOW_THRESHOLD, lambda: [TimedPlayer()])
        window.begin(WatchedSource)
        pump(app, 8)
        end = time.monotonic() + 45
        while time.monotonic() < end:
            frozen[0] = False
            pump(app, 2)
            frozen[0] = True
            time.sleep(2)
        window.close()
    p = {name: np.percentile(values, [50, 99]) for name, values in delays.items()}
    out.add_row(
        f"sample known to beep begun while the screen is alive ({len(delays[False])}), frozen ({len(delays[True])}), p50 and p99 [ms]",
        f"{p[False][0]:.0f} {p[False][1]:.0f}, {p[True][0]:.0f} {p[True][1]:.0f}",
        "no later",
    )


def opening(out: Table) -> None:
    """Measure the time to the first steps drawn from an hour at 200 Hz, to all of them, and to zoom."""
    part = run_of(590.0).samples
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.mcap"
        with RecordingWriter(path, {"rate_hz": "200", "outward": "+z"}, sync=False) as writer:
            for lap in range(6):
                writer.samples(Samples(part.t_s + lap * 600.0, part.acc_mps2, part.gyr_radps))
        app, window = shown(Path(folder), Settings())
        pump(app, 0.5)
        began = time.monotonic()
        window.show_review(path)
        pump(app, 60, lambda: window.review._steps_drawn > 0)
        app.processEvents()
        first = time.monotonic() - began
        pump(app, 60, lambda: window.review.analysis is not None)
        app.processEvents()
        whole = time.monotonic() - began
        zooms = []
        for at in range(10):
            begin = time.monotonic()
            window.review.overview.region.setRegion((5 + at, 7 + at))
            window.review._show_traces()
            window.review.traces.repaint()
            zooms.append((time.monotonic() - begin) * 1e3)
        out.add_row("one hour: the first six minutes are drawn, all of it [s]", f"{first:.1f}, {whole:.1f}", "3")
        out.add_row("one hour: a zoom to 2 min, median, worst [ms]", f"{np.median(zooms):.0f}, {max(zooms):.0f}", "50")
        window.close()


START = """
import time, sys
began = float(sys.argv[1])
from pathlib import Path
from levelhips.settings import Settings
from levelhips.ui.app import application
from levelhips.ui.window import Window
app = application()
window = Window(Settings(), Path(sys.argv[2]))
window.show()
app.processEvents()
window.grab()
print(time.time() - began)
"""


def starting(out: Table) -> None:
    """Measure the time from the start of a new process to its first painted window."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            command = [sys.executable, "-c", START, str(time.time()), folder]
            took.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]))
    out.add_row("start to first paint, best, median of 5 [s]", f"{min(took):.2f}, {np.median(took):.2f}", "1.0")


def an_hour_of_view(out: Table) -> None:
    """Measure the memory after 5 minutes and after an hour of live view, in simulated time."""
    process, marks = psutil.Process(), []
    with tempfile.TemporaryDirectory() as folder:
        app, window = shown(Path(folder), Settings())
        source = partial(virtual_source, run_of(590.0), PROFILE, loop_for_s=3600.0)
        window.begin(source, new_loop=lambda: SimulatedTimeLoop(math.inf))
        session = window.session
        while window.session is not None:
            pump(app, 0.5)
            if (not marks and session.statistics.newest_s > 300) or (marks and session.statistics.newest_s > 3500 and len(marks) < 2):
                gc.collect()
                marks.append(process.memory_info().rss / 1e6)
        window.close()
    out.add_row(
        f"one hour of live view ({window.live.frames} frames): memory at 5 min, growth [MB]",
        f"{marks[0]:.0f}, {marks[-1] - marks[0]:+.1f}",
        "10",
    )


SCREEN = {"frames": frames, "freeze": freeze, "opening": opening, "starting": starting, "viewhour": an_hour_of_view}
