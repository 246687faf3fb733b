"""Settings: what a user can choose, where each value comes from, and where it is kept."""

from __future__ import annotations

from pathlib import Path

from levelhips.settings.model import Settings
from levelhips.settings.resolve import Layer, Resolved, Source, file_layer, recording_settings, resolve, session_settings
from levelhips.settings.store import change_settings

__all__ = [
    "Layer",
    "Resolved",
    "Settings",
    "Source",
    "change_settings",
    "load_settings",
    "recording_settings",
    "resolve",
    "session_settings",
]


def load_settings(path: Path | None = None) -> Settings:
    """Read settings from a TOML file; the defaults without one.

    Raises
    ------
    SettingsError
        If the file cannot be read or is not TOML, or a setting in it is wrong.
    """
    return resolve(file_layer(path)).settings if path is not None else Settings()
