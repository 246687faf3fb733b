"""The settings of a session: one frozen object, checked field by field."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_type_hints

from levelhips.audio.synth import SoundSettings
from levelhips.bounds import FieldError, FieldSpec, check, choice, shown, specs
from levelhips.engine import EngineSettings
from levelhips.errors import SettingsError
from levelhips.text import Text, text, tr


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """How sentences and numbers are shown."""

    language: Literal["system", "en", "de"] = choice("system")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Settings(EngineSettings):
    """Everything that a user can choose: the settings of the engine, the sound and the display. Each recording keeps all of them."""

    sound: SoundSettings = field(default_factory=SoundSettings)
    display: DisplaySettings = field(default_factory=DisplaySettings)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values by section, for JSON or TOML."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Settings:
        """Make settings from plain values by section; a setting that is not given keeps its default.

        Raises
        ------
        SettingsError
            If a name is unknown, or a value has the wrong type or is out of range.
        """
        given = flat(values)
        for key, value in given.items():
            try:
                SPECS[key].check(value)
            except FieldError as error:
                raise SettingsError("wrong-setting", key=key, problem=error.problem) from error
        try:
            return settings_from(given)
        except SectionError as error:
            raise SettingsError("wrong-setting", key=error.key, problem=error.problem) from error


SECTIONS: dict[str, type] = get_type_hints(Settings)
"""The class of each section, by its name."""

SPECS: dict[str, FieldSpec] = {f"{section}.{spec.name}": spec for section, cls in SECTIONS.items() for spec in specs(cls)}
"""What each setting accepts, by its key, such as "threshold.left_deg"."""


def help_of(key: str) -> str:
    """Return what a setting means, in one line."""
    return tr(f"setting.{key}")


OLD_SECTIONS = {"plan": "protocol"}
"""Present names of sections by their earlier ones, which older settings files and recordings have."""

OLD_KEYS = {"threshold.most_below_deg": "threshold.max_below_deg"}
"""Present keys of settings by their earlier ones; sections already have their present names here."""


class SectionError(FieldError):
    """The fields of a section contradict each other; `key` names the one to change."""

    def __init__(self, key: str, problem: Text) -> None:
        super().__init__(key, problem)
        self.key = key


def flat(values: object) -> dict[str, Any]:
    """Convert values by section to values by key, such as "cues.k".

    Raises
    ------
    SettingsError
        If there is no such section or setting.
    """
    if not isinstance(values, dict):
        raise SettingsError("settings-without-sections", value=shown(values))
    given: dict[str, Any] = {}
    for name, part in values.items():
        if current_key(str(name)) in SECTIONS and not isinstance(part, dict):
            raise NotASectionError(name, part)
    for section, part in current_sections(values).items():
        if section not in SECTIONS:
            raise UnknownSettingError(str(section))
        keys = [f"{section}.{name}" for name in part]
        for key in sorted(keys, key=lambda key: key not in OLD_KEYS):  # earlier names first: the others replace them
            now = OLD_KEYS.get(key, key)
            if now not in SPECS:
                raise UnknownSettingError(key)
            given[now] = part[key.partition(".")[2]]
    return given


def current_key(key: str) -> str:
    """Return the present key of a setting or section that may have an earlier name: "plan.name" is "protocol.name"."""
    section, dot, name = key.partition(".")
    renamed = f"{OLD_SECTIONS.get(section, section)}{dot}{name}"
    return OLD_KEYS.get(renamed, renamed)


def current_sections(values: dict[str, Any]) -> dict[str, Any]:
    """Rename sections to their present names. If a value is given under both names, the one under the present name is used."""
    found: dict[str, Any] = {}
    for section in sorted(values, key=lambda section: section not in OLD_SECTIONS):  # earlier names first: the others replace them
        now, part = OLD_SECTIONS.get(section, section), values[section]
        below = found.get(now, {})
        if not isinstance(below, dict):
            continue  # not a section, which `flat` reports
        found[now] = {**below, **part} if isinstance(part, dict) else part
    return found


def nested(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Convert values by key to values by section."""
    values: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        section, _, name = key.partition(".")
        values.setdefault(section, {})[name] = value
    return values


def settings_from(given: dict[str, Any]) -> Settings:
    """Make settings from values by key, each of which has been checked.

    Raises
    ------
    SectionError
        If two of them contradict each other.
    """
    parts = {}
    for section, values in nested({key: _typed(key, value) for key, value in given.items()}).items():
        try:
            parts[section] = SECTIONS[section](**values)
        except FieldError as error:
            raise SectionError(f"{section}.{error.name}", error.problem) from error
    return Settings(**parts)


def _typed(key: str, value: object) -> object:
    """Convert a whole number to float if the field is a float: 4 and 4.0 mean the same in a file."""
    return float(value) if SPECS[key].kind is float and isinstance(value, int) else value


class WrongNameError(SettingsError):
    """A name of a settings file is wrong; `key` is the section or setting as it is written there."""

    def __init__(self, code: str, key: str, **values: Any) -> None:
        super().__init__(code, **values)
        self.key = key

    def add_place(self, place: Text | Path) -> None:
        """Add the file, or the line in it, where the name is."""
        self.values["place"] = text("place.in-brackets", place=place)


class NotASectionError(WrongNameError):
    """A section, under its present or an earlier name, has a value of its own, as in ``threshold = 3``."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__("setting-instead-of-section", name, section=name, value=shown(value), place="")


class UnknownSettingError(WrongNameError):
    """There is no setting or section of this name; the fix names the closest one."""

    def __init__(self, key: str) -> None:
        section, _, name = key.partition(".")
        known = [*SECTIONS] if not name else [*SPECS]
        close = get_close_matches(key, known, n=1)
        code = "setting" if name else "section"
        if not name and section in SECTIONS:
            code = "setting-of-section"
        elif close:
            code += "-with-close-match"
        super().__init__(f"unknown-{code}", key, name=key, close=close[0] if close else "", place="")
