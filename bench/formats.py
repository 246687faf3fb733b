"""Make files of every format that levelhips writes: `python -m bench.formats FOLDER`, for a new folder in tests/data/formats.

Run it once, with the code of a release that writes a new format, and never for a folder that exists: the files in it are like
those that people have on their disks, and the tests read them for ever. The wearers are simulated, and nothing in the files
names a computer or its user.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.live import RUN
from levelhips import Recording, RecordingWriter, Settings, Update, analyze, open_recording
from levelhips.coaching.run_protocol import ProtocolSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.events import Side
from levelhips.export.tables import write_tables
from levelhips.history import Diary, History
from levelhips.live.session import Session
from levelhips.programme.programme import Item, Programme
from levelhips.programme.store import save_programme
from levelhips.samples import Samples
from levelhips.sensors.profile import profiles
from levelhips.settings.installed import build_engine
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import virtual_source
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.simulation.wearer import WearerModel, simulate_drill

RUNNER_FOLDER = "/home/runner/Documents/levelhips"  # nobody's folder; the paths in the history are below it
THRESHOLD = ThresholdSettings(left_deg=3.4, right_deg=3.4)

SETTINGS = """\
# Settings with every section and every field, none of them at its default.

[motion]
outward = "-z"  # worn face down
filter = "madgwick"
tau_acc_s = 3.5
align = false
gravity = false

[threshold]
mode = "auto"  # from the runner's own baseline
left_deg = 3.25
right_deg = 3.75
baseline_steps = 80
baseline_sd = 0.75
lower_deg = 0.25
under_share = 0.9
under_s = 120  # a whole number where a float is meant
max_below_deg = 2.5

[cues]
when = "k-of-n"
k = 2
n = 4
spacing_s = 0.5
severe_deg = 2.0
forecast = true
forecast_s = 0.05
back_s = 2.0

[sound]
volume = 0.4
left_hz = 440.0
right_hz = 880.0
pip_s = 0.12
ramp_s = 0.01
quietest_db = -14.0
double_from = 0.8
other_ear_db = -24.0
words = false

[drill]
name = "clamshell"
side = "right"
sets = 3
reps = 15
rest_s = 45.0
seconds = 20.0
low_deg = 12.5
high_deg = 55.0
pace_s = 5.0

[protocol]
name = "retraining"
session = 6
step_rate_spm = 164.0
raise_percent = 7.5
metronome = true
"""


class _KeyPresses:
    """Sink that sends commands to a session: each as (earliest time [s], command, value)."""

    def __init__(self, wanted: Sequence[tuple[float, Do, float | None]]) -> None:
        self._wanted = list(wanted)
        self.session: Session | None = None

    def put(self, update: Update) -> None:
        if self.session is not None and self._wanted and len(update.angles) and update.angles.t_s[-1] > self._wanted[0][0]:
            _, do, value = self._wanted.pop(0)
            self.session.command(do, value)


def _live(
    to: Path, recording: Recording, settings: Settings, faults: Sequence[str] = (), press: Sequence[tuple[float, Do, float | None]] = ()
) -> None:
    """Run a session with the virtual sensor in simulated time, and copy its recording."""
    source = partial(virtual_source, recording, profiles()["levelhips"], faults=[parse_fault(fault) for fault in faults])
    presses = _KeyPresses(press)
    with tempfile.TemporaryDirectory() as folder:
        session = presses.session = Session(source, settings, Path(folder), [presses], new_loop=lambda: SimulatedTimeLoop(math.inf))
        session.start()
        session.join()
        session.stop()
        if session.error is not None:
            raise session.error
        assert session.recorder is not None
        shutil.copyfile(session.recorder.paths[-1], to)


def _record(to: Path, samples: Samples, rate_hz: float, settings: Settings, started: str, commands: Sequence[Command] = ()) -> None:
    """Write a recording of samples with all events that the engine finds in them, as a session without a radio does."""
    engine = build_engine(rate_hz, settings)
    metadata = {"sensor": "simulated", "rate_hz": f"{rate_hz:g}", "outward": "+z", "started_utc": started}
    with RecordingWriter(to, metadata, settings.as_dict(), SensorModel().scale) as writer:
        for command in commands:
            engine.push(command)
            writer.command(command)
        for at in range(0, len(samples), 200):
            piece = samples[at : at + 200]
            writer.samples(piece)
            for event in engine.push(piece).events:
                writer.event(event)
        for event in engine.finish().events:
            writer.event(event)


def treadmill(seconds: float) -> Recording:
    """Return the beginning of the bundled treadmill run: 9 s of standing, then running."""
    recording = open_recording(RUN)
    n = round(seconds * recording.rate_hz)
    return replace(recording, samples=recording.samples[:n], commands=[], events=[], settings={})


def live_run(to: Path) -> None:
    """Write a live run with key presses, a stall of the sensor and a lost link."""
    press = [(3.0, Do.ZERO, None), (14.0, Do.THRESHOLD, 2.5), (20.0, Do.PAUSE, None), (22.0, Do.RESUME, None), (23.0, Do.MARK, None)]
    _live(to, treadmill(34.0), Settings(threshold=THRESHOLD), ["stall=3@16", "disconnect=2@26"], press)


def live_drill(to: Path) -> None:
    """Write a live drill with a form fault in its second repetition."""
    wearer = WearerModel("clamshell", Side.RIGHT, reps=3, rep_s=4.0, form_fault="rolled-back", fault_reps=(1,))
    made = simulate_drill(wearer, SensorModel(rate_hz=100.0, turn_deg=90.0), 15)
    metadata = {"sensor": "simulated", "outward": "+z"}
    recording = Recording(Path("clamshell.mcap"), made.samples, 100.0, metadata, scale=made.sensor.scale)
    _live(to, recording, Settings.from_dict(wearer.settings), press=[(5.0, Do.MARK, None)])


def run_with_protocol(to: Path) -> None:
    """Write a run protocol on a sloping road: 3 min of running, then walking; with a step rate and an automatic threshold."""
    made = simulate_gait(
        RunnerModel(drop_left_deg=4.0, camber_deg=4.0, stand_s=4.0, move_s=190.0), SensorModel(rate_hz=60.0, turn_deg=30.0), seed=5
    )
    settings = Settings(
        threshold=ThresholdSettings(mode="auto", baseline_steps=20),
        protocol=ProtocolSettings("walk-run", 1, step_rate_spm=160.0, raise_percent=5.0, metronome=True),
    )
    pause = [Command(60.0, Do.PAUSE), Command(64.0, Do.RESUME)]
    _record(to, made.samples, 60.0, settings, "2026-03-04T12:00:00+00:00", pause)


def history(to: Path, recordings: Sequence[Path]) -> None:
    """Write a history of these recordings, of a baseline and of a drill, with a diary."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in recordings:
            shutil.copyfile(path, folder / path.name)
        made = simulate_gait(RunnerModel(drop_left_deg=4.0, stand_s=4.0, move_s=60.0), SensorModel(rate_hz=100.0), seed=1)
        baseline = Settings(protocol=ProtocolSettings("baseline"))
        _record(folder / "baseline.mcap", made.samples, 100.0, baseline, "2026-03-02T12:00:00+00:00")
        wearer = WearerModel("pelvic-drop", Side.LEFT, reps=3, form_fault="turned", fault_reps=(1,))
        drill = simulate_drill(wearer, SensorModel(rate_hz=100.0), 4)
        _record(folder / "drill.mcap", drill.samples, 100.0, Settings.from_dict(wearer.settings), "2026-03-04T12:30:00+00:00")
        for path in folder.glob("*.mcap"):
            os.utime(path, (1772625600, 1772625600))
        file = folder / "history.sqlite"
        with History(file) as store:
            for path in sorted(folder.glob("*.mcap")):
                store.add(path)
            _write_diary(Diary(store))
        _move_paths(file, folder.resolve())
        shutil.copyfile(file, to)


def _write_diary(diary: Diary) -> None:
    def at(day: int, hour: int) -> dt.datetime:
        return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)

    diary.add_shoes("Ghost", 630.0)
    diary.add_shoes("Old pair", 700.0)
    diary.retire_shoes("Old pair")
    diary.add_distance(5.5, "Ghost", at(2, 13))
    diary.add_distance(8.25, None, at(4, 13))
    diary.add_pain(1, "before", "", at(4, 11))
    diary.add_pain(3, "after", "left knee, outside", at(4, 14))
    diary.add_pain(2, "morning", "", at(5, 6))


def _move_paths(file: Path, folder: Path) -> None:
    """Replace the folder of the recordings in a history by `RUNNER_FOLDER`, without a trace of the former one."""
    db = sqlite3.connect(file, isolation_level=None)
    for table in ("sessions", "sides", "drills"):
        db.execute(f"UPDATE {table} SET file = replace(file, ?, ?)", (str(folder), RUNNER_FOLDER))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def settings(folder: Path) -> None:
    """Write settings as a person does, and settings as the dialog of the window does."""
    from levelhips.ui.widgets.dialogs import toml_of

    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    partial_ = Settings(threshold=ThresholdSettings(left_deg=3.5, right_deg=4.5), protocol=ProtocolSettings(step_rate_spm=158.0))
    (folder / "settings_partial.toml").write_text(toml_of(partial_), encoding="utf-8")


def programme(to: Path) -> None:
    """Write a programme with changed exercises and days."""
    items = (
        Item("clamshell", "daily", sets=3, reps=15),
        Item("pelvic-drop", "off", sides=("left",)),
        Item("side-steps", "before-run", sets=1, reps=10),
        Item("band-walk", "after-run"),
        Item("side-leg-hold", "acute", reps=1, sides=("right",)),
    )
    save_programme(Programme(dt.date(2026, 3, 2), items, (1, 3, 5), dt.date(2026, 3, 10), days=21), to)


def tables(folder: Path) -> None:
    """Write the tables of half a minute of running, and of a drill."""
    for name, recording, chosen in (
        ("run", treadmill(30.0), Settings(threshold=THRESHOLD)),
        ("drill", open_recording(RUN.with_name("pelvic_drop.mcap")), None),
    ):
        write_tables(analyze(recording, chosen), folder / name)
        (folder / name / "angles.csv").unlink()  # large, and four columns only
    for empty in ("steps.csv", "strides.csv"):
        (folder / "drill" / empty).unlink()


def main() -> int:
    """Write all files into a new folder."""
    if len(sys.argv) != 2:
        print("python -m bench.formats FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)  # an error if it exists: existing files are never replaced
    live_run(folder / "live_run.mcap")
    live_drill(folder / "live_drill.mcap")
    run_with_protocol(folder / "run_with_protocol.mcap")
    history(folder / "history.sqlite", sorted(folder.glob("*.mcap")))
    settings(folder)
    programme(folder / "programme.toml")
    tables(folder)
    for path in sorted(folder.rglob("*.*")):
        print(f"{path.relative_to(folder)}: {path.stat().st_size / 1000:.1f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
