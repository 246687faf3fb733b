"""Main window: it shows one page at a time, and begins and ends sessions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.run_protocol import ProtocolSettings
from levelhips.errors import LevelHipsError
from levelhips.history.unfinished import SessionNote
from levelhips.live.awake import Awake
from levelhips.live.end_signals import END_S
from levelhips.live.ending import Ending
from levelhips.live.session import MakeSource, Session
from levelhips.programme.remember import remember
from levelhips.programme.thresholds import own_thresholds
from levelhips.recording import Recording, open_recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import profiles
from levelhips.sensors.source import ready
from levelhips.settings import Layer, Resolved, Settings, Source, resolve, session_settings
from levelhips.settings.model import flat
from levelhips.settings.paths import history_path
from levelhips.settings.resolve import user_layer
from levelhips.text import tr
from levelhips.ui.end_of_session import final_lines, lines_after, result_of_drill
from levelhips.ui.pages.connect import ConnectPage, SensorSearch
from levelhips.ui.pages.drill import DrillPage
from levelhips.ui.pages.drill_choice import DrillChoicePage
from levelhips.ui.pages.history import HistoryPage
from levelhips.ui.pages.live import LivePage
from levelhips.ui.pages.start import StartPage
from levelhips.ui.review.page import ReviewPage
from levelhips.ui.unfinished import UnfinishedSessions
from levelhips.ui.widgets.banner import Banner
from levelhips.ui.widgets.dialogs import recordings_by_date
from levelhips.ui.widgets.settings_dialog import SettingsDialog

WATCH_MS = 50  # how often the end of a session is checked: a delay of a twentieth of a second is not noticed


class Window(QMainWindow):
    """The main window, with its pages and the running session.

    Parameters
    ----------
    settings : Settings or None
        The settings of every session; None: the user's settings file is read before each session.
    folder : Path
        Where recordings are kept.
    sounds : callable
        Opens the sound device: returns a list of sinks, empty if there is no device.
    keep : QSettings or None
        Where position and size of the window are saved; None: they are not saved.
    search : callable
        Begins a search for sensors.
    settings_path : Path or None
        The user's settings file; None: the one in the folder of the recordings.
    history_file : Path or None
        The file of the history; None: the one in the user's data folder.
    """

    def __init__(
        self,
        settings: Settings | None,
        folder: Path,
        sounds: Callable[[], list[Any]] = list,
        keep: QSettings | None = None,
        search: Callable[[], SensorSearch] = SensorSearch,
        settings_path: Path | None = None,
        history_file: Path | None = None,
    ) -> None:
        super().__init__()
        self._given, self.folder = settings, folder
        self.settings_path = settings_path or folder / "settings.toml"
        self._make_sounds, self._keep = sounds, keep
        self.session: Session | None = None
        self.ending: Ending | None = None  # of the session; begun when it is to end
        self._close_by_s = math.inf  # while the window is being closed: when it closes in any case
        self.final_lines: list[str] = []  # result and hints of a session that was ended by closing the window
        self._history_file = history_file or history_path()
        self._drill: DrillSettings | None = None  # the chosen drill; None: a run
        self.setWindowTitle("levelhips")
        self.setAcceptDrops(True)
        self._build(search)
        self.unfinished = UnfinishedSessions(self, self._history_file)
        self._connect()
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._watch_ending)
        QShortcut(QKeySequence("Ctrl+Q"), self).activated.connect(self.close)
        self.resize(1280, 800)
        if keep is not None and isinstance(place := keep.value("place"), QByteArray):
            self.restoreGeometry(place)

    def _build(self, search: Callable[[], SensorSearch]) -> None:
        self.start, self.connect_page, self.live = StartPage(), ConnectPage(search), LivePage()
        self.review = ReviewPage(self.folder, self._make_sounds)
        self.review.settings_file = None if self._given is not None else self.settings_path
        self.choice, self.drill, self.history = DrillChoicePage(), DrillPage(), HistoryPage(self._history_file)
        self.banner, self.pages = Banner(), QStackedWidget()
        for page in (self.start, self.connect_page, self.live, self.review, self.choice, self.drill, self.history):
            self.pages.addWidget(page)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(middle)

    def _connect(self) -> None:
        self.start.run.connect(self.choose_sensor)
        self.start.drill.connect(lambda: self._show(self.choice))
        self.start.history.connect(self.show_history)
        self.start.review.connect(self.show_review)
        self.choice.back.connect(self.show_start)
        self.choice.chosen.connect(self.choose_sensor)
        self.connect_page.back.connect(self.show_start)
        self.connect_page.chosen.connect(self.run_sensor)
        self.connect_page.virtual.connect(self.run_virtual)
        self.live.ended.connect(self.end_session)
        self.drill.ended.connect(self.end_session)
        self.drill.back.connect(lambda: self._show(self.choice))
        self.drill.again.connect(lambda: self.choose_sensor(self._drill))
        self.drill.other.connect(self.other_side)
        self.history.back.connect(self.show_start)
        self.history.opened.connect(self.show_review)
        self.review.back.connect(self.show_start)
        self.unfinished.said.connect(self._say_unfinished)
        for signal in (self.connect_page.trouble, self.history.trouble, self.review.trouble, self.review.message):
            signal.connect(self.banner.say)

    # ---- pages

    def _show(self, page: QWidget) -> None:
        if page is not self.connect_page:
            self.connect_page.end()
        if page is not self.review:
            self.review.leave()
        self.pages.setCurrentWidget(page)
        page.setFocus()

    def show_start(self) -> None:
        """Show the start page."""
        self._show(self.start)

    def choose_sensor(self, drill: DrillSettings | None = None) -> None:
        """Choose a sensor, for a run or for a drill; do nothing while a session is running or being ended."""
        if self.session is not None:
            return
        self._drill = drill
        self.banner.hide()
        self._show(self.connect_page)
        self.connect_page.begin(running=drill is None)

    def show_review(self, path: Path | None = None) -> None:
        """Show the review of a recording; without one, of the newest recording, or of a bundled run if there is none."""
        self._show(self.review)
        if path is None and self.review.analysis is None:
            from levelhips.simulation import bundled  # here, because it loads the simulator and much of scipy

            mine = recordings_by_date(self.folder)
            path = mine[0] if mine else bundled.find(bundled.TREADMILL)
        if path is not None:
            self.review.open(path)

    # ---- a session

    def run_sensor(self, address: str) -> None:
        """Begin a session with the sensor at this address."""
        try:
            resolved = self._session_settings()
        except LevelHipsError as error:
            self.banner.say(str(error))
            return
        self.begin(lambda: ready(BleSource(Radio(), address)), resolved.settings, outward=resolved.outward)

    @property
    def settings(self) -> Settings:
        """The user's settings, without those that a session, a recording or a chosen drill adds."""
        return self._given or resolve(user_layer(self.settings_path)).settings

    def _session_settings(self, virtual: Recording | None = None) -> Resolved:
        """Resolve the settings of the session that is about to begin, with the drill or run protocol that was chosen."""
        protocol: ProtocolSettings = self.connect_page.protocol.currentData()
        chosen: dict[str, Any] = {}
        if self._drill is not None:
            chosen = {f"drill.{name}": value for name, value in asdict(self._drill).items() if value is not None}
        elif protocol.name:
            chosen = {"protocol.name": protocol.name, "protocol.session": protocol.session}
        options, thresholds = Layer(Source.OPTION, chosen, tr("ui.chosen-here")), own_thresholds(self._history_file)
        if self._given is not None:
            given = Layer(Source.SETTINGS_FILE, flat(self._given.as_dict()), tr("ui.given"))
            return resolve(given.without("motion.outward") if virtual else given, options)
        outward = profiles()["levelhips"].outward
        resolved = session_settings(self.settings_path, virtual=virtual, outward=outward, options=options, thresholds=thresholds)
        for note in resolved.notes:
            self.banner.say(str(note))
        return resolved

    def run_virtual(self, recording: Path | None = None) -> None:
        """Run a session with a virtual sensor: a bundled run, or a virtual wearer who does the chosen drill."""
        try:
            from levelhips.simulation import bundled
            from levelhips.simulation.peripheral import virtual_source

            if self._drill is not None and recording is None:
                played, drill = bundled.practice(self._drill)
                resolved = self._session_settings(played)
                resolved = replace(resolved, settings=replace(resolved.settings, drill=drill))
            else:
                played = open_recording(recording or bundled.find(bundled.TREADMILL))
                resolved = self._session_settings(played)
        except LevelHipsError as error:
            self.banner.say(str(error))
            return
        self.begin(partial(virtual_source, played, profiles()["levelhips"]), resolved.settings, outward=resolved.outward)

    def begin(self, source: MakeSource, settings: Settings | None = None, **options: Any) -> None:
        """Begin a session and show it; do nothing while another is running or being ended."""
        if self.session is not None:
            return
        settings = settings or self.settings
        self.banner.hide()
        sounds = self._make_sounds()
        try:
            session = Session(source, settings, self.folder, list(sounds), note=SessionNote(self._history_file), **options)
        except LevelHipsError as error:
            self.banner.say(str(error))
            for sound in sounds:
                sound.close()
            return
        self.session, self.ending = session, Ending(session, [Awake(), *sounds], partial(remember, history_file=self._history_file))
        session.start()
        page = self.drill if settings.drill.name else self.live
        self._show(page)
        page.follow(session, list(sounds))

    def end_session(self) -> None:
        """End the session in the background; its result is shown when it has ended."""
        if self.ending is None or self._watch.isActive():
            return
        for page in (self.live, self.drill):
            page.leave()
            page.show_ending()
        self.ending.begin()
        self._watch.start(WATCH_MS)

    def _watch_ending(self) -> None:
        ending = self.ending
        if ending is None or not (ending.done.is_set() or time.monotonic() > self._close_by_s):
            return
        self._watch.stop()
        session, self.session, self.ending = self.session, None, None
        if math.isinf(self._close_by_s):
            self._show_ended(ending, session)
            return
        self.final_lines = final_lines(ending, session)
        self.close()

    def _show_ended(self, ending: Ending, session: Session | None) -> None:
        """Show the result of a session that has ended: of a drill on its page, of a run in the review."""
        lines = lines_after(ending, session)
        if result := result_of_drill(session):
            if ending.trouble:
                self.banner.say(ending.trouble)
            self.drill.show_result([*result, *lines])
            return
        if said := [line for line in (ending.trouble, *lines) if line]:
            self.banner.say("  ".join(said))
        if ending.paths:
            self.show_review(ending.paths[-1])
        else:
            self.show_start()

    def other_side(self) -> None:
        """Choose a sensor for the same drill with the other hip."""
        if self._drill is not None:
            self.choose_sensor(replace(self._drill, side=self._drill.chosen.other.value))

    def show_history(self) -> None:
        """Show the history, read again from its file."""
        self._show(self.history)
        self.history.show_history()

    def _say_unfinished(self, line: str) -> None:
        self.banner.say(line)
        if self.pages.currentWidget() is self.history:
            self.history.show_history()

    # ---- the system

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle F11 (full screen) and the comma (settings); leave all other keys to Qt."""
        if event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif event.key() == Qt.Key.Key_Comma and self.session is None:
            self.show_settings()
        else:
            super().keyPressEvent(event)

    def show_settings(self) -> None:
        """Edit the user's settings file."""
        try:
            dialog = SettingsDialog(self, self.settings, self.settings_path)
        except LevelHipsError as error:  # the file may have been edited meanwhile
            self.banner.say(str(error))
            return
        if dialog.exec() and self._given is not None:
            self._given = dialog.settings

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files that are dragged over the window."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Review the first of the files that were dropped; do nothing during a session."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files and self.session is None:
            self.show_review(Path(files[0]))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the window; with a session running, end it as its key does, and close when that is done, after 9 s at most."""
        if self.session is not None:
            event.ignore()
            self._close_by_s = min(self._close_by_s, time.monotonic() + END_S)
            self.end_session()
            return
        self.connect_page.end()
        self.review.leave()
        if self._keep is not None:
            self._keep.setValue("place", self.saveGeometry())
        super().closeEvent(event)
