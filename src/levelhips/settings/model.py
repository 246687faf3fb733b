"""Settings: frozen, each with its reason where it is defined; read from TOML with unknown names refused."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from levelhips.audio.synth import SoundSettings
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.run_protocol import PlanSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.engine import EngineSettings
from levelhips.errors import SettingsError
from levelhips.motion.alignment import AXES
from levelhips.motion.orientation import FILTERS
from levelhips.motion.pipeline import MotionSettings


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
        if not values:
            return cls()
        from pydantic import ConfigDict, TypeAdapter, ValidationError  # 0.1 s to import, needed only here

        for part in (cls, MotionSettings, ThresholdSettings, CueSettings, SoundSettings, DrillSettings, PlanSettings):
            setattr(part, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010  # by default a misspelt name passes
        try:
            settings = TypeAdapter(cls).validate_python(values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "settings"
            raise SettingsError(f"Setting {where}: {first['msg'][:200]}", fix="Correct or remove it; docs/settings.md lists all") from error
        if settings.motion.outward not in AXES:
            raise SettingsError(f"{settings.motion.outward!r} is no sensor axis", fix=f"motion.outward is one of {', '.join(AXES)}")
        if settings.motion.filter not in FILTERS:
            raise SettingsError(f"There is no filter {settings.motion.filter!r}", fix=f"motion.filter is one of {', '.join(FILTERS)}")
        return settings


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
