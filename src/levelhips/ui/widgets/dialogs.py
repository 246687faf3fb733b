"""Dialog that chooses a recording by its date."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from levelhips.recording.parts import by_session
from levelhips.text import number, tr
from levelhips.ui.widgets.labels import Label
from levelhips.ui.widgets.wrapped_list import WrappedList
from levelhips.untrusted import visible


class RecordingsDialog(QDialog):
    """List of the recordings in a folder, the newest first; Enter opens one."""

    def __init__(self, parent: QWidget | None, folder: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.open"))
        self.resize(700, 480)
        self.path: Path | None = None
        self.list = WrappedList()
        self.list.setAccessibleName(tr("ui.open"))
        for file, status in _newest_first(folder):
            at = datetime.fromtimestamp(status.st_mtime)
            item = QListWidgetItem(f"{at:%Y-%m-%d  %H:%M}   {visible(file.name)}   {number(status.st_size / 1e6, '.1f')} MB")
            item.setData(Qt.ItemDataRole.UserRole, str(file))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self._open)
        other = QPushButton(tr("ui.other-file"))
        other.clicked.connect(self._other)
        layout = QVBoxLayout(self)
        layout.addWidget(Label(tr("ui.in-folder", folder=folder)))
        layout.addWidget(self.list)
        layout.addWidget(other)

    def _open(self, item: QListWidgetItem) -> None:
        self.path = Path(item.data(Qt.ItemDataRole.UserRole))
        self.accept()

    def _other(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("ui.open"), "", tr("ui.open-types"))
        if path:
            self.path = Path(path)
            self.accept()


def recordings_by_date(folder: Path) -> list[Path]:
    """Return the recordings of a folder, the newest first; none if it does not exist. Of a session in several files, the first."""
    return [file for file, _ in _newest_first(folder)]


def _newest_first(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for file, *_ in by_session(folder.glob("*.mcap")) if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # deleted just now, or a link to a disk that is not connected
            found.append((file, file.stat()))
    return sorted(found, key=lambda pair: pair[1].st_mtime, reverse=True)
