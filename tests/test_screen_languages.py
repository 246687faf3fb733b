"""Every page and dialog of the window in each language, and in one 40 % longer than English: no text is cut off."""

from __future__ import annotations

import math
import os
import shutil
from functools import partial

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("PySide6", reason="the screen needs the extra 'app' (make test installs it)")
pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
try:
    from PySide6 import QtGui  # noqa: F401
except ImportError as error:  # a library of the system is missing
    pytest.skip(f"Qt cannot be loaded here ({error})", allow_module_level=True)

from clipping import Longer as LongerCatalog
from clipping import clipped, longer
from conftest import ROOT
from live_harness import run_of
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from levelhips import Settings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import LinkState, Phase, Side
from levelhips.live.drill_snapshot import DrillSnapshot
from levelhips.live.snapshot import Bar, Snapshot
from levelhips.sensors.profile import profiles
from levelhips.settings.installed import drills
from levelhips.simulation.peripheral import virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.text import catalog, tr
from levelhips.text.choice import LANGUAGES, choose, load
from levelhips.ui.app import application
from levelhips.ui.widgets.dialogs import RecordingsDialog
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.settings_dialog import SettingsDialog
from levelhips.ui.window import Window

SIZES = [(800, 480), (1280, 800), (1920, 1080)]  # a small display, and those of `make screenshots`
SMALL = SIZES[0]
HISTORY = ROOT / "tests" / "data" / "formats" / "v0.1" / "history.sqlite"
SETTINGS = Settings(threshold=ThresholdSettings(left_deg=3.4, right_deg=3.4))


@pytest.fixture(scope="session")
def qapp_cls():
    application()
    return QApplication


@pytest.fixture(params=[*LANGUAGES, "longer"])
def language(request):
    """Every sentence in a language, or 40 % longer than in English."""
    if request.param == "longer":
        choose("en")
        catalog.set_loader(lambda: LongerCatalog(load()))
    else:
        choose(request.param)
    yield request.param
    catalog.set_loader(load)
    choose(None)


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def window(request, qtbot, tmp_path, language):
    if request.param == SMALL and language == "longer":
        pytest.skip("so small a window has room for the languages that there are")
    made = Window(SETTINGS, tmp_path / "recordings", search=NobodyInRange, history_file=tmp_path / "history.sqlite")
    qtbot.addWidget(made)
    made.resize(*request.param)
    made.show()
    return made


class NobodyInRange:
    """A search that has not found a sensor yet."""

    trouble = None

    def __init__(self) -> None:
        self.heard = {}

    def stop(self) -> None: ...


def assert_nothing_is_clipped(window) -> None:
    QApplication.processEvents()
    QApplication.processEvents()
    assert clipped(window) == []


def test_no_text_is_clipped_on_the_start_page_and_the_list_of_sensors(window):
    assert_nothing_is_clipped(window)
    window.choose_sensor()
    assert_nothing_is_clipped(window)
    for row in range(window.connect_page.protocol.count()):
        window.connect_page.protocol.setCurrentIndex(row)
        assert_nothing_is_clipped(window)


def test_no_text_is_clipped_in_the_choice_of_drills(window):
    window._show(window.choice)
    for side in Side:
        window.choice.choose_side(side)
        for row in range(window.choice.list.count()):
            window.choice.list.setCurrentRow(row)
            assert_nothing_is_clipped(window)


def test_no_text_is_clipped_in_the_history(window):
    shutil.copy(HISTORY, window._history_file)
    window.show_history()
    assert window.history.table.rowCount() == 5, "two runs by run protocols, a drill, and virtual sensors"
    for tab in range(window.history.tabs.count()):
        window.history.tabs.setCurrentIndex(tab)
        assert_nothing_is_clipped(window)


def test_no_text_is_clipped_in_a_run_with_a_target_cadence(window):
    """A long run with everything that the line at the top can show."""
    page = window.live
    window._show(page)
    sides = {Side.LEFT: 5.2, Side.RIGHT: 2.8}
    snapshot = Snapshot(
        now_s=3725.0, drop_deg=sides, threshold_deg={Side.LEFT: 3.4, Side.RIGHT: math.inf}, cadence_spm=166.0, target_spm=178.0,
        bars=tuple(Bar(side, 3.0, over=True, good=True) for side in Side), rotation_deg=12.0, tilt_deg=-5.0,
        sd_deg=sides, since_start_deg=sides,
        zeroed=True, steps=900, paused=True,
    )  # fmt: skip
    for card in page.cards.values():
        card.show_snapshot(snapshot, flash=False)
    page.bars.show_snapshot(snapshot)
    page._show_head(snapshot)
    for state in (tr("ui.recording"), tr("ui.not-recording")):
        words = [
            tr("ui.paused"),
            state,
            tr("ui.battery", percent=100),
            tr(f"link-state.{LinkState.RECONNECTING.value}"),
            tr("sound-state.muted"),
        ]
        page._fit_head("    ".join(words))
        assert_nothing_is_clipped(window)


def test_no_text_is_clipped_in_a_drill_and_its_result(window):
    page = window.drill
    window._show(page)
    page.result.hide()
    for drill in drills().values():
        begun = DrillSnapshot(
            drill.title, Side.LEFT, drill.instruction_for(Side.LEFT), None, 5.0, 20.0, drill.dose.sets, drill.dose.reps, 30.0, 30.0,
            phase=Phase.WORK, range_deg=12.0, tempo_s=2.5,
        )  # fmt: skip
        page._show_drill(Snapshot(drill=begun, now_s=1.0), begun, streaming=True)
        page.state.setText("    ".join([tr("link-state.reconnecting"), tr("sound-state.muted")]))
        assert_nothing_is_clipped(window)
    page.show_result([tr("ui.drill-last", range=12.0, tempo=2.5)] * 6)
    assert_nothing_is_clipped(window)


def test_no_text_is_clipped_in_the_review_of_a_run(window, qtbot):
    source = partial(virtual_source, run_of(20.0), profiles()["levelhips"])
    window.begin(source, new_loop=lambda: SimulatedTimeLoop(math.inf))
    qtbot.waitUntil(lambda: window.review.analysis is not None, timeout=60_000)
    for tab in range(window.review.tabs.count()):
        window.review.tabs.setCurrentIndex(tab)
        assert_nothing_is_clipped(window)


def test_no_text_is_clipped_in_dialogs_and_banner(window, qtbot, tmp_path):
    window.banner.say(tr("notice.slipped"))
    assert_nothing_is_clipped(window)
    for dialog in (SettingsDialog(None, Settings(), tmp_path / "settings.toml"), RecordingsDialog(window, tmp_path)):
        qtbot.addWidget(dialog)
        dialog.show()
        assert_nothing_is_clipped(dialog)


# ---- the tools themselves


def test_longer_texts_keep_their_fields_lines_and_markup():
    assert longer("key", "Stand still: {left:.0f}").startswith("Stand still: {left:.0f} größ")
    assert len(longer("key", "x" * 100)) == 140
    assert longer("key", "one two\nthree").count("\n") == 1
    assert longer("number.decimal-mark", ".") == "."
    assert longer("key", "{name} &nbsp;") == "{name} &nbsp;", "nothing to read in it"
    assert longer("unknown", "unknown") == "unknown"


def test_clipped_texts_are_found(qtbot):
    label, button = QLabel("much too long for this label"), QPushButton("much too long for this button")
    for widget in (label, button):
        qtbot.addWidget(widget)
        widget.setFixedSize(40, 30)
        widget.show()
        assert len(clipped(widget)) == 1
        widget.setFixedSize(600, 60)
        assert clipped(widget) == []
    label.setWordWrap(True)
    label.setFixedSize(100, 20)
    assert len(clipped(label)) == 1, "a wrapped text that is too high"


def test_label_becomes_smaller_until_it_fits_and_not_smaller_than_can_be_read(qtbot):
    label = FitLabel("the words of a line " * 3)
    qtbot.addWidget(label)
    label.setStyleSheet("font-size: 30px")
    label.setFixedSize(2000, 40)
    label.show()
    assert label.shown_px == 30
    label.setFixedSize(label.fontMetrics().horizontalAdvance(label.text()) // 2, 40)
    assert label.shown_px in (14, 15)
    label.setFixedSize(30, 40)
    assert label.shown_px == 11
    assert len(clipped(label)) == 1
