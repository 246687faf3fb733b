"""The window between sessions: opening recordings, sensors in range, its own keys, and files that disappear."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from conftest import ROOT

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("PySide6.QtWidgets", reason="the screen needs the extra 'app'", exc_type=ImportError)
from bleak.backends.device import BLEDevice
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from levelhips import SensorError, Settings
from levelhips.history import History
from levelhips.history.diary import Diary
from levelhips.sensors.ble.discovery import DiscoveredDevice
from levelhips.sensors.profile import profiles
from levelhips.ui.app import application
from levelhips.ui.widgets.banner import Banner
from levelhips.ui.widgets.dialogs import RecordingsDialog, recordings_by_date
from levelhips.ui.widgets.settings_dialog import SettingsDialog
from levelhips.ui.window import Window

BUNDLED = ROOT / "recordings" / "treadmill_fatigue.mcap"


@pytest.fixture(scope="session")
def qapp_cls():
    application()
    return QApplication


class Search:
    """A search whose result the test sets."""

    def __init__(self) -> None:
        self.heard: dict[str, DiscoveredDevice] = {}
        self.trouble: SensorError | None = None
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def search() -> Search:
    return Search()


@pytest.fixture
def window(qtbot, tmp_path: Path, search: Search) -> Window:
    window = Window(Settings(), tmp_path / "recordings", search=lambda: search, history_file=tmp_path / "history.sqlite")
    qtbot.addWidget(window)
    window.show()
    return window


def recordings(folder: Path, **sizes: int) -> None:
    """Write files of these sizes, each a minute newer than the one before."""
    folder.mkdir(exist_ok=True)
    for minute, (name, size) in enumerate(sizes.items()):
        file = folder / f"{name}.mcap"
        file.write_bytes(bytes(size))
        os.utime(file, (1_750_000_000 + 60 * minute,) * 2)


# ---- recordings


def test_a_recording_that_was_moved_away_does_not_hide_the_others(tmp_path: Path, qtbot) -> None:
    """Bug: a link to a recording on a disk that is not connected made the review impossible to open."""
    recordings(tmp_path, old=10, new=10)
    (tmp_path / "gone.mcap").symlink_to(tmp_path / "nowhere.mcap")
    assert [file.name for file in recordings_by_date(tmp_path)] == ["new.mcap", "old.mcap"]
    dialog = RecordingsDialog(None, tmp_path)
    qtbot.addWidget(dialog)
    assert dialog.list.count() == 2


@pytest.mark.parametrize(("downs", "chosen"), [(0, "new.mcap"), (1, "middle.mcap"), (9, "old.mcap")])
def test_enter_opens_the_newest_recording_unless_another_is_chosen(tmp_path: Path, qtbot, downs: int, chosen: str) -> None:
    recordings(tmp_path, old=100_000, middle=1_260_000, new=0)
    dialog = RecordingsDialog(None, tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    for _ in range(downs):
        qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert dialog.path == tmp_path / chosen
    assert dialog.result() == RecordingsDialog.DialogCode.Accepted
    assert [dialog.list.item(row).text().split("   ")[1:] for row in range(3)] == [
        ["new.mcap", "0.0 MB"],
        ["middle.mcap", "1.3 MB"],
        ["old.mcap", "0.1 MB"],
    ]


def test_escape_opens_no_recording(tmp_path: Path, qtbot) -> None:
    recordings(tmp_path, one=10)
    dialog = RecordingsDialog(None, tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Escape)
    assert dialog.path is None
    assert dialog.result() == RecordingsDialog.DialogCode.Rejected


def test_review_begins_with_the_newest_own_recording_or_with_the_bundled_run(window: Window) -> None:
    window.show_review()
    assert window.review.title.text() == "Opening treadmill_fatigue.mcap"
    window.show_start()
    recordings(window.folder, old=10, new=10)
    window.show_review()
    assert window.review.title.text() == "Opening new.mcap"
    window.show_start()


# ---- files that are dropped


def dropped(*urls: QUrl) -> QMimeData:
    data = QMimeData()
    data.setUrls(list(urls))
    return data


def drop(window: Window, data: QMimeData) -> None:
    none = Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))


def test_the_first_of_several_dropped_files_is_reviewed(window: Window, tmp_path: Path) -> None:
    recordings(tmp_path, one=10, two=10)
    drop(
        window,
        dropped(QUrl("https://example.org/three.mcap"), *(QUrl.fromLocalFile(str(tmp_path / f"{name}.mcap")) for name in ("two", "one"))),
    )
    assert window.review.title.text() == "Opening two.mcap"
    window.show_start()


def test_a_dropped_link_to_a_page_opens_nothing(window: Window) -> None:
    drop(window, dropped(QUrl("https://example.org/run.mcap")))
    assert window.pages.currentWidget() is window.start


@pytest.mark.parametrize("has_files", [True, False])
def test_only_files_may_be_dropped(window: Window, has_files: bool) -> None:
    data = dropped(QUrl.fromLocalFile(str(BUNDLED)))
    if not has_files:
        data = QMimeData()
        data.setText("a sentence")
    event = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    window.dragEnterEvent(event)
    assert event.isAccepted() is has_files


# ---- keys of the window


def test_f11_fills_the_screen_and_leaves_it_again(window: Window, qtbot) -> None:
    for full in (True, False):
        qtbot.keyClick(window, Qt.Key.Key_F11)
        assert window.isFullScreen() is full


def test_comma_opens_the_settings_and_what_is_saved_there_counts(window: Window, qtbot) -> None:
    def save() -> None:
        dialog = window.findChild(SettingsDialog)
        dialog.fields["threshold", "left_deg"].setText("5.5")
        dialog.keep()

    QTimer.singleShot(0, save)
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    assert window.settings.threshold.left_deg == 5.5


def test_recording_that_cannot_be_played_begins_no_session(window: Window, tmp_path: Path) -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    window.run_virtual(tmp_path / "gone.mcap")
    assert window.session is None
    assert window.banner.words.text().startswith("File not found: ")
    assert "gone.mcap" in window.banner.words.text()


# ---- sensors in range


def device(name: str, rssi_dbm: float, battery_percent: float = math.nan, *, known: bool = True) -> DiscoveredDevice:
    address = f"C0:{abs(rssi_dbm):02.0f}"
    return DiscoveredDevice(BLEDevice(address, name, None), name, profiles()["polar"] if known else None, rssi_dbm, battery_percent, 0.0)


def test_sensors_are_listed_by_their_signal_in_words(window: Window, search: Search) -> None:
    window.choose_sensor()
    found = [device("Far", -80), device("Fair", -79, 4.4), device("Near", -64), device("", -65), device("Phone", -30, known=False)]
    search.heard.update({one.address: one for one in found})
    window.connect_page._refresh()
    shown = window.connect_page.list
    assert [shown.item(row).text() for row in range(shown.count())] == [
        "Near   Polar Verity Sense   signal strong",
        "C0:65   Polar Verity Sense   signal fair",
        "Fair   Polar Verity Sense   signal fair   battery 4 %",
        "Far   Polar Verity Sense   signal weak",
    ]


def test_enter_connects_to_nothing_while_no_sensor_was_found(window: Window, qtbot) -> None:
    window.choose_sensor()
    window.connect_page._refresh()
    chosen: list[str] = []
    window.connect_page.chosen.disconnect()
    window.connect_page.chosen.connect(chosen.append)
    qtbot.keyClick(window.connect_page, Qt.Key.Key_Return)
    assert window.connect_page.list.item(0).text().startswith("No sensor found yet.")
    assert chosen == []


def test_the_search_ends_when_its_page_is_left(window: Window, qtbot, search: Search) -> None:
    window.choose_sensor()
    assert not search.stopped
    qtbot.keyClick(window.connect_page, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.start
    assert search.stopped


# ---- history


def test_escape_leads_from_the_history_to_the_start(window: Window, qtbot) -> None:
    window.show_history()
    qtbot.keyClick(window.history, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.start


def test_pain_that_cannot_be_kept_is_reported(window: Window, tmp_path: Path) -> None:
    window.history._file = tmp_path / "broken.sqlite"
    window.history._file.write_bytes(b"not a database" * 100)
    window.history.add_pain()
    assert "is damaged" in window.banner.words.text()


def test_little_pain_is_kept_without_a_message(window: Window, tmp_path: Path) -> None:
    window.history.score.setValue(1)
    window.history.moment.setCurrentIndex(window.history.moment.findData("after"))
    window.history.add_pain()
    assert not window.banner.isVisible()
    with History(tmp_path / "history.sqlite") as history:
        assert [(entry.score, entry.moment) for entry in Diary(history).pains()] == [(1, "after")]


def test_a_programme_that_cannot_be_kept_is_reported(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LEVELHIPS_DATA", str(tmp_path / "file"))
    window.history.begin_programme()
    assert str(tmp_path / "file") in window.banner.words.text()


# ---- names of sensors and files


def test_no_label_takes_a_name_for_html(window: Window, tmp_path: Path, qtbot) -> None:
    """Bug: a sensor called "<h1>Hips" was shown as a heading; HTML can also load pictures and show links."""
    dialogs = [RecordingsDialog(window, tmp_path / "<h1>recordings"), SettingsDialog(window, Settings(), tmp_path / "<h1>settings.toml")]
    labels = [label for widget in (window, *dialogs) for label in widget.findChildren(QLabel)]
    assert len(labels) > 50
    rich = [label for label in labels if label.textFormat() is not Qt.TextFormat.PlainText]
    assert all(label.textFormat() is Qt.TextFormat.RichText and "<br>" in label.text() for label in rich)
    assert {label.window() for label in rich} == {dialogs[1]}, "only the meanings of settings, which are ours, have colors"
    assert "levelhips" not in "".join(label.text() for label in rich).lower()


def test_a_label_shows_a_name_as_it_is(qtbot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show()
    banner.say("Hips")
    height = banner.words.sizeHint().height()
    banner.say("<h1>Hips</h1>")
    assert banner.words.sizeHint().height() == height
    banner.say("\u202eHips\x1b \u2066<b>")
    assert banner.words.text() == "Hips <b>"


def test_the_list_of_recordings_shows_no_invisible_characters(tmp_path: Path, qtbot) -> None:
    recordings(tmp_path, **{"run\u202e<b>": 10})
    dialog = RecordingsDialog(None, tmp_path)
    qtbot.addWidget(dialog)
    assert "   run<b>.mcap   " in dialog.list.item(0).text()
    dialog._open(dialog.list.item(0))
    assert dialog.path == tmp_path / "run\u202e<b>.mcap"
