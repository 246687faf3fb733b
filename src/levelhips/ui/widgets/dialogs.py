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
from levelhips.settings import Settings
from levelhips.ui import texts


class RecordingsDialog(QDialog):
    """The recordings of a folder, the newest first; Enter opens."""

    def __init__(self, parent: QWidget, folder: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(texts.OPEN)
        self.resize(700, 480)
        self.path: Path | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(texts.OPEN)
        for file in recordings_by_date(folder):
            at = datetime.fromtimestamp(file.stat().st_mtime)
            item = QListWidgetItem(f"{at:%Y-%m-%d  %H:%M}   {file.name}   {file.stat().st_size / 1e6:.1f} MB")
            item.setData(Qt.ItemDataRole.UserRole, str(file))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self._open)
        other = QPushButton(texts.OTHER_FILE)
        other.clicked.connect(self._other)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(texts.IN_FOLDER.format(folder=folder)))
        layout.addWidget(self.list)
        layout.addWidget(other)

    def _open(self, item: QListWidgetItem) -> None:
        self.path = Path(item.data(Qt.ItemDataRole.UserRole))
        self.accept()

    def _other(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, texts.OPEN, "", texts.OPEN_TYPES)
        if path:
            self.path = Path(path)
            self.accept()


def recordings_by_date(folder: Path) -> list[Path]:
    """The newest first; none where there is no folder."""
    files = folder.glob("*.mcap") if folder.is_dir() else ()
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)


class SettingsDialog(QDialog):
    """Every setting in a field of its own; what cannot be is said beside the buttons, and nothing is kept until it can."""

    def __init__(self, parent: QWidget, settings: Settings, path: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(texts.SETTINGS)
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
        layout.addWidget(QLabel(texts.SETTINGS_ABOUT.format(path=path)))
        layout.addWidget(room)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)

    def keep(self) -> None:
        """Check all, write the file, and close; or say what is wrong."""
        before = self.settings.as_dict()
        values: dict[str, dict[str, Any]] = {"drill": before["drill"]}
        for (part, name), field in self.fields.items():
            values.setdefault(part, {})[name] = _value(field.text(), before[part][name])
        try:
            checked = Settings.from_dict(values)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(toml_of(checked), encoding="utf-8")
        except SettingsError as error:
            self.problem.setText(str(error))
            return
        except OSError as error:
            self.problem.setText(texts.NOT_KEPT.format(path=self._path, why=error.strerror))
            return
        self.settings = checked
        self.accept()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(text: str, before: Any) -> Any:
    """What a field holds, of the kind it held before; else the text itself, for the checks to name."""
    if isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def toml_of(settings: Settings) -> str:
    """Settings as TOML, which `load_settings` reads. (JSON's texts, numbers, truths and lists are TOML's.)"""
    lines = []
    for part, values in settings.as_dict().items():
        lines.append(f"[{part}]")
        lines += [f"{name} = {json.dumps(value)}" for name, value in values.items() if value is not None]
        lines.append("")
    return "\n".join(lines)
