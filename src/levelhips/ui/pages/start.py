"""The first page: three big choices; and the page on which a sensor is chosen."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from levelhips.coaching.run_protocol import SESSIONS, PlanSettings
from levelhips.errors import LevelHipsError
from levelhips.sensors.ble import DiscoveredDevice, Radio, scan
from levelhips.ui import texts, theme


class StartPage(QWidget):
    """Run, Drill, Review: by mouse, Tab and Enter, or their letter; H for the history."""

    run, drill, review, history = Signal(), Signal(), Signal(), Signal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        whole, layout = QVBoxLayout(self), QHBoxLayout()
        whole.setContentsMargins(60, 60, 60, 20)
        whole.addLayout(layout, 1)
        self.hint = QLabel(texts.START_HINT)
        self.hint.setMinimumWidth(1)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        whole.addWidget(self.hint)
        layout.setSpacing(30)
        for name, about, signal in (
            (texts.RUN, texts.RUN_ABOUT, self.run),
            (texts.DRILL, texts.DRILL_ABOUT, self.drill),
            (texts.REVIEW, texts.REVIEW_ABOUT, self.review),
        ):
            button = QPushButton(f"{name}\n\n{about}")
            button.setMinimumWidth(100)
            button.setAccessibleName(name)
            button.setAccessibleDescription(about)
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Expanding)
            button.clicked.connect(signal)
            button.setAutoDefault(True)
            layout.addWidget(button)
            self.buttons.append(button)
        self.setFocusProxy(self.buttons[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        for button, letter in zip(self.buttons, "rdv", strict=True):
            if event.text().lower() == letter:
                button.click()
                return
        if event.text().lower() == "h":
            self.history.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        size = theme.pixels(self.window().height(), theme.HEAD_SHARE)
        for button in self.buttons:
            button.setStyleSheet(f"font-size: {size}px")
        self.hint.setStyleSheet(f"font-size: {theme.pixels(self.window().height(), theme.SMALL_SHARE)}px; color: {theme.DIM}")
        super().resizeEvent(event)


@asynccontextmanager
async def the_systems_radio() -> AsyncIterator[Radio]:
    """The computer's own Bluetooth."""
    yield Radio()


class Searching:
    """Scan in a thread of its own; `heard` and `trouble` may be read from any."""

    def __init__(self, radio: Callable[[], AbstractAsyncContextManager[Radio]] = the_systems_radio) -> None:
        self.heard: dict[str, DiscoveredDevice] = {}
        self.trouble: LevelHipsError | None = None
        self._over = threading.Event()
        self._radio = radio
        self._thread = threading.Thread(target=self._run, name="levelhips-scan", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the scan; returns at once."""
        self._over.set()

    def _run(self) -> None:
        async def look() -> None:
            async with self._radio() as radio, aclosing(scan(radio)) as found:
                async for self.heard in found:
                    if self._over.is_set():
                        return

        try:
            asyncio.run(look())
        except LevelHipsError as error:
            self.trouble = error


class ConnectPage(QWidget):
    """The sensors in range; one key connects."""

    chosen, virtual, back = Signal(str), Signal(), Signal()
    trouble = Signal(str)

    def __init__(self, search: Callable[[], Searching] = Searching) -> None:
        super().__init__()
        self._search = search
        self._searching: Searching | None = None
        self.title, self.hint = QLabel(texts.SENSORS), QLabel(texts.CONNECT_HINT)
        self.list = QListWidget()
        self.list.setAccessibleName(texts.SENSORS)
        self.list.itemActivated.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.plan = QComboBox()
        self.plan.setAccessibleName(texts.NO_PLAN)
        self.plan.addItem(texts.NO_PLAN, PlanSettings())
        for name in ("baseline", "retraining", "recall", "walk-run"):
            for session in range(1, SESSIONS[name] + 1):
                told = texts.PLAN.format(name=texts.PLAN_NAMES[name], session=session, sessions=SESSIONS[name])
                self.plan.addItem(told, PlanSettings(name, session))
        self.practise = QPushButton(texts.VIRTUAL)
        self.practise.clicked.connect(self.virtual)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(60, 30, 60, 20)
        layout.addWidget(self.title)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.plan)
        layout.addWidget(self.practise)
        layout.addWidget(self.hint)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._refresh)
        self.setFocusProxy(self.list)
        # A list takes letters for a search in itself: a shortcut comes before it.
        shortcut = QShortcut(QKeySequence("V"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.virtual)

    def begin(self, *, running: bool = True) -> None:
        """Search while the page is shown; for a run there is a schedule to choose."""
        self.plan.setVisible(running)
        self.list.clear()
        self._searching = self._search()
        self._timer.start(250)
        self._refresh()
        self.list.setFocus()

    def end(self) -> None:
        self._timer.stop()
        if self._searching is not None:
            self._searching.stop()
            self._searching = None

    def _refresh(self) -> None:
        searching = self._searching
        if searching is None:
            return
        if searching.trouble is not None:
            self.trouble.emit(str(searching.trouble))
            self._timer.stop()
            return
        known = sorted((one for one in searching.heard.values() if one.profile is not None), key=lambda one: -one.rssi_dbm)
        row = max(self.list.currentRow(), 0)
        lines = [self._line(one) for one in known]
        if [self.list.item(at).text() for at in range(self.list.count())] != (lines or [texts.NO_SENSORS]):
            self.list.clear()
            for one, line in zip(known, lines, strict=True):
                item = QListWidgetItem(line)
                item.setData(Qt.ItemDataRole.UserRole, one.address)
                self.list.addItem(item)
            if not known:
                item = QListWidgetItem(texts.NO_SENSORS)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(item)
            self.list.setCurrentRow(min(row, self.list.count() - 1))

    @staticmethod
    def _line(one: DiscoveredDevice) -> str:
        assert one.profile is not None
        battery = "   " + texts.BATTERY.format(percent=one.battery_percent) if math.isfinite(one.battery_percent) else ""
        strength = "strong" if one.rssi_dbm > -65 else "fair" if one.rssi_dbm > -80 else "weak"
        return f"{one.name or one.address}   {one.profile.title}   {texts.SIGNAL[strength]}{battery}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentItem() is not None:
            address = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
            if address:
                self.chosen.emit(address)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        height = self.window().height()
        self.title.setStyleSheet(f"font-size: {theme.pixels(height, 0.05)}px")
        self.list.setStyleSheet(f"font-size: {theme.pixels(height, theme.HEAD_SHARE)}px")
        for widget in (self.practise, self.plan):
            widget.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px")
        self.hint.setStyleSheet(f"font-size: {theme.pixels(height, theme.SMALL_SHARE)}px; color: {theme.DIM}")
        super().resizeEvent(event)
