"""Rows, weeks and retention of a history by value, from recordings whose events are made by hand."""

from __future__ import annotations

import csv
import datetime as dt
import math
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import levelhips
from hand_made import DEG, LEFT, RIGHT, rep, saved, step, stride

from levelhips import BadInputError, Quality, RecordingError, Side
from levelhips.events import (
    BlockChange,
    Cue,
    DrillBegin,
    Event,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Signal,
    SignalKind,
    ThresholdChange,
    ThresholdReason,
)
from levelhips.history import Diary, History, SessionKind, session_row
from levelhips.history.diary import PainRow
from levelhips.history.migrations import MIGRATIONS
from levelhips.history.weekly import baseline, in_words, note_of, retention, weeks

NOON = "2026-03-04T12:00:00+00:00"  # a Wednesday, wherever on earth
RUNNING = ModeChange(0.0, 0.0, Mode.RUNNING)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "data" / "history.sqlite") as store:
        yield store


def cue(at_s: float, side: Side) -> Cue:
    return Cue(at_s, at_s, at_s - 0.1, side, 0.5, 0.09, 0.07)


def run(left: float, right: float, minutes: float = 20.0, steps: int = 70) -> list[Event]:
    """Return a run with `steps` of each side, whose drops are 0.5 deg below and above a mean in turn."""
    drops = [step(k, side, mean + (0.5 if k % 2 else -0.5)) for k in range(steps) for side, mean in ((LEFT, left), (RIGHT, right))]
    return [RUNNING, *drops, ModeChange(60 * minutes, 60 * minutes, Mode.STANDING)]


def clamshells(number: int, seconds: float = math.nan) -> list[Event]:
    begin = DrillBegin(0, 0, "clamshell", "Clamshell", LEFT, None, 2, 12, 30.0, seconds, 0.0, 0.1, "roll", "Open.")
    return [begin, *(rep(k + 1, at_s=5.0 * k) for k in range(number))]


# ---- one session


def test_a_run_in_one_row(tmp_path: Path) -> None:
    events: list[Event] = [
        RUNNING,
        ThresholdChange(1.0, 1.0, 3.25 * DEG, 2.75 * DEG, ThresholdReason.FIXED),
        *(step(at_s, LEFT, drop) for at_s, drop in ((10.0, 2.0), (11.0, 4.0))),
        step(12.0, RIGHT, 3.0),
        step(13.0, RIGHT, 9.0, Quality.LOOSE),
        stride(10.0, LEFT, 170.0),
        stride(11.0, RIGHT, 171.5),
        cue(10.2, LEFT),
        cue(11.2, LEFT),
        Notice(300.0, 300.0, NoticeKind.CAMBER, 1.0),
        Notice(400.0, 400.0, NoticeKind.CAMBER, 1.506),
        Notice(500.0, 500.0, NoticeKind.LOOSE, 9.0),
        ModeChange(600.04, 600.04, Mode.WALKING),
    ]
    path = saved(tmp_path / "a.mcap", "2026-03-04T13:00:00+01:00", *events, settings={"protocol": {"name": "recall", "session": 3}})
    row = session_row(path)
    assert (row.file, row.size, row.changed_ns) == (str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns)
    assert (row.started, row.kind, row.note, row.recovered_from) == (NOON, SessionKind.RUN, "", "")
    assert (row.duration_s, row.moving_s) == (3600.0, 600.0)
    assert (row.steps, row.counted, row.cues) == (4, 3, 2)
    assert row.cadence_spm == pytest.approx(170.8, abs=0.051)  # 170.75
    assert (row.protocol, row.protocol_session) == ("recall", 3)
    assert row.camber_deg == 1.25  # the mean of 1.0 and 1.506, with two digits
    left, right = row.sides["left"], row.sides["right"]
    # 2 and 4 deg: a spread of the root of 2.
    assert (left.side, left.n, left.mean_deg, left.sd_deg, left.threshold_deg) == ("left", 2, 3.0, 1.414, 3.25)
    assert (right.n, right.mean_deg, right.sd_deg, right.threshold_deg) == (1, 3.0, None, 2.75)
    assert (left.with_n, left.with_deg, left.without_n, left.without_deg) == (2, 3.0, 0, None)
    figures = {(one.metric, one.side, one.feedback): (one.n, one.mean, one.sd) for one in row.figures}
    assert figures["contralateral_drop", "left", "all"] == figures["contralateral_drop", "left", "with"] == (2, 3.0, 1.4142)
    assert figures["contralateral_drop", "both", "all"] == (3, 3.0, 1.0)
    assert figures["cadence", "both", "all"] == (2, 170.75, 1.061)  # 1.5 / sqrt(2)
    assert ("cadence", "left", "all") not in figures
    assert ("contralateral_drop", "left", "without") not in figures


def test_steps_with_without_and_of_unknown_feedback_have_rows_of_their_own(tmp_path: Path) -> None:
    events: list[Event] = [
        BlockChange(0.0, 0.0, 1, 2, False, False, False, 20.0),
        step(5.0, LEFT, 2.0),
        BlockChange(20.0, 20.0, 2, 2, False, True, False, 60.0),
        step(25.0, LEFT, 4.0),
        Signal(30.0, 30.0, SignalKind.PAUSED),
        step(35.0, LEFT, 9.0),
    ]
    row = session_row(saved(tmp_path / "a.mcap", NOON, *events))
    left = row.sides["left"]
    assert (left.n, left.mean_deg, left.with_n, left.with_deg, left.without_n, left.without_deg) == (3, 5.0, 1, 4.0, 1, 2.0)
    means = {one.feedback: one.mean for one in row.figures if (one.metric, one.side) == ("contralateral_drop", "left")}
    assert means == {"all": 5.0, "with": 4.0, "without": 2.0, "unknown": 9.0}


def test_the_kind_of_a_session(tmp_path: Path) -> None:
    walk = [step(k, LEFT, 2.0, mode=Mode.WALKING) for k in range(3)]
    kinds = {
        "walk": session_row(saved(tmp_path / "a.mcap", NOON, *walk)),
        "run": session_row(saved(tmp_path / "b.mcap", NOON, *walk, step(9.0))),
        "drill": session_row(saved(tmp_path / "c.mcap", NOON, *clamshells(2), step(9.0))),
        "virtual": session_row(saved(tmp_path / "d.mcap", NOON, step(9.0), virtual="run.mcap")),
        "simulated": session_row(saved(tmp_path / "e.mcap", NOON, step(9.0), sensor="simulated")),
    }
    assert {name: row.kind.value for name, row in kinds.items()} == {name: name for name in kinds}
    assert kinds["drill"].sides == {}
    assert (kinds["run"].steps, kinds["walk"].steps) == (1, 3), "walking steps are not those of a run"
    assert (kinds["run"].protocol, kinds["run"].protocol_session) == ("", 1)
    assert kinds["drill"].drill is not None
    for name in ("virtual", "simulated"):
        assert (kinds[name].steps, kinds[name].figures, kinds[name].note) == (0, (), name), "nobody's figures are not the wearer's"


# ---- weeks


def test_weeks_with_runs_drills_and_pain(tmp_path: Path, history: History) -> None:
    sessions = {
        "a": (NOON, run(4.0, 2.0, minutes=20.0)),
        "b": ("2026-03-06T12:00:00+00:00", run(3.0, 2.5, minutes=10.5)),
        "c": ("2026-03-05T12:00:00+00:00", clamshells(7)),
        "d": ("2026-03-11T12:00:00+00:00", run(3.0, 3.0)),
    }
    for name, (started, events) in sessions.items():
        history.add(saved(tmp_path / f"{name}.mcap", started, *events))
    history.add(saved(tmp_path / "v.mcap", NOON, *run(9.0, 9.0), virtual="x.mcap"))
    for score, day in ((2, 18), (5, 19)):
        Diary(history).add_pain(score, "morning", at=dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC))
    first, second, third = weeks(history)
    assert (first.week, first.runs, first.minutes, first.drills, first.good_reps, first.pain) == ("2026-W10", 2, 30.5, 1, 7, None)
    # Means of 4 and 3 deg, and of 2 and 2.5 deg: spreads of 1 and 0.5 over the root of 2. With sound: the mean of all four.
    assert (first.left_deg, first.left_sd_deg, first.right_deg, first.right_sd_deg) == (3.5, 0.707, 2.25, 0.354)
    assert (first.with_feedback_deg, first.without_feedback_deg) == (2.875, None)
    assert (second.week, second.runs, second.left_deg, second.left_sd_deg) == ("2026-W11", 1, 3.0, None)
    assert (third.week, third.runs, third.minutes, third.left_deg, third.pain) == ("2026-W12", 0, 0.0, None, 3.5)


def test_the_baseline_is_the_last_one_with_sixty_steps_a_side(tmp_path: Path, history: History) -> None:
    protocol = {"protocol": {"name": "baseline"}}
    assert baseline(history) is None
    history.add(saved(tmp_path / "a.mcap", "2026-03-02T12:00:00+00:00", *run(4.0, 2.0), settings=protocol))
    history.add(saved(tmp_path / "b.mcap", "2026-03-03T12:00:00+00:00", *run(5.0, 3.0, steps=60), settings=protocol))
    history.add(saved(tmp_path / "c.mcap", "2026-03-04T12:00:00+00:00", *run(6.0, 4.0, steps=59), settings=protocol))
    history.add(saved(tmp_path / "d.mcap", "2026-03-05T12:00:00+00:00", *run(7.0, 5.0)))
    # 30 values 0.5 below and 30 above the mean: 0.5 sqrt(60 / 59) = 0.504.
    assert baseline(history) == {"left": (5.0, 0.504), "right": (3.0, 0.504)}


def test_retention_is_the_change_without_sound_since_the_last_baseline(tmp_path: Path, history: History) -> None:
    silent = BlockChange(0.0, 0.0, 1, 1, False, False, False, 3600.0)
    for day, (name, left) in enumerate((("retraining", 5.0), ("baseline", 4.0), ("retraining", 3.0)), start=2):
        settings = {"protocol": {"name": name, "session": day}}
        history.add(saved(tmp_path / f"{day}.mcap", f"2026-03-0{day}T12:00:00+00:00", silent, *run(left, 2.0), settings=settings))
    first, base, last = retention(history)
    assert (first.protocol, first.session, first.without_deg, first.change_deg) == ("retraining", 2, {"left": 5.0, "right": 2.0}, {})
    assert (base.protocol, base.change_deg) == ("baseline", {"left": 0.0, "right": 0.0})
    assert (last.session, last.change_deg) == (4, {"left": -1.0, "right": 0.0})
    assert math.copysign(1, last.change_deg["right"]) == 1, "no negative zero"


def test_sessions_in_a_few_words(tmp_path: Path, history: History) -> None:
    protocol = {"protocol": {"name": "recall", "session": 3}}
    rows = {
        "run": history.add(saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0))),
        "run, recall 3": history.add(saved(tmp_path / "b.mcap", NOON, *run(4.0, 2.0), settings=protocol)),
        "Clamshell, left hip: 7 of 7 without a form fault": history.add(saved(tmp_path / "c.mcap", NOON, *clamshells(7))),
        "Clamshell, left hip: held for 2 s": history.add(saved(tmp_path / "d.mcap", NOON, *clamshells(2, seconds=30.0))),
        "virtual sensor": history.add(saved(tmp_path / "e.mcap", NOON, *run(4.0, 2.0), settings=protocol, virtual="x.mcap")),
        "simulated": history.add(saved(tmp_path / "f.mcap", NOON, *run(4.0, 2.0), sensor="simulated")),
    }
    assert [in_words(row) for row in rows.values()] == list(rows)
    assert [note_of(row) for row in rows.values()] == [""] * len(rows)


@pytest.mark.usefixtures("german")
def test_drills_and_run_protocols_in_the_history_have_their_titles_in_the_language(tmp_path: Path, history: History) -> None:
    """Bug: the German history had "clamshell, links" and "Lauf, walk-run 2"."""
    protocol = {"protocol": {"name": "walk-run", "session": 2}}
    ran = history.add(saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0), settings=protocol))
    drilled = history.add(saved(tmp_path / "b.mcap", NOON, *clamshells(7)))
    assert [in_words(row) for row in (ran, drilled)] == ["Lauf, Gehen und Laufen 2", "Muschel, linke Hüfte: 7 von 7 ohne Ausführungsfehler"]
    unknown = replace(drilled, drill={**(drilled.drill or {}), "name": "of-a-package-that-is-gone"})
    assert in_words(unknown).startswith("of-a-package-that-is-gone, linke Hüfte")


@pytest.mark.parametrize(("note", "words"), [("damaged", "damaged or not closed"), ("Cut off.", "Cut off.")])
def test_a_note_is_written_in_words_and_one_of_an_older_version_stays_as_it_is(
    note: str, words: str, tmp_path: Path, history: History
) -> None:
    row = history.add(saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0)))
    assert note_of(replace(row, note=note)) == words


def test_a_virtual_or_simulated_session_is_not_named_twice(tmp_path: Path, history: History) -> None:
    """Bug: the history listed "simulated" as the session, and "simulated" again as the note on it."""
    for metadata in ({"virtual": "x.mcap"}, {"sensor": "simulated"}):
        row = history.add(saved(tmp_path / f"{len(history.sessions())}.mcap", NOON, *run(4.0, 2.0), **metadata))
        assert row.note, "the note stays in the database and in exported tables"
        assert note_of(row) == ""


# ---- the store


def test_sessions_come_newest_first_and_as_they_were_added(tmp_path: Path, history: History) -> None:
    rows = [
        history.add(saved(tmp_path / f"{day}.mcap", f"2026-03-0{day}T12:00:00+00:00", *events))
        for day, events in ((2, run(4.0, 2.0)), (4, clamshells(3)), (3, run(3.0, 2.0)))
    ]
    found = history.sessions()
    assert [Path(row.file).stem for row in found] == ["4", "3", "2"]
    assert [Path(row.file).stem for row in history.sessions(last=2)] == ["4", "3"]
    assert (found[2].sides, found[2].moving_s, found[2].kind) == (rows[0].sides, 1200.0, SessionKind.RUN)
    assert found[0].drill == rows[1].drill
    drops = history.figures("contralateral_drop", "left")
    assert [(one.started[:10], one.n, one.mean) for one in drops] == [("2026-03-02", 70, 4.0), ("2026-03-03", 70, 3.0)]
    assert history.figures("contralateral_drop", "left", "without") == []
    assert history.forget(tmp_path / "2.mcap") == 1
    assert history.forget(tmp_path / "2.mcap") == 0
    assert [one.mean for one in history.figures("contralateral_drop", "left")] == [3.0], "its figures go with it"
    assert history.forget(None) == 2
    assert history.sessions() == []


def test_the_longest_run_is_of_the_thirty_days_before_a_moment(tmp_path: Path, history: History) -> None:
    for name, started, minutes in (
        ("a", "2026-02-02T11:59:59+00:00", 50.0), ("b", "2026-02-02T12:00:00+00:00", 40.0),
        ("c", "2026-03-01T12:00:00+00:00", 20.0), ("d", NOON, 55.0),
    ):  # fmt: skip
        history.add(saved(tmp_path / f"{name}.mcap", started, *run(4.0, 2.0, minutes=minutes)))
    assert history.longest_min(NOON) == pytest.approx(40.0)
    assert history.longest_min(NOON, days=7) == pytest.approx(20.0)
    assert history.longest_min("2026-01-01T00:00:00+00:00") == 0.0


def test_a_rebuild_names_a_link_to_a_recording_that_is_gone_and_reads_the_others(tmp_path: Path, history: History) -> None:
    """Bug: a link to a disk that is not connected ended the rebuild with a traceback."""
    (tmp_path / "a_link.mcap").symlink_to(tmp_path / "nowhere" / "gone.mcap")
    saved(tmp_path / "b.mcap", NOON, *run(4.0, 2.0))
    done = history.rebuild(tmp_path)
    assert (done.added, done.unchanged, done.removed) == (1, 0, 0)
    [error] = done.errors
    assert error == f"{tmp_path / 'nowhere' / 'gone.mcap'} cannot be read (No such file or directory)"


def test_a_rebuild_counts_new_known_gone_and_unreadable_files(tmp_path: Path, history: History) -> None:
    folder = tmp_path / "recordings"
    (folder / "sub").mkdir(parents=True)
    first = saved(folder / "a.mcap", NOON, *run(4.0, 2.0))
    saved(folder / "sub" / "b.mcap", NOON, *clamshells(2))
    (folder / "c.mcap").write_bytes(b"not a recording")
    shares: list[float] = []
    done = history.rebuild(folder, shares.append)
    assert (done.added, done.unchanged, done.removed, len(done.errors)) == (2, 0, 0, 1)
    assert "c.mcap" in done.errors[0]
    assert shares == pytest.approx([1 / 3, 2 / 3, 1.0])
    (folder / "c.mcap").unlink()
    first.unlink()
    again = history.rebuild(folder)
    assert (again.added, again.unchanged, again.removed, again.errors) == (0, 1, 1, [])
    assert history.rebuild(folder, reread_all=True).added == 1
    with pytest.raises(RecordingError, match="missing"):
        history.rebuild(tmp_path / "missing")


def test_a_recording_that_was_moved_counts_once(tmp_path: Path, history: History) -> None:
    """Bug: the row at its old place stayed, in another folder than that of the rebuild, and the weeks counted the run twice."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
    old = saved(before / "a.mcap", NOON, *run(4.0, 2.0))
    other_size = saved(before / "b.mcap", NOON, *run(4.0, 2.0, steps=60))
    other_start = saved(before / "c.mcap", "2026-03-04T12:00:01+00:00", *run(4.0, 2.0))
    assert old.stat().st_size == other_start.stat().st_size != other_size.stat().st_size
    history.rebuild(before)
    new = shutil.move(old, after / "renamed.mcap")
    for file in (other_size, other_start):
        file.unlink()  # their disk may only be unplugged: their rows stay until their own folder is rebuilt
    done = history.rebuild(after)
    assert (done.added, done.removed) == (1, 1)
    assert {Path(row.file) for row in history.sessions()} == {new, other_size, other_start}
    assert [week.runs for week in weeks(history)] == [3]


def test_a_moved_recording_of_which_an_earlier_version_kept_both_rows_counts_once(tmp_path: Path, history: History) -> None:
    (tmp_path / "here").mkdir()
    old = saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0))
    copy = shutil.copy(old, tmp_path / "here" / "a.mcap")
    for file in (old, copy):
        history.add(file)
    assert history.rebuild(tmp_path / "here").removed == 0, "both files are there"
    old.unlink()
    done = history.rebuild(tmp_path / "here")
    assert (done.unchanged, done.removed) == (1, 1)
    assert [row.file for row in history.sessions()] == [str(copy)]


def test_runs_and_drills_of_a_local_day(tmp_path: Path, history: History) -> None:
    history.add(saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0)))
    history.add(saved(tmp_path / "b.mcap", "2026-03-05T12:00:00+00:00", *clamshells(5)))
    days = [dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC).astimezone().date() for day in (4, 5)]
    assert [history.ran_on(day) for day in days] == [True, False]
    assert [history.drills_on(day) for day in days] == [[], [("clamshell", "left", 5)]]


def test_the_tables_of_the_export_have_every_row(tmp_path: Path, history: History) -> None:
    history.add(saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0)))
    Diary(history).add_shoes("Ghost", 12.5)
    Diary(history).add_distance(5.0, "Ghost", at=dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC))
    written = {path.stem: path.read_text(encoding="utf-8") for path in history.export(tmp_path / "out" / "deep")}
    tables = {name: list(csv.DictReader(text.splitlines())) for name, text in written.items()}
    assert list(tables) == ["sessions", "sides", "drills", "figures", "faults", "pain", "shoes", "distances"]
    assert [(row["side"], row["n"], row["mean_deg"]) for row in tables["sides"]] == [("left", "70", "4.0"), ("right", "70", "2.0")]
    assert tables["shoes"] == [{"name": "Ghost", "first_km": "12.5", "retired": "0"}]
    assert tables["distances"] == [{"at": "2026-03-04T12:00:00.000+00:00", "km": "5.0", "shoe": "Ghost", "file": ""}]
    assert tables["drills"] == []


# ---- the diary


def test_short_distances_and_retired_shoes(history: History) -> None:
    diary = Diary(history)
    for name in ("Ghost", "Kayano"):
        diary.add_shoes(name, 10.0)
    diary.add_distance(0.5, "Ghost", at=dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC))
    diary.add_distance(499.5, "Kayano", at=dt.datetime(2026, 3, 4, 13, tzinfo=dt.UTC))
    assert diary.shoes() == {"Ghost": 10.5, "Kayano": 509.5}
    diary.retire_shoes("Kayano")
    assert diary.shoes() == {"Ghost": 10.5}
    with pytest.raises(BadInputError, match="Kayano"):
        diary.add_distance(5.0, "Kayano")


def test_pain_is_kept_in_utc_and_the_last_score_of_a_day_counts(history: History) -> None:
    diary, tokyo = Diary(history), dt.timezone(dt.timedelta(hours=9))
    diary.add_pain(0, "before", "fine", at=dt.datetime(2026, 3, 4, 20, 30, tzinfo=tokyo))
    diary.add_pain(10, "before", at=dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC))
    diary.add_pain(4, "morning", at=dt.datetime(2026, 3, 4, 11, tzinfo=dt.UTC))
    assert diary.pains() == [
        PainRow("2026-03-04T12:00:00.000+00:00", "before", 10, ""),
        PainRow("2026-03-04T11:30:00.000+00:00", "before", 0, "fine"),
        PainRow("2026-03-04T11:00:00.000+00:00", "morning", 4, ""),
    ]
    day = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC).astimezone().date()
    assert [diary.pain_on(day, moment) for moment in ("before", "morning", "after")] == [10, 4, None]
    assert diary.pain_on(day + dt.timedelta(days=1), "before") is None
    for wrong in (-1, 11):
        with pytest.raises(BadInputError, match=str(wrong)):
            diary.add_pain(wrong, "before")
    with pytest.raises(BadInputError, match="noon"):
        diary.add_pain(1, "noon")
    assert len(diary.pains()) == 3


def test_two_entries_in_the_same_millisecond_are_both_kept(history: History) -> None:
    """The time was the primary key of both tables, and the second entry replaced the first."""
    diary, now = Diary(history), dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    diary.add_pain(3, "before", at=now)
    diary.add_pain(6, "after", "knee", at=now)
    diary.add_pain(5, "after", at=now)
    at = "2026-03-04T12:00:00.000+00:00"
    assert diary.pains() == [PainRow(at, "after", 5, ""), PainRow(at, "after", 6, "knee"), PainRow(at, "before", 3, "")]
    assert diary.pain_on(now.astimezone().date(), "after") == 5, "the score that was entered last"
    diary.add_shoes("Ghost")
    diary.add_distance(5.0, "Ghost", at=now)
    diary.add_distance(2.5, "Ghost", at=now)
    assert diary.shoes() == {"Ghost": 7.5}


def test_diary_of_an_older_file_is_kept_and_takes_two_entries_in_a_millisecond(tmp_path: Path) -> None:
    path, at = tmp_path / "old.sqlite", "2026-03-04T12:00:00.000+00:00"
    with sqlite3.connect(path) as old:
        for migration in MIGRATIONS[:4]:
            old.executescript(migration)
        old.execute("PRAGMA user_version=4")
        old.execute("INSERT INTO shoes VALUES ('Ghost', 100.0, 0)")
        old.execute("INSERT INTO pain VALUES (?, 'before', 3, 'knee')", (at,))
        old.execute("INSERT INTO pain VALUES ('2026-03-05T06:00:00.000+00:00', 'morning', 0, '')")
        old.execute("INSERT INTO distances VALUES (?, 5.5, 'Ghost', 'run.mcap')", (at,))
        old.execute("INSERT INTO distances VALUES ('2026-03-05T12:00:00.000+00:00', 2.25, NULL, NULL)")
    old.close()
    for _ in range(2):  # the second time, the file has the new tables already
        with History(path) as history:
            assert Diary(history).pains()[-2:] == [
                PainRow("2026-03-05T06:00:00.000+00:00", "morning", 0, ""),
                PainRow(at, "before", 3, "knee"),
            ]
            assert history.rows("SELECT * FROM distances WHERE at < '2026-04'") == [
                {"at": at, "km": 5.5, "shoe": "Ghost", "file": "run.mcap"},
                {"at": "2026-03-05T12:00:00.000+00:00", "km": 2.25, "shoe": None, "file": None},
            ]
            for _ in range(2):
                Diary(history).add_pain(4, "after", at=dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC))
                Diary(history).add_distance(1.0, "Ghost", at=dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC))
    with History(path) as history:
        assert [row.score for row in Diary(history).pains()] == [4, 4, 4, 4, 0, 3]
        assert Diary(history).shoes() == {"Ghost": 109.5}
        for statement in ("INSERT INTO pain VALUES ('x', 'after', 11, '')", "INSERT INTO distances VALUES ('x', 0.0, NULL, NULL)"):
            with pytest.raises(RecordingError, match="CHECK"):
                history.change(statement)
        with pytest.raises(RecordingError, match="FOREIGN KEY"):
            history.change("INSERT INTO distances VALUES ('x', 1.0, 'unknown', NULL)")


def test_file_that_another_program_migrates_in_the_same_moment_is_opened(tmp_path: Path) -> None:
    """The version was read before the transaction, so the later of two programs created its tables a second time."""

    class Later(History):
        def _changing(self) -> AbstractContextManager[None]:
            History(self.path).close()  # the other program is faster: it migrates the file just before this transaction
            return super()._changing()

    with Later(tmp_path / "history.sqlite") as history:
        assert history.sessions() == []
        assert history.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]


def test_retired_shoes_that_are_added_again_are_in_use_again(history: History) -> None:
    diary = Diary(history)
    diary.add_shoes("Ghost", 10.0)
    diary.add_distance(5.0, "Ghost")
    diary.retire_shoes("Ghost")
    diary.add_shoes("Ghost", 20.0)
    assert diary.shoes() == {"Ghost": 25.0}
    diary.add_distance(5.0, "Ghost")
    assert diary.shoes() == {"Ghost": 30.0}


@pytest.mark.parametrize("km", [math.nan, math.inf, -0.5])
def test_impossible_distance_of_added_shoes_is_refused_as_such(history: History, km: float) -> None:
    """NaN reached the database, which was then reported as unusable."""
    with pytest.raises(BadInputError):
        Diary(history).add_shoes("Ghost", km)
    assert Diary(history).shoes() == {}


def test_history_that_can_no_longer_be_read_is_named_by_each_of_its_methods(tmp_path: Path) -> None:
    """A rebuild and the export ended in an error of SQLite."""
    history = History(tmp_path / "history.sqlite")
    history.close()
    for use in (
        lambda: history.rebuild(tmp_path),
        lambda: history.export(tmp_path / "out"),
        lambda: history.forget(None),
        lambda: Diary(history).add_shoes("Ghost"),
        lambda: Diary(history).shoes(),
    ):
        with pytest.raises(RecordingError, match=r"history\.sqlite"):
            use()


def test_eight_recordings_are_read_in_processes_and_added_like_one(tmp_path: Path, history: History) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for day in range(1, 8):
        saved(folder / f"{day}.mcap", f"2026-03-0{day}T12:00:00+00:00", *run(4.0 + day, 2.0))
    (folder / "8.mcap").write_bytes(b"not a recording")
    shares: list[float] = []
    done = history.rebuild(folder, shares.append)
    assert (done.added, len(done.errors)) == (7, 1)
    assert "8.mcap" in done.errors[0]
    assert [row.sides["left"].mean_deg for row in history.sessions()] == [11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0]
    assert shares == pytest.approx([number / 8 for number in range(1, 9)])


# ---- recovered copies


def kinds(history: History) -> dict[str, SessionKind]:
    return {Path(row.file).name: row.kind for row in history.sessions()}


def test_a_copy_is_known_by_its_start_after_its_original_was_renamed(tmp_path: Path, history: History) -> None:
    history.add(saved(tmp_path / "renamed.mcap", NOON, *run(2.0, 2.0)))
    history.add(saved(tmp_path / "copy.mcap", NOON, *run(2.0, 2.0), recovered_from="gone.mcap"))
    assert kinds(history) == {"renamed.mcap": SessionKind.RUN, "copy.mcap": SessionKind.COPY}


def test_a_copy_is_known_by_the_name_of_its_original_if_that_has_lost_its_start(tmp_path: Path, history: History) -> None:
    original = saved(tmp_path / "original.mcap", "", *run(2.0, 2.0))  # the start is then the time of the file
    history.add(original)
    history.add(saved(tmp_path / "copy.mcap", NOON, *run(2.0, 2.0), recovered_from="original.mcap"))
    assert kinds(history) == {"original.mcap": SessionKind.RUN, "copy.mcap": SessionKind.COPY}


def test_a_copy_counts_beside_a_session_that_has_neither_its_start_nor_the_name_of_its_original(tmp_path: Path, history: History) -> None:
    history.add(saved(tmp_path / "other.mcap", "2026-03-05T12:00:00+00:00", *run(2.0, 2.0)))
    history.add(saved(tmp_path / "copy.mcap", NOON, *run(2.0, 2.0), recovered_from="gone.mcap"))
    assert kinds(history) == {"other.mcap": SessionKind.RUN, "copy.mcap": SessionKind.RUN}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("sessions", "started", "yesterday"),
        ("sessions", "started", "0001-01-01T00:00:00+14:00"),
        ("sessions", "kind", "x"),
        ("sessions", "duration_s", "long"),
        ("sessions", "note", b"\xff"),
        ("sides", "mean_deg", "[/]"),
        ("drills", "values_json", "{"),
        ("drills", "values_json", "[1]"),
        ("drills", "values_json", '{"a": 1}'),
    ],
)
def test_a_value_that_we_cannot_have_written_is_reported(tmp_path: Path, history: History, table: str, column: str, value: object) -> None:
    """Bug: it ended every command that shows the history in a traceback. SQLite has no checksums."""
    history.add(saved(tmp_path / "a.mcap", NOON, *run(4.0, 2.0)))
    history.add(saved(tmp_path / "b.mcap", NOON, *clamshells(2)))
    assert len(history.sessions()) == 2
    a, b = str((tmp_path / "a.mcap").resolve()), str((tmp_path / "b.mcap").resolve())
    file, other = (b, a) if table == "drills" else (a, b)
    history.change(f"UPDATE {table} SET {column} = ? WHERE file = ?", (value, file))
    assert [row.file for row in history.sessions()] == [other]
    [damaged] = history.damaged
    assert damaged.code == "history-row-damaged"
    assert file in str(damaged)
    assert "levelhips history forget" in str(damaged)
    history.forget(Path(file))
    assert history.rebuild(tmp_path).added == 1
    assert len(history.sessions()) == 2
    assert not history.damaged


def test_a_pain_score_that_was_saved_is_said_to_be_although_the_diary_is_damaged(tmp_path: Path) -> None:
    """Bug: the error named only the damage, and the score was entered again."""
    with History(tmp_path / "history.sqlite") as history:
        history.change("INSERT INTO pain VALUES ('yesterday', 'after', 3, '')")
    said = levelhips("diary", "pain", "4", "before", home=tmp_path, code=1).text
    assert "The pain score is saved; do not enter it again." in said
    with sqlite3.connect(tmp_path / "history.sqlite") as db:
        assert [score for (score,) in db.execute("SELECT score FROM pain")] == [3, 4]
