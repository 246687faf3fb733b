"""Choosing a recording by its date, and the settings with their checks."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from levelhips.errors import SettingsError
from levelhips.settings import Settings, change_settings
from levelhips.text import tr


class RecordingsDialog(QDialog):
    """The recordings of a folder, the newest first; Enter opens."""

    def __init__(self, parent: QWidget, folder: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.open"))
        self.resize(700, 480)
        self.path: Path | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(tr("ui.open"))
        for file in recordings_by_date(folder):
            at = datetime.fromtimestamp(file.stat().st_mtime)
            item = QListWidgetItem(f"{at:%Y-%m-%d  %H:%M}   {file.name}   {file.stat().st_size / 1e6:.1f} MB")
            item.setData(Qt.ItemDataRole.UserRole, str(file))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self._open)
        other = QPushButton(tr("ui.other-file"))
        other.clicked.connect(self._other)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr("ui.in-folder", folder=folder)))
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
    """The newest first; none where there is no folder."""
    files = folder.glob("*.mcap") if folder.is_dir() else ()
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)


class SettingsDialog(QDialog):
    """One field for each setting. An error is shown beside the buttons, and nothing is written until all values are valid."""

    def __init__(self, parent: QWidget, settings: Settings, path: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.settings"))
        self.resize(640, 640)
        self.settings, self._path = settings, path
        self.fields: dict[tuple[str, str], QLineEdit] = {}
        form = QFormLayout()
        for part in fields(settings):
            if part.name == "drill":  # is chosen on its own page
                continue
            values = getattr(settings, part.name)
            form.addRow(QLabel(f"<b>{part.name}</b>"))
            for setting in fields(values):
                field = QLineEdit(_text(getattr(values, setting.name)))
                field.setAccessibleName(f"{part.name} {setting.name}")
                self.fields[part.name, setting.name] = field
                form.addRow(setting.name, field)
        inner, room = QWidget(), QScrollArea()
        inner.setLayout(form)
        room.setWidget(inner)
        room.setWidgetResizable(True)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.keep)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr("ui.settings-about", path=path)))
        layout.addWidget(room)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)

    def keep(self) -> None:
        """Check all fields, write those that were changed into the file, and close; or show what is wrong."""
        values, changes = self.settings.as_dict(), {}
        for (part, name), field in self.fields.items():
            before = values[part][name]
            if field.text() == _text(before):
                continue
            changes[f"{part}.{name}"] = values[part][name] = _value(field.text(), before)
        try:
            checked = Settings.from_dict(values)
            if changes:
                change_settings(self._path, changes)
        except SettingsError as error:
            self.problem.setText(str(error))
            return
        self.settings = checked
        self.accept()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(text: str, before: Any) -> Any:
    """The value in a field, of the type that it had before; else the text itself, which the checks then name."""
    if isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
