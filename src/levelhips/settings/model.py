"""Settings: frozen, each with its reason where it is defined; read from TOML with unknown names refused."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from levelhips.audio.synth import SoundSettings
from levelhips.bounds import FieldError, FieldSpec, shown, specs
from levelhips.engine import EngineSettings
from levelhips.errors import SettingsError

FIX = "Correct or remove it; docs/settings.md lists all"


@dataclass(frozen=True, slots=True)
class Settings(EngineSettings):
    """All that a user may choose: what the engine takes, and the sound. The recording keeps the whole."""

    sound: SoundSettings = field(default_factory=SoundSettings)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON or TOML."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Settings:
        """Check plain values: types, ranges, and that no name is unknown.

        Raises
        ------
        SettingsError
            Naming the first setting that is wrong.
        """
        if not isinstance(values, dict):
            raise SettingsError("Settings are not a table of sections", fix=FIX)
        parts = {}
        for name, given in values.items():
            if name not in SECTIONS:
                raise SettingsError(f"There is no section of settings {shown(name)}", fix=closest(name, SECTIONS))
            parts[name] = _section(name, given)
        return cls(**parts)


SECTIONS: dict[str, type] = get_type_hints(Settings)
"""The class of each section, in the order of `Settings`."""


def closest(name: object, known: Iterable[str]) -> str:
    """How to correct a name that is not known: the known one closest to it, or where all are."""
    close = get_close_matches(str(name), list(known), n=1)
    return f"Did you mean {close[0]}? docs/settings.md lists all" if close else FIX


def _section(name: str, values: object) -> Any:
    if not isinstance(values, dict):
        raise SettingsError(f"Setting {name} is {shown(values)}; it must be a section such as [{name}]", fix=FIX)
    known = {spec.name: spec for spec in specs(SECTIONS[name])}
    for key in values:
        if key not in known:
            raise SettingsError(f"There is no setting {name}.{key}", fix=closest(f"{name}.{key}", [f"{name}.{one}" for one in known]))
    try:
        return SECTIONS[name](**{key: _plain(known[key], value) for key, value in values.items()})
    except FieldError as error:
        raise SettingsError(f"Setting {name}.{error}", fix=FIX) from error


def _plain(spec: FieldSpec, value: object) -> object:
    """A whole number in the type of its field: 4 and 4.0 are the same to whoever writes a file."""
    spec.check(value)
    return float(value) if spec.kind is float and isinstance(value, int) else value


def load_settings(path: Path | None = None) -> Settings:
    """Read settings from a TOML file; without one, the defaults.

    Raises
    ------
    SettingsError
        If the file cannot be read, is no TOML, or a setting is wrong.
    """
    if path is None:
        return Settings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"Settings file {path} cannot be read ({error.strerror})", fix="Check its name and permissions") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"Settings file {path} is no TOML ({error})", fix="Correct it there, or leave it out") from error
    return Settings.from_dict(values)
