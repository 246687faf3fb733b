"""Words of the window: the card of a side, a pause, today's exercises, and the settings with what they mean."""

from __future__ import annotations

import datetime as dt
import html
import math
import os
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("PySide6", reason="the screen needs the extra 'app' (make test installs it)")
try:
    from PySide6 import QtGui
except ImportError as error:  # a library of the system is missing
    pytest.skip(f"Qt cannot be loaded here ({error})", allow_module_level=True)

import pyqtgraph as pg
from hand_made import LEFT, RIGHT
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from test_freshness import DRILL, STEPS, Run, session_of

from levelhips import Update
from levelhips.events import Cue, HealthChange, HealthReason, HealthState, LinkState, Part, PartHealth, Quality, Side, Signal, SignalKind
from levelhips.history import History
from levelhips.live.health import HealthMonitor
from levelhips.live.session_statistics import SessionStatistics
from levelhips.live.snapshot import Snapshot
from levelhips.programme.programme import Item, Programme
from levelhips.sensors.source import LinkStatus
from levelhips.settings import Settings, load_settings
from levelhips.settings.model import SPECS, help_of
from levelhips.text import choice
from levelhips.ui import theme
from levelhips.ui.app import application
from levelhips.ui.end_of_session import final_lines, lines_after
from levelhips.ui.pages.drill import DrillPage
from levelhips.ui.pages.history import HistoryPage
from levelhips.ui.pages.live import LivePage
from levelhips.ui.review.page import ReviewPage
from levelhips.ui.review.summary import _run_line
from levelhips.ui.widgets.axes import DateAxis
from levelhips.ui.widgets.card import Card
from levelhips.ui.widgets.dialogs import RecordingsDialog
from levelhips.ui.widgets.settings_dialog import SettingsDialog
from levelhips.words import HEALTH_FAULTS

HOURS_S = 6 * 3600  # key of the level of ticks of pyqtgraph that names weekdays; that of infinity names months
STREAMING = LinkStatus(LinkState.STREAMING)


@pytest.fixture(scope="session")
def qapp_cls():
    application()
    return QApplication


def snapshot(drop_deg: float, threshold_deg: float) -> Snapshot:
    return Snapshot(drop_deg=dict.fromkeys(Side, drop_deg), threshold_deg=dict.fromkeys(Side, threshold_deg), zeroed=True, steps=30)


@pytest.mark.parametrize(
    ("drop_deg", "threshold_deg", "word"),
    [
        (math.nan, math.inf, "waiting"),
        (math.nan, 4.0, "waiting"),
        (3.0, math.inf, "measuring"),
        (3.0, 4.0, "level ✓"),
        (4.0, 4.0, "level ✓"),
        (4.1, 4.0, "too far ▲"),
    ],
)
def test_drop_is_level_only_when_there_is_a_threshold(qtbot, drop_deg, threshold_deg, word):
    """Bug: "level ✓" was shown while the threshold was still being learned, whatever the drop."""
    card = Card(Side.LEFT)
    qtbot.addWidget(card)
    card.show_snapshot(snapshot(drop_deg, threshold_deg), flash=False)
    assert card._word == word
    assert card.over == (word == "too far ▲")


@pytest.fixture
def german():
    choice.choose("de")
    yield
    choice.choose(None)


@pytest.mark.usefixtures("german")
def test_angles_on_a_card_have_the_decimal_mark_of_the_language(qtbot):
    card = Card(Side.LEFT)
    qtbot.addWidget(card)
    card.show_snapshot(replace(snapshot(5.25, 4.0), sd_deg=dict.fromkeys(Side, 0.31)), flash=False)
    assert card._value == "5,2°"
    assert card._under.startswith("± 0,3°")


@pytest.mark.usefixtures("german")
def test_todays_exercises_have_the_title_of_the_drill_in_the_language(tmp_path):
    programme = Programme(start=dt.date(2026, 11, 25), items=(Item("clamshell", "daily", reps=12, sides=("left",)),))
    with History(tmp_path / "history.db") as history:
        lines = HistoryPage._day_list(programme, history, dt.date(2026, 11, 25))
    assert "täglich: Muschel, linke Hüfte" in lines


def plots(qtbot, tmp_path):
    """Every plot of the window."""
    page, live, history = ReviewPage(tmp_path), LivePage(), HistoryPage(tmp_path / "history.sqlite")
    for widget in (page, live, history):
        qtbot.addWidget(widget)
    return [plot for widget in (page, live, history) for plot in widget.findChildren(pg.PlotWidget)]


@pytest.mark.usefixtures("german")
def test_numbers_on_every_axis_have_the_decimal_mark_of_the_language(qtbot, tmp_path):
    found = plots(qtbot, tmp_path)
    assert len(found) == 9
    axes = [plot.getAxis(name) for plot in found for name in ("left", "bottom")]
    numbers = [axis for axis in axes if not isinstance(axis, pg.DateAxisItem)]
    assert len(numbers) == len(axes) - 1
    for axis in numbers:
        assert axis.tickStrings([-0.5, 0.0, 1.25], 1.0, 0.01) == ["-0,50", "0", "1,25"]


@pytest.mark.parametrize(
    ("code", "level", "form", "expected"),
    [
        ("en", math.inf, "%b", ["Mar", "Oct"]),
        ("de", math.inf, "%b", ["Mär", "Okt"]),
        ("en", HOURS_S, "%a %d", ["Sun 01", "Thu 01"]),
        ("de", HOURS_S, "%a %d", ["So 01", "Do 01"]),
    ],
)
def test_dates_on_the_axis_of_the_trend_have_the_names_of_the_language(qtbot, code, level, form, expected):
    """Bug: months and weekdays were English in every language."""
    choice.choose(code)
    try:
        axis = DateAxis(utcOffset=0)
        axis.zoomLevel = axis.zoomLevels[level]
        [spacing] = [spec.spacing for spec in axis.zoomLevel.tickSpecs if spec.format == form]
        moments = [dt.datetime(2026, month, 1, tzinfo=dt.UTC).timestamp() for month in (3, 10)]
        assert axis.tickStrings(moments, 1.0, spacing) == expected
    finally:
        choice.choose(None)


@pytest.mark.usefixtures("german")
def test_size_of_a_recording_in_the_list_has_the_decimal_mark_of_the_language(qtbot, tmp_path):
    (tmp_path / "run.mcap").write_bytes(bytes(1_500_000))
    dialog = RecordingsDialog(None, tmp_path)
    qtbot.addWidget(dialog)
    assert dialog.list.item(0).text().endswith("run.mcap   1,5 MB")


def test_pause_takes_precedence_over_other_messages(qtbot):
    page = LivePage()
    qtbot.addWidget(page)
    running = replace(snapshot(3.0, 4.0), quality=Quality.TURNING, message="Standing zero set")
    assert page._message(running, STREAMING) == "Bend: steps count on the straight"
    assert page._message(replace(running, paused=True), STREAMING) == "Paused: no beeps. Press Space to continue."
    page._asked_to_end = True
    assert page._message(replace(running, paused=True), STREAMING) == "Press Q again to end the session"


def test_todays_exercises_have_the_title_of_the_drill_and_the_hip(tmp_path):
    programme = Programme(
        start=dt.date(2026, 11, 25), items=(Item("side-leg-hold", "daily", reps=1, sides=("left",)), Item("gone", "daily"))
    )
    with History(tmp_path / "history.sqlite") as history:
        lines = HistoryPage._day_list(programme, history, dt.date(2026, 11, 26)).splitlines()
    assert lines[0] == "Day 2 of 14: rest day: no run, exercises below"
    assert lines[2:] == [
        "○  daily: Isometric side leg raise, left hip, 2 x 1",
        "○  daily: gone, left hip, 2 x 12",
        "○  daily: gone, right hip, 2 x 12",
    ]


def test_summary_of_a_run_names_the_legs_in_words():
    spread = {"mean": 4.26, "sd": 0.55}
    summary = {
        "steps": {"counted": 90, "all": 100},
        "contralateral_drop_deg": {"left": spread, "right": None},
        "drift_deg_per_10_min": {"left": {"slope": 2.04, "standard_error": 0.31}, "right": None},
        "asymmetry_deg": {"right_minus_left": None, "uncertainty": None},
        "cadence_spm": {"mean": 166.4},
        "cues": {"all": 12},
    }
    line = "90 of 100 steps count   left leg 4.3° (SD 0.6, change +2.0 ± 0.3 per 10 min)   166 steps/min   beeps: 12"
    assert _run_line(summary) == line.replace("0.6,", f"{0.55:.1f},")


# ---- settings


@pytest.fixture
def dialog(qtbot, tmp_path):
    made = SettingsDialog(None, Settings.from_dict({"threshold": {"left_deg": 3.5}}), tmp_path / "settings.toml")
    qtbot.addWidget(made)
    made.show()
    return made


def test_each_setting_shows_its_meaning_its_range_and_where_its_value_comes_from(dialog):
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    for key, spec in SPECS.items():
        if key.startswith("drill."):  # chosen on the page of the drills
            continue
        (text,) = [text for text in texts if f">{key}  ·" in text]
        assert help_of(key)[1:] in text
        assert (html.escape(str(spec.accepts)) in text) == (spec.kind is not bool)
        assert ("yours; default: 4.0" if key == "threshold.left_deg" else "·  default<") in text


def test_language_is_chosen_from_a_list_and_applies_at_the_next_start(dialog):
    field = dialog.fields["display", "language"]
    assert isinstance(field, QComboBox)
    assert [field.itemText(row) for row in range(field.count())] == ["as the computer", "English", "Deutsch"]
    field.setCurrentIndex(2)
    dialog.keep()
    assert dialog._path.read_text() == '[display]\nlanguage = "de"\n'
    assert load_settings(dialog._path).display.language == "de"
    assert any("a new language, when levelhips is started again" in label.text() for label in dialog.findChildren(QLabel))


def test_switches_and_choices_are_saved_as_values(dialog):
    dialog.fields["motion", "align"].setCurrentIndex(1)
    dialog.fields["cues", "when"].setCurrentText("k-of-n")
    dialog.fields["cues", "k"].setText("2")
    dialog.keep()
    assert load_settings(dialog._path).motion.align is False
    assert (load_settings(dialog._path).cues.when, load_settings(dialog._path).cues.k) == ("k-of-n", 2)
    assert dialog._path.read_text().count("=") == 3, "only what was changed"


def test_text_in_a_field_for_a_number_is_reported_and_nothing_is_saved(dialog):
    dialog.fields["cues", "k"].setText("three")
    dialog.keep()
    assert "cues.k" in dialog.problem.text()
    assert not dialog._path.exists()


# ---- figures that are too old


def bright(widget) -> int:
    """Return how many pixels of a widget have the color of numbers that are true now."""
    picture = widget.grab().toImage()
    text = QtGui.QColor(theme.TEXT).rgb()
    return sum(picture.pixel(x, y) == text for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3))


def test_the_window_shows_dashes_and_for_how_long(qtbot):
    page, run = LivePage(), Run()
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.session = session_of(run)
    page.refresh()
    assert [(card._value, card._word, card.missing) for card in page.cards.values()] == [
        ("3.0°", "level ✓", False),
        ("2.0°", "level ✓", False),
    ]
    assert page.cadence.text().startswith("170")
    assert all(bright(card) > 50 for card in page.cards.values())
    run.clock.now_s += 4.4
    page.refresh()
    assert [(card._value, card._word, card.missing) for card in page.cards.values()] == 2 * [("–", "no data for 4 s", True)]
    assert not any(bright(card) for card in page.cards.values()), "a number that is not true now is not bright"
    assert page.cards[LEFT].accessibleDescription() == "– no data for 4 s"
    assert page.cards[LEFT]._under == "left leg on the ground: right side drops"
    assert (page.cadence.text(), page.small.text()) == ("no data for 4 s", "")
    assert page.bars._missing == {LEFT, RIGHT}
    t_s, _ = page.trace._curve.getData()
    assert t_s[-1] == pytest.approx(-4.4, abs=0.02), "the line moves out of the plot"


def test_a_card_that_flashes_when_the_samples_stop_does_not_stay_lit(qtbot):
    page = LivePage()
    qtbot.addWidget(page)
    run = Run(9.0, *STEPS, Cue(9.0, 9.0, 8.9, LEFT, 0.5, 0.09, 0.07))
    page.session = session_of(run)
    page.refresh()
    assert page.cards[LEFT]._flash
    run.clock.now_s += 2.0
    page.refresh()
    assert not page.cards[LEFT]._flash


def test_the_window_shows_a_drill_without_samples_as_such(qtbot):
    page, run = DrillPage(), Run(9.0, DRILL)
    qtbot.addWidget(page)
    page.session = session_of(run)
    page.refresh()
    assert "no data" not in page.prompt.text()
    assert math.isfinite(page.arc._lead_deg)
    run.clock.now_s += 3.0
    page.refresh()
    assert page.prompt.text() == "no data for 3 s"
    assert math.isnan(page.arc._lead_deg)
    assert page.arc._missing


# ---- faults


def fault(part: Part, reason: HealthReason) -> Update:
    return Update(events=(HealthChange(9.0, 9.0, part, HealthState.FAULT, reason),))


NOT_RECORDING = fault(Part.RECORDING, HealthReason.CANNOT_WRITE)


def test_a_fault_is_shown_although_the_runner_has_paused_or_pressed_a_key(qtbot):
    page, run = LivePage(), Run(9.0, *STEPS, Signal(9.0, 9.0, SignalKind.PAUSED))
    qtbot.addWidget(page)
    page.session = session_of(run)
    page.refresh()
    page._say("Mark 1 at 0:09")
    page.refresh()
    assert page.message.text() == "Mark 1 at 0:09"
    run.state.put(NOT_RECORDING)
    page.refresh()
    assert page.message.text() == "Not recording: the disk is full or gone. The beeps continue."
    page._say("Mark 2 at 0:09")
    page.refresh()
    assert page.message.text() == "Mark 2 at 0:09", "a fault that was shown before"


def test_a_fault_is_shown_although_the_sensor_is_gone(qtbot):
    page, run = LivePage(), Run()
    qtbot.addWidget(page)
    page.session = session_of(run)
    page.session.link = LinkStatus(LinkState.RECONNECTING)
    run.state.put(NOT_RECORDING)
    page.refresh()
    assert page.message.text().endswith(" Not recording: the disk is full or gone. The beeps continue.")
    assert page.message.text().startswith("reconnecting")


def test_a_drill_shows_the_fault_of_each_part_in_place_of_the_keys(qtbot):
    page, run = DrillPage(), Run(9.0, DRILL)
    qtbot.addWidget(page)
    page.session = session_of(run)
    page.refresh()
    keys = page.hint.text()
    assert "pause" in keys
    for part, reason in (
        (Part.SOUND, HealthReason.NO_DEVICE),
        (Part.RECORDING, HealthReason.DISK_STALLED),
        (Part.ENGINE, HealthReason.ENGINE_ERROR),
    ):
        run.state.put(fault(part, reason))
        page.refresh()
        assert page.hint.text().count(HEALTH_FAULTS[reason]) == 1
        run.state.put(Update(events=(HealthChange(9.0, 9.0, part, HealthState.OK, lasted_s=1.0),)))
        page.refresh()
        assert page.hint.text() == keys


def test_the_window_says_after_a_session_which_parts_failed():
    health = HealthMonitor()
    health.changes({Part.SENSOR: PartHealth(HealthState.FAULT)}, 10.0, 0.0)
    health.changes({Part.SENSOR: PartHealth(HealthState.OK)}, 13.0, 0.0)
    session = SimpleNamespace(health=health, statistics=SessionStatistics(samples=1000))
    done = threading.Event()
    done.set()
    ending = SimpleNamespace(hints=["Added."], trouble="", done=done)
    assert lines_after(ending, session) == ["sensor: failed once, for 3 s", "Added."]
    assert final_lines(ending, session) == ["sensor: failed once, for 3 s", "Added."]
    assert lines_after(ending, None) == ["Added."]
    session.statistics.samples = 0
    assert lines_after(ending, session) == ["Added."], "a sensor that was never reached has its own sentence"
