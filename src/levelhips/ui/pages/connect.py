"""Page on which a sensor in range is chosen, and for a run also a run protocol."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from levelhips.coaching.run_protocol import SESSIONS, ProtocolSettings
from levelhips.errors import LevelHipsError
from levelhips.sensors.ble import DiscoveredDevice, Radio, scan
from levelhips.text import tr
from levelhips.ui import labels, theme
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.labels import size_text
from levelhips.ui.widgets.wrapped_list import WrappedList
from levelhips.words import sensor_title

REFRESH_MS = 250  # the scan reports twice a second
# Limits of the words for signal strength [dBm]: above -65 a sensor is within a few meters; below -80 packets begin to be lost.
STRONG_DBM, FAIR_DBM = -65, -80


@asynccontextmanager
async def system_radio() -> AsyncIterator[Radio]:
    """Yield the Bluetooth adapter of this computer."""
    yield Radio()


class SensorSearch:
    """Search for sensors in a thread of its own.

    Attributes
    ----------
    heard : dict
        The devices in range, by address. May be read from any thread, as `trouble`.
    trouble : LevelHipsError or None
        Why the search has failed.
    """

    def __init__(self, radio: Callable[[], AbstractAsyncContextManager[Radio]] = system_radio) -> None:
        self.heard: dict[str, DiscoveredDevice] = {}
        self.trouble: LevelHipsError | None = None
        self._stopped = threading.Event()
        self._radio = radio
        self._thread = threading.Thread(target=self._run, name="levelhips-scan", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the scan; return at once."""
        self._stopped.set()

    def _run(self) -> None:
        async def search() -> None:
            async with self._radio() as radio, aclosing(scan(radio)) as found:
                async for self.heard in found:
                    if self._stopped.is_set():
                        return

        try:
            asyncio.run(search())
        except LevelHipsError as error:
            self.trouble = error


class ConnectPage(QWidget):
    """List of the sensors in range; Enter connects."""

    chosen, virtual, back = Signal(str), Signal(), Signal()
    trouble = Signal(str)

    def __init__(self, search: Callable[[], SensorSearch] = SensorSearch) -> None:
        super().__init__()
        self._search = search
        self._searching: SensorSearch | None = None
        self.title, self.hint = FitLabel(tr("ui.sensors")), FitLabel(tr("ui.connect-hint"))
        self.list = WrappedList()
        self.list.setAccessibleName(tr("ui.sensors"))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.protocol = QComboBox()
        self.protocol.setAccessibleName(tr("ui.no-protocol"))
        self.protocol.addItem(tr("ui.no-protocol"), ProtocolSettings())
        for name, title in labels.PROTOCOL_NAMES.items():
            for session in range(1, SESSIONS[name] + 1):
                self.protocol.addItem(
                    tr("ui.protocol", name=title, session=session, sessions=SESSIONS[name]), ProtocolSettings(name, session)
                )
        self.practice = QPushButton(tr("ui.virtual"))
        self.practice.clicked.connect(self.virtual)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(60, 30, 60, 20)
        layout.addWidget(self.title)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.protocol)
        layout.addWidget(self.practice)
        layout.addWidget(self.hint)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._refresh)
        self.setFocusProxy(self.list)
        # A list uses typed letters to search its rows; a shortcut gets them first.
        shortcut = QShortcut(QKeySequence("V"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.virtual)

    def begin(self, *, running: bool = True) -> None:
        """Begin to search for sensors; for a run, also offer the run protocols."""
        self.protocol.setVisible(running)
        self.list.clear()
        self._searching = self._search()
        self._timer.start(REFRESH_MS)
        self._refresh()
        self.list.setFocus()

    def end(self) -> None:
        """Stop searching."""
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
        if [self.list.item(at).text() for at in range(self.list.count())] != (lines or [tr("ui.no-sensors")]):
            self.list.clear()
            for one, line in zip(known, lines, strict=True):
                item = QListWidgetItem(line)
                item.setData(Qt.ItemDataRole.UserRole, one.address)
                self.list.addItem(item)
            if not known:
                item = QListWidgetItem(tr("ui.no-sensors"))
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(item)
            self.list.setCurrentRow(min(row, self.list.count() - 1))

    @staticmethod
    def _line(one: DiscoveredDevice) -> str:
        assert one.profile is not None
        battery = "   " + tr("ui.battery", percent=one.battery_percent) if math.isfinite(one.battery_percent) else ""
        strength = "strong" if one.rssi_dbm > STRONG_DBM else "fair" if one.rssi_dbm > FAIR_DBM else "weak"
        kind = sensor_title(one.profile.name, one.profile.title)
        return f"{one.name or one.address}   {kind}   {labels.SIGNAL_STRENGTHS[strength]}{battery}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of this page; leave all others to Qt."""
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentItem() is not None:
            address = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
            if address:
                self.chosen.emit(address)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.TITLE_SHARE, self.title)
        size_text(theme.HEAD_SHARE, self.list)
        size_text(theme.SMALL_SHARE, self.practice, self.protocol)
        size_text(theme.SMALL_SHARE, self.hint, color=theme.DIM)
        super().resizeEvent(event)
