"""The commands of drills and of the weeks in between, as a user types them."""

from __future__ import annotations

import math
import re
import shutil
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import command_line
import pytest
from conftest import ROOT

from levelhips import RecordingWriter, Settings, open_recording
from levelhips.coaching.run_protocol import ProtocolSettings
from levelhips.events import Rep
from levelhips.live.session import Session
from levelhips.recording.recover import copy_into
from levelhips.simulation.time_loop import SimulatedTimeLoop


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


def levelhips(home: Path, *arguments: object, code: int = 0, columns: int = 140) -> str:
    return command_line.levelhips(*arguments, home=home, code=code, columns=columns).text


def test_drills_are_listed_and_a_wrong_name_is_reported(home: Path) -> None:
    assert "pelvic-drop" in levelhips(home, "drill", "--list")
    assert "There is no drill 'clam'" in levelhips(home, "drill", "clam", code=2)
    assert "Give left or right" in levelhips(home, "drill", "clamshell", "--side", "up", code=2)
    assert "is not a range" in levelhips(home, "drill", "stay-level", "--band", "four", code=2)


def test_live_drill_is_recorded_summarized_and_added_to_the_history(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    options = ["--reps", 2, "--sets", 1, "--mute", "--record", tmp_path / "kept", "--virtual", ROOT / "recordings" / "pelvic_drop.mcap"]
    from live_harness import command_line_at

    with command_line_at(math.inf):
        output = levelhips(home, "drill", "pelvic-drop", "--side", "left", *options)
    assert "2 of 2 repetitions, 2 without a form fault" in output
    [path] = (tmp_path / "kept").glob("*.mcap")
    assert len([event for event in open_recording(path).events if isinstance(event, Rep)]) == 2
    listed = next(line for line in levelhips(home, "history").splitlines() if "virtual sensor" in line)
    assert listed.split()[-3:] == ["-", "-", "-"], "nobody wore it: listed, without figures that nobody has"
    assert listed.count("virtual") == 1
    out = levelhips(home, "analyze", path, "--out", tmp_path / "out")
    assert "2 of 2 repetitions" in out
    assert (tmp_path / "out" / "reps.csv").read_text().count("\n") == 3


def test_practice_shows_five_repetitions_without_a_sensor_and_records_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    leaping = partial(Session, new_loop=lambda: SimulatedTimeLoop(math.inf))  # half a minute of a drill in a second
    monkeypatch.setattr("levelhips.cli.live_session.Session", leaping)
    output = levelhips(home, "drill", "bridge", "--practice", "--mute", "--record", tmp_path / "kept")
    assert "5 of 5 repetitions, 4 without a form fault" in output
    assert not (tmp_path / "kept").exists()
    assert "No sessions yet" in levelhips(home, "history")


def worn(name: str, folder: Path) -> None:
    """Copy a bundled recording as if somebody had worn the sensor: a simulated one does not count."""
    bundled = open_recording(ROOT / "recordings" / f"{name}.mcap")
    copy_into(folder / f"{name}.mcap", bundled, bundled.metadata | {"sensor": "worn in this test"})


def test_history_is_listed_rebuilt_exported_and_forgotten_by_commands(home: Path, tmp_path: Path) -> None:
    assert "No sessions yet" in levelhips(home, "history")
    for name in ("pelvic_drop", "walk"):
        worn(name, tmp_path)
    assert "2 added" in levelhips(home, "history", "rebuild", tmp_path)
    assert "2 unchanged" in levelhips(home, "history", "rebuild", tmp_path)
    assert "Pelvic drop on a step, left hip: 5 of 6 without a form fault" in levelhips(home, "history")
    levelhips(home, "history", "export", tmp_path / "csv")
    assert (tmp_path / "csv" / "drills.csv").exists()
    assert "not clear which session to remove" in levelhips(home, "history", "forget", code=2)
    assert "No session of" in levelhips(home, "history", "forget", tmp_path / "nosuch.mcap", code=1)
    assert "Removed 1 session from the history" in levelhips(home, "history", "forget", tmp_path / "walk.mcap")
    assert (tmp_path / "walk.mcap").exists()
    assert "Folder not found" in levelhips(home, "history", "rebuild", tmp_path / "nowhere", code=1)


def test_programme_and_diary_are_kept_by_commands(home: Path) -> None:
    first = " day. You have not started the programme. To start it today: levelhips programme --start\n"
    assert first in levelhips(home, "programme")
    today = levelhips(home, "programme", "--start")
    assert "Day 1 of 14" in today
    assert "Clamshell, right hip: 2 x 12  (clamshell)\n" in today
    assert "acute" in levelhips(home, "programme", "--acute")
    assert "acute" not in levelhips(home, "programme", "--well").splitlines()[0]
    assert "retraining:8" in levelhips(home, "programme", "--protocols")
    assert "When to stop" in levelhips(home, "programme", "--notes")
    path = Path(levelhips(home, "programme", "--edit").split(" in ", 1)[1].strip())
    path.write_text("start = 2026-03-02\ndays = 3\n")
    assert "The programme ended on 2026-03-04. To start it today: levelhips" in levelhips(home, "programme")
    path.write_text("days = 3000\n")
    assert "days is 3000" in levelhips(home, "programme", code=1)
    levelhips(home, "programme", "--reset")
    assert "better not run today" in levelhips(home, "diary", "pain", 5, "before")
    assert "0 (none) to 10" in levelhips(home, "diary", "pain", 11, "before", code=2)
    assert "Ghost: 639 km" in levelhips(home, "diary", "shoes", "Ghost", "--km", 639)
    assert "Most shoes are replaced around 640 km" in levelhips(home, "diary", "distance", 2, "--shoes", "Ghost")
    assert "There are no shoes" in levelhips(home, "diary", "distance", 2, "--shoes", "Nobody's", code=2)


def test_an_invalid_run_protocol_is_reported(home: Path) -> None:
    assert "from 1 to 8" in levelhips(home, "run", "--protocol", "retraining:9", "--mute", "--no-record", code=2)
    assert "not understood" in levelhips(home, "run", "--protocol", "retraining:x", "--mute", "--no-record", code=2)
    assert "step_rate_spm" in levelhips(home, "run", "--metronome", "--mute", "--no-record", code=2)


def test_csv_of_another_program_is_analyzed_as_a_drill(home: Path, tmp_path: Path) -> None:
    """Options describe a recording that carries none of our settings."""
    recording = open_recording(ROOT / "recordings" / "pelvic_drop.mcap")
    lines = ["time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"]
    samples = recording.samples
    for t_s, acc, gyr in zip(samples.t_s, samples.acc_mps2, samples.gyr_radps, strict=True):
        lines.append(",".join(f"{value:.6f}" for value in (t_s, *acc, *gyr)))
    (tmp_path / "other.csv").write_text("\n".join(lines) + "\n")
    output = levelhips(home, "analyze", tmp_path / "other.csv", "--out", tmp_path / "out", "--drill", "pelvic-drop:left")
    assert "6 of 24 repetitions, 5 without a form fault" in output
    other_side = ["--out", tmp_path / "out2", "--drill", "pelvic-drop:right"]
    assert "No repetition was found" in levelhips(home, "analyze", tmp_path / "other.csv", *other_side, code=3)
    assert "There is no drill" in levelhips(home, "analyze", tmp_path / "other.csv", "--out", tmp_path / "out3", "--drill", "x", code=2)


def test_options_that_are_not_given_keep_the_settings_file(home: Path, tmp_path: Path) -> None:
    """A metronome needs a step rate; it stands in the file."""
    (tmp_path / "mine.toml").write_text("[protocol]\nstep_rate_spm = 160\n")
    options = ["--metronome", "--settings", tmp_path / "mine.toml", "--virtual", tmp_path / "nowhere.mcap", "--mute", "--no-record"]
    assert "nowhere.mcap. Check the path" in levelhips(home, "run", *options, code=1)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of every kind of session: a run, a baseline session, a drill and a walk, and some pain."""
    folder = tmp_path_factory.mktemp("filled")
    for name in ("pelvic_drop", "walk"):
        worn(name, folder)
    run = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    for name, started, samples in (
        ("baseline", "2026-03-02T23:30:00+00:00", 24000),
        ("first", "2026-03-09T10:00:00+00:00", 12000),
        ("second", "2026-03-11T10:00:00+00:00", 14000),
    ):
        protocol = ProtocolSettings("baseline", 1) if name == "baseline" else ProtocolSettings()
        metadata = {"rate_hz": "200", "outward": "+z", "started_utc": started}
        with RecordingWriter(folder / f"{name}.mcap", metadata, replace(Settings(), protocol=protocol).as_dict()) as writer:
            writer.samples(run.samples[:samples])
    home = folder / "data"
    assert "5 added" in levelhips(home, "history", "rebuild", folder)
    levelhips(home, "diary", "pain", 3, "morning")
    return home


@pytest.mark.parametrize("columns", [140, 80, 60])
def test_the_history_names_every_week_and_day_at_every_width(filled: Path, columns: int) -> None:
    """At 80 columns every week was "2026..."."""
    output = levelhips(filled, "history", columns=columns)
    assert max(map(len, output.splitlines())) <= columns
    assert "…" not in output
    assert "..." not in output
    weeks = output[output.index("Weeks:") :]
    for week in ("2026-W01", "2026-W10", "2026-W11"):
        assert re.search(rf"^ *{week}  ", weeks, re.M)
    assert re.search(r"^2026-01-01 ", output, re.M)
    assert re.search(r"^ *2026-W11 .*\d\.\d ± \d\.\d  \d\.\d ± \d\.\d", weeks, re.M)
    assert "baseline 1" in output


def test_columns_without_room_are_named_and_drops_are_always_shown(filled: Path) -> None:
    assert "Not shown" not in levelhips(filled, "history", columns=140)
    assert "Not shown" not in levelhips(filled, "history", columns=80)
    narrow = levelhips(filled, "history", columns=60)
    assert "Not shown for lack of width: min, drills, good reps" in narrow
    for line in narrow.splitlines():
        if line.startswith("Not shown"):
            assert "left" not in line
            assert "week" not in line


def test_retention_table_has_local_days(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: the table had the day in UTC, the sessions the local one: this run began at 0:30 of the next day."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        output = levelhips(filled, "history")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "2026-03-03 00:30" in output
    assert re.search(r"^ *2026-03-03  baseline 1", output, re.M)
    assert "2026-03-02" not in output


@pytest.mark.parametrize("option", ["--all", "--anew"])  # lint: names of others
def test_unchanged_recordings_are_read_again_on_request(home: Path, tmp_path: Path, option: str) -> None:
    shutil.copy(ROOT / "recordings" / "walk.mcap", tmp_path)
    levelhips(home, "history", "rebuild", tmp_path)
    assert "0 added, 1 unchanged" in levelhips(home, "history", "rebuild", tmp_path)
    assert "1 added, 0 unchanged" in levelhips(home, "history", "rebuild", tmp_path, option)
