"""The programme by value: which items on which day, what is marked as done, what hints say and which thresholds follow."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hand_made import LEFT, RIGHT, rep, saved, step

from levelhips import Settings, SettingsError, Side
from levelhips.bounds import FieldError
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import DrillBegin, Event, Mode, ModeChange, Notice, NoticeKind
from levelhips.history import Diary, History, SessionKind, SessionRow
from levelhips.programme.hints import hints, load_hint, pain_hint, shoe_hint
from levelhips.programme.programme import NOTES, DayKind, Item, Programme
from levelhips.programme.remember import remember, remembered, thresholds_from
from levelhips.programme.store import load_programme, save_programme
from levelhips.programme.thresholds import own_thresholds
from levelhips.programme.today import todays
from levelhips.settings import Source
from levelhips.settings.installed import drills
from levelhips.text import text

MONDAY = dt.date(2026, 3, 2)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "data" / "history.sqlite") as store:
        yield store


def clamshells(side: Side, number: int, name: str = "clamshell") -> list[Event]:
    begin = DrillBegin(0, 0, name, "Clamshell", side, None, 2, 12, 30.0, math.nan, 0.0, 0.1, "roll", "Open.")
    return [begin, *(rep(k + 1, at_s=5.0 * k, side=side) for k in range(number))]


def run(minutes: float, left: float = 3.0, right: float = 3.0, steps: int = 70) -> list[Event]:
    """Return a run with `steps` of each side, whose drops are 0.5 deg below and above a mean in turn."""
    drops = [step(k, side, mean + (0.5 if k % 2 else -0.5)) for k in range(steps) for side, mean in ((LEFT, left), (RIGHT, right))]
    return [ModeChange(0.0, 0.0, Mode.RUNNING), *drops, ModeChange(60 * minutes, 60 * minutes, Mode.STANDING)]


# ---- days


def test_the_kind_of_a_day_follows_the_weekday_and_the_acute_week() -> None:
    programme = Programme(start=MONDAY)
    week = [MONDAY + dt.timedelta(days=k) for k in range(7)]
    run_day, off = DayKind.RUN, DayKind.OFF
    assert [programme.kind(day) for day in week] == [run_day, off, run_day, off, run_day, off, run_day]
    acute = replace(programme, acute_from=MONDAY)
    assert acute.kind(MONDAY - dt.timedelta(days=1)) is DayKind.RUN, "the Sunday before"
    assert {acute.kind(day) for day in week} == {DayKind.ACUTE}
    assert acute.kind(MONDAY + dt.timedelta(days=7)) is DayKind.RUN


def test_four_days_a_week_have_a_run_and_only_sunday_and_monday_follow_each_other() -> None:
    fortnight = [MONDAY + dt.timedelta(days=k) for k in range(14)]
    runs = [day for day in fortnight if Programme(start=MONDAY).kind(day) is DayKind.RUN]
    assert len(runs) == 8, "as many as the retraining has sessions in two weeks"
    pairs = [(one.weekday(), other.weekday()) for one, other in pairwise(runs) if (other - one).days == 1]
    assert pairs == [(6, 0)]


def test_days_are_numbered_from_one_to_the_last() -> None:
    programme = Programme(start=MONDAY, days=3)
    assert [programme.day_number(MONDAY + dt.timedelta(days=k)) for k in (-1, 0, 1, 2, 3)] == [None, 1, 2, 3, None]
    assert Programme().day_number(MONDAY) is None


@pytest.mark.parametrize(
    ("day", "reason"),
    [(-1, "The programme begins on 2026-03-02"), (3, "The programme ended on 2026-03-04"), (400, "The programme ended on 2026-03-04")],
)
def test_day_outside_of_the_programme_has_a_reason(day: int, reason: str) -> None:
    """Bug: after its last day, the programme was described as not started."""
    assert str(Programme(start=MONDAY, days=3).outside(MONDAY + dt.timedelta(days=day))) == reason


def test_programme_that_was_not_started_says_so() -> None:
    assert str(Programme().outside(MONDAY)) == "You have not started the programme"


def test_each_kind_of_day_has_its_items_in_their_order() -> None:
    items = tuple(Item(f"drill-{when}", when) for when in ("acute", "off", "after-run", "daily", "before-run"))
    programme = Programme(start=MONDAY, items=items)

    def names(day: dt.date, programme: Programme = programme) -> list[str]:
        return [item.drill.removeprefix("drill-") for item in programme.today(day)]

    assert names(MONDAY) == ["after-run", "daily", "before-run"]
    assert names(MONDAY + dt.timedelta(days=1)) == ["off", "daily"]
    assert names(MONDAY, replace(programme, acute_from=MONDAY)) == ["acute"]


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("days", 1, True), ("days", 365, True), ("days", 0, False), ("days", 366, False), ("days", 14.0, False),
        ("run_days", (0, 6), True), ("run_days", (), True), ("run_days", (7,), False), ("run_days", (-1,), False),
        ("run_days", (True,), False), ("run_days", "0", False),
        ("start", MONDAY, True), ("start", dt.datetime(2026, 3, 2, 8), False), ("start", "2026-03-02", False),
        ("acute_from", MONDAY, True), ("acute_from", dt.datetime(2026, 3, 2), False),
    ],
)  # fmt: skip
def test_values_of_a_programme_have_bounds(field: str, value: Any, good: bool) -> None:
    if good:
        assert getattr(Programme(**{field: value}), field) == value
        return
    with pytest.raises(FieldError) as error:
        Programme(**{field: value})
    assert error.value.name == field


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({"sets": 1}, True), ({"sets": 20}, True), ({"sets": 0}, False), ({"sets": 21}, False),
        ({"reps": 1}, True), ({"reps": 100}, True), ({"reps": 0}, False), ({"reps": 101}, False),
        ({"sides": ("right",)}, True), ({"sides": ("right", "left")}, True), ({"sides": ("left", "left")}, False), ({"sides": ()}, False),
        ({"when": "acute"}, True), ({"when": "sometimes"}, False),
    ],
)  # fmt: skip
def test_values_of_an_item_have_bounds(changes: dict[str, Any], good: bool) -> None:
    values: dict[str, Any] = {"drill": "clamshell", "when": "daily", **changes}
    if good:
        Item(**values)
        return
    with pytest.raises(FieldError) as error:
        Item(**values)
    assert error.value.name == next(iter(changes))


def test_an_item_of_a_file_that_names_only_drill_and_time_has_two_sets_of_twelve_on_both_sides(tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text('[[item]]\ndrill = "clamshell"\nwhen = "daily"\n')
    programme = load_programme(tmp_path / "programme.toml")
    assert programme.items == (Item("clamshell", "daily", 2, 12, ("left", "right")),)
    assert (programme.days, programme.run_days, programme.start, programme.acute_from) == (14, (0, 2, 4, 6), None, None)


def test_the_whole_file_is_written_as_people_would_write_it(tmp_path: Path) -> None:
    mine = Programme(MONDAY, (Item("clamshell", "off", 1, 8, ("right",)),), (1, 3), MONDAY + dt.timedelta(days=2), 21)
    save_programme(mine, tmp_path / "programme.toml")
    head, *lines = (tmp_path / "programme.toml").read_text(encoding="utf-8").splitlines()
    assert head.startswith("# ")
    assert lines == [
        "days = 21", "run_days = [1, 3]  # Monday is 0", "start = 2026-03-02", "acute_from = 2026-03-04", "",
        "[[item]]", 'drill = "clamshell"', 'when = "off"', "sets = 1", "reps = 8", 'sides = ["right"]',
    ]  # fmt: skip
    assert load_programme(tmp_path / "programme.toml") == mine


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("days = 14\nrun_days = [9]\n", 2, "run_days"),
        ("days = 14\n\ndayz = 3\n", 3, "dayz"),
        ('[[item]]\ndrill = "clamshell"\nwhen = "daily"\n\n[[item]]\nwhen = "off"\n', 5, "drill"),
        ('sets = 3\n[[item]]\ndrill = "clamshell"\nwhen = "daily"\nsets = 99\n', 1, "sets"),
        ('[[item]]\ndrill = "clamshell"\nwhen = "daily"\n[[item]]\ndrill = "clamshel"\nwhen = "off"\n', 5, "drill"),
        ('[item]\ndrill = "clamshell"\n', 1, "item"),
    ],
)
def test_an_error_in_the_file_names_line_and_key(tmp_path: Path, text: str, line: int, key: str) -> None:
    path = tmp_path / "programme.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_programme(path)
    assert f"line {line}" in error.value.what
    assert key in error.value.what


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[[item]]\ndrill = "clamshel"\nwhen = "daily"\n', "did you mean clamshell"),
        ('[[item]]\ndrill = "zzz"\nwhen = "daily"\n', "which is not installed; there are "),
        ("dayz = 3\n", "Did you mean days"),
        ("zzz = 3\n", "is not known. There are item, start, run_days, acute_from, days"),
        ("days = = 3\n", "is not a TOML file"),
        ("a = " + "[\n" * 3000 + "]" * 900, "is nested too deeply"),
    ],
)
def test_an_error_in_the_file_explains_what_is_allowed(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "programme.toml"
    path.write_text(content)
    with pytest.raises(SettingsError) as error:
        load_programme(path)
    assert said in error.value.what + error.value.fix
    assert "programme.toml" in error.value.what


def test_the_default_programme_has_drills_of_ours_and_each_kind_of_day_something_to_do() -> None:
    programme = Programme(start=MONDAY)
    assert all(item.drill in drills() for item in programme.items)
    assert {item.when for item in programme.items} == {"daily", "before-run", "after-run", "off", "acute"}
    # Before a run, one set warms up; in an acute week nothing has more than a set of twelve on a side, or two holds.
    assert all(item.sets == 1 for item in programme.items if item.when == "before-run")
    assert all(item.sets * item.reps <= 12 for item in programme.items if item.when == "acute")
    assert all(item.sides == ("left", "right") for item in programme.items), "both hips, always"


def test_notes_have_a_title_a_text_and_their_guides() -> None:
    assert all(str(note.title) and str(note.text).endswith(".") for note in NOTES)
    assert len({str(note.title) for note in NOTES}) == len(NOTES)
    assert {note.guides for note in NOTES} == {(), ("A",), ("A", "B", "C")}
    assert NOTES[0].guides == (), "when to stop is our own advice"


# ---- today


@pytest.mark.parametrize(("repetitions", "done"), [(9, False), (10, True), (12, True)])
def test_an_item_is_done_from_eighty_percent_of_its_repetitions(tmp_path: Path, history: History, repetitions: int, done: bool) -> None:
    """Four fifths of 12 are 9.6: 9 are too few."""
    history.add(saved(tmp_path / "a.mcap", "2026-03-02T12:00:00+00:00", *clamshells(LEFT, repetitions)))
    day = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC).astimezone().date()
    programme = Programme(items=(Item("clamshell", "daily", 1, 12),))
    assert [(todo.side, todo.done) for todo in todays(programme, history, day)] == [("left", done), ("right", False)]
    assert not any(todo.done for todo in todays(programme, history, day + dt.timedelta(days=1)))


def test_repetitions_of_a_day_are_added_up_and_each_counts_for_one_item(tmp_path: Path, history: History) -> None:
    for name, number in (("a", 12), ("b", 13)):
        history.add(saved(tmp_path / f"{name}.mcap", "2026-03-02T12:00:00+00:00", *clamshells(LEFT, number)))
    history.add(saved(tmp_path / "c.mcap", "2026-03-02T12:00:00+00:00", *clamshells(LEFT, 30, "bridge")))
    day = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC).astimezone().date()
    items = tuple(Item("clamshell", "daily", sets, 6, ("left",)) for sets in (2, 2, 1))  # 12, 12 and 6 of 25
    assert [todo.done for todo in todays(Programme(items=items), history, day)] == [True, True, False]


# ---- hints


def test_hints_are_given_from_their_limits_on_and_in_whole_sentences() -> None:
    # 36 min are 20 % more than 30.
    assert str(load_hint(36.0, 30.0)) == (
        "36 min is 20 % longer than your longest run of the last 30 days (30 min). "
        "A single run that is much longer raises the risk of injury; stay within 10 %."
    )
    assert load_hint(33.0, 30.0) is None
    assert load_hint(33.1, 30.0) is not None
    assert load_hint(33.0, 0.0) is None
    rose = "Your pain rose during the run. Skip the next run; if the pain stays, ask a professional."
    assert str(pain_hint(1, 3)) == str(pain_hint(0, 9)) == rose
    before = "Pain of 4 before the run: better not run today. Holds and exercises without load are fine if they do not hurt."
    assert str(pain_hint(4, None)) == before
    assert [pain_hint(*scores) for scores in ((1, 2), (4, 4), (2, None), (None, 9), (None, None))] == [None] * 5
    assert str(shoe_hint("Ghost", 651.4)) == "Ghost: 651 km. Most shoes are replaced around 640 km."
    assert shoe_hint("Ghost", 639.9) is None
    assert shoe_hint("Ghost", 640.0) is not None
    assert pain_hint(3, None) is not None


def test_hints_after_a_run_come_from_the_diary_and_the_weeks_before(tmp_path: Path, history: History) -> None:
    history.add(saved(tmp_path / "a.mcap", "2026-03-02T12:00:00+00:00", *run(20.0)))
    camber = [Notice(at_s, at_s, NoticeKind.CAMBER, value) for at_s, value in ((300.0, -1.0), (600.0, -2.0))]
    path = saved(tmp_path / "b.mcap", "2026-03-04T12:00:00+00:00", *run(30.0), *camber)
    Diary(history).add_shoes("Ghost", 700.0)
    now = dt.datetime.now(dt.UTC)
    Diary(history).add_pain(3, "before", at=now)
    Diary(history).add_pain(6, "after", at=now + dt.timedelta(milliseconds=5))
    said = remembered(history, path)
    assert [line.split(".")[0] for line in said] == [
        "30 min is 50 % longer than your longest run of the last 30 days (20 min)",
        "Your pain rose during the run",
        "Ghost: 700 km",
        "The pelvis leaned 1",  # 1.5 deg: the mean of the two
    ]
    assert "1.5 deg to the right for minutes" in said[3]
    assert remember([path], history.path) == (said, True), "adding it again changes nothing"


def test_a_session_without_findings_or_of_a_walk_has_no_hints(history: History) -> None:
    Diary(history).add_shoes("Ghost", 700.0)
    row = SessionRow("x", 1, 1, "2026-03-01T10:00:00+00:00", SessionKind.WALK, 60.0, 60.0, 9, 9, 110.0, 0, "", 1, 2.0)
    assert hints(history, row) == []
    assert [str(hint)[:5] for hint in hints(history, replace(row, kind=SessionKind.RUN))] == ["Ghost", "The p"]


def test_a_drill_is_compared_with_the_other_side_and_the_last_time_before_it(tmp_path: Path, history: History) -> None:
    sessions = {
        "right": ("2026-03-01T12:00:00+00:00", clamshells(RIGHT, 2)),
        "first": ("2026-03-02T12:00:00+00:00", clamshells(LEFT, 3)),
        "bridge": ("2026-03-02T13:00:00+00:00", clamshells(LEFT, 9, "bridge")),
        "second": ("2026-03-03T12:00:00+00:00", clamshells(LEFT, 4)),
        "later": ("2026-03-04T12:00:00+00:00", clamshells(LEFT, 5)),
    }
    paths = {name: saved(tmp_path / f"{name}.mcap", started, *events) for name, (started, events) in sessions.items()}
    for path in paths.values():
        history.add(path)
    figures = "range 20.0 ± 0.0 deg, tempo 4.0 ± 0.0 s"
    assert remembered(history, paths["second"]) == [
        f"Other side, last time: 2 of 2 without a form fault, {figures}",
        f"Last time: 3 of 3 without a form fault, {figures}",
    ]
    assert remembered(history, paths["right"]) == []


# ---- thresholds


def baseline_run(folder: Path, name: str = "baseline", **changes: Any) -> Path:
    return saved(folder / f"{name}.mcap", "2026-03-02T12:00:00+00:00", *run(20.0, **changes), settings={"protocol": {"name": "baseline"}})


def test_thresholds_follow_from_the_last_baseline_run_by_side(tmp_path: Path, history: History) -> None:
    assert thresholds_from(history, Settings()) is None
    history.add(baseline_run(tmp_path, left=4.0, right=2.0))
    # 35 values 0.5 below the mean and 35 above: a spread of 0.5 sqrt(70 / 69) = 0.504. Half of it is added to the mean.
    assert thresholds_from(history, Settings()) == {"mode": "fixed", "left_deg": 4.25, "right_deg": 2.25}
    whole = replace(Settings(), threshold=ThresholdSettings(baseline_sd=1.0))
    assert thresholds_from(history, whole) == {"mode": "fixed", "left_deg": 4.5, "right_deg": 2.5}


def test_a_threshold_is_never_below_what_the_sensor_can_measure(tmp_path: Path, history: History) -> None:
    history.add(baseline_run(tmp_path, left=-1.0, right=3.0))
    found = thresholds_from(history, Settings())
    assert found is not None
    assert (found["left_deg"], found["right_deg"]) == (0.2, 3.25)


def test_a_baseline_of_fewer_than_sixty_steps_a_side_is_not_used(tmp_path: Path, history: History) -> None:
    history.add(baseline_run(tmp_path, "short", steps=59))
    assert thresholds_from(history, Settings()) is None
    history.add(baseline_run(tmp_path, steps=60))
    assert thresholds_from(history, Settings()) is not None


def test_a_live_run_has_the_thresholds_of_the_baseline_and_a_drill_none(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    layer, notes = own_thresholds(path)(Settings())
    assert (layer.source, dict(layer.values), notes) == (Source.DEFAULT, {"threshold.mode": "auto"}, ())
    assert layer.origin("threshold.mode").endswith(str(text("programme.no-baseline-yet")))
    assert not path.exists(), "asking makes no history"
    with History(path) as history:
        assert own_thresholds(path)(Settings())[0].values == {"threshold.mode": "auto"}
        history.add(baseline_run(tmp_path, left=4.0, right=2.0))
    layer, notes = own_thresholds(path)(Settings())
    assert layer.source is Source.BASELINE
    assert dict(layer.values) == {"threshold.mode": "fixed", "threshold.left_deg": 4.25, "threshold.right_deg": 2.25}
    assert notes == ()
    drill = Settings.from_dict({"drill": {"name": "clamshell"}})
    assert dict(own_thresholds(path)(drill)[0].values) == {}
    path.write_bytes(b"not a database" * 100)
    layer, notes = own_thresholds(path)(Settings())
    assert layer.values == {"threshold.mode": "auto"}
    assert len(notes) == 1
    assert "history.sqlite" in str(notes[0])
