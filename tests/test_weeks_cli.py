"""The commands of drills and of the weeks in between, as a user types them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from levelhips import open_recording
from levelhips.events import Rep

PROGRAM = [sys.executable, "-m", "levelhips"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "LEVELHIPS_DATA": str(tmp_path / "data"), "COLUMNS": "140"}


def levelhips(home: dict[str, str], *arguments: object, code: int = 0) -> str:
    done = subprocess.run([*PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=home, timeout=120, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_drills_are_listed_and_a_wrong_name_is_told(home: dict[str, str]) -> None:
    assert "pelvic-drop" in levelhips(home, "drill", "--list")
    assert "There is no drill 'clam'" in levelhips(home, "drill", "clam", code=1)
    assert "Give left or right" in levelhips(home, "drill", "clamshell", "--side", "up", code=1)
    assert "not understood" in levelhips(home, "drill", "stay-level", "--band", "four", code=1)


def test_a_drill_live_is_recorded_summed_up_and_remembered(home: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    options = ["--reps", 2, "--sets", 1, "--no-beep", "--record", tmp_path / "kept", "--virtual", ROOT / "recordings" / "pelvic_drop.mcap"]
    told = levelhips(home, "drill", "pelvic-drop", "--side", "left", *options)
    assert "2 of 2 repetitions, 2 without fault" in told
    [path] = (tmp_path / "kept").glob("*.mcap")
    assert len([event for event in open_recording(path).events if isinstance(event, Rep)]) == 2
    assert "virtual sensor" in levelhips(home, "history"), "nobody wore it: listed, and no part of the weeks"
    out = levelhips(home, "analyze", path, "--out", tmp_path / "out")
    assert "2 of 2 repetitions" in out
    assert (tmp_path / "out" / "reps.csv").read_text().count("\n") == 3


def test_the_history_by_commands(home: dict[str, str], tmp_path: Path) -> None:
    assert "Nothing yet" in levelhips(home, "history")
    for name in ("pelvic_drop", "walk"):
        shutil.copy(ROOT / "recordings" / f"{name}.mcap", tmp_path)
    assert "2 taken in" in levelhips(home, "history", "rebuild", tmp_path)
    assert "2 known already" in levelhips(home, "history", "rebuild", tmp_path)
    assert "pelvic-drop, left: 5 of 6 without fault" in levelhips(home, "history")
    levelhips(home, "history", "export", tmp_path / "csv")
    assert (tmp_path / "csv" / "drills.csv").exists()
    assert "not clear what to forget" in levelhips(home, "history", "forget", code=1)
    assert "1 struck out" in levelhips(home, "history", "forget", tmp_path / "walk.mcap")
    assert (tmp_path / "walk.mcap").exists()
    assert "There is no folder" in levelhips(home, "history", "rebuild", tmp_path / "nowhere", code=1)


def test_the_plan_and_the_diary_by_commands(home: dict[str, str]) -> None:
    assert "levelhips plan --start" in levelhips(home, "plan")
    assert "Day 1 of 14" in levelhips(home, "plan", "--start")
    assert "acute" in levelhips(home, "plan", "--acute")
    assert "acute" not in levelhips(home, "plan", "--well").splitlines()[0]
    assert "retraining:8" in levelhips(home, "plan", "--schedules")
    assert "When to stop" in levelhips(home, "plan", "--notes")
    path = Path(levelhips(home, "plan", "--edit").split(" in ", 1)[1].strip())
    path.write_text("days = 3000\n")
    assert "days is 3000" in levelhips(home, "plan", code=1)
    levelhips(home, "plan", "--reset")
    assert "better not run today" in levelhips(home, "diary", "pain", 5, "before")
    assert "0 (none) to 10" in levelhips(home, "diary", "pain", 11, "before", code=1)
    assert "Ghost: 639 km" in levelhips(home, "diary", "shoes", "Ghost", "--km", 639)
    assert "change them" in levelhips(home, "diary", "distance", 2, "--shoes", "Ghost")
    assert "There are no shoes" in levelhips(home, "diary", "distance", 2, "--shoes", "Nobody's", code=1)


def test_a_plan_that_is_none_is_told(home: dict[str, str]) -> None:
    assert "must be from 1 to 8" in levelhips(home, "run", "--plan", "retraining:9", "--no-beep", "--no-record", code=1)
    assert "not understood" in levelhips(home, "run", "--plan", "retraining:x", "--no-beep", "--no-record", code=1)
    assert "step_rate_spm" in levelhips(home, "run", "--metronome", "--no-beep", "--no-record", code=1)


def test_a_table_of_another_program_is_analysed_as_a_drill(home: dict[str, str], tmp_path: Path) -> None:
    """What carries no settings of ours is told what it is."""
    recording = open_recording(ROOT / "recordings" / "pelvic_drop.mcap")
    lines = ["time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"]
    samples = recording.samples
    for t_s, acc, gyr in zip(samples.t_s, samples.acc_mps2, samples.gyr_radps, strict=True):
        lines.append(",".join(f"{value:.6f}" for value in (t_s, *acc, *gyr)))
    (tmp_path / "other.csv").write_text("\n".join(lines) + "\n")
    told = levelhips(home, "analyze", tmp_path / "other.csv", "--out", tmp_path / "out", "--drill", "pelvic-drop:left")
    assert "6 of 24 repetitions, 5 without fault" in told
    assert "6 of 24" not in levelhips(home, "analyze", tmp_path / "other.csv", "--out", tmp_path / "out2", "--drill", "pelvic-drop:right")
    assert "There is no drill" in levelhips(home, "analyze", tmp_path / "other.csv", "--out", tmp_path / "out3", "--drill", "x", code=1)


def test_what_an_option_does_not_say_is_the_settings_files(home: dict[str, str], tmp_path: Path) -> None:
    """A metronome needs a step rate; it stands in the file."""
    (tmp_path / "mine.toml").write_text("[plan]\nstep_rate_spm = 160\n")
    options = ["--metronome", "--settings", tmp_path / "mine.toml", "--virtual", tmp_path / "nowhere.mcap", "--no-beep", "--no-record"]
    assert "File not found: nowhere.mcap" in levelhips(home, "run", *options, code=1)
