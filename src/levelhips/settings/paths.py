"""Folders and files of the user: settings, data, recordings, history, programme."""

from __future__ import annotations

import os
from pathlib import Path


def config_folder() -> Path:
    """Return the folder of the settings file: the user's configuration folder, or LEVELHIPS_CONFIG."""
    from platformdirs import user_config_path

    chosen = os.environ.get("LEVELHIPS_CONFIG")
    return Path(chosen) if chosen else user_config_path("levelhips")


def settings_path() -> Path:
    """Return the user's settings file, which the terminal and the window read and write."""
    return config_folder() / "settings.toml"


def data_folder() -> Path:
    """Return the folder of the history and the programme: the user's data folder, or LEVELHIPS_DATA."""
    from platformdirs import user_data_path

    chosen = os.environ.get("LEVELHIPS_DATA")
    return Path(chosen) if chosen else user_data_path("levelhips")


def documents() -> Path:
    """Return the folder for recordings."""
    from platformdirs import user_documents_path

    return user_documents_path() / "levelhips"


def history_path() -> Path:
    """Return the file of the history."""
    return data_folder() / "history.sqlite"


def programme_path() -> Path:
    """Return the file of the programme."""
    return data_folder() / "programme.toml"
