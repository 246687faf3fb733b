"""Measure how long it takes to rebuild the history; names of the benchmarks that fill a table of their own."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from rich.table import Table

from bench.drills import drill_figures
from bench.late_cues import late_cues
from bench.said import said
from bench.severity import severity_figures
from levelhips import RecordingWriter, Settings
from levelhips.engine import Engine
from levelhips.history import History
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import profiles
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait

MANY, MINUTES = 200, 30


def write_session(path: Path, minutes: float, *, events: bool) -> None:
    """Write a recording like that of a live session at 200 Hz: raw packets, samples and events, in chunks of half a second."""
    made = simulate_gait(RunnerModel(stand_s=6.0, move_s=60 * minutes), SensorModel(), seed=8)
    settings = Settings()
    engine, firmware = Engine(200.0, settings), profiles()["levelhips"].peripheral(200.0)
    metadata = {"sensor": "bench", "rate_hz": "200", "outward": "+z", "started_utc": "2026-01-01T10:00:00+00:00"}
    with RecordingWriter(path, metadata, settings.as_dict(), made.sensor.scale, sync=False, chunk_s=0.5) as writer:
        for at in range(0, len(made.samples), 100):
            piece = made.samples[at : at + 100]
            now_s = float(piece.t_s[0])
            for start in range(0, len(piece), 4):
                for name, data in firmware.encode(piece[start : start + 4], 247):
                    writer.packet(Packet(now_s, data, name), now_s)
            writer.samples(piece)
            update = engine.push(piece)
            for event in update.events if events else ():
                writer.event(event)


def rebuilding(out: Table) -> None:
    """Fill a table: time to rebuild a history of 200 recordings of half an hour, and again when nothing has changed."""
    out.title = f"History rebuilt from recordings of {MINUTES} min at 200 Hz with raw packets and events"
    for column in ("recordings", "MB each", "first [s]", "again [s]"):
        out.add_column(column)
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "recordings" / "000.mcap"
        first.parent.mkdir()
        write_session(first, MINUTES, events=True)
        for k in range(1, MANY):
            shutil.copy(first, first.with_name(f"{k:03d}.mcap"))
        with History(Path(folder) / "history.sqlite") as history:
            began = time.perf_counter()
            done = history.rebuild(first.parent)
            took = time.perf_counter() - began
            began = time.perf_counter()
            history.rebuild(first.parent)
            again = time.perf_counter() - began
        out.add_row(str(done.taken), f"{first.stat().st_size / 1e6:.1f}", f"{took:.1f}", f"{again:.2f}")


WEEKS = {"drills": drill_figures, "severity": severity_figures, "rebuild": rebuilding, "late_cues": late_cues, "said": said}
