"""The history: filled from recordings, rebuilt at any time, and the diary kept."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import math
import os
import re
import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from levelhips import BadInputError, RecordingError, Samples, Settings, SettingsError, Side, Update, open_recording
from levelhips.analysis.drill_summary import comparison_lines, drill_lines
from levelhips.coaching.drills.result import DrillResult
from levelhips.coaching.run_protocol import ProtocolSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import BlockChange, BlockPurpose, Event, Rep, Step, ThresholdChange, ThresholdReason
from levelhips.history import Diary, History, SessionKind, SessionRow, session_row
from levelhips.history.migrations import MIGRATIONS
from levelhips.history.session_row import SideRow
from levelhips.history.weekly import baseline, retention, weeks
from levelhips.metrics import Statistics
from levelhips.programme.hints import hints, load_hint, pain_hint, shoe_hint
from levelhips.programme.programme import DEFAULT, DayKind, Item, Programme
from levelhips.programme.remember import remember, remembered, thresholds_from
from levelhips.programme.store import load_programme, save_programme
from levelhips.programme.today import todays
from levelhips.recording import RecordingWriter
from levelhips.recording.event_reader import read_events
from levelhips.recording.recover import copy_into, recover
from levelhips.settings.installed import build_engine
from levelhips.settings.paths import programme_path
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.wearer import WearerModel, simulate_drill

ROOT = Path(__file__).resolve().parents[1]
DAY = dt.date(2026, 3, 2)  # a Monday


def record(path: Path, samples: Samples, rate_hz: float, settings: Settings, started: str, *, events: bool = True) -> list[Event]:
    """Write a recording as a live session leaves it: samples and what was found in them."""
    metadata = {"sensor": "worn in this test", "rate_hz": f"{rate_hz:g}", "outward": "+z", "started_utc": started}
    engine = build_engine(rate_hz, settings)
    found: list[Event] = []
    with RecordingWriter(path, metadata, settings.as_dict(), SensorModel().scale, sync=False) as writer:
        pieces = [samples[at : at + 200] for at in range(0, len(samples), 200)]
        for piece in [*pieces, None]:
            update = engine.finish() if piece is None else engine.push(piece)
            if piece is not None:
                writer.samples(piece)
            for event in update.events if events else ():
                writer.event(event)
            found += update.events
    return found


def run(
    path: Path, started: str, left: float = 4.0, seconds: float = 60.0, protocol: ProtocolSettings = ProtocolSettings(), seed: int = 1
) -> list[Event]:
    made = simulate_gait(RunnerModel(drop_left_deg=left, drop_right_deg=3.0, stand_s=4.0, move_s=seconds), SensorModel(rate_hz=100.0), seed)
    return record(path, made.samples, 100.0, replace(Settings(), protocol=protocol), started)


def drill(path: Path, started: str, side: Side = Side.LEFT, reps: int = 3, sets: int = 1) -> list[Event]:
    wearer = WearerModel("pelvic-drop", side, reps=reps, sets=sets, form_fault="turned", fault_reps=(1,))
    made = simulate_drill(wearer, SensorModel(rate_hz=100.0), 4)
    return record(path, made.samples, 100.0, Settings.from_dict(wearer.settings), started)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    run(folder / "one.mcap", "2026-03-04T12:00:00+00:00")  # Wednesdays, wherever on earth
    run(folder / "two.mcap", "2026-03-11T12:00:00+00:00", left=3.0, seed=2)
    drill(folder / "three.mcap", "2026-03-04T12:30:00+00:00")
    return folder


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with History(tmp_path / "data" / "history.sqlite") as history:
        yield history


# ---- from recordings


def test_events_are_read_without_samples(tmp_path: Path) -> None:
    events = drill(tmp_path / "a.mcap", "2026-03-02T18:00:00+00:00")
    seen = read_events(tmp_path / "a.mcap", (Rep,))
    assert seen.events == [event for event in events if isinstance(event, Rep)]
    assert seen.whole
    assert seen.settings["drill"]["name"] == "pelvic-drop"
    assert seen.last_s == pytest.approx(float(open_recording(tmp_path / "a.mcap").samples.t_s[-1]), abs=1.1)


def test_events_of_a_truncated_file_are_read_up_to_the_cut(tmp_path: Path, recordings: Path) -> None:
    whole = (recordings / "one.mcap").read_bytes()
    (tmp_path / "cut.mcap").write_bytes(whole[: len(whole) * 2 // 3])
    seen, whole = read_events(tmp_path / "cut.mcap", (Step,)), read_events(recordings / "one.mcap", (Step,))
    assert not seen.whole
    assert 0 < len(seen.events) <= len(whole.events)
    assert Update(events=tuple(seen.events)) == Update(events=tuple(whole.events[: len(seen.events)]))  # NaN equal to NaN


def test_summary_of_a_recording_has_the_simulated_drop_cadence_and_repetitions(recordings: Path) -> None:
    found = session_row(recordings / "one.mcap")
    assert found.kind == "run"
    left = found.sides["left"]
    assert left.n > 60
    assert left.mean_deg == pytest.approx(4.0, abs=0.5)
    assert found.cadence_spm == pytest.approx(166, abs=2)
    assert found.moving_s == pytest.approx(60, abs=4)
    practiced = session_row(recordings / "three.mcap")
    assert practiced.drill is not None
    assert (practiced.drill["reps"], practiced.drill["good"], practiced.drill["form_faults"]) == (3, 2, {"turned": 1})


def test_recording_without_findings_is_analyzed(tmp_path: Path) -> None:
    walk = open_recording(ROOT / "recordings" / "walk.mcap")
    copy_into(tmp_path / "walk.mcap", walk, walk.metadata | {"sensor": "worn in this test"})
    found = session_row(tmp_path / "walk.mcap")
    assert found.kind == "walk"
    assert found.counted > 100


def test_rebuild_adds_new_recordings_and_removes_missing_ones(tmp_path: Path, recordings: Path, store: History) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(recordings, folder)
    (folder / "foreign.mcap").write_bytes(b"no recording")
    (folder / "notes.txt").write_text("not looked at")
    shares: list[float] = []
    first = store.rebuild(folder, shares.append)
    assert (first.added, first.unchanged, first.removed) == (3, 0, 0)
    assert first.errors == ["foreign.mcap is not a levelhips recording"]
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    rows = store.sessions()
    again = store.rebuild(folder)
    assert (again.added, again.unchanged) == (0, 3)
    assert store.sessions() == rows
    (folder / "two.mcap").unlink()
    run(folder / "new.mcap", "2026-03-10T10:00:00+00:00", seed=5)
    third = store.rebuild(folder)
    assert (third.added, third.unchanged, third.removed) == (1, 2, 1)
    assert store.rebuild(folder, reread_all=True).added == 3


def test_a_rebuilt_history_equals_the_lost_one(tmp_path: Path, recordings: Path, store: History) -> None:
    store.rebuild(recordings)
    with History(tmp_path / "other.sqlite") as other:
        other.rebuild(recordings)
        assert other.sessions() == store.sessions()
        assert weeks(other) == weeks(store)


def test_forgetting_sessions_keeps_recordings_and_diary(recordings: Path, store: History) -> None:
    store.rebuild(recordings)
    Diary(store).add_pain(2, "before")
    assert store.forget(recordings / "one.mcap") == 1
    assert len(store.sessions()) == 2
    assert store.forget(None) == 2
    assert not store.rows("SELECT * FROM sides")
    assert not store.rows("SELECT * FROM drills")
    assert (recordings / "one.mcap").exists()
    assert len(Diary(store).pains()) == 1, "the wearer's own words stay"


# ---- the file


def test_file_of_each_older_version_is_migrated_and_keeps_its_rows(tmp_path: Path) -> None:
    pair = {"mean": 3.0, "sd": 0.5}
    drill = {"name": "bridge", "side": "left", "asked": {"sets": 1, "reps": 3, "seconds": None}, "reps": 3, "good": 2, "halves": 0}
    drill |= {"range_deg": pair, "tempo_s": pair, "held_s": 0.0, "mean_deg": None, "sway_deg": None}
    for version in range(1, len(MIGRATIONS)):
        path = tmp_path / f"v{version}.sqlite"
        with sqlite3.connect(path) as old:
            old.executescript(MIGRATIONS[0])
            old.execute(
                "INSERT INTO sessions (file, size, changed_ns, started, kind, duration_s, moving_s, steps, counted, cues, plan, "
                "plan_session, note) VALUES ('x.mcap', 1, 1, '2026-01-01T00:00:00+00:00', 'run', 60, 50, 100, 90, 3, 'retraining', 5, '')"
            )
            old.execute("INSERT INTO sides VALUES ('x.mcap', 'left', 50, 3.0, 0.5, 4.25, 0, NULL, 50, 3.0)")
            old.execute(
                "INSERT INTO drills VALUES ('x.mcap', 'bridge', 'left', 3, 2, 9.0, 3.0, 0, ?)",
                (json.dumps({**drill, "cheats": {"turned": 1}}),),  # lint: names of others
            )
            for migration in MIGRATIONS[1:version]:
                old.executescript(migration)
            old.execute(f"PRAGMA user_version={version}")
        old.close()
        with History(path) as history:
            [row] = history.sessions()
            assert (row.file, row.protocol, row.protocol_session) == ("x.mcap", "retraining", 5)
            assert row.sides["left"].threshold_deg == 4.25
            assert row.drill == {**drill, "form_faults": {"turned": 1}}
            Diary(history).add_pain(1, "morning")
            assert history.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]
            assert history.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]


def test_a_newer_file_and_a_file_that_is_not_a_database_are_refused_and_unchanged(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "later.sqlite") as later:
        later.execute("PRAGMA user_version=99")
    later.close()
    with pytest.raises(RecordingError, match="written by a newer levelhips"):
        History(tmp_path / "later.sqlite")
    (tmp_path / "foreign.sqlite").write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    before = (tmp_path / "foreign.sqlite").read_bytes()
    with pytest.raises(RecordingError, match=r"is damaged \(file is not a database\)"):
        History(tmp_path / "foreign.sqlite")
    assert (tmp_path / "foreign.sqlite").read_bytes() == before


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path, recordings: Path) -> None:
    with History(tmp_path / "h.sqlite") as writer, History(tmp_path / "h.sqlite") as reader:
        with writer._changing():
            writer._put(session_row(recordings / "one.mcap"))
            assert reader.sessions() == []
        assert len(reader.sessions()) == 1


def test_a_locked_file_is_reported_and_the_session_is_not_half_written(tmp_path: Path, recordings: Path) -> None:
    with History(tmp_path / "h.sqlite") as history:
        history._db.execute("PRAGMA busy_timeout=50")
        other = sqlite3.connect(tmp_path / "h.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordingError, match="is in use by another program"):
            history.add(recordings / "one.mcap")
        other.execute("ROLLBACK")
        other.close()
        assert history.sessions() == []
        history.add(recordings / "one.mcap")
        assert len(history.sessions()) == 1


# ---- what counts


def test_simulated_recordings_are_listed_but_not_counted(tmp_path: Path, recordings: Path, store: History) -> None:
    shutil.copy(recordings / "one.mcap", tmp_path)
    run = open_recording(recordings / "one.mcap")
    copy_into(tmp_path / "made.mcap", run, run.metadata | {"sensor": "simulated", "started_utc": "2026-03-04T18:00:00+00:00"})
    store.rebuild(tmp_path)
    assert {Path(row.file).name: row.kind for row in store.sessions()} == {"one.mcap": "run", "made.mcap": SessionKind.SIMULATED}
    assert [week.runs for week in weeks(store)] == [1]
    assert [Path(figure.file).name for figure in store.figures("cadence")] == ["one.mcap"]


@pytest.mark.parametrize("name", ["one", "three"])
def test_a_recovered_copy_counts_only_if_its_original_is_gone(tmp_path: Path, recordings: Path, store: History, name: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    original = folder / f"{name}.mcap"
    original.write_bytes((recordings / f"{name}.mcap").read_bytes()[:-2000])  # cut
    copy = recover(open_recording(original)).path
    store.rebuild(folder)
    kinds = {Path(row.file): row.kind for row in store.sessions()}
    counted = kinds[original.resolve()]
    assert kinds == {original.resolve(): counted, copy.resolve(): SessionKind.COPY}
    assert counted in (SessionKind.RUN, SessionKind.DRILL)
    (week,) = weeks(store)
    assert week.runs + week.drills == 1
    day = store.sessions()[0].day
    assert len(store.drills_on(day)) == week.drills
    key = "rep_range" if name == "three" else "cadence"
    assert [figure.file for figure in store.figures(key)] == [str(original.resolve())]
    original.unlink()
    store.rebuild(folder)
    assert [(row.file, row.kind) for row in store.sessions()] == [(str(copy.resolve()), counted)]
    (week,) = weeks(store)
    assert week.runs + week.drills == 1
    assert len(store.drills_on(day)) == week.drills


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed on Windows")
def test_an_entry_of_the_diary_is_kept_in_utc_wherever_it_is_made(store: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        Diary(store).add_pain(3, "before", at=dt.datetime(2026, 3, 9, 5, 30, tzinfo=dt.timezone(dt.timedelta(hours=9))))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert store.rows("SELECT at FROM pain") == [{"at": "2026-03-08T20:30:00.000+00:00"}]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed on Windows")
def test_days_are_local_in_every_table(tmp_path: Path, store: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Just before midnight UTC it is the next day in Tokyo: the retention table named the day before."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        run(tmp_path / "base.mcap", "2026-03-08T20:00:00+00:00", protocol=ProtocolSettings("baseline"))  # a Sunday
        store.rebuild(tmp_path)
        assert [row.day for row in retention(store)] == [row.day for row in store.sessions()] == [dt.date(2026, 3, 9)]
        assert [week.week for week in weeks(store)] == ["2026-W11"]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_rebuild_computes_rows_of_an_earlier_version_again(tmp_path: Path, recordings: Path, store: History) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy2(recordings / "one.mcap", folder)
    store.rebuild(folder)
    figures = store.figures("contralateral_drop", "left")
    assert len(figures) == 1
    store.change("DELETE FROM figures")
    store.change("UPDATE sessions SET row_version = 0")
    assert store.sessions()[0].kind is SessionKind.RUN, "they are shown until then"
    assert store.rebuild(folder).added == 1
    assert store.figures("contralateral_drop", "left") == figures
    assert store.rebuild(folder).unchanged == 1


# ---- trends


def test_weeks_are_iso_weeks_with_their_own_mean_drops(recordings: Path, store: History) -> None:
    store.rebuild(recordings)
    first, second = weeks(store)
    assert (first.week, first.runs, first.drills, first.good_reps) == ("2026-W10", 1, 1, 2)
    assert second.week == "2026-W11"
    assert first.left_deg - second.left_deg == pytest.approx(1.0, abs=0.5)


def test_pain_of_a_week_is_the_mean_of_its_scores(store: History) -> None:
    for hour, score in ((8, 1), (12, 6), (18, 5)):
        Diary(store).add_pain(score, "before", at=dt.datetime(2026, 3, 4, hour, tzinfo=dt.UTC))
    assert [week.pain for week in weeks(store)] == [4.0]


def test_each_side_has_its_own_threshold(tmp_path: Path) -> None:
    own = replace(Settings(), threshold=ThresholdSettings(mode="fixed", left_deg=3.5, right_deg=2.5))
    made = simulate_gait(RunnerModel(stand_s=4.0, move_s=20.0), SensorModel(rate_hz=100.0), 1)
    record(tmp_path / "a.mcap", made.samples, 100.0, own, "2026-03-02T10:00:00+00:00")
    assert {name: side.threshold_deg for name, side in session_row(tmp_path / "a.mcap").sides.items()} == {"left": 3.5, "right": 2.5}


def test_retention_uses_only_steps_without_feedback(tmp_path: Path, store: History, monkeypatch: pytest.MonkeyPatch) -> None:
    from levelhips.coaching.run_protocol import Block

    short = {
        "baseline": (Block(0.0, 55.0, BlockPurpose.MEASURE),),
        "retraining": (Block(0.0, 20.0, BlockPurpose.RETENTION), Block(20.0, 40.0), Block(40.0, 55.0, BlockPurpose.RETENTION)),
    }
    monkeypatch.setattr("levelhips.coaching.run_protocol.blocks", lambda settings: short[settings.name])
    run(tmp_path / "base.mcap", "2026-03-02T10:00:00+00:00", left=4.0, protocol=ProtocolSettings("baseline"))
    events = run(tmp_path / "fifth.mcap", "2026-03-09T10:00:00+00:00", left=3.0, protocol=ProtocolSettings("retraining", 5), seed=2)
    assert len([event for event in events if isinstance(event, BlockChange)]) == 4
    store.rebuild(tmp_path)
    base, fifth = retention(store)
    assert (base.protocol, fifth.protocol, fifth.session) == ("baseline", "retraining", 5)
    assert fifth.change_deg["left"] == pytest.approx(-1.0, abs=0.5)
    row, base_row = store.sessions()
    assert base_row.sides["left"].with_n == base_row.sides["left"].between_n == 0
    assert row.sides["left"].with_n > 15
    assert row.sides["left"].without_n > 20, "the minute before the beeps"
    assert row.sides["left"].between_n > 15, "the minute after them"
    known = baseline(store)
    assert known is not None
    found = thresholds_from(store, Settings())
    assert found is not None
    assert found["left_deg"] == pytest.approx(known["left"][0] + 0.5 * known["left"][1], abs=0.01)


def test_a_drill_is_compared_with_the_last_session_and_the_other_side(tmp_path: Path, store: History) -> None:
    drill(tmp_path / "a.mcap", "2026-03-02T18:00:00+00:00", Side.RIGHT)
    drill(tmp_path / "b.mcap", "2026-03-03T18:00:00+00:00", Side.LEFT)
    drill(tmp_path / "c.mcap", "2026-03-04T18:00:00+00:00", Side.LEFT)
    assert not [line for line in remembered(store, tmp_path / "a.mcap") if "ast" in line.split(":")[0]]
    assert any(line.startswith("Other side, last time: 2 of 3") for line in remembered(store, tmp_path / "b.mcap"))
    lines = remembered(store, tmp_path / "c.mcap")
    assert any(line.startswith("Last time: 2 of 3") for line in lines)


def test_a_run_much_longer_than_the_longest_of_thirty_days_gets_a_hint(tmp_path: Path, store: History) -> None:
    run(tmp_path / "old.mcap", "2026-01-01T10:00:00+00:00", seconds=90.0)
    run(tmp_path / "short.mcap", "2026-03-02T10:00:00+00:00", seconds=40.0)
    run(tmp_path / "long.mcap", "2026-03-04T10:00:00+00:00", seconds=60.0)
    store.rebuild(tmp_path)
    assert any("longer than your longest run" in line for line in remembered(store, tmp_path / "long.mcap")), "January does not count"
    assert not remembered(store, tmp_path / "short.mcap")


def test_hints_begin_at_their_thresholds() -> None:
    assert load_hint(33, 30) is None
    assert load_hint(34, 30)
    assert load_hint(60, 0) is None, "the first run has nothing to be held against"
    assert pain_hint(2, None) is None
    assert pain_hint(3, None)
    assert pain_hint(2, 3) is None
    assert pain_hint(2, 4)
    assert shoe_hint("x", 639) is None
    assert shoe_hint("x", 640)


# ---- the wearer's own words


def test_pain_scores_shoes_and_distances_are_kept(store: History) -> None:
    diary = Diary(store)
    diary.add_pain(3, "before", at=dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC))
    assert diary.pain_on(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC).astimezone().date(), "before") == 3
    diary.add_shoes("Ghost", 600)
    diary.add_distance(45.5, "Ghost")
    assert diary.shoes() == {"Ghost": 645.5}
    diary.retire_shoes("Ghost")
    assert diary.shoes() == {}
    for wrong in (lambda: diary.add_pain(11, "before"), lambda: diary.add_pain(1, "later"), lambda: diary.add_distance(5, "Nobody's")):
        with pytest.raises(BadInputError):
            wrong()


def test_export_has_sessions_and_quotes_notes_of_the_diary(tmp_path: Path, recordings: Path, store: History) -> None:
    store.rebuild(recordings)
    Diary(store).add_pain(1, "after", "knee; a bit, outside")
    names = {path.name: path.read_text().splitlines() for path in store.export(tmp_path / "out")}
    assert len(names["sessions.csv"]) == 4
    assert names["pain.csv"][1].endswith('after,1,"knee; a bit, outside"')


# ---- the programme


def test_the_days_of_the_programme() -> None:
    plan = Programme(start=DAY, acute_from=DAY + dt.timedelta(days=20))
    assert plan.day_number(DAY) == 1
    assert plan.day_number(DAY + dt.timedelta(days=13)) == 14
    assert plan.day_number(DAY + dt.timedelta(days=14)) is None
    assert plan.kind(DAY) is DayKind.RUN
    assert plan.kind(DAY + dt.timedelta(days=1)) is DayKind.OFF
    week = [plan.kind(DAY + dt.timedelta(days=20 + k)) for k in range(8)]
    assert week[:7] == [DayKind.ACUTE] * 7
    assert week[7] is not DayKind.ACUTE
    for item in plan.today(DAY + dt.timedelta(days=20)):
        assert item.when == "acute"


def test_every_day_of_fourteen_has_the_three_of_the_guides() -> None:
    plan = Programme(start=DAY)
    for k in range(14):
        names = {item.drill for item in plan.today(DAY + dt.timedelta(days=k))}
        assert {"clamshell", "side-lying-abduction", "pelvic-drop"} <= names


def test_done_marks_come_from_real_sessions_and_count_once(tmp_path: Path, store: History) -> None:
    drill(tmp_path / "a.mcap", "2026-03-02T12:00:00+00:00", Side.LEFT, reps=6, sets=1)
    store.rebuild(tmp_path)
    plan = Programme(
        start=DAY, items=(Item("pelvic-drop", "daily", 1, 6), Item("pelvic-drop", "before-run", 1, 6)), run_days=tuple(range(7))
    )
    day = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC).astimezone().date()
    marks = [(todo.item.when, todo.side, todo.done) for todo in todays(plan, store, day)]
    assert marks == [
        ("daily", "left", True),
        ("daily", "right", False),
        ("before-run", "left", False),
        ("before-run", "right", False),
    ]


def test_the_programme_is_edited_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "programme.toml"
    assert load_programme(path) == Programme()
    mine = Programme(start=DAY, items=DEFAULT[:2], run_days=(1, 3), days=21)
    save_programme(mine, path)
    assert load_programme(path) == mine


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("days = 0", "line 1: days is 0; it must be a whole number from 1 to 365"),
        ("days = 14.5", "line 1: days is 14.5; it must be a whole number from 1 to 365"),
        ("# mine\nday = 3", "line 2: day is not known. Did you mean days"),
        ("days = 14\nstart = '2026-11-20'", "line 2: start is '2026-11-20'; it must be a date without quotes or time, such as 2026-11-20"),
        ("start = 2026-11-20T08:00:00", "line 1: start is 2026-11-20 08:00:00; it must be a date without quotes or time"),
        ("acute_from = true", "line 1: acute_from is true; it must be a date"),
        ("run_days = [0, 7]", "line 1: run_days is [0, 7]; it must be weekdays"),
        ("run_days = [true]", "line 1: run_days is [True]; it must be weekdays"),
        ("run_days = 3", "line 1: run_days is 3; it must be weekdays"),
        ("[item]\ndrill = 'clamshell'\nwhen = 'daily'", "line 1: item must be written with two brackets: [[item]]"),
        ("[[item]]\ndrill = 'clamshel'\nwhen = 'daily'", "line 2: drill is 'clamshel', which is not installed; did you mean clamshell"),
        ("[[item]]\ndrill = ['clamshell']\nwhen = 'daily'", "line 2: drill is ['clamshell'], which is not installed"),
        ("[[item]]\ndrill = 'clamshell'\nwhen = 'sometimes'", "line 3: when is 'sometimes'; it must be one of daily, before-run"),
        ("[[item]]\nwhen = 'daily'", "line 1: drill is missing in an [[item]]"),
        ("[[item]]\ndrill = 'clamshell'\nwhen = 'daily'\nsets = 2.5", "line 4: sets is 2.5; it must be a whole number from 1 to 20"),
        (
            "[[item]]\ndrill = 'bridge'\nwhen = 'daily'\nreps = 9\n\n[[item]]\ndrill = 'clamshell'\nwhen = 'daily'\nreps = 0",
            "line 9: reps is 0; it must be a whole number from 1 to 100",
        ),
        ("[[item]]\ndrill = 'clamshell'\nwhen = 'daily'\nsides = ['both']", "line 4: sides is ['both']; it must be"),
        ("[[item]]\ndrill = 'clamshell'\nwhen = 'daily'\nside = 'left'", "line 4: side is not known. Did you mean sides"),
        ("days = ", "is not a TOML file"),
    ],
)
def test_wrong_programme_is_refused_with_file_line_and_key(tmp_path: Path, wrong: str, message: str) -> None:
    path = tmp_path / "programme.toml"
    path.write_text(wrong)
    with pytest.raises(SettingsError) as refused:
        load_programme(path)
    assert str(path) in refused.value.what
    assert message in refused.value.what


def test_change_of_the_programme_keeps_comments_and_items(tmp_path: Path) -> None:
    path = tmp_path / "programme.toml"
    path.write_text("# from my physio\ndays = 21  # three weeks\n\n[[item]]  # mornings\ndrill = 'clamshell'\nwhen = 'daily'\n")
    programme = load_programme(path)
    save_programme(replace(programme, start=DAY), path)
    assert load_programme(path) == replace(programme, start=DAY)
    text = path.read_text()
    assert all(comment in text for comment in ("# from my physio", "# three weeks", "# mornings"))
    save_programme(programme, path)
    assert load_programme(path) == programme
    assert "start" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_reset_of_a_broken_programme_writes_the_default_one(tmp_path: Path) -> None:
    path = tmp_path / "programme.toml"
    path.write_text("days = ")
    save_programme(Programme(), path)
    assert load_programme(path) == Programme()


def test_the_data_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVELHIPS_DATA", str(tmp_path))
    assert programme_path() == tmp_path / "programme.toml"


def test_result_of_a_drill_counts_good_repetitions_and_form_faults(tmp_path: Path) -> None:
    events = drill(tmp_path / "a.mcap", "2026-03-02T18:00:00+00:00")
    whole = DrillResult.of(events)
    assert whole is not None
    assert (len(whole.reps), whole.good, dict(whole.form_faults)) == (3, 2, {"turned": 1})
    assert DrillResult.of([event for event in events if isinstance(event, Rep)]) is None
    assert os.path.getsize(tmp_path / "a.mcap") > 0


def test_the_threshold_of_a_session_is_the_last_one_and_a_start_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [
        ThresholdChange(1.0, 1.0, math.radians(4.0), math.radians(3.0), ThresholdReason.FIXED),
        ThresholdChange(9.0, 9.0, math.radians(4.5), math.radians(3.5), ThresholdReason.COMMAND),
    ]
    module = importlib.import_module("levelhips.history.session_row")  # the package has a function of that name
    rows = module._sides(Statistics(), changes)
    assert (rows["left"].threshold_deg, rows["right"].threshold_deg) == (4.5, 3.5)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert module._started({"started_utc": "2026-03-01T10:00:00"}, 0.0) == "2026-03-01T10:00:00+00:00"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_only_runs_by_a_protocol_with_twenty_steps_a_side_without_beeps_are_in_the_retention_table() -> None:
    def row(started: str, kind: SessionKind, protocol: str, without_n: int) -> SessionRow:
        sides = {side.value: SideRow(side.value, 100, 4.0, 0.5, None, 0, None, without_n, 3.0) for side in Side}
        return SessionRow("x.mcap", 1, 1, started, kind, 60.0, 60.0, 200, 200, 166.0, 0, protocol, 1, None, sides=sides)

    class Rows:
        def sessions(self) -> list[SessionRow]:  # the newest first, as in the history
            return [
                row("2026-03-04T10:00:00+00:00", SessionKind.RUN, "recall", 19),
                row("2026-03-03T10:00:00+00:00", SessionKind.VIRTUAL, "recall", 100),
                row("2026-03-02T10:00:00+00:00", SessionKind.RUN, "", 100),
                row("2026-03-01T10:00:00+00:00", SessionKind.RUN, "baseline", 20),
            ]

    found = retention(Rows())
    assert [(kept.protocol, kept.without_deg) for kept in found] == [("baseline", {"left": 3.0, "right": 3.0})]


@pytest.mark.parametrize(("camber_deg", "said"), [(2.04, "2.0 deg to the left"), (-1.5, "1.5 deg to the right")])
def test_a_pelvis_that_leans_for_minutes_gets_a_hint_with_its_side(store: History, camber_deg: float, said: str) -> None:
    run = SessionRow("x.mcap", 1, 1, "2026-03-01T10:00:00+00:00", SessionKind.RUN, 60.0, 60.0, 200, 200, 166.0, 0, "", 1, camber_deg)
    [hint] = hints(store, run)
    assert said in str(hint)
    assert hints(store, replace(run, kind=SessionKind.VIRTUAL)) == [], "nobody wore the sensor"


def test_impossible_distances_and_unknown_shoes_are_refused_and_change_nothing(store: History) -> None:
    diary = Diary(store)
    diary.add_shoes("Ghost", 10.0)
    for wrong in (
        lambda: diary.add_shoes("Ghost", -1.0),
        lambda: diary.retire_shoes("Nobody's"),
        lambda: diary.add_distance(0.0, "Ghost"),
        lambda: diary.add_distance(500.0, "Ghost"),
        lambda: diary.add_distance(math.nan, "Ghost"),
    ):
        with pytest.raises(BadInputError):
            wrong()
    assert diary.shoes() == {"Ghost": 10.0}
    diary.add_shoes("Ghost", 20.0)
    diary.add_distance(5.5)
    assert diary.shoes() == {"Ghost": 20.0}, "a run without shoes wears out none"


def test_a_session_that_cannot_be_added_to_the_history_is_reported_and_its_recording_stays(tmp_path: Path, recordings: Path) -> None:
    with sqlite3.connect(tmp_path / "later.sqlite") as later:
        later.execute("PRAGMA user_version=99")
    later.close()
    before = (recordings / "one.mcap").read_bytes()
    [line], added = remember([recordings / "one.mcap"], tmp_path / "later.sqlite")
    assert not added
    assert "later.sqlite" in str(line)
    assert (recordings / "one.mcap").read_bytes() == before


@pytest.mark.parametrize("content", [b"a = " + b"[" * 3000 + b"]" * 3000, b"days = 14 # \xff"])
def test_a_programme_that_is_not_text_or_nested_too_deeply_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "programme.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=re.escape(str(path))):
        load_programme(path)


DRILL_VALUES: dict[str, Any] = {
    "name": "clamshell",
    "side": "left",
    "asked": {"sets": 2, "reps": 3, "seconds": None},
    "reps": 5,
    "good": 4,
    "halves": 1,
    "held_s": 0.0,
    "form_faults": {"turned": 2},
    "range_deg": {"mean": 12.34, "sd": 1.26},
    "tempo_s": {"mean": 4.0, "sd": None},
    "mean_deg": None,
    "sway_deg": None,
}
HOLD_VALUES: dict[str, Any] = {
    **DRILL_VALUES, "name": "hold", "asked": {"sets": 1, "reps": 1, "seconds": 30.0}, "reps": 1, "halves": 0, "held_s": 30.0,
    "form_faults": {}, "mean_deg": 1.04, "sway_deg": 0.46,
}  # fmt: skip


def test_a_drill_in_lines() -> None:
    done, figures, faults = drill_lines(DRILL_VALUES)
    assert "5 of 6 repetitions, 4 without a form fault" in done
    assert "12.3 ± 1.3 deg" in figures
    assert "4.0 s" in figures
    assert "± -" not in figures, "one tempo has no spread"
    assert "2 x" in faults
    assert "1 not counted" in faults
    held, sway = drill_lines(HOLD_VALUES)
    assert "held for 30 s" in held
    assert all(value in sway for value in ("1.0 deg", "0.5 deg", "12.3 deg"))
    assert len(drill_lines({**DRILL_VALUES, "reps": 0, "halves": 0, "form_faults": {}})) == 1, "nothing done, nothing measured"


def test_a_drill_is_compared_with_the_other_side_and_the_last_time() -> None:
    assert comparison_lines(None, None) == []
    other, last = comparison_lines(HOLD_VALUES, DRILL_VALUES)
    assert "held for 30 s, mean 1.0, sway 0.5 deg" in other
    assert "4 of 5 without a form fault, range 12.3 ± 1.3 deg, tempo 4.0 s" in last
    [short] = comparison_lines({**HOLD_VALUES, "sway_deg": None}, None)
    assert short.endswith("held for 30 s")
