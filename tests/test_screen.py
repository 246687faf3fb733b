"""The window without a display: what runners and physiotherapists do with it, by keys and mouse."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("PySide6", reason="the screen needs the extra 'app' (make test installs it)")
pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
try:
    from PySide6 import QtGui  # noqa: F401
except ImportError as error:  # a library of the system is missing
    pytest.skip(f"Qt cannot be loaded here ({error})", allow_module_level=True)

from live_harness import run_of
from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QPointF, QSettings, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

from levelhips import Cue, SensorError, Settings, analyze, open_recording
from levelhips.analysis.curves import stride_curves
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import FormFault, Quality, Side
from levelhips.history import History, SessionKind, SessionRow
from levelhips.history.session_row import SideRow
from levelhips.history.weekly import RetentionRow
from levelhips.live.keys import STILL_LEARNING, Action, Where, keys, keys_line
from levelhips.sensors.profile import profiles
from levelhips.settings import load_settings
from levelhips.settings.installed import drills
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import VirtualWorld, virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.app import application, closed_by_signals
from levelhips.ui.pages.connect import SensorSearch
from levelhips.ui.pages.session_page import ANSWER_SHOWN_S, COMMANDS, THRESHOLD_STEPS
from levelhips.ui.widgets.dialogs import recordings_by_date
from levelhips.ui.widgets.settings_dialog import SettingsDialog
from levelhips.ui.window import Window
from levelhips.words import FAULT_NAMES, QUALITY, stance_drop

LOW = Settings(threshold=ThresholdSettings(left_deg=3.4, right_deg=3.4))
SECONDS = 40.0
PATIENCE_MS = 60_000  # only a test that fails waits so long; on a busy computer a session takes ten times its usual two seconds


@pytest.fixture(scope="session")
def qapp_cls():
    application()
    return QApplication


class Holds:
    """Sink that stops the session at a moment, until `go_on` is set."""

    def __init__(self, at_s: float) -> None:
        import threading

        self.at_s, self.there, self.go_on = at_s, threading.Event(), threading.Event()

    def put(self, update) -> None:
        if len(update.angles) and update.angles.t_s[-1] >= self.at_s and not self.go_on.is_set():
            self.there.set()
            self.go_on.wait(60)

    def mute(self, muted: bool) -> None:
        self.muted = muted

    def close(self) -> None:
        self.go_on.set()


@pytest.fixture
def window(qtbot, tmp_path):
    holds: list[Holds] = []
    window = Window(LOW, tmp_path / "recordings", lambda: list(holds))
    window.holds = holds
    qtbot.addWidget(window, before_close_func=lambda w: [hold.go_on.set() for hold in w.holds])
    window.resize(1280, 800)
    window.show()
    return window


def begin(window: Window, qtbot, *faults: str, hold_s: float = 30.2) -> Holds:
    """Begin a session with the virtual sensor, stop it at a moment, and show that moment."""
    hold = Holds(hold_s)
    window.holds[:] = [hold]
    source = partial(virtual_source, run_of(SECONDS), profiles()["levelhips"], faults=[parse_fault(fault) for fault in faults])
    window.begin(source, new_loop=lambda: SimulatedTimeLoop(math.inf))
    qtbot.waitUntil(hold.there.is_set, timeout=PATIENCE_MS)
    window.live.refresh()
    return hold


def go_on(window: Window, qtbot, hold: Holds) -> None:
    hold.go_on.set()
    qtbot.waitUntil(lambda: window.session is None, timeout=PATIENCE_MS)


def test_pages_are_reached_from_the_start_page_by_key_and_by_mouse(window, qtbot):
    qtbot.keyClick(window.start, Qt.Key.Key_D)
    assert window.pages.currentWidget() is window.choice
    qtbot.keyClick(window.choice.list, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.start
    qtbot.mouseClick(window.start.buttons[0], Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.connect_page
    qtbot.keyClick(window.connect_page, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.start


def test_a_run_from_the_first_page_to_the_review(window, qtbot):
    hold = begin(window, qtbot)
    live = window.live
    assert window.pages.currentWidget() is live
    snapshot = window.session.state.snapshot()
    for side, card in live.cards.items():
        assert card._value == f"{snapshot.drop_deg[side]:.1f}°"
        assert card.capital_px >= 800 / 8, "readable at two meters"
        assert card._value in card.accessibleDescription()
    assert live.clock.text() == "0:30"
    assert live.cadence.text() == f"{snapshot.cadence_spm:.0f} steps/min"
    assert tr("ui.recording") in live.state.text()
    x, y = live.trace._curve.getData()
    assert np.ptp(x) > 8
    assert 2 < np.ptp(y) < 15
    go_on(window, qtbot, hold)
    assert window.pages.currentWidget() is window.review
    qtbot.waitUntil(lambda: window.review.analysis is not None, timeout=PATIENCE_MS)
    assert window.review.analysis.recording.path.parent == window.folder


def test_keys_of_the_live_view(window, qtbot):
    hold = begin(window, qtbot, hold_s=20.0)
    live, session = window.live, window.session
    qtbot.keyClick(live, Qt.Key.Key_Up)
    qtbot.keyClick(live, Qt.Key.Key_K)
    qtbot.keyClick(live, Qt.Key.Key_M)
    assert hold.muted
    live.refresh()
    assert tr("sound-state.muted") in live.state.text()
    qtbot.keyClick(live, Qt.Key.Key_Q)
    live.refresh()
    assert live.message.text() == tr("ui.end-question")
    assert window.session is session, "one Q does not end a run"
    qtbot.keyClick(live, Qt.Key.Key_Space)
    go_on(window, qtbot, hold)
    recording = open_recording(session.recorder.paths[0])
    assert [command.do for command in recording.commands] == ["move-threshold", "mark", "mute", "pause"]
    assert recording.commands[0].value == 0.5


def test_a_key_that_is_held_down_acts_once_except_on_the_threshold(window, qtbot):
    """Bug: the keyboard repeats a key that something lies on, so Q was pressed twice and ended the run; M turned the sound on again."""
    hold = begin(window, qtbot)
    live, session = window.live, window.session

    def held(key: Qt.Key, text: str = "") -> None:
        for repeats in (False, True, True):
            live.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, repeats))

    held(Qt.Key.Key_M, "m")
    assert live.muted
    held(Qt.Key.Key_K, "k")
    held(Qt.Key.Key_Up)
    held(Qt.Key.Key_Q, "q")
    live.refresh()
    assert live.message.text() == "Press Q again to end the session"
    go_on(window, qtbot, hold)
    assert [command.do for command in open_recording(session.recorder.paths[0]).commands] == ["mute", "mark", *["move-threshold"] * 3]


def test_window_closed_by_key_during_a_run_leaves_a_complete_recording(window, qtbot):
    hold = begin(window, qtbot)
    session = window.session
    hold.go_on.set()
    qtbot.keyClick(window.live, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert open_recording(session.recorder.paths[0]).notes == []


def sigterm(window: Window) -> None:
    with closed_by_signals(window):
        os.kill(os.getpid(), signal.SIGTERM)
        loop = QEventLoop()
        closing = QTimer(interval=20)
        closing.timeout.connect(lambda: window.isVisible() or loop.quit())
        closing.start()
        loop.exec()


ENDS = {
    "Ctrl+Q": lambda window, qtbot: qtbot.keyClick(window.live, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier),
    "the window's button": lambda window, qtbot: window.close(),
    "SIGTERM": lambda window, qtbot: sigterm(window),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_run_ended_by_closing_the_window_is_in_the_history(window, qtbot, tmp_path, end):
    window._history_file = tmp_path / "history.sqlite"
    hold = begin(window, qtbot)
    session = window.session
    hold.go_on.set()
    end(window, qtbot)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert session.join(0), "the session has ended before the window is gone"
    with History(window._history_file) as history:
        (row,) = history.sessions()
    assert [Path(row.file).name] == [path.name for path in session.kept]
    assert row.duration_s > 29


def test_result_of_a_drill_is_kept_when_the_window_is_closed(window, qtbot):
    hold = practice(window, qtbot, 32.2)
    hold.go_on.set()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert any("of 6 repetitions" in line for line in window.final_lines)


def test_a_signal_closes_an_idle_window(window, qtbot):
    """An idle window executes no Python code: without a timer, the signal would wait for a key."""
    loop, limit = QEventLoop(), QTimer(singleShot=True)
    window.windowHandle().visibleChanged.connect(loop.quit)  # in C++, too
    limit.timeout.connect(loop.quit)
    limit.start(PATIENCE_MS)
    with closed_by_signals(window):
        killer = subprocess.Popen([sys.executable, "-c", f"import os, signal; os.kill({os.getpid()}, signal.SIGTERM)"])
        loop.exec()
    assert killer.wait() == 0
    assert not window.isVisible()
    assert limit.isActive()


@asynccontextmanager
async def slow_to_stop(let_go: threading.Event):
    """Source whose virtual sensor does not finish disconnecting until it is released."""
    async with virtual_source(run_of(SECONDS), profiles()["levelhips"]) as source:
        try:
            yield source
        finally:
            await asyncio.to_thread(let_go.wait, 60)  # not for ever: Python waits for its threads before it exits


def begin_slow(window: Window, qtbot) -> tuple[threading.Event, Holds]:
    let_go, hold = threading.Event(), Holds(30.2)
    window.holds[:] = [hold]
    window.begin(partial(slow_to_stop, let_go), new_loop=lambda: SimulatedTimeLoop(math.inf))
    qtbot.waitUntil(hold.there.is_set, timeout=PATIENCE_MS)
    hold.go_on.set()
    return let_go, hold


def test_window_responds_while_a_slow_session_ends(window, qtbot):
    let_go, _ = begin_slow(window, qtbot)
    qtbot.keyClick(window.live, Qt.Key.Key_Q)
    qtbot.keyClick(window.live, Qt.Key.Key_Q)
    ticks = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: ticks.append(0))
    timer.start()
    qtbot.waitUntil(lambda: len(ticks) > 20)
    assert window.live.message.text() == tr("ui.ending")
    session = window.session
    assert session is not None
    window.choose_sensor()
    window.begin(partial(virtual_source, run_of(SECONDS), profiles()["levelhips"]))
    assert window.session is session, "no other session begins meanwhile"
    assert window.pages.currentWidget() is window.live
    let_go.set()
    qtbot.waitUntil(lambda: window.session is None, timeout=PATIENCE_MS)
    assert window.pages.currentWidget() is window.review


def test_keys_do_nothing_on_the_page_of_a_drill_that_is_being_ended(window, qtbot):
    hold = practice(window, qtbot, 24.0)
    window.end_session()
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_A, Qt.Key.Key_O):
        qtbot.keyClick(window.drill, key)
    assert window.pages.currentWidget() is window.drill
    assert window.drill.prompt.text() == tr("ui.ending")
    go_on(window, qtbot, hold)
    qtbot.keyClick(window.drill, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.choice


def test_closing_the_window_during_a_slow_end_does_not_block_its_thread(window, qtbot):
    let_go, _ = begin_slow(window, qtbot)
    window.windowHandle().close()  # as the system's button does
    window.close()
    assert (window.live.message.text(), window.isVisible()) == (tr("ui.ending"), True), "it is shown until the recording is closed"
    assert window.session is not None
    let_go.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert window.session is None


def test_the_window_closes_at_the_limit_whatever_hangs(window, qtbot, monkeypatch):
    monkeypatch.setattr("levelhips.ui.window.END_S", 0.2)
    let_go, _ = begin_slow(window, qtbot)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert tr("ending.history-later") in window.final_lines
    let_go.set()


def test_bug_that_breaks_the_session_is_reported_and_the_run_is_kept(window, qtbot):
    @asynccontextmanager
    async def broken():
        async with virtual_source(run_of(SECONDS), profiles()["levelhips"]) as source:
            yield source
            raise ZeroDivisionError("a bug at the end")

    window.begin(broken, new_loop=lambda: SimulatedTimeLoop(math.inf))
    session = window.session
    qtbot.waitUntil(lambda: window.session is None, timeout=PATIENCE_MS)
    assert "a bug at the end" in window.banner.words.text()
    assert window.pages.currentWidget() is window.review
    assert session.kept


def test_mark_is_confirmed_with_its_number_and_time(window, qtbot):
    hold = begin(window, qtbot, hold_s=20.1)
    for _ in range(3):
        qtbot.keyClick(window.live, Qt.Key.Key_K)
    window.live.refresh()
    assert window.live.message.text() == "Mark 3 at 0:20"
    window.live._answered_s -= ANSWER_SHOWN_S
    window.live.refresh()
    assert window.live.message.text() != "Mark 3 at 0:20"
    qtbot.keyClick(window.live, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.live.answer == "", "keys with Ctrl belong to the system"
    go_on(window, qtbot, hold)


@pytest.mark.parametrize("where", [Where.RUN, Where.DRILL])
def test_the_window_has_the_keys_of_the_terminal(window, where):
    page = window.live if where is Where.RUN else window.drill
    assert page.where is where
    assert page.hint.text() == keys_line(where, capitals=True)
    known = {Action.PAUSE, Action.MUTE, Action.END, *THRESHOLD_STEPS, *COMMANDS}
    assert {key.action for key in keys(where)} <= known


def test_standing_is_counted_down_until_the_zero_is_found(window, qtbot):
    hold = begin(window, qtbot, hold_s=0.5)
    assert window.live.message.text() == tr("ui.stand-more", left=3)
    hold.at_s = 5.0
    hold.there.clear()
    hold.go_on.set()
    hold.go_on.clear()
    qtbot.waitUntil(hold.there.is_set, timeout=PATIENCE_MS)
    window.live.refresh()
    assert window.live.message.text() == labels.standing_found()
    go_on(window, qtbot, hold)


def test_nothing_is_drawn_where_nothing_was_measured(window, qtbot):
    hold = begin(window, qtbot, "stall=3@20", hold_s=25.0)
    x, y = window.live.trace._curve.getData()
    hole = (x > x[-1] - 4.5) & (x < x[-1] - 2.5)
    assert not np.isfinite(y[hole]).any()
    go_on(window, qtbot, hold)


def test_problem_of_the_session_is_a_banner_with_the_fix(window, qtbot):
    window.begin(partial(virtual_source, run_of(SECONDS), profiles()["levelhips"], faults=[parse_fault("taken=3600@0")]),
                 new_loop=lambda: SimulatedTimeLoop(math.inf))  # fmt: skip
    qtbot.waitUntil(lambda: window.session is None, timeout=PATIENCE_MS)
    assert window.banner.isVisible()
    assert "close its maker's app" in window.banner.words.text()
    assert window.pages.currentWidget() is window.start


def test_a_sensor_in_range_is_listed_and_enter_connects(window, qtbot):
    @asynccontextmanager
    async def in_range():
        async with VirtualWorld(run_of(SECONDS), profiles()["polar"]) as world:
            yield world.client_radio

    window.connect_page._search = lambda: SensorSearch(in_range)
    wanted = []
    window.connect_page.chosen.disconnect()
    window.connect_page.chosen.connect(wanted.append)
    window.choose_sensor()
    qtbot.waitUntil(lambda: "Polar" in window.connect_page.list.item(0).text(), timeout=PATIENCE_MS)
    assert "signal strong   battery 87 %" in window.connect_page.list.item(0).text()
    qtbot.keyClick(window.connect_page, Qt.Key.Key_Return)
    assert wanted == ["C0:DE:00:00:00:01"]
    virtual = []
    window.connect_page.virtual.disconnect()
    window.connect_page.virtual.connect(lambda: virtual.append(True))
    qtbot.keyClick(window.connect_page.list, Qt.Key.Key_V)  # the list would take it for a search
    assert virtual
    window.show_start()


def test_a_dropped_file_is_reviewed_and_the_window_remembers_its_place(window, qtbot, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(ROOT / "recordings" / "radio_losses.mcap"))])
    at, none = QPointF(100, 100), Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))
    assert window.pages.currentWidget() is window.review
    qtbot.waitUntil(lambda: window.review.analysis is not None, timeout=PATIENCE_MS)
    keep = QSettings(str(tmp_path / "place.ini"), QSettings.Format.IniFormat)
    window._keep = keep
    window.resize(780, 640)  # the offscreen display has 800 x 800
    window.close()
    again = Window(LOW, tmp_path, keep=keep)
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (780, 640)


def test_search_without_bluetooth_shows_a_fix(window, qtbot):
    class Searches:
        heard: dict = {}  # noqa: RUF012
        trouble = SensorError("Bluetooth is switched off", fix="Switch it on")

        def stop(self) -> None: ...

    window.connect_page._search = Searches
    window.choose_sensor()
    assert window.banner.isVisible()
    assert "Switch it on" in window.banner.words.text()


def test_frozen_window_loses_no_beep_and_a_broken_one_no_recording(window, qtbot):
    class Keeps(Holds):
        def __init__(self) -> None:
            super().__init__(math.inf)
            self.cues: list[Cue] = []

        def put(self, update) -> None:
            self.cues += update.of(Cue)

    keeps = Keeps()
    window.holds[:] = [keeps]
    window.begin(partial(virtual_source, run_of(SECONDS), profiles()["levelhips"]), new_loop=lambda: SimulatedTimeLoop(math.inf))
    session = window.session
    window.live.trace.show_trace = lambda *_: 1 / 0
    assert session.join(60)  # the screen's thread does nothing: the whole run happens meanwhile
    assert len(keeps.cues) == len(analyze(run_of(SECONDS), LOW).cues) > 3
    with qtbot.captureExceptions() as broken:
        qtbot.waitUntil(lambda: len(broken) > 0, timeout=PATIENCE_MS)
        window.end_session()
    assert len(open_recording(session.recorder.paths[0]).samples) == SECONDS * 200


def test_review_brush_curves_table_and_export(window, qtbot, tmp_path):
    path = tmp_path / "run.mcap"
    shutil.copy(ROOT / "recordings" / "treadmill_fatigue.mcap", path)
    window.show_review(path)
    review = window.review
    qtbot.waitUntil(lambda: review.analysis is not None, timeout=PATIENCE_MS)
    assert "left leg 4.3°" in review.summary.text()
    from_s, to_s = review.stretch_s
    assert to_s - from_s == pytest.approx(30, abs=0.1)
    qtbot.keyClick(review, Qt.Key.Key_Right)
    assert review.stretch_s[0] == pytest.approx(from_s + 15, abs=0.1)
    qtbot.waitUntil(lambda: review.traces.viewRange()[0] == pytest.approx(review.stretch_s, abs=0.1))
    review.tabs.setCurrentWidget(review.table)
    assert review.table.rowCount() == len(review.analysis.steps)
    out = tmp_path / "out"
    review.export(out)
    assert {file.name for file in out.iterdir()} >= {"steps.csv", "summary.json", "review.png", "drops.svg"}
    review.open(ROOT / "recordings" / "radio_losses.mcap", compare=True)
    qtbot.waitUntil(lambda: "compared with" in review.title.text(), timeout=PATIENCE_MS)
    review.play()
    qtbot.waitUntil(lambda: review._playing is not None and review._playing.now_s > review.stretch_s[0] + 0.1, timeout=PATIENCE_MS)
    qtbot.keyClick(review, Qt.Key.Key_Space)
    assert review._playing is None


def test_leaving_the_review_cancels_what_is_being_opened(window, qtbot, tmp_path):
    shutil.copy(ROOT / "recordings" / "treadmill_fatigue.mcap", tmp_path / "run.mcap")
    window.show_review(tmp_path / "run.mcap")
    review = window.review
    opening = review._opening
    qtbot.waitUntil(lambda: review._steps_drawn > 0, timeout=PATIENCE_MS)
    qtbot.keyClick(review, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.start
    assert not review.progress.isVisibleTo(review)
    assert review.title.text() == ""
    assert not review.overview.getPlotItem().listDataItems()
    assert opening.done.wait(20)
    assert opening.analysis is None, "the analysis does not go on for nobody"
    window.show_review(tmp_path / "run.mcap")
    qtbot.waitUntil(lambda: review.analysis is not None, timeout=PATIENCE_MS)
    assert review.title.text() == "run.mcap"
    shown = review.summary.text()
    review.open(ROOT / "recordings" / "treadmill_fatigue.mcap")
    qtbot.waitUntil(lambda: review._steps_drawn > 0, timeout=PATIENCE_MS)
    qtbot.keyClick(review, Qt.Key.Key_Escape)
    window.show_review()
    assert (review.title.text(), review.summary.text()) == ("run.mcap", shown)
    assert review._opening is None
    assert len(review.overview.getPlotItem().listDataItems()) > 2, "what was shown before is there again"


def test_opening_another_recording_cancels_the_first(window, qtbot):
    review = window.review
    review.open(ROOT / "recordings" / "treadmill_fatigue.mcap")
    first = review._opening
    review.open(ROOT / "recordings" / "radio_losses.mcap")
    assert first.done.wait(20)
    assert first.analysis is None
    qtbot.waitUntil(lambda: review.analysis is not None, timeout=PATIENCE_MS)
    assert review.analysis.recording.path.name == "radio_losses.mcap"


def test_playback_stops_at_once_however_slow_the_sound_device_is(window, qtbot):
    class SlowSound:
        let_go, closed = threading.Event(), threading.Event()

        def put(self, update) -> None: ...

        def close(self) -> None:
            self.let_go.wait(20)
            self.closed.set()

    review = window.review
    window.show_review(ROOT / "recordings" / "radio_losses.mcap")
    qtbot.waitUntil(lambda: review.analysis is not None, timeout=PATIENCE_MS)
    review._make_sounds = lambda: [SlowSound()]
    review.play()
    window.show_start()
    assert review._playing is None
    assert not SlowSound.closed.is_set()
    SlowSound.let_go.set()
    assert SlowSound.closed.wait(20), "the device is closed all the same"


def test_damaged_file_is_reported_and_the_page_stays(window, qtbot, tmp_path):
    path = tmp_path / "broken.mcap"
    path.write_bytes(b"\x89MCAP0\r\n" + bytes(200))
    window.show_review(path)
    qtbot.waitUntil(window.banner.isVisible, timeout=PATIENCE_MS)
    assert "broken.mcap" in window.banner.words.text()


def test_settings_are_checked_before_they_are_saved(window, qtbot, tmp_path):
    path = tmp_path / "settings.toml"
    dialog = SettingsDialog(window, LOW, path)
    dialog.fields["threshold", "left_deg"].setText("400")
    dialog.keep()
    assert dialog.problem.text().startswith("Setting threshold.left_deg is 400; it must be a number from 0.2 to 30.")
    assert not path.exists()
    dialog.fields["threshold", "left_deg"].setText("5.5")
    dialog.keep()
    assert path.read_text() == "[threshold]\nleft_deg = 5.5\n", "only what was changed"
    assert load_settings(path).threshold.left_deg == 5.5
    assert dialog.settings.threshold == replace(LOW.threshold, left_deg=5.5)


def test_recordings_are_listed_newest_first(tmp_path):
    for number, name in enumerate(("b", "a", "c")):
        (tmp_path / f"{name}.mcap").write_bytes(b"")
        os.utime(tmp_path / f"{name}.mcap", (number, number))
    assert [file.stem for file in recordings_by_date(tmp_path)] == ["c", "a", "b"]
    assert recordings_by_date(tmp_path / "nowhere") == []


def test_stride_curves_are_those_of_the_simulated_pelvis():
    analysis = analyze(ROOT / "recordings" / "treadmill_fatigue.mcap")
    curves = stride_curves(analysis, 60, 120)
    left, right = curves[Side.LEFT], curves[Side.RIGHT]
    assert left.n > 60
    assert right.n > 60
    # The same strides, beginning with the other foot: half a stride later, one curve is the other.
    assert np.abs(np.roll(left.mean_deg[0, :-1], -50) - right.mean_deg[0, :-1]).max() < 0.4
    assert stride_curves(analysis, 1e6, 2e6)[Side.LEFT].n == 0


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from Python 3.12 on None is immortal, whoever loses references to it")
def test_live_plot_keeps_the_references_to_none(window, qtbot):
    """PySide6 6.12.0 on Python 3.11 loses a reference to None at every setData, and kills the interpreter within seconds."""
    hold = begin(window, qtbot)
    before = sys.getrefcount(None)
    for _ in range(300):
        window.live.refresh()
    assert abs(sys.getrefcount(None) - before) < 200
    go_on(window, qtbot, hold)


XVFB = """
import sys
from pathlib import Path
from PySide6.QtTest import QTest
from levelhips import Settings
from levelhips.ui.app import application
from levelhips.ui.window import Window
app = application()
window = Window(Settings(), Path({folder!r}))
window.show()
assert QTest.qWaitForWindowExposed(window, 30_000)
print(app.platformName(), window.isVisible(), window.width(), window.grab().save({shot!r}))
"""


def test_window_runs_on_a_real_display(tmp_path):
    server = shutil.which("xvfb-run")
    if server is None:
        pytest.skip("xvfb-run is not installed (Debian: xvfb, libxcb-cursor0, libxkbcommon-x11-0, libxcb-icccm4 and its kin, libegl1)")
    code = XVFB.format(folder=str(tmp_path), shot=str(tmp_path / "shot.png"))
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    command = [server, "-a", "-s", "-screen 0 1400x900x24", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=90, check=False)
    if "Could not load the Qt platform plugin" in done.stderr:
        pytest.skip(f"the system's part of Qt is missing: {done.stderr.splitlines()[0]}")
    assert done.stdout.split() == ["xcb", "True", "1280", "True"], done.stderr
    assert (tmp_path / "shot.png").stat().st_size > 5000


def practice(window: Window, qtbot, hold_s: float) -> Holds:
    """Begin the bundled pelvic drop, and stop it at a moment."""
    hold = Holds(hold_s)
    window.holds[:] = [hold]
    recording = open_recording(ROOT / "recordings" / "pelvic_drop.mcap")
    settings = Settings.from_dict(recording.settings)
    window._drill = settings.drill
    source = partial(virtual_source, recording, profiles()["levelhips"])
    window.begin(source, settings, new_loop=lambda: SimulatedTimeLoop(math.inf))
    qtbot.waitUntil(hold.there.is_set, timeout=PATIENCE_MS)
    window.drill.refresh()
    return hold


def test_a_drill_is_chosen_by_keys(window, qtbot):
    qtbot.keyClick(window.start, Qt.Key.Key_D)
    qtbot.keyClick(window.choice.list, Qt.Key.Key_R)
    assert window.choice.side is Side.RIGHT
    qtbot.keyClick(window.choice.list, Qt.Key.Key_Down)
    name, drill = list(drills().items())[1]
    instruction, dose = window.choice.about.text().split("   ")
    assert instruction == drill.instruction_for(Side.RIGHT)
    assert dose == f"{drill.dose.sets}\u00a0x\u00a0{drill.dose.reps}\u00a0repetitions", "a line is not broken within it"
    qtbot.keyClick(window.choice.list, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.connect_page
    assert window._drill == DrillSettings(name, "right")


def test_drill_shows_counter_and_result_and_reaches_the_history(window, qtbot):
    hold = practice(window, qtbot, 32.2)
    page = window.drill
    assert window.pages.currentWidget() is page
    drill = window.session.state.snapshot().drill
    assert page.arc.counted(drill, 32.2) == str(drill.reps) == "3"
    assert page.prompt.text() == "▲ Don't twist"
    assert "3 good" in page.figures.text()
    go_on(window, qtbot, hold)
    assert window.pages.currentWidget() is page
    assert "6 of 6 repetitions, 5 without a form fault" in page.result.text()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.choice
    window.show_start()
    qtbot.keyClick(window.start, Qt.Key.Key_H)
    assert window.pages.currentWidget() is window.history
    rows = [window.history.table.item(row, 1).text() for row in range(window.history.table.rowCount())]
    assert "virtual sensor" in rows, "nobody wore that sensor: it is listed, and counts for nothing"
    assert "Clamshell, left hip" in window.history.today.text()


def test_a_drill_is_paused_and_ended_by_keys(window, qtbot):
    hold = practice(window, qtbot, 24.0)
    page = window.drill
    qtbot.keyClick(page, Qt.Key.Key_Space)
    qtbot.keyClick(page, Qt.Key.Key_M)
    assert hold.muted
    qtbot.keyClick(page, Qt.Key.Key_Q)
    page.refresh()
    assert page.prompt.text() == tr("ui.end-question")
    hold.go_on.set()
    qtbot.waitUntil(lambda: window.session is None or window.session.state.snapshot().paused, timeout=PATIENCE_MS)
    qtbot.keyClick(page, Qt.Key.Key_Q)
    qtbot.waitUntil(lambda: window.session is None, timeout=PATIENCE_MS)
    assert "repetitions" in page.result.text()
    qtbot.keyClick(page, Qt.Key.Key_O)
    assert window._drill.side == "right"


def test_history_that_cannot_be_read_is_reported(window, qtbot, tmp_path):
    window.history._file = tmp_path / "broken.sqlite"
    window.history._file.write_bytes(b"no database" * 100)
    window.show_history()
    assert "is damaged" in window.banner.words.text()


def test_keys_scroll_the_notes_in_a_small_window(window, qtbot):
    window.resize(800, 400)
    window.show_history()
    page = window.history
    page.tabs.setCurrentWidget(page.reading)
    bar = page.reading.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > bar.singleStep())  # there is no room for all notes
    places = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(page, key)
        places.append(bar.value())
    assert places == [min(bar.pageStep(), bar.maximum()), 0, bar.singleStep(), 0]


def test_minutes_without_sound_are_drawn_as_rings(window, qtbot):
    def a_run(day: int) -> SessionRow:
        sides = {s.value: SideRow(s.value, 100, 4.0 - day / 10, 0.5, None, 0, None, 0, None) for s in Side}
        started = f"2026-03-0{day}T10:00:00+00:00"
        return SessionRow("x.mcap", 1, 1, started, SessionKind.RUN, 60.0, 60.0, 200, 200, 166.0, 0, "", 1, None, sides=sides)

    rows = [a_run(day) for day in (3, 2, 1)]
    kept = [RetentionRow("2026-03-01T10:00:00+00:00", "baseline", 1, {"left": 4.1}, {})]
    window.history.plot.show_runs(rows, kept)
    curves = [item for item in window.history.plot.getPlotItem().listDataItems() if len(item.getData()[0])]
    assert [len(curve.getData()[0]) for curve in curves] == [3, 1, 3]


def test_a_run_protocol_is_chosen_with_the_sensor(window, qtbot):
    qtbot.mouseClick(window.start.buttons[0], Qt.MouseButton.LeftButton)
    protocol = window.connect_page.protocol
    assert protocol.isVisible()
    protocol.setCurrentIndex(protocol.findText(tr("ui.protocol", name=labels.PROTOCOL_NAMES["retraining"], session=5, sessions=8)))
    window._given = None
    settings = window._session_settings().settings
    assert (settings.protocol.name, settings.protocol.session) == ("retraining", 5)
    assert settings.threshold.mode == "auto", "there is no baseline yet"
    window.choose_sensor(window._drill or DrillSettings("clamshell"))
    assert not protocol.isVisible()


def test_pain_is_added_to_the_diary_and_advice_is_shown(window, qtbot, tmp_path):
    window.history._file = tmp_path / "pain.sqlite"
    window.history.score.setValue(6)
    window.history.add_pain()
    assert "better not run today" in window.banner.words.text()


def test_the_programme_is_begun_by_a_button(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("LEVELHIPS_DATA", str(tmp_path))
    window.show_history()
    assert tr("programme.not-started") in window.history.today.text()
    qtbot.mouseClick(window.history.start, Qt.MouseButton.LeftButton)
    assert window.history.today.text().startswith("Day 1 of 14")
    assert not window.history.start.isVisible()


def test_a_drill_is_reviewed_repetition_by_repetition(window, qtbot):
    window.show_review(ROOT / "recordings" / "clamshell.mcap")
    review = window.review
    qtbot.waitUntil(lambda: review.analysis is not None, timeout=PATIENCE_MS)
    assert "6 of 6 repetitions, 4 without a form fault" in review.summary.text()
    review.tabs.setCurrentWidget(review.table)
    headers = [review.table.horizontalHeaderItem(column).text() for column in range(review.table.columnCount())]
    column = headers.index("Form faults")
    fault = FAULT_NAMES[FormFault.ROLLED_BACK]
    assert [review.table.item(row, column).text() for row in range(review.table.rowCount())] == ["", "", fault, "", fault, ""]
    assert review.over_time.chooser.findData("rep_range") >= 0
    assert review.over_time.chooser.findData("contralateral_drop") < 0, "a drill has no steps"
    window.show_review(ROOT / "recordings" / "radio_losses.mcap")
    qtbot.waitUntil(lambda: "steps count" in review.summary.text(), timeout=PATIENCE_MS)
    assert review.table.horizontalHeaderItem(2).text() == "Pelvic drop [deg]"
    step = next(step for step in review.analysis.steps if math.isfinite(step.contact_time_s))
    row = [cell.text() for cell in map(partial(review.table.item, review.analysis.steps.index(step)), range(review.table.columnCount()))]
    assert f"{step.drop_deg:.2f}" in row
    assert f"{1000 * step.contact_time_s:.0f}" in row
    assert QUALITY[step.quality] in row


def test_any_metric_is_plotted_over_time_by_side(window, qtbot):
    window.show_review(ROOT / "recordings" / "radio_losses.mcap")
    review = window.review
    qtbot.waitUntil(lambda: review.analysis is not None, timeout=PATIENCE_MS)
    over_time = review.over_time
    assert over_time.chooser.currentData() == "contralateral_drop"
    over_time.chooser.setCurrentIndex(over_time.chooser.findData("contact_time"))
    assert over_time.plot.getAxis("left").labelText == "Contact time [ms]"
    points = [item for item in over_time.plot.getPlotItem().listDataItems() if item.opts["symbol"] is not None]
    for item, side in zip(points, Side, strict=True):
        t_min, values = item.getData()
        good = [step for step in review.analysis.steps if step.side is side and step.quality is Quality.OK and step.contact_time_s > 0]
        assert len(good) > 20
        assert t_min == pytest.approx([step.at_s / 60 for step in good])
        assert values == pytest.approx([1000 * step.contact_time_s for step in good])
    keys = {over_time.chooser.itemData(row) for row in range(over_time.chooser.count())}
    assert {"cadence", "flight_before"} <= keys
    assert not keys & {"contact_s", "stance_side", "rep_range"}, "times, words and other kinds of events are not offered"


def test_side_that_drops_is_named_the_same_way_everywhere(window, qtbot):
    hold = begin(window, qtbot)
    live, words = window.live, {side: stance_drop(side) for side in Side}
    assert words[Side.LEFT] == "left leg on the ground: right side drops"
    for side, card in live.cards.items():
        assert card._under.endswith(words[side]), "also when a change since the start is shown"
        assert card.toolTip() == card.accessibleName() == words[side]
    # In left stance the right side is low, which is negative obliquity: at the bottom of the plot.
    bottom, top = sorted(live.trace._words, key=lambda word: word.pos().y())
    assert (bottom.toPlainText(), top.toPlainText()) == (words[Side.LEFT], words[Side.RIGHT])
    left, right = (live.trace._thresholds[side].value() for side in Side)
    assert left < 0 < right, "and so is the threshold of left stance"
    for key in (labels.overview_legend(), labels.trend_legend(), labels.sides_legend()):
        for side in Side:
            assert f"{theme.SIDE[side]}'>● {words[side]}".replace(": ", ":&nbsp;") in key
    assert live.bars.toolTip() == window.review.summary.toolTip() == "\n".join(words.values())
    go_on(window, qtbot, hold)


@pytest.mark.parametrize("kept", ["", "[threshold]\nleft_deg = 1.0\n\n[motion]\noutward = '-x'\n"])
def test_window_and_terminal_use_the_same_thresholds_for_a_recording(qtbot, tmp_path, monkeypatch, kept):
    from levelhips.cli.options import settings_for
    from levelhips.cli.threshold import ThresholdChoice
    from levelhips.settings.paths import settings_path

    monkeypatch.setenv("LEVELHIPS_CONFIG", str(tmp_path))
    settings_path().write_text(kept)
    window = Window(None, tmp_path / "recordings", settings_path=settings_path(), history_file=tmp_path / "none.sqlite")
    qtbot.addWidget(window)
    for name in ("treadmill_fatigue", "radio_losses"):
        recording = open_recording(ROOT / "recordings" / f"{name}.mcap")
        resolved = window._session_settings(recording)
        replayed = settings_for(recording, None, None, None, ThresholdChoice(), None)
        assert resolved.settings.threshold == replayed.settings.threshold
        assert resolved.outward == "+z", "a virtual sensor is worn as its profile says"
    real = window._session_settings()
    assert (real.outward, real.settings.threshold.mode) == (("-x", "fixed") if kept else (None, "auto"))


def test_settings_changed_in_the_window_count_from_the_next_session(window, qtbot, tmp_path):
    window._given = None
    assert window._session_settings().settings.cues.spacing_s == 0.3
    dialog = SettingsDialog(window, window.settings, window.settings_path)
    dialog.fields["cues", "spacing_s"].setText("2.0")
    dialog.keep()
    assert window._session_settings().settings.cues.spacing_s == 2.0
    dialog = SettingsDialog(window, window.settings, window.settings_path)
    dialog.keep()
    assert window.settings_path.read_text() == "[cues]\nspacing_s = 2.0\n", "nothing was changed"


def test_broken_settings_file_is_reported_and_no_session_begins(window, qtbot):
    window._given = None
    window.settings_path.parent.mkdir(parents=True, exist_ok=True)
    window.settings_path.write_text("[cues]\nk = 9\n")
    window.run_sensor("00:00")
    assert "cues.k is 9" in window.banner.words.text()
    assert window.session is None
    window.show_settings()
    assert "line 2" in window.banner.words.text()


def test_keys_that_move_a_threshold_still_being_learned_are_answered(window, qtbot):
    window._given = replace(window._given, threshold=ThresholdSettings(mode="auto"))
    hold = begin(window, qtbot, hold_s=20.0)
    live, session = window.live, window.session
    qtbot.keyClick(live, Qt.Key.Key_Up)
    live.refresh()
    assert live.message.text() == str(STILL_LEARNING)
    go_on(window, qtbot, hold)
    assert open_recording(session.recorder.paths[0]).commands == []


def test_date_of_a_session_is_never_cut_off(window, qtbot):
    row = SessionRow("x.mcap", 1, 1, "2026-03-01T10:00:00+00:00", SessionKind.RUN, 60.0, 60.0, 200, 200, 166.0, 0, "", 1, None)
    window.resize(1280, 800)
    window.show_history()
    table = window.history.table
    table.show_sessions([row])
    text = table.item(0, 0).text()
    assert table.columnWidth(0) >= table.fontMetrics().horizontalAdvance(text)
