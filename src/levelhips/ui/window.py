"""The window: its pages, the way between them, and the calm banner on which trouble is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.run_protocol import PlanSettings
from levelhips.errors import LevelHipsError
from levelhips.history import History
from levelhips.live.session import MakeSource, Session, ready
from levelhips.programme.remember import remember, thresholds_from
from levelhips.recording import open_recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import profiles
from levelhips.settings import Settings
from levelhips.settings.paths import history_path
from levelhips.ui import texts
from levelhips.ui.pages.connect import ConnectPage, Searching
from levelhips.ui.pages.drill import DrillPage
from levelhips.ui.pages.drill_choice import DrillChoicePage
from levelhips.ui.pages.live import LivePage
from levelhips.ui.pages.start import StartPage
from levelhips.ui.pages.weeks import WeeksPage
from levelhips.ui.review.page import ReviewPage
from levelhips.ui.widgets.banner import Banner
from levelhips.ui.widgets.dialogs import SettingsDialog, recordings_by_date


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
    history_file : Path or None
        The history; None: in the user's data folder.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        sounds: Callable[[], list[Any]] = list,
        keep: QSettings | None = None,
        search: Callable[[], Searching] = Searching,
        settings_path: Path | None = None,
        history_file: Path | None = None,
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
        self._history_file = history_file or history_path()
        self.choice, self.drill, self.weeks = DrillChoicePage(), DrillPage(), WeeksPage(self._history_file)
        self._drill: DrillSettings | None = None  # what is to be done with the sensor; None: run
        self.banner, self.pages = Banner(), QStackedWidget()
        for page in (self.start, self.connect_page, self.live, self.review, self.choice, self.drill, self.weeks):
            self.pages.addWidget(page)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(middle)
        self.start.run.connect(self.choose_sensor)
        self.start.drill.connect(lambda: self._show(self.choice))
        self.start.history.connect(self.show_weeks)
        self.choice.back.connect(self.show_start)
        self.choice.chosen.connect(self.choose_sensor)
        self.drill.ended.connect(self.end_session)
        self.drill.back.connect(lambda: self._show(self.choice))
        self.drill.again.connect(lambda: self.choose_sensor(self._drill))
        self.drill.other.connect(self.other_side)
        self.weeks.back.connect(self.show_start)
        self.weeks.trouble.connect(self.banner.say)
        self.weeks.opened.connect(self.show_review)
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

    def choose_sensor(self, drill: DrillSettings | None = None) -> None:
        """Which sensor, for a run or a drill."""
        self._drill = drill
        self.banner.hide()
        self._show(self.connect_page)
        self.connect_page.begin(running=drill is None)

    def show_review(self, path: Path | None = None) -> None:
        """The review, of this recording or of the last one that was made."""
        self._show(self.review)
        if path is None and self.review.analysis is None:
            from levelhips.simulation import bundled  # brings the simulator, and with it half of scipy

            mine = recordings_by_date(self.folder)
            path = mine[0] if mine else bundled.find(bundled.TREADMILL)
        if path is not None:
            self.review.open(path)

    # ---- a session

    def run_sensor(self, address: str) -> None:
        settings = self._planned() if self._drill is None else replace(self.settings, drill=self._drill)
        self.begin(lambda: ready(BleSource(Radio(), address)), settings)

    def _planned(self) -> Settings:
        """The settings with the schedule that was chosen, and limits from the last baseline."""
        plan: PlanSettings = self.connect_page.plan.currentData()
        if not plan.name:
            return self.settings
        kept = self.settings.plan
        plan = replace(plan, step_rate_spm=kept.step_rate_spm, raise_percent=kept.raise_percent, metronome=kept.metronome)
        settings = replace(self.settings, plan=plan)
        try:
            with History(self._history_file) as history:
                limits = thresholds_from(history, settings)
        except LevelHipsError as error:
            self.banner.say(str(error))
            limits = None
        return replace(settings, threshold=replace(settings.threshold, **(limits or {"mode": "auto"})))

    def run_virtual(self, recording: Path | None = None) -> None:
        """A virtual sensor on the back, playing a bundled run, or a virtual wearer who does the drill."""
        try:
            from levelhips.simulation import bundled
            from levelhips.simulation.peripheral import virtual_source

            if self._drill is not None and recording is None:
                played, settings = bundled.practice(self._drill)
                self.begin(partial(virtual_source, played, profiles()["levelhips"]), replace(self.settings, drill=settings))
                return
            played = open_recording(recording or bundled.find(bundled.TREADMILL))
        except LevelHipsError as error:
            self.banner.say(str(error))
            return
        self.begin(partial(virtual_source, played, profiles()["levelhips"]), self._planned())

    def begin(self, source: MakeSource, settings: Settings | None = None, **options: Any) -> None:
        """Begin a session and show it."""
        settings = settings or self.settings
        self.banner.hide()
        self._sounds = self._make_sounds()
        try:
            self.session = Session(source, settings, self.folder, list(self._sounds), **options)
        except LevelHipsError as error:
            self.banner.say(str(error))
            self._quiet()
            return
        self.session.start()
        page = self.drill if settings.drill.name else self.live
        self._show(page)
        page.follow(self.session, list(self._sounds))

    def end_session(self) -> None:
        """Stop cleanly, and show what was recorded."""
        session, self.session = self.session, None
        self.live.leave()
        self.drill.leave()
        if session is None:
            return
        session.stop()
        self._quiet()
        if session.error is not None or session.troubles:
            self.banner.say(str(session.error or session.troubles[-1]))
        path = session.kept
        lines = remember(path, self._history_file) if path is not None else []
        if session.tally.drill is not None:
            self.drill.show_result([*drill_lines(drill_values(session.tally.drill)), *lines])
            return
        if lines:
            self.banner.say("  ".join(lines))
        if path is not None:
            self.show_review(path)
        else:
            self.show_start()

    def other_side(self) -> None:
        """The same drill for the other hip."""
        if self._drill is not None:
            self.choose_sensor(replace(self._drill, side=self._drill.chosen.other.value))

    def show_weeks(self) -> None:
        self._show(self.weeks)
        self.weeks.show_weeks()

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
            self.drill.leave()
            self.session.stop()
            self._quiet()
        if self._keep is not None:
            self._keep.setValue("place", self.saveGeometry())
        super().closeEvent(event)
