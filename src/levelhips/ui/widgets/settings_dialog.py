"""Dialog with all settings: what each means, what it accepts, and where its value comes from."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from levelhips.errors import SettingsError
from levelhips.settings import Settings, change_settings
from levelhips.settings.model import SPECS, help_of
from levelhips.text import tr
from levelhips.text.choice import LANGUAGES
from levelhips.ui import theme
from levelhips.ui.widgets.labels import Label

Field = QLineEdit | QComboBox
LEFT_OUT = ("drill",)  # sections that have a page of their own
MEANING_SHARE = 3  # width of the meanings, with 1 for the fields: most meanings then fit on one line
FIELD_PX = 170


class SettingsDialog(QDialog):
    """Dialog with one row for each setting. Errors appear above the buttons; nothing is written until all values are valid.

    Attributes
    ----------
    fields : dict
        The field of each setting, by section and name.
    settings : Settings
        The settings as they are saved.
    """

    def __init__(self, parent: QWidget | None, settings: Settings, path: Path) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.settings"))
        self.resize(860, 680)
        self.settings, self._path = settings, path
        self.fields: dict[tuple[str, str], Field] = {}
        inner, room = QWidget(), QScrollArea()
        self._rows = QGridLayout(inner)
        self._rows.setColumnStretch(0, MEANING_SHARE)
        self._rows.setColumnStretch(1, 1)
        self._fill()
        room.setWidget(inner)
        room.setWidgetResizable(True)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.problem, about = Label(), Label(tr("ui.settings-about", path=path))
        for label in (self.problem, about):
            label.setWordWrap(True)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("ui.save"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(tr("ui.cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.keep)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (about, room, self.problem, buttons):
            layout.addWidget(widget)

    def _fill(self) -> None:
        values, section = self.settings.as_dict(), ""
        for key, spec in SPECS.items():
            part = key.partition(".")[0]
            if part in LEFT_OUT:
                continue
            if part != section:
                section = part
                head = Label(section)
                bold = head.font()
                bold.setBold(True)
                head.setFont(bold)
                self._rows.addWidget(head, self._rows.rowCount(), 0, 1, 2)
            self._add(key, values[section][spec.name])

    def _add(self, key: str, value: Any) -> None:
        """Add the row of a setting. Left: its meaning, and a dim line with its key, accepted values and source. Right: its field."""
        spec, meaning = SPECS[key], help_of(key)
        source = tr("ui.settings-default") if value == spec.default else tr("ui.settings-yours", default=_text(spec.default))
        accepted = [] if spec.kind is bool else [str(spec.accepts)]  # the list of on and off already shows what is accepted
        details = "  ·  ".join([key, *accepted, source])
        dim = f"<span style='color:{theme.DIM}'>{escape(details)}</span>"
        label = Label(f"{escape(f'{meaning[:1].upper()}{meaning[1:]}')}<br>{dim}")
        label.setTextFormat(Qt.TextFormat.RichText)  # nothing in it is from elsewhere
        label.setWordWrap(True)
        field = _field(key, value)
        field.setAccessibleName(key)
        field.setAccessibleDescription(f"{meaning}; {details}")
        field.setToolTip(f"{meaning}\n{spec.accepts}")
        field.setMinimumWidth(FIELD_PX)
        section, _, name = key.partition(".")
        self.fields[section, name] = field
        row = self._rows.rowCount()
        self._rows.addWidget(label, row, 0)
        self._rows.addWidget(field, row, 1, Qt.AlignmentFlag.AlignTop)

    def keep(self) -> None:
        """Check all fields, write those that were changed into the file, and close; or show what is wrong."""
        values, changes = self.settings.as_dict(), {}
        for (part, name), field in self.fields.items():
            before = values[part][name]
            entered = field.currentData() if isinstance(field, QComboBox) else _value(field.text(), before)
            if entered == before and type(entered) is type(before):
                continue
            changes[f"{part}.{name}"] = values[part][name] = entered
        try:
            checked = Settings.from_dict(values)
            if changes:
                change_settings(self._path, changes)
        except SettingsError as error:
            self.problem.setText(str(error))
            return
        self.settings = checked
        self.accept()


def _field(key: str, value: Any) -> Field:
    """Return the field of a setting: a list if it accepts only some values, else a line of text."""
    spec = SPECS[key]
    options: dict[Any, str]
    if isinstance(value, bool):
        options = {True: tr("ui.on"), False: tr("ui.off")}
    elif key == "display.language":
        options = {"system": tr("ui.language.system"), **LANGUAGES}
    else:
        options = {choice: str(choice) for choice in spec.choices}
    if not options:
        return QLineEdit(_text(value))
    box = QComboBox()
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for option, words in options.items():
        box.addItem(words, option)
    box.setCurrentIndex(box.findData(value))
    return box


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(text: str, before: Any) -> Any:
    """Return the value in a field; if it cannot be read, the text itself, so that the checks can quote it."""
    if text == _text(before):
        return before
    if isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
