"""Folders and files of the user: data, recordings, history, programme."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """Where the history and the programme are: the user's data folder, or what LEVELHIPS_DATA says."""
    from platformdirs import user_data_path

    said = os.environ.get("LEVELHIPS_DATA")
    return Path(said) if said else user_data_path("levelhips")


def documents() -> Path:
    """The folder for recordings."""
    from platformdirs import user_documents_path

    return user_documents_path() / "levelhips"


def history_path() -> Path:
    """The history's file."""
    return data_folder() / "history.sqlite"


def programme_path() -> Path:
    """The programme's file."""
    return data_folder() / "programme.toml"
