"""The window: its pages, the way between them, and the calm banner on which trouble is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from levelhips.errors import LevelHipsError
from levelhips.recording import open_recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import profiles
from levelhips.session import MakeSource, Session, ready
from levelhips.settings import Settings
from levelhips.ui import texts, theme
from levelhips.ui.dialogs import SettingsDialog, recordings_by_date
from levelhips.ui.live import LivePage
from levelhips.ui.review import ReviewPage
from levelhips.ui.start import ConnectPage, Searching, StartPage


class Banner(QWidget):
    """What went wrong and what to do, until it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setWordWrap(True)
        close = QPushButton(texts.DISMISS)
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.addWidget(self.words, 1)
        layout.addWidget(close)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"background: {theme.LINE}; font-size: 18px")
        self.hide()

    def say(self, text: str) -> None:
        self.words.setText(text)
        self.setAccessibleName(text)
        self.show()


class Window(QMainWindow):
    """All of the app.

    Parameters
    ----------
    settings : Settings
    folder : Path
        Where recordings are kept.
    sounds : callable
        Opens the sound device: a list of sinks, empty if there is none.
    keep : QSettings or None
        Where the window's place is remembered; None: nowhere.
    search : callable
        Looks for sensors.
    settings_path : Path or None
        Where the settings are kept; None: beside the recordings.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        sounds: Callable[[], list[Any]] = list,
        keep: QSettings | None = None,
        search: Callable[[], Searching] = Searching,
        settings_path: Path | None = None,
    ) -> None:
        super().__init__()
        self.settings, self.folder = settings, folder
        self.settings_path = settings_path or folder / "settings.toml"
        self._make_sounds, self._keep = sounds, keep
        self.session: Session | None = None
        self._sounds: list[Any] = []
        self.setWindowTitle(texts.WINDOW)
        self.setAcceptDrops(True)
        self.start, self.connect_page, self.live, self.review = StartPage(), ConnectPage(search), LivePage(), ReviewPage(folder, sounds)
        self.banner, self.pages = Banner(), QStackedWidget()
        for page in (self.start, self.connect_page, self.live, self.review):
            self.pages.addWidget(page)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(middle)
        self.start.run.connect(self.choose_sensor)
        self.start.drill.connect(lambda: self.banner.say(texts.DRILL_SOON))
        self.start.review.connect(self.show_review)
        self.connect_page.back.connect(self.show_start)
        self.connect_page.chosen.connect(self.run_sensor)
        self.connect_page.virtual.connect(self.run_virtual)
        self.connect_page.trouble.connect(self.banner.say)
        self.live.ended.connect(self.end_session)
        self.review.back.connect(self.show_start)
        self.review.trouble.connect(self.banner.say)
        self.review.said.connect(self.banner.say)
        QShortcut(QKeySequence("Ctrl+Q"), self).activated.connect(self.close)
        self.resize(1280, 800)
        if keep is not None and isinstance(place := keep.value("place"), QByteArray):
            self.restoreGeometry(place)

    # ---- the way between the pages

    def _show(self, page: QWidget) -> None:
        if page is not self.connect_page:
            self.connect_page.end()
        if page is not self.review:
            self.review.leave()
        self.pages.setCurrentWidget(page)
        page.setFocus()

    def show_start(self) -> None:
        self._show(self.start)

    def choose_sensor(self) -> None:
        self.banner.hide()
        self._show(self.connect_page)
        self.connect_page.begin()

    def show_review(self, path: Path | None = None) -> None:
        """The review, of this recording or of the last one that was made."""
        self._show(self.review)
        if path is None and self.review.analysis is None:
            from levelhips.sensors import bundled  # brings the simulator, and with it half of scipy

            mine = recordings_by_date(self.folder)
            path = mine[0] if mine else bundled.find(bundled.TREADMILL)
        if path is not None:
            self.review.open(path)

    # ---- a session

    def run_sensor(self, address: str) -> None:
        self.begin(lambda: ready(BleSource(Radio(), address)))

    def run_virtual(self, recording: Path | None = None) -> None:
        """A virtual sensor on the back, playing a bundled run."""
        try:
            from levelhips.sensors import bundled
            from levelhips.sensors.virtual import virtual_source

            played = open_recording(recording or bundled.find(bundled.TREADMILL))
        except LevelHipsError as error:
            self.banner.say(str(error))
            return
        self.begin(partial(virtual_source, played, profiles()["levelhips"]))

    def begin(self, source: MakeSource, **options: Any) -> None:
        """Begin a session and show it."""
        self.banner.hide()
        self._sounds = self._make_sounds()
        try:
            self.session = Session(source, self.settings, self.folder, list(self._sounds), **options)
        except LevelHipsError as error:
            self.banner.say(str(error))
            self._quiet()
            return
        self.session.start()
        self._show(self.live)
        self.live.follow(self.session, list(self._sounds))

    def end_session(self) -> None:
        """Stop cleanly, and show what was recorded."""
        session, self.session = self.session, None
        self.live.leave()
        if session is None:
            return
        session.stop()
        self._quiet()
        if session.error is not None or session.troubles:
            self.banner.say(str(session.error or session.troubles[-1]))
        path = session.recorder.path if session.recorder is not None else None
        if path is not None and session.tally.steps:
            self.show_review(path)
        else:
            self.show_start()

    def _quiet(self) -> None:
        for sound in self._sounds:
            sound.close()
        self._sounds = []

    # ---- the system

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif event.key() == Qt.Key.Key_Comma and self.session is None:
            self.show_settings()
        else:
            super().keyPressEvent(event)

    def show_settings(self) -> None:
        """The settings of the next session."""
        dialog = SettingsDialog(self, self.settings, self.settings_path)
        if dialog.exec():
            self.settings = dialog.settings

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files and self.session is None:
            self.show_review(Path(files[0]))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.connect_page.end()
        self.review.leave()
        if self.session is not None:
            self.live.leave()
            self.session.stop()
            self._quiet()
        if self._keep is not None:
            self._keep.setValue("place", self.saveGeometry())
        super().closeEvent(event)
